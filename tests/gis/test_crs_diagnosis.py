"""What is done where coordinates and their declared system disagree."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from gis.coordinates import transform
from gis.crs import read_crs
from gis.crs_diagnosis import Diagnosis, diagnose, is_null
from gis.findings import Severity

RANDOM = np.random.default_rng(7)
LON = 114.3 + RANDOM.uniform(-0.2, 0.2, 500)
LAT = 30.6 + RANDOM.uniform(-0.2, 0.2, 500)
EAST, NORTH = transform("EPSG:4326", "EPSG:4547", LON, LAT)
ERROR, WARNING = Severity.ERROR, Severity.WARNING
PREFIX_38 = 38_000_000.0


def checks(diagnosis: Diagnosis) -> list[tuple[str, Severity]]:
    return [(finding.check, finding.severity) for finding in diagnosis.findings]


def assert_lands(diagnosis: Diagnosis, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    """The mended system takes the file's coordinates to where they belong."""
    lon, lat = diagnosis.crs.to_wgs84(x, y)
    assert_allclose(lon, LON, rtol=0, atol=1e-9)
    assert_allclose(lat, LAT, rtol=0, atol=1e-9)


@pytest.mark.parametrize("declared", ["EPSG:4547", "EPSG:32650", "EPSG:3857", "EPSG:4508"])
def test_a_true_declaration_stands_without_a_word(declared: str) -> None:
    source = read_crs(declared)
    x, y = transform("EPSG:4326", declared, LON, LAT)
    diagnosis = diagnose(source, x, y, "roads")
    assert diagnosis.findings == ()
    assert diagnosis.crs == source
    assert not diagnosis.refused


@pytest.mark.parametrize("declared", ["EPSG:4326", "EPSG:4490", "gcj02", "bd09"])
def test_true_degrees_stand_without_a_word(declared: str) -> None:
    diagnosis = diagnose(read_crs(declared), LON, LAT, "roads")
    assert diagnosis.findings == ()
    assert diagnosis.crs == read_crs(declared)


def test_a_city_may_keep_its_zone_across_the_edge() -> None:
    x, y = transform("EPSG:4326", "EPSG:4547", LON + 2.2, LAT)
    assert diagnose(read_crs("EPSG:4547"), x, y, "roads").findings == ()


def test_prefix_in_the_easting_of_a_system_without_is_taken() -> None:
    diagnosis = diagnose(read_crs("EPSG:4547"), EAST + PREFIX_38, NORTH, "roads")
    assert checks(diagnosis) == [("zone_prefix", WARNING)]
    assert "EPSG:4526" in diagnosis.findings[0].repair
    assert diagnosis.crs == read_crs("EPSG:4526")
    assert_lands(diagnosis, EAST + PREFIX_38, NORTH)


def test_missing_prefix_is_taken_as_none() -> None:
    diagnosis = diagnose(read_crs("EPSG:4526"), EAST, NORTH, "roads")
    assert checks(diagnosis) == [("zone_prefix", WARNING)]
    assert diagnosis.crs == read_crs("EPSG:4547")
    assert_lands(diagnosis, EAST, NORTH)


@pytest.mark.parametrize("declared", ["EPSG:4526", "EPSG:4547"])
def test_rows_of_two_zones_are_read_each_by_its_own(declared: str) -> None:
    lon = LON + 1.2
    east_38, north_38 = transform("EPSG:4326", "EPSG:4526", lon, LAT)
    east_39, north_39 = transform("EPSG:4326", "EPSG:4527", lon, LAT)
    in_39 = lon > 115.5
    x, y = np.where(in_39, east_39, east_38), np.where(in_39, north_39, north_38)
    diagnosis = diagnose(read_crs(declared), x, y, "roads")
    assert checks(diagnosis) == [("zone_prefix", WARNING)]
    assert "38, 39" in diagnosis.findings[0].message
    assert diagnosis.crs.by_prefix
    assert_allclose(diagnosis.crs.to_wgs84(x, y), [lon, LAT], rtol=0, atol=1e-9)


