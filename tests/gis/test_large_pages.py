"""Arrays that are laid on large pages hold what they held."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gis.large_pages import side_by_side

PAGE = 1 << 21


def columns(*counts: int) -> list[NDArray[Any]]:
    """Return arrays of so many rows, each of another kind."""
    chance = np.random.default_rng(7)
    kinds = (np.int64, np.int32, np.int8)
    return [chance.integers(0, 100, count).astype(kinds[at % 3]) for at, count in enumerate(counts)]


@pytest.mark.parametrize("counts", [(40_000, 1, 7, 0, 30_001), (200_000, 90_000, 3), (40_000, 1 << 20)])
def test_they_begin_with_a_page_and_do_not_touch(counts: tuple[int, ...]) -> None:
    given = columns(*counts)
    placed = side_by_side(*given)
    for one, other in zip(given, placed, strict=True):
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)
        assert other.flags.c_contiguous
        assert other.flags.writeable
        assert other.ctypes.data % 64 == 0 or one is other
    assert placed[0].ctypes.data % PAGE == 0
    for array in placed:
        array[...] = 1
    placed[0][...] = 2
    assert all((array == 1).all() for array in placed[1:])


def test_tables_keep_their_shape() -> None:
    table = np.arange(60_000, dtype=np.int32).reshape(-1, 6)
    (placed,) = side_by_side(table)
    assert placed is table  # too small to be moved
    wide = np.arange(600_000, dtype=np.int32).reshape(-1, 6)
    (placed,) = side_by_side(wide)
    assert placed is not wide
    assert np.array_equal(placed, wide)


def test_what_is_large_or_small_stays_where_it_is() -> None:
    large, small = np.zeros(1 << 19), np.zeros(10)
    assert side_by_side(large, small) == (large, small)  # the very ones, or comparing would fail
    assert side_by_side() == ()
