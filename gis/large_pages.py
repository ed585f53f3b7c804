"""Arrays on large pages (大页内存), for loops that go to and fro in them.

A processor keeps at hand where a few pages of memory lie; for each of the others it has to look that up.
Which arrays wait for that, and how long, is left to chance from one process to the next. numpy asks for
large pages where an array has 4 MiB and more. Smaller ones, as those of a city's network are, get room of
that size to lie in. Where the system has no large pages, they lie there as well as anywhere.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_PAGE_BYTES: Final = 1 << 21
_LARGE_BYTES: Final = 1 << 22
_LEAST_BYTES: Final = 1 << 18
_LINE_BYTES: Final = 64


def side_by_side(*arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Return copies of arrays that lie together on large pages.

    Arrays that are large themselves are given back as they are, and so are all where they are small together.
    """
    small = [0 if each.nbytes >= _LARGE_BYTES else each.nbytes for each in arrays]
    sizes = [-(-each // _LINE_BYTES) * _LINE_BYTES for each in small]
    if sum(sizes) < _LEAST_BYTES:
        return arrays
    room, begin = _room(sum(sizes)), 0
    placed: list[NDArray[Any]] = []
    for array, size in zip(arrays, sizes, strict=True):
        if not size:
            placed.append(array)
            continue
        copy = room[begin : begin + array.nbytes].view(array.dtype).reshape(array.shape)
        copy[...] = array
        placed.append(copy)
        begin += size
    return tuple(placed)


def _room(size: int) -> NDArray[np.uint8]:
    """Return memory, at least so many bytes, that begins where a large page does."""
    pages = -(-size // _PAGE_BYTES)
    memory = np.empty((pages + 1) * _PAGE_BYTES, dtype=np.uint8)
    first = -memory.ctypes.data % _PAGE_BYTES
    return memory[first : first + pages * _PAGE_BYTES]
