"""One parcel's nearest feeders, while somebody waits."""

from __future__ import annotations

from typing import Final

import numpy as np

from gis.corridors.streets import Flags, Floats
from gis.routing.buckets import new_queue
from gis.routing.doors import Doors
from gis.routing.labels import COST_BITS, NONE, check_length, check_search
from gis.routing.local_kernel import Question, nearest
from gis.routing.paths import Paths, assemble, new_results, new_trail
from gis.routing.records import label_places, new_records
from gis.routing.taps import Taps

_EPOCHS: Final = 2**31 - 1
_FIRST_ARCS: Final = 1 << 10
_ONLY: Final = np.zeros(1, np.int64)


class Searcher:
    """Searches for single parcels on one graph, without preparing anything anew for each.

    It keeps about 50 bytes for each corner and is no one's but its thread's: two threads need two searchers.

    Parameters
    ----------
    taps
        The graph with the feeders.
    """

    def __init__(self, taps: Taps) -> None:
        self._taps = taps
        self._records = new_records(taps, 1)
        self._queue = new_queue(taps.width_bits)
        self._trail = new_trail(_FIRST_ARCS)
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
        check_search(k, limit)
        check_length("capacities", capacity_kva, self._taps.feeders)
        if not 0 <= parcel < doors.parcels:
            raise ValueError(f"there is no parcel {parcel} among {doors.parcels}")
        eligible = np.asarray(capacity_kva) >= load_kva
        if allowed is not None:
            eligible &= allowed
        question = Question(parcel, k, limit, self._next_epoch())
        results, entry = new_results(1, k, paths=True), self._records.entry
        self._trail.used[0] = 0
        self._trail = nearest(self._taps, doors, entry, self._queue, eligible, question, results, self._trail)
        return assemble(doors, np.array([parcel], np.int32), _ONLY, results, self._trail)

    def _next_epoch(self) -> int:
        """Return the next epoch; when none is left, forget all distances and begin again."""
        if self._epoch == 0:
            self._records.entry[label_places(self._taps)] = NONE
            self._epoch = _EPOCHS
        self._epoch -= 1
        return self._epoch << COST_BITS
