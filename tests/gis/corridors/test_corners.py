from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.corridors.corners import Surrounding, corner_graph
from gis.corridors.graph import LEFT, RIGHT, ArcKind, CornerGraph
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Kind
from tests.gis.corridors.conftest import streets_of

EAST, NORTH = 500_000.0, 3_400_000.0
MakeGraph = Callable[..., CornerGraph]
Lines = list[list[tuple[float, float]]]


def corner_at(graph: CornerGraph, x: float, y: float) -> int:
    distance = np.hypot(graph.corner_x - EAST - x, graph.corner_y - NORTH - y)
    assert distance.min() < 0.01
    return int(np.argmin(distance))


def distance_m(
    graph: CornerGraph,
    start: tuple[float, float],
    end: tuple[float, float],
    kinds: tuple[int, ...] = (0, 1, 2),
) -> float:
    network: nx.MultiGraph[int] = nx.MultiGraph()
    network.add_nodes_from(range(graph.corners))
    for arc in range(graph.arcs):
        if graph.arc_kind[arc] in kinds:
            network.add_edge(int(graph.arc_a[arc]), int(graph.arc_b[arc]), cm=int(graph.arc_cm[arc]))
    a, b = corner_at(graph, *start), corner_at(graph, *end)
    return float(nx.dijkstra_path_length(network, a, b, weight="cm")) / 100


def test_straight_road_has_two_verges_and_a_crossing_at_each_end(make_graph: MakeGraph) -> None:
    graph = make_graph([[(0, 0), (100, 0)]], widths=12.0)
    assert graph.corners == 4
    assert graph.verge_cm.tolist() == [10_000, 10_000]
    assert graph.arc_cm[graph.arc_kind == ArcKind.CROSSING].tolist() == [1_200, 1_200]
    assert distance_m(graph, (0, 6), (100, -6)) == 112.0


def test_crossroads_takes_half_the_other_road_off_each_verge(make_graph: MakeGraph) -> None:
    arms = [[(0, 0), (100, 0)], [(0, 0), (0, 100)], [(-100, 0), (0, 0)], [(0, -100), (0, 0)]]
    graph = make_graph(arms, widths=[20.0, 12.0, 20.0, 12.0])
    assert sorted(graph.verge_cm.tolist()) == [9_000] * 4 + [9_400] * 4
    # Straight on along one side: 94 m, 12 m across the other road, 94 m.
    assert distance_m(graph, (-100, 10), (100, 10)) == pytest.approx(94 + 12 + 94)
    # Around the corner without crossing anything.
    assert distance_m(graph, (-100, 10), (-6, 100)) == pytest.approx(94 + 90)


def test_a_kilometre_over_five_wide_roads_is_a_kilometre(make_graph: MakeGraph) -> None:
    stops = [0, 150, 350, 500, 650, 850, 1000]
    along = [[(a, 0), (b, 0)] for a, b in itertools.pairwise(stops)]
    across = [line for x in stops[1:-1] for line in ([(x, 0), (x, 80)], [(x, -80), (x, 0)])]
    graph = make_graph([*along, *across], widths=20.0)
    assert distance_m(graph, (0, 10), (1000, 10)) == 1000.0


def test_through_side_of_a_junction_has_no_crossing(make_graph: MakeGraph) -> None:
    graph = make_graph([[(-100, 0), (0, 0)], [(0, 0), (100, 0)], [(0, 0), (0, -100)]], widths=[20, 20, 10])
    assert distance_m(graph, (-100, 10), (100, 10), kinds=(ArcKind.VERGE,)) == 200.0
    assert distance_m(graph, (-100, -10), (100, -10)) == 95 + 10 + 95


def test_a_right_angle_of_a_wide_road_is_shorter_inside_and_longer_outside(make_graph: MakeGraph) -> None:
    graph = make_graph([[(-100, 0), (0, 0), (0, 100)]], widths=40.0)
    assert graph.verge_cm[LEFT] == 20_000 - 2 * 2_000
    assert graph.verge_cm[RIGHT] == 20_000 + 2 * 2_000


