"""How drawn verges bend within an edge: lines parallel to the segments, led together where they meet.

At the inside of a curve that is tighter than the verge is far from the centreline, segments have no part in
the drawn line: their parallels would run backwards. They are left out, and their neighbours meet instead.
"""

from __future__ import annotations

import math

import numpy as np

from gis.compiled import compiled
from gis.corridors.drawn_verges import DrawnVerges, compiled_inside
from gis.corridors.streets import Longs

_STRAIGHT = 1e-9
_SHARP_COSINE = 0.0
"""Of the turn beyond which the outside of a bend is cut off square."""
_FAR = 4.0
"""Parallels that meet farther away than this many times their distance from the centreline do not meet."""


@compiled
def fill_bends(verges: DrawnVerges) -> None:
    """Fill in which segments the drawn verges have, and from where to where."""
    most = 0
    for edge in range(verges.vertex_start.size - 1):
        most = max(most, verges.vertex_start[edge + 1] - verges.vertex_start[edge] - 1)
    stack = np.empty(most, np.int64)
    for edge in range(verges.vertex_start.size - 1):
        first, last = verges.vertex_start[edge] - edge, verges.vertex_start[edge + 1] - edge - 2
        for side in range(2):
            depth = 0
            for segment in range(first, last + 1):
                depth = _pushed(verges, side, edge, stack, depth, segment)
            verges.kept[side, first : last + 1] = False
            for at in range(depth):
                verges.kept[side, stack[at]] = True


@compiled_inside
def _pushed(verges: DrawnVerges, side: int, edge: int, stack: Longs, depth: int, segment: int) -> int:
    """Put a segment behind those before it; return how many there are then."""
    full = verges.offset_m[side, segment]
    verges.begin_m[side, segment], verges.begin_offset_m[side, segment] = 0.0, full
    verges.end_m[side, segment], verges.end_offset_m[side, segment] = verges.length_m[segment], full
    while depth > 0:
        before = stack[depth - 1]
        offset = min(full, verges.offset_m[side, before])
        until, since = _bend(verges, side, edge, before, segment, offset)
        if until >= verges.begin_m[side, before]:
            verges.end_m[side, before], verges.end_offset_m[side, before] = until, offset
            verges.begin_m[side, segment], verges.begin_offset_m[side, segment] = since, offset
            break
        depth -= 1
    stack[depth] = segment
    return depth + 1


@compiled_inside
def _bend(
    verges: DrawnVerges, side: int, edge: int, before: int, segment: int, offset: float
) -> tuple[float, float]:
    """Return where the parallels of two segments meet: stations on either one."""
    ux, uy = verges.ux[before], verges.uy[before]
    vx, vy = verges.ux[segment], verges.uy[segment]
    sine, cosine = ux * vy - uy * vx, ux * vx + uy * vy
    turn = 1.0 - 2.0 * side
    length = verges.length_m[before]
    near = segment == before + 1
    if near and cosine < _SHARP_COSINE and sine * turn < 0.0:
        return length + offset, -offset
    # From the last vertex of the one to the first of the other, then from parallel to parallel.
    gx = verges.x[segment + edge] - verges.x[before + edge + 1]
    gy = verges.y[segment + edge] - verges.y[before + edge + 1]
    if abs(sine) < _STRAIGHT:
        return length, 0.0
    bx, by = gx + (uy - vy) * turn * offset, gy + (vx - ux) * turn * offset
    until, since = (bx * vy - by * vx) / sine, (bx * uy - by * ux) / sine
    if near or max(abs(until), abs(since)) <= _FAR * (offset + math.hypot(gx, gy)):
        return length + until, since
    return length, 0.0
