"""The search for one parcel: outward from its doors until no better feeder can be met.

It runs on records with one label, which holds an epoch in its upper 32 bits and the distance from the parcel
below. Every search has a lower epoch than those before: what they left behind is dearer than anything new.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Flags, Longs
from gis.routing.buckets import Queue, has_room, pop, push, reset, waiting, with_room
from gis.routing.doors import PAIR_COST, PAIR_FEEDER, Doors
from gis.routing.labels import COST_BITS, LOW_BITS, NONE, feeder_of, keep_best, label_of
from gis.routing.paths import ARCS, ENTRY, FIRST_ARC, TAP, Results, Trail, pair_with
from gis.routing.paths import with_room as trail_with_room
from gis.routing.records import LINKS, TAPPED, record_at, record_of
from gis.routing.taps import SEED_COST, SEED_FEEDER, SEED_PLACE, Taps

_MARK: Final = 2**31
"""Set in labels of corners on a cheapest path; distances stay below."""

_FIRST_CORNERS: Final = 256


class Question(NamedTuple):
    """What is asked: a parcel, how many feeders, up to which cost; and the epoch, in its place in a label."""

    parcel: int
    k: int
    limit: int
    epoch: int


@compiled
def nearest(
    taps: Taps,
    doors: Doors,
    entry: Longs,
    queue: Queue,
    eligible: Flags,
    question: Question,
    results: Results,
    trail: Trail,
) -> Trail:
    """Find the nearest eligible feeders of a parcel, and the paths to them.

    Returns
    -------
    What takes the place of the trail.
    """
    found, k, parcel = results.label, question.k, question.parcel
    for row in range(doors.pair_start[parcel], doors.pair_start[parcel + 1]):
        feeder, cost = int(doors.pair[row, PAIR_FEEDER]), int(doors.pair[row, PAIR_COST])
        if eligible[feeder] and cost <= question.limit:
            keep_best(found, 0, k, label_of(cost, feeder))
    reset(queue)
    queue = with_room(queue, doors.door_start[parcel + 1] - doors.door_start[parcel])
    for at in range(doors.door_start[parcel], doors.door_start[parcel + 1]):
        cost = doors.door[at] >> COST_BITS
        if cost <= question.limit:
            record = record_of(taps.start, 1, doors.door[at] & LOW_BITS)
            entry[record + 1] = question.epoch | cost
            push(queue, cost << COST_BITS | record)
    while waiting(queue) > 0:
        queue = with_room(queue, taps.most_links)
        _explore(taps, entry, queue, eligible, question, found)
    for rank in range(k):
        if found[rank] == NONE:
            break
        trail = _trace(taps, doors, entry, question, found[rank], results.leg[rank], trail)
    return trail


@compiled
def _explore(
    taps: Taps, entry: Longs, queue: Queue, eligible: Flags, question: Question, found: Longs
) -> None:
    """Go outward until nothing within the bound is left, or no room in the queue."""
    epoch, k, room = question.epoch, question.k, taps.most_links
    seed, seed_start = taps.seed, taps.seed_start
    bound = min(question.limit, found[k - 1] >> COST_BITS)
    while waiting(queue) > 0 and has_room(queue, room):
        item = pop(queue)
        record, distance = item & LOW_BITS, item >> COST_BITS
        label, head = entry[record + 1], entry[record]
        if distance > bound or label != epoch | distance:
            continue
        if head & TAPPED != 0:
            corner = head >> COST_BITS
            for at in range(seed_start[corner], seed_start[corner + 1]):
                cost = distance + seed[at, SEED_COST]
                if cost <= bound and eligible[seed[at, SEED_FEEDER]]:
                    keep_best(found, 0, k, label_of(cost, seed[at, SEED_FEEDER]))
            bound = min(bound, found[k - 1] >> COST_BITS)
        for at in range(record + 2, record + 2 + (head & LINKS)):
            link = entry[at]
            onward, neighbour = label + (link >> COST_BITS), record_at(link)
            if onward <= epoch + bound and onward < entry[neighbour + 1]:
                entry[neighbour + 1] = onward
                push(queue, (onward - epoch) << COST_BITS | neighbour)


@compiled
def _trace(
    taps: Taps, doors: Doors, entry: Longs, question: Question, label: int, leg: Longs, trail: Trail
) -> Trail:
    """Write down the path of a label, see ``paths`` for the rule."""
    parcel = question.parcel
    leg[FIRST_ARC], leg[ARCS] = trail.used[0], 0
    pair = pair_with(doors.pair, doors.pair_start[parcel], doors.pair_start[parcel + 1], label)
    if pair >= 0:
        leg[ENTRY] = -1 - pair
        return trail
    marked = _mark(taps, entry, question.epoch, label)
    trail = trail_with_room(trail, marked.size)
    door = doors.door_start[parcel]
    corner = doors.door[door] & LOW_BITS
    record = record_of(taps.start, 1, corner)
    while entry[record + 1] != question.epoch + _MARK + (doors.door[door] >> COST_BITS):
        door += 1
        corner = doors.door[door] & LOW_BITS
        record = record_of(taps.start, 1, corner)
    leg[ENTRY] = doors.place[door]
    target = question.epoch + _MARK + (label >> COST_BITS)
    tap = _tap(taps, corner, feeder_of(label), target - entry[record + 1])
    while tap < 0:
        at = record + 2
        while entry[record_at(entry[at]) + 1] != entry[record + 1] + (entry[at] >> COST_BITS):
            at += 1
        step = trail.used[0]
        trail.arc[step], trail.corner[step] = taps.arc[taps.start[corner] + at - record - 2], corner
        trail.used[0] = step + 1
        record = record_at(entry[at])
        corner = entry[record] >> COST_BITS
        tap = _tap(taps, corner, feeder_of(label), target - entry[record + 1])
    leg[TAP], leg[ARCS] = tap, trail.used[0] - leg[FIRST_ARC]
    for place in marked:
        entry[place + 1] -= _MARK
    return trail


@compiled
def _tap(taps: Taps, corner: int, feeder: int, cost: int) -> int:
    """Return the place at which a feeder can be tapped from a corner at this cost, or -1."""
    for at in range(taps.seed_start[corner], taps.seed_start[corner + 1]):
        if taps.seed[at, SEED_FEEDER] == feeder:
            return int(taps.seed[at, SEED_PLACE]) if taps.seed[at, SEED_COST] == cost else -1
    return -1


@compiled
def _mark(taps: Taps, entry: Longs, epoch: int, label: int) -> Longs:
    """Mark all corners on any cheapest path from the parcel to a label's feeder, and return their records."""
    marked, count, done = np.empty(_FIRST_CORNERS, np.int64), 0, 0
    target = epoch + (label >> COST_BITS)
    feeder = feeder_of(label)
    for at in range(taps.offer_start[feeder], taps.offer_start[feeder + 1]):
        record = record_of(taps.start, 1, taps.offer_corner[at])
        if entry[record + 1] + taps.offer_cost[at] == target:
            marked, count = _marked(entry, record, marked, count)
    while done < count:
        record = marked[done]
        done += 1
        for at in range(record + 2, record + 2 + (entry[record] & LINKS)):
            neighbour = record_at(entry[at])
            if entry[neighbour + 1] + (entry[at] >> COST_BITS) == entry[record + 1] - _MARK:
                marked, count = _marked(entry, neighbour, marked, count)
    return marked[:count]


@compiled
def _marked(entry: Longs, record: int, marked: Longs, count: int) -> tuple[Longs, int]:
    if count == marked.size:
        more = np.empty(2 * count, np.int64)
        for at in range(count):  # numba takes seconds to compile the copy of a slice
            more[at] = marked[at]
        marked = more
    entry[record + 1] += _MARK
    marked[count] = record
    return marked, count + 1
