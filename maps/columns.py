"""Columns of a frame small enough to stand inside a page: texts by number, figures rounded."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Real
from typing import Any, Final

import pandas as pd

from gis.figures import rounded

Cell = str | float | int | bool | None
_DECIMALS: Final = 1


def cell(value: object) -> Cell:
    """Return a value as JSON knows it: no NaN, no numpy, figures with one decimal.

    >>> cell(412.349), cell(200.0), cell(float("nan")), cell("a"), cell(True)
    (412.3, 200, None, 'a', True)
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | str):
        return value
    if type(value).__name__ == "bool":  # numpy's own
        return bool(value)
    if isinstance(value, float | int | Real):  # the abstract class last, it takes long
        number = rounded(float(value), _DECIMALS)
        if not math.isfinite(number):
            return None
        return int(number) if number == int(number) else number
    return str(value)


def text_column(values: Iterable[object]) -> dict[str, Any]:
    """Return texts as ``{"words": distinct, "codes": place of each, -1 for none}``."""
    places: dict[str, int] = {}
    codes = []
    for value in values:
        known = cell(value)
        codes.append(-1 if known is None else places.setdefault(str(known), len(places)))
    return {"words": list(places), "codes": codes}


def figure_column(values: Iterable[object]) -> list[Cell]:
    """Return figures as a list of numbers, or of texts where they are banded, None for none."""
    return [cell(value) for value in values]
