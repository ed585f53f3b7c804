"""Very many small parcels on paper: drawn as cells of a millimetre (制图综合), so that any city fits."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from maps.sketch_drawing import Drawing
from maps.sketch_paths import UNITS_PER_PX, geometry_of
from maps.style import CLASSES

MANY: Final = 20_000
"""Parcels up to which each is drawn as it is."""

CELL_PX: Final = 4

Cells = NDArray[np.int64]
"""Class of each cell by its place in the style table, -1 for none, shape (rows, columns)."""


def generalised(drawing: Drawing, kinds: NDArray[Any]) -> tuple[NDArray[np.bool_], Cells]:
    """Return which parcels are drawn as cells, and the cells.

    A cell has the class of most of the small parcels whose middles lie in it, the better one of two.

    Parameters
    ----------
    drawing
        The map.
    kinds
        Class of each parcel, shape (n,).
    """
    rows, columns = (int(np.ceil(side / CELL_PX)) for side in (drawing.window.height, drawing.window.width))
    cells = np.full((rows, columns), -1, np.int64)
    none = np.zeros(len(kinds), bool)
    if len(kinds) <= MANY:
        return none, cells
    bounds = shapely.bounds(geometry_of(drawing.frames.get("parcels"))).reshape(-1, 4)
    corners = [drawing.window.place(bounds[:, pair]) for pair in ((0, 3), (2, 1))]
    with np.errstate(invalid="ignore"):
        small = np.asarray((corners[1] - corners[0] < CELL_PX).all(axis=1), bool)
    middles = (corners[0] + corners[1]) / 2 // CELL_PX
    inside = small & (middles >= 0).all(axis=1) & (middles < [columns, rows]).all(axis=1)
    column, row = middles[inside].astype(np.int64).T
    counts = np.zeros((len(CLASSES), rows, columns), np.int64)
    places = {key: place for place, key in enumerate(CLASSES)}
    np.add.at(counts, (np.array([places[str(kind)] for kind in kinds[inside]]), row, column), 1)
    return small, np.where(counts.any(axis=0), counts.argmax(axis=0), -1)


def cell_data(mask: NDArray[np.bool_]) -> str:
    """Return path data of the cells of a mask, those beside one another in a row as one box."""
    padded = np.pad(mask, ((0, 0), (1, 1))).astype(np.int8)
    steps = np.diff(padded, axis=1)
    (row, start), (_, end) = np.nonzero(steps == 1), np.nonzero(steps == -1)
    side = CELL_PX * UNITS_PER_PX
    return "".join(
        f"M{x} {y}h{width}v{side}h{-width}z"
        for x, y, width in zip(
            (start * side).tolist(), (row * side).tolist(), ((end - start) * side).tolist(), strict=True
        )
    )
