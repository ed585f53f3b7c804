"""Ends that miss by a little are joined (悬挂端点)."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.corridors.lines import Cuts, Lines, Noding, Ways
from gis.corridors.noding_grid import segment_grid
from gis.corridors.noding_places import coincident_places
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Flags, Floats, Longs

_OWN_LINE = 4.0
"""An end joins its own line where that is at least this many tolerances away along the line."""


class _Near(NamedTuple):
    """Segments near dangling ends, shape (n,) each: the end, the segment, and the nearest place on it."""

    end: Longs
    tail: Longs
    share: Floats
    x: Floats
    y: Floats
    distance_m: Floats

    def where(self, rows: Flags | Longs) -> _Near:
        return _Near(
            self.end[rows],
            self.tail[rows],
            self.share[rows],
            self.x[rows],
            self.y[rows],
            self.distance_m[rows],
        )


def joined_ends(
    lines: Lines, ways: Ways, parameters: CorridorParameters, *, movers: Flags, targets: Flags
) -> Lines:
    """Return the lines with dangling ends moved onto what lies within ``join_tolerance_m``.

    An end dangles where no other vertex is. Unless it lies on a line of its level, it moves to the nearest
    end of another line, whatever its level; else onto the nearest line of its level, which gets a vertex
    there. Two lines with node ids say by these that they do not meet. A line joins itself where it comes
    back to itself; a line no longer than the tolerance stays as it is.

    Parameters
    ----------
    lines, ways
        What to join.
    parameters
        ``join_tolerance_m`` and ``coincident_m``.
    movers, targets
        Lines whose ends may move, and lines that they may be joined to, shape (lines,).
    """
    ends = _dangling(lines, parameters, movers)
    if not len(ends):
        return lines
    near = _near(lines, ways, parameters.join_tolerance_m, ends, targets)
    x, y = lines.x.copy(), lines.y.copy()
    level = ways.level[lines.way][lines.line]
    same = level[near.end] == level[near.tail]
    touching = np.zeros(len(x), dtype=bool)
    touching[near.end[same & (near.distance_m <= parameters.coincident_m)]] = True
    settled = _join_ends(lines, near.where(~touching[near.end]), parameters.join_tolerance_m, x, y)
    near = near.where(same & (~settled[near.end] | touching[near.end]))
    # Ties are broken by places, so that the order of the roads does not matter.
    near = near.where(np.lexsort((near.y, near.x, np.round(near.distance_m, 6), near.end)))
    near = near.where(np.append(True, np.diff(near.end) != 0)[: len(near.end)])
    x[near.end], y[near.end] = near.x, near.y
    return replace(lines, x=x, y=y).cut(Cuts(near.tail, near.share, near.x, near.y))


def _dangling(lines: Lines, parameters: CorridorParameters, movers: Flags) -> Longs:
    """Return the end vertices that share their place with no other vertex."""
    places = coincident_places(lines.x, lines.y, parameters.coincident_m)
    alone = (np.bincount(places.place, minlength=places.count) == 1)[places.place]
    measure = lines.measure_m
    moving = movers & (measure[lines.last] - measure[lines.first] > parameters.join_tolerance_m)
    ends = np.concatenate([lines.first[moving], lines.last[moving]])
    dangling: Longs = np.sort(ends[alone[ends]])
    return dangling


def _near(lines: Lines, ways: Ways, tolerance_m: float, ends: Longs, targets: Flags) -> _Near:
    """Return every segment within the tolerance of a dangling end that it may join."""
    tails, line = lines.segments, lines.line
    grid = segment_grid(lines, tails[targets[line[tails]]], tolerance_m)
    point, tail = grid.beside(lines.x[ends], lines.y[ends])
    end = ends[point]
    numbered = (ways.noding[lines.way] == Noding.NODES)[line]
    measure = lines.measure_m
    along_m = np.maximum(measure[tail] - measure[end], measure[end] - measure[tail + 1])
    back = (line[end] != line[tail]) | (along_m >= _OWN_LINE * tolerance_m)
    allowed = back & ~(numbered[end] & numbered[tail])
    end, tail = end[allowed], tail[allowed]
    near = _Near(end, tail, *nearest_shares(lines, tail, lines.x[end], lines.y[end]))
    return near.where(near.distance_m <= tolerance_m)


def nearest_shares(lines: Lines, tail: Longs, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the place on each segment nearest to each point: share, x, y, and how far away, shape (n,)."""
    found = _nearest_shares(lines.x, lines.y, tail, x, y)
    return found[0], found[1], found[2], np.hypot(found[1] - x, found[2] - y)


@compiled
def _nearest_shares(x: Floats, y: Floats, tail: Longs, px: Floats, py: Floats) -> Floats:
    found = np.empty((3, tail.size))
    for at in range(tail.size):
        found[0, at], found[1, at], found[2, at] = nearest_share(x, y, tail[at], px[at], py[at])
    return found


@compiled
def nearest_share(x: Floats, y: Floats, tail: int, px: float, py: float) -> tuple[float, float, float]:
    """Return the point of a segment nearest to a point: its share of the segment, 0 to 1, and its place."""
    across, up = x[tail + 1] - x[tail], y[tail + 1] - y[tail]
    squared = across * across + up * up
    if squared == 0.0:
        return 0.0, x[tail], y[tail]
    share = ((px - x[tail]) * across + (py - y[tail]) * up) / squared
    if share <= 0.0:
        return 0.0, x[tail], y[tail]
    if share >= 1.0:
        return 1.0, x[tail + 1], y[tail + 1]
    return share, x[tail] + share * across, y[tail] + share * up


def _join_ends(lines: Lines, near: _Near, tolerance_m: float, x: Floats, y: Floats) -> Flags:
    """Move ends to ends in ``x`` and ``y``, the nearest pair first; return the vertices that are settled."""
    outer = np.zeros(len(x), dtype=bool)
    outer[lines.first] = outer[lines.last] = True
    end, other = np.concatenate([near.end, near.end]), np.concatenate([near.tail, near.tail + 1])
    distance_m = np.hypot(lines.x[end] - lines.x[other], lines.y[end] - lines.y[other])
    fit = outer[other] & (distance_m <= tolerance_m)
    end, other, distance_m = end[fit], other[fit], distance_m[fit]
    order = np.lexsort((lines.y[end], lines.x[end], lines.y[other], lines.x[other], np.round(distance_m, 6)))
    settled = np.zeros(len(x), dtype=bool)
    _move(end[order], other[order], tolerance_m, x, y, settled)
    return settled


@compiled
def _move(end: Longs, other: Longs, tolerance_m: float, x: Floats, y: Floats, settled: Flags) -> None:
    for at in range(end.size):
        e, o = end[at], other[at]
        if settled[e] or np.hypot(x[e] - x[o], y[e] - y[o]) > tolerance_m:
            continue
        x[e], y[e] = x[o], y[o]
        settled[e] = settled[o] = True
