"""Which routes are worth showing (路径取舍): those that no other one beats, the shortest first."""

from __future__ import annotations

from typing import Final

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Flags, Ints, Longs
from gis.routing.measure import Measures
from gis.routing.paths import FEEDER, PARCEL, TAP_POSITION

_FEW: Final = 64
_HEAD: Final = 5
_COMPARED: Final = (0, 1, 4, 6)
"""Length, crossed metres, excavation and metres along main roads among the columns of ``Measures``."""


def unbeaten(measures: Measures, parcel: Ints, feeder: Ints) -> Flags:
    """Return which routes no other route of the same parcel and feeder beats, shape (n,).

    A route beats another if it is no worse in length, crossed metres, excavation and metres along main roads,
    and better in one of them. Of routes that are equal in all four the first stays.

    Parameters
    ----------
    measures
        Of all routes, rows in any order, for example those of three criteria one after the other.
    parcel, feeder
        Whose each is, shape (n,).
    """
    columns = (
        measures.length_cm,
        measures.crossing_cm,
        measures.excavation_cm,
        measures.along_main_road_cm,
    )
    order = np.lexsort((np.arange(len(parcel)), feeder, parcel))
    table = np.stack(columns, axis=1)[order] if len(parcel) else np.empty((0, len(columns)), dtype=np.int32)
    kept = np.ones(len(parcel), dtype=bool)
    _drop_beaten(parcel[order], feeder[order], table, kept)
    result = np.empty(len(parcel), dtype=bool)
    result[order] = kept
    return result


def ranked(measures: Measures, parcel: Ints, feeder: Ints) -> Longs:
    """Return the rows by parcel, then length, then feeder, then row, shape (n,)."""
    return np.lexsort((np.arange(len(parcel)), feeder, measures.length_cm, parcel)).astype(np.int64)


def chosen(columns: Ints, measured: Ints, tap_of: Ints, first: Longs) -> tuple[Ints, Ints]:
    """Return the routes that are ``unbeaten``, as they are ``ranked``.

    Parameters
    ----------
    columns
        Paths as ``Paths.rows`` has them, those of each criterion after those of the one before,
        shape (10, n).
    measured
        What they measure as ``Measures.rows`` has it, shape (8, n).
    tap_of
        The tap of each position.
    first
        Number of the first path of each criterion.

    Returns
    -------
    Parcel, feeder, tap, criterion and row among its paths of each, shape (5, m), and what they measure,
    shape (8, m).
    """
    if columns.shape[1] <= _FEW:
        return _few_chosen(columns, measured, tap_of, first)
    measures, parcel, feeder = Measures(measured), columns[PARCEL], columns[FEEDER]
    order = ranked(measures, parcel, feeder)
    return _taken(order[unbeaten(measures, parcel, feeder)[order]], columns, measured, tap_of, first)


@compiled
def _few_chosen(columns: Ints, measured: Ints, tap_of: Ints, first: Longs) -> tuple[Ints, Ints]:
    """Do as ``chosen``, without sorting anything twice or setting anything up."""
    order = _order_of_few(measured, columns[PARCEL], columns[FEEDER])
    return _taken(order, columns, measured, tap_of, first)


@compiled
def _taken(order: Longs, columns: Ints, measured: Ints, tap_of: Ints, first: Longs) -> tuple[Ints, Ints]:
    head, kept = np.empty((_HEAD, order.size), np.int32), np.empty((measured.shape[0], order.size), np.int32)
    for at in range(order.size):
        row, criterion = order[at], 0
        while criterion + 1 < first.size and first[criterion + 1] <= row:
            criterion += 1
        head[0, at], head[1, at] = columns[PARCEL, row], columns[FEEDER, row]
        head[2, at] = tap_of[columns[TAP_POSITION, row]]
        head[3, at], head[4, at] = criterion, row - first[criterion]
        for column in range(measured.shape[0]):
            kept[column, at] = measured[column, row]
    return head, kept


@compiled
def _order_of_few(table: Ints, parcel: Ints, feeder: Ints) -> Longs:
    order, count = np.empty(parcel.size, np.int64), 0
    for row in range(parcel.size):
        beaten = False
        for other in range(parcel.size):
            same = other != row and parcel[other] == parcel[row] and feeder[other] == feeder[row]
            beaten = beaten or (same and _few_beat(table, other, row))
        if beaten:
            continue
        gap = count
        while gap > 0 and _after(table[0], parcel, feeder, order[gap - 1], row):
            order[gap] = order[gap - 1]
            gap -= 1
        order[gap] = row
        count += 1
    return order[:count]


@compiled
def _few_beat(table: Ints, one: int, other: int) -> bool:
    better = False
    for column in _COMPARED:
        if table[column, one] > table[column, other]:
            return False
        better = better or table[column, one] < table[column, other]
    return better or one < other


@compiled
def _after(length: Ints, parcel: Ints, feeder: Ints, one: int, other: int) -> bool:
    if parcel[one] != parcel[other]:
        return bool(parcel[one] > parcel[other])
    if length[one] != length[other]:
        return bool(length[one] > length[other])
    return bool(feeder[one] > feeder[other])


@compiled
def _drop_beaten(parcel: Ints, feeder: Ints, table: Ints, kept: Flags) -> None:
    begin = 0
    while begin < parcel.size:
        end = begin + 1
        while end < parcel.size and parcel[end] == parcel[begin] and feeder[end] == feeder[begin]:
            end += 1
        for one in range(begin, end):
            for other in range(begin, end):
                if other != one and _beats(table[other], table[one], other < one):
                    kept[one] = False
        begin = end


@compiled
def _beats(one: Ints, other: Ints, earlier: bool) -> bool:
    better = False
    for column in range(one.size):
        if one[column] > other[column]:
            return False
        better = better or one[column] < other[column]
    return better or earlier
