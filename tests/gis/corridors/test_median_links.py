from __future__ import annotations

import itertools
from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest
import shapely

from gis.corridors.corners import Surrounding, corner_graph
from gis.corridors.median_links import with_median_links
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Kind, Streets

EAST, NORTH = 500_000.0, 3_400_000.0
NOWHERE = np.empty((0, 2))
MakeStreets = Callable[..., Streets]
Lines = list[list[tuple[float, float]]]


def rows(*heights: float, west: float = -300.0, east: float = 300.0) -> Lines:
    """Parallel carriageways, joined at both ends."""
    lines: Lines = []
    for y in heights:
        stops = [west, 0.0, east] if y in (heights[0], heights[-1]) else [west, east]
        lines += [[(a, y), (b, y)] for a, b in itertools.pairwise(stops)]
    for x in (west, east):
        lines += [[(x, a), (x, b)] for a, b in itertools.pairwise(heights)]
    return lines


def shortest_m(streets: Streets, start: tuple[float, float], end: tuple[float, float]) -> float:
    graph = corner_graph(streets, Surrounding(NOWHERE, np.empty(0, dtype=object)), CorridorParameters())
    network: nx.MultiGraph[int] = nx.MultiGraph()
    for arc in range(graph.arcs):
        network.add_edge(int(graph.arc_a[arc]), int(graph.arc_b[arc]), cm=int(graph.arc_cm[arc]))
    a, b = (
        int(np.argmin(np.hypot(graph.corner_x - EAST - x, graph.corner_y - NORTH - y)))
        for x, y in (start, end)
    )
    return float(nx.dijkstra_path_length(network, a, b, weight="cm")) / 100


def test_opposite_a_side_street_the_whole_road_is_crossed(make_streets: MakeStreets) -> None:
    lines = [*rows(0.0, 20.0), [(0.0, -90.0), (0.0, 0.0)]]
    streets = make_streets(lines, widths=12.0)
    linked = with_median_links(streets, NOWHERE, CorridorParameters())
    assert (linked.edges, linked.nodes) == (streets.edges + 1, streets.nodes)
    assert linked.width_m[-1] == 0.0
    # 20 m between the centrelines and half a carriageway at either side, from the street's own corner.
    assert shortest_m(linked, (-6, -6), (0, 26)) == 32.0
    assert shortest_m(streets, (-6, -6), (0, 26)) > 500


def test_a_far_carriageway_without_a_node_is_cut(make_streets: MakeStreets) -> None:
    lines = [[(-300, 20), (300, 20)], [(-300, 0), (-80, 0)], [(-80, 0), (300, 0)], [(-80, -90), (-80, 0)]]
    lines += [[(x, 0), (x, 20)] for x in (-300, 300)]
    streets = make_streets(lines, widths=12.0)
    linked = with_median_links(streets, NOWHERE, CorridorParameters())
    assert (linked.edges, linked.nodes) == (streets.edges + 2, streets.nodes + 1)
    whole = shapely.length(shapely.linestrings(streets.x[:2], streets.y[:2]))
    cut = [at for at in range(linked.edges) if linked.road[at] == 0 and linked.width_m[at] > 0]
    ends = [linked.vertex_start[cut], linked.vertex_start[np.array(cut) + 1] - 1]
    assert np.hypot(*(v[ends[1]] - v[ends[0]] for v in (linked.x, linked.y))).sum() == pytest.approx(whole)
    assert np.allclose(linked.x[linked.vertex_start[:-1]], linked.node_x[linked.edge_from])
    assert np.allclose(linked.x[linked.vertex_start[1:] - 1], linked.node_x[linked.edge_to])
    assert np.allclose(linked.y[linked.vertex_start[1:] - 1], linked.node_y[linked.edge_to])


def test_service_and_main_roads_are_linked_one_after_the_other(make_streets: MakeStreets) -> None:
    lines = [*rows(0.0, 16.0, 32.0, 48.0), [(0.0, -90.0), (0.0, 0.0)]]
    streets = make_streets(lines, widths=10.0, classes="secondary")
    linked = with_median_links(streets, NOWHERE, CorridorParameters())
    assert (linked.width_m == 0).sum() == 3
    assert shortest_m(linked, (-5, -5), (0, 53)) == 58.0


def test_a_break_in_the_median_is_enough(make_streets: MakeStreets) -> None:
    lines = [*rows(0.0, 20.0), [(0, -90), (0, 0)], [(0, 0), (0, 20)], [(0, 20), (0, 90)]]
    streets = make_streets(lines, widths=12.0)
    assert with_median_links(streets, NOWHERE, CorridorParameters()) is streets


def test_expressways_are_crossed_at_their_own_junctions_only(make_streets: MakeStreets) -> None:
    lines = [*rows(0.0, 20.0), [(0.0, -90.0), (0.0, 0.0)]]
    kinds = [Kind.STREET, Kind.STREET, Kind.EXPRESSWAY, Kind.EXPRESSWAY] + [Kind.STREET] * 3
    streets = make_streets(lines, widths=12.0, kinds=kinds)
    assert with_median_links(streets, NOWHERE, CorridorParameters()) is streets


def test_no_roads_no_links(make_streets: MakeStreets) -> None:
    streets = make_streets([])
    assert with_median_links(streets, NOWHERE, CorridorParameters()) is streets
