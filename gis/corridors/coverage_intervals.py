"""Intervals of verges in whole centimetres (路侧区间): united, taken from one another, and looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Flags, Ints, Longs

_SPAN: Final = np.int64(1) << 32
"""More than any verge is long: stretches of different verges never meet on the common axis."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """Parts of verges that have something in common; disjoint, in order, grouped by verge.

    Attributes
    ----------
    start
        Offsets by verge, shape (verges + 1,).
    low_cm, high_cm
        From and to, centimetres from the verge's first corner, ``low_cm < high_cm``, shape (n,).
    total_cm
        Sum of each verge's stretches, shape (verges,).
    """

    start: Ints
    low_cm: Ints
    high_cm: Ints
    total_cm: Ints


def united(verges: int, verge: Longs, low_cm: Ints, high_cm: Ints) -> Intervals:
    """Return stretches that may overlap, in any order, as disjoint ones; empty ones are left out.

    Parameters
    ----------
    verges
        Number of verges.
    verge, low_cm, high_cm
        Verge, first and last centimetre of each, shape (n,).
    """
    kept = high_cm > low_cm
    base = verge[kept].astype(np.int64) * _SPAN
    low, high = base + low_cm[kept], base + high_cm[kept]
    order = np.argsort(low, kind="stable")
    low, high = low[order], np.maximum.accumulate(high[order])
    begins = np.ones(len(low), dtype=bool)
    begins[1:] = low[1:] > high[:-1]
    ends = np.append(begins[1:], True)[: len(low)]
    return _grouped(verges, low[begins], high[ends])


def whole(length_cm: Ints, chosen: Flags) -> Intervals:
    """Return the chosen verges from end to end, ``length_cm`` and ``chosen`` of shape (verges,)."""
    verge = np.flatnonzero(chosen)
    return united(len(length_cm), verge, np.zeros(len(verge), dtype=np.int32), length_cm[verge])


def both(first: Intervals, second: Intervals) -> Intervals:
    """Return what lies in either of them."""
    verges = len(first.total_cm)
    verge = np.concatenate([_owners(first), _owners(second)])
    low = np.concatenate([first.low_cm, second.low_cm])
    return united(verges, verge, low, np.concatenate([first.high_cm, second.high_cm]))


def without(first: Intervals, second: Intervals) -> Intervals:
    """Return what lies in the first and not in the second."""
    first_low, first_high = _axis(first)
    second_low, second_high = _axis(second)
    cuts = np.unique(np.concatenate([first_low, first_high, second_low, second_high]))
    if not len(cuts):
        return first
    low, high = cuts[:-1], cuts[1:]
    kept = _inside(low, first_low, first_high) & ~_inside(low, second_low, second_high)
    verge = low[kept] // _SPAN
    base = verge * _SPAN
    return united(
        len(first.total_cm),
        verge,
        (low[kept] - base).astype(np.int32),
        (high[kept] - base).astype(np.int32),
    )


def covered_cm(intervals: Intervals, verge: Ints, low_cm: Ints, high_cm: Ints) -> Ints:
    """Return how many centimetres from ``low_cm`` to ``high_cm`` of each verge are covered, shape (n,)."""
    verges = np.asarray(verge, dtype=np.int32)
    low, high = np.asarray(low_cm, dtype=np.int32), np.asarray(high_cm, dtype=np.int32)
    result = np.empty(len(verges), dtype=np.int32)
    _covered_all(intervals.start, intervals.low_cm, intervals.high_cm, verges, low, high, result)
    return result


@compiled
def covered_between(start: Ints, low_cm: Ints, high_cm: Ints, verge: int, low: int, high: int) -> int:
    """Return how many centimetres from ``low`` to ``high`` of one verge are covered; for compiled loops."""
    total = 0
    for at in range(start[verge], start[verge + 1]):
        if low_cm[at] >= high:
            break
        total += max(min(high, high_cm[at]) - max(low, low_cm[at]), 0)
    return total


@compiled
def _covered_all(
    start: Ints, low_cm: Ints, high_cm: Ints, verge: Ints, low: Ints, high: Ints, result: Ints
) -> None:
    for at in range(verge.size):
        result[at] = covered_between(start, low_cm, high_cm, verge[at], low[at], high[at])


def _grouped(verges: int, low: Longs, high: Longs) -> Intervals:
    verge = low // _SPAN
    low_cm = (low - verge * _SPAN).astype(np.int32)
    high_cm = (high - verge * _SPAN).astype(np.int32)
    start = np.searchsorted(verge, np.arange(verges + 1)).astype(np.int32)
    total = np.bincount(verge, weights=high_cm - low_cm, minlength=verges).astype(np.int32)
    return Intervals(start, low_cm, high_cm, total)


def _owners(intervals: Intervals) -> Longs:
    return np.repeat(np.arange(len(intervals.total_cm), dtype=np.int64), np.diff(intervals.start))


def _axis(intervals: Intervals) -> tuple[Longs, Longs]:
    base = _owners(intervals) * _SPAN
    return base + intervals.low_cm, base + intervals.high_cm


def _inside(point: Longs, low: Longs, high: Longs) -> Flags:
    if not len(low):
        return np.zeros(len(point), dtype=bool)
    at = np.searchsorted(low, point, side="right") - 1
    return np.asarray((at >= 0) & (point < high[np.maximum(at, 0)]), dtype=bool)
