"""Undeclared GCJ-02 and BD-09 are found by the roads, and nothing else is."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from numpy.typing import NDArray

from gis.coordinates import Pair
from gis.datum import gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from gis.datum_evidence import DatumEvidence, datav_finding, datav_signature, undeclared_gcj02
from gis.findings import Severity
from gis.metric_zone import zone_from_epsg

DATA = Path(__file__).parents[2].parent / "shared/data"
WUHAN = DATA / "cases/wuhan"
BOUNDARIES = DATA / "raw/china_admin_datav_gcj02/citys_420100.json"
ZONE = zone_from_epsg(4547, 30.6)
ORIGIN = np.array([528_000.0, 3_388_000.0])
BLOCK_M, STREETS = 180.0, 30
SIDE_M = BLOCK_M * (STREETS - 1)
RANDOM = np.random.default_rng(11)


def street_grid() -> shapely.STRtree:
    steps = np.arange(STREETS) * BLOCK_M
    ends = np.array([[[(s, 0.0), (s, SIDE_M)], [(0.0, s), (SIDE_M, s)]] for s in steps])
    return shapely.STRtree(shapely.linestrings(ends.reshape(-1, 2, 2) + ORIGIN))


GRID = street_grid()


def at_streets(count: int) -> NDArray[np.float64]:
    """Return places 2-10 m beside streets, in metres."""
    along = RANDOM.uniform(0.0, SIDE_M, count)
    offset = RANDOM.choice([-1.0, 1.0], count) * RANDOM.uniform(2.0, 10.0, count)
    beside = RANDOM.integers(1, STREETS - 1, count) * BLOCK_M + offset
    places = np.column_stack([along, beside])
    turned = RANDOM.random(count) < 0.5
    places[turned] = places[turned][:, ::-1]
    return places


def anywhere(count: int) -> NDArray[np.float64]:
    return RANDOM.uniform(0.0, SIDE_M, (count, 2))


def corners_of_blocks(count: int) -> NDArray[np.float64]:
    """Return vertices of parcels that lie 20 m inside their streets."""
    inside: NDArray[np.float64] = RANDOM.choice([20.0, BLOCK_M - 20.0], (count, 2))
    return first_corners(count) + inside


def middles_of_blocks(count: int) -> NDArray[np.float64]:
    return first_corners(count) + BLOCK_M / 2


def first_corners(count: int) -> NDArray[np.float64]:
    return BLOCK_M * RANDOM.integers(0, STREETS - 1, (count, 2)).astype(np.float64)


def degrees(metres: NDArray[np.float64]) -> Pair:
    return ZONE.to_wgs84(*(metres + ORIGIN).T)


@pytest.mark.parametrize("count", [40, 200, 3000])
@pytest.mark.parametrize(("shift", "datum"), [(wgs84_to_gcj02, "gcj02"), (wgs84_to_bd09, "bd09")])
def test_shifted_places_at_streets_are_found(
    shift: Callable[..., Pair], datum: Literal["gcj02", "bd09"], count: int
) -> None:
    evidence = undeclared_gcj02(*shift(*degrees(at_streets(count))), GRID, ZONE)
    assert evidence.verdict == datum
    assert min(evidence.median_as_gcj02_m, evidence.median_as_bd09_m) < 10 < evidence.median_as_given_m
    finding = evidence.finding("access_points")
    assert finding is not None
    assert finding.severity is Severity.WARNING
    assert f"--crs {datum}" in finding.repair


@pytest.mark.parametrize("count", [5, 25, 100, 1000])
@pytest.mark.parametrize("places", [at_streets, anywhere, corners_of_blocks, middles_of_blocks])
def test_right_places_raise_no_alarm(places: Callable[[int], NDArray[np.float64]], count: int) -> None:
    for _ in range(5):
        evidence = undeclared_gcj02(*degrees(places(count)), GRID, ZONE)
        assert evidence.verdict == "none"
        assert evidence.finding("parcels") is None


def test_places_that_have_nothing_to_do_with_roads_give_no_verdict() -> None:
    shifted = wgs84_to_gcj02(*degrees(anywhere(2000)))
    assert undeclared_gcj02(*shifted, GRID, ZONE).verdict == "none"


def test_too_few_places_give_no_verdict() -> None:
    far = degrees(at_streets(500) + 50_000.0)
    evidence = undeclared_gcj02(*wgs84_to_gcj02(*far), GRID, ZONE)
    assert (evidence.places, evidence.verdict) == (0, "none")
    assert undeclared_gcj02([np.nan], [np.nan], GRID, ZONE).places == 0


def test_datav_is_known_by_its_fields() -> None:
    assert datav_signature(["adcode", "name", "acroutes", "subFeatureIndex", "geometry"])
    assert datav_signature(["ADCODE", "ACROUTES"])
    assert not datav_signature(["adcode", "name"])
    assert datav_finding("jurisdictions").severity is Severity.WARNING


@pytest.fixture(scope="module")
def wuhan_roads() -> shapely.STRtree:
    if not WUHAN.exists():
        pytest.skip("the city case is not beside the checkout")
    return shapely.STRtree(gpd.read_file(WUHAN / "roads.gpkg").geometry.to_numpy())


def measured(lon_lat: NDArray[np.float64], roads: shapely.STRtree) -> DatumEvidence:
    return undeclared_gcj02(lon_lat[:, 0], lon_lat[:, 1], roads, ZONE)


def test_real_gcj02_access_points_are_found(wuhan_roads: shapely.STRtree) -> None:
    table = pd.read_csv(WUHAN / "access_points.csv", encoding="gb18030")
    evidence = measured(table[["lon", "lat"]].to_numpy(), wuhan_roads)
    assert evidence.verdict == "gcj02"
    assert evidence.median_as_gcj02_m < 6
    assert evidence.median_as_given_m > 90
    right = np.column_stack(gcj02_to_wgs84(table["lon"], table["lat"]))
    assert measured(right, wuhan_roads).verdict == "none"


def test_real_wgs84_layers_raise_no_alarm(wuhan_roads: shapely.STRtree) -> None:
    table = pd.read_csv(WUHAN / "transformers.csv")
    assert measured(table[["经度", "纬度"]].to_numpy(), wuhan_roads).verdict == "none"
    for name in ("parcels.gpkg", "substations.geojson", "green.geojson"):
        frame = gpd.read_file(WUHAN / name).to_crs(4326)
        assert measured(shapely.get_coordinates(frame.geometry.to_numpy()), wuhan_roads).verdict == "none"


def test_real_boundaries_along_streets_are_found(wuhan_roads: shapely.STRtree) -> None:
    if not BOUNDARIES.exists():
        pytest.skip("the boundaries are not beside the checkout")
    frame = gpd.read_file(BOUNDARIES)
    vertices = shapely.get_coordinates(frame.geometry.to_numpy())
    assert measured(vertices, wuhan_roads).verdict == "gcj02"
    right = np.column_stack(gcj02_to_wgs84(vertices[:, 0], vertices[:, 1]))
    assert measured(right, wuhan_roads).verdict == "none"
    assert datav_signature(list(frame.columns))
