"""Which numbered zone a pyproj system is, and where on Earth it is meant to be used."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

import numpy as np
from pyproj import CRS

from gis.gauss_kruger import CHINA_BOUNDS, PREFIX_M, SIX_DEGREE, THREE_DEGREE, GaussKrugerZone

Bounds: TypeAlias = tuple[float, float, float, float]

_CGCS2000: Final = re.compile(r"(china|cgcs)[ _]?2000", re.IGNORECASE)
_MERIDIAN: Final = "Longitude of natural origin"
_LATITUDE: Final = "Latitude of natural origin"
_SCALE: Final = "Scale factor at natural origin"
_WHOLE_EARTH: Final = (-180.0, 180.0)


def zone_by_parameters(crs: CRS) -> GaussKrugerZone | None:
    """Return the zone of a CGCS2000 plane that pyproj does not identify, as where its easting comes first.

    A plane without prefix counts as a 3-degree zone where it could be either: the projection is the same.
    """
    parameters, geodetic = _parameters(crs), crs.geodetic_crs
    if crs.is_bound or geodetic is None or not parameters or not _CGCS2000.search(geodetic.to_wkt()):
        return None
    easting_m = parameters["False easting"]
    number = int(easting_m // PREFIX_M) or round(parameters[_MERIDIAN] / 3)
    if number not in SIX_DEGREE and number not in THREE_DEGREE:
        return None
    zone = GaussKrugerZone(number, prefixed=easting_m > PREFIX_M)
    origin = {
        _MERIDIAN: float(zone.central_meridian_deg),
        _LATITUDE: 0.0,
        _SCALE: 1.0,
        "False easting": 500_000.0 + (PREFIX_M * number if zone.prefixed else 0.0),
        "False northing": 0.0,
    }
    return zone if all(parameters[name] == value for name, value in origin.items()) else None


def area_of(crs: CRS, zone: GaussKrugerZone | None) -> Bounds | None:
    """Return west, south, east, north where the system is meant to be used, None for the whole Earth.

    CGCS2000 reaches over China's seas, where EPSG has its zones end at the coast. A transverse Mercator plane
    of no authority counts as a zone of 3 degrees, as city grids (城市独立坐标系) are, or of 6 where its scale
    is reduced as UTM's.
    """
    if zone is not None:
        half = zone.width_deg / 2
        _, south, _, north = CHINA_BOUNDS
        return zone.central_meridian_deg - half, south, zone.central_meridian_deg + half, north
    if crs.area_of_use is not None:
        west, south, east, north = crs.area_of_use.bounds
        west, east = (west, east) if west < east else _WHOLE_EARTH
        return None if (west, east) == _WHOLE_EARTH and crs.is_geographic else (west, south, east, north)
    parameters = _parameters(crs)
    if not parameters:
        return None
    half = 1.5 if parameters[_SCALE] == 1.0 else 3.0
    return parameters[_MERIDIAN] - half, -90.0, parameters[_MERIDIAN] + half, 90.0


def _parameters(crs: CRS) -> dict[str, float]:
    """Return the parameters of a transverse Mercator plane in degrees and metres, nothing for any other."""
    base = crs.source_crs if crs.is_bound else crs
    operation = None if base is None or not base.is_projected else base.coordinate_operation
    if operation is None or operation.method_name not in {"Transverse Mercator", "Gauss Kruger"}:
        return {}
    in_base_units = {p.name: float(p.value) * p.unit_conversion_factor for p in operation.params}
    return {
        # Degrees that went through radians are not whole any more.
        name: round(float(np.degrees(value)) if name in {_MERIDIAN, _LATITUDE} else value, 9)
        for name, value in in_base_units.items()
    }
