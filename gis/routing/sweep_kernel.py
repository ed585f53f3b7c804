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
from gis.routing.buckets import Queue, has_room, pop, push, reset, waiting, with_room
from gis.routing.doors import PAIR_COST, PAIR_FEEDER, Doors
from gis.routing.labels import COST_BITS, FAR_WAY, LOW_BITS, NONE, OPEN, RANK_BITS, keep_best, label_of
from gis.routing.paths import Results, Trail
from gis.routing.records import COST_OF_LINK, LINKS, Records, record_at, record_of
from gis.routing.sweep_trace import trace
from gis.routing.taps import Taps

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


class Near(NamedTuple):
    """Doors of some parcels, the records there, and the best labels."""

    door: Longs
    record: Longs
    label: Longs


@compiled
def enter(taps: Taps, records: Records, queue: Queue, feeders: Ints, limit: int) -> None:
    """Let feeders in and carry their labels as far as they better those that are there.

    They enter some at a time: one by one they would undo each other's work, all at once lie too far apart in
    memory.
    """
    for first in range(0, feeders.size, _ENTER_TOGETHER):
        _enter(taps, records, queue, feeders[first : first + _ENTER_TOGETHER], limit)


@compiled
def _enter(taps: Taps, records: Records, queue: Queue, feeders: Ints, limit: int) -> None:
    entry, k = records.entry, records.k
    reset(queue)
    for feeder in feeders:
        for at in range(taps.offer_start[feeder], taps.offer_start[feeder + 1]):
            cost = int(taps.offer_cost[at])
            if cost > limit:
                continue
            record = record_of(taps.start, k, taps.offer_corner[at])
            if keep_best(entry, record + 1, k, label_of(cost, feeder) | OPEN):
                queue = with_room(queue, 1)
                push(queue, cost << COST_BITS | record)
    room = k * taps.most_links
    while waiting(queue) > 0:
        queue = with_room(queue, room)
        _spread(entry, k, queue, room, limit)


@compiled
def _spread(entry: Longs, k: int, queue: Queue, room: int, limit: int) -> None:
    """Carry open labels on to the neighbours until none is left, or no room in the queue."""
    beyond = (limit + 1) << COST_BITS
    while waiting(queue) > 0 and has_room(queue, room):
        item = pop(queue)
        record = item & LOW_BITS
        links = record + 1 + k
        for place in range(record + 1, links):
            label = entry[place]
            if label > item | LOW_BITS:
                break  # dearer than the item: an item of its own is in the queue
            if label & OPEN == 0:
                continue
            entry[place] = label - OPEN
            label &= RANK_BITS
            for at in range(links, links + (entry[record] & LINKS)):
                link = entry[at]
                onward = label + (link & COST_OF_LINK) + ((link & FAR_WAY) << 1 | OPEN)
                if onward < beyond and keep_best(entry, record_at(link) + 1, k, onward):
                    push(queue, onward & COST_OF_LINK | record_at(link))


@compiled
def sweep(
    taps: Taps,
    doors: Doors,
    order: Order,
    records: Records,
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
    k = records.k
    most = 0
    for parcel in order.parcel:
        most = max(most, doors.door_start[parcel + 1] - doors.door_start[parcel])
    room = _TOGETHER * most
    near = Near(np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64))
    first, entered = 0, 0
    while first < order.parcel.size:
        served = order.served[first]
        last = first + 1
        while last < min(order.parcel.size, first + _TOGETHER) and order.served[last] == served:
            last += 1
        enter(taps, records, queue, order.feeder[entered:served], limit)
        _come_near(taps, doors, records, order.parcel[first:last], near)
        _answer(doors, records, order, first, last, limit, near, results.label)
        if results.leg.shape[0] > 0:
            trail = trace(taps, doors, records, order.parcel[first:last], results, first * k, trail)
        first, entered = last, served
    return trail


@compiled
def _come_near(taps: Taps, doors: Doors, records: Records, parcels: Ints, near: Near) -> None:
    """Look up the best label at each door of some parcels, by loops that have nothing to decide."""
    door_start, door, near_door = doors.door_start, doors.door, near.door
    count = 0
    for parcel in parcels:
        for at in range(door_start[parcel], door_start[parcel + 1]):
            near_door[count] = door[at]
            count += 1
    entry, k, start, near_record, near_label = records.entry, records.k, taps.start, near.record, near.label
    for at in range(count):
        record = record_of(start, k, near_door[at] & LOW_BITS)
        near_record[at], near_label[at] = record, entry[record + 1]


@compiled
def _answer(
    doors: Doors, records: Records, order: Order, first: int, last: int, limit: int, near: Near, found: Longs
) -> None:
    """Fill in the best labels of the parcels from ``first`` to ``last`` in the order, by their doors."""
    entry, k, door_start = records.entry, records.k, doors.door_start
    near_door, near_record, near_label = near.door, near.record, near.label
    pair_start, pair = doors.pair_start, doors.pair
    turn, served, parcels = order.turn, order.served[first], order.parcel
    beyond = (limit + 1) << COST_BITS
    count = 0
    for at in range(first, last):
        parcel, best = parcels[at], at * k
        for row in range(pair_start[parcel], pair_start[parcel + 1]):
            feeder, cost = int(pair[row, PAIR_FEEDER]), int(pair[row, PAIR_COST])
            if turn[feeder] < served and cost <= limit:
                keep_best(found, best, k, label_of(cost, feeder))
        doors_here = door_start[parcel + 1] - door_start[parcel]
        for number in range(doors_here):
            cost = near_door[count + number] & COST_OF_LINK
            onward = cost + (min(number + 1, FAR_WAY) << 1)
            label = near_label[count + number] & RANK_BITS
            place = near_record[count + number] + 1
            last = place + k
            while label < beyond - cost and label + onward < found[best + k - 1]:
                keep_best(found, best, k, label + onward)
                place += 1
                label = entry[place] & RANK_BITS if place < last else NONE
        count += doors_here