def test_a_curve_is_as_long_as_the_line_parallel_to_it(make_graph: MakeGraph) -> None:
    angles = np.linspace(0, math.pi / 2, 31)
    curve = [(100 * math.sin(a), 100 - 100 * math.cos(a)) for a in angles]
    graph = make_graph([curve], widths=20.0)
    line = shapely.LineString(curve)
    for side, offset in ((LEFT, 10.0), (RIGHT, -10.0)):
        parallel = line.offset_curve(offset, join_style="mitre", mitre_limit=10)
        assert graph.verge_cm[side] / 100 == pytest.approx(parallel.length, abs=0.05)


def test_setback_at_an_oblique_corner(make_graph: MakeGraph) -> None:
    # 60 degrees: (w_b + w_a cos t) / sin t with half-widths 5 and 4; at 120 degrees the cosine is negative.
    leg = (100 * math.cos(math.radians(60)), 100 * math.sin(math.radians(60)))
    graph = make_graph([[(0, 0), (100, 0)], [(0, 0), leg], [(-100, 0), (0, 0)]], widths=[10, 8, 10])
    narrow, wide = (4 + 5 * 0.5) / math.sin(math.pi / 3), (4 - 5 * 0.5) / math.sin(math.pi / 3)
    assert min(narrow, 5.0) == 5.0
    assert graph.verge_cm[2 * 0 + LEFT] == 10_000 - 500
    assert graph.verge_cm[2 * 2 + LEFT] == 10_000 - round(100 * wide)


def test_setbacks_longer_than_a_segment_go_on_into_the_next(make_graph: MakeGraph) -> None:
    one = make_graph([[(0, 0), (100, 0)], [(0, 0), (0, 90)], [(0, -90), (0, 0)]], widths=[10, 30, 30])
    cut = make_graph([[(0, 0), (3, 0), (100, 0)], [(0, 0), (0, 90)], [(0, -90), (0, 0)]], widths=[10, 30, 30])
    assert cut.verge_cm.tolist() == one.verge_cm.tolist()
    assert cut.verge_cm[0] == 8_500


def test_an_edge_shorter_than_its_setbacks_is_nothing_long(make_graph: MakeGraph) -> None:
    lines = [
        [(0, 0), (12, 0)],
        [(0, 0), (0, 90)],
        [(0, -90), (0, 0)],
        [(12, 0), (12, 90)],
        [(12, -90), (12, 0)],
    ]
    graph = make_graph(lines, widths=30.0)
    assert graph.verge_cm[:2].tolist() == [0, 0]
    assert (graph.arc_cm >= 0).all()


def test_dead_end_is_walked_around_and_a_cut_one_is_crossed(make_graph: MakeGraph) -> None:
    lines = [
        [(-100, 0), (0, 0)],
        [(0, 0), (100, 0)],
        [(0, 0), (0, 60)],
        [(0, 0), (0, -200)],
        [(0, 300), (5, 300)],
    ]
    graph = make_graph(lines, widths=10.0)
    at_end = (graph.arc_edge == 2) & (graph.arc_verge < 0)
    assert sorted(graph.arc_kind[at_end].tolist()) == [ArcKind.VERGE, ArcKind.CROSSING]
    around = at_end & (graph.arc_kind == ArcKind.VERGE)
    assert graph.arc_cm[around].tolist() == [1_000]
    assert (graph.arc_kind[(graph.arc_edge == 3) & (graph.arc_verge < 0)] == ArcKind.CROSSING).all()


def test_dead_end_at_a_railway_is_crossed(make_graph: MakeGraph) -> None:
    lines = [[(-200, 0), (0, 0)], [(0, 0), (200, 0)], [(0, 0), (0, 60)], [(-200, 70), (200, 70)]]
    kinds = [Kind.STREET] * 3 + [Kind.RAILWAY]
    graph = make_graph(lines, widths=10.0, kinds=kinds)
    assert (graph.arc_kind[(graph.arc_edge == 2) & (graph.arc_verge < 0)] == ArcKind.CROSSING).all()


