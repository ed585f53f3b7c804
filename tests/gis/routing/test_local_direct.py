from __future__ import annotations

from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.routing.direct import direct_way, stub_cost
from tests.gis.routing.oracles import Position, direct_cost, stub


def place(low: int, length: int, low_cost: int, high_cost: int) -> Position:
    return Position(0, low, low + length, low_cost, high_cost if length else low_cost, -1, -1, 0, 0)


places = st.builds(place, st.integers(0, 20), st.integers(0, 15), st.integers(0, 40), st.integers(0, 40))


def row(of: Position) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(of[1:5], dtype=np.int32)


@settings(deadline=None, max_examples=300)
@given(places, places)
def test_the_cheapest_of_all_points_is_found(entry: Position, tap: Position) -> None:
    cost, x, y = direct_way(row(entry), row(tap))
    assert cost == direct_cost(entry, tap)
    assert entry.low <= x <= entry.high
    assert tap.low <= y <= tap.high
    assert floor(stub(entry, x) + abs(x - y) + stub(tap, y) + Fraction(1, 2)) == cost


@pytest.mark.parametrize(
    ("entry", "tap", "expected"),
    [
        (place(0, 10, 0, 0), place(3, 0, 7, 7), (7, 3, 3)),  # opposite the tap
        (place(0, 10, 0, 0), place(5, 10, 0, 0), (0, 5, 5)),  # where both begin to meet
        (place(0, 4, 2, 2), place(9, 0, 1, 1), (8, 4, 9)),  # apart
        (place(0, 10, 50, 0), place(3, 0, 0, 0), (7, 10, 3)),  # a steep stub is worth the way
        (
            place(0, 2, 0, 1),
            place(1, 0, 0, 0),
            (1, 0, 1),
        ),  # a half is rounded up, and then the ends come first
    ],
)
def test_where_it_leaves_and_ends(entry: Position, tap: Position, expected: tuple[int, int, int]) -> None:
    assert direct_way(row(entry), row(tap)) == expected


@settings(deadline=None, max_examples=200)
@given(st.integers(1, 2**20), st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1), st.data())
def test_stubs_are_exact_to_the_nearest(
    length: int, low_cost: int, high_cost: int, data: st.DataObject
) -> None:
    at = data.draw(st.integers(7, 7 + length))
    exact = low_cost + Fraction((high_cost - low_cost) * (at - 7), length)
    stretch = np.array([7, 7 + length, low_cost, high_cost], dtype=np.int32)
    assert stub_cost(stretch, at) == floor(exact + Fraction(1, 2))
