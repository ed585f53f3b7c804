"""The assessment (接入评估) of one site: its options with routes, decisions, dates, and what does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gis.calendar import WorkCalendar
from gis.corridors.feeder_taps import TapKind
from gis.metric_zone import project
from gis.network.columns import Rows
from gis.policy.decide import Decision, decide
from gis.policy.many import facts_of_row
from gis.policy.model import Kind
from gis.policy.timeline import Bar, timeline
from gis.routing.route import Route
from gis.routing.search import Search
from gis.siting.classes import (
    NEAR,
    NO_SECOND,
    classify,
    lightest,
    near_owners,
    refusal,
    verdicts,
    why_unreachable,
)
from gis.siting.double import Choice, Independence, find_pairs
from gis.siting.loads import LoadTable
from gis.siting.network import LEVELS, Level, Network, Served
from gis.siting.offers import Offers
from gis.siting.options import NO_PROCEDURE, Options, find_options, option_facts, served_level
from gis.siting.question import Plan, Question, assumed_facts, planned
from gis.siting.seekers import Seeker
from gis.siting.sites import Sites


@dataclass(frozen=True, slots=True)
class Proposal:
    """One option of a site, as it is shown.

    Attributes
    ----------
    choice
        Which.
    route
        From the red line to where it is tapped.
    decision
        What the policy says; None where none does.
    bars
        Its timeline.
    assumed
        Facts that nobody stated.
    warnings
        Keys of ``gis.siting.words``, ``warning.KEY``.
    second, independence
        The other supply of a double supply, and what the two do not share.
    """

    choice: Choice
    route: Route
    decision: Decision | None
    bars: tuple[Bar, ...]
    assumed: tuple[str, ...]
    warnings: tuple[str, ...]
    second: Proposal | None = None
    independence: Independence | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """Something near that does not serve the load, and the one reason why.

    Attributes
    ----------
    level, owner
        What it is.
    reason
        In one word of the interface.
    away_m
        Length of the way to it, or of the straight line where there is no way.
    by_route
        Which of the two that is.
    """

    level: Level
    owner: int
    reason: str
    away_m: float
    by_route: bool


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a site can be connected to.

    Attributes
    ----------
    sites, plan, question
        The site as the only one, its level and what was asked.
    name, failed_test
        Class, and the one test that keeps it out of the plug-and-play class.
    proposals
        The best first.
    rejected
        The nearest first.
    warnings
        Of the whole.
    """

    sites: Sites
    plan: Plan
    question: Question
    name: str
    failed_test: str | None
    proposals: tuple[Proposal, ...]
    rejected: tuple[Rejection, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """What assessments are made from.

    Attributes
    ----------
    network, offers
        The grid, and what is open in it.
    table
        Load densities and the limit of low voltage where no policy says.
    calendar
        Working days.
    """

    network: Network
    offers: Offers
    table: LoadTable
    calendar: WorkCalendar


def assess(desk: Desk, sites: Sites, question: Question, seeker: Seeker) -> Assessment:
    """Return the assessment of one site.

    Parameters
    ----------
    desk
        What it is made from.
    sites
        The site as the only one.
    question
        What is asked.
    seeker
        Looks for its routes.
    """
    network, offers = desk.network, desk.offers
    plan = planned(sites, question, desk.table)
    options = find_options(network, offers, sites, plan, question, seeker)
    classes = classify(network, offers, sites, plan, question, options, seeker)
    name, failed_test = str(classes.name[0]), classes.failed_test[0]
    if question.supplies == 1:
        rows = np.arange(len(options))
        proposals = tuple(_proposals(desk, sites, plan, question, seeker, options, rows))
    else:
        alone = (name, failed_test) if not len(options) else NO_SECOND
        name, failed_test, proposals = _double(desk, sites, plan, question, seeker, alone)
    shown = {
        (each.choice.level, each.choice.owner)
        for proposal in proposals
        for each in (proposal, proposal.second)
        if each is not None
    }
    return Assessment(
        sites=sites,
        plan=plan,
        question=question,
        name=name,
        failed_test=failed_test,
        proposals=proposals,
        rejected=tuple(_rejected(desk, sites, plan, question, seeker, shown)),
        warnings=tuple(_warnings(desk, sites, plan, question, proposals)),
    )


def _double(
    desk: Desk, sites: Sites, plan: Plan, question: Question, seeker: Seeker, alone: tuple[str, str | None]
) -> tuple[str, str | None, tuple[Proposal, ...]]:
    """Return class, failed test and proposals of a double supply; ``alone`` is said where there is none."""
    pairs = find_pairs(desk.network, desk.offers, sites, plan, question, seeker)
    if not pairs:
        return *alone, ()
    heavier = pairs[0].heavier
    options = heavier.options  # all pairs stand among them
    rows = np.array([[each.first.row, each.second.row] for each in pairs])
    firsts, seconds = (_proposals(desk, sites, plan, question, seeker, options, each) for each in rows.T)
    proposals = tuple(
        replace(
            one,
            second=other,
            independence=pair.independence,
            warnings=one.warnings + (("same_substation",) if pair.independence == "bus_section" else ()),
        )
        for one, other, pair in zip(firsts, seconds, pairs, strict=True)
    )
    found = verdicts(options, np.array([heavier.row]), question)
    return str(found.name[0]), found.failed_test[0], proposals


def _proposals(
    desk: Desk, sites: Sites, plan: Plan, question: Question, seeker: Seeker, options: Options, rows: Rows
) -> list[Proposal]:
    """Return some options of the one site as they are shown, in the order of the rows."""
    if not len(rows):
        return []
    level = LEVELS[int(options.level[rows[0]])]  # a site is served on one level
    served = desk.network.levels[level]
    routes = served.router.drawn_routes(
        options.connections[level], options.row[rows], seeker.entrants(served.router)
    )
    decided = _decided(desk, sites, plan, question, options, rows)
    made: list[Proposal] = []
    for row, route, (decision, bars) in zip(rows.tolist(), routes, decided, strict=True):
        choice = Choice(options, row)
        assumed = assumed_facts(sites, question, 0, served.urban[choice.owner])
        warnings = tuple(_option_warnings(desk, served, options, row, route))
        made.append(Proposal(choice, route, decision, bars, assumed, warnings))
    return made


def _decided(
    desk: Desk, sites: Sites, plan: Plan, question: Question, options: Options, rows: Rows
) -> list[tuple[Decision | None, tuple[Bar, ...]]]:
    """Return what the policy says of some options, and when; each with the values that its own tests met."""
    name = plan.policy[0]
    if name is None:
        return [(None, ())] * len(rows)
    columns = option_facts(desk.network, sites, plan, question, options, rows)
    bars: dict[int, tuple[Bar, ...]] = {}
    told: list[tuple[Decision | None, tuple[Bar, ...]]] = []
    for at, kind in enumerate(options.decision[rows].tolist()):
        facts, decision = facts_of_row(columns, at), options.decisions[kind]
        if decision.facts != facts:  # it was made for another option of its kind: this one met other values
            decision = decide(question.policies[name], question.on, facts)
        if kind not in bars:
            bars[kind] = timeline(decision, question.on, desk.calendar)
        told.append((decision, bars[kind]))
    return told


def _option_warnings(desk: Desk, served: Served, options: Options, row: int, route: Route) -> list[str]:
    offer = desk.offers[served.level]
    tap, owner = int(options.tap[row]), int(options.owner[row])
    kind, mapped = served.taps.kind[tap], served.taps.access_point_kinds[tap]
    needs_bay = served.level == "substation" or (
        served.level == "feeder" and kind == TapKind.ACCESS_POINT and mapped != "pole"
    )
    told = {
        "access_point_assumed": kind == TapKind.ASSUMED,
        "spare_bays_unknown": needs_bay and bool(np.isnan(served.taps.spare_bays[tap])),
        "upper_bound": bool(offer.upper_bound[owner]),
        "lv_radius": served.level == "transformer" and route.length_m > desk.table.lv_radius_m,
        "width_assumed": route.width_assumed,
        "side_assumed": route.side_assumed,
        "beyond_frontage": route.beyond_frontage,
    }
    return [key for key, holds in told.items() if holds]


_FEW: Final = 3
_BAY: Final = "no_spare_bay"


def _rejected(
    desk: Desk, sites: Sites, plan: Plan, question: Question, seeker: Seeker, shown: set[tuple[Level, int]]
) -> list[Rejection]:
    """Return what is near and does not serve, the nearest first."""
    if plan.level[0] < 0:
        return []
    level = served_level(desk.network, int(plan.level[0]))
    served, offer = desk.network.levels[level], desk.offers[level]
    load_kva = float(sites.load_kva[0])
    near = near_owners(served, sites, np.zeros(1, dtype=np.int64), question, seeker).get(0, [])
    reasons = [(owner, refusal(offer, owner, load_kva), length_m) for owner, length_m in near]
    # What can serve the load may stand behind k better options, or lack a second supply: no refusal.
    able = [owner for owner, reason, _ in reasons if reason == _BAY]
    serving = _serving(desk, sites, question, seeker, level, able)
    found = [
        Rejection(level, owner, reason, length_m, by_route=True)
        for owner, reason, length_m in reasons
        if (level, owner) not in shown and owner not in serving
    ]
    if len(near) < _FEW:
        seen = {owner for owner, _ in near} | {owner for name, owner in shown if name == level}
        found += _beyond(served, sites, question, seeker, seen)
    return sorted(found, key=lambda each: (not each.by_route, each.away_m, each.owner))[:NEAR]


def _serving(
    desk: Desk, sites: Sites, question: Question, seeker: Seeker, level: Level, owners: list[int]
) -> frozenset[int]:
    """Return which of some owners with the capacity a route leads to, at a free bay."""
    if not owners:
        return frozenset()
    served, offer = desk.network.levels[level], desk.offers[level]
    allowed = np.zeros(len(served.ids), dtype=bool)
    allowed[owners] = True
    search = Search(len(owners), question.limit_m, allowed)
    found = seeker.connections(served.router, sites.load_kva[:1], offer.able_kva, search)
    return frozenset(found.feeder.tolist())


def _beyond(
    served: Served, sites: Sites, question: Question, seeker: Seeker, seen: set[int]
) -> list[Rejection]:
    """Return the nearest owners to which no way leads within the limit, by the straight line.

    Those within the limit as the crow flies; where nothing at all is nearer, the first few beyond it.
    """
    zone = served.corridors.graph.streets.zone
    site = project(sites.geometry[:1], zone)[0]
    left_out = np.array(sorted(seen), dtype=np.int64)
    rejected: list[Rejection] = []
    for owner, away_m in served.nearest_in_line(site, NEAR, left_out):
        enough = len(seen) + len(rejected) >= _FEW
        if enough and away_m > question.limit_m:
            break
        reason = why_unreachable(served, 0, seeker, owner)
        rejected.append(Rejection(served.level, owner, reason, away_m, by_route=False))
    return rejected


def _warnings(
    desk: Desk, sites: Sites, plan: Plan, question: Question, proposals: tuple[Proposal, ...]
) -> list[str]:
    stated = sites.jurisdiction[0]
    best = proposals[0] if proposals else None
    told: Mapping[str, bool] = {
        "load_assumed": sites.load_source[0] == "land_use",
        "jurisdiction_missing": stated is None,
        "jurisdiction_unknown": stated is not None and plan.policy[0] is None,
        "lv_limit_assumed": bool(plan.lv_limit_assumed[0]) and plan.level[0] >= 0,
        "transformers_missing": plan.level[0] == 0 and not len(desk.network.levels["transformer"].ids),
        "approval_silent": best is not None and _is_silent(best.decision),
        "plug_and_play_m_assumed": best is not None and _by_assumed_length(best, plan, question),
        "provisional_calendar": best is not None and any(bar.provisional for bar in best.bars),
    }
    return [key for key, holds in told.items() if holds]


def _is_silent(decision: Decision | None) -> bool:
    return decision is not None and decision.parts["approval"].kind is Kind.SILENT


def _by_assumed_length(best: Proposal, plan: Plan, question: Question) -> bool:
    """Return whether an assumed length decides between plug-and-play and not."""
    if plan.policy[0] is None:
        return False
    policy = question.policies[plan.policy[0]]
    light = best.choice.procedure <= min(lightest(policy, question.on), NO_PROCEDURE - 1)
    return policy.plug_and_play.assumed and light
