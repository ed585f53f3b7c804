"""GCJ-02 and BD-09: known places, exact inverses, the edge of the box."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from gis.datum import (
    GCJ02_BOUNDS,
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

# 1e-6 m in degrees of latitude; a degree of longitude is shorter.
TOLERANCE_DEG = 1e-6 / 111_320
WEST, SOUTH, EAST, NORTH = GCJ02_BOUNDS
CHINA = st.tuples(st.floats(73.0, 136.0), st.floats(3.0, 54.0))


def grid(margin_deg: float, steps: int = 301) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a grid over the box, so far inside its edge, that meets the meridian of 105 degrees."""
    lon = np.append(np.linspace(WEST + margin_deg, EAST - margin_deg, steps), [105.0, 105.0 + 1e-9])
    lat = np.append(np.linspace(SOUTH + margin_deg, NORTH - margin_deg, steps), [35.0, 35.0])
    x, y = np.meshgrid(lon, lat)
    return x.ravel(), y.ravel()


def test_places_known_from_public_converters() -> None:
    assert_allclose(
        wgs84_to_gcj02([116.404], [39.915]), [[116.41024449916938], [39.91640428150164]], atol=1e-12
    )
    assert_allclose(
        gcj02_to_bd09([116.404], [39.915]), [[116.41036949371029], [39.92133699351022]], atol=1e-12
    )


def test_inverse_is_exact_over_the_whole_box_and_its_edge() -> None:
    x, y = grid(0.0)
    for forward, inverse in ((wgs84_to_gcj02, gcj02_to_wgs84), (wgs84_to_bd09, bd09_to_wgs84)):
        lon, lat = inverse(*forward(x, y))
        assert_allclose(lon, x, rtol=0, atol=TOLERANCE_DEG)
        assert_allclose(lat, y, rtol=0, atol=TOLERANCE_DEG)


def test_forward_takes_what_the_inverse_returns_to_where_it_came_from() -> None:
    x, y = grid(0.02)
    lon, lat = wgs84_to_gcj02(*gcj02_to_wgs84(x, y))
    assert_allclose(lon, x, rtol=0, atol=TOLERANCE_DEG)
    assert_allclose(lat, y, rtol=0, atol=TOLERANCE_DEG)
    lon, lat = gcj02_to_bd09(*bd09_to_gcj02(x, y))
    assert_allclose(lon, x, rtol=0, atol=TOLERANCE_DEG)
    assert_allclose(lat, y, rtol=0, atol=TOLERANCE_DEG)


@given(st.lists(CHINA, min_size=1, max_size=20))
def test_round_trips_anywhere_in_china(places: list[tuple[float, float]]) -> None:
    x, y = np.array(places).T
    for forward, inverse in (
        (wgs84_to_gcj02, gcj02_to_wgs84),
        (gcj02_to_bd09, bd09_to_gcj02),
        (wgs84_to_bd09, bd09_to_wgs84),
    ):
        lon, lat = inverse(*forward(x, y))
        assert np.abs(lon - x).max() < TOLERANCE_DEG
        assert np.abs(lat - y).max() < TOLERANCE_DEG


@given(CHINA)
def test_shift_is_never_more_than_its_known_size(place: tuple[float, float]) -> None:
    x, y = np.array([place[0]]), np.array([place[1]])
    lon, lat = wgs84_to_gcj02(x, y)
    shift_m = np.hypot((lon - x) * np.cos(np.radians(y)), lat - y) * 111_320
    assert shift_m[0] < 740
    lon, lat = gcj02_to_bd09(x, y)
    shift_m = np.hypot((lon - x) * np.cos(np.radians(y)), lat - y) * 111_320
    assert 500 < shift_m[0] < 1500


@pytest.mark.parametrize(
    "place",
    [
        (WEST - 1e-9, 30.0),
        (EAST + 1e-9, 30.0),
        (114.0, SOUTH - 1e-9),
        (114.0, NORTH + 1e-9),
        (14.4, 35.9),
        (-74, 90),
    ],
)
def test_outside_the_box_gcj02_is_wgs84(place: tuple[float, float]) -> None:
    assert_allclose(np.ravel(wgs84_to_gcj02([place[0]], [place[1]])), place, atol=0)


def test_far_outside_the_box_the_inverse_is_the_identity_too() -> None:
    assert_allclose(np.ravel(gcj02_to_wgs84([14.4], [35.9])), (14.4, 35.9), atol=0)


def test_what_is_no_place_is_nan_in_both_and_harms_no_other() -> None:
    x = np.array([np.nan, 114.3, np.inf, 114.3, 38_500_000.0, -1.7e308, 114.3])
    y = np.array([30.5, np.nan, 30.5, -np.inf, 3_390_000.0, -1.7e308, 30.5])
    converters = (
        wgs84_to_gcj02,
        gcj02_to_wgs84,
        gcj02_to_bd09,
        bd09_to_gcj02,
        wgs84_to_bd09,
        bd09_to_wgs84,
    )
    for convert in converters:
        lon, lat = convert(x, y)
        assert np.isnan(lon[:-1]).all()
        assert np.isnan(lat[:-1]).all()
        assert_allclose([lon[-1], lat[-1]], np.ravel(convert([114.3], [30.5])), atol=0)


def test_no_places_are_no_places() -> None:
    assert gcj02_to_wgs84([], [])[0].shape == (0,)
