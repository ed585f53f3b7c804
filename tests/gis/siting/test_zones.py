"""Zones: the land beside verges within a length, beside what an own search over the fronts says."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis.metric_zone import project
from gis.policy.load import jurisdictions
from gis.policy.model import PLUG_AND_PLAY_M
from gis.routing.reach import reach_lines, reached_verges
from gis.siting.question import Question
from gis.siting.sites import Load
from gis.siting.zones import reaches_m, zones
from tests.gis.siting.towns import ON, ORIGIN, Bench, along_one_street, line, plot, reading, street, unit

TIGHT_M = 2.0
AROUND_M = 50.0


@pytest.fixture(scope="module")
def bench() -> Bench:
    town = along_one_street(
        roads={
            "high": street((-100, 0), (3_000, 0), city=True),
            "side": street((800, 0), (800, 900), city=True),
        },
        parcels={
            f"P{west}": plot(west, west + 18) for west in range(-80, 2_900, 20) if not 780 <= west <= 800
        },
        feeders={"F": line("T1"), "G": line("T3"), "X": line("T1")},
        access_points={
            "A": unit(500, feeder="F"),
            "B": unit(2_200, feeder="G"),
            "C": unit(1_500, feeder="X", bays=0),
        },
        capacity={"F": reading(2_000.0), "G": reading(900.0), "X": reading(9_000.0)},
    )
    return Bench(town)


def drawn(bench: Bench, kva: float, jurisdiction: str | None = "liangzihu") -> gpd.GeoDataFrame:
    return zones(bench.desk, Question.of(ON), jurisdiction, Load.of(kva=kva, power_factor=1.0))


def test_the_lengths_are_those_at_which_the_policy_changes() -> None:
    policies = jurisdictions()
    assert reaches_m(policies["liangzihu"], Question.of(ON)) == (200.0, 600.0)
    assert reaches_m(policies["liangzihu"], Question.of(ON, limit_m=599.0)) == (200.0,)
    assert reaches_m(policies["jilin-local-power"], Question.of(ON)) == (200.0,)
    assert reaches_m(None, Question.of(ON)) == (PLUG_AND_PLAY_M,)


@pytest.mark.parametrize(("kva", "able"), [(500.0, ("A", "B")), (1_500.0, ("A",)), (5_000.0, ())])
def test_the_fronts_of_parcels_within_the_length_and_no_others(
    bench: Bench, kva: float, able: tuple[str, ...]
) -> None:
    """A parcel has a route of at most the length just where its front touches a verge that is reached."""
    made = drawn(bench, kva)
    assert made["reach_m"].tolist() == [200.0, 600.0]
    assert made["class"].tolist() == ["plug_and_play", "filing"]
    assert made["load_kva"].tolist() == [kva, kva]
    zone = bench.network.corridors.graph.streets.zone
    plane = project(made.geometry.to_numpy(dtype=object), zone)
    whole = {200.0: plane[0], 600.0: shapely.union(plane[0], plane[1])}
    at = {"A": 500.0, "B": 2_200.0}
    found = bench.screen(kva, k=1).rows["length_m"].to_numpy()
    touched = dict.fromkeys(whole, 0)
    for length_m, plot_ in zip(found, project(bench.sites.geometry, zone), strict=True):
        west, _, east, north = shapely.bounds(plot_)
        front = shapely.LineString([(west, north), (east, north)])
        ends = [abs(x - 500_000.0 - at[name]) for x in (west, east) for name in able]
        assert np.isnan(length_m) or length_m == pytest.approx(min(ends), abs=0.1) or length_m < 10.0
        for reach_m, area in whole.items():
            if length_m <= reach_m:
                assert shapely.distance(area, front) < TIGHT_M
                touched[reach_m] += 1
            elif min(ends, default=np.inf) > reach_m + AROUND_M + TIGHT_M:
                assert not shapely.intersects(area, front)
    # A front every 20 m to both sides of each; the last has its nearer end within the length.
    assert touched == {
        reach_m: pytest.approx(len(able) * reach_m / 10, abs=3 * len(able)) for reach_m in whole
    }


def test_the_verges_reached_to_the_centimetre(bench: Bench) -> None:
    router = bench.network.levels["feeder"].router
    lines = reach_lines(
        bench.network.corridors.graph, reached_verges(router, np.array([True, False, False]), 200.0)
    )
    places = shapely.get_coordinates(lines) - ORIGIN
    for side, low, high in ((-1, 300.0, 700.0), (1, 310.0, 690.0)):  # the other side is 10 m farther
        own = places[np.sign(places[:, 1]) == side]
        assert (own[:, 0].min(), own[:, 0].max()) == pytest.approx((low, high), abs=0.02)


def test_the_side_street_is_reached_around_its_corner(bench: Bench) -> None:
    zone = bench.network.corridors.graph.streets.zone
    plane = project(drawn(bench, 500.0).geometry.to_numpy(dtype=object), zone)
    both = shapely.union(plane[0], plane[1])
    # About 300 m along the high street to the corner, then up the side street, and 50 m around the end.
    for north, inside in ((250.0, True), (380.0, False)):
        assert shapely.contains_xy(both, 500_800.0, 3_400_000.0 + north) == inside
    assert shapely.area(shapely.intersection(plane[0], plane[1])) < 1.0


def test_zones_without_policy_feeders_or_reach_are_empty_or_of_the_default_length(bench: Bench) -> None:
    assert drawn(bench, 500.0, None)["reach_m"].tolist() == [PLUG_AND_PLAY_M]
    assert drawn(bench, 9_500.0).geometry.is_empty.all()
    bare = Bench(along_one_street(parcels={"P": plot(0, 20)}))
    assert drawn(bare, 500.0).geometry.is_empty.all()
