"""A queue of buckets (桶队列): what costs about the same lies in one bucket, the cheapest is emptied first.

An item is a whole number with the cost in its upper 32 bits. Inside a bucket the order is free, and a cost
further ahead than all buckets together shares one with nearer costs: the searches are exact in any order,
which only decides how often they correct themselves. Indexes are unsigned: of a signed one it is asked each
time whether it counts from the end.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Longs
from gis.routing.labels import COST_BITS, NONE

_BUCKETS: Final = 128


class Queue(NamedTuple):
    """Linked lists of items, one for each bucket.

    Attributes
    ----------
    first
        First slot of each bucket, -1 where it is empty; the number of buckets is a power of two.
    following, item
        Next slot in the same list, and the item, of each slot.
    shift
        Bits of an item below its bucket.
    """

    first: Longs
    following: Longs
    item: Longs
    shift: int


class Fill(NamedTuple):
    """How full a queue is: numbers that a loop keeps at hand, and need not look up in an array each time.

    Attributes
    ----------
    free
        First freed slot or -1.
    used
        Slots used so far.
    waiting
        Items in the queue.
    bucket
        No item is in a bucket before this one, which is the one being emptied.
    rest
        What is left of the list taken from it, -1 for nothing: what comes into it meanwhile waits.
    """

    free: int
    used: int
    waiting: int
    bucket: int
    rest: int


def new_queue(width_bits: int, slots: int = 1 << 12) -> Queue:
    """Return a queue, which is empty, with buckets that are ``2**width_bits`` wide."""
    first = np.full(_BUCKETS, -1, np.int64)
    following, item = np.empty(slots, np.int64), np.empty(slots, np.int64)
    return Queue(first, following, item, COST_BITS + width_bits)


@compiled
def empty() -> Fill:
    """Return the fill of an empty queue."""
    return Fill(-1, 0, 0, NONE, -1)


@compiled
def has_room(queue: Queue, fill: Fill, items: int) -> bool:
    """Tell whether so many more items can be pushed."""
    return fill.waiting + items <= queue.item.size


@compiled
def with_room(queue: Queue, fill: Fill, items: int) -> Queue:
    """Return a queue with room for so many more items; it takes the place of the one given.

    A loop that pushes and pops must not rebind its queue: that alone makes it twice as slow.
    """
    if has_room(queue, fill, items):
        return queue
    slots = 2 * queue.item.size + items
    following, item = np.empty(slots, np.int64), np.empty(slots, np.int64)
    for slot in range(queue.item.size):  # numba takes seconds to compile the copy of a slice
        following[slot], item[slot] = queue.following[slot], queue.item[slot]
    return Queue(queue.first, following, item, queue.shift)


@compiled
def push(queue: Queue, fill: Fill, item: int) -> Fill:
    """Add an item, for which there must be room; return what takes the place of the fill."""
    slot, free, used = fill.free, fill.free, fill.used
    if slot >= 0:
        free = int(queue.following[np.uint64(slot)])
    else:
        slot = used
        used += 1
    bucket = item >> queue.shift
    place = bucket & (queue.first.size - 1)
    queue.item[np.uint64(slot)] = item
    queue.following[np.uint64(slot)] = queue.first[np.uint64(place)]
    queue.first[np.uint64(place)] = slot
    return Fill(free, used, fill.waiting + 1, min(bucket, fill.bucket), fill.rest)


@compiled
def pop(queue: Queue, fill: Fill) -> tuple[int, Fill]:
    """Take an item out of the cheapest bucket, of which there must be one; return it with the new fill."""
    bucket, slot, last = fill.bucket, fill.rest, queue.first.size - 1
    if slot < 0:
        while queue.first[np.uint64(bucket & last)] < 0:
            bucket += 1
        slot = int(queue.first[np.uint64(bucket & last)])
        queue.first[np.uint64(bucket & last)] = -1
    rest = int(queue.following[np.uint64(slot)])
    queue.following[np.uint64(slot)] = fill.free
    return int(queue.item[np.uint64(slot)]), Fill(slot, fill.used, fill.waiting - 1, bucket, rest)
