"""The rows that differ between two editions, both sides of each (期次两侧)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis.network.columns import Flags, Floats, Rows


@dataclass(frozen=True, slots=True)
class Sides:
    """Rows of one table that differ, n of them, as columns of texts.

    Attributes
    ----------
    table
        The key once, every other column twice, with ``_a`` and ``_b`` for the two sides; null where a value
        is missing. Figures that are the same on both sides may be left out on both. ``kept_a`` and ``kept_b``
        are null where the row does not stand on that side.
    """

    table: pa.Table

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, name: str) -> pa.ChunkedArray:
        return self.table[name]

    def differs(self, name: str) -> Flags:
        """Return where the two sides differ; missing is a value like any other."""
        one, other = self[f"{name}_a"], self[f"{name}_b"]
        unlike = pc.fill_null(pc.not_equal(one, other), fill_value=False)
        return _flags(pc.or_(unlike, pc.not_equal(pc.is_null(one), pc.is_null(other))))

    def there(self, name: str) -> Flags:
        """Return where a column holds anything."""
        return _flags(pc.is_valid(self[name]))

    def says(self, name: str, word: str) -> Flags:
        """Return where a column holds a word."""
        return _flags(pc.fill_null(pc.equal(self[name], word), fill_value=False))

    def numbers(self, name: str) -> Floats:
        """Return a column as numbers, NaN where they are missing."""
        return np.asarray(pc.cast(self[name], pa.float64()).to_numpy(), dtype=np.float64)

    def until(self, name: str, day: str) -> Flags:
        """Return where a column holds a day up to one, itself included."""
        return _flags(pc.fill_null(pc.less_equal(self[name], day), fill_value=False))


def positions(values: pa.ChunkedArray, ids: pa.ChunkedArray) -> Rows:
    """Return at which of the ids each value stands, -1 for none."""
    found = pc.index_in(values, value_set=ids, skip_nulls=True)
    return np.asarray(pc.fill_null(found, -1).to_numpy(), dtype=np.int64)


def _flags(values: pa.ChunkedArray) -> Flags:
    return np.asarray(values.to_numpy(), dtype=bool)
