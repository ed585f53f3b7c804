"""The readings that count: of each asset its newest peak and, each by itself, its newest ratings (读数取用).

Ratings and peaks often come in files of their own, so each figure is the newest one stated. A flagged
reading and one later than the day asked do not count. Of one day the highest peak, the weakest limit, the
largest pending and the smallest published figure count, so that the order of the rows does not matter. Where
readings hold the peaks of months, the highest of a stated time before the newest one counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from gis.capacity.assets import Assets
from gis.network.columns import Days, Flags, Floats, Objects, Rows, at_rows, column, days, numbers, rows_of
from gis.network.columns import texts as texts_of
from gis.network.columns import true as true_of

RATINGS: Final = ("limit_a", "limit_kva", "rated_kva")
"""Columns that hold a rating or a limit."""

FIGURES: Final = (*RATINGS, "peak_a", "peak_kva", "peak_kw", "power_factor", "pending_kva", "published_kva")
"""Columns of a reading that hold figures."""

PEAKS: Final = ("peak_kva", "peak_a", "peak_kw")
"""Columns that hold a peak, in the order in which one is taken where a row states several."""

_LOWEST: Final = frozenset({*RATINGS, "published_kva"})


@dataclass(frozen=True, slots=True)
class Readings:
    """The readings of a grid, row for row as the layer ``capacity``, and which of them count.

    Attributes
    ----------
    figures
        Column of ``FIGURES`` -> values, shape (r,).
    day
        Day of each reading, NaT for none, shape (r,).
    batch
        Id of the import batch of each reading, None where the frame does not say, shape (r,).
    peak_kva
        Peak of each reading in kVA from whichever unit it is given in, shape (r,).
    unit
        Position in ``PEAKS`` of the column that was taken from, -1 for none, shape (r,).
    newest
        Figure (a column of ``FIGURES``, or ``peak``) -> reading that states it for each asset, -1 for
        none, shape (n,). ``any`` is the newest reading at all, ``metered`` the newest that states a peak:
        the same as ``peak`` unless an older peak of the time looked back on was higher.
    """

    figures: dict[str, Floats]
    day: Days
    batch: Objects
    peak_kva: Floats
    unit: Rows
    newest: dict[str, Rows]

    @property
    def factor_assumed(self) -> Flags:
        """Whether a reading's peak took the default power factor, shape (r,)."""
        by_power = self.unit == PEAKS.index("peak_kw")
        return np.asarray(by_power & np.isnan(self.figures["power_factor"]))

    def of(self, figure: str) -> Floats:
        """Return the newest figure of each asset, NaN for none, shape (n,)."""
        return at_rows(self.figures[figure], self.newest[figure])

    def day_of(self, figure: str) -> Days:
        """Return the day of the newest figure of each asset, shape (n,)."""
        rows = self.newest[figure]
        dated = np.full(len(rows), np.datetime64("NaT", "D"))
        dated[rows >= 0] = self.day[rows[rows >= 0]]
        return dated


def read_readings(
    frame: pd.DataFrame, assets: Assets, on: date, power_factor: float, peak_months: int = 0
) -> Readings:
    """Return the readings of the layer ``capacity`` and which of them count on the day asked.

    Parameters
    ----------
    frame
        The layer, row for row.
    assets
        Assets that the readings belong to; a reading of another one counts nowhere.
    on
        Day asked.
    power_factor
        Of a peak in kW that states none.
    peak_months
        Months up to the newest metered reading whose highest peak counts; 0 for that reading alone.
    """
    figures = {name: numbers(column(frame, name)) for name in FIGURES}
    asset = rows_of(assets.index, texts_of(column(frame, "asset_id")))
    day = days(column(frame, "data_date"))
    counts = (asset >= 0) & ~true_of(column(frame, "flagged")) & ~(day > np.datetime64(on, "D"))
    volts = at_rows(np.where(assets.is_level("feeder"), assets.voltage_kv, np.nan), asset)
    peak, unit = peak_in_kva(figures, volts, power_factor)
    has_peak = np.any([np.isfinite(figures[name]) for name in PEAKS], axis=0)
    count = len(assets.ids)
    metered = np.where(counts & has_peak, asset, -1)
    newest = {
        "any": newest_rows(np.where(counts, asset, -1), count, day),
        "metered": newest_rows(metered, count, day, (peak,)),
    }
    newest["peak"] = highest_rows(metered, newest["metered"], day, peak, peak_months)
    for name in (*RATINGS, "pending_kva", "published_kva"):
        stated = np.where(counts & np.isfinite(figures[name]), asset, -1)
        newest[name] = newest_rows(stated, count, day, (strength(name, figures[name]),))
    batch = column(frame, "batch_id").to_numpy(dtype=object)
    return Readings(figures, day, batch, peak, unit, newest)


