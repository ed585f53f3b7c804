"""The nearest verge that a straight line reaches without crossing what a cable cannot cross."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.corridors.attachments import Access
from gis.corridors.barriers import Things, Ways, barred, enclosed
from gis.corridors.streets import Flags, Floats, Longs
from gis.corridors.stretches import Stretches
from gis.corridors.surroundings import Surroundings

_FIRST_M: Final = 125.0
_WIDER: Final = 4.0
"""How far to look at first, and how much farther whenever nothing was found."""

_RANKS: Final = ((0, 8), (8, 64), (64, 512))
"""Candidates of one band of distances are tested in these ranks, the nearest first; the rest is not."""

_STRAIGHT_M: Final = 1e-4
"""What lies this close to a segment's own line lies ahead of its end, on neither side."""


class Reached(NamedTuple):
    """The verges found.

    Attributes
    ----------
    access
        ``FRONTAGE`` for a verge found, ``BARRIER`` for verges near but none reached, else ``NONE``,
        shape (n,).
    way
        One stretch without length for each thing that found one; the owner is the thing's position.
    gap_m
        From the thing to the verge, shape (ways,).
    through
        Whether the line passes a parcel that overlaps the thing itself, shape (ways,).
    """

    access: NDArray[np.int8]
    way: Stretches
    gap_m: Floats
    through: Flags


class _Candidates(NamedTuple):
    """Ways by thing, the nearest first."""

    ways: Ways
    depth_m: Floats
    gap_m: Floats
    either_side: Flags

    def taken(self, rows: Longs | Flags) -> _Candidates:
        return _Candidates(
            self.ways.taken(rows), self.depth_m[rows], self.gap_m[rows], self.either_side[rows]
        )


def reached(around: Surroundings, things: Things, limit_m: float) -> Reached:
    """Return the nearest verge that each thing reaches by the shortest straight line to a segment.

    Parameters
    ----------
    around
        Streets, parcels and water.
    things
        What looks for a verge.
    limit_m
        How far away it may be.
    """
    near, pending = np.zeros(len(things.geometry), dtype=bool), np.arange(len(things.geometry))
    access = np.full(len(near), Access.NONE, dtype=np.int8)
    found: list[tuple[_Candidates, Flags]] = []
    inner, outer = -1.0, min(_FIRST_M, limit_m)
    while not found or (len(pending) and inner < limit_m):
        some = _candidates(around, things, pending, inner, outer)
        near[some.ways.thing] = True
        best, through = _best(around, things, some)
        found.append((best, through))
        access[best.ways.thing] = Access.FRONTAGE
        pending = np.setdiff1d(pending, best.ways.thing)
        if things.by_parcels:
            pending = np.setdiff1d(pending, enclosed(around, things, pending[near[pending]]))
        inner, outer = outer, min(_WIDER * outer, limit_m)
    access[near & (access == Access.NONE)] = Access.BARRIER
    gap_m, passes = np.concatenate([one.gap_m for one, _ in found]), np.concatenate([by for _, by in found])
    way = Stretches.joined([_way(one) for one, _ in found])
    return Reached(access, way, gap_m, passes)


def _way(best: _Candidates) -> Stretches:
    ways = best.ways
    return Stretches(
        owner=ways.thing,
        segment=ways.segment,
        side=ways.side,
        low_m=ways.station_m,
        high_m=ways.station_m,
        low_depth_m=best.depth_m,
        high_depth_m=best.depth_m,
        low_x=ways.x,
        low_y=ways.y,
        high_x=ways.x,
        high_y=ways.y,
        either_side=best.either_side,
    )


def _candidates(
    around: Surroundings, things: Things, pending: Longs, inner_m: float, outer_m: float
) -> _Candidates:
    """Return the verges within a band of distances from the pending things, the nearest first by thing."""
    at, near = around.tree.query(
        things.geometry[pending], predicate="dwithin", distance=outer_m + around.widest_m
    )
    segment = around.ground[near]
    useful = around.open[segment].any(axis=1)
    thing, segment, near = pending[at[useful]], segment[useful], near[useful]
    lines = shapely.shortest_line(things.geometry[thing], around.tree.geometries[near])
    x, y, foot_x, foot_y = shapely.get_coordinates(lines).reshape(-1, 4).T
    first_x, first_y, ux, uy, length = around.frame[segment].T
    station = np.clip((foot_x - first_x) * ux + (foot_y - first_y) * uy, 0.0, length)
    depth = np.hypot(x - foot_x, y - foot_y)
    side, either = _sides(around, segment, ux * (y - foot_y) - uy * (x - foot_x), depth)
    gap = np.maximum(depth - around.half_width_m[segment, side], 0.0)
    kept = around.open[segment, side] & (gap > inner_m) & (gap <= outer_m)
    every = _Candidates(Ways(thing, x, y, segment, side, station), depth, gap, either).taken(kept)
    return every.taken(np.lexsort([every.ways.segment, every.depth_m, every.gap_m, every.ways.thing]))


def _sides(around: Surroundings, segment: Longs, left_m: Floats, depth_m: Floats) -> tuple[Longs, Flags]:
    """Return the side at which each thing lies, and where it lies on either."""
    side = np.where(left_m < -_STRAIGHT_M, 1, 0)
    unknown = (depth_m <= around.parameters.side_unknown_m) | (np.abs(left_m) <= _STRAIGHT_M)
    only_other = unknown & ~around.open[segment, side]
    either = (depth_m <= around.parameters.side_unknown_m) & around.open[segment].all(axis=1)
    return np.where(only_other, 1 - side, side), either


def _best(around: Surroundings, things: Things, some: _Candidates) -> tuple[_Candidates, Flags]:
    """Return the first candidate of each thing that nothing blocks, and whether it passes a parcel."""
    thing = some.ways.thing
    rank = np.arange(len(thing)) - np.searchsorted(thing, thing)
    done = np.zeros(len(things.geometry), dtype=bool)
    chosen, passes = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=bool)]
    for low, high in _RANKS:
        rows = np.flatnonzero((rank >= low) & (rank < high) & ~done[thing])
        blocked, through = barred(around, things, some.ways.taken(rows))
        rows, through = rows[~blocked], through[~blocked]
        owners, at = np.unique(thing[rows], return_index=True)
        done[owners] = True
        chosen.append(rows[at])
        passes.append(through[at])
    return some.taken(np.concatenate(chosen)), np.concatenate(passes)
