"""The search for one parcel: outward from its doors until no better feeder can be met.

The distances from the parcel hold an epoch in their upper 32 bits. Every search has a lower epoch than those
before: what they left behind is dearer than anything new.

A corner tells at once what the feeders listed there cost (``nearby``); beyond it can only be others, none of
them nearer to it than the last of the list. So the search goes on from a corner only where the last one is
within the bound. On a cheapest way to a feeder within the bound, every corner that does not list the feeder
is gone beyond, because those it lists are no farther; and where a corner lists it, all later ones do.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Ints, Longs
from gis.held import Held
from gis.routing.buckets import Fill, Queue, empty, has_room, pop, push
from gis.routing.doors import PAIR_COST, PAIR_FEEDER, Doors
from gis.routing.labels import (
    COST_BITS,
    FAR_WAY,
    LIMIT_MAX,
    LOW_BITS,
    NONE,
    RANK_BITS,
    feeder_of,
    keep_best,
    label_of,
)
from gis.routing.local_state import Bench, Ground, Memory, Question
from gis.routing.nearby import Nearby, apart
from gis.routing.paths import (
    ARCS,
    ENTRY,
    FIRST_ARC,
    LEG_COLUMNS,
    TAP,
    Trail,
    fill_row,
    pair_with,
    tap_at,
)
from gis.routing.taps import COST_OF_LINK, SEED_COST, SEED_FEEDER, SEED_PLACE, Taps, head_of

_MARK: Final = 2**31
"""Set in distances of corners on a cheapest path; they stay below."""

_GONE: Final = 1

NO_ROOM: Final = -1
"""The memory, the queue or the trail had too little room: to be asked again with more."""

NO_PARCEL: Final = -2
"""There is no such parcel."""

PATIENCE: Final = 128
"""A search that has gone beyond so many corners looks where the taps lie, which costs about as much."""


@compiled
def nearest(bench: Held[Bench], doors: Doors, parcel: int, k: int, limit: int, epoch: int) -> int:
    """Find the nearest eligible feeders of a parcel, and the paths to them.

    Parameters
    ----------
    bench
        What is at hand.
    doors
        The parcels.
    parcel, k, limit, epoch
        See ``Question``.

    Returns
    -------
    How many there are, in the first columns of the table; ``NO_ROOM`` or ``NO_PARCEL`` where there is no
    answer.
    """
    if not 0 <= parcel < doors.door_start.size - 1:
        return NO_PARCEL
    memory, queue, trail = bench.value.memory, bench.value.queue, bench.value.trail
    ground = Ground(bench.value.taps, bench.value.nearby, doors)
    question = Question(bench.value.eligible, parcel, k, limit, epoch, bench.value.patience)
    found, leg = np.full(k, NONE), np.empty(LEG_COLUMNS, np.int64)
    memory.used[:], trail.used[0] = 0, 0
    _meet_beside(doors.pair[doors.pair_start[parcel] : doors.pair_start[parcel + 1]], question, found)
    fill = empty()
    if not has_room(queue, fill, doors.door_start[parcel + 1] - doors.door_start[parcel]):
        return NO_ROOM
    for at in range(doors.door_start[parcel], doors.door_start[parcel + 1]):
        cost = doors.door[at] >> COST_BITS
        if cost <= question.limit:
            memory.distance[doors.door[at] & LOW_BITS] = question.epoch | cost
            fill = push(queue, fill, int(doors.door[at]))
    memory.low[:], memory.high[:] = 0, LIMIT_MAX + 1
    fill = _explore(ground, memory, queue, fill, question, found)
    if fill.waiting > 0 and memory.used[_GONE] >= question.patience:
        k = min(k, _aim(ground, memory, question))
        aimed = Question(question.eligible, parcel, k, question.limit, question.epoch, LIMIT_MAX)
        fill = _explore(ground, memory, queue, fill, aimed, found)
    if fill.waiting > 0:
        return NO_ROOM
    rank = 0
    while rank < k and found[rank] != NONE:
        if not _trace(ground, memory, question, found[rank], leg, trail):
            return NO_ROOM
        fill_row(doors, parcel, found[rank], leg, bench.value.table, rank)
        rank += 1
    return rank


@compiled
def _meet_beside(pairs: Ints, question: Question, found: Longs) -> None:
    """Note the feeders that are reached along a verge of the parcel's own."""
    for row in range(pairs.shape[0]):
        feeder, cost = int(pairs[row, PAIR_FEEDER]), int(pairs[row, PAIR_COST])
        if question.eligible[feeder] and cost <= question.limit:
            keep_best(found, 0, question.k, label_of(cost, feeder))


