"""Boxes on the map as a request writes them (范围框): four or six numbers, in one of a few systems."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from gis.errors import InputError
from gis.words import Words

System = Literal["CRS84", "EPSG:4326", "EPSG:3857", "EPSG:4490"]

MERCATOR_M: Final = 20_037_508.342789244
"""Half the side of the square that Web Mercator maps the world to, m."""

_RADIUS_M: Final = MERCATOR_M / math.pi
HALF_WAY_DEG: Final = 180.0
"""Longitude of the meridian at which east becomes west."""

_PLANE: Final = 4
_SPACE: Final = 6


@dataclass(frozen=True, slots=True)
class Reference:
    """A coordinate reference system that may be asked for (坐标参考系).

    Attributes
    ----------
    srid
        Its number in PostGIS.
    uri
        Its name on the web.
    latitude_first
        Whether its axes are latitude, longitude.
    decimals
        Of a coordinate: a centimetre.
    """

    srid: int
    uri: str
    latitude_first: bool
    decimals: int


SYSTEMS: Final[Mapping[System, Reference]] = MappingProxyType(
    {
        "CRS84": Reference(4326, "http://www.opengis.net/def/crs/OGC/1.3/CRS84", False, 7),
        "EPSG:4326": Reference(4326, "http://www.opengis.net/def/crs/EPSG/0/4326", True, 7),
        "EPSG:3857": Reference(3857, "http://www.opengis.net/def/crs/EPSG/0/3857", False, 2),
        "EPSG:4490": Reference(4490, "http://www.opengis.net/def/crs/EPSG/0/4490", True, 7),
    }
)
"""What coordinates may be asked for and given in; CRS84 is longitude, latitude on WGS 84."""


_CORNERS: Final = Words(
    "请先写左下角，再写右上角", "write the lower left corner first, then the upper right one"
)


@dataclass(frozen=True, slots=True)
class Box:
    """A box in degrees of WGS 84, longitude and latitude; it never crosses the 180th meridian."""

    west: float
    south: float
    east: float
    north: float


def read_bbox(text: str, system: System = "CRS84") -> tuple[Box, ...]:
    """Return the box that a request writes, as two where it crosses the 180th meridian.

    CGCS2000 and WGS 84 agree within centimetres, so degrees of both count alike.

    Parameters
    ----------
    text
        ``west,south,east,north`` in the order of the system's axes; heights between are left out.
    system
        What the numbers are in.

    Raises
    ------
    InputError
        They are not four or six finite numbers, or the box is turned over.

    Examples
    --------
    >>> read_bbox("31,120,32,121", "EPSG:4326")
    (Box(west=120.0, south=31.0, east=121.0, north=32.0),)
    """
    numbers = _numbers(text)
    if len(numbers) == _SPACE:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if SYSTEMS[system].latitude_first:
        numbers = [numbers[1], numbers[0], numbers[3], numbers[2]]
    if system == "EPSG:3857":
        numbers = [*_degrees(*numbers[:2]), *_degrees(*numbers[2:])]
    west, south, east, north = numbers
    if south > north:
        raise InputError(
            Words(
                f"范围 bbox {text!r} 颠倒：下边高于上边",
                f"bbox {text!r} is turned over: its lower side lies above its upper one",
            ),
            repair=_CORNERS,
        )
    if west <= east:
        return (Box(west, south, east, north),)
    if system == "EPSG:3857" or west > HALF_WAY_DEG or east < -HALF_WAY_DEG:
        raise InputError(
            Words(
                f"范围 bbox {text!r} 颠倒：左边在右边以东",
                f"bbox {text!r} is turned over: its left side lies right of its right one",
            ),
            repair=_CORNERS,
        )
    return (Box(west, south, HALF_WAY_DEG, north), Box(-HALF_WAY_DEG, south, east, north))


def _numbers(text: str) -> list[float]:
    try:
        numbers = [float(each) for each in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in {_PLANE, _SPACE} or not all(map(math.isfinite, numbers)):
        raise InputError(
            Words(
                f"范围 bbox {text!r} 不是以逗号分隔的四个或六个有限数值",
                f"bbox {text!r} is not four or six finite numbers with commas between",
            ),
            repair=Words("请写作 120.5,31.0,120.8,31.2", "write it as 120.5,31.0,120.8,31.2"),
        )
    return numbers


def _degrees(x: float, y: float) -> tuple[float, float]:
    """Return degrees of a position in Web Mercator, metres; what lies outside of the map is on its edge."""
    x, y = (min(max(each, -MERCATOR_M), MERCATOR_M) for each in (x, y))
    return math.degrees(x / _RADIUS_M), math.degrees(math.atan(math.sinh(y / _RADIUS_M)))
