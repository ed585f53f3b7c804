"""Figures for people: half away from zero, as the decimal is written."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gis.figures import figure, fixed, rounded, short

WRITTEN = st.builds(lambda units, places: units / 10**places, st.integers(-(10**9), 10**9), st.integers(0, 6))


@given(WRITTEN | st.floats(-1e12, 1e12), st.integers(0, 4))
@example(3.15, 1)
@example(5e-05, 4)
@example(0.25, 1)
@example(-0.04, 1)
@example(999.95, 1)
def test_it_rounds_as_paper_does(value: float, digits: int) -> None:
    wanted = Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    assert rounded(value, digits) == float(wanted)
    assert Decimal(fixed(value, digits).replace(",", "")) == wanted
    assert Decimal(figure(value, digits).replace(",", "")) == wanted
    assert not figure(value, digits).startswith("-0") or wanted


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (1234.0, "1,234"),
        (1200.0, "1,200"),
        (0.0, "0"),
        (-173.25, "-173.3"),
        (1e6, "1,000,000"),
        (10.04, "10"),
    ],
)
def test_a_sentence_has_no_empty_decimals(value: float, told: str) -> None:
    assert figure(value) == told
    assert figure(figure_of(told), 0) == figure(value, 0)


def figure_of(text: str) -> float:
    return float(text.replace(",", ""))


def test_what_is_told_in_passing_has_a_decimal_below_a_hundred() -> None:
    assert [short(each) for each in (55.55, 99.94, 99.96, 100.5, 4321.9)] == [
        "55.6",
        "99.9",
        "100",
        "101",
        "4,322",
    ]


@pytest.mark.parametrize("value", [float("inf"), 1e22, 1.5e300])
def test_what_has_no_tie_passes(value: float) -> None:
    assert rounded(value) == value