@compiled
def _explore(
    ground: Ground, memory: Memory, queue: Queue, fill: Fill, question: Question, found: Longs
) -> Fill:
    """Go outward until nothing within the bound is left, or no room in the queue or the memory.

    It also ends when the patience does, counted from the begin of the search.

    Returns
    -------
    What takes the place of the fill.
    """
    taps, nearby, epoch = ground.taps, ground.nearby, question.epoch
    distance, link, room = memory.distance, taps.link, taps.row_links
    best, seed, seed_start = nearby.best, taps.seed, taps.seed_start
    aimed = question.patience == LIMIT_MAX  # before, the landmarks tell nothing: they are not looked up
    most = memory.met.shape[0] - nearby.listed - taps.most_seeds
    bound, gone = _bound(question, found), memory.used[_GONE]
    while fill.waiting > 0 and has_room(queue, fill, room) and memory.used[0] <= most:
        if gone >= question.patience:
            break
        item, fill = pop(queue, fill)
        corner, cost = item & LOW_BITS, item >> COST_BITS
        if distance[corner] != epoch | cost:
            continue
        if aimed and cost + apart(memory.low, memory.high, nearby.mark[corner], nearby.mark[corner]) > bound:
            continue
        listed = best[corner * nearby.listed : (corner + 1) * nearby.listed]
        seeds = seed[seed_start[corner] : seed_start[corner + 1]]
        beyond = _meet_there(listed, seeds, memory.met, memory.used, question, found, item)
        bound = _bound(question, found)
        if not beyond:
            continue
        gone += 1
        for at in range(corner * room, (corner + 1) * room):
            onward, neighbour = cost + (link[at] >> COST_BITS), head_of(link[at])
            if onward <= bound and epoch | onward < distance[neighbour]:
                distance[neighbour] = epoch | onward
                fill = push(queue, fill, onward << COST_BITS | neighbour)
    memory.used[_GONE] = gone
    return fill


@compiled
def _bound(question: Question, found: Longs) -> int:
    """Return the most that a feeder may cost to be among the nearest; -1 where none is looked for."""
    return min(question.limit, found[question.k - 1] >> COST_BITS) if question.k > 0 else -1


@compiled
def _meet_there(
    listed: Longs, seeds: Ints, met: Longs, used: Longs, question: Question, found: Longs, item: int
) -> bool:
    """Note which feeders a corner of the queue lists, and then can tap; tell whether there may be others."""
    eligible, k = question.eligible, question.k
    cost, bound = item >> COST_BITS, _bound(question, found)
    for label in listed:
        if cost + (label >> COST_BITS) > bound:
            return False
        if eligible[feeder_of(label)]:
            _meet(met, used, found, k, item & LOW_BITS, (label & RANK_BITS) + (item & COST_OF_LINK))
            bound = _bound(question, found)
    for at in range(seeds.shape[0]):
        onward = cost + int(seeds[at, SEED_COST])
        if onward <= bound and eligible[seeds[at, SEED_FEEDER]]:
            label = label_of(onward, int(seeds[at, SEED_FEEDER]))
            _meet(met, used, found, k, item & LOW_BITS, label)
    return True


@compiled
def _aim(ground: Ground, memory: Memory, question: Question) -> int:
    """Fill in between which distances from the landmarks all taps lie that may be within the limit.

    A feeder that no landmark tells to be too far counts, and one that is met along a single verge.

    Returns
    -------
    How many feeders may be within the limit, at most.
    """
    taps, nearby, doors, eligible = ground.taps, ground.nearby, ground.doors, question.eligible
    parcel, mark, low, high = question.parcel, nearby.mark, memory.low, memory.high
    own_low, own_high, left = np.full_like(low, LIMIT_MAX + 1), np.full_like(high, 0), -1
    for at in range(doors.door_start[parcel], doors.door_start[parcel + 1]):
        _widen(own_low, own_high, mark[doors.door[at] & LOW_BITS])
        left = max(left, question.limit - (doors.door[at] >> COST_BITS))
    low[:], high[:] = LIMIT_MAX + 1, 0
    count = 0
    for row in range(doors.pair_start[parcel], doors.pair_start[parcel + 1]):
        count += 1 if eligible[doors.pair[row, PAIR_FEEDER]] else 0
    for feeder in range(eligible.size):
        if not eligible[feeder] or apart(own_low, own_high, nearby.low[feeder], nearby.high[feeder]) > left:
            continue
        near = False
        for at in range(taps.offer_start[feeder], taps.offer_start[feeder + 1]):
            there = mark[taps.offer_corner[at]]
            if taps.offer_cost[at] + apart(own_low, own_high, there, there) <= left:
                _widen(low, high, there)
                near = True
        count += 1 if near else 0
    return count


@compiled
def _widen(low: Ints, high: Ints, there: Ints) -> None:
    for column in range(low.size):
        low[column], high[column] = min(low[column], there[column]), max(high[column], there[column])


@compiled
def _meet(met: Longs, used: Longs, found: Longs, k: int, corner: int, label: int) -> None:
    """Note where a feeder is met, if it is no dearer than it was found before."""
    if label > found[k - 1]:
        return
    known = keep_best(found, 0, k, label)
    for rank in range(k):
        known = known or found[rank] == label
    if known:
        at = used[0]
        met[at, 0], met[at, 1] = corner, label
        used[0] = at + 1