def test_expressway_is_crossed_at_its_junctions_and_never_walked(make_graph: MakeGraph) -> None:
    lines = [[(-500, 0), (0, 0)], [(0, 0), (500, 0)], [(0, -100), (0, 0)], [(0, 0), (0, 100)]]
    kinds = [Kind.EXPRESSWAY, Kind.EXPRESSWAY, Kind.STREET, Kind.STREET]
    graph = make_graph(
        lines, widths=[30, 30, 10, 10], classes=["expressway"] * 2 + ["local"] * 2, kinds=kinds
    )
    assert graph.verge_a[:4].tolist() == graph.verge_b[:4].tolist() == [-1] * 4
    assert distance_m(graph, (5, -100), (5, 100)) == 85 + 30 + 85


def dual(break_at: float | None = 0.0) -> Lines:
    """Two carriageways 20 m apart, closed by links at both ends, with a street across at the break."""
    lines: Lines = [[(-300, 0), (-300, 20)], [(300, 0), (300, 20)]]
    stops = [-300.0, 300.0] if break_at is None else [-300.0, break_at, 300.0]
    for y in (0.0, 20.0):
        lines += [[(a, y), (b, y)] for a, b in itertools.pairwise(stops)]
    if break_at is not None:
        lines += [
            [(break_at, 0), (break_at, 20)],
            [(break_at, -90), (break_at, 0)],
            [(break_at, 20), (break_at, 110)],
        ]
    return lines


def test_dual_carriageway_is_one_road_from_outer_verge_to_outer_verge(make_graph: MakeGraph) -> None:
    graph = make_graph(dual(), widths=12.0)
    median = graph.verge_a.reshape(-1, 2)[2:6] < 0
    assert median.sum(axis=1).tolist() == [1, 1, 1, 1]
    assert distance_m(graph, (-6, -6), (-6, 26)) == 32.0
    # Every other way around is 300 m along and back.
    assert distance_m(graph, (-6, -6), (-6, 26), kinds=(ArcKind.VERGE, ArcKind.CROSSING)) > 500


def test_carriageways_wider_than_their_distance_do_not_count_twice(make_graph: MakeGraph) -> None:
    graph = make_graph(dual(), widths=[10, 10, 30, 30, 30, 30, 10, 10, 10])
    assert distance_m(graph, (-5, -15), (-5, 35)) == pytest.approx(50.0, abs=0.02)


def test_a_face_with_a_parcel_is_a_block(make_graph: MakeGraph) -> None:
    free = make_graph(dual(None), widths=12.0)
    built = make_graph(dual(None), widths=12.0, parcels=[(0, 10)])
    assert free.corner_median.any()
    assert not built.corner_median.any()


