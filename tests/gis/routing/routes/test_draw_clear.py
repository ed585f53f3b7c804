"""Verges keep to their block where roads lie closer together than they are wide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from gis.corridors.drawn_clear import cleared_offsets
from gis.corridors.drawn_offsets import draw_offsets

MakeTown = Callable[..., Any]

FORK = [[(0.0, 0.0), (120.0, 0.0)], [(0.0, 0.0), (60.0, 25.0), (120.0, 6.0)]]


def test_a_verge_beside_a_near_road_is_drawn_nearer_to_its_own(make_town: MakeTown) -> None:
    town = make_town(
        FORK, [[(1, 0, 1, 30.0, 30.0, 10.0, 10.0)]], [[(1, 1, 1, 60.0, 60.0, 2.0, 2.0)]], widths=20.0
    )
    nominal = draw_offsets(town.graph, town.land)
    drawn = cleared_offsets(town.graph, nominal, town.land)
    assert nominal[1, 2] == 10.0
    assert 0.0 < drawn[1, 2] < 6.0
    unchanged = np.ones(drawn.shape, dtype=bool)
    unchanged[1, 1:] = unchanged[0, 0] = False
    assert np.array_equal(drawn[unchanged], nominal[unchanged])
    (route,) = town.routes()
    assert route.crossing_count == 0
    assert not shapely.crosses(route.geometry, shapely.union_all(town.centrelines()))


def test_a_verge_led_on_to_the_next_one_spares_a_parcel_between(make_town: MakeTown) -> None:
    wedge = shapely.Polygon([(-48.3, 35.2), (-2.2, 8.2), (-4.0, 40.0)])
    town = make_town(
        [[(-60.0, 35.0), (0.0, 0.0)], [(0.0, 0.0), (60.0, -3.0)]],
        [[(0, 0, 0, 5.0, 5.0, 10.0, 10.0)]],
        [[(1, 0, 0, 40.0, 40.0, 10.0, 10.0)]],
        widths=20.0,
        land=[wedge],
    )
    nominal = draw_offsets(town.graph, town.land)
    assert (nominal[0, 0] < 6.0, nominal[0, 1]) == (True, 10.0)
    assert cleared_offsets(town.graph, nominal, town.land)[0, 1] < 10.0
    (route,) = town.routes()
    assert not shapely.intersects(route.geometry, town.land[0])


def test_roads_far_apart_are_drawn_at_half_their_width(make_random_town: MakeTown) -> None:
    town = make_random_town(3)
    nominal = draw_offsets(town.graph, town.land)
    assert np.array_equal(cleared_offsets(town.graph, nominal, town.land), nominal)


def test_the_end_of_a_way_over_a_median_is_passed_without_a_crossing(make_town: MakeTown) -> None:
    lines = [[(0.0, 0.0), (50.0, 0.0)], [(50.0, 0.0), (100.0, 0.0)], [(50.0, 0.0), (50.0, 20.0)]]
    owners = [[[(0, 0, 0, 20.0, 20.0, 9.0, 9.0)]], [[(1, 0, 0, 30.0, 30.0, 9.0, 9.0)]]]
    town = make_town(lines, *owners, widths=[10.0, 10.0, 0.0])
    (route,) = town.routes()
    assert (route.crossing_count, route.crossing_m) == (0, 0.0)
    wide = make_town(lines, *owners, widths=[10.0, 10.0, 4.0])
    (route,) = wide.routes()
    assert (route.crossing_count, route.crossing_m) == (1, 4.0)
