"""The street network of the demo district: junctions made, pieces joined, attributes given."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from layers.demo import plan
from layers.demo.arteries import Street, arteries
from layers.demo.curves import parts
from layers.demo.lanes import Block, lanes
from layers.demo.waters import Nature, nature

STUB_M: Final[dict[plan.Grade, float]] = {
    "expressway": 40.0,
    "primary": 300.0,
    "secondary": 300.0,
    "tertiary": 60.0,
    "local": 22.0,
    "lane": 16.0,
    "track": 30.0,
}
"""Dead ends shorter than this are what a cut left over, not streets."""

GRID_M: Final = 0.01
"""Streets are noded on this grid."""

STEP_M: Final = 1.5
"""Junctions nearer to each other than this are one."""

PAIR: Final = 2
BRIDGE_M: Final = 12.0
"""Shorter ways over water are culverts."""

WIDTH_MISSING: Final = 0.18
"""Share of minor roads whose width nobody has given."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A road between two junctions (路段), in local metres."""

    id: str
    street: Street
    line: LineString
    level: int
    bridge: bool
    tunnel: bool
    width_m: float
    width_known: bool
    city: bool


@dataclass(frozen=True, slots=True)
class Place:
    """The district's ground: nature, roads, blocks, strips between roads, and village ground."""

    nature: Nature
    segments: tuple[Segment, ...]
    blocks: tuple[Block, ...]
    strips: tuple[shapely.Polygon, ...]
    hamlets: tuple[BaseGeometry, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    line: LineString
    street: Street
    level: int


def _key(point: NDArray[np.float64]) -> tuple[int, int]:
    return round(float(point[0]) * 100), round(float(point[1]) * 100)


def _ends(line: LineString) -> tuple[tuple[int, int], tuple[int, int]]:
    path = shapely.get_coordinates(line)
    return _key(path[0]), _key(path[-1])


def _noded(pieces: list[_Piece]) -> list[_Piece]:
    """Cut what lies on the ground where it meets; each piece keeps the street it came from."""
    lines = np.array([piece.line for piece in pieces])
    joined = parts(shapely.union_all(lines, grid_size=GRID_M))
    middles = shapely.line_interpolate_point(np.array(joined), 0.5, normalized=True)
    of_piece, of_line = shapely.STRtree(lines).query_nearest(middles, all_matches=True)
    source: dict[int, int] = {}
    for piece, line in zip(of_piece.tolist(), of_line.tolist(), strict=True):
        source[piece] = min(line, source.get(piece, line))
    return [_Piece(line, pieces[source[i]].street, 0) for i, line in enumerate(joined)]


def _contracted(pieces: list[_Piece]) -> list[_Piece]:
    """Make one junction of two that lie a step apart, where a street missed another's end by a hair."""
    moved: dict[tuple[int, int], tuple[int, int]] = {}
    for piece in pieces:
        if piece.line.length < STEP_M:
            first, last = (moved.get(end, end) for end in _ends(piece.line))
            moved = {end: first if onto == last else onto for end, onto in moved.items()} | {last: first}
    kept = []
    for piece in pieces:
        start, end = (moved.get(each, each) for each in _ends(piece.line))
        if piece.line.length >= STEP_M:
            path = shapely.get_coordinates(piece.line)
            path[0], path[-1] = np.array(start) / 100, np.array(end) / 100
            kept.append(_Piece(LineString(path), piece.street, piece.level))
    return kept


def _degrees(pieces: list[_Piece]) -> dict[tuple[int, int], int]:
    degree: dict[tuple[int, int], int] = defaultdict(int)
    for piece in pieces:
        for end in _ends(piece.line):
            degree[end] += 1
    return degree


def _without_stubs(pieces: list[_Piece]) -> list[_Piece]:
    """Drop short dead ends inside the district, until none is left."""
    edge = [5.0, 5.0, plan.SIZE_KM[0] * 1000 - 5, plan.SIZE_KM[1] * 1000 - 5]
    for _ in range(4):
        degree = _degrees(pieces)
        kept = []
        for piece in pieces:
            ends = [(x / 100, y / 100) for x, y in _ends(piece.line) if degree[x, y] == 1]
            ends = [(x, y) for x, y in ends if edge[0] < x < edge[2] and edge[1] < y < edge[3]]
            if not ends or piece.line.length >= STUB_M[piece.street.grade]:
                kept.append(piece)
        if len(kept) == len(pieces):
            break
        pieces = kept
    return pieces


def _merged(pieces: list[_Piece]) -> list[_Piece]:
    """Join pieces of one street that meet where nothing else does."""
    degree = _degrees(pieces)
    groups: dict[tuple[int, int], list[_Piece]] = defaultdict(list)
    for piece in pieces:
        groups[id(piece.street), piece.level].append(piece)
    merged: list[_Piece] = []
    for group in groups.values():
        merged += _joined(group, degree)
    return merged


def _joined(group: list[_Piece], degree: dict[tuple[int, int], int]) -> list[_Piece]:
    lines = [piece.line for piece in group]
    again = True
    while again:
        again = False
        at: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number, line in enumerate(lines):
            for end in _ends(line):
                at[end].append(number)
        for end, numbers in at.items():
            if len(set(numbers)) == len(numbers) == degree[end] == PAIR:
                both = shapely.line_merge(shapely.union_all([lines[number] for number in numbers]))
                if isinstance(both, LineString):
                    lines = [line for number, line in enumerate(lines) if number not in numbers] + [both]
                    again = True
                    break
    return [_Piece(line, group[0].street, group[0].level) for line in lines]


def _connected(pieces: list[_Piece], island: BaseGeometry) -> list[_Piece]:
    """Keep the largest network and the island's lanes."""
    parent: dict[tuple[int, int], tuple[int, int]] = {}

    def root(node: tuple[int, int]) -> tuple[int, int]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for piece in pieces:
        start, end = _ends(piece.line)
        parent[root(start)] = root(end)
    length: dict[tuple[int, int], float] = defaultdict(float)
    for piece in pieces:
        length[root(_ends(piece.line)[0])] += piece.line.length
    largest = max(length, key=lambda node: (length[node], node))
    return [
        piece
        for piece in pieces
        if root(_ends(piece.line)[0]) == largest or island.contains(piece.line.line_interpolate_point(1))
    ]


def _bridged(pieces: list[_Piece], water: BaseGeometry) -> list[tuple[_Piece, bool]]:
    """Split roads at the banks: what lies over water is a bridge, one level up."""
    over = water.buffer(7.0)
    lines = np.array([piece.line for piece in pieces])
    wet = shapely.intersects(lines, over)
    split: list[tuple[_Piece, bool]] = []
    for piece, crosses in zip(pieces, wet.tolist(), strict=True):
        inside = parts(piece.line.intersection(over)) if crosses else []
        if not inside or sum(line.length for line in inside) < BRIDGE_M or piece.level:
            split.append((piece, False))
            continue
        split += [(_Piece(line, piece.street, 1), True) for line in inside]
        split += [(_Piece(line, piece.street, 0), False) for line in parts(piece.line.difference(over))]
    return split


def _network(streets: list[Street], ground: Nature) -> list[tuple[_Piece, bool]]:
    ground_level = _noded([_Piece(street.line, street, 0) for street in streets if street.level == 0])
    above = [
        _Piece(shapely.set_precision(street.line, GRID_M), street, street.level)
        for street in streets
        if street.level
    ]
    pieces = _contracted([*ground_level, *above])
    pieces = _noded([piece for piece in pieces if not piece.level]) + [p for p in pieces if p.level]
    pieces = _merged(_without_stubs(pieces))
    pieces = _connected(pieces, ground.island)
    return _bridged(pieces, ground.water)


def place() -> Place:
    """Return the ground of the demo district."""
    ground = nature()
    main = arteries(ground)
    minor = lanes(main, ground)
    network = _network([*main.streets, *minor.streets], ground)
    middles = [piece.line.line_interpolate_point(0.5, normalized=True).coords[0] for piece, _ in network]
    order = sorted(
        range(len(network)), key=lambda i: (round(middles[i][0] / 500), middles[i][1], middles[i][0])
    )
    rng = plan.generator(3)
    known = rng.random(len(network)) > WIDTH_MISSING
    area = shapely.Polygon(np.array(plan.CITY_AREA) * 1000)
    city = shapely.contains(area, shapely.points(middles))
    segments = []
    for number, i in enumerate(order, start=1):
        piece, water = network[i]
        grade = piece.street.grade
        segments.append(
            Segment(
                id=f"LT-DL-{number:05d}",
                street=piece.street,
                line=piece.line,
                level=piece.level,
                bridge=water or piece.level > 0,
                tunnel=piece.level < 0,
                width_m=piece.street.width_m or plan.WIDTH_M[grade],
                width_known=bool(known[number - 1]) or grade in {"expressway", "primary"},
                city=bool(city[i]) and grade not in {"expressway", "track"},
            )
        )
    return Place(ground, tuple(segments), minor.blocks, minor.strips, minor.hamlets)
