"""All parcels at once, and how far feeders reach."""

from __future__ import annotations

from typing import Final

import numpy as np

from gis.corridors.streets import Flags, Floats, Ints
from gis.routing.buckets import new_queue
from gis.routing.doors import Doors
from gis.routing.labels import COST_BITS, check_length, check_search
from gis.routing.paths import Paths, assemble, new_results, new_trail
from gis.routing.records import label_places, new_records
from gis.routing.sweep_kernel import Order, enter, sweep
from gis.routing.taps import Taps, first_corner

_ARCS_A_PATH: Final = 16
"""There is room for so many at first; only what is used of it is ever touched."""


def capacity_sweep(
    taps: Taps,
    doors: Doors,
    load_kva: Floats,
    capacity_kva: Floats,
    *,
    k: int,
    limit: int,
    allowed: Flags | None = None,
    paths: bool = True,
) -> Paths:
    """Return the k nearest feeders of every parcel that have the capacity for its load.

    The answers are those of ``local.Searcher.nearest_feeders`` for each parcel, ties and paths included.

    Parameters
    ----------
    taps, doors
        The graph with the feeders, and the parcels.
    load_kva
        Load of each parcel; nothing is found for nan.
    capacity_kva
        Open capacity of each feeder; nan offers nothing.
    k
        At least 1.
    limit
        The highest cost of a result, weighted centimetres, up to ``labels.LIMIT_MAX``.
    allowed
        Feeders that may be found; all by default.
    paths
        Whether to trace the paths, or to leave it at feeders and costs.

    Raises
    ------
    ValueError
        Something is out of range, or an array has another length than what it is about.
    """
    check_search(k, limit)
    check_length("loads", load_kva, doors.parcels)
    check_length("capacities", capacity_kva, taps.feeders)
    order = _order(taps, load_kva, capacity_kva, allowed)
    records, queue = new_records(taps, k), new_queue(taps.width_bits)
    results = new_results(len(order.parcel), k, paths=paths)
    trail = new_trail(_ARCS_A_PATH * len(results.leg))
    trail = sweep(taps, doors, order, records, queue, limit, results, trail)
    turn = np.full(doors.parcels, -1)
    turn[order.parcel] = np.arange(len(order.parcel))
    return assemble(doors, order.parcel, turn[turn >= 0], results, trail)


def reach_costs(taps: Taps, allowed: Flags, limit: int) -> Ints:
    """Return the least cost from each corner to any allowed feeder.

    Parameters
    ----------
    taps
        The graph with the feeders.
    allowed
        Feeders to reach.
    limit
        Where to stop, weighted centimetres, up to ``labels.LIMIT_MAX``.

    Returns
    -------
    Weighted centimetres, shape (corners,), 2**31 - 1 beyond the limit.

    Raises
    ------
    ValueError
        Something is out of range, or there are not as many marks as feeders.
    """
    check_search(1, limit)
    check_length("marks of feeders", allowed, taps.feeders)
    records = new_records(taps, 1)
    feeder: Ints = np.flatnonzero(allowed).astype(np.int32)
    feeder = feeder[np.argsort(first_corner(taps)[feeder], kind="stable")]
    enter(taps, records, new_queue(taps.width_bits), feeder, limit)
    costs: Ints = (records.entry[label_places(taps)] >> COST_BITS).astype(np.int32)
    return costs


def _order(taps: Taps, load_kva: Floats, capacity_kva: Floats, allowed: Flags | None) -> Order:
    """Return who enters and is answered when."""
    capacity = np.asarray(capacity_kva, np.float64)
    offered = ~np.isnan(capacity) if allowed is None else ~np.isnan(capacity) & allowed
    feeder = np.flatnonzero(offered)
    feeder = feeder[np.argsort(-capacity[feeder])]
    # A load of nan is placed behind all capacities, and served by none.
    rising = capacity[feeder][::-1]
    served = len(feeder) - np.searchsorted(rising, np.asarray(load_kva, np.float64))
    parcel = np.flatnonzero(served)
    short = np.min_scalar_type(len(feeder))  # numpy sorts short numbers several times as fast
    parcel = parcel[np.argsort(served[parcel].astype(short), kind="stable")]
    served = served[parcel]
    batch = np.searchsorted(served, np.arange(len(feeder)), side="right")
    feeder = feeder[np.lexsort((first_corner(taps)[feeder], batch))]
    turn = np.full(len(capacity), len(capacity), np.int32)
    turn[feeder] = np.arange(len(feeder), dtype=np.int32)
    return Order(feeder.astype(np.int32), turn, parcel.astype(np.int32), served.astype(np.int32))
