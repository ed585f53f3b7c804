"""Which parts of straight lines lie inside polygons, or near to something: exact, for many lines at once."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import shapely
from shapely import GeometryType

from gis.corridors.features import sound
from gis.corridors.streets import Flags, Floats, Longs, Objects

_ALONG_COSINE: Final = np.sqrt(0.5)
"""Of 45 degrees: what meets a line at a wider angle crosses it rather than going along it."""

_PARALLEL_M: Final = 1e-9


class Lines(NamedTuple):
    """Straight lines between two points, metres, with an index over them; shape (n,) each."""

    ax: Floats
    ay: Floats
    bx: Floats
    by: Floats
    geometry: Objects
    tree: shapely.STRtree


class Parts(NamedTuple):
    """Parts of lines: ``row`` says of which; from and to as shares of its length, 0-1."""

    row: Longs
    low: Floats
    high: Floats


def straight_lines(ax: Floats, ay: Floats, bx: Floats, by: Floats) -> Lines:
    """Return lines from a to b; a line without length is a point."""
    ends = np.stack([np.stack([ax, ay], axis=-1), np.stack([bx, by], axis=-1)], axis=1)
    geometry = np.asarray(shapely.linestrings(ends), dtype=object)
    flat = (ax == bx) & (ay == by)
    geometry[flat] = shapely.points(ax[flat], ay[flat])
    return Lines(ax, ay, bx, by, geometry, shapely.STRtree(geometry))


def polygon_parts(geometry: Objects) -> Objects:
    """Return the single, valid polygons of geometries, missing ones and those of other kinds left out."""
    parts = sound(geometry)
    parts = shapely.get_parts(parts[~shapely.is_missing(parts)])
    parts = shapely.get_parts(parts)
    whole = (shapely.get_type_id(parts) == GeometryType.POLYGON) & ~shapely.is_empty(parts)
    return np.asarray(parts[whole], dtype=object)


def inside(lines: Lines, geometry: Objects) -> Parts:
    """Return the parts of the lines inside the polygons among the geometries; parts may overlap."""
    polygons = polygon_parts(geometry)
    owner, row = lines.tree.query(polygons, predicate="intersects")
    within_owner, within_row = lines.tree.query(polygons, predicate="covers")
    count = len(lines.ax)
    cut = ~np.isin(owner * count + row, within_owner * count + within_row)
    owner, row = owner[cut], row[cut]
    pieces, source = shapely.get_parts(
        shapely.intersection(lines.geometry[row], polygons[owner]), return_index=True
    )
    linear = shapely.get_type_id(pieces) == GeometryType.LINESTRING
    pieces, row = pieces[linear], row[source[linear]]
    one = _share(lines, row, shapely.get_point(pieces, 0))
    other = _share(lines, row, shapely.get_point(pieces, -1))
    return Parts(
        np.concatenate([within_row, row]).astype(np.int64),
        np.concatenate([np.zeros(len(within_row)), np.minimum(one, other)]),
        np.concatenate([np.ones(len(within_row)), np.maximum(one, other)]),
    )


def beside(lines: Lines, geometry: Objects, distance_m: float, *, along: bool) -> Parts:
    """Return the parts of the lines at most this far from the geometries; parts may overlap.

    Parameters
    ----------
    lines
        The lines.
    geometry
        Points, lines and polygons, plane metres, None among them allowed.
    distance_m
        How far.
    along
        Leave out pieces of lines that meet the line at more than 45 degrees, because they cross it.
    """
    cx, cy, dx, dy = _segments(geometry)
    pieces = straight_lines(cx, cy, dx, dy).geometry
    piece, row = lines.tree.query(pieces, predicate="dwithin", distance=distance_m)
    if along:
        ux, uy = lines.bx[row] - lines.ax[row], lines.by[row] - lines.ay[row]
        vx, vy = (dx - cx)[piece], (dy - cy)[piece]
        aligned = np.abs(ux * vx + uy * vy) >= _ALONG_COSINE * np.hypot(ux, uy) * np.hypot(vx, vy)
        piece, row = piece[aligned], row[aligned]
    low, high = _near(lines, row, (cx[piece], cy[piece], dx[piece], dy[piece]), distance_m)
    kept = high > low
    near = Parts(row[kept].astype(np.int64), low[kept], high[kept])
    return _joined(near, inside(lines, geometry))


def middle_inside(lines: Lines, geometry: Objects) -> Flags:
    """Return which lines' middle points lie in the polygons among the geometries, shape (n,)."""
    middle = np.stack([lines.ax + lines.bx, lines.ay + lines.by], axis=-1) / 2.0
    points = np.asarray(shapely.points(middle), dtype=object)
    result = np.zeros(len(lines.ax), dtype=bool)
    if len(points):
        found = shapely.STRtree(points).query(polygon_parts(geometry), predicate="intersects")[1]
        result[found] = True
    return result


