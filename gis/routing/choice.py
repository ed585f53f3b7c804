"""Which routes are worth showing (路径取舍): those that no other one beats, the shortest first."""

from __future__ import annotations

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Flags, Ints, Longs
from gis.routing.measure import Measures


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
