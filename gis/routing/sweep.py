"""All parcels at once, and how far feeders reach."""

from __future__ import annotations

from typing import Final

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Flags, Floats, Ints
from gis.routing.buckets import new_queue
from gis.routing.doors import Doors
from gis.routing.labels import COST_BITS, check_length, check_search, new_labels
from gis.routing.paths import Paths, assemble, new_results, new_trail
from gis.routing.sweep_kernel import Order, enter, inlets, sweep
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
    labels, queue = new_labels(taps.corners, k), new_queue(taps.width_bits)
    results = new_results(len(order.parcel), k, paths=paths)
    trail = new_trail(_ARCS_A_PATH * len(results.leg))
    trail = sweep(taps, doors, order, labels, queue, limit, results, trail)
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
    labels = new_labels(taps.corners, 1)
    feeder: Ints = np.flatnonzero(allowed).astype(np.int32)
    feeder = feeder[np.argsort(first_corner(taps)[feeder], kind="stable")]
    enter(inlets(taps), labels, new_queue(taps.width_bits), feeder, limit)
    costs: Ints = (labels.best >> COST_BITS).astype(np.int32)
    return costs


def _order(taps: Taps, load_kva: Floats, capacity_kva: Floats, allowed: Flags | None) -> Order:
    """Return who enters and is answered when."""
    capacity = np.asarray(capacity_kva, np.float64)
    offered = ~np.isnan(capacity) if allowed is None else ~np.isnan(capacity) & allowed
    feeder = np.flatnonzero(offered)
    feeder = feeder[np.argsort(-capacity[feeder])]
    parcel, served = _queued(capacity[feeder], np.asarray(load_kva, np.float64))
    batch = np.searchsorted(served, np.arange(len(feeder)), side="right")
    feeder = feeder[np.lexsort((first_corner(taps)[feeder], batch))]
    turn = np.full(len(capacity), len(capacity), np.int32)
    turn[feeder] = np.arange(len(feeder), dtype=np.int32)
    return Order(feeder.astype(np.int32), turn, parcel, served)


@compiled
def _queued(capacity: Floats, load: Floats) -> tuple[Ints, Ints]:
    """Return the parcels that any feeder has the capacity for, by falling load, and how many have it.

    Parameters
    ----------
    capacity
        Of the feeders, falling.
    load
        Of the parcels; none has the capacity for nan.
    """
    count, able = np.zeros(capacity.size + 2, np.int32), np.zeros(load.size, np.int32)
    left = capacity.size
    while left > 0:  # halving for all parcels at a time: none waits for the step before
        half = (left + 1) // 2
        for parcel in range(load.size):
            able[parcel] += half if capacity[able[parcel] + half - 1] >= load[parcel] else 0
        left -= half
    for parcel in range(load.size):
        count[able[parcel] + 1] += 1
    none = count[1]
    count[1] = 0
    for number in range(1, count.size):
        count[number] += count[number - 1]
    parcels, served = np.empty(load.size - none, np.int32), np.empty(load.size - none, np.int32)
    for parcel in range(load.size):
        if able[parcel] > 0:
            place = count[able[parcel]]
            parcels[place], served[place] = parcel, able[parcel]
            count[able[parcel]] = place + 1
    return parcels, served
