"""Numbers for people: the same in every language."""

from __future__ import annotations

import math
from datetime import date

import numpy as np

from gis.figures import figure


def kva(value: float) -> str:
    """Return a power: thousands separated, one decimal where it has any; a dash where it is unknown."""
    return "—" if math.isnan(value) else figure(value)


def plain(value: float) -> str:
    """Return a current, a voltage or a coefficient with up to four decimals."""
    return "—" if math.isnan(value) else figure(value, 4)


def day_of(value: np.datetime64) -> date | None:
    """Return a day, None for NaT."""
    if np.isnat(value):
        return None
    day: date = value.astype("datetime64[D]").item()
    return day
