"""The class of a site (地块分级), and the one test that keeps it from being plug-and-play (开门即接)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np

from gis.corridors.attachments import Access
from gis.network.columns import Objects, Rows
from gis.policy.decide import Decision
from gis.policy.facts import ROUTE
from gis.policy.model import PROCEDURES, Condition, Jurisdiction, Kind, Rule, Scalar, Test
from gis.policy.select import passes
from gis.routing.search import Search
from gis.siting.network import Network, Served
from gis.siting.offers import WITHHELD, Offer, Offers
from gis.siting.options import NO_PROCEDURE, Options, procedure_of, served_level
from gis.siting.question import Plan, Question
from gis.siting.seekers import Seeker
from gis.siting.sites import Sites, has_place


class SiteClass(StrEnum):
    """How a site can be connected, from the best to the worst."""

    PLUG_AND_PLAY = "plug_and_play"
    """Capacity, the lightest procedure the jurisdiction knows, and a short route (开门即接)."""
    FILING = "filing"
    """Capacity, and a procedure short of an approval (备案即接)."""
    APPROVAL = "approval"
    """Capacity, and an approval (审批接入)."""
    RESTRICTED = "restricted"
    """A route, but no capacity (容量受限)."""
    UNREACHABLE = "unreachable"
    """No route (路径不通)."""
    UNKNOWN = "unknown"
    """Data are missing (无数据)."""


NEAR: Final = 8
"""So many of the nearest owners are looked at where none has the capacity."""

_APPROVALS: Final = frozenset({PROCEDURES.index("parallel_approval"), PROCEDURES.index("approval")})
_KNOWN_ENOUGH: Final = frozenset({"insufficient_capacity", "no_spare_bay", WITHHELD})


@dataclass(frozen=True, slots=True)
class Classes:
    """The class of each site, shape (n,) each.

    Attributes
    ----------
    name
        Value of ``SiteClass``.
    failed_test
        The one test that keeps it out of the plug-and-play class: a reason, or a test of the policy as in
        ``route.length_m at_most 200``; None for plug-and-play.
    """

    name: Objects
    failed_test: Objects


def classify(
    network: Network,
    offers: Offers,
    sites: Sites,
    plan: Plan,
    question: Question,
    options: Options,
    seeker: Seeker,
) -> Classes:
    """Return the class of each site, from its best option, or from why it has none.

    Parameters
    ----------
    network, offers, sites, plan, question, seeker
        As for ``find_options``.
    options
        Of all sites.
    """
    name = np.full(len(sites), SiteClass.UNKNOWN.value, dtype=object)
    failed = np.full(len(sites), "unknown_load", dtype=object)
    best = np.flatnonzero(options.rank == 0)
    of_best = verdicts(options, best, question)
    name[options.site[best]], failed[options.site[best]] = of_best.name, of_best.failed_test
    without = np.setdiff1d(np.flatnonzero(plan.level >= 0), options.site)
    for site, verdict in _without_option(network, offers, sites, plan, question, seeker, without):
        name[site], failed[site] = verdict
    return Classes(name, failed)


Verdict = tuple[str, str | None]

_LENGTH: Final = f"{ROUTE}length_m"
NO_SECOND: Final[Verdict] = (SiteClass.RESTRICTED.value, "second_supply")
"""Of a site that one supply reaches, and none that is independent of it."""
_NOWHERE: Final[Verdict] = (SiteClass.UNKNOWN.value, "geometry_missing")


def verdicts(options: Options, rows: Rows, question: Question) -> Classes:
    """Return the class that each of some options gives its site, shape (rows,).

    Options with the same decision differ by nothing but whether the route is short.
    """
    decision = options.decision[rows]
    policies = [question.policies[each.jurisdiction] for each in options.decisions]
    # The last one is that of no decision, where -1 finds it.
    reach_m = np.array([*(each.plug_and_play.length_m for each in policies), np.nan])
    short = options.length_m[rows] <= reach_m[decision]
    kinds, of_row = np.unique(np.stack([decision, short], axis=1), axis=0, return_inverse=True)
    told = [
        _of_option(options.decisions[number], policies[number], question.on, short=bool(near))
        if number >= 0
        else (SiteClass.UNKNOWN.value, "jurisdiction_missing")
        for number, near in kinds.tolist()
    ]
    columns = np.array(told, dtype=object).reshape(-1, 2)[of_row.reshape(-1)]
    return Classes(columns[:, 0], columns[:, 1])


def _of_option(decision: Decision, policy: Jurisdiction, on: date, *, short: bool) -> Verdict:
    """Return class and failed test of an option; ``short`` is within the plug-and-play length."""
    approval = decision.parts["approval"]
    if approval.kind in (Kind.NEEDS, Kind.NOT_IN_FORCE):
        return SiteClass.UNKNOWN.value, f"policy_{approval.kind.value}"
    if approval.kind is Kind.SILENT:  # a day on which the document names no procedure has no lightest one
        return SiteClass.APPROVAL.value, "policy_silent"
    procedure = procedure_of(decision)
    if procedure <= lightest(policy, on):
        if short:
            return SiteClass.PLUG_AND_PLAY.value, None
        return _short_of(procedure), f"{_LENGTH} at_most {policy.plug_and_play.length_m:g}"
    return _short_of(procedure), kept_from_lighter(policy, on, decision, procedure)


def _short_of(procedure: int) -> str:
    """Return the class of an option that is not plug-and-play."""
    approved = procedure in _APPROVALS or procedure == NO_PROCEDURE
    return (SiteClass.APPROVAL if approved else SiteClass.FILING).value


def kept_from_lighter(policy: Jurisdiction, on: date, decision: Decision, procedure: int) -> str:
    """Return the one test that keeps a decision from a lighter procedure.

    Of the rows of the policy with a lighter procedure the one that fails by the fewest tests, a test of the
    route rather than one of the customer; where none fails, the row that answers comes before them, and its
    own first test is told.
    """
    approval = decision.parts["approval"]
    values = _known(decision)
    candidates = []
    for place, rule in enumerate(policy.tables["approval"]):
        lighter = _procedure_on(rule, on)
        failing = _failing(rule.when, values)
        if failing and lighter < procedure:
            by_route = [test for test in failing if test.fact.startswith(ROUTE)]
            rank = (len(failing), not by_route, lighter, place)
            candidates.append((rank, (by_route or failing)[0]))
    if candidates:
        return test_text(min(candidates, key=lambda each: each[0])[1])
    answering = [rule for rule in policy.tables["approval"] if f"approval.{rule.id}" in approval.rules]
    own = [test for rule in answering for test in rule.when.walk() if test.fact in values]
    return test_text(own[0]) if own else "policy_silent"


def _known(decision: Decision) -> dict[str, Scalar]:
    """Return the facts of a decision that are known, given, assumed or worked out."""
    met = {each.test.fact: each.value for each in decision.parts["approval"].tests if each.passed is not None}
    told = {name: value for name, value in met.items() if isinstance(value, str | float | bool)}
    return {**decision.assumed, **decision.facts.values, **decision.derived, **told}


def _failing(condition: Condition, values: Mapping[str, Scalar]) -> list[Test]:
    """Return the tests that keep a condition from holding; of a group those of its nearest member."""
    known = [test for test in condition.tests if test.fact in values]
    failing = [test for test in known if not passes(test, values[test.fact])]
    for group in condition.groups:
        members = [_failing(each, values) for each in group]
        fewest = min(len(each) for each in members)
        failing += next(each for each in members if len(each) == fewest)
    return failing


def _procedure_on(rule: Rule, on: date) -> int:
    value = rule.on(on)
    name = None if value is None else value.fields.get("procedure")
    return PROCEDURES.index(name) if name in PROCEDURES else NO_PROCEDURE


def lightest(policy: Jurisdiction, on: date) -> int:
    """Return the lightest procedure that a jurisdiction knows on a day, as a position in ``PROCEDURES``."""
    return min((_procedure_on(rule, on) for rule in policy.tables["approval"]), default=NO_PROCEDURE)


def test_text(test: Test) -> str:
    """Return a test as one line: the fact, the boundary, its limit."""
    limits = test.limit if isinstance(test.limit, tuple) else (test.limit,)
    return f"{test.fact} {test.operator} {'|'.join(_limit_text(each) for each in limits)}"


def _limit_text(limit: str | float | bool) -> str:
    if isinstance(limit, bool):
        return "true" if limit else "false"
    return f"{limit:g}" if isinstance(limit, float | int) else limit


def _without_option(
    network: Network,
    offers: Offers,
    sites: Sites,
    plan: Plan,
    question: Question,
    seeker: Seeker,
    rows: Rows,
) -> Iterable[tuple[int, Verdict]]:
    """Yield class and failed test of each site without an option."""
    placed = has_place(sites.geometry)
    for position in np.unique(plan.level[rows]).tolist():
        own = rows[plan.level[rows] == position]
        level = served_level(network, position)
        served, offer = network.levels[level], offers[level]
        near = near_owners(served, sites, own, question, seeker)
        for site in own.tolist():
            load_kva = float(sites.load_kva[site])
            reasons = [refusal(offer, owner, load_kva) for owner, _ in near.get(site, ())]
            yield site, _verdict(served, site, seeker, reasons) if placed[site] else _NOWHERE


def near_owners(
    served: Served, sites: Sites, rows: Rows, question: Question, seeker: Seeker
) -> dict[int, list[tuple[int, float]]]:
    """Return the nearest owners of some sites, whatever they offer: site -> (owner, length in metres)."""
    asked = np.full(len(sites), np.nan)
    asked[rows] = 0.0
    endless = np.full(len(served.ids), np.inf)
    router = served.any_bay
    found = seeker.connections(router, asked, endless, Search(NEAR, question.limit_m))
    near: dict[int, list[tuple[int, float]]] = {}
    for site, owner, length_cm in zip(
        found.parcel.tolist(), found.feeder.tolist(), found.measures.length_cm.tolist(), strict=True
    ):
        near.setdefault(site, []).append((owner, length_cm / 100.0))
    return near


def refusal(offer: Offer, owner: int, load_kva: float) -> str:
    """Return why an owner that is near does not serve a load: no capacity, no free bay, no figures."""
    if offer.refused[owner] is not None:
        return str(offer.refused[owner])
    return "insufficient_capacity" if offer.open_kva[owner] < load_kva else "no_spare_bay"


def _verdict(served: Served, site: int, seeker: Seeker, reasons: list[str]) -> Verdict:
    known = [each for each in reasons if each in _KNOWN_ENOUGH]
    if known:
        return SiteClass.RESTRICTED.value, known[0]
    if reasons:
        return SiteClass.UNKNOWN.value, reasons[0]
    if not len(served.taps.places.verge):
        return SiteClass.UNKNOWN.value, "access_point_missing"
    return SiteClass.UNREACHABLE.value, why_unreachable(served, site, seeker)


def why_unreachable(served: Served, site: int, seeker: Seeker, owner: int | None = None) -> str:
    """Return why no route leads from a site to an owner, or to any, within the limit."""
    tapped = served.tapped_pieces
    if owner is not None:
        taps = served.taps
        begin, end = taps.places.start[taps.start[owner : owner + 2]].tolist()
        if begin == end:  # no tap at all, or none at a verge
            return "access_point_missing"
        tapped = served.pieces_of(taps.places.verge[begin:end])
    if seeker.access(site) in (Access.NONE, Access.BARRIER):
        return "no_entry"
    return "too_far" if tapped[seeker.components(site)].any() else "no_route"