@pytest.mark.parametrize("declared", ["EPSG:4526", "EPSG:4547"])
def test_prefix_of_another_zone_is_refused(declared: str) -> None:
    x, y = transform("EPSG:4326", "EPSG:4527", LON, LAT)
    diagnosis = diagnose(read_crs(declared), x, y, "roads")
    assert checks(diagnosis) == [("coordinates_outside_zone", ERROR)]
    assert "EPSG:4527" in diagnosis.findings[0].repair
    assert diagnosis.refused


def test_same_meridian_under_the_number_of_the_wider_zone_is_taken() -> None:
    lon = LON - 3.0
    x, y = transform("EPSG:4326", "EPSG:4497", lon, LAT)
    diagnosis = diagnose(read_crs("EPSG:4546"), x, y, "roads")
    assert checks(diagnosis) == [("zone_prefix", WARNING)]
    assert_allclose(diagnosis.crs.to_wgs84(x, y), [lon, LAT], rtol=0, atol=1e-9)


@pytest.mark.parametrize("lon", [LON, LON - 38.0, LON + 15.0], ids=["Wuhan", "Kashgar", "east"])
@pytest.mark.parametrize("declared", ["EPSG:4326", "EPSG:4490"])
def test_latitude_before_longitude_is_swapped_back(declared: str, lon: NDArray[np.float64]) -> None:
    lat = LAT + 8.8
    diagnosis = diagnose(read_crs(declared), lat, lon, "parcels")
    assert checks(diagnosis) == [("axes_swapped", WARNING)]
    assert diagnosis.crs.axes_swapped
    assert_allclose(diagnosis.crs.to_wgs84(lat, lon), [lon, lat], atol=0)
    finding = diagnosis.findings[0]
    assert finding.lon is not None
    assert abs(finding.lon - lon[0]) < 1e-9


def test_swapped_gcj02_is_swapped_back_and_converted() -> None:
    diagnosis = diagnose(read_crs("gcj02"), LAT, LON, "parcels")
    assert checks(diagnosis) == [("axes_swapped", WARNING)]
    assert_allclose(diagnosis.crs.to_wgs84(LAT, LON), read_crs("gcj02").to_wgs84(LON, LAT), atol=0)


def test_swapping_that_is_only_possible_is_not_done() -> None:
    lon, lat = np.full(50, 14.4), np.full(50, 35.9)
    assert diagnose(read_crs("EPSG:4326"), lat, lon, "parcels").crs == read_crs("EPSG:4326")
    spitsbergen = np.full(50, 15.6), np.full(50, 78.2)
    assert diagnose(read_crs("EPSG:4326"), *spitsbergen, "parcels").findings == ()


def test_a_system_of_one_continent_tells_swapped_axes() -> None:
    diagnosis = diagnose(read_crs("EPSG:4258"), np.full(50, 35.9), np.full(50, 14.4), "parcels")
    assert checks(diagnosis) == [("axes_swapped", WARNING)]


@pytest.mark.parametrize("declared", ["EPSG:4547", "EPSG:32650"])
def test_northing_before_easting_is_swapped_back(declared: str) -> None:
    x, y = transform("EPSG:4326", declared, LON, LAT)
    diagnosis = diagnose(read_crs(declared), y, x, "roads")
    assert checks(diagnosis) == [("axes_swapped", WARNING)]
    assert_lands(diagnosis, y, x)


def test_swapped_axes_and_a_prefix_are_both_mended() -> None:
    diagnosis = diagnose(read_crs("EPSG:4547"), NORTH, EAST + PREFIX_38, "roads")
    assert checks(diagnosis) == [("axes_swapped", WARNING), ("zone_prefix", WARNING)]
    assert diagnosis.crs.authority_code == "EPSG:4526"
    assert_lands(diagnosis, NORTH, EAST + PREFIX_38)