def _joined(first: Parts, second: Parts) -> Parts:
    row, low, high = (np.concatenate(pair) for pair in zip(first, second, strict=True))
    return Parts(row, low, high)


def _share(lines: Lines, row: Longs, points: Objects) -> Floats:
    """Return where points on the lines lie, as shares of their length."""
    ux, uy = lines.bx[row] - lines.ax[row], lines.by[row] - lines.ay[row]
    along = (shapely.get_x(points) - lines.ax[row]) * ux + (shapely.get_y(points) - lines.ay[row]) * uy
    return np.asarray(np.clip(along / (ux * ux + uy * uy), 0.0, 1.0), dtype=np.float64)


def _segments(geometry: Objects) -> tuple[Floats, Floats, Floats, Floats]:
    """Return all straight pieces of geometries, rings included; a point is a piece without length."""
    parts = shapely.get_parts(geometry[~shapely.is_missing(geometry)])
    while (shapely.get_type_id(parts) > GeometryType.POLYGON).any():
        parts = shapely.get_parts(parts)
    areal = shapely.get_type_id(parts) == GeometryType.POLYGON
    parts = np.concatenate([parts[~areal], shapely.get_rings(parts[areal])])
    coordinates, owner = shapely.get_coordinates(parts, return_index=True)
    at = np.flatnonzero(owner[1:] == owner[:-1])
    lone = np.flatnonzero(np.bincount(owner, minlength=len(parts))[owner] == 1)
    first, last = np.concatenate([at, lone]), np.concatenate([at + 1, lone])
    return coordinates[first, 0], coordinates[first, 1], coordinates[last, 0], coordinates[last, 1]


def _near(
    lines: Lines, row: Longs, piece: tuple[Floats, Floats, Floats, Floats], distance_m: float
) -> tuple[Floats, Floats]:
    """Return from where to where each line is near its piece, as shares; high < low where it is not.

    What is near a straight piece is a convex capsule, so the union of the parts within its rectangle and its
    two discs has no gap.
    """
    cx, cy, dx, dy = piece
    px, py = lines.ax[row] - cx, lines.ay[row] - cy
    ux, uy = lines.bx[row] - lines.ax[row], lines.by[row] - lines.ay[row]
    length = np.hypot(dx - cx, dy - cy)
    safe = np.where(length > 0.0, length, 1.0)
    ex, ey = (dx - cx) / safe, (dy - cy) / safe
    along = _slab(px * ex + py * ey, ux * ex + uy * ey, np.zeros(len(row)), length)
    across = _slab(px * ey - py * ex, ux * ey - uy * ex, np.full(len(row), -distance_m), distance_m)
    first, last = np.maximum(along[0], across[0]), np.minimum(along[1], across[1])
    rectangle = np.where(length > 0.0, first, np.inf), np.where(length > 0.0, last, -np.inf)
    discs = [_disc(px - x, py - y, ux, uy, distance_m) for x, y in ((0.0, 0.0), (dx - cx, dy - cy))]
    low, high = np.full(len(row), np.inf), np.full(len(row), -np.inf)
    for part_low, part_high in (rectangle, *discs):
        there = part_high >= part_low
        low = np.where(there, np.minimum(low, part_low), low)
        high = np.where(there, np.maximum(high, part_high), high)
    return np.maximum(low, 0.0), np.minimum(high, 1.0)


def _slab(at: Floats, rate: Floats, low: Floats, high: Floats | float) -> tuple[Floats, Floats]:
    """Return between which shares ``at + share * rate`` lies between low and high."""
    still = np.abs(rate) < _PARALLEL_M
    safe = np.where(still, 1.0, rate)
    one, other = (low - at) / safe, (high - at) / safe
    within = (at >= low) & (at <= high)
    first = np.where(still, np.where(within, -np.inf, np.inf), np.minimum(one, other))
    last = np.where(still, np.where(within, np.inf, -np.inf), np.maximum(one, other))
    return first, last


def _disc(px: Floats, py: Floats, ux: Floats, uy: Floats, radius_m: float) -> tuple[Floats, Floats]:
    """Return between which shares ``p + share * u`` is at most the radius from the origin."""
    square = np.maximum(ux * ux + uy * uy, 1e-30)
    middle = -(px * ux + py * uy) / square
    gap = (px + middle * ux) ** 2 + (py + middle * uy) ** 2
    half = np.sqrt(np.maximum(radius_m**2 - gap, 0.0) / square)
    outside = gap > radius_m**2
    return np.where(outside, np.inf, middle - half), np.where(outside, -np.inf, middle + half)
