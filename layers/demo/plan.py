"""The plan of the demo district 芦汀 (Luting): where things lie and what they are called.

Everything here is invented. Coordinates are local kilometres, x to the east and y to the north of
:data:`ORIGIN`, a point of EPSG:4549 inside Wujiang's place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import shapely
from shapely.affinity import scale

Point: TypeAlias = tuple[float, float]

SEED: Final = 20_260_901
"""Seed of every random choice."""

CRS: Final = "EPSG:4549"
"""CGCS2000 / 3-degree Gauss-Kruger, central meridian 120 E."""

ORIGIN: Final[Point] = (557_420.0, 3_445_150.0)
"""South-west corner of the district, metres in :data:`CRS`."""

SIZE_KM: Final[Point] = (12.0, 9.0)

Grade = Literal["expressway", "primary", "secondary", "tertiary", "local", "lane", "track"]

GRADE_ZH: Final[dict[Grade, str]] = {
    "expressway": "快速路",
    "primary": "主干路",
    "secondary": "次干路",
    "tertiary": "三级路",
    "local": "支路",
    "lane": "巷道",
    "track": "机耕路",
}
"""Class of a road (道路等级) as the file words it."""

WIDTH_M: Final[dict[Grade, float]] = {
    "expressway": 15.0,
    "primary": 14.0,
    "secondary": 24.0,
    "tertiary": 16.0,
    "local": 10.0,
    "lane": 5.5,
    "track": 4.0,
}
"""Width of a road; of one carriageway where there are two."""

CARRIAGEWAY_OFFSET_M: Final[dict[Grade, float]] = {"expressway": 11.5, "primary": 9.5}
"""Half the distance between the centrelines of a dual carriageway."""


def _points(text: str) -> tuple[Point, ...]:
    """Return the points of a text such as ``0,1 2.5,3``."""
    pairs = (pair.split(",") for pair in text.split())
    return tuple((float(x), float(y)) for x, y in pairs)


Under = Literal["bridge", "tunnel"]


@dataclass(frozen=True, slots=True)
class Artery:
    """A main road (干路) by its control points; ``at_railway`` says how it passes the railway."""

    name: str
    grade: Grade
    points: tuple[Point, ...]
    at_railway: Under = "tunnel"
    closed: bool = False


ARTERIES: Final = (
    Artery("汀湖快速路", "expressway", _points("-0.2,0.7 2.2,0.85 4.2,1.4 6,2.05 7.9,2.75 10,2.95 12.2,2.7")),
    Artery(
        "环城路",
        "primary",
        _points(
            "2.05,6.25 1.98,5.3 2.12,4.2 2.42,3.1 3.05,2.5 4.4,2.42 5.6,2.62 6.25,3.1 6.42,4 "
            "6.32,5.3 6.42,6.2 6,6.68 4.55,6.72 2.6,6.72"
        ),
        closed=True,
    ),
    Artery(
        "汀湖大道",
        "primary",
        _points("-0.2,5.62 1,5.42 2,5.32 3.2,5.26 4.6,5.32 6.3,5.4 7.6,5.42 9.45,5.55 12.2,5.62"),
    ),
    Artery("望汀路", "primary", _points("4.25,9.2 4.36,8.2 4.48,7.2 4.55,6.3 4.6,5.32")),
    Artery(
        "启园大道",
        "primary",
        _points("9.4,9.2 9.32,8 9.5,7.2 9.42,6.3 9.46,5.5 9.3,4.4 9.42,3.4 9.5,2.4 9.32,1.2 9.5,-0.2"),
        at_railway="bridge",
    ),
    Artery("南汀大道", "primary", _points("5.6,2.62 5.66,1.95 5.5,0.9 5.68,-0.2")),
    Artery("园北路", "secondary", _points("6.4,6.1 7.3,6.33 8.4,6.42 9.42,6.38 10.6,6.22 12.2,6.3")),
    Artery("北郊路", "secondary", _points("-0.2,8.42 2.5,8.3 4.35,8.25 6.5,8.2 7.4,8.3 9.35,8.12 12.2,8.5")),
    Artery("芦花路", "secondary", _points("0.8,9.2 0.95,7.5 0.86,6.4 1.02,5.42"), at_railway="bridge"),
    Artery(
        "桐汀路",
        "secondary",
        _points("3.3,9.2 3.25,8 3.38,7.2 3.45,6 3.28,5.26 3.22,4.4 3.3,3.3 3.28,2.5 3.1,1.1 3.12,-0.2"),
    ),
    Artery(
        "钟楼街",
        "secondary",
        _points("4.6,5.32 4.66,4.6 4.54,3.9 4.6,3.2 4.48,2.42 4.36,1.4 4.3,0.4 4.34,-0.2"),
    ),
    Artery(
        "荻溪路", "secondary", _points("5.35,9.2 5.44,8 5.52,7.15 5.48,6 5.44,5.36 5.58,4.4 5.46,3.3 5.6,2.6")
    ),
    Artery("菱塘路", "secondary", _points("2.05,6 3.44,6.06 4.56,5.98 5.48,6.1 6.38,5.96")),
    Artery("湖湾路", "secondary", _points("0,6.5 0.86,6.38 1.5,6.2 2.04,5.98")),
    Artery(
        "书院街",
        "secondary",
        _points(
            "2.1,4.36 3.22,4.4 4,4.58 4.65,4.5 5.56,4.4 6.42,4.5 7.05,4.82 8.38,4.95 9.38,4.9 "
            "10.5,4.98 12.2,4.86"
        ),
    ),
    Artery("米市街", "secondary", _points("2.24,3.66 3.26,3.72 4.56,3.82 5.5,3.68 6.42,3.8")),
    Artery(
        "织星路",
        "secondary",
        _points("8.55,9.2 8.42,8.15 8.5,7.2 8.42,6.4 8.46,5.5 8.3,4.7 8.5,3.55"),
        at_railway="bridge",
    ),
    Artery(
        "云机路",
        "secondary",
        _points(
            "10.62,9.2 10.5,8.25 10.5,7.5 10.42,6.3 10.6,5.58 10.5,4.5 10.62,3.5 10.6,2.3 10.82,1 10.7,-0.2"
        ),
    ),
    Artery("东铸路", "secondary", _points("11.42,8.4 11.4,7.6 11.5,6.26 11.6,5.6 11.42,4.5 11.5,3.5")),
    Artery("园南路", "secondary", _points("7.85,3.7 8.5,3.56 9.42,3.62 10.6,3.54 12.2,3.62")),
    Artery(
        "南塘线",
        "tertiary",
        _points(
            "-0.2,0.2 1.5,0.22 3.1,0.34 4.3,0.42 5.55,0.38 7,0.62 8,0.5 8.6,0.48 9.4,0.62 10.8,0.74 12.2,0.5"
        ),
    ),
    Artery("东浜线", "tertiary", _points("9.42,1.86 10.7,2 12.2,1.96")),
    Artery("西渡线", "tertiary", _points("5.66,1.7 6.6,1.5 7.5,1.62 7.62,0.56")),
    Artery(
        "滨河路",
        "tertiary",
        _points("6.42,6.6 7,6.62 7.2,6.3 7,5.6 6.86,5 6.92,4.3 7.06,3.8 6.95,3.3 6.6,3.1 6.25,3.1"),
    ),
    Artery("东岸路", "tertiary", _points("7.46,6.3 7.3,5.8 7.15,5.2 7.12,4.8 7.24,4.2 7.86,3.68")),
    Artery("湖滨南路", "tertiary", _points("-0.2,1.22 0.9,1.2 1.9,1.42 2.42,2.1 2.6,2.8")),
    Artery("湖滨北路", "tertiary", _points("0,4.98 0.9,4.86 1.5,4.6 1.85,4.1 2.28,3.5")),
)

RAILWAY: Final = _points("-0.2,7.5 3,7.3 6.5,7.12 9.5,7.32 12.2,7.9")
RIVER: Final = _points("7.55,9.2 7.35,8.2 7.5,7.1 7.22,6 6.98,5 7.14,4 7.85,3.1 8.28,2.2 8.2,1.2 8.6,-0.2")
RIVER_HALF_WIDTH_M: Final = 46.0
ISLAND: Final[Point] = (8.27, 1.72)
"""Middle of the river island 鹭洲, whose lanes no bridge reaches."""
LAKE: Final = _points(
    "-0.4,4.62 0.5,4.55 1.1,4.25 1.5,3.75 1.75,3.1 1.98,2.5 1.7,1.85 1,1.6 0.3,1.55 -0.4,1.7"
)
POND: Final = _points("4.85,6.2 5.02,6.32 5.2,6.28 5.24,6.42 5.05,6.5 4.84,6.42")
CANALS: Final = {
    "横港": (24.0, _points("1.5,3.3 2.6,3.2 3.6,3.42 4.5,3.36 5.5,3.48 7.2,3.98")),
    "北塘": (20.0, _points("2.4,9.2 2.5,8 2.72,6.9 2.6,5.9 2.85,5 3.5,4.72 3.78,4.1 3.6,3.42")),
    "织里浜": (18.0, _points("7.02,4.6 7.6,4.5 8.7,4.22 10,4.24 11,4.05 12.2,4.2")),
    "东浜": (16.0, _points("12.2,1.3 11.2,1.5 10.2,1.34 9,1.5 8.43,1.7")),
    "菱荡": (14.0, _points("-0.2,7.9 1.2,8 2.5,7.9 3.6,8.7 5,8.72 6.3,8.6 7.4,8.5")),
}
"""Canals (河道): full width in metres and control points."""

ROUNDABOUTS: Final = (("桐汀路", "菱塘路", 36.0), ("云机路", "书院街", 40.0))
"""Two roads that meet at a roundabout (环岛), and its radius in metres."""

INTERCHANGE: Final = ("汀湖快速路", "南汀大道")

CITY_AREA: Final = _points(
    "1.9,6.9 1.9,4.6 2.3,2.5 3,2.3 5.8,2.4 6.9,3.1 6.95,4.6 8.2,3.3 12,3.3 12,6.9 8,6.9 6.3,7"
)
"""Built-up area (城市建成区)."""

STATIONS: Final = (
    ("LT-BDZ-01", "芦汀变电站", 110, (2.95, 5.0), (50, 50), "城区"),
    ("LT-BDZ-02", "启园变电站", 110, (9.75, 4.45), (63, 63, 63), "城区"),
    ("LT-BDZ-03", "望汀变电站", 220, (5.9, 7.75), (80, 80, 80), "城区"),
)
"""Id, name, voltage in kV, place, ratings of the main transformers in MVA, area."""

Zone = Literal["old", "new", "west", "industry", "logistics", "shore", "rural"]


def _zones() -> tuple[tuple[Zone, shapely.Polygon], ...]:
    old = scale(shapely.Point(4.55, 4.25).buffer(1.0), 1.25, 1.0)
    new = shapely.Polygon(((2.0, 2.5), (7.3, 2.5), (7.3, 6.6), (6.7, 7.2), (2.0, 7.2)))
    return (
        ("old", old),
        ("new", new),
        ("logistics", shapely.box(3.3, 7.15, 7.5, 9.0)),
        ("industry", shapely.box(7.0, 3.2, 12.0, 7.4)),
        ("west", shapely.box(0.0, 5.3, 2.1, 7.4)),
        ("shore", shapely.box(0.0, 1.2, 3.0, 5.4)),
    )


ZONES: Final = _zones()
"""Kinds of district (片区) and where they lie, kilometres; the first that holds a point counts."""


TOWNS: Final[dict[Zone, str]] = {
    "old": "钟楼街道",
    "new": "芦汀街道",
    "west": "汀湖镇",
    "industry": "启园街道",
    "logistics": "望汀镇",
    "shore": "汀湖镇",
    "rural": "南塘镇",
}
"""Town or subdistrict (乡镇街道) of each kind of district."""


def zone_at(x_m: float, y_m: float) -> Zone:
    """Return the kind of district at a point in local metres."""
    point = shapely.Point(x_m / 1000, y_m / 1000)
    return next((zone for zone, area in ZONES if area.contains(point)), "rural")


def generator(part: int) -> np.random.Generator:
    """Return the random generator of one part of the district: parts do not disturb one another."""
    return np.random.Generator(np.random.PCG64((SEED, part)))
