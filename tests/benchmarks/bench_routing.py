"""How long routes take: all parcels at once and one alone, as ratios, beside what others need for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import geopandas as gpd
import numpy as np
import psycopg
import pytest
from scipy.sparse.csgraph import dijkstra

from gis.corridors.streets import Longs
from gis.routing.measure import Measures, measures
from gis.routing.paths import Paths
from gis.routing.router import Connections, Router
from gis.routing.search import Search
from gis.routing.sweep import capacity_sweep
from tests.benchmarks import pgrouting
from tests.benchmarks.cities import City
from tests.benchmarks.conftest import ROUNDS
from tests.benchmarks.figures import Board, cpu_rounds, cpu_second, cpu_seconds, wall_ms, wall_ms_in_turn
from tests.benchmarks.peers import (
    UNREACHED,
    District,
    LoadClass,
    Problem,
    costs_at_parcels,
    costs_by_feeder,
    load_classes,
    straight_lines,
)

LIMIT_M: Final = 2_000.0
LIMIT: Final = 200_000
_MEASURED_FOR_S: Final = 10.0
_SAMPLE: Final = 500
_PEER_SAMPLE: Final = 50
_PGROUTING_SAMPLE: Final = 200
_CLASSES, _CLASSES_TIMED = 32, 4


def _sweep(city: City, load: Any = None, **options: Any) -> Paths:
    given = {"k": 1, "limit": LIMIT, "paths": False} | options
    load = city.load_kva if load is None else load
    return capacity_sweep(city.one.indexes[0], city.one.parcels.doors[0], load, city.capacity_kva, **given)


def _measured(city: City, k: int) -> Measures:
    found = _sweep(city, k=k, paths=True)
    entries, taps = city.one.parcels.anchors[0], city.one.tap_anchors[0]
    return measures(city.corridors.graph, city.corridors.coverage, entries, taps, found)


@pytest.fixture(scope="module")
def problem(city: City) -> Problem:
    """Give the city's question as plain arrays."""
    return Problem.of(city)


def _yardstick(problem: Problem) -> Callable[[], Any]:
    """Return what takes S."""
    return partial(dijkstra, problem.matrix, indices=problem.tap_corners, min_only=True)


def test_all_parcels(city: City, problem: Problem, board: Board) -> None:
    jobs: dict[str, tuple[str, float | None, Callable[[], Any]]] = {
        "2 km": ("sweep, every parcel its own load, 2 km", 1.0, lambda: _sweep(city)),
        "600 m": ("sweep, 600 m", 0.35, lambda: _sweep(city, limit=60_000)),
        "top 3": ("sweep, top 3, 2 km", 3.0, lambda: _sweep(city, k=3)),
        "top 5": ("sweep, top 5, 2 km", 4.5, lambda: _sweep(city, k=5)),
        "one": ("sweep, routes and all measures, 2 km", 2.5, lambda: _measured(city, 1)),
        "three": ("the same, top 3", None, lambda: _measured(city, 3)),
    }
    yardstick = {"S": _yardstick(problem)}
    taken = cpu_rounds(yardstick | {name: job for name, (_, _, job) in jobs.items()}, ROUNDS, _MEASURED_FOR_S)
    scipy_s = float(np.median(taken["S"]))
    board.add(city.name, "S", f"{scipy_s:.3f} s")
    for name, (question, most, _) in jobs.items():
        low, ratio, high = np.percentile(taken[name] / taken["S"], [25, 50, 75])
        also = f"{low:.3g} to {high:.3g}, {np.median(taken[name]):.3f} s"
        if most is None:
            board.add(city.name, question, f"{ratio:.3g} S, {also}")
        else:
            board.at_most(city.name, question, ratio, most, "S", also)
    every = cpu_seconds({"all": lambda: _connections(city)}, 1)["all"]
    board.add(city.name, "all criteria, top 3, measures, choice", f"{every / scipy_s:.3g} S, {every:.3f} s")


def _connections(city: City) -> Connections:
    return city.all.connections(city.load_kva, city.capacity_kva, Search(3, LIMIT_M))


