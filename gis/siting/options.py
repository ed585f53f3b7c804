"""The options (接入方案) of sites: routes with capacity, decided by policy, by procedure and length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis.network.columns import Floats, Rows
from gis.policy.decide import Decision
from gis.policy.facts import FACTS, ROUTE
from gis.policy.many import decide_many
from gis.policy.model import PROCEDURES, Kind
from gis.routing.measure import MEASURE_NAMES, Measures
from gis.routing.router import Connections, rows_of
from gis.routing.search import Search
from gis.siting.network import LEVELS, Level, Network
from gis.siting.offers import Offers
from gis.siting.question import Plan, Question, fact_columns
from gis.siting.seekers import Seeker
from gis.siting.sites import Sites

NO_PROCEDURE: Final = len(PROCEDURES)
"""The code of an option without a procedure: it ranks last."""

_CM: Final = 100.0
ROUTE_FACTS: Final = tuple(name.removeprefix(ROUTE) for name in FACTS if name.startswith(ROUTE))
"""Measures of a route that are facts of a policy."""


@dataclass(frozen=True, slots=True)
class Options:
    """Options of sites, by site and rank; arrays of shape (n,).

    Attributes
    ----------
    site, rank
        Number of the site, and 0 for its best option.
    level
        Position in ``LEVELS``.
    owner, tap
        Numbers of the transformer, feeder or substation, and of its tap.
    row
        Of the route among ``connections`` of its level.
    measures
        Of the route.
    procedure
        Position in ``PROCEDURES``, or ``NO_PROCEDURE``.
    decision
        Index into ``decisions``, -1 where no policy decides.
    decisions
        Distinct decisions; the values that their tests met are those of one of their rows.
    connections
        By level, for drawing.
    """

    site: Rows
    rank: Rows
    level: Rows
    owner: Rows
    tap: Rows
    row: Rows
    measures: Measures
    procedure: Rows
    decision: Rows
    decisions: tuple[Decision, ...]
    connections: Mapping[Level, Connections]

    def __len__(self) -> int:
        return len(self.site)

    def taken(self, rows: Rows) -> Options:
        """Return some of the options, ranked anew within their sites, which stay together."""
        site = self.site[rows]
        columns = {name: getattr(self, name)[rows] for name in _COLUMNS}
        return replace(self, **columns, rank=_ranks(site), measures=rows_of(self.measures, rows))

    @property
    def length_m(self) -> Floats:
        """Length of each route."""
        return self.metres("length_m")

    def shown_m(self, name: str) -> Floats:
        """Return a measure of each route as it is shown: to 0.1 m, halves up."""
        column: NDArray[np.int32] = getattr(self.measures, f"{name.removesuffix('_m')}_cm")
        return (column.astype(np.int64) + 5) // 10 / 10.0

    def metres(self, name: str) -> Floats:
        """Return a measure of each route, metres; exact to the centimetre."""
        column: NDArray[np.int32] = getattr(self.measures, f"{name.removesuffix('_m')}_cm")
        return column / _CM


_COLUMNS: Final = ("site", "level", "owner", "tap", "row", "procedure", "decision")


def served_level(network: Network, level: int) -> Level:
    """Return the level that serves: a grid without transformers serves small loads from its feeders."""
    name = LEVELS[level]
    if name == "transformer" and not len(network.levels[name].ids):
        return "feeder"
    return name


def find_options(
    network: Network, offers: Offers, sites: Sites, plan: Plan, question: Question, seeker: Seeker
) -> Options:
    """Return the best options of each site, at most k.

    Parameters
    ----------
    network, offers
        What sites can be connected to, and what is open there.
    sites, plan, question
        Who asks what, on which level.
    seeker
        Looks for the routes.
    """
    search = Search(question.k, question.limit_m)
    found: dict[Level, Connections] = {}
    names = {level: served_level(network, level) for level in np.unique(plan.level).tolist() if level >= 0}
    for name in dict.fromkeys(names.values()):
        own = np.isin(plan.level, [level for level, its in names.items() if its == name])
        load = np.where(own, sites.load_kva, np.nan)
        found[name] = seeker.connections(network.levels[name].router, load, offers[name].able_kva, search)
    return decided(network, sites, plan, question, found)


def decided(
    network: Network,
    sites: Sites,
    plan: Plan,
    question: Question,
    found: Mapping[Level, Connections],
) -> Options:
    """Return connections as options, decided and ranked, at most k of each site."""
    every = _joined(found)
    procedure, decision, decisions = _decisions(network, sites, plan, question, every)
    every = replace(every, procedure=procedure, decision=decision, decisions=decisions)
    order = np.lexsort(
        (np.arange(len(every)), every.owner, every.measures.length_cm, every.procedure, every.site)
    )
    kept = order[_ranks(every.site[order]) < question.k]
    return every.taken(kept)


def _joined(found: Mapping[Level, Connections]) -> Options:
    sizes = [len(each.parcel) for each in found.values()]
    position = [LEVELS.index(name) for name in found]
    total = sum(sizes)

    def column(name: str) -> Rows:
        parts = [np.asarray(getattr(each, name), dtype=np.int64) for each in found.values()]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)

    nothing = np.zeros((len(MEASURE_NAMES), 0), dtype=np.int32)
    measures = Measures(np.concatenate([nothing, *(each.measures.rows for each in found.values())], axis=1))
    return Options(
        site=column("parcel"),
        rank=np.zeros(total, dtype=np.int64),
        level=np.repeat(np.array(position, dtype=np.int64), sizes),
        owner=column("feeder"),
        tap=column("tap"),
        row=np.concatenate([np.arange(size) for size in sizes] or [np.zeros(0, dtype=np.int64)]),
        measures=measures,
        procedure=np.full(total, NO_PROCEDURE, dtype=np.int64),
        decision=np.full(total, -1, dtype=np.int64),
        decisions=(),
        connections=found,
    )


def option_facts(
    network: Network, sites: Sites, plan: Plan, question: Question, options: Options, rows: Rows
) -> dict[str, Any]:
    """Return the facts of some options as columns, those of their routes included."""
    site = options.site[rows]
    urban = np.full(len(rows), None, dtype=object)
    for position, name in enumerate(LEVELS):
        own = options.level[rows] == position
        if own.any():
            urban[own] = network.levels[name].urban[options.owner[rows][own]]
    columns = fact_columns(sites, question, site, plan.customer[site], urban)
    return columns | {f"{ROUTE}{name}": options.metres(name)[rows] for name in ROUTE_FACTS}


def _decisions(
    network: Network, sites: Sites, plan: Plan, question: Question, options: Options
) -> tuple[Rows, Rows, tuple[Decision, ...]]:
    """Return procedure and decision of each option, and the distinct decisions."""
    procedure = np.full(len(options), NO_PROCEDURE, dtype=np.int64)
    decision = np.full(len(options), -1, dtype=np.int64)
    distinct: list[Decision] = []
    policy = plan.policy[options.site]
    for name in dict.fromkeys(each for each in policy.tolist() if each is not None):
        rows = np.flatnonzero(policy == name)
        columns = option_facts(network, sites, plan, question, options, rows)
        made = decide_many(question.policies[name], question.on, columns)
        code = np.array([procedure_of(each) for each in made.distinct], dtype=np.int64)
        procedure[rows] = code[made.of_row]
        decision[rows] = made.of_row + len(distinct)
        distinct += made.distinct
    return procedure, decision, tuple(distinct)


def procedure_of(decision: Decision) -> int:
    """Return the procedure of a decision as a position in ``PROCEDURES``; ``NO_PROCEDURE`` for none."""
    approval = decision.parts["approval"]
    name = approval.fields.get("procedure") if approval.kind in (Kind.DECIDED, Kind.UNDECIDED) else None
    return PROCEDURES.index(name) if name in PROCEDURES else NO_PROCEDURE


def _ranks(site: Rows) -> Rows:
    """Return the place of each row within its site; rows of a site stand together."""
    first = np.ones(len(site), dtype=bool)
    first[1:] = site[1:] != site[:-1]
    begin = np.maximum.accumulate(np.where(first, np.arange(len(site)), 0)) if len(site) else site
    return np.arange(len(site)) - begin
