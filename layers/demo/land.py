"""Land of the demo district: every lot, the substations' grounds, and green."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from layers.demo import plan, uses
from layers.demo.awkward import awkward
from layers.demo.blocks import Manner, divide
from layers.demo.curves import polygons
from layers.demo.lanes import Block
from layers.demo.lots import Lot, Roadway
from layers.demo.streets import Place

LOTS: Final[dict[plan.Zone, Manner]] = {
    "old": Manner(8_200, 5, 0.0, 0.12, 0),
    "new": Manner(37_000, 2, 0.0, 0.1, 0),
    "west": Manner(46_000, 2, 0.0, 0.1, 0),
    "industry": Manner(44_000, 1, 0.0, 0.14, 0),
    "logistics": Manner(60_000, 1, 0.0, 0.1, 0),
    "shore": Manner(50_000, 4, 0.0, 0.1, 0),
    "rural": Manner(14_000, 6, 0.0, 0.1, 0),
}

PARK_M2: Final = 300_000.0
"""A block of the new town larger than this is the central park 荷园."""

BANK_M, RAIL_M, EXPRESSWAY_M = 15.0, 22.0, 34.0
"""Land kept free beside water, from the railway's centre line and from the expressway's."""

SHARES: Final = {
    "stated load": 0.17,
    "important public": 0.3,
    "important works": 0.04,
    "named": 0.8,
    "use of the block": 0.7,
    "works in fields": 0.16,
}
"""How often a lot has what."""

FIELD_M2, LARGEST_YARD_M2, BELT_M2 = 40_000.0, 60_000.0, 1_200.0
"""Smallest field with works in it, largest lot a substation stands on, smallest green belt."""

HIGH_KV: Final = 220

SMALLEST_M2: Final[dict[plan.Zone, float]] = {
    "old": 900.0, "new": 3_000.0, "west": 5_000.0, "industry": 5_000.0, "logistics": 8_000.0,
    "shore": 5_000.0, "rural": 4_000.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Site:
    """A substation's ground (变电站用地)."""

    station: str
    shape: Polygon


@dataclass(frozen=True, slots=True)
class Land:
    """Lots, substation sites, and green as (name, area)."""

    lots: tuple[Lot, ...]
    sites: tuple[Site, ...]
    green: tuple[tuple[str, Polygon], ...]


def _kept_free(place: Place) -> BaseGeometry:
    express = [segment.line for segment in place.segments if segment.street.grade == "expressway"]
    return shapely.union_all(
        [
            place.nature.water.buffer(BANK_M, quad_segs=4),
            place.nature.railway.buffer(RAIL_M, cap_style="flat"),
            shapely.union_all(express).buffer(EXPRESSWAY_M - 11, quad_segs=2),
        ]
    )


def _lot(shape: BaseGeometry, code: str, zone: plan.Zone, rng: np.random.Generator) -> Lot:
    far = uses.floor_area_ratio(code, rng)
    name = uses.title(code, rng)
    built = far is not None
    stated = built and code != "A7" and rng.random() < SHARES["stated load"]
    load = uses.stated_load_kva(code, far, shape.area, rng)
    often = {"A1": "important public", "A5": "important public", "M2": "important works"}.get(code)
    important = often is not None and rng.random() < SHARES[often]
    area = round(shape.area / 10_000 * float(rng.normal(1, 0.004)), 2)
    year = int(rng.choice([2024, 2025, 2026, 2027, 2028, 2030, 2035]))
    return Lot("", name if rng.random() < SHARES["named"] else None, code, far, max(area, 0.01), year,
               load if stated else None, important, shape, zone)  # fmt: skip


def _lots_of(block: Block, ground: BaseGeometry, rng: np.random.Generator) -> list[Lot]:
    code = uses.use_of(block.zone, rng)
    if block.area.area > PARK_M2 and block.zone == "new":
        whole = polygons(ground)[0]
        return [replace(_lot(whole, "G1", block.zone, rng), name="荷园", load_kva=None)]
    lots = []
    for piece in polygons(ground):
        shapes, _ = divide(polygons(piece.simplify(0.3))[0], LOTS[block.zone], rng, [])
        for shape in shapes:
            if shape.area < SMALLEST_M2[block.zone] or shape.buffer(-7).is_empty:
                continue
            own = code if rng.random() < SHARES["use of the block"] else uses.use_of(block.zone, rng)
            lots.append(_lot(shape, own, block.zone, rng))
    return lots


