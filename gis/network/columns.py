"""Columns of a frame as arrays without surprises, and looking up by id."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]
Objects = NDArray[np.object_]
Days = NDArray[np.datetime64]


def column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return a column with a plain index; all missing where the frame lacks it."""
    if name in frame.columns:
        return pd.Series(frame[name]).reset_index(drop=True)
    return pd.Series(np.full(len(frame), None, dtype=object))


def texts(values: pd.Series[Any]) -> Objects:
    """Return texts without blanks at their ends; None for missing and blank ones."""
    raw = values.to_numpy(dtype=object).tolist()
    missing = values.isna().to_numpy().tolist()
    made = np.full(len(raw), None, dtype=object)
    made[:] = [None if no else str(each).strip() or None for each, no in zip(raw, missing, strict=True)]
    return made


def numbers(values: pd.Series[Any]) -> Floats:
    """Return numbers; NaN for what is missing, unreadable or not finite."""
    made = np.asarray(pd.to_numeric(values, errors="coerce"), dtype=np.float64)
    return np.where(np.isfinite(made), made, np.nan)


def days(values: pd.Series[Any]) -> Days:
    """Return days; NaT for what is missing or unreadable."""
    if values.dtype == object:  # few different days, many rows
        codes, distinct = pd.factorize(values)
        read = np.append(_days(pd.Series(distinct, dtype=object)), np.datetime64("NaT", "D"))
        return np.asarray(read[codes], dtype="datetime64[D]")
    return _days(values)


def _days(values: pd.Series[Any]) -> Days:
    read = pd.to_datetime(values, errors="coerce", format="ISO8601")
    return np.asarray(read.to_numpy(), dtype="datetime64[D]")


def true(values: pd.Series[Any]) -> Flags:
    """Return where a boolean column is true (neither false nor missing)."""
    return np.asarray(values.isin([True]), dtype=bool)


def index_of(ids: Objects) -> pd.Series[int]:
    """Return the first row of each id, by id."""
    rows = pd.Series(np.arange(len(ids)), index=pd.Index(ids, dtype=object))
    rows = rows[rows.index.notna()]
    return rows[~rows.index.duplicated()]


def rows_of(index: pd.Series[int], ids: Objects) -> Rows:
    """Return the row of each id in what `index_of` made, -1 for none."""
    rows = np.full(len(ids), -1, dtype=np.int64)
    present = ~np.asarray(pd.isna(ids))
    at = index.index.get_indexer(pd.Index(ids[present], dtype=object))
    rows[present] = np.where(at >= 0, index.to_numpy()[at], -1) if len(index) else -1
    return rows


def at_rows(values: Floats, rows: Rows) -> Floats:
    """Return the number at each row; NaN where the row is -1."""
    found = np.full(len(rows), np.nan)
    there = rows >= 0
    found[there] = values[rows[there]]
    return found