def ring(radius: float, corners: int) -> Lines:
    places = [
        (radius * math.cos(2 * math.pi * at / corners), radius * math.sin(2 * math.pi * at / corners))
        for at in range(corners)
    ]
    sides = [[places[at], places[(at + 1) % corners]] for at in range(corners)]
    arms = [[places[at], (places[at][0] * 5, places[at][1] * 5)] for at in range(0, corners, corners // 4)]
    return sides + arms


def test_roundabout_has_no_verge_on_its_island(make_graph: MakeGraph) -> None:
    graph = make_graph(ring(25, 12), widths=8.0)
    inner = graph.verge_a.reshape(-1, 2)[:12, LEFT]
    assert (inner == -1).all()
    assert (graph.verge_a.reshape(-1, 2)[:12, RIGHT] >= 0).all()


def test_a_small_block_between_lanes_keeps_its_verges(make_graph: MakeGraph) -> None:
    square = [(0.0, 0.0), (40.0, 0.0), (40.0, 40.0), (0.0, 40.0)]
    sides = [[square[at], square[(at + 1) % 4]] for at in range(4)]
    arms = [[(x, y), (x * 9 - 160, y * 9 - 160)] for x, y in square]
    graph = make_graph([*sides, *arms], widths=6.0)
    assert not graph.corner_median.any()


def test_lane_between_two_narrow_strips_keeps_a_verge(make_graph: MakeGraph) -> None:
    rows = [0.0, 15.0, 33.0]
    lines = [[(0, y), (300, y)] for y in rows]
    lines += [[(x, a), (x, b)] for x in (0, 300) for a, b in ((0, 15), (15, 33))]
    graph = make_graph(lines, widths=6.0)
    assert (graph.verge_a.reshape(-1, 2)[1] >= 0).sum() == 1


def test_loop_and_parallel_edges(make_graph: MakeGraph) -> None:
    lines = [
        [(0, 0), (100, 0)],
        [(0, 0), (50, 80), (100, 0)],
        [(100, 0), (160, 60), (160, -60), (100, 0)],
        [(-90, 0), (0, 0)],
    ]
    graph = make_graph(lines, widths=6.0, parcels=[(50, 30), (150, 0)])
    assert (graph.verge_a >= 0).all()
    assert len(graph.component_cm) == 1
    assert (graph.arc_a < graph.corners).all()


def test_empty_network(make_graph: MakeGraph) -> None:
    graph = make_graph([])
    assert (graph.corners, graph.arcs) == (0, 0)


def test_islands_are_pieces_of_their_own_the_longest_first(make_graph: MakeGraph) -> None:
    graph = make_graph([[(0, 0), (50, 0)], [(0, 500), (90, 500)]])
    assert len(graph.component_cm) == 2
    assert graph.component[corner_at(graph, 0, 505)] == 0
    assert graph.component_cm.tolist() == [18_000, 10_000]


@st.composite
def planar_lines(draw: st.DrawFn) -> Lines:
    """Edges of a jittered lattice: planar, with dead ends, chains and pieces."""
    size = draw(st.integers(2, 5))
    shift = st.floats(-18, 18)
    place = {(i, j): (80 * i + draw(shift), 80 * j + draw(shift)) for i in range(size) for j in range(size)}
    pairs = [((i, j), (i + 1, j)) for i in range(size - 1) for j in range(size)]
    pairs += [((i, j), (i, j + 1)) for i in range(size) for j in range(size - 1)]
    kept = draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    return [[place[a], place[b]] for a, b in kept]


@given(planar_lines(), st.sampled_from([4.0, 10.0, 24.0]))
@settings(max_examples=150, deadline=None)
def test_counts_and_pieces(lines: Lines, width: float) -> None:
    graph = _graph(lines, width)
    edges = len(lines)
    degree = np.bincount(np.concatenate([graph.streets.edge_from, graph.streets.edge_to]))
    dead = int((degree == 1).sum())
    assert graph.corners == 2 * edges + dead
    assert (graph.arc_verge < 0).sum() == 2 * edges + (graph.arc_kind == ArcKind.MEDIAN).sum()
    row = np.repeat(np.arange(graph.corners), np.diff(graph.start))
    assert (np.bincount(graph.arc, minlength=graph.arcs) == 2).all()
    assert ((graph.arc_a[graph.arc] == row) | (graph.arc_b[graph.arc] == row)).all()
    streets: nx.Graph[int] = nx.Graph()
    streets.add_edges_from(zip(graph.streets.edge_from.tolist(), graph.streets.edge_to.tolist(), strict=True))
    assert len(graph.component_cm) == nx.number_connected_components(streets)


@given(planar_lines())
@settings(max_examples=100, deadline=None)
def test_turning_an_edge_around_changes_no_distance(lines: Lines) -> None:
    forward = _graph(lines, 10.0)
    backward = _graph([line[::-1] if at % 2 else line for at, line in enumerate(lines)], 10.0)
    assert sorted(forward.arc_cm.tolist()) == pytest.approx(sorted(backward.arc_cm.tolist()), abs=1)
    assert np.sort(forward.corner_x).tolist() == pytest.approx(np.sort(backward.corner_x).tolist(), abs=1e-3)


def _graph(lines: Lines, width: float) -> CornerGraph:
    surrounding = Surrounding(np.empty((0, 2)), np.empty(0, dtype=object))
    return corner_graph(streets_of(lines, width), surrounding, CorridorParameters())