def _sample(city: City, size: int) -> Longs:
    rng = np.random.default_rng(11)
    able = np.flatnonzero(np.diff(city.corridors.entries.start))
    return np.sort(rng.choice(able, min(size, len(able)), replace=False))


def _local(router: Router, city: City, parcels: Longs, k: int = 5) -> list[Callable[[], Connections]]:
    """Return the question of each parcel: its feeders, routes and measures by all criteria of a router."""
    searchers = router.searchers()
    return [
        partial(
            router.local_connections,
            searchers,
            int(parcel),
            float(city.load_kva[parcel]),
            city.capacity_kva,
            Search(k, LIMIT_M),
        )
        for parcel in parcels
    ]


def test_one_parcel(city: City, board: Board) -> None:
    parcels = _sample(city, _SAMPLE)
    for router, criteria, most in ((city.one, "one criterion", 0.5), (city.all, "three criteria", 1.5)):
        taken, _ = wall_ms(_local(router, city, parcels), ROUNDS)
        question = f"one parcel, top 5 with routes and measures, {criteria}, p95 of {len(parcels)}"
        p95, median = np.percentile(taken, [95, 50])
        board.at_most(city.name, question, p95, most, "ms", f"median {median:.3g} ms")
    searchers = city.all.searchers()
    drawn = [
        partial(
            city.all.routes,
            int(parcel),
            float(city.load_kva[parcel]),
            city.capacity_kva,
            Search(5, LIMIT_M),
            searchers=searchers,
        )
        for parcel in parcels[:_PEER_SAMPLE]
    ]
    p95, median = np.percentile(wall_ms(drawn, 1)[0], [95, 50])
    board.add(city.name, "the same, three criteria, and drawn, p95", f"{p95:.3g} ms, median {median:.3g} ms")


def test_the_sweep_answers_as_the_local_search_does(city: City) -> None:
    found = _sweep(city, k=5, paths=True)
    parcels = _sample(city, _SAMPLE)
    for parcel, question in zip(parcels, _local(city.one, city, parcels), strict=True):
        one = question().paths[0]
        rows = np.flatnonzero(found.parcel == parcel)
        for name in ("feeder", "cost", "entry_position", "entry_end", "tap_position", "tap_end", "x", "y"):
            np.testing.assert_array_equal(getattr(found, name)[rows], getattr(one, name))
        arcs = [found.arc[found.start[row] : found.start[row + 1]] for row in rows]
        np.testing.assert_array_equal(np.concatenate([one.arc[:0], *arcs]), one.arc)


def test_straight_lines(city: City, board: Board) -> None:
    parcels, taps = straight_lines(city)
    jobs = {"line": lambda: gpd.sjoin_nearest(parcels, taps), "ours": lambda: _sweep(city)}
    taken = cpu_seconds(jobs, ROUNDS)
    board.at_least(
        city.name,
        "straight-line `geopandas.sjoin_nearest` of parcels and tap points, without capacities",
        taken["line"] / taken["ours"],
        1.0,
        "times our sweep",
        f"{taken['line']:.3f} s",
    )


def test_one_scipy_search_for_each_load_class(city: City, problem: Problem, board: Board) -> None:
    of_class, load = load_classes(city.load_kva, _CLASSES)
    own = np.full(len(city.parcels), UNREACHED)
    swept = own.copy()
    found, by_class = _sweep(city), _sweep(city, load[of_class])
    own[found.parcel], swept[by_class.parcel] = found.cost, by_class.cost
    seconds, agree, asked = 0.0, 0, 0
    for one in np.linspace(0, _CLASSES - 1, _CLASSES_TIMED).round().astype(int):
        able = city.capacity_kva >= load[one]
        question = LoadClass.of(problem, able, LIMIT)
        taken_s, at_corners = cpu_second(question.costs)
        seconds += taken_s
        cost = costs_at_parcels(problem, at_corners, able, LIMIT)
        members = of_class == one
        np.testing.assert_array_equal(swept[members], cost[members])
        agree, asked = agree + int(np.sum(cost[members] == own[members])), asked + int(members.sum())
    taken = cpu_seconds({"S": _yardstick(problem), "ours": lambda: _sweep(city)}, ROUNDS)
    every = seconds * _CLASSES / _CLASSES_TIMED
    board.add(
        city.name,
        f"scipy once for each of {_CLASSES} load classes within 2 km ({_CLASSES_TIMED} timed, extrapolated)",
        f"{every / taken['S']:.3g} S, {every:.1f} s, {every / taken['ours']:.0f} times our sweep;"
        f" right for {agree / asked:.1%} of the parcels",
    )


