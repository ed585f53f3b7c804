"""Segments by the cells of a square grid that they pass (网格索引)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis.compiled import compiled
from gis.corridors.lines import Lines
from gis.corridors.streets import Floats, Longs

_COLUMN = np.int64(1) << np.int64(32)
"""A column's cells are this many numbers apart."""

_LEAST_CELL_M = 0.1
_MEAN_SHARE = 0.25
"""A cell is at least this share of the mean segment: few long ones then pass few cells each."""


@dataclass(frozen=True, slots=True)
class SegmentGrid:
    """Segments in each cell that they, or places within ``margin_m`` of them, lie in.

    Attributes
    ----------
    cell_m
        Side of a cell.
    key
        Cell of each entry, in ascending order.
    tail
        First vertex of the entry's segment; it may stand in a cell twice.
    """

    cell_m: float
    key: Longs
    tail: Longs

    def beside(self, x: Floats, y: Floats) -> tuple[Longs, Longs]:
        """Return each point, by its index, with each segment of its cell: all within the margin, and more."""
        keys = _keys(x, y, self.cell_m)
        begin = np.searchsorted(self.key, keys)
        counts = np.searchsorted(self.key, keys, side="right") - begin
        point = np.repeat(np.arange(len(x)), counts)
        within = np.arange(len(point)) - np.repeat(np.cumsum(counts) - counts, counts)
        return point, self.tail[begin[point] + within]


def segment_grid(lines: Lines, tails: Longs, margin_m: float) -> SegmentGrid:
    """Return a grid whose cells are as wide as segments are long.

    Parameters
    ----------
    lines
        The lines.
    tails
        First vertices of the segments to take, shape (n,).
    margin_m
        How far around a segment its cells are taken.
    """
    length_m = np.hypot(lines.x[tails + 1] - lines.x[tails], lines.y[tails + 1] - lines.y[tails])
    middle_m = float(np.median(length_m)) if len(tails) else 0.0
    mean_m = float(np.mean(length_m)) if len(tails) else 0.0
    cell_m = max(middle_m, _MEAN_SHARE * mean_m, 4 * margin_m, _LEAST_CELL_M)
    key, entry = _entries(lines.x, lines.y, tails, margin_m, cell_m)
    order = np.argsort(key, kind="stable")
    return SegmentGrid(cell_m, key[order], entry[order])


@compiled
def _keys(x: Floats, y: Floats, cell_m: float) -> Longs:
    keys = np.empty(x.size, dtype=np.int64)
    for at in range(x.size):
        keys[at] = np.int64(np.floor(x[at] / cell_m)) * _COLUMN + np.int64(np.floor(y[at] / cell_m))
    return keys


@compiled
def _entries(x: Floats, y: Floats, tails: Longs, margin_m: float, cell_m: float) -> tuple[Longs, Longs]:
    """Return cell and segment of every entry: a segment goes from cell to cell in steps of at most one."""
    room, count = 2 * tails.size + 16, 0
    key, entry = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    for tail in tails:
        across, up = x[tail + 1] - x[tail], y[tail + 1] - y[tail]
        steps = max(1, int(np.ceil(max(abs(across), abs(up)) / cell_m)))
        west, east, south, north = 1, 0, 1, 0
        for step in range(steps):
            x0, x1 = x[tail] + across * (step / steps), x[tail] + across * ((step + 1) / steps)
            y0, y1 = y[tail] + up * (step / steps), y[tail] + up * ((step + 1) / steps)
            first, last = _cells(x0, x1, margin_m, cell_m)
            low, high = _cells(y0, y1, margin_m, cell_m)
            for column in range(first, last + 1):
                for row in range(low, high + 1):
                    if west <= column <= east and south <= row <= north:
                        continue
                    if count == room:
                        key, entry, room = np.append(key, key), np.append(entry, entry), 2 * room
                    key[count], entry[count] = column * _COLUMN + row, tail
                    count += 1
            west, east, south, north = first, last, low, high
    return key[:count], entry[:count]


@compiled
def _cells(one: float, other: float, margin_m: float, cell_m: float) -> tuple[int, int]:
    return (
        int(np.floor((min(one, other) - margin_m) / cell_m)),
        int(np.floor((max(one, other) + margin_m) / cell_m)),
    )