@compiled
def _trace(ground: Ground, memory: Memory, question: Question, label: int, leg: Longs, trail: Trail) -> bool:
    """Write down the path of a label, see ``paths`` for the rule, and tell whether there was room for it."""
    taps, nearby, doors = ground.taps, ground.nearby, ground.doors
    parcel, feeder = question.parcel, feeder_of(label)
    leg[FIRST_ARC], leg[ARCS] = trail.used[0], 0
    pair = pair_with(doors.pair, doors.pair_start[parcel], doors.pair_start[parcel + 1], label)
    if pair >= 0:
        leg[ENTRY] = -1 - pair
        return True
    count = _mark(taps, memory, label)
    if count == memory.marked.size:
        return False
    distance, marked = memory.distance, question.epoch + _MARK
    door = doors.door_start[parcel]
    while distance[doors.door[door] & LOW_BITS] != marked + (doors.door[door] >> COST_BITS):
        door += 1
    leg[ENTRY] = doors.place[door]
    corner = doors.door[door] & LOW_BITS
    left = marked + (label >> COST_BITS) - distance[corner]
    way, tap = _listed(nearby, corner, label_of(left, feeder)), _tap(taps, corner, feeder, left)
    enough = trail.used[0] + count <= trail.arc.size
    while enough and way < 0 and tap < 0:
        at = corner * taps.row_links
        while distance[head_of(taps.link[at])] != distance[corner] + (taps.link[at] >> COST_BITS):
            at += 1
        _step(taps, trail, corner, at)
        corner = head_of(taps.link[at])
        left = marked + (label >> COST_BITS) - distance[corner]
        way, tap = _listed(nearby, corner, label_of(left, feeder)), _tap(taps, corner, feeder, left)
    for at in range(count):
        distance[memory.marked[at]] -= _MARK
    if enough and tap < 0:
        tap = _follow(taps, nearby, corner, label_of(left, feeder), trail)
    leg[TAP], leg[ARCS] = tap, trail.used[0] - leg[FIRST_ARC]
    return enough and tap >= 0


@compiled
def _step(taps: Taps, trail: Trail, corner: int, at: int) -> None:
    step = trail.used[0]
    trail.arc[step], trail.corner[step] = taps.arc[at], corner
    trail.used[0] = step + 1


@compiled
def _follow(taps: Taps, nearby: Nearby, corner: int, label: int, trail: Trail) -> int:
    """Follow a feeder from a corner that lists it; return the place of its tap, -1 without room for it."""
    way = _listed(nearby, corner, label)
    while way != 0:
        if trail.used[0] == trail.arc.size:
            return -1
        at = corner * taps.row_links + way - 1
        if way == FAR_WAY:
            while _listed(nearby, head_of(taps.link[at]), label - (taps.link[at] & COST_OF_LINK)) < 0:
                at += 1
        _step(taps, trail, corner, at)
        corner, label = head_of(taps.link[at]), label - (taps.link[at] & COST_OF_LINK)
        way = _listed(nearby, corner, label)
    return tap_at(taps.seed, taps.seed_start[corner], feeder_of(label))


@compiled
def _listed(nearby: Nearby, corner: int, label: int) -> int:
    """Return the way of a feeder that a corner lists at this cost, -1 where it does not."""
    for place in range(corner * nearby.listed, corner * nearby.listed + nearby.listed):
        if nearby.best[place] & RANK_BITS == label:
            return (int(nearby.best[place]) >> 1) & FAR_WAY
    return -1


@compiled
def _tap(taps: Taps, corner: int, feeder: int, cost: int) -> int:
    """Return the place at which a feeder can be tapped from a corner at this cost, or -1."""
    for at in range(taps.seed_start[corner], taps.seed_start[corner + 1]):
        if taps.seed[at, SEED_FEEDER] == feeder:
            return int(taps.seed[at, SEED_PLACE]) if taps.seed[at, SEED_COST] == cost else -1
    return -1


@compiled
def _mark(taps: Taps, memory: Memory, label: int) -> int:
    """Mark all corners from the parcel to where a feeder was met, on any cheapest path.

    Returns
    -------
    How many there are; where their room is too little, that room.
    """
    distance, marked, link, row_links = memory.distance, memory.marked, taps.link, taps.row_links
    room, count, done = marked.size, 0, 0
    for at in range(memory.used[0]):
        corner = memory.met[at, 0]
        if memory.met[at, 1] == label and distance[corner] & _MARK == 0 and count < room:
            count = _marked(memory, corner, count)
    while done < count < room:
        corner = marked[done]
        done += 1
        for at in range(corner * row_links, (corner + 1) * row_links):
            neighbour = head_of(link[at])
            if distance[neighbour] + (link[at] >> COST_BITS) == distance[corner] - _MARK and count < room:
                count = _marked(memory, neighbour, count)
    return count


@compiled
def _marked(memory: Memory, corner: int, count: int) -> int:
    memory.distance[corner] += _MARK
    memory.marked[count] = corner
    return count + 1
