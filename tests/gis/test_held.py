"""What compiled loops are handed at once."""

from __future__ import annotations

import gc
import weakref
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.compiled import compiled
from gis.held import Held, hold


class _Pair(NamedTuple):
    column: NDArray[np.int64]
    number: int


@compiled
def _total(held: Held[_Pair], more: int) -> int:
    return int(held.value.column.sum()) + held.value.number + more


def test_what_is_held_is_the_array_itself() -> None:
    column = np.arange(4)
    held = hold(_Pair(column, 10))
    assert _total(held, 100) == 116
    column[0] = 1_000
    assert _total(held, 100) == 1_116


def test_an_array_lives_as_long_as_what_holds_it() -> None:
    column = np.arange(4)
    kept = weakref.ref(column)
    held = hold(_Pair(column, 10))
    del column
    gc.collect()
    assert _total(held, 0) == 16
    assert kept() is not None
    del held
    gc.collect()
    assert kept() is None
