"""Drawn routes: on the right side, straight across, clear of parcels, as long as measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely

from gis.corridors.streets import Kind
from gis.routing.draw import Sheet, routes
from gis.routing.draw_plan import draw_plan
from gis.routing.measure import measures
from gis.routing.paths import Paths
from gis.routing.route import PieceKind, Route

MakeTown = Callable[..., Any]
EAST, NORTH = 500_000.0, 3_400_000.0
ONE_ROAD = [[(0.0, 0.0), (200.0, 0.0)]]


def points(route: Route) -> list[tuple[float, float]]:
    """The vertices, metres from the origin of the tests."""
    xy = shapely.get_coordinates(route.geometry) - [EAST, NORTH]
    return [(round(float(x), 3) + 0.0, round(float(y), 3) + 0.0) for x, y in xy]


def passed_nodes(town: Any, paths: Paths, row: int) -> list[int]:
    if paths.entry_end[row] < 0:
        return []
    _, taps = town.ends()
    verge = taps.places.verge[paths.tap_position[row]]
    last = (town.graph.verge_a if paths.tap_end[row] == 0 else town.graph.verge_b)[verge]
    corners = [*paths.corner[paths.start[row] : paths.start[row + 1]].tolist(), int(last)]
    return [int(town.graph.corner_node[corner]) for corner in corners]


def test_on_a_straight_road_every_vertex_is_where_it_must_be(make_town: MakeTown) -> None:
    town = make_town(
        ONE_ROAD, [[(0, 0, 0, 50.0, 50.0, 15.0, 15.0)]], [[(0, 0, 1, 80.0, 80.0, 9.0, 9.0)]], widths=12.0
    )
    (route,) = town.routes()
    assert points(route) == [(50.0, 15.0), (50.0, 6.0), (80.0, 6.0), (80.0, -6.0), (80.0, -9.0)]
    assert [shapely.length(piece.geometry) for piece in route.pieces] == pytest.approx([9, 30, 12, 3])


def test_around_an_inner_and_an_outer_corner_the_verges_meet(make_town: MakeTown) -> None:
    lines = [[(0.0, 0.0), (100.0, 0.0)], [(100.0, 0.0), (100.0, 80.0)]]
    inner = make_town(
        lines,
        [[(0, 0, 0, 20.0, 20.0, 15.0, 15.0)]],
        [[(1, 0, 0, 60.0, 60.0, 9.0, 9.0)]],
        widths=[10.0, 6.0],
    )
    (route,) = inner.routes()
    assert points(route) == [(20.0, 15.0), (20.0, 5.0), (97.0, 5.0), (97.0, 60.0), (91.0, 60.0)]
    assert route.geometry.length == pytest.approx(route.length_m, abs=0.02)
    outer = make_town(
        lines,
        [[(0, 0, 1, 20.0, 20.0, 15.0, 15.0)]],
        [[(1, 0, 1, 60.0, 60.0, 9.0, 9.0)]],
        widths=[10.0, 6.0],
    )
    (route,) = outer.routes()
    assert points(route) == [(20.0, -15.0), (20.0, -5.0), (103.0, -5.0), (103.0, 60.0), (109.0, 60.0)]
    assert route.geometry.length == pytest.approx(route.length_m, abs=0.02)


def test_bends_within_an_edge_are_mitred_and_exactly_as_long_as_measured(make_town: MakeTown) -> None:
    lines = [[(0.0, 0.0), (80.0, 0.0), (140.0, 40.0), (200.0, 30.0), (300.0, 60.0)]]
    for side in (0, 1):
        town = make_town(
            lines,
            [[(0, 0, side, 20.0, 20.0, 15.0, 15.0)]],
            [[(0, 3, side, 60.0, 60.0, 9.0, 9.0)]],
            widths=16.0,
        )
        (route,) = town.routes()
        assert route.geometry.length == pytest.approx(route.length_m, abs=0.05)
        middle = shapely.transform(shapely.LineString(lines[0]), lambda xy: xy + np.array([EAST, NORTH]))
        parallel = shapely.offset_curve(middle, 8.0 - 16.0 * side, join_style="mitre", mitre_limit=9)
        assert shapely.covers(shapely.buffer(parallel, 1e-6), route.pieces[1].geometry)


def test_past_a_side_street_on_the_far_side_nothing_is_crossed(make_town: MakeTown) -> None:
    lines = [[(0.0, 0.0), (100.0, 0.0)], [(100.0, 0.0), (200.0, 0.0)], [(100.0, 0.0), (100.0, -90.0)]]
    town = make_town(lines, [[(0, 0, 0, 50.0, 50.0, 5.0, 5.0)]], [[(1, 0, 0, 50.0, 50.0, 9.0, 9.0)]])
    (route,) = town.routes()
    assert points(route) == [(50.0, 5.0), (100.0, 5.0), (150.0, 5.0), (150.0, 9.0)]


def test_a_side_street_is_crossed_at_the_farther_corner_without_a_spike(make_town: MakeTown) -> None:
    # The street east of the side street is wider: its corner lies farther from the node.
    lines = [[(0.0, 0.0), (100.0, 0.0)], [(100.0, 0.0), (200.0, 0.0)], [(100.0, 0.0), (100.0, 90.0)]]
    town = make_town(
        lines,
        [[(0, 0, 0, 50.0, 50.0, 5.0, 5.0)]],
        [[(1, 0, 0, 50.0, 50.0, 9.0, 9.0)]],
        widths=[10.0, 18.0, 8.0],
    )
    (route,) = town.routes()
    assert points(route) == [(50.0, 5.0), (96.0, 5.0), (96.0, 9.0), (104.0, 9.0), (150.0, 9.0)]
    (crossing,) = [piece for piece in route.pieces if piece.kind is PieceKind.CROSSING]
    assert crossing.geometry.length == pytest.approx(crossing.length_m) == 8.0


def test_a_way_up_the_side_street_leaves_where_it_is_crossed(make_town: MakeTown) -> None:
    lines = [[(0.0, 0.0), (100.0, 0.0)], [(100.0, 0.0), (200.0, 0.0)], [(100.0, 0.0), (100.0, 90.0)]]
    town = make_town(
        lines,
        [[(0, 0, 0, 50.0, 50.0, 5.0, 5.0)]],
        [[(2, 0, 1, 60.0, 60.0, 9.0, 9.0)]],
        widths=[10.0, 18.0, 8.0],
    )
    (route,) = town.routes()
    assert route.crossing_count == 1
    assert route.geometry.is_simple
    assert points(route)[-2:] == [(104.0, 60.0), (109.0, 60.0)]
    assert (96.0, 60.0) in points(route) or (104.0, 9.0) in points(route)


def test_over_a_median_the_way_is_straight(make_town: MakeTown) -> None:
    lines = [
        [(0.0, 0.0), (200.0, 0.0)],
        [(0.0, 14.0), (200.0, 14.0)],
        [(200.0, 0.0), (400.0, 0.0)],
        [(200.0, 14.0), (400.0, 14.0)],
        [(0.0, 0.0), (0.0, 14.0)],
        [(200.0, 0.0), (200.0, 14.0)],
        [(400.0, 0.0), (400.0, 14.0)],
        [(200.0, 0.0), (200.0, -150.0)],
        [(200.0, 14.0), (200.0, 150.0)],
    ]
    south, north = [[(7, 0, 1, 100.0, 100.0, 5.0, 5.0)]], [[(8, 0, 0, 100.0, 100.0, 5.0, 5.0)]]
    (route,) = make_town(lines, south, north).routes()
    assert (route.crossing_count, route.crossing_m) == (1, 24.0)
    assert {x for x, _ in points(route)} == {195.0}
    assert points(route)[-1] == (195.0, 114.0)
    # Between junctions, to the far carriageway.
    south, north = [[(0, 0, 1, 60.0, 60.0, 5.0, 5.0)]], [[(1, 0, 0, 60.0, 60.0, 5.0, 5.0)]]
    (route,) = make_town(lines, south, north).routes()
    assert points(route) == [(60.0, -5.0), (60.0, 19.0)]


def test_inside_a_curve_tighter_than_the_road_is_wide_the_straight_parts_meet(make_town: MakeTown) -> None:
    angles = np.linspace(0.0, np.pi / 2.0, 13)
    arc = [(float(100.0 + 8.0 * np.sin(at)), float(8.0 - 8.0 * np.cos(at))) for at in angles]
    town = make_town(
        [[(0.0, 0.0), *arc, (108.0, 100.0)]],
        [[(0, 0, 0, 40.0, 40.0, 15.0, 15.0)]],
        [[(0, 13, 0, 52.0, 52.0, 15.0, 15.0)]],
        widths=24.0,
    )
    (route,) = town.routes()
    assert points(route) == [(40.0, 15.0), (40.0, 12.0), (96.0, 12.0), (96.0, 60.0), (93.0, 60.0)]


def test_outside_a_curve_the_line_follows_it(make_town: MakeTown) -> None:
    angles = np.linspace(0.0, np.pi / 2.0, 13)
    arc = [(float(100.0 + 8.0 * np.sin(at)), float(8.0 - 8.0 * np.cos(at))) for at in angles]
    town = make_town(
        [[(0.0, 0.0), *arc, (108.0, 100.0)]],
        [[(0, 0, 1, 40.0, 40.0, 15.0, 15.0)]],
        [[(0, 13, 1, 52.0, 52.0, 15.0, 15.0)]],
        widths=24.0,
    )
    (route,) = town.routes()
    around = [np.hypot(x - 100.0, y - 8.0) for x, y in points(route) if x > 100.0 and y < 8.0]
    assert len(around) > 10
    assert np.allclose(around, 20.0, atol=0.1)
    assert route.geometry.length == pytest.approx(route.length_m, abs=0.1)


@pytest.mark.parametrize(("half_angle_deg", "farthest_m"), [(10.0, 20.5), (5.0, 20.5)])
def test_two_roads_at_an_acute_angle_are_crossed_without_going_out_to_their_corner(
    make_town: MakeTown, half_angle_deg: float, farthest_m: float
) -> None:
    x, y = 200.0 * np.cos(np.radians(half_angle_deg)), 200.0 * np.sin(np.radians(half_angle_deg))
    ends = [(0.0, 200.0), (0.0, -200.0), (float(x), float(y)), (float(x), float(-y))]
    town = make_town(
        [[(0.0, 0.0), end] for end in ends],
        [[(2, 0, 0, 150.0, 150.0, 6.0, 6.0)]],
        [[(3, 0, 1, 150.0, 150.0, 6.0, 6.0)]],
        widths=[40.0, 40.0, 6.0, 6.0],
    )
    (route,) = town.routes()
    assert (route.crossing_count, route.crossing_m) == (2, 12.0)
    assert route.geometry.is_simple
    # Between the outer verges, where both roads are crossed, the line stays near the node.
    between = [place for place in points(route) if abs(place[1]) < 3.0]
    assert max(place[0] for place in between) < farthest_m


def test_past_a_duct_a_narrowed_verge_goes_straight_on(make_town: MakeTown) -> None:
    lines = [[(0.0, 0.0), (100.0, 0.0)], [(100.0, 0.0), (200.0, 0.0)], [(100.0, 0.0), (100.0, 90.0)]]
    town = make_town(
        lines,
        [[(0, 0, 0, 50.0, 50.0, 10.0, 10.0)]],
        [[(1, 0, 0, 50.0, 50.0, 10.0, 10.0)]],
        widths=[20.0, 20.0, 0.0],
        kinds=[Kind.STREET, Kind.STREET, Kind.DUCT],
        classes=["local", "local", "other"],
        land=[shapely.box(10.0, 4.5, 95.0, 60.0), shapely.box(105.0, 4.5, 190.0, 60.0)],
    )
    (route,) = town.routes()
    assert points(route) == [(50.0, 10.0), (50.0, 4.0), (100.0, 4.0), (150.0, 4.0), (150.0, 10.0)]
    assert (route.length_m, route.crossing_count) == (100.0, 0)


def test_a_stretch_is_drawn_from_the_end_that_was_chosen_over_a_carriageway_drawn_backwards(
    make_town: MakeTown,
) -> None:
    lines = [
        [(0.0, 0.0), (200.0, 0.0)],
        [(200.0, 14.0), (0.0, 14.0)],
        [(200.0, 0.0), (400.0, 0.0)],
        [(200.0, 14.0), (400.0, 14.0)],
        [(0.0, 0.0), (0.0, 14.0)],
        [(200.0, 0.0), (200.0, 14.0)],
        [(400.0, 0.0), (400.0, 14.0)],
        [(0.0, 0.0), (-150.0, 0.0)],
        [(400.0, 0.0), (500.0, 0.0)],
    ]
    north = [[(1, 0, 1, 60.0, 60.0, 15.0, 15.0)]]
    town = make_town(lines, [[(0, 0, 1, 40.0, 90.0, 10.0, 10.0)]], north)
    (route,) = town.routes()
    assert route.length_m == 5.0 + 24.0 + 50.0 + 10.0
    assert (points(route)[0], points(route)[-1]) == ((90.0, -10.0), (140.0, 29.0))
    # Walked on the far side of the road, so that the place is one that runs the other way.
    town = make_town(lines, north, [[(0, 0, 1, 40.0, 90.0, 10.0, 10.0)]])
    entries, taps = town.ends()
    place = int(np.flatnonzero(taps.places.low_part > taps.places.high_part)[0])
    paths = town.paths()
    paths.tap_position[0], paths.x[0] = place, 6000
    paths.entry_position[0] = int(np.flatnonzero(entries.places.crossing_cm == 0)[0])
    for y, at in ((int(taps.positions.low[place]), 90.0), (int(taps.positions.high[place]), 40.0)):
        paths.y[0] = y
        measured = measures(town.graph, town.coverage, entries, taps, paths)
        sheet = Sheet(town.graph, draw_plan(town.graph, town.offset_m), entries, taps)
        (route,) = routes(sheet, paths, measured, np.array([0]))
        assert points(route)[-3:] == [(at, 19.0), (at, -5.0), (at, -10.0)]
        assert route.length_m == 10.0 + abs(140.0 - at) + 24.0 + 5.0


def test_an_entry_in_the_corner_is_left_without_coming_back(make_town: MakeTown) -> None:
    # The red line ends 4 m from the node, inside the other road's 10 m.
    lines = [[(0.0, 0.0), (100.0, 0.0)], [(0.0, 0.0), (0.0, 100.0)]]
    town = make_town(
        lines, [[(0, 0, 0, 4.0, 4.0, 14.0, 14.0)]], [[(1, 0, 1, 60.0, 60.0, 13.0, 13.0)]], widths=20.0
    )
    (route,) = town.routes()
    assert points(route) == [(4.0, 14.0), (10.0, 10.0), (10.0, 60.0), (13.0, 60.0)]


def test_the_last_point_is_the_access_point_to_the_last_digit(make_town: MakeTown) -> None:
    town = make_town(
        ONE_ROAD, [[(0, 0, 0, 50.0, 50.0, 15.0, 15.0)]], [[(0, 0, 0, 80.0, 80.0, 5.00003, 5.00003)]]
    )
    (route,) = town.routes()
    assert route.geometry.coords[-1] == (town.feeders.low_x[0], town.feeders.low_y[0])
    assert len(route.geometry.coords) == 3


# ---- towns


def test_every_drawn_route_is_sound(make_random_town: MakeTown) -> None:
    exact = total = 0
    for seed in range(15):
        town = make_random_town(seed)
        for route in town.routes():
            line = route.geometry
            xy = shapely.get_coordinates(line)
            assert line.is_valid
            assert line.is_simple
            assert np.isfinite(xy).all()
            assert (np.abs(np.diff(xy, axis=0)).max(axis=1) > 0).all()
            at, end = route.entry_attachment, route.tap_attachment
            for owners, row, point in ((town.parcels, at, xy[0]), (town.feeders, end, xy[-1])):
                low, high = (owners.low_x[row], owners.low_y[row]), (owners.high_x[row], owners.high_y[row])
                stretch = shapely.LineString([low, high])
                assert shapely.distance(stretch, shapely.Point(point)) < 1e-6
                exact += tuple(point.tolist()) in (low, high)
                total += 1
    # Places within a stretch are rounded to centimetres along it, its ends are not.
    assert exact > 0.9 * total


@pytest.mark.parametrize("inset_m", [0.0, 2.0])
def test_centrelines_are_crossed_as_often_as_the_route_says(
    make_random_town: MakeTown, inset_m: float
) -> None:
    counts = set()
    for seed in range(20):
        town = make_random_town(seed, inset_m=inset_m)
        lines = town.centrelines()
        for route in town.routes():
            met = shapely.get_parts(shapely.intersection(lines, route.geometry))
            places = {
                (round(each.x, 2), round(each.y, 2))
                for each in met[~shapely.is_empty(met)]
                if each.geom_type == "Point"
            }
            assert len(places) == route.crossing_count
            counts.add(route.crossing_count)
    assert {0, 1, 2, 3} <= counts


def test_drawn_and_measured_lengths_differ_by_the_half_widths_passed_at_most(
    make_random_town: MakeTown,
) -> None:
    for seed in range(20):
        town = make_random_town(seed)
        streets, paths = town.graph.streets, town.paths()
        entries, taps = town.ends()
        half = streets.width_m / 2.0
        at_node: list[list[float]] = [[] for _ in range(streets.nodes)]
        for edge in range(streets.edges):
            at_node[streets.edge_from[edge]].append(float(half[edge]))
            at_node[streets.edge_to[edge]].append(float(half[edge]))
        for row, route in enumerate(town.routes()):
            bound = half[entries.places.verge[paths.entry_position[row]] // 2]
            bound += half[taps.places.verge[paths.tap_position[row]] // 2]
            bound += sum(sum(sorted(at_node[node])[-2:]) for node in passed_nodes(town, paths, row))
            assert abs(route.geometry.length - route.length_m) <= bound


def test_routes_keep_off_parcels_that_reach_into_the_road(make_random_town: MakeTown) -> None:
    checked = 0
    for seed in range(12):
        town = make_random_town(seed, inset_m=2.0)
        land = shapely.buffer(shapely.union_all(town.land), -0.01)
        if shapely.intersects(town.centrelines(), land).any():
            continue
        checked += 1
        for route in town.routes():
            on_road = [each for each in route.pieces if each.kind not in {PieceKind.ENTRY, PieceKind.TAP}]
            assert not any(shapely.intersects(piece.geometry, land) for piece in on_road)
    assert checked > 3


def test_a_narrow_segment_is_reached_and_left_at_45_degrees(make_town: MakeTown) -> None:
    town = make_town(
        [[(0.0, 0.0), (100.0, 0.0), (140.0, 0.0), (240.0, 0.0)]],
        [[(0, 0, 0, 50.0, 50.0, 12.0, 12.0)]],
        [[(0, 2, 0, 50.0, 50.0, 12.0, 12.0)]],
        widths=20.0,
        land=[shapely.box(105.0, 4.5, 135.0, 30.0)],
    )
    (route,) = town.routes()
    assert points(route) == [
        (50.0, 12.0),
        (50.0, 10.0),
        (94.0, 10.0),
        (100.0, 4.0),
        (140.0, 4.0),
        (146.0, 10.0),
        (190.0, 10.0),
        (190.0, 12.0),
    ]
    assert route.length_m == 2.0 + 140.0 + 2.0


def test_a_route_that_goes_nowhere_is_still_a_line(make_town: MakeTown) -> None:
    here = [[(0, 0, 0, 50.0, 50.0, 5.0, 5.0)]]
    (route,) = make_town(ONE_ROAD, here, here).routes()
    assert route.length_m == 0.0
    assert route.geometry.is_valid
    xy = points(route)
    assert xy[0] == xy[-1] == (50.0, 5.0)