def test_networkx_parcel_by_parcel(city: City, problem: Problem, board: Board) -> None:
    district = District.of(city, problem, _PEER_SAMPLE, LIMIT_M, np.random.default_rng(12))
    vertices = [district.join(problem, int(parcel)) for parcel in district.parcels]
    jobs = [partial(district.costs, vertex, LIMIT) for vertex in vertices]
    taken, answers = wall_ms(jobs, 1)
    ours, _ = wall_ms(_local(city.one, city, district.parcels, k=1), ROUNDS)
    found = _sweep(city)
    cost = dict(zip(found.parcel.tolist(), found.cost.tolist(), strict=True))
    for parcel, answer in zip(district.parcels.tolist(), answers, strict=True):
        able = city.capacity_kva >= city.load_kva[parcel]
        best = costs_by_feeder(answer, problem, able, LIMIT)
        best = problem.beside.bettered(best, parcel, able, LIMIT)
        assert min(best.values(), default=None) == cost.get(parcel)
    every = float(taken.mean()) * len(city.parcels) / 1_000.0
    swept = cpu_seconds({"ours": lambda: _sweep(city)}, ROUNDS)["ours"]
    board.add(
        city.name,
        f"networkx, one search a parcel ({len(jobs)} in one district, extrapolated to all)",
        f"{every:,.0f} s, {every / swept:,.0f} times our sweep;"
        f" a parcel {taken.mean():.3g} ms, {taken.mean() / ours.mean():.0f} times ours",
    )


def test_pgrouting(city: City, problem: Problem, board: Board, scratch: Callable[[str], str]) -> None:
    url = scratch("kaimen")
    if not pgrouting.available(url):
        board.add(city.name, "pgRouting", "left out: the server does not have it (postgresql-NN-pgrouting)")
        pytest.skip("pgRouting is not installed")
    parcels = _sample(city, _PGROUTING_SAMPLE)
    found = _sweep(city, k=5)
    with psycopg.connect(url, autocommit=True) as connection:
        neighbour = pgrouting.Neighbour.of(connection, city, problem)
        board.machine["pgRouting"] = neighbour.version()
        own = _local(city.one, city, parcels)
        for around_m, least in ((LIMIT_M, 100.0), (LIMIT_M / 2, None)):
            questions = [neighbour.question(int(parcel), 5, around_m) for parcel in parcels]
            asked = [partial(neighbour.nearest, each) for each in questions]
            ours, taken, answers = wall_ms_in_turn(own, asked, ROUNDS)
            p95, median = np.percentile(taken, [95, 50])
            question = (
                f"pgRouting's pgr_dijkstraNear, top 5, {around_m:g} m around a parcel, p95 of {len(parcels)}"
            )
            own_p95 = np.percentile(ours, 95)
            ratio, also = p95 / own_p95, f"{p95:.3g} ms, median {median:.3g} ms; ours {own_p95:.3g} ms"
            if least is None:  # this box cuts routes off: it is shown for its time, not for its answers
                board.add(city.name, question + " (cuts routes off)", f"{ratio:.0f} times ours, {also}")
                continue
            board.at_least(city.name, question, ratio, least, "times ours", also)
            for parcel, answer in zip(parcels.tolist(), answers, strict=True):
                able = city.capacity_kva >= city.load_kva[parcel]
                best = {feeder: cost for feeder, cost in answer.items() if cost <= LIMIT}
                best = problem.beside.bettered(best, parcel, able, LIMIT)
                assert sorted(best.values())[:5] == found.cost[found.parcel == parcel].tolist()