def _ordinary(place: Place) -> list[Lot]:
    rng = plan.generator(4)
    roads = Roadway.of(place, 2.0)
    free = _kept_free(place)
    shapely.prepare(free)
    lots: list[Lot] = []
    for block in place.blocks:
        ground = block.area.difference(free) if free.intersects(block.area) else block.area
        if block.zone != "rural":
            lots += _lots_of(block, roads.cut_from(ground), rng)
        elif rng.random() < SHARES["works in fields"]:
            shape = _roadside(roads.cut_from(ground))
            if shape is not None:
                lots.append(_lot(shape, ("M1", "W1", "U2")[int(rng.integers(3))], "rural", rng))
    taken = shapely.union_all([lot.shape for lot in lots if lot.zone == "rural"])
    for hamlet in place.hamlets:
        for piece in polygons(roads.cut_from(hamlet.difference(free).difference(taken))):
            if piece.area > SMALLEST_M2["rural"]:
                lots.append(_lot(piece.simplify(0.3), "H14", "rural", rng))
    return lots


def _roadside(ground: BaseGeometry) -> Polygon | None:
    """Return a works site in a corner of farmland."""
    fields = polygons(ground)
    if not fields or fields[0].area < FIELD_M2:
        return None
    corner = shapely.get_coordinates(fields[0].exterior)[0]
    square = shapely.Point(corner).buffer(190, cap_style="square")
    found = polygons(fields[0].intersection(square))
    return found[0] if found and found[0].area > SMALLEST_M2["industry"] else None


def _sites(lots: list[Lot]) -> tuple[list[Lot], list[Site]]:
    """Give each substation a lot near its place, wide enough for it."""
    sites = []
    for _, name, voltage, (x, y), _, _ in plan.STATIONS:
        length, width = (190.0, 130.0) if voltage >= HIGH_KV else (92.0, 66.0)
        wanted = shapely.Point(x * 1000, y * 1000)
        away = shapely.distance(np.array([lot.shape for lot in lots]), wanted)
        fitting = (lots[i] for i in np.argsort(away, kind="stable") if lots[i].code not in {"G1", "U1"})
        yards = ((lot, _yard(lot.shape, length, width)) for lot in fitting)
        lot, yard = next((lot, yard) for lot, yard in yards if yard is not None)
        sites.append(Site(name, yard))
        own = replace(lot, name=name, code="U1", far=0.4, load_kva=None, important=False, year=2024)
        lots = [own if other is lot else other for other in lots]
    return lots, sites


def _yard(lot: BaseGeometry, length: float, width: float) -> Polygon | None:
    box = shapely.get_coordinates(shapely.oriented_envelope(lot))
    sides = box[1:3] - box[:2]
    lengths = np.hypot(*sides.T)
    if lengths.max() < length + 12 or lengths.min() < width + 12 or lot.area > LARGEST_YARD_M2:
        return None
    long = sides[int(lengths.argmax())] / lengths.max() * length / 2
    short = sides[int(lengths.argmin())] / lengths.min() * width / 2
    middle = np.array(lot.centroid.coords[0])
    yard = Polygon(
        [middle - long - short, middle + long - short, middle + long + short, middle - long + short]
    )
    return yard if lot.contains(yard.buffer(3)) else None


def _green(place: Place, lots: list[Lot]) -> list[tuple[str, Polygon]]:
    roads = Roadway.of(place, 1.0)
    water = place.nature.water
    parks = [
        (lot.name or "绿地", part) for lot in lots if lot.code in {"G1", "G2"} for part in polygons(lot.shape)
    ]
    built = shapely.union_all([lot.shape for lot in lots])
    banks = water.buffer(BANK_M, quad_segs=4).union(
        shapely.union_all([area for name, area in place.nature.waters if name == "月汀湖"]).buffer(34)
    )
    city = Polygon(np.array(plan.CITY_AREA) * 1000).buffer(900)
    strips = shapely.union_all([*place.strips, banks.intersection(city)]).difference(built).difference(water)
    open_ground = roads.cut_from(strips.difference(place.nature.railway.buffer(10)))
    belts = polygons(open_ground.buffer(-3.0).buffer(3.0, quad_segs=2))
    return parks + [
        (_belt_name(place, belt), polygons(belt.simplify(0.4))[0]) for belt in belts if belt.area > BELT_M2
    ]


def _belt_name(place: Place, belt: Polygon) -> str:
    return "鹭洲" if place.nature.island.intersects(belt) else "滨水绿带"


def land(place: Place) -> Land:
    """Return the land of the demo district, ordinary lots first, the awkward ones last."""
    lots, sites = _sites(_ordinary(place))
    lots, special = awkward(place, lots)
    middles = [lot.shape.centroid.coords[0] for lot in lots]
    order = sorted(
        range(len(lots)), key=lambda i: (round(middles[i][0] / 1000), middles[i][1], middles[i][0])
    )
    numbered = [replace(lots[i], id=f"LT-{number:04d}") for number, i in enumerate(order, start=1)]
    green = _green(place, numbered)
    return Land((*numbered, *special), tuple(sites), tuple(green))
