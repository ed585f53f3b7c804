"""What verges and crossings run through, against shapely's lengths of the same lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gis.corridors.coverage import Column, Coverage, Overlays, coverage
from gis.corridors.coverage_clip import beside, inside, straight_lines
from gis.corridors.coverage_intervals import Intervals, both, covered_cm, united, without
from gis.corridors.drawn_offsets import nominal_offsets
from gis.corridors.graph import ArcKind, CornerGraph
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Kind

EAST, NORTH = 500_000.0, 3_400_000.0
STRAIGHT = [[(0.0, 0.0), (200.0, 0.0)]]
CROSS = [[(0.0, 0.0), (200.0, 0.0)], [(0.0, 0.0), (-200.0, 0.0)], [(0.0, 0.0), (0.0, 150.0)]]
BENT = [[(0.0, 0.0), (60.0, 10.0), (120.0, -20.0), (200.0, 30.0)]]

MakeGraph = Callable[..., CornerGraph]


def layer(*geometry: shapely.Geometry | None) -> NDArray[np.object_]:
    made = np.empty(len(geometry), dtype=object)
    made[:] = [
        None if each is None else shapely.transform(each, lambda xy: xy + np.array([EAST, NORTH]))
        for each in geometry
    ]
    return made


def covered(graph: CornerGraph, **layers: NDArray[np.object_]) -> Coverage:
    none = layer()
    overlays = Overlays(
        **{name: layers.get(name, none) for name in ("green", "infrastructure", "ducts", "city_area")}
    )
    return coverage(graph, nominal_offsets(graph), overlays, CorridorParameters())


def stretches(intervals: Intervals, verge: int) -> list[tuple[int, int]]:
    rows = slice(intervals.start[verge], intervals.start[verge + 1])
    return list(zip(intervals.low_cm[rows].tolist(), intervals.high_cm[rows].tolist(), strict=True))


def with_streets(graph: CornerGraph, **fields: Any) -> CornerGraph:
    return replace(graph, streets=replace(graph.streets, **fields))


def verge_inside_m(graph: CornerGraph, side: int, area: shapely.Geometry) -> float:
    """How much of a verge of the first edge, as shapely draws it, lies inside an area."""
    streets = graph.streets
    rows = slice(streets.vertex_start[0], streets.vertex_start[1])
    line = shapely.LineString(np.stack([streets.x[rows], streets.y[rows]], axis=1))
    half = graph.half_width_m[side] if side == 0 else -graph.half_width_m[side]
    verge = shapely.offset_curve(line, half, join_style="mitre", mitre_limit=50)
    return float(shapely.length(shapely.intersection(verge, area)))


# ---- intervals


def marked(intervals: Intervals, verges: int, size: int) -> NDArray[np.bool_]:
    marks = np.zeros((verges, size), dtype=bool)
    for verge in range(verges):
        for low, high in stretches(intervals, verge):
            marks[verge, low:high] = True
    return marks


ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(0, 12)), max_size=12)


def made(rows: list[tuple[int, int, int]]) -> Intervals:
    verge, low, length = (np.array([row[at] for row in rows], dtype=np.int32) for at in range(3))
    return united(4, verge.astype(np.int64), low, low + length)


@settings(deadline=None, max_examples=200)
@given(ROWS, ROWS)
def test_intervals_are_sets_of_centimetres(
    first: list[tuple[int, int, int]], second: list[tuple[int, int, int]]
) -> None:
    one, other = made(first), made(second)
    marks, marks2 = np.zeros((4, 50), dtype=bool), np.zeros((4, 50), dtype=bool)
    for rows, target in ((first, marks), (second, marks2)):
        for verge, low, length in rows:
            target[verge, low : low + length] = True
    assert (marked(one, 4, 50) == marks).all()
    assert (marked(both(one, other), 4, 50) == (marks | marks2)).all()
    left = without(one, other)
    assert (marked(left, 4, 50) == (marks & ~marks2)).all()
    assert (left.total_cm == (marks & ~marks2).sum(axis=1)).all()
    # Disjoint and not even touching, so that every stretch stands once.
    for verge in range(4):
        found = stretches(one, verge)
        assert all(before[1] < after[0] for before, after in pairwise(found))


@settings(deadline=None, max_examples=100)
@given(ROWS, st.integers(0, 3), st.integers(0, 45), st.integers(0, 45))
def test_a_part_of_a_verge_is_covered_as_its_centimetres_are(
    rows: list[tuple[int, int, int]], verge: int, low: int, high: int
) -> None:
    intervals = made(rows)
    low, high = min(low, high), max(low, high)
    found = covered_cm(intervals, np.array([verge]), np.array([low]), np.array([high]))
    assert found.tolist() == [marked(intervals, 4, 50)[verge, low:high].sum()]


# ---- straight lines


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 2**32 - 1))
def test_parts_of_lines_are_as_long_as_shapely_says(seed: int) -> None:
    dice = np.random.default_rng(seed)
    ends = dice.uniform(-50.0, 50.0, (4, 6))
    lines = straight_lines(*ends)
    things = np.array(
        [
            shapely.Point(*dice.uniform(-50.0, 50.0, 2)),
            shapely.LineString(dice.uniform(-50.0, 50.0, (4, 2))),
            shapely.Point(*dice.uniform(-50.0, 50.0, 2)).buffer(dice.uniform(1.0, 40.0), quad_segs=2),
            None,
        ],
        dtype=object,
    )
    for parts, area in (
        (inside(lines, things), things[2]),
        (
            beside(lines, things, 9.0, along=False),
            shapely.union_all(shapely.buffer(things[:3], 9.0, quad_segs=400)),
        ),
    ):
        for row in range(6):
            mine = shapely.union_all(
                [
                    shapely.LineString([(low, 0.0), (high, 0.0)])
                    for low, high in zip(
                        parts.low[parts.row == row], parts.high[parts.row == row], strict=True
                    )
                ]
            )
            length = shapely.length(lines.geometry[row])
            expected = shapely.length(shapely.intersection(lines.geometry[row], area))
            assert mine.length * length == pytest.approx(expected, abs=0.01)


def test_a_line_without_length_lies_inside_or_not() -> None:
    lines = straight_lines(*(np.array(values) for values in ([0.0, 9.0], [0.0, 9.0], [0.0, 9.0], [0.0, 9.0])))
    parts = inside(lines, np.array([shapely.box(-1, -1, 1, 1)], dtype=object))
    assert (parts.row.tolist(), parts.low.tolist(), parts.high.tolist()) == ([0], [0.0], [1.0])


# ---- verges


def test_green_beside_a_straight_road_lies_on_its_own_side(make_graph: MakeGraph) -> None:
    graph = make_graph(STRAIGHT, 10.0)
    found = covered(graph, green=layer(shapely.box(50, 2, 80, 20), shapely.box(70, 4, 90, 9), None))
    assert stretches(found.green, 0) == [(5000, 9000)]
    assert stretches(found.green, 1) == []
    assert found.green.total_cm.tolist() == [4000, 0]


def test_green_counts_where_the_cable_is_drawn(make_graph: MakeGraph) -> None:
    graph = make_graph(STRAIGHT, [20.0])
    between = layer(shapely.box(-10.0, 3.0, 210.0, 5.0))
    none = layer()
    overlays = Overlays(green=between, infrastructure=none, ducts=none, city_area=none)
    for offset_m, green_cm in ((10.0, 0), (4.5, 20_000)):
        at = np.array([[offset_m], [10.0]])
        found = coverage(graph, at, overlays, CorridorParameters())
        assert found.green.total_cm.tolist() == [green_cm, 0]


def test_green_around_everything_covers_all_of_every_verge(make_graph: MakeGraph) -> None:
    graph = make_graph([*BENT, [(200.0, 30.0), (260.0, 90.0)], [(200.0, 30.0), (250.0, -60.0)]], 14.0)
    found = covered(graph, green=layer(shapely.box(-500, -500, 900, 900)))
    assert (found.green.total_cm == graph.verge_cm).all()
    assert (found.arc_measures[:, Column.GREEN] == graph.arc_cm).all()


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_green_on_a_bent_road_is_what_it_cuts_out_of_the_verge(make_graph: MakeGraph, seed: int) -> None:
    dice = np.random.default_rng(seed)
    x = np.cumsum([0.0, *dice.uniform(40.0, 90.0, 3)])
    line = np.stack([x, dice.uniform(-15.0, 15.0, 4)], axis=1)
    graph = make_graph([[(float(px), float(py)) for px, py in line]], 12.0)
    blobs = [
        shapely.Point(*dice.uniform([0.0, -30.0], [200.0, 30.0])).buffer(dice.uniform(3.0, 40.0))
        for _ in range(3)
    ]
    green = layer(*blobs)
    found = covered(graph, green=green)
    area = shapely.union_all(green)
    for side in (0, 1):
        expected = verge_inside_m(graph, side, area)
        assert found.green.total_cm[side] == pytest.approx(100.0 * expected, abs=12.0)


def test_stretches_lie_where_the_verge_counts_from_its_first_corner(make_graph: MakeGraph) -> None:
    graph = make_graph([[(0.0, 0.0), (100.0, 0.0), (100.0, 100.0)]], 10.0)
    found = covered(graph, green=layer(shapely.box(90, 30, 110, 40)))
    # The inner verge is 95 m to the bend, the outer one 105 m.
    assert stretches(found.green, 0) == [(12000, 13000)]
    assert stretches(found.green, 1) == [(14000, 15000)]


def test_infrastructure_counts_within_its_distance(make_graph: MakeGraph) -> None:
    graph = make_graph(STRAIGHT, 10.0)
    found = covered(graph, infrastructure=layer(shapely.Point(100, 17)))
    # The left verge runs 12 m from it: 16 m to either side within 20 m. The right one is 22 m away.
    assert stretches(found.infrastructure, 0) == [(8400, 11600)]
    assert stretches(found.infrastructure, 1) == []


def test_a_duct_beside_a_verge_saves_the_digging_there(make_graph: MakeGraph) -> None:
    graph = with_streets(make_graph(STRAIGHT, 10.0), city=np.array([1], dtype=np.int8))
    found = covered(graph, ducts=layer(shapely.LineString([(50, 8), (120, 8)])))
    # 3 m beside the left verge: 4 m farther at either end are still within 5 m.
    assert stretches(found.duct, 0) == [(4600, 12400)]
    assert stretches(found.duct, 1) == []
    assert stretches(found.dug, 0) == [(0, 4600), (12400, 20000)]
    assert stretches(found.dug, 1) == [(0, 20000)]


def test_a_duct_that_crosses_the_road_saves_nothing(make_graph: MakeGraph) -> None:
    graph = make_graph(STRAIGHT, 10.0)
    found = covered(graph, ducts=layer(shapely.LineString([(50, -30), (50, 30)])))
    assert found.duct.total_cm.tolist() == [0, 0]


def test_a_duct_away_from_roads_is_a_duct_and_never_dug(make_graph: MakeGraph) -> None:
    graph = make_graph(STRAIGHT, 0.0, "other", Kind.DUCT)
    found = covered(graph, infrastructure=layer(shapely.Point(100, 0)))
    assert found.duct.total_cm.tolist() == [20000, 20000]
    assert found.dug.total_cm.tolist() == [0, 0]
    assert not found.main.any()
    assert found.infrastructure.total_cm.tolist() == [4000, 4000]


def test_green_is_not_dug(make_graph: MakeGraph) -> None:
    graph = with_streets(make_graph(STRAIGHT, 10.0), city=np.array([1], dtype=np.int8))
    found = covered(graph, green=layer(shapely.box(50, 0, 80, 20)))
    assert stretches(found.dug, 0) == [(0, 5000), (8000, 20000)]


@pytest.mark.parametrize(
    ("city", "road_class", "layer_given", "expected"),
    [
        (1, "local", False, [20000, 20000]),
        (1, "track", True, [20000, 20000]),
        (0, "primary", False, [0, 0]),
        (0, "primary", True, [0, 0]),
        (-1, "local", False, [20000, 20000]),
        (-1, "track", False, [0, 0]),
        (-1, "local", True, [6000, 0]),
        (-1, "track", True, [6000, 0]),
    ],
)
def test_city_roads_by_their_own_word_then_by_the_area_then_by_class(
    make_graph: MakeGraph, city: int, road_class: str, layer_given: bool, expected: list[int]
) -> None:
    graph = with_streets(make_graph(STRAIGHT, 10.0, road_class), city=np.array([city], dtype=np.int8))
    area = layer(shapely.box(-10, 1, 60, 30)) if layer_given else layer()
    assert covered(graph, city_area=area).dug.total_cm.tolist() == expected


def test_main_roads_are_primary_and_secondary(make_graph: MakeGraph) -> None:
    classes = ["primary", "secondary", "tertiary"]
    graph = make_graph(CROSS, 10.0, classes)
    found = covered(graph)
    assert found.main.tolist() == [True, True, True, True, False, False]
    along = graph.arc_kind == ArcKind.VERGE
    main = np.isin(graph.arc_edge, [0, 1]) & along
    assert (found.arc_measures[:, Column.MAIN] == np.where(main, graph.arc_cm, 0)).all()


# ---- crossings


def crossing_of(graph: CornerGraph, edge: int) -> int:
    """The crossing of an edge at the middle node, not at its far end."""
    node = graph.corner_node[graph.arc_a]
    crossing = (graph.arc_kind == ArcKind.CROSSING) & (graph.arc_edge == edge) & (node == 0)
    return int(np.flatnonzero(crossing)[0])


def test_a_crossing_counts_by_its_length_and_in_the_city_as_city(make_graph: MakeGraph) -> None:
    graph = with_streets(make_graph(CROSS, [10.0, 10.0, 14.0]), city=np.array([0, -1, 1], dtype=np.int8))
    found = covered(graph, city_area=layer(shapely.box(-60, -50, -1, 50)))
    names = [Column.LENGTH, Column.CROSSING, Column.CITY_CROSSING, Column.EXCAVATION]
    assert found.arc_measures[crossing_of(graph, 0)][names].tolist() == [1000, 1000, 0, 0]
    assert found.arc_measures[crossing_of(graph, 1)][names].tolist() == [1000, 1000, 1000, 1000]
    assert found.arc_measures[crossing_of(graph, 2)][names].tolist() == [1400, 1400, 1400, 1400]


def test_green_on_a_crossing_is_not_dug_and_infrastructure_there_does_not_count(
    make_graph: MakeGraph,
) -> None:
    graph = with_streets(make_graph(CROSS, 10.0), city=np.full(3, 1, dtype=np.int8))
    found = covered(
        graph, green=layer(shapely.box(-90, -2, 90, 2)), infrastructure=layer(shapely.Point(0, 0))
    )
    row = found.arc_measures[crossing_of(graph, 0)]
    assert row[Column.GREEN] == 400
    assert row[Column.EXCAVATION] == 600
    assert row[Column.INFRASTRUCTURE] == 0
    assert row[Column.MAIN] == 0


def test_the_way_around_a_dead_end_is_a_verge(make_graph: MakeGraph) -> None:
    lines = [[(0.0, 0.0), (100.0, 0.0)], [(0.0, 0.0), (0.0, 90.0)], [(0.0, 0.0), (-90.0, 0.0)]]
    outer = [[(-90.0, 0.0), (-90.0, -90.0)], [(0.0, 90.0), (300.0, 200.0)], [(300.0, 200.0), (300.0, -90.0)]]
    graph = make_graph([*lines, *outer], 10.0, "primary")
    around = np.flatnonzero((graph.arc_kind == ArcKind.VERGE) & (graph.arc_verge < 0))
    found = covered(
        graph,
        green=layer(shapely.box(90, 0, 110, 20)),
        infrastructure=layer(shapely.LineString([(80, -200), (80, 200)])),
    )
    assert graph.arc_edge[around].tolist() == [0]
    row = dict(zip(Column, found.arc_measures[around[0]].tolist(), strict=True))
    assert row == {
        Column.LENGTH: 1000,
        Column.CROSSING: 0,
        Column.CITY_CROSSING: 0,
        Column.EXCAVATION: 500,
        Column.GREEN: 500,
        Column.MAIN: 1000,
        Column.INFRASTRUCTURE: 1000,
    }


def test_arcs_along_verges_measure_what_the_verges_do(make_graph: MakeGraph) -> None:
    graph = make_graph(CROSS, [20.0, 10.0, 12.0])
    found = covered(
        graph,
        green=layer(shapely.Point(40, 10).buffer(25)),
        infrastructure=layer(shapely.Point(-50, 20)),
        ducts=layer(shapely.LineString([(10, 14), (90, 14)])),
    )
    walked = np.flatnonzero(graph.arc_verge >= 0)
    verge = graph.arc_verge[walked]
    for column, totals in (
        (Column.LENGTH, graph.verge_cm),
        (Column.GREEN, found.green.total_cm),
        (Column.INFRASTRUCTURE, found.infrastructure.total_cm),
        (Column.EXCAVATION, found.dug.total_cm),
    ):
        assert (found.arc_measures[walked, column] == totals[verge]).all()
    assert found.green.total_cm.sum() > 0
    assert found.duct.total_cm.sum() > 0
