"""The highest load of an asset (最大负荷): its own meter's; else, said to be so, its children's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.capacity.assets import Assets
from gis.capacity.parameters import CapacityParameters
from gis.capacity.readings import Readings
from gis.capacity.words import Label
from gis.network.columns import Days, Flags, Floats, at_rows

LABELS: Final = tuple(Label)
"""Labels; an asset's code is the position here."""


@dataclass(frozen=True, slots=True)
class Peaks:
    """The peak of every asset.

    Attributes
    ----------
    peak_kva
        NaN where it is not known, shape (n,).
    label
        Position in ``LABELS``, shape (n,).
    day
        Day of the newest metered reading; of an estimate that of the oldest one; NaT where it is not known,
        shape (n,).
    stale
        Whether the reading is too old on the day asked, shape (n,).
    children
        Level whose peaks an estimate adds up, as its position in ``LEVELS``; -1 for no estimate, shape (n,).
    children_kva
        Sum of the children's peaks that an estimate takes its share of; NaN for no estimate, shape (n,).
    """

    peak_kva: Floats
    label: NDArray[np.int8]
    day: Days
    stale: Flags
    children: NDArray[np.int8]
    children_kva: Floats


def peaks(assets: Assets, readings: Readings, on: date, parameters: CapacityParameters) -> Peaks:
    """Return the peak of every asset.

    A substation without a meter is estimated from its main transformers, or, where it has none, from its
    feeders; a main transformer from its feeders, unless a feeder of its substation does not say which
    transformer it hangs on. Every one of the children must have a metered peak that is not stale: an
    estimate rests on no other estimate and on no gap. A feeder is left unknown, because customers' own
    transformers (专变) stand in no layer, unless the parameters say otherwise.
    """
    rows = readings.newest["peak"]
    peak, day = at_rows(readings.peak_kva, rows), readings.day_of("metered")
    label = np.full(len(peak), LABELS.index(Label.MEASURED), dtype=np.int8)
    read = rows >= 0
    label[np.flatnonzero(read)[readings.factor_assumed[rows[read]]]] = LABELS.index(Label.ASSUMED)
    stale = read & stale_on(day, on, parameters)
    made = Peaks(peak, label, day, stale, np.full(len(peak), -1, dtype=np.int8), np.full(len(peak), np.nan))
    good = np.where(stale, np.nan, peak)
    feeders_direct = _has(assets, "feeder", "substation")
    station, main = assets.is_level("substation"), assets.is_level("main_transformer")
    unsure = np.zeros(len(peak), dtype=bool)
    unsure[main] = feeders_direct[assets.parent[main]] & (assets.parent[main] >= 0)
    _estimate(made, assets, good, 1, station & ~read, parameters)
    without = station & ~_has(assets, "main_transformer", "substation")
    _estimate(made, assets, good, 2, ~read & (without | (main & ~unsure)), parameters)
    if parameters.estimate_feeders:
        _estimate(made, assets, good, 3, ~read & assets.is_level("feeder"), parameters)
    made.label[np.isnan(made.peak_kva)] = LABELS.index(Label.UNKNOWN)
    return made


def stale_on(day: Days, on: date, parameters: CapacityParameters) -> Flags:
    """Return where a reading of the day is too old on the day asked."""
    undated = np.isnat(day) & (parameters.undated_reading == "stale")
    first = (pd.Timestamp(on) - pd.DateOffset(months=parameters.max_age_months)).date()
    return np.asarray(undated | (day < np.datetime64(first, "D")), dtype=bool)


def _has(assets: Assets, level: str, above: str) -> Flags:
    """Return where an asset of the level ``above`` has a child of the level, shape (n,)."""
    parent = assets.parent[assets.rows(level)]
    made = np.zeros(len(assets.ids), dtype=bool)
    made[parent[parent >= 0]] = True
    return made & assets.is_level(above)


def _estimate(
    made: Peaks, assets: Assets, good: Floats, level: int, where: Flags, parameters: CapacityParameters
) -> None:
    """Put estimates from the children of a level in place, where all of them have a good peak."""
    span = slice(int(assets.bounds[level]), int(assets.bounds[level + 1]))
    parent = assets.parent[span]
    there = parent >= 0
    size = len(good)
    count = np.bincount(parent[there], minlength=size)
    total = np.bincount(parent[there], weights=good[span][there], minlength=size)
    found = where & (count > 0) & np.isfinite(total)
    first = np.full(size, np.iinfo(np.int64).max)
    days = made.day[span][there].astype(np.int64)  # NaT is the least, so one child without a day leaves none
    np.minimum.at(first, parent[there], days)
    made.children_kva[found], made.children[found] = total[found], level
    made.peak_kva[found] = parameters.simultaneity * total[found]
    made.label[found] = LABELS.index(Label.ESTIMATED)
    made.day[found] = first[found].astype("datetime64[D]")
