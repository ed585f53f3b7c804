from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import shapely

from gis.routing.reach import reach_area, reach_lines, reached_verges
from gis.routing.route import NoRoute
from tests.gis.networks.conftest import ORIGIN, Connected, Network, Road, box

Connect = Callable[[Network], Connected]


def reach_of(network: Connected, limit_m: float, *feeders: str) -> shapely.MultiLineString:
    """Return what the feeders reach, in the metres of the test."""
    able = np.isin(network.taps.feeder_ids.astype(str), feeders)
    lines = reach_lines(network.corridors.graph, reached_verges(network.router, able, limit_m))
    moved = shapely.transform(lines, lambda xy: xy - ORIGIN)
    return shapely.MultiLineString(list(moved))


def test_reach_along_both_verges_of_a_street(connected: Connect) -> None:
    network = connected(Network([Road([(-500, 0), (500, 0)])], taps={"F": [(100, 8)]}))
    reach = reach_of(network, 200.0, "F")
    # 3 m to the verge, and 10 m more for the other side.
    north, south = (
        reach.intersection(shapely.LineString([(-600, y), (600, y)]).buffer(0.5)) for y in (5, -5)
    )
    assert north.bounds == pytest.approx((100 - 197, 5, 100 + 197, 5), abs=0.02)
    assert south.bounds == pytest.approx((100 - 187, -5, 100 + 187, -5), abs=0.02)
    assert reach.length == pytest.approx(2 * 197 + 2 * 187, abs=0.05)


def test_reach_turns_corners_and_ends_at_the_limit(connected: Connect) -> None:
    roads = [Road([(-500, 0), (500, 0)]), Road([(0, 0), (0, 500)])]
    network = connected(Network(roads, taps={"F": [(105, 5)]}))
    reach = reach_of(network, 200.0, "F")
    # 100 m back to the corner, then 100 m up the nearer verge, 90 m up the one across the side street.
    assert reach.intersection(shapely.box(3, 10, 7, 600)).bounds[3] == pytest.approx(105, abs=0.02)
    assert reach.intersection(shapely.box(-7, 10, -3, 600)).bounds[3] == pytest.approx(95, abs=0.02)


def test_only_feeders_that_can_are_reached(connected: Connect) -> None:
    network = connected(Network([Road([(-500, 0), (500, 0)])], taps={"F": [(-300, 8)], "G": [(300, 8)]}))
    assert reach_of(network, 100.0, "G").bounds[0] == pytest.approx(300 - 97, abs=0.02)
    assert reach_of(network, 100.0).is_empty


def test_area_holds_the_lots_beside_the_reach(connected: Connect) -> None:
    network = connected(Network([Road([(-500, 0), (500, 0)])], taps={"F": [(100, 8)]}))
    able = np.array([True])
    lines = reach_lines(network.corridors.graph, reached_verges(network.router, able, 200.0))
    area = shapely.transform(reach_area(lines), lambda xy: xy - ORIGIN)
    assert shapely.is_valid(area)
    places = shapely.points([(100.0, 50.0), (100.0, 60.0), (-200.0, 0.0)])
    assert shapely.intersects(area, places).tolist() == [True, False, False]


@pytest.mark.parametrize("limit_m", [60.0, 150.0, 333.0])
def test_a_lot_has_a_route_within_the_limit_where_its_verge_is_reached(
    connected: Connect, limit_m: float
) -> None:
    lots = {f"P{at}": box(at, 10, at + 8, 20) for at in range(-480, 480, 12)}
    network = connected(Network([Road([(-500, 0), (500, 0)])], parcels=lots, taps={"F": [(7, -5)]}))
    north = reach_of(network, limit_m - 5.0, "F").intersection(shapely.box(-600, 4, 600, 6))
    for at in range(-480, 480, 12):
        gap = north.distance(shapely.LineString([(at, 5), (at + 8, 5)]))
        if abs(gap) < 0.02 and north.intersection(shapely.box(at, 4, at + 8, 6)).length < 0.02:
            continue  # it begins just where the reach ends
        found = network.routes(f"P{at}", limit_m=limit_m)
        assert isinstance(found, NoRoute) == (gap > 0.02)
