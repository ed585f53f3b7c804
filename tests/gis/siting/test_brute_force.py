"""Options beside what they mean, worked out feeder by feeder and route by route with other code."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pytest
import shapely

from gis.policy.decide import decide
from gis.policy.facts import read_facts
from gis.policy.model import PROCEDURES, Kind
from gis.routing.criteria import Criterion
from gis.routing.measure import MEASURE_NAMES
from gis.routing.router import Router
from gis.routing.search import Search
from gis.siting.options import find_options
from gis.siting.question import Question, planned
from gis.siting.seekers import AllParcels
from tests.gis.siting.small_town import small_town
from tests.gis.siting.towns import ON, Bench

LEVEL_OF: Final = {"liangzihu": (220.0, np.inf), "wujiang": (200.0, 4_000.0)}
"""Low voltage up to so many kW, a public line up to so many kVA, as the documents say."""

BUSINESS: Final = {"commercial", "industrial", "logistics"}
COMPARED: Final = ("length_cm", "crossing_cm", "excavation_cm", "along_main_road_cm")

Option = tuple[int, int, str]


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(small_town())


def _open_kva(level: str, name: str) -> float:
    """Return what is open by the figures of the town; nothing where there are none that count."""
    figures = {
        "transformer": {"t1": 200.0, "t2": 30.0, "t4": 310.0},
        "feeder": {"A": 2_300.0, "B": 5_100.0, "C": 1_900.0, "E": 7_300.0},
        # Two of 50 MVA at 10 MVA leave 40 MVA with one out; one of 0.8 x 50 MVA at 10 MVA leaves less.
        "substation": {"S1": 30_000.0, "S2": 30_000.0},
    }
    return figures[level].get(name, float("nan"))


def _level(policy: str | None, kw: float, kva: float) -> str:
    low_kw, public_kva = LEVEL_OF.get(policy or "", (160.0, np.inf))
    if kw <= low_kw:
        return "transformer"
    return "feeder" if kva <= public_kva else "substation"


def _routes(
    router: Router, number: int, able: set[int], k: int, limit_m: float
) -> list[tuple[int, dict[str, int]]]:
    """Return the routes to the k cheapest feeders by each criterion that none to the same one beats."""
    found: list[tuple[int, dict[str, int]]] = []
    count = len(router.taps.feeder_ids)
    load, capacity = np.full(len(router.corridors.parcel_ids), np.nan), np.full(count, 1.0)
    load[number] = 1.0
    for criterion in Criterion:
        single = Router.of(router.corridors, router.taps, (criterion,))
        every = single.connections(load, capacity, Search(count, limit_m))
        cost = every.paths[0].cost[every.row]
        rows = [row for row in range(len(cost)) if int(every.feeder[row]) in able]
        rows.sort(key=lambda row: (int(cost[row]), int(every.feeder[row])))
        for row in rows[:k]:
            measures = {name: int(getattr(every.measures, name)[row]) for name in MEASURE_NAMES}
            found.append((int(every.feeder[row]), measures))
    kept = []
    for place, (feeder, one) in enumerate(found):
        vector = [one[name] for name in COMPARED]
        beaten = False
        for at, (other_feeder, other) in enumerate(found):
            than = [other[name] for name in COMPARED]
            better = all(a <= b for a, b in zip(than, vector, strict=True)) and (than != vector or at < place)
            beaten = beaten or (other_feeder == feeder and at != place and better)
        if not beaten:
            kept.append((feeder, one))
    return kept


def _facts(bench: Bench, number: int, level: str, measures: dict[str, int]) -> dict[str, Any]:
    sites = bench.sites
    use = sites.uses[number]
    small = "resident" if use == "residential" else "lv_small_business" if use in BUSINESS else "lv_other"
    place = shapely.point_on_surface(sites.geometry[number])
    town = bench.grid["city_area"]["geometry"].iloc[0]
    important = sites.important[number]
    return {
        "customer": small if level == "transformer" else "hv",
        "area": "urban",  # S1 says so, S2 says nothing
        "in_city_area": bool(shapely.covers(town, place)),
        "in_plug_and_play_zone": False,
        "supplies": 1,
        "built_by": "utility",
        **({} if important is None else {"important": bool(important)}),
        "route": {
            "length_m": measures["length_cm"] / 100,
            "city_road_crossing_m": measures["city_road_crossing_cm"] / 100,
            "excavation_m": measures["excavation_cm"] / 100,
            "green_m": measures["green_cm"] / 100,
            "along_main_road_m": measures["along_main_road_cm"] / 100,
            "along_infrastructure_m": measures["along_infrastructure_cm"] / 100,
        },
    }


def _expected(
    bench: Bench, number: int, kva: float, kw: float, question: Question, policy: str | None
) -> list[Option]:
    level = _level(policy, kw, kva)
    served = bench.network.levels[level]  # type: ignore[index]
    able = {owner for owner, name in enumerate(served.ids.tolist()) if _open_kva(level, name) >= kva}
    told = []
    for owner, measures in _routes(served.router, number, able, question.k, question.limit_m):
        procedure = len(PROCEDURES)
        if policy is not None:
            facts = _facts(bench, number, level, measures) | {"load_kva": kva, "load_kw": kw}
            approval = decide(question.policies[policy], question.on, read_facts(facts)).parts["approval"]
            if approval.kind in (Kind.DECIDED, Kind.UNDECIDED):
                procedure = PROCEDURES.index(approval.fields["procedure"])
        told.append((procedure, measures["length_cm"], served.ids[owner]))
    told.sort()
    return told[: question.k]


@pytest.mark.parametrize(
    ("kva", "k", "limit_m", "policy"),
    [
        (150.0, 2, 2_000.0, "liangzihu"),
        (1_900.0, 3, 700.0, "liangzihu"),
        (1_200.0, 1, 2_000.0, "wujiang"),
        (5_100.0, 3, 2_000.0, "wujiang"),
        (2_301.0, 20, 2_000.0, "suzhou-anhui"),
        (900.0, 2, 450.0, "jilin-local-power"),
        (700.0, 3, 2_000.0, None),
    ],
)
def test_options_are_what_they_mean(
    bench: Bench, kva: float, k: int, limit_m: float, policy: str | None
) -> None:
    question = Question.of(ON, k=k, limit_m=limit_m)
    sites = bench.loaded(kva)
    sites = sites.under(policy or "nobody")
    plan = planned(sites, question, bench.table)
    options = find_options(bench.network, bench.desk.offers, sites, plan, question, AllParcels(bench.network))
    met = 0
    for number in range(0, len(sites), 3):
        rows = np.flatnonzero(options.site == number)
        served = [bench.network.levels[_level(policy, kva, kva)] for _ in rows]  # type: ignore[index]
        found = [
            (
                int(options.procedure[row]),
                int(options.measures.length_cm[row]),
                str(each.ids[options.owner[row]]),
            )
            for row, each in zip(rows.tolist(), served, strict=True)
        ]
        assert found == _expected(bench, number, kva, kva, question, policy), sites.ids[number]
        assert options.rank[rows].tolist() == list(range(len(rows)))
        met += len(rows)
    assert met


def test_the_open_capacity_is_that_of_the_figures(bench: Bench) -> None:
    for level, served in bench.network.levels.items():
        offer = bench.desk.offers[level]
        expected = [_open_kva(level, name) for name in served.ids.tolist()]
        assert offer.able_kva == pytest.approx(expected, nan_ok=True, abs=1e-6)
