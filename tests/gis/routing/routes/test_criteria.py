"""Weightings of arcs and places, and what they make of a choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.corridors.graph import ArcKind
from gis.routing.criteria import Criterion, costs, unweighted_cm, verge_percent, weighted_cm

MakeTown = Callable[..., Any]
ROAD = [[(0.0, 0.0), (100.0, 0.0)], [(100.0, 0.0), (100.0, 80.0)]]
HERE = [[(0, 0, 0, 20.0, 30.0, 15.0, 12.0)]]
THERE = [[(1, 0, 1, 40.0, 40.0, 9.0, 9.0)]]


def test_every_weight_is_at_least_a_metre_a_metre() -> None:
    assert Criterion.SHORTEST.value.crossing == Criterion.SHORTEST.value.busy == 100
    assert all(weights.value.crossing >= 100 <= weights.value.busy for weights in Criterion)


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 10_000_000), st.integers(100, 900))
def test_a_weighted_length_gives_the_length_back(length: int, percent: int) -> None:
    weighted = weighted_cm(np.array([length], dtype=np.int32), percent)
    assert abs(int(weighted[0]) - length * percent / 100) <= 0.5
    assert unweighted_cm(weighted, np.array([percent])).tolist() == [length]


def test_costs_are_lengths_times_weights_and_never_nothing(make_town: MakeTown) -> None:
    town = make_town(ROAD, HERE, THERE, widths=[20.0, 0.0], classes=["primary", "local"])
    graph = town.graph
    kind, cm = graph.arc_kind[graph.arc], graph.arc_cm[graph.arc]
    primary = graph.arc_edge[graph.arc] == 0
    for criterion, crossing, main in (
        (Criterion.SHORTEST, 100, 100),
        (Criterion.FEW_CROSSINGS, 500, 100),
        (Criterion.QUIET, 100, 300),
    ):
        weight = np.where(kind == ArcKind.VERGE, np.where(primary, main, 100), crossing)
        made = costs(graph, town.coverage, criterion)
        assert (made.cost == np.maximum(cm.astype(np.int64) * weight // 100, 1)).all()
        assert (made.start == graph.start).all()
        assert (made.head == graph.head).all()
    assert (cm == 0).any()


def test_a_verge_partly_along_infrastructure_weighs_in_between(make_town: MakeTown) -> None:
    point = [shapely.Point(50.0, 5.0)]
    town = make_town(ROAD, HERE, THERE, widths=10.0, infrastructure=point)
    percent = verge_percent(town.graph, town.coverage, Criterion.QUIET)
    busy = town.coverage.infrastructure.total_cm[0]
    assert busy == 4000
    assert percent[0] == round(100 + 200 * busy / town.graph.verge_cm[0])
    assert (verge_percent(town.graph, town.coverage, Criterion.FEW_CROSSINGS) == 100).all()


def test_a_main_road_along_infrastructure_is_busy_once(make_town: MakeTown) -> None:
    point = [shapely.Point(50.0, 5.0)]
    town = make_town(ROAD, HERE, THERE, classes="primary", infrastructure=point)
    assert (verge_percent(town.graph, town.coverage, Criterion.QUIET) == 300).all()


@pytest.mark.parametrize("criterion", list(Criterion))
def test_positions_cost_what_the_way_to_either_corner_does(make_town: MakeTown, criterion: Criterion) -> None:
    town = make_town(ROAD, HERE, THERE, widths=[20.0, 8.0], classes=["secondary", "local"])
    entries, _ = town.ends(criterion)
    found, places = entries.positions, entries.places
    percent = verge_percent(town.graph, town.coverage, criterion)
    for row, verge in enumerate(places.verge):
        weight, over = percent[verge] / 100, places.crossing_cm[row] * criterion.value.crossing / 100
        whole = town.graph.verge_cm[verge] * weight
        low = places.low_stub_cm[row] + over, places.low_cm[row] * weight
        high = places.high_stub_cm[row] + over, places.high_cm[row] * weight
        assert (found.low[row], found.high[row]) == pytest.approx((low[1], high[1]), abs=0.5)
        assert (found.low_cost[row], found.high_cost[row]) == pytest.approx((low[0], high[0]), abs=0.5)
        assert found.cost_a[row] == pytest.approx(min(sum(low), sum(high)), abs=1.5)
        assert found.cost_b[row] == pytest.approx(
            min(low[0] + whole - low[1], high[0] + whole - high[1]), abs=1.5
        )
    assert (found.corner_a == town.graph.verge_a[places.verge]).all()
    assert (places.crossing_cm > 0).any()


def test_the_criteria_find_the_routes_they_are_for(make_town: MakeTown) -> None:
    # A main road straight to the tap, and a quiet way around the block on its north side.
    lines = [
        [(0.0, 0.0), (200.0, 0.0)],
        [(0.0, 0.0), (0.0, 60.0)],
        [(0.0, 60.0), (200.0, 60.0)],
        [(200.0, 60.0), (200.0, 0.0)],
    ]
    town = make_town(
        lines,
        [[(1, 0, 1, 30.0, 30.0, 8.0, 8.0)]],
        [[(3, 0, 1, 30.0, 30.0, 8.0, 8.0)]],
        classes=["primary", "local", "local", "local"],
        widths=[20.0, 8.0, 8.0, 8.0],
    )
    _, short = town.measures(Criterion.SHORTEST)
    _, quiet = town.measures(Criterion.QUIET)
    assert short.along_main_road_cm[0] > 0
    assert quiet.along_main_road_cm[0] == 0
    assert quiet.length_cm[0] > short.length_cm[0]
