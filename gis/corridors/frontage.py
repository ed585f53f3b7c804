"""Frontage (临街面): where parcels and lines are seen from the verges of a street, exactly."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from gis.corridors.features import Features
from gis.corridors.frontage_kernel import Rules, Strips, visible
from gis.corridors.streets import Flags, Floats, Longs, Objects
from gis.corridors.stretches import Stretches
from gis.corridors.surroundings import Surroundings, normals

MERGE_M: Final = 0.01
"""A stretch is straight to this."""

SHORT_M: Final = 0.01
"""A stretch shorter than this is a point."""

_CHUNK: Final = 50_000
"""Segments looked at together."""


def parcel_rules(merge_m: float = MERGE_M) -> Rules:
    """Return how parcels are seen: the first one hides what lies behind."""
    return Rules(opaque=True, near_m=0.01, side_unknown_m=0.0, merge_m=merge_m)


def line_rules(side_unknown_m: float, merge_m: float = MERGE_M) -> Rules:
    """Return how lines are seen: they hide nothing, and near the centreline lie on either side."""
    return Rules(opaque=False, near_m=0.01, side_unknown_m=side_unknown_m, merge_m=merge_m)


def frontage(
    around: Surroundings, things: Features, rules: Rules, tolerance_m: float, segment: Longs | None = None
) -> Stretches:
    """Return the stretches at which owners are the first thing that a ray from the centreline meets.

    Parameters
    ----------
    around
        The streets.
    things
        Parts of the owners, and obstacles.
    rules
        How owners are seen.
    tolerance_m
        How far from the verge they may lie.
    segment
        Segments to look at, ascending; all where there is none.

    Notes
    -----
    A ray leaves the centreline at a right angle. What stops it: another road or railway, water, and with
    opaque owners another owner. An owner that holds the centreline has the depth 0, and hides others only
    beyond its far side, if that lies outside the half-width. Where two owners coincide within 1 cm both
    front.
    """
    rows = np.arange(len(around.edge)) if segment is None else segment
    rows = rows[around.open[rows].any(axis=1)]
    chunks = (rows[begin : begin + _CHUNK] for begin in range(0, len(rows), _CHUNK))
    return Stretches.joined(
        [_nothing(), *(_seen(around, things, rules, tolerance_m, chunk) for chunk in chunks)]
    )


def _seen(
    around: Surroundings, things: Features, rules: Rules, tolerance_m: float, segment: Longs
) -> Stretches:
    depth = np.where(around.open[segment], around.half_width_m[segment] + tolerance_m, 0.0)
    boxes = _boxes(around.frame[segment], np.maximum(depth, rules.side_unknown_m))
    at, part = things.tree.query(boxes)
    wanted = np.zeros(len(segment), dtype=bool)
    wanted[at[things.owner[part] >= 0]] = True
    segment, depth, boxes = segment[wanted], depth[wanted], boxes[wanted]
    if not len(segment):
        return _nothing()
    kept = wanted[at]
    at, part = (np.cumsum(wanted) - 1)[at[kept]], part[kept]
    part_start, part = _rows(at, part, len(segment))
    road_start, road = _roads(around, segment, boxes)
    strips = Strips(
        frame=around.frame[segment],
        depth_m=depth,
        half_width_m=around.half_width_m[segment],
        part_start=part_start,
        part=part,
        road_start=road_start,
        road=road,
    )
    found, which = visible(strips, things.outlines, rules)
    row, side, owner, unknown, opposite = which.T.astype(np.int64)
    return _stretches(around, found, segment[row], side, owner, (unknown == 1, opposite == 1))


def _rows(at: Longs, values: Longs, size: int) -> tuple[Longs, Longs]:
    """Return compressed rows of pairs, each row ascending."""
    order = np.lexsort([values, at])
    return np.searchsorted(at[order], np.arange(size + 1)).astype(np.int64), values[order].astype(np.int64)


def _boxes(frame: Floats, depth_m: Floats) -> Objects:
    """Return the bounds of the strips on both sides of each segment."""
    x, y, ux, uy, length = frame.T
    corners_x = [x - uy * depth_m[:, 0], x + uy * depth_m[:, 1]]
    corners_y = [y + ux * depth_m[:, 0], y - ux * depth_m[:, 1]]
    corners_x += [corner + ux * length for corner in corners_x]
    corners_y += [corner + uy * length for corner in corners_y]
    west, south = np.min(corners_x, axis=0), np.min(corners_y, axis=0)
    east, north = np.max(corners_x, axis=0), np.max(corners_y, axis=0)
    return np.asarray(shapely.box(west, south, east, north), dtype=object)


def _roads(around: Surroundings, segment: Longs, boxes: Objects) -> tuple[Longs, Floats]:
    """Return the other segments that block near each segment, in compressed rows."""
    at, near = around.tree.query(boxes)
    other = around.ground[near]
    kept = around.blocks[other] & (other != segment[at])
    start, other = _rows(at[kept], other[kept], len(segment))
    x, y, ux, uy, length = around.frame[other].T
    return start, np.stack([x, y, x + ux * length, y + uy * length], axis=1)


def _stretches(
    around: Surroundings,
    found: Floats,
    segment: Longs,
    side: Longs,
    owner: Longs,
    flags: tuple[Flags, Flags],
) -> Stretches:
    unknown, opposite = flags
    low, low_depth, high, high_depth = found[:, :4].T
    short = high - low < SHORT_M
    # A short one is the point at its near end.
    at_low = short & (low_depth <= high_depth)
    at_high = short & ~at_low
    low, low_depth = np.where(at_high, high, low), np.where(at_high, high_depth, low_depth)
    high, high_depth = np.where(at_low, low, high), np.where(at_low, low_depth, high_depth)
    x, y, ux, uy, _ = around.frame[segment].T
    nx, ny = normals(around, segment, np.where(opposite, 1 - side, side))
    return Stretches(
        owner=owner,
        segment=segment,
        side=side,
        low_m=low,
        high_m=high,
        low_depth_m=low_depth,
        high_depth_m=high_depth,
        low_x=x + ux * low + nx * low_depth,
        low_y=y + uy * low + ny * low_depth,
        high_x=x + ux * high + nx * high_depth,
        high_y=y + uy * high + ny * high_depth,
        either_side=unknown,
    )


def _nothing() -> Stretches:
    rows, metres = np.empty(0, dtype=np.int64), np.empty(0)
    return Stretches._make([rows] * 3 + [metres] * 8 + [np.empty(0, dtype=bool)])


def without_slivers(stretches: Stretches, owners: int) -> Stretches:
    """Return the stretches without those too short to matter, unless an owner has nothing else.

    Of an owner that has only such ones, the one with the least depth stays.
    """
    point = stretches.high_m - stretches.low_m < SHORT_M
    kept = ~point
    served = np.zeros(owners, dtype=bool)
    served[stretches.owner[kept]] = True
    rest = np.flatnonzero(point & ~served[stretches.owner])
    order = rest[np.lexsort([stretches.segment[rest], stretches.low_depth_m[rest], stretches.owner[rest]])]
    _, first = np.unique(stretches.owner[order], return_index=True)
    kept[order[first]] = True
    return stretches.taken(kept)