@pytest.mark.parametrize("declared", ["EPSG:4547", "EPSG:4526", "EPSG:32650", "EPSG:3857"])
def test_degrees_in_a_plane_are_refused(declared: str) -> None:
    for x, y in ((LON, LAT), (LAT, LON)):
        diagnosis = diagnose(read_crs(declared), x, y, "roads")
        assert checks(diagnosis) == [("coordinates_contradict_crs", ERROR)]
        assert diagnosis.refused
        assert "EPSG:4326" in diagnosis.findings[0].repair


@pytest.mark.parametrize("declared", ["EPSG:4326", "EPSG:4490", "gcj02", "bd09"])
def test_metres_in_degrees_are_refused(declared: str) -> None:
    diagnosis = diagnose(read_crs(declared), EAST, NORTH, "roads")
    assert checks(diagnosis) == [("coordinates_contradict_crs", ERROR)]
    diagnosis = diagnose(read_crs(declared), EAST + PREFIX_38, NORTH, "roads")
    assert "EPSG:4526" in diagnosis.findings[0].repair


def test_a_few_far_places_are_a_warning_with_one_of_them() -> None:
    lon, lat = LON.copy(), LAT.copy()
    lon[3], lat[7] = 118.5, 58.0
    diagnosis = diagnose(read_crs("EPSG:4547"), *transform("EPSG:4326", "EPSG:4547", lon, lat), "roads")
    assert checks(diagnosis) == [("coordinates_outside_zone", WARNING)]
    assert np.flatnonzero(diagnosis.outside).tolist() == [3, 7]
    finding = diagnosis.findings[0]
    assert "2 of 500" in finding.message
    assert finding.lat is not None
    assert abs(finding.lat - 58.0) < 1e-6


def test_most_places_far_outside_are_refused() -> None:
    x, y = transform("EPSG:4326", "EPSG:4547", LON + 8.0, LAT)
    diagnosis = diagnose(read_crs("EPSG:4547"), x, y, "roads")
    assert checks(diagnosis) == [("coordinates_outside_zone", ERROR)]


def test_most_places_a_little_outside_are_a_warning() -> None:
    x, y = transform("EPSG:4326", "EPSG:4547", LON + 3.5, LAT)
    diagnosis = diagnose(read_crs("EPSG:4547"), x, y, "roads")
    assert checks(diagnosis) == [("coordinates_outside_zone", WARNING)]


def test_null_places_are_rejected_and_nothing_else() -> None:
    x, y = EAST.copy(), NORTH.copy()
    x[0] = y[0] = 0.0
    x[1] = np.nan
    y[2] = np.inf
    x[3] = y[3] = -1.797e308
    diagnosis = diagnose(read_crs("EPSG:4547"), x, y, "roads")
    assert checks(diagnosis) == [("coordinates_null", WARNING)]
    assert "4 of 500" in diagnosis.findings[0].message
    assert np.flatnonzero(diagnosis.rejected).tolist() == [0, 1, 2, 3]
    assert not diagnosis.outside.any()


def test_impossible_degrees_among_good_ones_are_rejected() -> None:
    x = LON.copy()
    x[5] = 1143.0
    diagnosis = diagnose(read_crs("EPSG:4326"), x, LAT, "roads")
    assert checks(diagnosis) == [("coordinates_null", WARNING)]
    assert np.flatnonzero(diagnosis.rejected).tolist() == [5]


def test_data_without_any_place_are_refused() -> None:
    diagnosis = diagnose(read_crs("EPSG:4326"), np.zeros(3), np.zeros(3), "roads")
    assert checks(diagnosis) == [("coordinates_null", ERROR)]


def test_no_data_are_no_fault() -> None:
    diagnosis = diagnose(read_crs("EPSG:4547"), [], [], "roads")
    assert diagnosis.findings == ()
    assert diagnosis.rejected.shape == (0,)


def test_is_null_speaks_of_the_pair() -> None:
    assert is_null([0.0, 0.0, 114.0, np.nan], [0.0, 51.5, np.nan, 30.0]).tolist() == [True, False, True, True]
