from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from gis.corridors.attachments import Attachments
from gis.corridors.graph import LEFT, RIGHT, CornerGraph
from gis.corridors.places import places

EAST, NORTH = 500_000.0, 3_400_000.0
MakeGraph = Callable[..., CornerGraph]


def attached(
    graph: CornerGraph,
    edge: int,
    side: int,
    stations: tuple[float, float],
    depths: tuple[float, float],
    *,
    part: int = 0,
    either_side: bool = False,
) -> Attachments:
    """One owner with one stretch."""
    streets = graph.streets
    at = int(streets.vertex_start[edge]) + part
    dx, dy = streets.x[at + 1] - streets.x[at], streets.y[at + 1] - streets.y[at]
    length = float(np.hypot(dx, dy))
    normal = np.array([-dy, dx]) / length * (1 if side == LEFT else -1)
    points = [
        np.array([streets.x[at] + dx / length * s, streets.y[at] + dy / length * s]) + normal * d
        for s, d in zip(stations, depths, strict=True)
    ]

    def column(value: float) -> np.ndarray:
        return np.array([value], dtype=np.float64)

    return Attachments(
        start=np.array([0, 1], dtype=np.int32),
        access=np.zeros(1, dtype=np.int8),
        edge=np.array([edge], dtype=np.int32),
        segment=np.array([at - edge], dtype=np.int32),
        side=np.array([side], dtype=np.int8),
        low_m=column(stations[0]),
        high_m=column(stations[1]),
        low_depth_m=column(depths[0]),
        high_depth_m=column(depths[1]),
        low_x=column(points[0][0]),
        low_y=column(points[0][1]),
        high_x=column(points[1][0]),
        high_y=column(points[1][1]),
        either_side=np.array([either_side]),
    )


def test_own_verge_and_the_one_across(make_graph: MakeGraph) -> None:
    graph = make_graph([[(0, 0), (100, 0)]], widths=10.0)
    found = places(graph, attached(graph, 0, LEFT, (20, 40), (8, 3)))
    assert found.verge.tolist() == [LEFT, RIGHT]
    assert found.low_cm.tolist() == [2_000, 2_000]
    assert found.high_cm.tolist() == [4_000, 4_000]
    assert found.low_stub_cm.tolist() == [300, 300]
    assert found.high_stub_cm.tolist() == [0, 0], "inside the verge the way to it is nothing"
    assert found.crossing_cm.tolist() == [0, 1_000]
    assert found.start.tolist() == [0, 2]


def test_owner_on_the_centreline_has_both_verges_for_nothing(make_graph: MakeGraph) -> None:
    graph = make_graph([[(0, 0), (100, 0)]], widths=10.0)
    found = places(graph, attached(graph, 0, RIGHT, (50, 50), (0, 0), either_side=True))
    assert found.crossing_cm.tolist() == [0, 0]


def test_positions_count_from_the_verge_not_from_the_node(make_graph: MakeGraph) -> None:
    # A bend to the left by a right angle: inside 10 m are taken off either segment.
    graph = make_graph([[(0, 0), (100, 0), (100, 100)]], widths=20.0)
    found = places(graph, attached(graph, 0, LEFT, (50, 50), (12, 12), part=1))
    assert found.low_cm.tolist() == [9_000 + 4_000, 11_000 + 6_000]
    beside_the_bend = places(graph, attached(graph, 0, LEFT, (4, 4), (12, 12), part=1))
    assert beside_the_bend.low_cm[0] == 9_000


def test_no_verge_on_the_other_side_no_position_there(make_graph: MakeGraph) -> None:
    lines = [[(-300, 0), (300, 0)], [(-300, 20), (300, 20)], [(-300, 0), (-300, 20)], [(300, 0), (300, 20)]]
    graph = make_graph(lines, widths=12.0)
    found = places(graph, attached(graph, 0, RIGHT, (100, 150), (9, 9)))
    assert found.verge.tolist() == [RIGHT, 2 + LEFT]
    assert found.far_edge.tolist() == [-1, 1]
    # From outer verge to outer verge: 20 m between the centrelines and half a carriageway on either side.
    assert found.crossing_cm.tolist() == [0, 3_200]
    # Both outer verges go around the ends of the median: they begin 6 m before the nodes.
    assert found.low_cm.tolist() == [10_600, 10_600]
    assert found.high_cm.tolist() == [15_600, 15_600]


def test_the_far_carriageway_may_run_the_other_way(make_graph: MakeGraph) -> None:
    lines = [[(-300, 0), (300, 0)], [(300, 20), (-300, 20)], [(-300, 0), (-300, 20)], [(300, 0), (300, 20)]]
    graph = make_graph(lines, widths=12.0)
    found = places(graph, attached(graph, 0, RIGHT, (100, 150), (9, 12)))
    assert found.verge.tolist() == [RIGHT, 2 + RIGHT]
    assert (found.low_cm[1], found.high_cm[1]) == (45_600, 50_600)
    assert found.low_part.tolist() == [0.0, 1.0]
    assert found.high_part.tolist() == [1.0, 0.0]
    assert (found.low_stub_cm[1], found.high_stub_cm[1]) == (600, 300)


def test_main_and_service_roads_are_crossed_together(make_graph: MakeGraph) -> None:
    rows = [0.0, 16.0, 32.0, 48.0]
    lines = [[(-300, y), (300, y)] for y in rows]
    lines += [[(x, a), (x, b)] for x in (-300, 300) for a, b in itertools.pairwise(rows)]
    graph = make_graph(lines, widths=10.0, classes=["secondary"] * 4 + ["local"] * 6)
    found = places(graph, attached(graph, 0, RIGHT, (290, 310), (9, 9)))
    assert found.far_edge.tolist() == [-1, 3]
    assert found.crossing_cm[1] == pytest.approx(5_800, abs=1)


def test_a_stretch_before_two_segments_is_reached_at_both_ends(make_graph: MakeGraph) -> None:
    lines = [
        [(-300, 0), (300, 0)],
        [(-300, 20), (0, 20), (300, 22)],
        [(-300, 0), (-300, 20)],
        [(300, 0), (300, 22)],
    ]
    graph = make_graph(lines, widths=12.0)
    found = places(graph, attached(graph, 0, RIGHT, (250, 350), (9, 9)))
    far = found.far_edge == 1
    assert far.sum() == 2
    assert (found.low_cm[far] == found.high_cm[far]).all()
    assert sorted(found.low_cm[far].tolist()) == pytest.approx([25_600, 35_600], abs=5)


def test_owners_without_attachments_have_no_positions(make_graph: MakeGraph) -> None:
    graph = make_graph([[(0, 0), (100, 0)]], widths=10.0)
    one = attached(graph, 0, LEFT, (20, 40), (8, 8))
    columns = {name: getattr(one, name) for name in one.__dataclass_fields__}
    columns["start"] = np.array([0, 0, 1, 1], dtype=np.int32)
    columns["access"] = np.array([3, 0, 2], dtype=np.int8)
    assert places(graph, Attachments(**columns)).start.tolist() == [0, 0, 2, 2]
