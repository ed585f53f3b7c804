"""How far from the centreline routes are drawn, and the plan that drawing reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely

from gis.corridors.drawn_offsets import draw_offsets
from gis.routing.draw_plan import draw_plan

MakeTown = Callable[..., Any]


def test_offsets_are_half_the_width_or_half_a_metre_before_the_nearest_parcel(make_town: MakeTown) -> None:
    town = make_town(
        [[(0.0, 0.0), (50.0, 0.0), (100.0, 0.0), (150.0, 0.0)]],
        [[(0, 0, 0, 5.0, 5.0, 9.0, 9.0)]],
        [[(0, 0, 0, 5.0, 5.0, 9.0, 9.0)]],
        widths=20.0,
        land=[
            shapely.box(10.0, 6.0, 40.0, 30.0),
            shapely.box(60.0, -30.0, 90.0, -0.6),
            shapely.box(110.0, 10.2, 140.0, 30.0),
        ],
    )
    found = draw_offsets(town.graph, np.array([None, *town.land], dtype=object))
    assert found == pytest.approx(np.array([[5.5, 10.0, 9.7], [10.0, 0.3, 10.0]]), abs=1e-6)


def test_offsets_are_those_of_distances_to_the_land_beside_each_segment(make_random_town: MakeTown) -> None:
    for seed in range(4):
        town = make_random_town(seed, bent=False, inset_m=3.0)
        graph, streets = town.graph, town.graph.streets
        found = draw_offsets(graph, town.land)
        for edge in range(streets.edges):
            a, b = ((streets.x[2 * edge + at], streets.y[2 * edge + at]) for at in (0, 1))
            for side in (0, 1):
                half = graph.half_width_m[2 * edge + side]
                strip = shapely.buffer(
                    shapely.LineString([a, b]), (half + 0.5) * (1 - 2 * side), single_sided=True
                )
                near = shapely.intersection(shapely.union_all(town.land), strip)
                gap = np.inf if near.is_empty else shapely.distance(near, shapely.LineString([a, b]))
                expected = min(half, max(gap - 0.5, 0.3))
                assert found[side, edge] <= expected + 1e-6
                # Land beyond the segment's ends may count where lines meet there.
                assert found[side, edge] >= min(half, 2.5) - 1e-6


def test_the_plan_has_every_crossing_on_its_own_arm(make_random_town: MakeTown) -> None:
    for seed in range(4):
        town = make_random_town(seed)
        graph, streets = town.graph, town.graph.streets
        plan = draw_plan(graph, town.offset_m)
        for arc in np.flatnonzero(graph.arc_verge < 0):
            edge, end = graph.arc_edge[arc], int(plan.arcs.arm_end[arc])
            node = (streets.edge_from, streets.edge_to)[end][edge]
            assert graph.corner_node[graph.arc_a[arc]] == node
            verge = 2 * edge + end
            assert (graph.verge_a, graph.verge_b)[end][verge] == graph.arc_a[arc]
            assert (graph.verge_a, graph.verge_b)[end][verge ^ 1] == graph.arc_b[arc]
