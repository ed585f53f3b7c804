"""The capacity sweep (容量扫描): every parcel with its own load, in one pass over the feeders.

Feeders enter by falling capacity, each growing a search that goes only where it betters the k labels of a
corner. When all with a capacity of at least L are in, the labels answer every parcel with the load L: where k
others beat a feeder, they beat it on every way that passes there, so that no more labels are needed.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Ints, Longs
from gis.routing.buckets import Fill, Queue, empty, has_room, pop, push, with_room
from gis.routing.doors import PAIR_COST, PAIR_FEEDER, Doors
from gis.routing.labels import (
    COST_BITS,
    FAR_WAY,
    LOW_BITS,
    NONE,
    OPEN,
    RANK_BITS,
    Labels,
    keep_best,
    label_of,
)
from gis.routing.paths import Results, Trail
from gis.routing.sweep_trace import trace
from gis.routing.taps import COST_OF_LINK, Taps, head_of

_ENTER_TOGETHER: Final = 128
"""Feeders that enter at a time."""

_TOGETHER: Final = 256
"""Parcels answered at a time. They lie anywhere in memory: many at once wait no longer for it than one."""


class Order(NamedTuple):
    """Who enters and who is answered, and when.

    Attributes
    ----------
    feeder
        Feeders by falling capacity; neighbours side by side where nobody is answered between them.
    turn
        Place of each feeder in that order; the number of all feeders for those left out.
    parcel
        Parcels by falling load.
    served
        For each of these, how many feeders enter before it is answered.
    """

    feeder: Ints
    turn: Ints
    parcel: Ints
    served: Ints


class Inlets(NamedTuple):
    """The part of ``Taps`` by which feeders enter: to hand on all of it takes as long as most have to do."""

    link: Longs
    row_links: int
    offer_start: Ints
    offer_corner: Ints
    offer_cost: Ints


@compiled
def inlets(taps: Taps) -> Inlets:
    """Return the part of the taps by which feeders enter; nothing is copied."""
    return Inlets(taps.link, taps.row_links, taps.offer_start, taps.offer_corner, taps.offer_cost)


@compiled
def enter(ways: Inlets, labels: Labels, queue: Queue, feeders: Ints, limit: int) -> None:
    """Let feeders in and carry their labels as far as they better those that are there.

    They enter some at a time: one by one they would undo each other's work, all at once lie too far apart in
    memory.
    """
    for first in range(0, feeders.size, _ENTER_TOGETHER):
        enter_at_once(ways, labels, queue, feeders[first : first + _ENTER_TOGETHER], limit)


@compiled
def enter_at_once(ways: Inlets, labels: Labels, queue: Queue, feeders: Ints, limit: int) -> None:
    """Do as ``enter``, all at a time."""
    start, corners, costs, offers = ways.offer_start, ways.offer_corner, ways.offer_cost, 0
    for feeder in feeders:
        offers += start[feeder + 1] - start[feeder]
    fill = empty()
    queue = with_room(queue, fill, offers)
    best, k, beyond = labels.best, labels.k, (limit + 1) << COST_BITS
    for feeder in feeders:
        for at in range(start[feeder], start[feeder + 1]):
            here = np.uint64(at)
            corner, label = int(corners[here]), label_of(int(costs[here]), feeder) | OPEN
            last = np.uint64(corner * k + k - 1)
            if label < beyond and label < best[last] and keep_best(best, corner * k, k, label):
                fill = push(queue, fill, label & COST_OF_LINK | corner)
    _spread_all(ways, labels, queue, fill, limit)


@compiled
def enter_corner(ways: Inlets, labels: Labels, queue: Queue, corner: int, limit: int) -> None:
    """Let a corner in as if it were a feeder, the first one."""
    labels.best[corner * labels.k] = OPEN
    _spread_all(ways, labels, queue, push(queue, empty(), corner), limit)


@compiled
def _spread_all(ways: Inlets, labels: Labels, queue: Queue, fill: Fill, limit: int) -> None:
    while fill.waiting > 0:
        queue = with_room(queue, fill, labels.k * ways.row_links)
        if labels.k == 1:
            fill = _spread_one(ways.link, ways.row_links, labels.best, queue, fill, limit)
        else:
            fill = _spread(ways.link, ways.row_links, labels, queue, fill, limit)


@compiled
def _spread_one(link: Longs, row_links: int, best: Longs, queue: Queue, fill: Fill, limit: int) -> Fill:
    """Do as ``_spread``, where a corner has one label: most of the time of a sweep is spent here.

    Of a signed index it would be asked each time whether it counts from the end.
    """
    beyond = (limit + 1) << COST_BITS
    while fill.waiting > 0 and has_room(queue, fill, row_links):
        item, fill = pop(queue, fill)
        corner = item & LOW_BITS
        label = best[np.uint64(corner)]
        if label & OPEN == 0 or label > item | LOW_BITS:
            continue
        best[np.uint64(corner)] = label - OPEN
        label &= RANK_BITS
        for at in range(corner * row_links, (corner + 1) * row_links):
            over = link[np.uint64(at)]
            onward, neighbour = label + (over & COST_OF_LINK) + ((over & FAR_WAY) << 1 | OPEN), head_of(over)
            if onward < best[np.uint64(neighbour)] and onward < beyond:
                best[np.uint64(neighbour)] = onward
                fill = push(queue, fill, onward & COST_OF_LINK | neighbour)
    return fill


@compiled
def _spread(link: Longs, row_links: int, labels: Labels, queue: Queue, fill: Fill, limit: int) -> Fill:
    """Carry open labels on to the neighbours until none is left, or no room in the queue.

    Returns
    -------
    What takes the place of the fill.
    """
    best, k = labels.best, labels.k
    beyond = (limit + 1) << COST_BITS
    while fill.waiting > 0 and has_room(queue, fill, k * row_links):
        item, fill = pop(queue, fill)
        corner = item & LOW_BITS
        for place in range(corner * k, corner * k + k):
            label = best[place]
            if label > item | LOW_BITS:
                break  # dearer than the item: an item of its own is in the queue
            if label & OPEN == 0:
                continue
            best[place] = label - OPEN
            label &= RANK_BITS
            for at in range(corner * row_links, (corner + 1) * row_links):
                over = link[at]
                onward = label + (over & COST_OF_LINK) + ((over & FAR_WAY) << 1 | OPEN)
                if onward < beyond and keep_best(best, head_of(over) * k, k, onward):
                    fill = push(queue, fill, onward & COST_OF_LINK | head_of(over))
    return fill


@compiled
def sweep(
    taps: Taps,
    doors: Doors,
    order: Order,
    labels: Labels,
    queue: Queue,
    limit: int,
    results: Results,
    trail: Trail,
) -> Trail:
    """Answer all parcels, and trace their paths where the results have legs.

    Returns
    -------
    The trail with the arcs that the legs refer to.
    """
    first, entered, ways = 0, 0, inlets(taps)
    while first < order.parcel.size:
        served = order.served[first]
        last = first + 1
        while last < min(order.parcel.size, first + _TOGETHER) and order.served[last] == served:
            last += 1
        enter(ways, labels, queue, order.feeder[entered:served], limit)
        if labels.k == 1:
            _answer_one(doors, labels.best, order, first, last, limit, results.label)
        else:
            _answer(doors, labels, order, first, last, limit, results.label)
        if results.leg.shape[0] > 0:
            trail = trace(taps, doors, labels, order.parcel[first:last], results, first * labels.k, trail)
        first, entered = last, served
    return trail


@compiled
def _answer_one(
    doors: Doors, best: Longs, order: Order, first: int, last: int, limit: int, found: Longs
) -> None:
    """Do as ``_answer``, where a corner has one label: by a loop that has nothing to decide."""
    door, door_start, pair_start = doors.door, doors.door_start, doors.pair_start
    turn, served, parcels = order.turn, order.served[first], order.parcel
    beyond = (limit + 1) << COST_BITS
    for at in range(first, last):
        parcel, least = parcels[at], NONE
        for row in range(pair_start[parcel], pair_start[parcel + 1]):
            feeder, cost = int(doors.pair[row, PAIR_FEEDER]), int(doors.pair[row, PAIR_COST])
            if turn[feeder] < served and cost <= limit:
                least = min(least, label_of(cost, feeder))
        begin = door_start[parcel]
        for this in range(begin, door_start[parcel + 1]):
            way = door[np.uint64(this)]
            cost, label = way & COST_OF_LINK, best[np.uint64(way & LOW_BITS)] & RANK_BITS
            onward = cost + (min(this - begin + 1, FAR_WAY) << 1)
            least = min(least, label + onward if label < beyond - cost else NONE)
        found[at] = least


@compiled
def _come_near(doors: Doors, labels: Labels, parcels: Ints) -> Longs:
    """Return the best label at each door of some parcels, by a loop that has nothing to decide."""
    best, k, door, door_start = labels.best, labels.k, doors.door, doors.door_start
    count = 0
    for parcel in parcels:
        count += door_start[parcel + 1] - door_start[parcel]
    near, count = np.empty(count, np.int64), 0
    for parcel in parcels:
        for at in range(door_start[parcel], door_start[parcel + 1]):
            near[count] = best[(door[at] & LOW_BITS) * k]
            count += 1
    return near


@compiled
def _answer(
    doors: Doors, labels: Labels, order: Order, first: int, last: int, limit: int, found: Longs
) -> None:
    """Fill in the best labels of the parcels from ``first`` to ``last`` in the order, by their doors."""
    best, k, door, door_start = labels.best, labels.k, doors.door, doors.door_start
    pair_start, pair = doors.pair_start, doors.pair
    turn, served, parcels = order.turn, order.served[first], order.parcel
    beyond = (limit + 1) << COST_BITS
    near = _come_near(doors, labels, parcels[first:last])
    count = 0
    for at in range(first, last):
        parcel, row = parcels[at], at * k
        for way in range(pair_start[parcel], pair_start[parcel + 1]):
            feeder, cost = int(pair[way, PAIR_FEEDER]), int(pair[way, PAIR_COST])
            if turn[feeder] < served and cost <= limit:
                keep_best(found, row, k, label_of(cost, feeder))
        begin = door_start[parcel]
        for this in range(begin, door_start[parcel + 1]):
            cost, place = door[this] & COST_OF_LINK, (door[this] & LOW_BITS) * k
            onward = cost + (min(this - begin + 1, FAR_WAY) << 1)
            end, label = place + k, near[count] & RANK_BITS
            count += 1
            while label < beyond - cost and label + onward < found[row + k - 1]:
                keep_best(found, row, k, label + onward)
                place += 1
                label = best[place] & RANK_BITS if place < end else NONE
