"""Minor streets of the demo district: cuts of the land, cul-de-sacs, village lanes, lanes of the island."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from layers.demo import plan
from layers.demo.arteries import Arteries, Street, faces
from layers.demo.blocks import Cut, Manner, divide
from layers.demo.curves import bezier, parts, shortened
from layers.demo.waters import Nature

MANNERS: Final[dict[plan.Zone, Manner]] = {
    "old": Manner(8_500, 13, 0.09, 0.14, 11),
    "new": Manner(42_000, 3, 0.05, 0.07, 34),
    "west": Manner(85_000, 4, 0.06, 0.08, 40),
    "industry": Manner(105_000, 2, 0.02, 0.06, 45),
    "logistics": Manner(115_000, 4, 0.04, 0.08, 40),
    "shore": Manner(110_000, 10, 0.12, 0.12, 30),
    "rural": Manner(330_000, 10, 0.12, 0.13, 40),
}

THIN_M: Final = 24.0
"""Half the width below which land between main roads is a verge or a bank, not a block."""

MINOR_DEPTH: Final = 2
"""Cuts made after so many others are lanes and tracks."""

TOUCH_M, SHORTEST_M, SIDE_M = 1.5, 40.0, 60.0
"""A street this near a barrier touches it; shorter streets are none; shorter sides get no street."""

HAMLET_M2, HAMLETS = 60_000.0, 0.8
CUL_DE_SAC_M2, CULS_DE_SAC = 24_000.0, 0.4
"""Smallest block with a village or a cul-de-sac in it, and how many of them have one."""

BARRIER_SETBACK_M: Final = 22.0
"""How far from a bank, the railway or the expressway a street ends."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of land between streets (街坊), before the streets take their width."""

    area: Polygon
    zone: plan.Zone


@dataclass(frozen=True, slots=True)
class Lanes:
    """Minor streets, the blocks between them, and the strips that are no block."""

    streets: tuple[Street, ...]
    blocks: tuple[Block, ...]
    strips: tuple[Polygon, ...]
    hamlets: tuple[BaseGeometry, ...]


def _grade(cut: Cut, zone: plan.Zone) -> plan.Grade:
    if zone == "old":
        return "local" if cut.depth < MINOR_DEPTH else "lane"
    if zone == "rural":
        return "local" if cut.depth < MINOR_DEPTH else "track"
    return "tertiary" if cut.depth < (MINOR_DEPTH if zone in {"industry", "logistics"} else 1) else "local"


def _stopped(line: LineString, barrier: BaseGeometry) -> LineString | None:
    """Cut a street back where it would run into a barrier."""
    path = shapely.get_coordinates(line)
    for at_start, end in ((True, path[0]), (False, path[-1])):
        if shapely.Point(end).distance(barrier) < TOUCH_M:
            shorter = shortened(line, BARRIER_SETBACK_M, at_start=at_start)
            if shorter is None or shorter.length < SHORTEST_M:
                return None
            line = shorter
    return line


