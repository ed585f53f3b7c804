"""Networks that mislead a router, each with an answer worked out by hand.

Roads are 10 m wide unless they say otherwise, so a verge lies 5 m from its centreline; a red line 10 m from
the centreline has an entry of 5 m.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import shapely

from gis.routing.route import NoRoute, NoRouteReason, PieceKind
from tests.gis.networks.conftest import Connected, Network, Road, box, figures, kinds

Connect = Callable[[Network], Connected]

FRAME = (Road([(-900, -900), (900, -900)]), Road([(-900, 900), (900, 900)]))
"""Roads far away, so that dead ends of the network in the middle are no edge of the data."""


def test_t_junction_from_the_stem_to_the_far_side(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[Road([(-200, 0), (200, 0)], 20), Road([(0, 0), (0, -150)])],
            parcels={"P": box(-40, -120, -10, -80)},
            taps={"F": [(100, 12)]},
        )
    )
    # Entry 5, stem 80 to 10, across the main road 20 to its through side, 100 along it, tap 2.
    route = network.route("P")
    assert figures(route) == (5 + 70 + 20 + 100 + 2, 20, 1)
    assert kinds(route) == ["entry", "verge", "crossing", "verge", "tap"]


def test_crossroads_straight_on_crosses_the_other_road_once(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[Road([(-200, 0), (200, 0)], 20), Road([(0, -150), (0, 150)], 12)],
            parcels={"P": box(-90, 15, -50, 40)},
            taps={"F": [(60, 10)]},
        )
    )
    # Entry 5, along to the corner 6 m before the middle, 12 across, on to 60.
    assert figures(network.route("P")) == (5 + 44 + 12 + 54, 12, 1)


def test_staggered_junctions_cost_one_crossing_of_the_road_between(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[
                Road([(-200, 0), (200, 0)], 12),
                Road([(0, 0), (0, 100)], 8),
                Road([(30, 0), (30, -100)], 8),
            ],
            parcels={"P": box(10, 60, 25, 80)},
            taps={"F": [(24, -50)]},
        )
    )
    assert figures(network.route("P")) == (6 + 54 + 26 + 12 + 44 + 2, 12, 1)


def ring(radius: float = 25.0) -> list[Road]:
    """A roundabout drawn with twelve corners, and four streets that leave it."""
    circle = shapely.Point(0, 0).buffer(radius, quad_segs=3).exterior
    streets = [
        [(radius * x, radius * y), (300.0 * x, 300.0 * y)] for x, y in ((1, 0), (0, 1), (-1, 0), (0, -1))
    ]
    return [
        Road([(x, y) for x, y in shapely.get_coordinates(circle)], 8),
        *(Road(street, 8) for street in streets),
    ]


def test_roundabout_is_walked_around_and_its_island_never(connected: Connect) -> None:
    network = connected(
        Network(
            roads=ring(),
            parcels={"P": box(100, 9, 140, 40)},
            taps={"F": [(9, 100)], "G": [(-9, 100)]},
        )
    )
    near, far = (network.route("P"), network.routes("P", k=2))
    assert not isinstance(far, NoRoute)
    # A quarter of the circle, on its outer verge: no crossing. Then the street to the north is crossed once.
    assert (near.crossing_m, near.crossing_count) == (0, 0)
    # Verges 4 m beside the streets meet the verge around the ring, of radius 29, asin(4 / 29) off their axes.
    off = math.asin(4 / 29)
    arc = 29 * (math.pi / 2 - 2 * off)
    assert near.length_m == pytest.approx(5 + 2 * (100 - 29 * math.cos(off)) + arc + 5, rel=0.01)
    over = next(route for route in far if route.feeder != near.feeder)
    assert figures(over)[1:] == (8, 1)
    assert over.length_m == pytest.approx(near.length_m + 8, abs=0.2)


def test_cul_de_sac_is_crossed_or_walked_around(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[*FRAME, Road([(-200, 0), (200, 0)]), Road([(0, 0), (0, 100)], 8)],
            parcels={"P": box(-25, 60, -9, 80)},
            taps={"F": [(6, 95)]},
        )
    )
    routes = network.routes("P")
    assert not isinstance(routes, NoRoute)
    # Across: 5 + 15 + 8 + 2. Around the end: 5 + 20 + 8 + 5 + 2, and no road is crossed.
    assert [figures(route) for route in routes] == [(30, 8, 1), (40, 0, 0)]


def test_loop_road_meets_itself(connected: Connect) -> None:
    loop = [(0, -100), (0, 0), (80, 0), (80, 80), (0, 80), (0, 0)]
    network = connected(
        Network(
            roads=[Road([(-200, -100), (200, -100)]), Road(loop, 8)],
            parcels={"P": box(20, 20, 60, 60)},
            taps={"F": [(-6, 40)], "G": [(6, -50)]},
        )
    )
    # The lot lies inside the loop, 20 m from its centreline: 16 to the verge, 8 across, 2 to the tap.
    routes = network.routes("P", k=2)
    assert not isinstance(routes, NoRoute)
    assert figures(routes[0]) == (16 + 8 + 2, 8, 1)
    # Over the loop's south arm onto the stem's east side: 16, 16 along to the corner, 8, then 46 down, 2.
    assert figures(routes[1]) == (16 + 16 + 8 + 46 + 2, 8, 1)


def test_two_parallel_edges_are_two_roads(connected: Connect) -> None:
    arc = [(0, 0), (100, 100), (200, 0)]
    network = connected(
        Network(
            roads=[
                Road([(-200, 0), (0, 0)]),
                Road([(0, 0), (200, 0)]),
                Road(arc),
                Road([(200, 0), (400, 0)]),
            ],
            parcels={"P": box(-60, -30, -40, -10)},
            taps={"F": [(250, -7)]},
        )
    )
    # Along the straight one, on its south side: 40 + 200 + 50, without a crossing.
    assert figures(network.route("P")) == (5 + 290 + 2, 0, 0)


def test_bridge_over_a_road_is_no_junction(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[
                Road([(-200, 0), (300, 0)]),
                Road([(0, -60), (0, 60)], layer=1, bridge=True),
                Road([(0, 60), (0, 150), (300, 150), (300, 0)]),
            ],
            parcels={"P": box(-60, 10, -40, 30)},
            taps={"F": [(7, 100)]},
        )
    )
    # Not up at the bridge but around by the east: 340 - 5 along, 150 - 10 up, 300 - 10 back, 45 down, tap 2.
    assert figures(network.route("P")) == (5 + 335 + 140 + 290 + 45 + 2, 0, 0)


def test_a_level_crossing_of_the_same_lines_is_a_junction(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[Road([(-200, 0), (300, 0)]), Road([(0, -60), (0, 150)])],
            parcels={"P": box(-90, 10, -70, 30)},
            taps={"F": [(7, 100)]},
        )
    )
    assert figures(network.route("P")) == (5 + 65 + 10 + 95 + 2, 10, 1)


def test_island_of_roads_is_not_connected(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[Road([(-800, 0), (800, 0)]), Road([(-400, 800), (400, 800)])],
            parcels={"P": box(-20, 810, 20, 840)},
            taps={"F": [(0, 6)]},
        )
    )
    found = network.routes("P", limit_m=5_000)
    assert isinstance(found, NoRoute)
    assert found.reason is NoRouteReason.NO_COMPONENT


def test_wide_corner_is_cut_on_the_inside(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[Road([(-300, 0), (0, 0), (0, 300)], 40)],
            parcels={"P": box(-140, 30, -100, 60)},
            taps={"F": [(-25, 100)]},
        )
    )
    # Inside, 20 m are taken off either leg: 100 - 20 and 100 - 20.
    assert figures(network.route("P")) == (10 + 80 + 80 + 5, 0, 0)


def test_corner_lot_is_entered_from_the_better_road(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[Road([(-300, 0), (300, 0)]), Road([(0, -300), (0, 300)])],
            parcels={"P": box(-60, 10, -10, 60)},
            taps={"F": [(-6, 150)], "G": [(-150, 8)]},
        )
    )
    routes = network.routes("P", k=2)
    assert not isinstance(routes, NoRoute)
    # North along the one road from the lot's north end, west along the other from its west end.
    assert sorted(figures(route) for route in routes) == [(5 + 90 + 1, 0, 0), (5 + 90 + 3, 0, 0)]


def test_access_point_straight_across_the_road(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[Road([(-300, 0), (300, 0)])],
            parcels={"P": box(-50, 12, 50, 60)},
            taps={"F": [(13, -8)]},
        )
    )
    route = network.route("P")
    assert figures(route) == (7 + 10 + 3, 10, 1)
    assert kinds(route) == ["entry", "crossing", "tap"]
    assert network.drawn(route).length == pytest.approx(20.0, abs=0.01)
    assert {round(x, 2) for x, _ in network.drawn(route).coords} == {13.0}


def test_parcel_behind_a_river_has_no_route(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[Road([(-300, 0), (300, 0)])],
            parcels={"P": box(-20, 60, 20, 90)},
            taps={"F": [(0, -8)]},
            water=[box(-400, 20, 400, 50)],
        )
    )
    found = network.routes("P")
    assert isinstance(found, NoRoute)
    assert found.reason is NoRouteReason.BARRIER


def test_parcel_without_frontage_takes_the_nearest_verge_and_says_so(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[Road([(-300, 0), (300, 0)])],
            parcels={"P": [(0, 105), (20, 140), (-20, 140)]},
            taps={"F": [(0, -8)]},
        )
    )
    route = network.route("P")
    assert route.beyond_frontage
    assert figures(route) == (100 + 10 + 3, 10, 1)


def test_parcel_behind_another_parcel_has_no_entry(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[Road([(-300, 0), (300, 0)])],
            parcels={"P": box(-20, 110, 20, 140), "front": box(-400, 10, 400, 100)},
            taps={"F": [(0, -8)]},
        )
    )
    found = network.routes("P")
    assert isinstance(found, NoRoute)
    assert found.reason is NoRouteReason.BARRIER


def test_too_far_and_no_tap(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[Road([(-3000, 0), (3000, 0)])],
            parcels={"P": box(-2900, 10, -2860, 40)},
            taps={"F": [(2500, -8)]},
        )
    )
    found = network.routes("P", limit_m=2_000)
    assert isinstance(found, NoRoute)
    assert found.reason is NoRouteReason.TOO_FAR
    without = network.routes("P", load_kva=5_000.0)
    assert isinstance(without, NoRoute)
    assert without.reason is NoRouteReason.NO_TAP


def test_overhead_line_is_tapped_anywhere_along_it(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[Road([(-300, 0), (300, 0)])],
            parcels={"P": box(-50, 10, -20, 40)},
            lines={"F": [(-200, -9), (200, -9)]},
        )
    )
    # The line runs 9 m south of the centreline: straight across to it, wherever the lot lies.
    assert figures(network.route("P")) == (5 + 10 + 4, 10, 1)


def test_along_a_main_road_or_around_it(connected: Connect) -> None:
    lanes = [Road([(-200, 0), (-200, 160)]), Road([(200, 160), (200, 0)]), Road([(-200, 160), (200, 160)])]
    network = connected(
        Network(
            roads=[Road([(-500, 0), (500, 0)], 20, "primary"), *lanes],
            parcels={"P": box(-260, 15, -215, 50)},
            taps={"F": [(207, 40)]},
        )
    )
    routes = network.routes("P")
    assert not isinstance(routes, NoRoute)
    shortest, quiet = routes[0], min(routes, key=lambda route: route.along_main_road_m)
    assert shortest.along_main_road_m > 300
    assert quiet.along_main_road_m < 60
    assert quiet.length_m > shortest.length_m


def test_railway_is_passed_at_level_crossings_only(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[Road([(0, -200), (0, 200)]), Road([(0, 150), (300, 150)]), Road([(300, 150), (300, 20)])],
            parcels={"P": box(260, 30, 290, 60)},
            taps={"F": [(290, -8)], "G": [(7, -100)]},
            railways=[[(-400, 0), (400, 0)]],
        )
    )
    routes = network.routes("P", k=2, limit_m=3_000)
    assert not isinstance(routes, NoRoute)
    # The unit just beyond the railway has no road; the other lies across the level crossing.
    assert {str(network.taps.feeder_ids[route.feeder]) for route in routes} == {"G"}
    crossing = [piece for piece in routes[0].pieces if piece.kind is PieceKind.CROSSING]
    assert "other" in {piece.road_class for piece in crossing}
