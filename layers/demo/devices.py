"""Access points and distribution transformers along the feeders of the demo district."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from layers.demo import plan
from layers.demo.feeders import CITY, NOT_SERVED, Feeder
from layers.demo.land import Land
from layers.demo.streets import Place

FULL: Final = frozenset({"LT-XL-618", "LT-XL-716", "LT-XL-814"})
"""Feeders without one spare bay."""

WITH_POLES: Final = 4
"""How many of the overhead feeders have their poles (杆) given."""

POLE_SPACING_M: Final = 130.0

SPACING_M: Final[dict[plan.Zone, float]] = {
    "old": 115.0, "new": 165.0, "west": 220.0, "industry": 215.0, "logistics": 260.0, "shore": 260.0,
    "rural": 290.0,
}  # fmt: skip
"""Mean distance between two distribution transformers along a feeder."""

RATINGS_KVA: Final[dict[plan.Zone, tuple[int, ...]]] = {
    "old": (315, 400, 500, 630),
    "new": (400, 500, 630, 800, 1000),
    "west": (400, 630, 800),
    "industry": (400, 630, 800, 1000, 1250),
    "logistics": (315, 500, 630, 800),
    "shore": (250, 315, 400, 630),
    "rural": (100, 160, 200, 250, 315, 400),
}

BRANCH_BOXES: Final = 0.16
"""Share of branch boxes (分支箱) among the devices of a cable."""

SERVED_M: Final = 90.0
"""A transformer stands no farther than this from a lot."""

CLEARANCE_M: Final = 55.0
"""Two distribution transformers stand at least this far apart."""


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """A device where a feeder may be tapped (接入点), in local metres."""

    id: str
    name: str
    feeder: str
    kind: str
    spare_bays: int | None
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Transformer:
    """A public distribution transformer (台区), in local metres."""

    id: str
    name: str
    feeder: str
    rated_kva: int
    x: float
    y: float


def _beside(line: LineString, at: float, away: float) -> NDArray[np.float64]:
    """Return the point at a chainage of the line, moved sideways (left is positive)."""
    here, ahead = (shapely.get_coordinates(line.line_interpolate_point(each))[0] for each in (at, at + 2.0))
    along = ahead - here
    if not along.any():
        along = np.array([1.0, 0.0])
    along = along / np.hypot(*along)
    beside: NDArray[np.float64] = here + away * np.array([-along[1], along[0]])
    return beside


def _tapped(feeder: Feeder) -> float:
    """Return the length of the main line on which bays can be tapped: the urban part of a mixed one."""
    length = float(feeder.main.length)
    return (
        float(np.clip(CITY.intersection(feeder.main).length, 0.35 * length, length))
        if feeder.construction == "混合"
        else length
    )


def _cabinets(
    feeder: Feeder, wet: BaseGeometry, rng: np.random.Generator
) -> Iterator[tuple[str, NDArray[np.float64], int]]:
    """Yield kind, place and spare bays of the devices of a cable."""
    if feeder.dedicated:
        yield "环网柜", _beside(feeder.main, feeder.main.length - 6, 4.0 * feeder.side), 0
        return
    at = rng.uniform(180, 320)
    station_at = int(rng.integers(1, 5))
    number = 0
    while at < _tapped(feeder) - 8:
        if wet.intersects(feeder.main.line_interpolate_point(at)):
            at += 15
            continue
        kind = "开闭所" if number == station_at else ("分支箱" if rng.random() < BRANCH_BOXES else "环网柜")
        spare = 0 if feeder.id in FULL else int(rng.choice(4, p=[0.3, 0.32, 0.26, 0.12]))
        yield kind, _beside(feeder.main, at, rng.uniform(3, 8) * feeder.side), spare
        at += rng.uniform(300, 600)
        number += 1
    for lateral in feeder.laterals if feeder.construction == "电缆" else ():
        spare = 0 if feeder.id in FULL else int(rng.integers(0, 3))
        yield "分支箱", _beside(lateral, lateral.length - 8, rng.uniform(3, 8) * feeder.side), spare


def access_points(feeders: tuple[Feeder, ...], place: Place) -> tuple[AccessPoint, ...]:
    """Return the access points: devices of cables and mixed lines, poles of a few overhead ones."""
    rng = plan.generator(7)
    made: list[AccessPoint] = []
    overhead = 0
    wet = place.nature.water.buffer(12, quad_segs=2)
    shapely.prepare(wet)
    for feeder in feeders:
        if feeder.construction == "架空":
            overhead += 1
            if overhead <= WITH_POLES:
                made += _poles(feeder, wet)
            continue
        for number, (kind, (x, y), spare) in enumerate(_cabinets(feeder, wet, rng), start=1):
            identity = f"LT-JR-{feeder.id[-3:]}-{number:02d}"
            made.append(
                AccessPoint(identity, f"{feeder.name}{number}号{kind}", feeder.name, kind, spare, x, y)
            )
    return _faulty(made)


def _poles(feeder: Feeder, wet: BaseGeometry) -> list[AccessPoint]:
    spots = feeder.main.interpolate(np.arange(60.0, feeder.main.length - 5, POLE_SPACING_M))
    made = []
    for number, (x, y) in enumerate(shapely.get_coordinates(spots[~shapely.intersects(wet, spots)]), start=1):
        name = f"{feeder.name}{number}号杆"
        made.append(AccessPoint(f"LT-JR-{feeder.id[-3:]}-{number:02d}", name, feeder.name, "杆", None, x, y))
    return made


UNCOUNTED: Final = frozenset({"LT-JR-611-02", "LT-JR-713-04", "LT-JR-815-02"})
"""Access points whose spare bays nobody has counted."""


def _faulty(points: list[AccessPoint]) -> tuple[AccessPoint, ...]:
    """Put in what real lists have: missing counts, names in other spellings."""
    spellings = {
        "614": _full_width,
        "713": _upper_case,
        "622": _without_ending,
    }
    changed = []
    for point in points:
        line = point.id.split("-")[2]
        feeder = spellings[line](point.feeder) if line in spellings else point.feeder
        spare = None if point.id in UNCOUNTED else point.spare_bays
        changed.append(replace(point, feeder=feeder, spare_bays=spare))
    return tuple(changed)


def _full_width(name: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if letter.isascii() else letter for letter in name)


def _upper_case(name: str) -> str:
    return name.replace("kV", "KV ")


def _without_ending(name: str) -> str:
    return name.removesuffix("线")


def transformers(feeders: tuple[Feeder, ...], land: Land, place: Place) -> tuple[Transformer, ...]:
    """Return the distribution transformers, 9 to 26 m beside their feeders and apart from one another."""
    rng = plan.generator(8)
    lots = [lot for lot in land.lots if not lot.special]
    tree = shapely.STRtree([lot.shape for lot in lots])
    water = place.nature.water
    shapely.prepare(water)
    taken: dict[tuple[int, int], list[NDArray[np.float64]]] = {}
    counts: dict[str, int] = {}
    made: list[Transformer] = []
    for feeder in feeders:
        for line in () if feeder.dedicated else (feeder.main, *feeder.laterals):
            for spot in _spots(line, rng):
                if not _free(spot, taken) or water.intersects(Point(spot).buffer(4)):
                    continue
                lot = lots[int(tree.nearest(Point(spot)))]
                if lot.shape.distance(Point(spot)) > SERVED_M or lot.code in NOT_SERVED:
                    continue
                stem = lot.name or "规划地块"
                counts[stem] = counts.get(stem, 0) + 1
                rating = RATINGS_KVA[lot.zone][int(rng.integers(len(RATINGS_KVA[lot.zone])))]
                identity = f"LT-TQ-{len(made) + 1:04d}"
                made.append(
                    Transformer(identity, f"{stem}{counts[stem]}号台区", feeder.name, rating, *spot.tolist())
                )
    return tuple(made)


def _spots(line: LineString, rng: np.random.Generator) -> Iterator[NDArray[np.float64]]:
    at = rng.uniform(60, 150)
    while at < line.length - 4:
        side = int(rng.choice([-1, 1]))
        spot = _beside(line, at, side * rng.uniform(9, 26))
        yield spot
        at += SPACING_M[plan.zone_at(*spot)] * rng.uniform(0.7, 1.3)


def _free(spot: NDArray[np.float64], taken: dict[tuple[int, int], list[NDArray[np.float64]]]) -> bool:
    """Return whether no other transformer stands near, and take the place if so."""
    column, row = (int(value // CLEARANCE_M) for value in spot)
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            for other in taken.get((column + dx, row + dy), ()):
                if np.hypot(*(spot - other)) < CLEARANCE_M:
                    return False
    taken.setdefault((column, row), []).append(spot)
    return True