def _sides(area: Polygon, usable: BaseGeometry) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Yield points on the usable boundary of an area with the unit normal that leads inside."""
    for line in parts(area.exterior.intersection(usable)):
        if line.length < SIDE_M:
            continue
        middle = shapely.get_coordinates(line.line_interpolate_point(0.5, normalized=True))[0]
        ahead = shapely.get_coordinates(line.line_interpolate_point(line.length / 2 + 2))[0]
        along = (ahead - middle) / max(float(np.hypot(*(ahead - middle))), 1e-9)
        normal = np.array([-along[1], along[0]])
        if not area.contains(shapely.Point(middle + normal * 3)):
            normal = -normal
        yield middle, normal


def _cul_de_sac(area: Polygon, closed: BaseGeometry, rng: np.random.Generator, name: str) -> list[Street]:
    """Return a short street that ends inside the block, from a side that has a street."""
    sides = list(_sides(area, shapely.difference(area.exterior, closed)))
    if not sides:
        return []
    foot, normal = sides[int(rng.integers(min(2, len(sides))))]
    length = rng.uniform(0.3, 0.5) * np.sqrt(area.area)
    sideways = np.array([-normal[1], normal[0]]) * rng.uniform(-0.35, 0.35) * length
    line = bezier(foot, foot + normal * length * 0.6, foot + normal * length + sideways)
    inside = area.buffer(-18)
    return (
        [Street(name, "local", line, width_m=7.0)] if inside.contains(shapely.Point(line.coords[-1])) else []
    )


def _hamlet(
    area: Polygon, closed: BaseGeometry, rng: np.random.Generator, name: str
) -> tuple[list[Street], BaseGeometry]:
    """Return a village (自然村): a lane into the fields with side lanes, and its built ground."""
    sides = list(_sides(area, shapely.difference(area.exterior, closed)))
    inside = area.buffer(-28)
    if not sides or inside.is_empty:
        return [], Polygon()
    foot, normal = sides[int(rng.integers(min(3, len(sides))))]
    across = np.array([-normal[1], normal[0]])
    length = min(rng.uniform(220, 380), 0.8 * float(np.sqrt(area.area)))
    bow = across * rng.uniform(-70, 70)
    main = bezier(foot, foot + normal * length * 0.5 + bow, foot + normal * length)
    lanes = [main]
    for number, at in enumerate(np.arange(rng.uniform(60, 90), length - 20, rng.uniform(52, 70))):
        start = shapely.get_coordinates(main.line_interpolate_point(at))[0]
        side = across * (1 if number % 2 else -1)
        reach = rng.uniform(60, 135)
        lanes.append(LineString([start, start + side * reach + normal * rng.uniform(-14, 14)]))
    ground = inside.union(shapely.Point(foot).buffer(46).intersection(area))
    lanes = [line for raw in lanes for line in parts(raw.intersection(ground))[:1]]
    streets = [
        Street(
            f"{name}{number or '主'}{'弄' if number else '路'}", "lane", line, width_m=4.5 if number else 6.0
        )
        for number, line in enumerate(lanes)
    ]
    ground = shapely.union_all(
        [line.buffer(44, cap_style="square", join_style="mitre") for line in lanes]
    ).intersection(area.buffer(-6))
    return streets, ground


def _island(nature: Nature) -> list[Street]:
    """Return the lanes of the river island, which no bridge reaches."""
    x, y = nature.island.centroid.coords[0]
    spine = LineString([(x + 8, y - 310), (x - 14, y - 120), (x + 12, y + 90), (x - 6, y + 300)])
    rungs = [
        LineString([(x - 70, y - 95), (x + 66, y - 118)]),
        LineString([(x - 72, y + 84), (x + 80, y + 96)]),
        LineString([(x - 70, y - 95), (x - 86, y + 4), (x - 72, y + 84)]),
    ]
    return [
        Street("鹭洲主路" if line is spine else f"鹭洲{number}弄", "lane", line, width_m=5.0)
        for number, line in enumerate((spine, *rungs))
    ]


def lanes(main: Arteries, nature: Nature) -> Lanes:
    """Return the minor streets between the main roads."""
    rng = plan.generator(1)
    names = street_names()
    barrier = shapely.union_all(
        [nature.water.boundary, nature.railway, main.expressway.buffer(11.6).boundary]
    )
    closed = barrier.buffer(50)
    shapely.prepare([barrier, closed])
    streets: list[Street] = _island(nature)
    blocks: list[Block] = []
    strips: list[Polygon] = []
    hamlets: list[BaseGeometry] = []
    junctions: list[NDArray[np.float64]] = []
    for face in faces(main, nature):
        middle = face.point_on_surface()
        if face.buffer(-THIN_M).is_empty or nature.island.contains(middle):
            strips.append(face)
            continue
        zone = plan.zone_at(*face.centroid.coords[0])
        leaves, cuts = divide(face, MANNERS[zone], rng, junctions)
        for cut in cuts:
            line = _stopped(cut.line, barrier)
            if line is not None:
                streets.append(Street(next(names), _grade(cut, zone), line))
        for leaf in leaves:
            blocks.append(Block(leaf, zone))
            if zone == "rural" and leaf.area > HAMLET_M2 and rng.random() < HAMLETS:
                more, ground = _hamlet(leaf, closed, rng, f"{next(names)[:2]}村")
                hamlets.append(ground)
                streets += more
            elif (
                zone in {"new", "west", "shore"} and leaf.area > CUL_DE_SAC_M2 and rng.random() < CULS_DE_SAC
            ):
                streets += _cul_de_sac(leaf, closed, rng, f"{next(names)[:2]}弄")
    return Lanes(tuple(streets), tuple(blocks), tuple(strips), tuple(hamlets))


def street_names() -> Iterator[str]:
    """Yield invented street names, each once until all combinations are used."""
    first = "芦汀荻菱苇鹭枫棠桐槐樟桂梅兰竹松柳莲萍藻鸥鹤燕莺澄漪澜沁湄汐晴岚云霞"
    second = "溪月湾渡桥浦塘巷亭台园圃坊墩泾港川泽岸林苑圩堰浜"
    order = plan.generator(2).permutation(len(first) * len(second))
    suffixes = ("路", "路", "街", "路", "弄")
    number = 0
    while True:
        index = int(order[number % len(order)])
        pair = first[index // len(second)] + second[index % len(second)]
        yield pair + suffixes[(number + number // len(order)) % len(suffixes)]
        number += 1
