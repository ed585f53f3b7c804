"""Where the search for one parcel looks, what it is asked, and what it works with."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from gis.corridors.streets import Flags, Ints, Longs
from gis.routing.buckets import Queue
from gis.routing.doors import Doors
from gis.routing.measure import Meter
from gis.routing.nearby import Nearby
from gis.routing.paths import Table, Trail
from gis.routing.taps import Taps

_MET_COLUMNS: Final = 2


class Ground(NamedTuple):
    """Where is searched: the graph with the feeders, what is known of them beforehand, and the parcels."""

    taps: Taps
    nearby: Nearby
    doors: Doors


class Question(NamedTuple):
    """What is asked, and how it is looked for.

    Attributes
    ----------
    eligible
        Feeders that may be found.
    parcel, k, limit
        For which parcel, how many feeders, up to which cost.
    epoch
        The epoch, in its place.
    patience
        How many corners the search goes beyond before it looks where the taps lie.
    """

    eligible: Flags
    parcel: int
    k: int
    limit: int
    epoch: int
    patience: int


class Memory(NamedTuple):
    """What a search works with.

    Attributes
    ----------
    distance
        Epoch and distance from the parcel of each corner.
    met
        Corners where a feeder was met no dearer than before, and its label, shape (n, 2).
    marked
        Corners that are marked.
    used
        Number of corners met, and of corners gone beyond.
    low, high
        Between which distances from the landmarks all taps lie that matter, shape (landmarks,).
    """

    distance: Longs
    met: Longs
    marked: Longs
    used: Longs
    low: Ints
    high: Ints


class Bench(NamedTuple):
    """What is at hand for every search of one searcher.

    Attributes
    ----------
    taps, nearby
        Where is searched: ``Ground`` without the parcels.
    eligible, patience
        See ``Question``.
    memory, queue, trail
        Room to work.
    table, measured
        Room for the answer: the paths, and what they measure, shape (8, k).
    """

    taps: Taps
    nearby: Nearby
    eligible: Flags
    patience: int
    memory: Memory
    queue: Queue
    trail: Trail
    table: Table
    measured: Ints


class Asker(NamedTuple):
    """Parcels as they are searched from, and what their routes are measured by."""

    doors: Doors
    meter: Meter


def new_memory(distance: Longs, room: int, landmarks: int) -> Memory:
    """Return a memory with room for so many corners."""
    return Memory(
        distance,
        np.empty((room, _MET_COLUMNS), np.int64),
        np.empty(room, np.int64),
        np.zeros(2, np.int64),
        np.empty(landmarks, np.int32),
        np.empty(landmarks, np.int32),
    )
