"""GCJ-02 (火星坐标) and BD-09 (百度坐标) to and from WGS 84.

GCJ-02 is WGS 84 moved by up to 740 m, a smooth function of the place; Chinese web maps deliver it. BD-09 is
GCJ-02 moved by about another kilometre; Baidu delivers it. The forward functions are the public ones, known
from their constants. The inverses are fixed-point iterations on the forward functions, so a round trip is
exact to the rounding of a double (below 1e-6 m); the usual one-step inverses err by metres.

All functions take degrees in arrays of shape (n,) and return new ones. What is no place on Earth (not finite,
beyond 360 degrees of longitude or 90 of latitude) comes back as NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

LonLat: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]

GCJ02_BOUNDS: Final = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of the box outside which GCJ-02 is WGS 84, degrees. It is the box that the public
implementations share; the seam along its edge (up to 700 m) runs through sea and neighbouring countries."""

_SEMI_MAJOR_M: Final = 6378245.0
_ECCENTRICITY_SQUARED: Final = 0.00669342162296594323
_ORIGIN: Final = (105.0, 35.0)
_EARTH_DEG: Final = (360.0, 90.0)
_BD_WAVE: Final = np.pi * 3000.0 / 180.0
# Each round leaves about a fiftieth of the error before it, which starts below 0.02 degrees. Only beside the
# meridian of 105 degrees, where the shift has a kink, it takes more than six.
_ROUNDS: Final = 10
_EXACT_DEG: Final = 1e-12


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Return GCJ-02 degrees of WGS 84 degrees, arrays of shape (n,).

    Outside ``GCJ02_BOUNDS`` the two are the same.
    """
    x, y = _places(lon, lat)
    inside = _inside(x, y, margin=0.0)
    moved_x, moved_y = _shifted(*_only(inside, x, y))
    return np.where(inside, moved_x, x), np.where(inside, moved_y, y)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Return WGS 84 degrees of GCJ-02 degrees, arrays of shape (n,).

    On the seam of ``GCJ02_BOUNDS`` a GCJ-02 place can belong to two WGS 84 places, one inside the box and one
    outside; the one inside is returned.
    """
    x, y = _places(lon, lat)
    back_x, back_y = _inverse(_shifted, *_only(_inside(x, y, margin=0.1), x, y))
    # What stood on the edge itself may come back a rounding beyond it.
    inside = _inside(back_x, back_y, margin=1e-9)
    return np.where(inside, back_x, x), np.where(inside, back_y, y)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Return BD-09 degrees of GCJ-02 degrees, arrays of shape (n,)."""
    return _baidu(*_places(lon, lat))


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Return GCJ-02 degrees of BD-09 degrees, arrays of shape (n,)."""
    return _inverse(_baidu, *_places(lon, lat))


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Return BD-09 degrees of WGS 84 degrees, arrays of shape (n,)."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Return WGS 84 degrees of BD-09 degrees, arrays of shape (n,)."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _places(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Return both as float64, NaN in both where they are no place on Earth."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    return _only((np.abs(x) <= _EARTH_DEG[0]) & (np.abs(y) <= _EARTH_DEG[1]), x, y)


def _only(keep: NDArray[np.bool_], x: NDArray[np.float64], y: NDArray[np.float64]) -> LonLat:
    return np.where(keep, x, np.nan), np.where(keep, y, np.nan)


def _inside(x: NDArray[np.float64], y: NDArray[np.float64], *, margin: float) -> NDArray[np.bool_]:
    """Return which places lie in the box of GCJ-02 widened by ``margin`` degrees."""
    west, south, east, north = GCJ02_BOUNDS
    in_longitude = (x >= west - margin) & (x <= east + margin)
    return in_longitude & (y >= south - margin) & (y <= north + margin)


def _inverse(
    forward: Callable[[NDArray[np.float64], NDArray[np.float64]], LonLat],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> LonLat:
    """Return the place that ``forward`` takes to (lon, lat)."""
    x, y = lon, lat
    for _ in range(_ROUNDS):
        image_x, image_y = forward(x, y)
        error_x, error_y = image_x - lon, image_y - lat
        x, y = x - error_x, y - error_y
        if not ((np.abs(error_x) > _EXACT_DEG) | (np.abs(error_y) > _EXACT_DEG)).any():
            break
    return x, y


def _shifted(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> LonLat:
    """Return the places moved by the GCJ-02 shift, without regard to the box."""
    x, y = lon - _ORIGIN[0], lat - _ORIGIN[1]
    root, wave_x = np.sqrt(np.abs(x)), _waves(x, 20.0, 6.0) + _waves(x, 20.0, 2.0)
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east_m += (wave_x + _waves(x, 20.0, 1.0) + _waves(x, 40.0, 1 / 3)) * 2 / 3
    east_m += (_waves(x, 150.0, 1 / 12) + _waves(x, 300.0, 1 / 30)) * 2 / 3
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north_m += (wave_x + _waves(y, 20.0, 1.0) + _waves(y, 40.0, 1 / 3)) * 2 / 3
    north_m += (_waves(y, 160.0, 1 / 12) + _waves(y, 320.0, 1 / 30)) * 2 / 3

    phi = np.radians(lat)
    denominator = 1.0 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / denominator**1.5
    parallel_m = _SEMI_MAJOR_M / np.sqrt(denominator) * np.cos(phi)
    return lon + np.degrees(east_m / parallel_m), lat + np.degrees(north_m / meridian_m)


def _waves(value: NDArray[np.float64], amplitude: float, frequency: float) -> NDArray[np.float64]:
    return amplitude * np.sin(np.pi * frequency * value)


def _baidu(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> LonLat:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_WAVE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_WAVE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
