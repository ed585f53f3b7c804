"""What an entry or a tap must not cross: other roads, railways, water and parcels."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import shapely

from gis.corridors.features import OBSTACLE
from gis.corridors.streets import Flags, Floats, Longs, Objects
from gis.corridors.surroundings import Surroundings

_TRIM_M: Final = 0.01
"""A line may touch at its ends."""

_BESIDE_M: Final = 0.05
"""A line to the end of a segment is tested to a point this far from it, so that it stays in its corner."""

_SIGHT_M: Final = 30.0
"""Most lines are blocked near the thing, and a short line is tested much faster than a long one."""

_SLIT_M: Final = 0.5
"""Nothing passes between two parcels this close: they were meant to touch."""

_SHARED_M2: Final = 1.0
_SHARED: Final = 0.5
"""Two things that share this area, or this share of the one that asks, do not block each other."""


class Things(NamedTuple):
    """What looks for a verge.

    Attributes
    ----------
    geometry
        Plane metres, none missing, shape (n,).
    parcel
        The stored parcel that each is, -1 for none, shape (n,).
    by_parcels
        Whether parcels block it.
    """

    geometry: Objects
    parcel: Longs
    by_parcels: bool


class Ways(NamedTuple):
    """Straight lines from things to segments, arrays of one length.

    Attributes
    ----------
    thing
        Whose line it is.
    x, y
        Where it leaves the thing, plane metres.
    segment, side, station_m
        Where it meets the centreline.
    """

    thing: Longs
    x: Floats
    y: Floats
    segment: Longs
    side: Longs
    station_m: Floats

    def taken(self, rows: Longs | Flags) -> Ways:
        """Return some of them."""
        return Ways(
            self.thing[rows],
            self.x[rows],
            self.y[rows],
            self.segment[rows],
            self.side[rows],
            self.station_m[rows],
        )


def barred(around: Surroundings, things: Things, ways: Ways) -> tuple[Flags, Flags]:
    """Return which lines cross what they must not, and which of the others pass an overlapping parcel.

    A parcel that overlaps the thing does not block; none does where a line lies within the half-width of the
    road that it leads to.
    """
    blocked, through = _crossing(around, things, ways, _SIGHT_M)
    rest = np.flatnonzero(~blocked)
    blocked[rest], through[rest] = _crossing(around, things, ways.taken(rest), np.inf)
    return blocked, through & ~blocked


def _crossing(around: Surroundings, things: Things, ways: Ways, sight_m: float) -> tuple[Flags, Flags]:
    """Return the same for the first metres of the lines."""
    x, y, ux, uy, length = around.frame[ways.segment].T
    beside = np.minimum(_BESIDE_M, length / 2.0)
    station = np.clip(ways.station_m, beside, length - beside)
    foot = np.stack([x + ux * station, y + uy * station], axis=1)
    blocked, through = np.zeros(len(ways.thing), dtype=bool), np.zeros(len(ways.thing), dtype=bool)
    lines, row = _lines(ways, foot, _TRIM_M, sight_m)
    at, near = around.tree.query(lines, predicate="intersects")
    other = around.ground[near]
    blocked[row[at[around.blocks[other] & (other != ways.segment[row[at]])]]] = True
    at, part = around.around.tree.query(lines, predicate="intersects")
    blocked[row[at[around.around.owner[part] == OBSTACLE]]] = True
    if things.by_parcels:
        half = around.half_width_m[ways.segment, ways.side]
        lines, row = _lines(ways, foot, np.where(blocked, np.inf, half), sight_m)
        hidden, passed = _by_parcels(around, things, lines, ways.thing[row])
        blocked[row[hidden]] = True
        through[row[passed]] = True
    return blocked, through


def _lines(ways: Ways, foot: Floats, spared_m: Floats | float, sight_m: float) -> tuple[Objects, Longs]:
    """Return the lines without their ends, and which way each is; of short ways nothing is left."""
    begin = np.stack([ways.x, ways.y], axis=1)
    span = np.hypot(*(foot - begin).T)
    last = np.minimum(span - np.maximum(spared_m, _TRIM_M), sight_m)
    row = np.flatnonzero(last > 2.0 * _TRIM_M)
    step = (foot[row] - begin[row]) / span[row, None]
    ends = np.stack([begin[row] + step * _TRIM_M, begin[row] + step * last[row, None]], axis=1)
    return np.asarray(shapely.linestrings(ends), dtype=object), row


def _by_parcels(around: Surroundings, things: Things, lines: Objects, thing: Longs) -> tuple[Longs, Longs]:
    """Return the lines that a parcel blocks, and those that pass one that overlaps their thing."""
    at, part = around.around.tree.query(lines, predicate="intersects")
    parcel = around.around.owner[part].astype(np.int64)
    other = (parcel != OBSTACLE) & (parcel != things.parcel[thing[at]])
    at, part, parcel = at[other], part[other], parcel[other]
    within = ~shapely.touches(lines[at], around.around.parts[part])
    at, parcel = at[within], parcel[within]
    shared = _overlaps(around, things, thing[at], parcel)
    return np.unique(at[~shared]), np.unique(at[shared])


def _overlaps(around: Surroundings, things: Things, thing: Longs, parcel: Longs) -> Flags:
    """Return for each pair of a thing and a stored parcel whether they overlap."""
    pairs, of = np.unique(np.stack([thing, parcel], axis=1), axis=0, return_inverse=True)
    return overlapping(around, things.geometry[pairs[:, 0]], pairs[:, 1])[of.ravel()]


def overlapping(around: Surroundings, geometry: Objects, parcel: Longs) -> Flags:
    """Return where a thing and a stored parcel share so much that neither blocks the other."""
    shared = shapely.area(shapely.intersection(geometry, around.parcels[parcel]))
    return np.asarray(shared > np.minimum(_SHARED_M2, _SHARED * shapely.area(geometry)), dtype=bool)


def enclosed(around: Surroundings, things: Things, some: Longs) -> Longs:
    """Return those of some things that other parcels surround without a gap: no line leaves them."""
    at, part = around.around.tree.query(things.geometry[some], predicate="dwithin", distance=_SLIT_M)
    parcel = around.around.owner[part].astype(np.int64)
    other = (parcel != OBSTACLE) & (parcel != things.parcel[some[at]])
    at, part, parcel = at[other], part[other], parcel[other]
    apart = ~_overlaps(around, things, some[at], parcel)
    at, part = at[apart], part[apart]
    if not len(at):
        return some[:0]
    surrounded, group = np.unique(at, return_inverse=True)
    rings = shapely.multipolygons(around.around.parts[part], indices=group)
    ground = shapely.buffer(rings, _SLIT_M, quad_segs=2)
    own = things.geometry[some[surrounded]]
    closed = np.asarray(shapely.covers(ground, shapely.boundary(own)), dtype=bool)
    without_gap: Longs = some[surrounded[closed]]
    return without_gap
