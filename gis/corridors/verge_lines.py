"""The verges of a corner graph as straight lines beside their segments."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from gis.corridors.coverage_clip import Lines, straight_lines
from gis.corridors.graph import CornerGraph
from gis.corridors.segments import edge_of_segment, first_vertex
from gis.corridors.streets import Floats, Ints, Longs

_CM: Final = 100.0


class VergeLines(NamedTuple):
    """Straight parts of the verges: their lines, and where each lies on its verge."""

    lines: Lines
    verge: Longs
    begin_cm: Ints
    kept_cm: Ints


def verge_lines(graph: CornerGraph, offset_m: Floats) -> VergeLines:
    """Return the straight parts of all verges that can be walked, setbacks taken off.

    Parameters
    ----------
    graph
        The corner graph.
    offset_m
        From the centreline to where cables are drawn, shape (2, segments).
    """
    streets = graph.streets
    segments = np.arange(graph.begin_cm.shape[1], dtype=np.int64)
    edge, at = edge_of_segment(graph, segments), first_vertex(graph, segments)
    ux, uy = streets.x[at + 1] - streets.x[at], streets.y[at + 1] - streets.y[at]
    length = np.hypot(ux, uy)
    ux, uy = ux / length, uy / length
    scale = streets.zone.scale_factor((streets.x[at] + streets.x[at + 1]) / 2.0) / _CM
    sides: list[tuple[Floats | Longs | Ints, ...]] = []
    for side, turn in ((0, 1.0), (1, -1.0)):
        verge = 2 * edge + side
        kept = _kept_cm(graph, side)
        rows = np.flatnonzero((kept > 0) & (graph.verge_a[verge] >= 0))
        across = offset_m[side, rows] * turn
        low = (graph.setback_a_cm[side] * scale)[rows]
        high = (length - graph.setback_b_cm[side] * scale)[rows]
        vx, vy = ux[rows], uy[rows]
        x, y = streets.x[at[rows]] - vy * across, streets.y[at[rows]] + vx * across
        line = (x + vx * low, y + vy * low, x + vx * high, y + vy * high)
        sides.append((*line, verge[rows], graph.begin_cm[side, rows], kept[rows]))
    ax, ay, bx, by, verge, begin, kept = (np.concatenate(pair) for pair in zip(*sides, strict=True))
    return VergeLines(straight_lines(ax, ay, bx, by), verge.astype(np.int64), begin, kept)


def _kept_cm(graph: CornerGraph, side: int) -> Ints:
    """Return how much of each segment is left as verge at a side, shape (segments,)."""
    streets = graph.streets
    begin = graph.begin_cm[side]
    following = np.append(begin[1:], 0)
    last = (streets.vertex_start[1:] - np.arange(1, streets.edges + 1) - 1).astype(np.int64)
    following[last] = graph.verge_cm[side::2]
    return np.asarray(np.maximum(following - begin, 0), dtype=np.int32)
