"""How far feeders reach (可达范围): the verges within a length of their taps, as lines and as an area."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from gis.corridors.coverage_intervals import Intervals, united
from gis.corridors.drawn_offsets import nominal_offsets
from gis.corridors.graph import CornerGraph
from gis.corridors.streets import Flags, Longs, Objects
from gis.corridors.verge_lines import verge_lines
from gis.routing.criteria import Criterion
from gis.routing.field import Positions
from gis.routing.router import Router
from gis.routing.sweep import reach_costs

_CM: Final = 100
_AREA_WIDTH_M: Final = 50.0


def reached_verges(router: Router, able: Flags, limit_m: float) -> Intervals:
    """Return the parts of verges from which the shortest way to a tap is at most so long.

    Parameters
    ----------
    router
        With the criterion ``SHORTEST``.
    able
        Feeders that have the capacity asked for, shape (feeders,).
    limit_m
        Longest way along verges and crossings, the tap line included; an entry comes on top.

    Returns
    -------
    Intervals
        Of the verges of the corner graph, whole centimetres.
    """
    graph, at = router.corridors.graph, router.criteria.index(Criterion.SHORTEST)
    limit = round(limit_m * _CM)
    cost = reach_costs(router.indexes[at], able, limit).astype(np.int64)
    verge = np.flatnonzero(graph.verge_a >= 0)
    length = graph.verge_cm[verge].astype(np.int64)
    from_a, from_b = limit - cost[graph.verge_a[verge]], limit - cost[graph.verge_b[verge]]
    along, low, high = _from_taps(router.tap_anchors[at].positions, able, limit)
    return united(
        len(graph.verge_cm),
        np.concatenate([verge, verge, along]),
        np.concatenate(
            [np.zeros_like(length), np.clip(length - from_b, 0, length), np.maximum(low, 0)]
        ).astype(np.int32),
        np.concatenate(
            [
                np.clip(from_a, 0, length),
                np.where(from_b > 0, length, 0),
                np.minimum(high, graph.verge_cm[along]),
            ]
        ).astype(np.int32),
    )


def _from_taps(positions: Positions, able: Flags, limit: int) -> tuple[Longs, Longs, Longs]:
    """Return the stretches of verges within the limit of a tap on them."""
    owner = np.repeat(np.arange(len(positions.start) - 1), np.diff(positions.start))
    rows = np.flatnonzero(able[owner] & (positions.low_cost <= limit) & (positions.high_cost <= limit))
    low = positions.low[rows].astype(np.int64) - (limit - positions.low_cost[rows])
    high = positions.high[rows].astype(np.int64) + (limit - positions.high_cost[rows])
    return positions.verge[rows].astype(np.int64), low, high


def reach_lines(graph: CornerGraph, reached: Intervals) -> Objects:
    """Return parts of verges as plane lines, half of the road's width from its centreline, shape (n,).

    Straight parts are lines of their own.
    """
    parts = verge_lines(graph, nominal_offsets(graph))
    row, at = _overlapping(reached, parts.verge)
    low = np.maximum(reached.low_cm[at] - parts.begin_cm[row], 0) / parts.kept_cm[row]
    high = np.minimum(reached.high_cm[at] - parts.begin_cm[row], parts.kept_cm[row]) / parts.kept_cm[row]
    some = high > low
    row, low, high = row[some], low[some], high[some]
    lines = parts.lines
    dx, dy = lines.bx[row] - lines.ax[row], lines.by[row] - lines.ay[row]
    first = np.stack([lines.ax[row] + dx * low, lines.ay[row] + dy * low], axis=-1)
    last = np.stack([lines.ax[row] + dx * high, lines.ay[row] + dy * high], axis=-1)
    return np.asarray(shapely.linestrings(np.stack([first, last], axis=1)), dtype=object)


def _overlapping(reached: Intervals, verge: Longs) -> tuple[Longs, Longs]:
    """Return each pair of a straight part of a verge and an interval of the same verge."""
    sizes = np.diff(reached.start)[verge]
    row = np.repeat(np.arange(len(verge)), sizes)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return row, reached.start[verge][row] + offset


def reach_area(lines: Objects) -> shapely.Geometry:
    """Return the area within 50 m of the lines, where a parcel fronts them, dissolved, plane metres."""
    # One by one: the buffer of them all together takes twenty times as long.
    return shapely.union_all(shapely.buffer(lines, _AREA_WIDTH_M, quad_segs=4))