def peak_in_kva(figures: dict[str, Floats], volts_kv: Floats, power_factor: float) -> tuple[Floats, Rows]:
    """Return each reading's peak in kVA, and which of ``PEAKS`` it was taken from (-1 for none).

    Parameters
    ----------
    figures
        ``peak_kva``, ``peak_a``, ``peak_kw`` and ``power_factor``, shape (r,) each.
    volts_kv
        Nominal voltage of the current, NaN where it is not known, shape (r,).
    power_factor
        Where a peak in kW states none.
    """
    factor = figures["power_factor"]
    by_power = figures["peak_kw"] / np.where(np.isnan(factor), power_factor, factor)
    each = (figures["peak_kva"], in_kva(figures["peak_a"], volts_kv), by_power)
    there = [np.isfinite(values) for values in each]
    return np.select(there, each, np.nan), np.select(there, range(len(PEAKS)), -1)


def in_kva(amps: Floats, volts_kv: Floats) -> Floats:
    """Return currents as apparent power, ``sqrt(3) U I``."""
    return np.asarray(np.sqrt(3.0) * volts_kv * amps, dtype=np.float64)


def strength(name: str, values: Floats) -> Floats:
    """Return the key by which a figure wins over another of the same day: the greatest key wins."""
    return -values if name in _LOWEST else values


def newest_rows(group: Rows, count: int, day: Days, keys: Sequence[Floats] = ()) -> Rows:
    """Return the newest row of each group.

    Parameters
    ----------
    group
        Group of each row in 0..count, -1 for a row that belongs to none.
    count
        Number of groups.
    day
        Day of each row; a row without a day is older than every other.
    keys
        Settle ties one after the other, the greatest first; NaN is the least.

    Returns
    -------
    Rows
        Row of each group, -1 for none; of rows alike in everything the first.
    """
    rows = np.flatnonzero(group >= 0)
    dated = np.where(np.isnat(day), np.iinfo(np.int64).min, day.astype("datetime64[D]").astype(np.int64))
    for key in (dated, *(np.where(np.isnan(each), -np.inf, each) for each in keys)):
        least = np.iinfo(np.int64).min if key.dtype == np.int64 else -np.inf
        greatest = np.full(count, least, dtype=key.dtype)
        np.maximum.at(greatest, group[rows], key[rows])
        rows = rows[key[rows] == greatest[group[rows]]]
    chosen = np.full(count, -1, dtype=np.int64)
    chosen[group[rows[::-1]]] = rows[::-1]
    return chosen


def highest_rows(group: Rows, newest: Rows, day: Days, values: Floats, months: int) -> Rows:
    """Return the row of the highest value of each group within some months up to its newest row.

    Parameters
    ----------
    group
        Group of each row, -1 for a row that belongs to none, shape (r,).
    newest
        Newest row of each group, -1 for none, shape (n,).
    day
        Day of each row, shape (r,). A row without a day is in no time; a group whose newest row has none
        keeps that row.
    values
        Value of each row, shape (r,); of equals the newest row.
    months
        Length of the time: it ends with the newest row's day and begins the day after the same day so many
        months before. 0 for the newest row alone.
    """
    if months == 0 or not len(group) or not len(newest):
        return newest
    ends = pd.Series(day[np.maximum(newest, 0)])
    ends[newest < 0] = pd.NaT
    before = (ends - pd.DateOffset(months=months)).to_numpy(dtype="datetime64[D]")
    inside = (group >= 0) & (day > before[np.maximum(group, 0)])
    undated = np.full(len(day), np.datetime64("NaT", "D"))  # the value comes before the day
    ranked = newest_rows(np.where(inside, group, -1), len(newest), undated, (values, day.astype(np.float64)))
    return np.where(ranked >= 0, ranked, newest)
