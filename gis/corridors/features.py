"""Areas and lines around the streets, cut into parts that a search tree finds and a compiled loop reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import shapely
from shapely import GeometryType

from gis.corridors.streets import Flags, Floats, Ints, Longs, Objects

OBSTACLE: Final = -1
"""Owner of what blocks and never attaches."""

_PIECES: Final = 32
"""Pieces of a line in one part, so that its bounds stay small."""

_VERTICES: Final = 256
"""Vertices of a part of a subdivided area."""

_AREAS: Final = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON, GeometryType.GEOMETRYCOLLECTION)


class Outlines(NamedTuple):
    """The vertices of parts.

    Attributes
    ----------
    xy
        Vertices of all rings and lines, plane metres, shape (vertices, 2).
    ring_start
        Offsets into ``xy`` by ring, shape (rings + 1,).
    part_start
        Offsets into the rings by part, shape (parts + 1,).
    owner
        Number of the thing that the part is of; ``OBSTACLE`` has none, shape (parts,).
    area
        The part is a polygon, not a line.
    bounds
        West, south, east and north of each part, shape (parts, 4).
    """

    xy: Floats
    ring_start: Longs
    part_start: Longs
    owner: Ints
    area: Flags
    bounds: Floats


@dataclass(frozen=True, slots=True)
class Features:
    """Parts of things, to be found by place.

    Attributes
    ----------
    parts
        Polygons and lines, shape (parts,).
    outlines
        Their vertices.
    tree
        Finds parts.
    """

    parts: Objects
    outlines: Outlines
    tree: shapely.STRtree

    @property
    def owner(self) -> Ints:
        """Owner of each part."""
        return self.outlines.owner


def sound(geometry: Objects) -> Objects:
    """Return geometries with invalid polygons made valid; None where one is missing, empty or not finite."""
    made = np.array(geometry, dtype=object)
    made[~np.isfinite(shapely.bounds(made)).all(axis=-1)] = None
    invalid = np.isin(shapely.get_type_id(made), _AREAS) & ~shapely.is_valid(made)
    made[invalid] = shapely.make_valid(made[invalid], method="structure", keep_collapsed=False)
    made[shapely.is_empty(made)] = None
    return made


def features(geometry: Objects, owner: Ints) -> Features:
    """Return the parts of sound geometries; points are left out.

    Parameters
    ----------
    geometry, owner
        Things in plane metres, None allowed, and the number of each, shape (n,).
    """
    parts, at = shapely.get_parts(geometry, return_index=True)
    while (shapely.get_type_id(parts) > GeometryType.POLYGON).any():
        parts, deeper = shapely.get_parts(parts, return_index=True)
        at = at[deeper]
    types = shapely.get_type_id(parts)
    areas = types == GeometryType.POLYGON
    lines = (types == GeometryType.LINESTRING) | (types == GeometryType.LINEARRING)
    chunks, of_line = _chunks(parts[lines])
    every = np.concatenate([parts[areas], chunks])
    return of_parts(every, np.concatenate([owner[at[areas]], owner[at[lines][of_line]]]).astype(np.int32))


def of_parts(parts: Objects, owner: Ints) -> Features:
    """Return the features of polygons and lines that are parts already."""
    areas = shapely.get_type_id(parts) == GeometryType.POLYGON
    order = np.concatenate([np.flatnonzero(areas), np.flatnonzero(~areas)])
    parts, owner, areas = parts[order], owner[order], areas[order]
    rings, of_part = shapely.get_rings(parts[areas], return_index=True)
    first_line = int(areas.sum())
    rings = np.concatenate([rings, parts[~areas]])
    of_part = np.concatenate([of_part, np.arange(first_line, len(parts))])
    sizes = shapely.get_num_coordinates(rings)
    outlines = Outlines(
        xy=np.ascontiguousarray(shapely.get_coordinates(rings)),
        ring_start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        part_start=np.searchsorted(of_part, np.arange(len(parts) + 1)).astype(np.int64),
        owner=owner.astype(np.int32),
        area=areas,
        bounds=np.ascontiguousarray(shapely.bounds(parts).reshape(-1, 4)),
    )
    return Features(parts, outlines, shapely.STRtree(parts))


def _chunks(lines: Objects) -> tuple[Objects, Longs]:
    """Return lines cut at every so many vertices, and which line each is of."""
    sizes = shapely.get_num_coordinates(lines).astype(np.int64)
    if not len(lines) or sizes.max() <= _PIECES + 1:
        return lines, np.arange(len(lines))
    chunks = -(-(sizes - 1) // _PIECES)
    of_line = np.repeat(np.arange(len(lines)), chunks)
    number = np.arange(len(of_line)) - np.repeat(np.cumsum(chunks) - chunks, chunks)
    begin = (np.cumsum(sizes) - sizes)[of_line] + number * _PIECES
    count = np.minimum(sizes[of_line] - number * _PIECES, _PIECES + 1)
    of_chunk = np.repeat(np.arange(len(of_line)), count)
    offset = np.arange(len(of_chunk)) - np.repeat(np.cumsum(count) - count, count)
    xy = shapely.get_coordinates(lines)[begin[of_chunk] + offset]
    return np.asarray(shapely.linestrings(xy, indices=of_chunk), dtype=object), of_line


def subdivided(geometry: Objects) -> Objects:
    """Return sound obstacles as many small ones: a whole river is slow to test against every street."""
    parts = shapely.get_parts(geometry[~shapely.is_missing(geometry)])
    large = shapely.get_num_coordinates(parts) > _VERTICES
    large &= shapely.get_type_id(parts) == GeometryType.POLYGON
    pieces = [piece for part in parts[large] for piece in _halves(part)]
    return np.array([*parts[~large], *pieces], dtype=object)


def _halves(polygon: shapely.Geometry) -> Iterator[shapely.Geometry]:
    """Yield the polygon's pieces, halved across their longer side until each is small."""
    if shapely.get_num_coordinates(polygon) <= _VERTICES:
        yield polygon
        return
    west, south, east, north = shapely.bounds(polygon)
    x, y = (west + east) / 2, (south + north) / 2
    if east - west > north - south:
        boxes = [(west, south, x, north), (x, south, east, north)]
    else:
        boxes = [(west, south, east, y), (west, y, east, north)]
    for part in shapely.get_parts(shapely.intersection(polygon, shapely.box(*np.transpose(boxes)))):
        if shapely.get_type_id(part) == GeometryType.POLYGON:
            yield from _halves(part)
