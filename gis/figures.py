"""Figures for people (数字书写): one rule of rounding, that of the browsers which show the same figures.

A tie is told by the decimal that a number is written as, not by the binary fraction behind it: 3.15 is
half way between 3.1 and 3.2, and goes away from zero.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_SHORT: Final = 100.0


def rounded(value: float, digits: int = 1) -> float:
    """Return a number to so many decimals, at most four, half away from zero.

    >>> rounded(3.15), rounded(-0.25), rounded(2.5, 0), rounded(1.005, 2)
    (3.2, -0.3, 3.0, 1.01)
    """
    written = repr(float(value))
    decimals = written.partition(".")[2]
    if len(decimals) == digits + 1 and decimals.endswith("5") and "e" not in written:
        return float(Decimal(written).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
    return round(float(value), digits)  # no tie: all rules agree, and this is the quickest


def fixed(value: float, digits: int = 1) -> str:
    """Return a figure of a column: thousands separated, always so many decimals.

    >>> fixed(1234.0), fixed(-0.04), fixed(0.5, 0)
    ('1,234.0', '0.0', '1')
    """
    return f"{rounded(value, digits) + 0.0:,.{digits}f}"


def figure(value: float, digits: int = 1) -> str:
    """Return a figure of a sentence: thousands separated, at most so many decimals.

    >>> figure(1234.0), figure(3.15), figure(0.126, 2)
    ('1,234', '3.2', '0.13')
    """
    text = fixed(value, digits)
    return text.rstrip("0").removesuffix(".") if "." in text else text


def short(value: float) -> str:
    """Return a power or a length as pages tell it in passing: a decimal below 100, none from there on.

    >>> short(55.5), short(4321.9), short(99.96)
    ('55.5', '4,322', '100')
    """
    return figure(value, 1 if value < _SHORT else 0)
