"""Lots that real plans hold and that break naive software: each is here once, under an id of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from layers.demo.curves import parts, polygons
from layers.demo.lots import Lot, Roadway
from layers.demo.streets import Place

WORKS_M2: Final = (90_000.0, 170_000.0)
"""Area of the block that becomes a works with a lot inside."""

STREET_M: Final = (10.0, 16.0)
"""Distance between two lots with a local street between them."""

DRY_M: Final = 60.0
SIDE_M: Final = 80.0
PUSH_M: Final = 12.0
NEAR_M: Final = 120.0
PUMP_M2: Final = 2_400.0

WORDS: Final[dict[str, tuple[str, str]]] = {
    "LT-9001": ("厂区内部地块，四周无临街面", "inside a works site: no street within 50 m"),
    "LT-9002": ("环绕 LT-9001 的地块，含内环", "surrounds LT-9001: a polygon with a hole"),
    "LT-9003": ("跨街的两块地，多部件", "two grounds on two sides of a street: a multipolygon"),
    "LT-9004": ("位于另一地块之内（二期用地）", "lies inside another parcel"),
    "LT-9005": ("与相邻地块重叠约 12 米", "overlaps its neighbours by about 12 m"),
    "LT-9006": ("自相交（蝴蝶结）的红线", "a red line that crosses itself (bow-tie)"),
    "LT-9007": ("最近的道路在河对岸", "its nearest street lies across the river"),
    "LT-9008": (
        "鹭洲（江心洲）上的地块，道路与外界不通",
        "on the river island, whose lanes no bridge reaches",
    ),
    "LT-9009": ("红线侵入道路 5 米", "its red line reaches 5 m into the street"),
    "LT-9010": ("街角地块，两面临街", "a corner lot that fronts two streets"),
}
"""What is special about each awkward lot, in Chinese and English."""


def _made(pattern: Lot, number: int, shape: BaseGeometry, name: str, **changes: object) -> Lot:
    area = max(round(shape.area / 10_000, 2), 0.05)
    made: Lot = replace(pattern, id=f"LT-{number}", name=name, shape=shape, area_ha=area, **changes)  # type: ignore[arg-type]  # names of fields
    return made


def _first(lots: Iterable[Lot], zone: str, code: str, least_m2: float, most_m2: float) -> Lot:
    fitting = [
        lot for lot in lots if lot.zone == zone and lot.code == code and least_m2 < lot.shape.area < most_m2
    ]
    return min(fitting, key=lambda lot: (round(lot.shape.centroid.y), lot.shape.centroid.x))


def _without(lots: list[Lot], dropped: Iterable[Lot]) -> list[Lot]:
    gone = {id(lot) for lot in dropped}
    return [lot for lot in lots if id(lot) not in gone]


def _inner_and_ring(place: Place, lots: list[Lot], roads: Roadway) -> tuple[list[Lot], list[Lot]]:
    """Turn one industrial block into a ring-shaped works with a lot inside."""
    blocks = [
        block.area
        for block in place.blocks
        if block.zone == "industry" and WORKS_M2[0] < block.area.area < WORKS_M2[1]
    ]
    blocks = [area for area in blocks if area.distance(place.nature.water) > DRY_M]
    thick = max(blocks, key=lambda area: (round(4 * np.pi * area.area / area.length**2, 6), area.area))
    ground = polygons(roads.cut_from(thick))[0].simplify(0.3)
    inner = polygons(ground.buffer(-85, join_style="mitre"))[0]
    inside = [lot for lot in lots if thick.contains(lot.shape.point_on_surface())]
    pattern = replace(inside[0], code="M1", far=1.4, important=False, zone="industry")
    return _without(lots, inside), [
        _made(pattern, 9001, inner, "汀源电子二厂", load_kva=800.0),
        _made(pattern, 9002, ground.difference(inner), "汀源电子总厂", load_kva=3200.0),
    ]


def _two_grounds(lots: list[Lot]) -> tuple[list[Lot], Lot]:
    """Join two lots on two sides of a street of the new town."""
    first = _first(lots, "new", "R2", 20_000, 45_000)
    others = [
        lot
        for lot in lots
        if lot.zone == "new" and STREET_M[0] < lot.shape.distance(first.shape) < STREET_M[1]
    ]
    second = max(
        others, key=lambda lot: (lot.shape.buffer(STREET_M[1]).intersection(first.shape).area, lot.shape.area)
    )
    both = MultiPolygon([*polygons(first.shape), *polygons(second.shape)])
    return _without(lots, [first, second]), _made(first, 9003, both, "荻悦家园（一、二期）", load_kva=2500.0)


def _behind_the_river(place: Place, lots: list[Lot], pattern: Lot) -> Lot:
    """Put a lot on the bank whose nearest street lies on the other one."""
    river = shapely.union_all([area for name, area in place.nature.waters if name == "汀河"])
    streets = [s.line for s in place.segments if s.street.grade != "expressway" and not s.bridge]
    tree = shapely.STRtree(streets)
    taken = shapely.union_all([lot.shape for lot in lots if lot.shape.distance(river) < NEAR_M])
    taken = taken.union(river.buffer(9)).union(place.nature.water)
    found: list[tuple[float, Polygon]] = []
    for bank in parts(river.buffer(46).boundary):
        for at in np.arange(600, bank.length, 40):
            point = bank.line_interpolate_point(at)
            spot = polygons(point.buffer(34, cap_style="square").difference(taken))
            if not spot or spot[0].area < PUMP_M2:
                continue
            nearest = streets[int(tree.nearest(spot[0]))]
            way = shapely.shortest_line(spot[0], nearest)
            if way.crosses(river) and not place.nature.island.buffer(70).intersects(way):
                found.append((round(way.length, 2), spot[0]))
    shape = min(found, key=lambda pair: (pair[0], pair[1].centroid.y))[1]
    return _made(pattern, 9007, shape, "汀河取水泵站", load_kva=400.0, code="U1", far=0.3, zone="rural")


def _with_neighbours(lots: list[Lot]) -> list[Lot]:
    """Return the lots that share a long side with another one."""
    shapes = np.array([lot.shape for lot in lots])
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=0.1)
    shared = shapely.area(shapely.intersection(shapely.buffer(shapes[first], 1.0), shapes[second]))
    return [lots[i] for i in np.unique(first[(first != second) & (shared > SIDE_M)])]


def _pushed(lot: Lot, lots: list[Lot]) -> BaseGeometry:
    """Return the lot's shape moved to the side where it takes most of its neighbours' land."""
    others = shapely.union_all([other.shape for other in lots if other.shape.distance(lot.shape) < PUSH_M])
    sides = ((PUSH_M, 0.0), (-PUSH_M, 0.0), (0.0, PUSH_M), (0.0, -PUSH_M))
    moved = [translate(lot.shape, *side) for side in sides]
    return max(moved, key=lambda shape: shape.intersection(others).area)


def awkward(place: Place, lots: list[Lot]) -> tuple[list[Lot], list[Lot]]:
    """Return the ordinary lots that stay, and the awkward ones."""
    roads = Roadway.of(place, 2.0)
    lots, special = _inner_and_ring(place, lots, roads)
    lots, grounds = _two_grounds(lots)
    host = _first(lots, "new", "R2", 34_000, 60_000)
    middle = host.shape.centroid
    part = middle.buffer(32, cap_style="square").intersection(host.shape)
    neighbour = _first(_with_neighbours(lots), "industry", "M1", 15_000, 60_000)
    crossed = _first(lots, "industry", "W1", 15_000, 60_000)
    corners = shapely.get_coordinates(shapely.oriented_envelope(crossed.shape.buffer(-8)))
    bow = Polygon(corners[[0, 2, 1, 3]])
    island = polygons(roads.cut_from(place.nature.island.buffer(-12)))[0]
    wide = _first(lots, "new", "B2", 12_000, 60_000)
    corner = _first(lots, "old", "B1", 2_500, 9_000)
    lots = _without(lots, [crossed, wide, corner, neighbour])
    special += [
        grounds,
        _made(host, 9004, part, "社区服务中心（二期）", load_kva=250.0, code="A1", far=1.2),
        _made(neighbour, 9005, _pushed(neighbour, lots), "澄信精密机械厂区（调整）", load_kva=1600.0),
        replace(_made(crossed, 9006, bow, "晴丰物流园", load_kva=500.0), area_ha=crossed.area_ha),
        _behind_the_river(place, lots, host),
        _made(host, 9008, island, "鹭洲生态园", load_kva=315.0, code="B3", far=0.3, zone="rural"),
        _made(wide, 9009, wide.shape.buffer(7.0, join_style="mitre"), "岚达大厦", load_kva=2000.0),
        _made(corner, 9010, corner.shape, "枫和农贸市场", load_kva=300.0),
    ]
    return lots, special
