"""Double supply (双电源): two options whose feeders hang on different substations, or else bus sections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

import numpy as np
import pandas as pd

from gis.network.columns import Flags, Objects, Rows
from gis.routing.measure import Measures
from gis.routing.router import Connections
from gis.routing.search import Search
from gis.siting.columns import MEASURES
from gis.siting.network import LEVELS, Level, Network, Served
from gis.siting.offers import Offers
from gis.siting.options import Options, decided, served_level
from gis.siting.question import Plan, Question
from gis.siting.seekers import Seeker
from gis.siting.sites import Sites

Independence = Literal["substation", "bus_section"]

INDEPENDENCE: Final[tuple[Independence, ...]] = ("substation", "bus_section")
"""What two supplies do not share: the substation, or at least main transformer and bus section (母线段)."""


def uncounted(done: int, total: int) -> None:
    """Tell nobody how many sites of all are done."""
    del done, total


@dataclass(frozen=True, slots=True)
class Choice:
    """One option among some."""

    options: Options
    row: int

    @property
    def owner(self) -> int:
        """Number of what it is connected to."""
        return int(self.options.owner[self.row])

    @property
    def procedure(self) -> int:
        """Its procedure, as in ``Options``."""
        return int(self.options.procedure[self.row])

    @property
    def length_m(self) -> float:
        """Length of its route."""
        return float(self.options.measures.length_cm[self.row]) / 100.0

    @property
    def level(self) -> Level:
        """Name of its level."""
        return LEVELS[int(self.options.level[self.row])]

    def measures(self) -> dict[str, float | int]:
        """Return what its route measures as it is shown."""
        options = self.options
        shown = {name: float(options.shown_m(name)[self.row]) for name in MEASURES}
        return shown | {"crossing_count": int(options.measures.crossing_count[self.row])}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two supplies of a site; the first is the one with the lighter procedure, then the shorter route.

    Attributes
    ----------
    first, second
        The two.
    independence
        What they do not share.
    """

    first: Choice
    second: Choice
    independence: Independence

    @property
    def heavier(self) -> Choice:
        """The one with the heavier procedure, then the longer route: it gives the site its class."""
        return max((self.first, self.second), key=lambda each: (each.procedure, each.length_m))


def find_pairs(
    network: Network, offers: Offers, sites: Sites, plan: Plan, question: Question, seeker: Seeker
) -> list[Pair]:
    """Return the best pairs for the first site, at most k: see ``find_all_pairs``."""
    first = np.zeros(1, dtype=np.int64)
    found = find_all_pairs(network, offers, sites, plan, question, first, alone=lambda _: seeker)
    return found[1].get(0, [])


def find_all_pairs(
    network: Network,
    offers: Offers,
    sites: Sites,
    plan: Plan,
    question: Question,
    asked: Rows,
    *,
    alone: Callable[[int], Seeker],
    counted: Callable[[int, int], None] = uncounted,
) -> tuple[Options, dict[int, list[Pair]]]:
    """Return the best pairs for each of some sites, at most k: each supply carries the load alone.

    They are ranked by the heavier procedure, then by both lengths, over every two routes within the limit.
    Two feeders stand in one pair at most. Bus sections count only where no two substations reach the site.

    Parameters
    ----------
    network, offers, sites, plan, question
        As for ``find_options``.
    asked
        The sites to look at, ascending.
    alone
        Gives the seeker of one site.
    counted
        Is told how many of them are done, of how many.

    Returns
    -------
    All options within the limit, and the pairs among them of each site that has any. Those of several sites
    cannot be drawn.
    """
    known = asked[plan.level[asked] >= 0]
    names = {level: served_level(network, level) for level in np.unique(plan.level[known]).tolist()}
    able_kva = {name: offers[name].able_kva for name in names.values()}
    found: dict[Level, list[Connections]] = {}
    for done, site in enumerate(known.tolist(), 1):
        name = names[int(plan.level[site])]
        served = network.levels[name]
        search = Search(max(1, len(served.ids)), question.limit_m)
        load_kva = sites.load_kva[site : site + 1]
        one = alone(site).connections(served.router, load_kva, able_kva[name], search)
        found.setdefault(name, []).append(replace(one, parcel=one.parcel + np.int32(site)))
        counted(done, len(known))
    joined = {name: _together(each) for name, each in found.items()}
    most = max((len(each.parcel) for each in joined.values()), default=0)
    options = decided(network, sites, plan, replace(question, k=max(1, most)), joined)
    shared = {name: _Shared.of(network.levels[name]) for name in joined}
    pairs: dict[int, list[Pair]] = {}
    for begin in np.flatnonzero(options.rank == 0).tolist():
        site, level = int(options.site[begin]), LEVELS[int(options.level[begin])]
        at = slice(begin, int(np.searchsorted(options.site, site, "right")))
        if best := _best(options, at, shared[level], question.k):
            pairs[site] = best
    return options, pairs


def _together(found: list[Connections]) -> Connections:
    """Return the connections of several sites as one, without the paths of each."""
    if len(found) == 1:
        return found[0]
    names = ("parcel", "feeder", "tap", "criterion", "row")
    columns = {name: np.concatenate([getattr(each, name) for each in found]) for name in names}
    measured = np.concatenate([each.measures.rows for each in found], axis=1)
    return Connections(**columns, measures=Measures(measured), paths=())


class _Shared(NamedTuple):
    """What the owners of a level hang on, a number for each; -1 where it is not known, shape (owners,)."""

    station: Rows
    section: Rows

    @classmethod
    def of(cls, served: Served) -> _Shared:
        return cls(_codes(served.substation_ids), _codes(served.main_transformer_ids))

    def apart(self, owner: Rows, independence: Independence) -> Flags:
        """Return which two options share no substation, or else no main transformer in one, shape (n, n)."""
        station = self.station[owner]
        known = station >= 0
        same = station[:, None] == station[None, :]
        if independence == "substation":
            return np.asarray(~same & known[:, None] & known[None, :])
        section = self.section[owner]
        known &= section >= 0
        other = section[:, None] != section[None, :]
        return np.asarray(same & other & known[:, None] & known[None, :])


def _codes(ids: Objects) -> Rows:
    """Return a number for each id, -1 for none."""
    return np.asarray(pd.factorize(ids)[0], dtype=np.int64)


def _best(options: Options, at: slice, shared: _Shared, count: int) -> list[Pair]:
    """Return the best pairs among the options of one site, one for each two owners."""
    for independence in INDEPENDENCE:
        one, other = np.nonzero(np.triu(shared.apart(options.owner[at], independence)))
        if len(one):
            break
    length_cm, procedure = options.measures.length_cm[at].astype(np.int64), options.procedure[at]
    heavier = np.maximum(procedure[one], procedure[other])
    order = np.lexsort((other, one, length_cm[one] + length_cm[other], heavier))
    best: dict[frozenset[int], Pair] = {}
    for place in order.tolist():
        # Options stand by procedure, then length: the first of two is the better one.
        first, second = (Choice(options, at.start + int(each[place])) for each in (one, other))
        best.setdefault(frozenset((first.owner, second.owner)), Pair(first, second, independence))
        if len(best) == count:
            break
    return list(best.values())
