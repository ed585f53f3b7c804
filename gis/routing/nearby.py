"""What a local search knows of the graph beforehand (邻近馈线): no load, no capacity and no limit is in it.

At each corner the nearest feeders are listed, whatever their capacity. A search need not go beyond a corner
whose last one is already too dear: it knows the cost of those listed, and all others are no nearer.

And each corner has its distances from a few landmarks (地标) far apart. Two corners are no nearer to each
other than their distances from any landmark differ, by the triangle inequality. Beyond ``LIMIT_MAX`` a
landmark says ``LIMIT_MAX + 1``, which only makes differences smaller.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Ints, Longs
from gis.routing.buckets import new_queue
from gis.routing.labels import COST_BITS, LIMIT_MAX, new_labels
from gis.routing.sweep_kernel import enter_at_once, enter_corner, inlets
from gis.routing.taps import Taps, first_corner

LISTED: Final = 8
"""Feeders listed at a corner: 64 bytes of it."""

LANDMARKS: Final = 4

_WIDER_BITS: Final = 3
"""Where searches begin everywhere at once, wider buckets keep together what lies together in memory."""


class Nearby(NamedTuple):
    """Lists and distances of all corners.

    Attributes
    ----------
    best
        Labels of the nearest feeders of each corner, ascending, then ``NONE``; shape (corners * listed,).
    listed
        How many there are for a corner.
    mark
        Distances from the landmarks, shape (corners, landmarks).
    low, high
        The least and the most of them among the corners of each feeder's taps, shape (feeders, landmarks).
    """

    best: Longs
    listed: int
    mark: Ints
    low: Ints
    high: Ints


def nearby(taps: Taps, listed: int = LISTED, landmarks: int = LANDMARKS) -> Nearby:
    """Return what local searches know beforehand.

    Parameters
    ----------
    taps
        The graph with the feeders.
    listed
        How many feeders to list at each corner, at least 1.
    landmarks
        How many landmarks to set.
    """
    labels = new_labels(taps.corners, listed)
    queue = new_queue(taps.width_bits + _WIDER_BITS)
    feeder = np.argsort(first_corner(taps), kind="stable").astype(np.int32)
    enter_at_once(inlets(taps), labels, queue, feeder, LIMIT_MAX)
    mark = _marks(taps, landmarks)
    low = np.full((taps.feeders, landmarks), LIMIT_MAX + 1, np.int32)
    high = np.full((taps.feeders, landmarks), -1, np.int32)
    _spans(taps, mark, low, high)
    return Nearby(labels.best, listed, mark, low, high)


def _marks(taps: Taps, landmarks: int) -> Ints:
    """Set each landmark as far as possible from those before, the first one from any tap."""
    mark = np.full((taps.corners, landmarks), LIMIT_MAX + 1, np.int32)
    if not len(taps.offer_corner):
        return mark
    apart = _distances(taps, int(taps.offer_corner[0]))
    for column in range(landmarks):
        mark[:, column] = _distances(taps, int(np.argmax(np.where(apart <= LIMIT_MAX, apart, -1))))
        apart = mark[:, column] if column == 0 else np.minimum(apart, mark[:, column])
    return mark


def _distances(taps: Taps, corner: int) -> Ints:
    labels = new_labels(taps.corners, 1)
    enter_corner(inlets(taps), labels, new_queue(taps.width_bits), corner, LIMIT_MAX)
    distances: Ints = np.minimum(labels.best >> COST_BITS, LIMIT_MAX + 1).astype(np.int32)
    return distances


@compiled
def _spans(taps: Taps, mark: Ints, low: Ints, high: Ints) -> None:
    for feeder in range(low.shape[0]):
        for at in range(taps.offer_start[feeder], taps.offer_start[feeder + 1]):
            for column in range(mark.shape[1]):
                there = mark[taps.offer_corner[at], column]
                low[feeder, column] = min(low[feeder, column], there)
                high[feeder, column] = max(high[feeder, column], there)


@compiled
def apart(low: Ints, high: Ints, other_low: Ints, other_high: Ints) -> int:
    """Return the least cost between corners of two groups, by what lies between their distances."""
    least = 0
    for column in range(low.size):
        least = max(least, int(other_low[column]) - high[column], int(low[column]) - other_high[column])
    return least
