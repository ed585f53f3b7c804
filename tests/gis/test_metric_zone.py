"""The choice of the metric zone, its scale against geodesics, geometries through it."""

import numpy as np
import pytest
import shapely
from numpy.testing import assert_allclose
from pyproj import CRS, Geod

from gis.errors import CrsError
from gis.metric_zone import MetricZone, metric_zone, project, unproject, zone_from_epsg

GEOD = Geod(ellps="GRS80")
LINES = 2000


def worst_mm_in_600_m(zone: MetricZone, latitude_deg: float, length_m: float) -> float:
    """Return the worst error of scaled lengths within 3 degrees of the meridian."""
    random = np.random.default_rng(3)
    lon = zone.central_meridian_deg + random.uniform(-3.0, 3.0, LINES)
    lat = np.full(LINES, latitude_deg)
    azimuth, length = random.uniform(0.0, 360.0, LINES), np.full(LINES, length_m)
    end_lon, end_lat, _ = GEOD.fwd(lon, lat, azimuth, length)
    x, y = zone.to_metric(lon, lat)
    end_x, end_y = zone.to_metric(end_lon, end_lat)
    measured = np.hypot(end_x - x, end_y - y) / zone.scale_factor((x + end_x) / 2)
    return float(np.abs(measured - length_m).max() * 600.0 / length_m * 1000.0)


@pytest.mark.parametrize("length_m", [10.0, 600.0, 1000.0])
@pytest.mark.parametrize(
    ("epsg", "latitude_deg"),
    [(4547, 4.0), (4547, 18.0), (4547, 30.5), (4547, 53.0), (32633, 0.1), (32633, 35.9), (32718, -33.0)],
)
def test_scaled_lengths_agree_with_geodesics(epsg: int, latitude_deg: float, length_m: float) -> None:
    zone = zone_from_epsg(epsg, latitude_deg)
    assert worst_mm_in_600_m(zone, latitude_deg, length_m) < 0.25


@pytest.mark.parametrize("away_deg", [-3.0, 3.0])
@pytest.mark.parametrize("latitude_deg", [18.0, 30.5, 45.0])
def test_scaled_lengths_hold_north_and_south_of_the_middle(latitude_deg: float, away_deg: float) -> None:
    zone = zone_from_epsg(4547, latitude_deg)
    assert worst_mm_in_600_m(zone, latitude_deg + away_deg, 600.0) < 1.0


def test_unscaled_lengths_would_not_do() -> None:
    zone = zone_from_epsg(4547, 30.5)
    assert worst_mm_in_600_m(MetricZone(zone.epsg, 114.0, 1.0, 1e12), 30.5, 600.0) > 500.0


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (114.3, 30.6, 4547),
        (115.49, 30.6, 4547),
        (115.51, 30.6, 4548),
        (73.6, 39.5, 4534),
        (135.0, 48.0, 4554),
        (112.3, 16.8, 4546),
        (14.4, 35.9, 32633),
        (-73.9, 42.8, 32618),
        (151.2, -33.9, 32756),
        (0.0, 0.0, 32631),
        (180.0, 10.0, 32660),
    ],
)
def test_zone_is_the_one_at_the_place(lon: float, lat: float, epsg: int) -> None:
    zone = metric_zone([lon], [lat])
    assert zone.epsg == epsg
    operation = CRS.from_epsg(epsg).coordinate_operation
    assert operation is not None
    values = {parameter.name: float(parameter.value) for parameter in operation.params}
    assert zone.central_meridian_deg == values["Longitude of natural origin"]
    assert zone.k0 == values["Scale factor at natural origin"]


def test_zone_is_that_of_the_median_and_a_stray_place_changes_nothing() -> None:
    zone = metric_zone([115.3, 115.4, 115.4, 115.6, 14.4, np.nan], [30.6, 30.6, 30.6, 30.6, 35.9, 30.0])
    assert zone.epsg == 4547


def test_no_place_has_no_zone() -> None:
    with pytest.raises(CrsError):
        metric_zone([np.nan], [30.0])


@pytest.mark.parametrize("epsg", [4326, 4526, 3857, 32661, 32700])
def test_other_codes_are_no_metric_zones(epsg: int) -> None:
    with pytest.raises(CrsError, match=str(epsg)):
        zone_from_epsg(epsg, 30.0)


def test_geometries_go_and_come_back() -> None:
    zone = metric_zone([114.3], [30.6])
    geometries = np.array(
        [shapely.Point(114.3, 30.6), shapely.box(114.3, 30.6, 114.4, 30.7), None, shapely.LineString()],
        dtype=object,
    )
    plane = project(geometries, zone)
    assert plane[2] is None
    assert plane[3].is_empty
    assert_allclose(shapely.get_coordinates(plane[0]), np.array(zone.to_metric([114.3], [30.6])).T)
    assert shapely.area(plane[1]) == pytest.approx(9_580 * 11_087, rel=2e-3)
    back = unproject(plane, zone)
    assert_allclose(shapely.get_coordinates(back), shapely.get_coordinates(geometries), atol=1e-11)
