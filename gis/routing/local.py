"""One parcel's nearest feeders, while somebody waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from gis.corridors.streets import Flags, Floats, Ints
from gis.held import Held, hold
from gis.routing.buckets import new_queue
from gis.routing.doors import Doors
from gis.routing.labels import COST_BITS, NONE, check_length, check_search
from gis.routing.local_kernel import PATIENCE, nearest
from gis.routing.local_state import Bench, Question, new_memory
from gis.routing.measure import MEASURES, Meter
from gis.routing.measured import nearest_measured
from gis.routing.nearby import Nearby, nearby
from gis.routing.paths import Paths, Table, first_paths, new_table, new_trail
from gis.routing.taps import Taps

_EPOCHS: Final = 2**31 - 1
_FIRST_ROOM: Final = 1 << 12


class Searcher:
    """Searches for single parcels on one graph, without preparing anything anew for each.

    It keeps 8 bytes for each corner and is no one's but its thread's: two threads need two searchers.

    Parameters
    ----------
    taps
        The graph with the feeders.
    known
        What is known of them beforehand, 80 bytes for each corner that searchers may share;
        made if not given.
    patience
        How many corners a search goes beyond before it looks where the taps lie; no answer depends on it.
    """

    def __init__(self, taps: Taps, known: Nearby | None = None, patience: int = PATIENCE) -> None:
        self._patience = patience
        self._taps = taps
        self._nearby = nearby(taps) if known is None else known
        self._distance = np.full(taps.corners, NONE)
        self._provide(_FIRST_ROOM)
        self._epoch = _EPOCHS

    def nearest_feeders(
        self,
        doors: Doors,
        parcel: int,
        load_kva: float,
        capacity_kva: Floats,
        *,
        k: int,
        limit: int,
        allowed: Flags | None = None,
    ) -> Paths:
        """Return the k nearest feeders that have the capacity for a load, by cost, then by number.

        Parameters
        ----------
        doors
            Parcels against the same taps: all, or one whose entries were moved.
        parcel
            Which of them.
        load_kva
            Its load.
        capacity_kva
            Open capacity of each feeder; nan offers nothing.
        k
            At least 1.
        limit
            The highest cost of a result, weighted centimetres, up to ``labels.LIMIT_MAX``.
        allowed
            Feeders that may be found; all by default.

        Raises
        ------
        ValueError
            Something is out of range, or there are not as many capacities as feeders.
        """
        asked = self._questions(doors, parcel, load_kva, capacity_kva, k, limit, allowed)
        count = -1
        while count < 0:
            question, table = next(asked)
            count = nearest(self._bench, doors, question, table)
        return first_paths(table, count)

    def measured_feeders(
        self,
        doors: Doors,
        parcel: int,
        load_kva: float,
        capacity_kva: Floats,
        meter: Held[Meter],
        *,
        k: int,
        limit: int,
        allowed: Flags | None = None,
    ) -> tuple[Paths, Ints]:
        """Return ``nearest_feeders``, and what the routes measure as ``measure.measure_table`` has it.

        Parameters
        ----------
        doors, parcel, load_kva, capacity_kva, k, limit, allowed
            See ``nearest_feeders``.
        meter
            What the routes of these parcels are measured by.

        Raises
        ------
        ValueError
            See ``nearest_feeders``.
        """
        asked = self._questions(doors, parcel, load_kva, capacity_kva, k, limit, allowed)
        measured = np.empty((MEASURES, k), np.int32)
        count = -1
        while count < 0:
            question, table = next(asked)
            count = nearest_measured(self._bench, doors, question, table, meter, measured)
        return first_paths(table, count), np.ascontiguousarray(measured[:, :count])

    def _questions(
        self,
        doors: Doors,
        parcel: int,
        load_kva: float,
        capacity_kva: Floats,
        k: int,
        limit: int,
        allowed: Flags | None,
    ) -> Iterator[tuple[Question, Table]]:
        """Yield the question and a table for its answer, each time with more room to work."""
        check_search(k, limit)
        check_length("capacities", capacity_kva, self._taps.feeders)
        if not 0 <= parcel < doors.parcels:
            raise ValueError(f"there is no parcel {parcel} among {doors.parcels}")
        eligible = np.asarray(capacity_kva) >= load_kva
        if allowed is not None:
            eligible &= allowed
        while True:
            question = Question(eligible, parcel, k, limit, self._next_epoch(), self._patience)
            yield question, new_table(k, self._trail)
            self._provide(4 * self._room)

    def _provide(self, room: int) -> None:
        """Provide working memory with room for so many corners that are met, waited for or gone along."""
        self._room = room
        self._trail = new_trail(room)
        memory = new_memory(self._distance, room, self._nearby.low.shape[1])
        queue = new_queue(self._taps.width_bits, room)
        self._bench = hold(Bench(self._taps, self._nearby, memory, queue, self._trail))

    def _next_epoch(self) -> int:
        """Return the next epoch; when none is left, forget all distances and begin again."""
        if self._epoch == 0:
            self._distance[:] = NONE
            self._epoch = _EPOCHS
        self._epoch -= 1
        return self._epoch << COST_BITS
