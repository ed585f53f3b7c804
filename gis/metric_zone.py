"""The metric zone in which a data set is measured, and its scale.

Geometry is kept in EPSG:4326 (EPSG's transformation between CGCS2000 and WGS 84 is null) and measured in one
zone per data set: inside China a CGCS2000 3-degree Gauss-Kruger zone without prefix, elsewhere UTM.

A length in the plane divided by the scale factor is the length on the ellipsoid. The scale is
``k0 (1 + e^2 / 2 R^2)`` with ``e = (E - 500000) / k0`` and R the Gaussian mean radius at the data's latitude
(the first term of the series in Snyder, Map Projections: A Working Manual, 1987, section 8). Measured against
geodesics for lines of up to 1 km within 3 degrees of the meridian it leaves under 0.2 mm in 600 m at the
latitude of the radius and under 1 mm within 3 degrees of it. A fixed R leaves up to 2.6 mm, an e that is not
divided by k0 up to 0.9 mm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.coordinates import Pair, each_coordinate, transform
from gis.errors import CrsError
from gis.gauss_kruger import CHINA_BOUNDS, THREE_DEGREE, GaussKrugerZone, zone_of_epsg
from gis.words import Words

_FALSE_EASTING_M: Final = 500_000.0
_GRS80_SEMI_MAJOR_M: Final = 6_378_137.0
_GRS80_ECCENTRICITY_SQUARED: Final = 0.00669438002290
_UTM_SCALE: Final = 0.9996
_UTM_ZONES: Final = range(1, 61)
_UTM_NORTH: Final = 32600
_UTM_SOUTH: Final = 32700


@dataclass(frozen=True, slots=True)
class MetricZone:
    """The plane in which a data set is measured, metres.

    Attributes
    ----------
    epsg
        Code of the plane, easting before northing.
    central_meridian_deg
        Degrees east.
    k0
        Scale on the central meridian: 1 for Gauss-Kruger, 0.9996 for UTM.
    radius_m
        Gaussian mean radius of the ellipsoid at the data's middle latitude.
    """

    epsg: int
    central_meridian_deg: float
    k0: float
    radius_m: float

    def to_metric(self, lon: ArrayLike, lat: ArrayLike) -> Pair:
        """Return easting and northing in metres of degrees (EPSG:4326), shape (n,)."""
        return transform("EPSG:4326", f"EPSG:{self.epsg}", lon, lat)

    def to_wgs84(self, x: ArrayLike, y: ArrayLike) -> Pair:
        """Return degrees (EPSG:4326) of easting and northing in metres, shape (n,)."""
        return transform(f"EPSG:{self.epsg}", "EPSG:4326", x, y)

    def scale_factor(self, easting: ArrayLike) -> NDArray[np.float64]:
        """Return metres in the plane per metre on the ellipsoid at each easting, shape (n,)."""
        offset_m = (np.asarray(easting, dtype=np.float64) - _FALSE_EASTING_M) / self.k0
        return self.k0 * (1.0 + offset_m**2 / (2.0 * self.radius_m**2))


def metric_zone(lon: ArrayLike, lat: ArrayLike) -> MetricZone:
    """Return the zone for data at these degrees (EPSG:4326), shape (n,): the one at their median.

    Raises
    ------
    CrsError
        No coordinate is finite.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    finite = np.isfinite(x) & np.isfinite(y)
    if not finite.any():
        raise CrsError(
            Words("没有可用来选择投影带的坐标。", "No coordinate is there to choose a metric zone by."),
            repair=Words("请导入带位置的数据。", "Import data with places."),
        )
    middle_lon, middle_lat = float(np.median(x[finite])), float(np.median(y[finite]))
    west, south, east, north = CHINA_BOUNDS
    if west <= middle_lon <= east and south <= middle_lat <= north:
        number = int(np.clip(round(middle_lon / 3), THREE_DEGREE[0], THREE_DEGREE[-1]))
        return zone_from_epsg(GaussKrugerZone(number, prefixed=False).epsg, middle_lat)
    number = int(np.clip(np.floor((middle_lon + 180.0) / 6.0) + 1, 1, 60))
    return zone_from_epsg((_UTM_NORTH if middle_lat >= 0 else _UTM_SOUTH) + number, middle_lat)


def zone_from_epsg(epsg: int, latitude_deg: float) -> MetricZone:
    """Return the zone of a code (CGCS2000 Gauss-Kruger without prefix, or UTM on WGS 84).

    Parameters
    ----------
    epsg
        4502-4512, 4534-4554, 32601-32660 or 32701-32760.
    latitude_deg
        The middle latitude of the data, for the radius.

    Raises
    ------
    CrsError
        The code is none of these.
    """
    radius_m = gaussian_radius_m(latitude_deg)
    zone = zone_of_epsg(epsg)
    if zone is not None and not zone.prefixed:
        return MetricZone(epsg, float(zone.central_meridian_deg), 1.0, radius_m)
    if epsg - _UTM_NORTH in _UTM_ZONES or epsg - _UTM_SOUTH in _UTM_ZONES:
        return MetricZone(epsg, 6.0 * (epsg % 100) - 183.0, _UTM_SCALE, radius_m)
    raise CrsError(
        Words(f"EPSG:{epsg} 不是以米计的投影带。", f"EPSG:{epsg} is not a metric zone."),
        repair=Words(
            "请使用不加带号的 CGCS2000 高斯-克吕格带（EPSG:4534-4554）或 UTM（EPSG:326xx、327xx）。",
            "Use a CGCS2000 Gauss-Kruger zone without prefix (EPSG:4534-4554) or UTM (EPSG:326xx, 327xx).",
        ),
    )


def gaussian_radius_m(latitude_deg: float) -> float:
    """Return the root of GRS 80's meridian radius times its normal radius at a latitude, metres."""
    sine = np.sin(np.radians(latitude_deg))
    flattened = _GRS80_SEMI_MAJOR_M * np.sqrt(1.0 - _GRS80_ECCENTRICITY_SQUARED)
    return float(flattened / (1.0 - _GRS80_ECCENTRICITY_SQUARED * sine**2))


def project(geometries: ArrayLike, zone: MetricZone) -> NDArray[np.object_]:
    """Return geometries in degrees (EPSG:4326), shape (n,), as plane ones in metres; None stays."""
    return each_coordinate(geometries, zone.to_metric)


def unproject(geometries: ArrayLike, zone: MetricZone) -> NDArray[np.object_]:
    """Return plane geometries in metres, shape (n,), as ones in degrees (EPSG:4326); None stays."""
    return each_coordinate(geometries, zone.to_wgs84)
