"""Checks of when assets were read, and whether at all (读数时效核查)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from gis.capacity.readings import FIGURES, PEAKS
from gis.dictionary.model import ASSET_LEVELS
from gis.findings import Severity
from gis.network.checks.model import Fault, check, faults, layer_fault
from gis.network.checks.readings import asset_words, has_rating, newest, readings
from gis.network.checks.subject import Subject, present, rows_where

_SAME = 1e-9
"""Share by which two figures may differ and still be one."""


@check(Severity.WARNING, "读数过期")
def reading_stale(subject: Subject) -> Iterator[Fault]:
    """Find assets whose newest reading is too old on the day asked."""
    months = subject.parameters.max_age_months
    oldest = pd.Timestamp(subject.on) - pd.DateOffset(months=months)
    table = newest(subject)
    table = table[table["day"] < oldest]
    messages = [
        f"{who} was last read on {day:%Y-%m-%d}, more than {months} months before {subject.on}."
        for who, day in zip(asset_words(table), table["day"], strict=True)
    ]
    yield from faults(subject, "capacity", table["row"].tolist(), messages, "Import a newer reading.")


@check(Severity.WARNING, "读数无日期")
def reading_date_missing(subject: Subject) -> Iterator[Fault]:
    """Find readings that state no date."""
    table = readings(subject)
    rows = rows_where(present(table["asset"].to_numpy()) & table["day"].isna().to_numpy())
    messages = [f"A reading of {who} has no date." for who in _of(table, rows)]
    yield from faults(subject, "capacity", rows, messages, "State the day of the reading.")


@check(Severity.ERROR, "读数日期在未来")
def reading_in_future(subject: Subject) -> Iterator[Fault]:
    """Find readings later than the day asked."""
    table = readings(subject)
    rows = rows_where(subject.days("capacity", "data_date") > subject.today)
    table = table.iloc[rows]
    table = table[table["asset"].notna()]
    messages = [
        f"A reading of {who} is dated {day:%Y-%m-%d}, after {subject.on}."
        for who, day in zip(asset_words(table.set_index("asset")), table["day"], strict=True)
    ]
    rows = table.index.tolist()
    yield from faults(subject, "capacity", rows, messages, "Correct the date.")


@check(Severity.WARNING, "设备无读数")
def asset_without_reading(subject: Subject) -> Iterator[Fault]:
    """Find assets without a reading that counts; a level without any is one finding."""
    if not subject.size("capacity"):
        return
    read = set(newest(subject).index)
    for layer, level in ASSET_LEVELS.items():
        without = np.array([each not in read for each in subject.ids(layer)], dtype=bool)
        rows = rows_where(without)
        word = level.replace("_", " ")
        if len(rows) > 1 and without.all():
            yield layer_fault(
                layer,
                f"None of the {len(rows):,} {word}s has a reading: their status is unknown, and what lies "
                "below them an upper bound.",
                "Import their readings into layer capacity.",
            )
            continue
        messages = [
            f"{word.capitalize()} {label} has no reading that counts: its status is unknown."
            for label in subject.labels(layer, rows)
        ]
        yield from faults(subject, layer, rows, messages, "Import its reading into layer capacity.")


@check(Severity.WARNING, "读数不完整")
def reading_incomplete(subject: Subject) -> Iterator[Fault]:
    """Find assets whose readings give no peak, or no rating anywhere."""
    table = newest(subject)
    no_peak = table[list(PEAKS)].isna().all(axis=1).to_numpy()
    no_rating = ~has_rating(table)
    found = (no_peak | no_rating) & (table["layer"] != "substations").to_numpy()
    words = np.where(
        no_peak & no_rating, "neither a peak nor a rating", np.where(no_peak, "no peak", "no rating")
    )
    table = table[found]
    messages = [
        f"{who} has {what}: its status is unknown."
        for who, what in zip(asset_words(table), words[found], strict=True)
    ]
    yield from faults(
        subject, "capacity", table["row"].tolist(), messages, "Fill in what is missing, with its unit."
    )


@check(Severity.ERROR, "同日读数矛盾")
def readings_conflict(subject: Subject) -> Iterator[Fault]:
    """Find readings of one asset and one day that differ."""
    table = readings(subject)
    table = table[present(table["asset"].to_numpy()) & ~subject.true("capacity", "flagged")]
    table = table[table.duplicated(["asset", "day"], keep=False)].assign(
        id=lambda each: subject.ids("capacity")[each.index]
    )
    groups = table.groupby(["asset", "day"], dropna=False)[list(FIGURES)]
    low, high = groups.transform("min"), groups.transform("max")
    differing = ((high - low) > _SAME * high.abs()).any(axis=1)
    rows, messages = [], []
    for _, group in table[differing].groupby(["asset", "day"], dropna=False):
        first = group.sort_values("id").index[0]
        rows.append(int(first))
        messages.append(f"{_of(table, [first])[0]} has readings {_contradiction(group)}.")
    yield from faults(subject, "capacity", rows, messages, "Keep one; flag one that fell in a transfer.")


def _contradiction(group: pd.DataFrame) -> str:
    day = group["day"].iloc[0]
    when = "without a date" if day is pd.NaT else f"of {day:%Y-%m-%d}"
    low, high = group[list(FIGURES)].min(), group[list(FIGURES)].max()
    what = [f"{name} {low[name]:g} and {high[name]:g}" for name in FIGURES if low[name] < high[name]]
    return f"{when} that differ: {', '.join(what)}"


def _of(table: pd.DataFrame, rows: list[int]) -> list[str]:
    return asset_words(table.loc[rows].set_index("asset"))


CHECKS = (
    reading_stale,
    reading_date_missing,
    reading_in_future,
    asset_without_reading,
    reading_incomplete,
    readings_conflict,
)
"""Checks of the dates and the completeness of readings."""
