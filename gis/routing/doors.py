"""Which corners a parcel's cable comes to first (出线口), and which taps it meets before any corner."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Ints, Longs
from gis.large_pages import side_by_side
from gis.routing.direct import direct_way
from gis.routing.field import Positions
from gis.routing.labels import COST_BITS, LIMIT_MAX, LOW_BITS
from gis.routing.taps import Taps, check_corners, head_of, stretches

PAIR_FEEDER, PAIR_COST, PAIR_ENTRY, PAIR_TAP, PAIR_X, PAIR_Y = range(6)
_PAIR_COLUMNS: Final = 6
_FIRST_PAIRS: Final = 64


class Doors(NamedTuple):
    """Parcels made ready for search against one set of taps; neither loads nor capacities are in it.

    Attributes
    ----------
    door_start, door, place
        Compressed rows: parcel -> corners, each once, as ``cost << 32 | corner`` with the least cost and the
        first place (``2 * position + end``) that has it; by ascending place. A corner that is left better
        by a neighbouring door than by its own is left out, for no path starts there.
    pair_start, pair
        Compressed rows: parcel -> feeders that can be reached along one verge, each once, as feeder, cost,
        entry position, tap position, x and y of its cheapest direct way, shape (n, 6).
    """

    door_start: Ints
    door: Longs
    place: Ints
    pair_start: Ints
    pair: Ints

    @property
    def parcels(self) -> int:
        """Number of parcels, those without an entry included."""
        return self.door_start.size - 1


class _Entries(NamedTuple):
    """Entries as the kernel reads them; arrays of two columns have one for each end of the verge."""

    start: Ints
    corner: Ints
    cost: Ints
    verge: Ints
    stretch: Ints


def index_entries(taps: Taps, entries: Positions) -> Doors:
    """Return parcels ready for search.

    Parameters
    ----------
    taps
        The graph and the feeders' taps.
    entries
        Where parcels attach, under the same criterion.

    Raises
    ------
    ValueError
        An entry comes to a corner that is none.
    """
    check_corners(entries, taps.corners)
    corner = np.stack([entries.corner_a, entries.corner_b], axis=1).astype(np.int32)
    cost = np.stack([entries.cost_a, entries.cost_b], axis=1).astype(np.int32)
    start, verge = (
        np.array(column, dtype=np.int32, subok=False) for column in (entries.start, entries.verge)
    )
    made = _collect(taps, _Entries(start, np.asarray(corner), np.asarray(cost), verge, stretches(entries)))
    return Doors(*side_by_side(*made))


@compiled
def _collect(taps: Taps, entries: _Entries) -> Doors:
    parcels = entries.start.size - 1
    door_start, pair_start = np.zeros(parcels + 1, np.int32), np.zeros(parcels + 1, np.int32)
    door, place = np.empty(2 * entries.verge.size, np.int64), np.empty(2 * entries.verge.size, np.int32)
    pair = np.empty((_FIRST_PAIRS, _PAIR_COLUMNS), np.int32)
    doors = pairs = 0
    for parcel in range(parcels):
        first_door, first_pair = doors, pairs
        for position in range(entries.start[parcel], entries.start[parcel + 1]):
            for end in range(2):
                if entries.corner[position, end] >= 0:
                    way = int(entries.cost[position, end]) << COST_BITS | int(entries.corner[position, end])
                    doors = _add_door(door, place, first_door, doors, way, 2 * position + end)
            verge = entries.verge[position]
            taps_there = _taps_on(taps.verge_start, verge)
            if taps_there > 0:
                pair = _with_room(pair, pairs + taps_there)
                pairs = _add_pairs(pair, first_pair, pairs, position, taps, entries)
        doors = _drop_beaten(taps, door, place, first_door, doors)
        _sort(door, place, first_door, doors)
        door_start[parcel + 1], pair_start[parcel + 1] = doors, pairs
    return Doors(door_start, door[:doors].copy(), place[:doors].copy(), pair_start, pair[:pairs].copy())


@compiled
def _taps_on(verge_start: Ints, verge: int) -> int:
    if not 0 <= verge < verge_start.size - 1:
        return 0
    return int(verge_start[verge + 1]) - int(verge_start[verge])


@compiled
def _add_door(door: Longs, place: Ints, first: int, count: int, way: int, at: int) -> int:
    """Add a way to a corner, or better the one that is there; return the new number of doors."""
    found = first
    while found < count and (door[found] ^ way) & LOW_BITS != 0:
        found += 1
    if found == count or way < door[found]:
        door[found], place[found] = way, at
    return max(count, found + 1)


@compiled
def _drop_beaten(taps: Taps, door: Longs, place: Ints, first: int, count: int) -> int:
    """Drop the doors that another one beats over a single arc; return the new number of doors.

    Whatever can be reached by such a door is reached by the other one for less, or for as much from an
    earlier place, with which the path then starts. A chain of doors that beat each other ends at one that
    stays, as each link of it is cheaper or earlier.
    """
    for at in range(first, count):
        corner, cost = door[at] & LOW_BITS, door[at] >> COST_BITS
        beaten = False
        for over in taps.link[corner * taps.row_links : (corner + 1) * taps.row_links]:
            for other in range(first, count):
                if door[other] & LOW_BITS == head_of(over):
                    onward = (door[other] >> COST_BITS) + (over >> COST_BITS)
                    earlier = max(place[other], -1 - place[other]) < place[at]
                    beaten = beaten or onward < cost or (onward == cost and earlier)
        if beaten:
            place[at] = -1 - place[at]  # to be dropped, but still to be compared with
    kept = first
    for at in range(first, count):
        if place[at] >= 0:
            door[kept], place[kept] = door[at], place[at]
            kept += 1
    return kept


@compiled
def _sort(door: Longs, place: Ints, first: int, last: int) -> None:
    """Sort the few doors of a parcel by place."""
    for at in range(first + 1, last):
        way, its_place = door[at], place[at]
        gap = at
        while gap > first and place[gap - 1] > its_place:
            door[gap], place[gap] = door[gap - 1], place[gap - 1]
            gap -= 1
        door[gap], place[gap] = way, its_place


@compiled
def _with_room(pair: Ints, rows: int) -> Ints:
    if rows <= pair.shape[0]:
        return pair
    more = np.empty((2 * rows, _PAIR_COLUMNS), np.int32)
    for row in range(pair.shape[0]):  # numba takes seconds to compile the copy of a slice
        for column in range(_PAIR_COLUMNS):
            more[row, column] = pair[row, column]
    return more


@compiled
def _add_pairs(pair: Ints, first: int, count: int, position: int, taps: Taps, entries: _Entries) -> int:
    """Add the direct ways from an entry, or better those that are there; return the new number of pairs."""
    verge = entries.verge[position]
    for at in range(taps.verge_start[verge], taps.verge_start[verge + 1]):
        tap = taps.tap[at]
        cost, x, y = direct_way(entries.stretch[position], taps.stretch[tap])
        found = first
        while found < count and pair[found, PAIR_FEEDER] != taps.owner[tap]:
            found += 1
        if found == count or cost < pair[found, PAIR_COST]:
            pair[found, PAIR_FEEDER], pair[found, PAIR_COST] = taps.owner[tap], min(cost, LIMIT_MAX + 1)
            pair[found, PAIR_ENTRY], pair[found, PAIR_TAP] = position, tap
            pair[found, PAIR_X], pair[found, PAIR_Y] = x, y
        count = max(count, found + 1)
    return count
