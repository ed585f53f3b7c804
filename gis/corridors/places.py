"""Attachments put on the verges of the corner graph: on the owner's side, and straight across the road."""

from __future__ import annotations

import numpy as np

from gis.corridors.attachments import Attachments, Places
from gis.corridors.far_side import Rows, far_rows
from gis.corridors.graph import CornerGraph
from gis.corridors.segments import centimetres, verge_position
from gis.corridors.streets import Flags, Ints, Longs


def places(graph: CornerGraph, attachments: Attachments) -> Places:
    """Return the positions of all attachments.

    Every attachment has one on its own verge and one on the verge opposite, a crossing of the whole road
    away; where the road's other half is a carriageway behind a median, the verge opposite is the outer one
    of that carriageway. An owner on the centreline has both verges without a crossing; one on a median has
    the outer verge of its carriageway.
    """
    rows = [_own(graph, attachments), _opposite(graph, attachments), *far_rows(graph, attachments)]
    attachment, verge, low, high, crossing, far_edge = (
        np.concatenate(columns) for columns in zip(*rows, strict=True)
    )
    order = np.lexsort((verge, crossing, attachment))
    attachment, verge, low, high, crossing, far_edge = (
        column[order] for column in (attachment, verge, low, high, crossing, far_edge)
    )
    low_stub, high_stub = _stubs(graph, attachments)
    turned = low > high
    start = np.searchsorted(attachment, attachments.start)
    return Places(
        start=start.astype(np.int32),
        attachment=attachment.astype(np.int32),
        verge=verge.astype(np.int32),
        low_cm=np.where(turned, high, low),
        high_cm=np.where(turned, low, high),
        low_stub_cm=np.where(turned, high_stub[attachment], low_stub[attachment]),
        high_stub_cm=np.where(turned, low_stub[attachment], high_stub[attachment]),
        turned=turned,
        crossing_cm=crossing.astype(np.int32),
        far_edge=far_edge.astype(np.int32),
    )


def _own(graph: CornerGraph, attachments: Attachments) -> Rows:
    side = attachments.side.astype(np.int64)
    rows = np.flatnonzero(graph.verge_a[2 * attachments.edge + side] >= 0)
    return _on_edge(graph, attachments, rows, side[rows], crossed=False)


def _opposite(graph: CornerGraph, attachments: Attachments) -> Rows:
    """Return the positions on the other side of the same edge, where there is a verge."""
    other = 1 - attachments.side.astype(np.int64)
    exists = graph.verge_a[2 * attachments.edge + other] >= 0
    rows = np.flatnonzero(exists)
    return _on_edge(graph, attachments, rows, other[rows], crossed=True)


def _on_edge(
    graph: CornerGraph, attachments: Attachments, rows: Longs, side: Longs, *, crossed: bool
) -> Rows:
    edge = attachments.edge[rows].astype(np.int64)
    segment = attachments.segment[rows].astype(np.int64)
    across_m = graph.half_width_m[2 * edge] + graph.half_width_m[2 * edge + 1]
    free = attachments.either_side[rows] | (not crossed)
    crossing = np.where(free, 0, centimetres(graph, across_m, attachments.low_x[rows]))
    low = verge_position(graph, side, segment, attachments.low_m[rows], attachments.low_x[rows])
    high = verge_position(graph, side, segment, attachments.high_m[rows], attachments.low_x[rows])
    return Rows(rows, 2 * edge + side, low, high, crossing.astype(np.int32), np.full(len(rows), -1))


def _stubs(graph: CornerGraph, attachments: Attachments) -> tuple[Ints, Ints]:
    """Return the lengths from the owners to their own verges at both ends of the stretches."""
    half = graph.half_width_m[2 * attachments.edge.astype(np.int64) + attachments.side]
    low = np.maximum(attachments.low_depth_m - half, 0.0)
    high = np.maximum(attachments.high_depth_m - half, 0.0)
    return centimetres(graph, low, attachments.low_x), centimetres(graph, high, attachments.high_x)


def walkable_verges(graph: CornerGraph) -> Flags:
    """Return which verges can be walked, shape (verges,)."""
    return np.asarray(graph.verge_a >= 0, dtype=bool)
