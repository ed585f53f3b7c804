"""Attachments put on the verges of the corner graph: on the owner's side, and straight across the road."""

from __future__ import annotations

from typing import Final

import numpy as np

from gis.corridors.attachments import Attachments, Places
from gis.corridors.far_side import Rows, far_rows, joined_rows
from gis.corridors.graph import CornerGraph
from gis.corridors.segments import centimetres, verge_position, verge_stations
from gis.corridors.streets import Flags, Floats, Ints, Longs

_LEAST_M: Final = 1e-9


def places(graph: CornerGraph, attachments: Attachments) -> Places:
    """Return the positions of all attachments.

    Every attachment has one on its own verge and one on the verge opposite, a crossing of the whole road
    away; where the road's other half is a carriageway behind a median, the verge opposite is the outer one
    of that carriageway. An owner on the centreline has both verges without a crossing; one on a median has
    the outer verge of its carriageway.
    """
    parts = [_own(graph, attachments), _opposite(graph, attachments), *far_rows(graph, attachments)]
    rows = joined_rows(parts)
    rows = rows.taken(np.lexsort((rows.verge, rows.crossing_cm, rows.attachment)))
    turned = rows.low_cm > rows.high_cm
    low_part = np.where(turned, rows.high_part, rows.low_part)
    high_part = np.where(turned, rows.low_part, rows.high_part)
    return Places(
        start=np.searchsorted(rows.attachment, attachments.start).astype(np.int32),
        attachment=rows.attachment.astype(np.int32),
        verge=rows.verge.astype(np.int32),
        low_cm=np.minimum(rows.low_cm, rows.high_cm),
        high_cm=np.maximum(rows.low_cm, rows.high_cm),
        low_stub_cm=_stub_cm(graph, attachments, rows.attachment, low_part),
        high_stub_cm=_stub_cm(graph, attachments, rows.attachment, high_part),
        low_part=low_part,
        high_part=high_part,
        crossing_cm=rows.crossing_cm.astype(np.int32),
        far_edge=rows.far_edge.astype(np.int32),
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
    low_m, high_m = attachments.low_m[rows], attachments.high_m[rows]
    begin_m, end_m = verge_stations(graph, side, segment)
    # A stretch may begin or end beside a junction, where the verge does not go on.
    span = np.maximum(high_m - low_m, _LEAST_M)
    low_part, high_part = (np.clip((each - low_m) / span, 0.0, 1.0) for each in (begin_m, end_m))
    low, high = (
        verge_position(graph, side, segment, low_m + (high_m - low_m) * part, attachments.low_x[rows])
        for part in (low_part, high_part)
    )
    nowhere = np.full(len(rows), -1)
    return Rows(rows, 2 * edge + side, low, high, low_part, high_part, crossing.astype(np.int32), nowhere)


def _stub_cm(graph: CornerGraph, attachments: Attachments, rows: Longs, part: Floats) -> Ints:
    """Return the lengths from owners to their own verges, at parts of the stretches."""
    half = graph.half_width_m[2 * attachments.edge[rows].astype(np.int64) + attachments.side[rows]]
    low, high = attachments.low_depth_m[rows], attachments.high_depth_m[rows]
    depth = np.where(part == 1.0, high, low + (high - low) * part)
    return centimetres(graph, np.maximum(depth - half, 0.0), attachments.low_x[rows])


def walkable_verges(graph: CornerGraph) -> Flags:
    """Return which verges can be walked, shape (verges,)."""
    return np.asarray(graph.verge_a >= 0, dtype=bool)
