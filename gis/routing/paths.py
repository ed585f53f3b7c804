"""Paths (路径) from entries to taps, and the rule that picks one of several that cost the same.

Let D be the least cost from a parcel to a feeder. Where a direct way along one verge costs D, it is the path:
the one with the first entry position, then the first tap position. Otherwise the path starts at the first
place (position, then end of its verge) from which D is attained; at every corner it stops if a tap is as near
as any way on, by the first place, and else follows the first arc that leads on at the least cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Ints, Longs
from gis.routing.doors import PAIR_COST, PAIR_ENTRY, PAIR_FEEDER, PAIR_TAP, PAIR_X, PAIR_Y, Doors
from gis.routing.labels import COST_BITS, NONE, feeder_of
from gis.routing.taps import SEED_FEEDER, SEED_PLACE
from gis.table_row import TableRow

PARCEL, RANK, FEEDER, COST, ENTRY_POSITION, ENTRY_END, TAP_POSITION, TAP_END, X, Y = range(10)
_COLUMNS: Final = 10
ENTRY, TAP, FIRST_ARC, ARCS = range(4)
LEG_COLUMNS: Final = 4


class Table(NamedTuple):
    """``Paths`` as compiled loops read and fill them.

    Attributes
    ----------
    columns
        From ``parcel`` to ``y``, a row of the table each, shape (10, results).
    start, arc, corner
        See ``Paths``.
    """

    columns: Ints
    start: Longs
    arc: Ints
    corner: Ints


@dataclass(frozen=True, slots=True)
class Paths:
    """Connections that a search found, by parcel, then rank; arrays by result unless it says otherwise.

    Attributes
    ----------
    table
        All that follows.
    parcel
        The parcel's number among the entries' owners.
    rank
        0 for the parcel's cheapest feeder; equal costs rank by feeder.
    feeder
        The feeder's number among the taps' owners.
    cost
        Least cost of all ways from parcel to feeder, weighted centimetres.
    entry_position, tap_position
        Positions at either end; -1, like all from here on, where paths were not asked for.
    entry_end, tap_end
        The corner of its verge by which the path leaves the entry and comes to the tap: 0 the first, 1 the
        last, -1 none, where entry and tap lie on one verge.
    x, y
        Then where the path leaves the entry and comes to the tap, weighted centimetres along the verge; else
        -1.
    start
        Offsets into ``arc`` and ``corner``, shape (results + 1,).
    arc
        Arcs from entry to tap.
    corner
        The corner from which each arc is followed: the first one is the entry's, and the last arc leads to
        the tap's.
    """

    table: Table

    parcel = TableRow(PARCEL)
    rank = TableRow(RANK)
    feeder = TableRow(FEEDER)
    cost = TableRow(COST)
    entry_position = TableRow(ENTRY_POSITION)
    entry_end = TableRow(ENTRY_END)
    tap_position = TableRow(TAP_POSITION)
    tap_end = TableRow(TAP_END)
    x = TableRow(X)
    y = TableRow(Y)

    @property
    def rows(self) -> Ints:
        """From ``parcel`` to ``y``, shape (10, results)."""
        return self.table.columns

    @property
    def start(self) -> Longs:
        """See above."""
        return self.table.start

    @property
    def arc(self) -> Ints:
        """See above."""
        return self.table.arc

    @property
    def corner(self) -> Ints:
        """See above."""
        return self.table.corner

    def __len__(self) -> int:
        """Return the number of results."""
        return int(self.table.columns.shape[1])


def some_paths(paths: Paths, rows: Ints | Longs) -> Paths:
    """Return some rows of paths, in this order."""
    sizes = np.diff(paths.start)[rows]
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    arcs = np.arange(start[-1]) + np.repeat(paths.start[rows] - start[:-1], sizes)
    return Paths(Table(paths.table.columns[:, rows], start, paths.arc[arcs], paths.corner[arcs]))


class Trail(NamedTuple):
    """Arcs of paths in the order in which they were found, with room for more.

    Attributes
    ----------
    arc, corner
        See ``Paths``.
    used
        Number of arcs, shape (1,).
    """

    arc: Ints
    corner: Ints
    used: Longs


def new_trail(arcs: int) -> Trail:
    """Return an empty trail with room for so many arcs."""
    return Trail(np.empty(arcs, np.int32), np.empty(arcs, np.int32), np.zeros(1, np.int64))


@compiled
def with_room(trail: Trail, arcs: int) -> Trail:
    """Return a trail with room for so many more arcs; it takes the place of the one given."""
    used = trail.used[0]
    if used + arcs <= trail.arc.size:
        return trail
    room = 2 * (used + arcs)
    arc, corner = np.empty(room, np.int32), np.empty(room, np.int32)
    for at in range(used):  # numba takes seconds to compile the copy of a slice
        arc[at], corner[at] = trail.arc[at], trail.corner[at]
    return Trail(arc, corner, trail.used)


@compiled
def pair_with(pair: Ints, first: int, last: int, label: int) -> int:
    """Return the row of the direct way that attains a label's cost to its feeder, or -1."""
    for row in range(first, last):
        if pair[row, PAIR_FEEDER] == feeder_of(label):
            return row if pair[row, PAIR_COST] == label >> COST_BITS else -1
    return -1


