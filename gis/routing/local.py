"""One parcel's nearest feeders, while somebody waits."""

from __future__ import annotations

from typing import Final

import numpy as np

from gis.corridors.streets import Flags, Floats, Ints
from gis.held import Held, hold
from gis.routing.buckets import new_queue
from gis.routing.doors import Doors
from gis.routing.labels import COST_BITS, NONE, check_length, check_search
from gis.routing.local_kernel import NO_PARCEL, NO_ROOM, PATIENCE, nearest
from gis.routing.local_state import Asker, Bench, new_memory
from gis.routing.measure import MEASURE_NAMES
from gis.routing.measured import nearest_measured
from gis.routing.nearby import Nearby, nearby
from gis.routing.paths import Paths, first_paths, new_table, new_trail
from gis.routing.taps import Taps

_EPOCHS: Final = 2**31 - 1
_FIRST_ROOM: Final = 1 << 12
_FIRST_PATHS: Final = 8


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
        self._eligible = np.empty(taps.feeders, np.bool_)
        self._provide(_FIRST_ROOM, _FIRST_PATHS)
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
        self._prepare(load_kva, capacity_kva, k, limit, allowed)
        while (count := nearest(self._bench, doors, parcel, k, limit, self._next_epoch())) == NO_ROOM:
            self._provide(4 * self._room, self._k)
        return self._found(count, parcel)

    def measured_feeders(
        self,
        asker: Held[Asker],
        parcel: int,
        load_kva: float,
        capacity_kva: Floats,
        *,
        k: int,
        limit: int,
        allowed: Flags | None = None,
    ) -> tuple[Paths, Ints]:
        """Return ``nearest_feeders``, and what the routes measure as ``measure.measure_table`` has it.

        Parameters
        ----------
        asker
            Parcels, and what their routes are measured by.
        parcel, load_kva, capacity_kva, k, limit, allowed
            See ``nearest_feeders``.

        Raises
        ------
        ValueError
            See ``nearest_feeders``.
        """
        self._prepare(load_kva, capacity_kva, k, limit, allowed)
        while (
            count := nearest_measured(self._bench, asker, parcel, k, limit, self._next_epoch())
        ) == NO_ROOM:
            self._provide(4 * self._room, self._k)
        return self._found(count, parcel), self._measured[:, :count].copy()

    def _prepare(
        self, load_kva: float, capacity_kva: Floats, k: int, limit: int, allowed: Flags | None
    ) -> None:
        """Note which feeders may be found, and see to room for so many."""
        check_search(k, limit)
        check_length("capacities", capacity_kva, self._taps.feeders)
        np.greater_equal(capacity_kva, load_kva, out=self._eligible)
        if allowed is not None:
            np.logical_and(self._eligible, allowed, out=self._eligible)
        if k > self._k:
            self._provide(self._room, k)

    def _provide(self, room: int, k: int) -> None:
        """Provide room for so many corners that are met, waited for or gone along, and for so many paths."""
        self._room, self._k = room, k
        trail = new_trail(room)
        self._table = new_table(k, trail)
        self._measured = np.empty((len(MEASURE_NAMES), k), np.int32)
        self._bench = hold(
            Bench(
                taps=self._taps,
                nearby=self._nearby,
                eligible=self._eligible,
                patience=self._patience,
                memory=new_memory(self._distance, room, self._nearby.low.shape[1]),
                queue=new_queue(self._taps.width_bits, room),
                trail=trail,
                table=self._table,
                measured=self._measured,
            )
        )

    def _found(self, count: int, parcel: int) -> Paths:
        if count == NO_PARCEL:
            raise ValueError(f"there is no parcel {parcel}")
        return first_paths(self._table, count)

    def _next_epoch(self) -> int:
        """Return the next epoch; when none is left, forget all distances and begin again."""
        if self._epoch == 0:
            self._distance[:] = NONE
            self._epoch = _EPOCHS
        self._epoch -= 1
        return self._epoch << COST_BITS
