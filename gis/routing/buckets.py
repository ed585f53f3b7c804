"""A queue of buckets (桶队列): what costs about the same lies in one bucket, the cheapest is emptied first.

An item is a whole number with the cost in its upper 32 bits. Inside a bucket the order is free, and a cost
further ahead than all buckets together shares one with nearer costs: the searches are exact in any order,
which only decides how often they correct themselves.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Ints, Longs
from gis.routing.labels import COST_BITS

_BUCKETS: Final = 128
_FREE, _USED, _COUNT, _BUCKET = 0, 1, 2, 3


class Queue(NamedTuple):
    """Linked lists of items, one for each bucket.

    Attributes
    ----------
    first
        First slot of each bucket, -1 where it is empty; the number of buckets is a power of two.
    following, item
        Next slot in the same list, and the item, of each slot.
    state
        First freed slot or -1; slots used so far; items in the queue; the bucket being emptied.
    shift
        Bits of an item below its bucket.
    """

    first: Ints
    following: Ints
    item: Longs
    state: Longs
    shift: int


def new_queue(width_bits: int, slots: int = 1 << 12) -> Queue:
    """Return an empty queue with buckets that are ``2**width_bits`` wide."""
    first = np.full(_BUCKETS, -1, np.int32)
    following, item = np.empty(slots, np.int32), np.empty(slots, np.int64)
    return Queue(first, following, item, np.array([-1, 0, 0, 0]), COST_BITS + width_bits)


@compiled
def reset(queue: Queue) -> None:
    """Make an empty queue as good as new, whatever longer one had its state last."""
    queue.state[_FREE], queue.state[_USED], queue.state[_COUNT] = -1, 0, 0


@compiled
def waiting(queue: Queue) -> int:
    """Return the number of items in the queue."""
    return int(queue.state[_COUNT])


@compiled
def has_room(queue: Queue, items: int) -> bool:
    """Tell whether so many more items can be pushed."""
    return int(queue.state[_COUNT]) + items <= queue.item.size


@compiled
def with_room(queue: Queue, items: int) -> Queue:
    """Return a queue with room for so many more items; it takes the place of the one given.

    A loop that pushes and pops must not rebind its queue: that alone makes it twice as slow.
    """
    if has_room(queue, items):
        return queue
    slots = 2 * queue.item.size + items
    following, item = np.empty(slots, np.int32), np.empty(slots, np.int64)
    for slot in range(queue.item.size):  # numba takes seconds to compile the copy of a slice
        following[slot], item[slot] = queue.following[slot], queue.item[slot]
    return Queue(queue.first, following, item, queue.state, queue.shift)


@compiled
def push(queue: Queue, item: int) -> None:
    """Add an item; there must be room for it."""
    state = queue.state
    slot = state[_FREE]
    if slot >= 0:
        state[_FREE] = queue.following[slot]
    else:
        slot = state[_USED]
        state[_USED] = slot + 1
    bucket = item >> queue.shift
    if state[_COUNT] == 0 or bucket < state[_BUCKET]:
        state[_BUCKET] = bucket
    state[_COUNT] += 1
    place = bucket & (queue.first.size - 1)
    queue.item[slot] = item
    queue.following[slot] = queue.first[place]
    queue.first[place] = slot


@compiled
def pop(queue: Queue) -> int:
    """Take an item out of the cheapest bucket; the queue must not be empty."""
    state = queue.state
    last = queue.first.size - 1
    bucket = state[_BUCKET]
    while queue.first[bucket & last] < 0:
        bucket += 1
    state[_BUCKET] = bucket
    slot = queue.first[bucket & last]
    queue.first[bucket & last] = queue.following[slot]
    queue.following[slot] = state[_FREE]
    state[_FREE] = slot
    state[_COUNT] -= 1
    return int(queue.item[slot])
