"""The assets of all four levels in one order, and which hangs on which (设备层级)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.capacity.words import LEVELS
from gis.dictionary.model import ASSET_LEVELS
from gis.network.columns import Flags, Floats, Objects, Rows, column, index_of, numbers, rows_of, texts
from gis.network.model import Grid

_LAYERS: Final = {level: layer for layer, level in ASSET_LEVELS.items()}

_NUMBERS: Final = ("voltage_kv", "rated_kva", "transfer_kva", "n1_share")


@dataclass(frozen=True, slots=True)
class Assets:
    """Every asset: substations, main transformers, feeders, transformers, each level ordered by id.

    Attributes
    ----------
    ids, names
        As the user gave them; None where there is none, shape (n,).
    level
        Position in ``LEVELS``, shape (n,).
    frame_row
        Row in the frame of its layer, shape (n,).
    parent
        Row of what it hangs on, -1 for none, shape (n,). A feeder hangs on its main transformer, else
        on its substation; the parent of an asset always stands before it.
    voltage_kv, rated_kva, transfer_kva, n1_share
        As its own layer states them; NaN where it does not, shape (n,).
    batch
        Id of the import batch, None where the frame does not say, shape (n,).
    bounds
        Rows at which the levels begin, and n, shape (5,).
    index
        Id -> first row.
    """

    ids: Objects
    names: Objects
    level: NDArray[np.int8]
    frame_row: Rows
    parent: Rows
    voltage_kv: Floats
    rated_kva: Floats
    transfer_kva: Floats
    n1_share: Floats
    batch: Objects
    bounds: Rows
    index: pd.Series[Any]

    def rows(self, level: str) -> slice:
        """Return the rows of a level."""
        at = LEVELS.index(level)
        return slice(int(self.bounds[at]), int(self.bounds[at + 1]))

    def is_level(self, level: str) -> Flags:
        """Return where an asset stands on the level, shape (n,)."""
        return np.asarray(self.level == LEVELS.index(level), dtype=bool)

    def chain(self, row: int) -> list[int]:
        """Return the row and its ancestors, from the bottom up."""
        rows = [row]
        while self.parent[rows[-1]] >= 0:
            rows.append(int(self.parent[rows[-1]]))
        return rows

    def below(self, row: int) -> Flags:
        """Return where an asset is the row itself or hangs below it, shape (n,)."""
        inside = np.zeros(len(self.ids), dtype=bool)
        inside[row] = True
        for level in LEVELS[1:]:
            span, parent = self.rows(level), self.parent[self.rows(level)]
            inside[span] |= (parent >= 0) & inside[parent]
        return inside

    def children(self, row: int) -> Rows:
        """Return the rows that hang directly on the row."""
        return np.flatnonzero(self.parent == row)

    def total(self, values: Floats, level: str) -> Floats:
        """Return the sum of the values of each asset's children that stand on the level, shape (n,)."""
        span = self.rows(level)
        parent, each = self.parent[span], values[span]
        there = parent >= 0
        return np.bincount(parent[there], weights=each[there], minlength=len(self.ids)).astype(np.float64)


def read_assets(grid: Grid) -> Assets:
    """Return the assets of a grid."""
    frames = [_ordered(grid[_LAYERS[level]]) for level in LEVELS]
    sizes = [len(frame) for frame, _ in frames]
    ids = np.concatenate([texts(column(frame, "id")) for frame, _ in frames])
    bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    figures = {
        name: np.concatenate([numbers(column(frame, name)) for frame, _ in frames]) for name in _NUMBERS
    }
    return Assets(
        ids=ids,
        names=np.concatenate([texts(column(frame, "name")) for frame, _ in frames]),
        level=np.repeat(np.arange(len(LEVELS), dtype=np.int8), sizes),
        frame_row=np.concatenate([order for _, order in frames]),
        parent=_parents([frame for frame, _ in frames], ids, bounds),
        batch=np.concatenate([column(frame, "batch_id").to_numpy(dtype=object) for frame, _ in frames]),
        bounds=bounds,
        index=index_of(ids),
        **figures,
    )


def _ordered(frame: pd.DataFrame) -> tuple[pd.DataFrame, Rows]:
    """Return the frame without its geometry, ordered by id (none last), and the rows it came from."""
    ids = texts(column(frame, "id"))
    keys = [(each is None, each or "") for each in ids]
    order = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
    plain = pd.DataFrame(frame[[name for name in frame.columns if name != "geometry"]])
    return plain.iloc[order].reset_index(drop=True), order


def _parents(frames: list[pd.DataFrame], ids: Objects, bounds: Rows) -> Rows:
    """Return the row that each asset hangs on."""
    indices = [index_of(ids[start:stop]) for start, stop in pairwise(bounds.tolist())]

    def found(level: int, name: str, above: int) -> Rows:
        rows = rows_of(indices[above], texts(column(frames[level], name)))
        return np.where(rows >= 0, rows + bounds[above], -1)

    feeding, leaving = found(2, "main_transformer_id", 1), found(2, "substation_id", 0)
    return np.concatenate(
        [
            np.full(len(frames[0]), -1, dtype=np.int64),
            found(1, "substation_id", 0),
            np.where(feeding >= 0, feeding, leaving),
            found(3, "feeder_id", 2),
        ]
    )