@compiled
def tap_at(seed: Ints, first: int, feeder: int) -> int:
    """Return the place of a feeder's seed, which a corner has, whose first seed is given."""
    while seed[first, SEED_FEEDER] != feeder:
        first += 1
    return int(seed[first, SEED_PLACE])


class Results(NamedTuple):
    """What a search found, k rows for each parcel asked for.

    Attributes
    ----------
    label
        The labels, ascending, then ``NONE``.
    leg
        How paths start and end: entry and tap place, first arc of the trail and number of arcs; in place of
        the entry ``-1 - row`` for a direct way, row of ``Doors.pair``. Shape (rows, 4), or (0, 4) without
        paths.
    """

    label: Longs
    leg: Longs


def new_results(parcels: int, k: int, *, paths: bool) -> Results:
    """Return room for results."""
    rows = parcels * k
    return Results(np.full(rows, NONE), np.empty((rows if paths else 0, LEG_COLUMNS), np.int64))


def assemble(doors: Doors, parcels: Ints, turns: Longs, results: Results, trail: Trail) -> Paths:
    """Put results in the order of parcels and ranks.

    Parameters
    ----------
    doors
        The parcels.
    parcels
        Those asked for, in the order of the results.
    turns
        Their places in that order, by ascending parcel.
    results, trail
        What was found.
    """
    count = np.count_nonzero(results.label != NONE)
    arcs = int(trail.used[0])
    table = Table(
        np.full((_COLUMNS, count), -1, np.int32),
        np.zeros(count + 1, np.int64),
        np.empty(arcs, np.int32),
        np.empty(arcs, np.int32),
    )
    if count:
        _fill(doors, parcels, turns, results, trail, table)
    return Paths(table)


def new_table(k: int, trail: Trail) -> Table:
    """Return room for the k paths of a single parcel; their arcs are left in the trail."""
    return Table(np.empty((_COLUMNS, k), np.int32), np.zeros(k + 1, np.int64), trail.arc, trail.corner)


def first_paths(table: Table, count: int) -> Paths:
    """Return a copy of the first paths of a table whose arcs are a trail's."""
    columns, start = table.columns[:, :count].copy(), table.start[: count + 1].copy()
    arcs = start[count]
    return Paths(Table(columns, start, table.arc[:arcs].copy(), table.corner[:arcs].copy()))


@compiled
def _fill(doors: Doors, parcels: Ints, turns: Longs, results: Results, trail: Trail, table: Table) -> None:
    found, leg, k = results.label, results.leg, results.label.size // parcels.size
    columns, start = table.columns, table.start
    source = np.empty(columns.shape[1], np.int64)
    row = 0
    for turn in turns:
        for rank in range(k):
            label = found[turn * k + rank]
            if label == NONE:
                break
            columns[PARCEL, row], columns[RANK, row] = parcels[turn], rank
            columns[FEEDER, row], columns[COST, row] = feeder_of(label), label >> COST_BITS
            source[row] = turn * k + rank
            row += 1
    if leg.shape[0] == 0:
        return
    for row in range(source.size):
        start[row + 1] = start[row] + leg[source[row], ARCS]
        _fill_ends(doors, leg[source[row]], columns, row)
    _copy_arcs(leg, source, trail, table)


@compiled
def fill_row(doors: Doors, parcel: int, label: int, leg: Longs, table: Table, rank: int) -> None:
    """Fill in a row of a single parcel, whose paths follow each other in the trail."""
    columns, start = table.columns, table.start
    columns[PARCEL, rank], columns[RANK, rank] = parcel, rank
    columns[FEEDER, rank], columns[COST, rank] = feeder_of(label), label >> COST_BITS
    start[rank + 1] = start[rank] + leg[ARCS]
    _fill_ends(doors, leg, columns, rank)


@compiled
def _fill_ends(doors: Doors, leg: Longs, columns: Ints, row: int) -> None:
    entry, tap = leg[ENTRY], leg[TAP]
    if entry >= 0:
        columns[ENTRY_POSITION, row], columns[ENTRY_END, row] = entry >> 1, entry & 1
        columns[TAP_POSITION, row], columns[TAP_END, row] = tap >> 1, tap & 1
        columns[X, row], columns[Y, row] = -1, -1
    else:
        direct = doors.pair[-1 - entry]
        columns[ENTRY_POSITION, row], columns[ENTRY_END, row] = direct[PAIR_ENTRY], -1
        columns[TAP_POSITION, row], columns[TAP_END, row] = direct[PAIR_TAP], -1
        columns[X, row], columns[Y, row] = direct[PAIR_X], direct[PAIR_Y]


@compiled
def _copy_arcs(leg: Longs, source: Longs, trail: Trail, table: Table) -> None:
    arc, corner, trail_arc, trail_corner = table.arc, table.corner, trail.arc, trail.corner
    to = 0
    for row in source:
        first = leg[row, FIRST_ARC]
        for at in range(first, first + leg[row, ARCS]):
            arc[to], corner[to] = trail_arc[at], trail_corner[at]
            to += 1
