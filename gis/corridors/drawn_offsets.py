"""How far from the centreline cables are drawn (绘制偏距): at the verge, or nearer before a parcel."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from gis.corridors.features import sound
from gis.corridors.graph import CornerGraph
from gis.corridors.segments import edge_of_segment, first_vertex, segment_frames
from gis.corridors.streets import Floats, Longs, Objects

_CM: Final = 100.0
_CLEAR_M: Final = 0.5
"""Between a cable and the nearest parcel."""
_LEAST_M: Final = 0.3
"""Between a cable and the centreline, however near a parcel is."""


def nominal_offsets(graph: CornerGraph) -> Floats:
    """Return how far the verges lie from the centreline by the roads' widths, metres, shape (2, segments)."""
    edge = edge_of_segment(graph, np.arange(graph.begin_cm.shape[1], dtype=np.int64))
    return np.stack([graph.half_width_m[2 * edge], graph.half_width_m[2 * edge + 1]])


def draw_offsets(graph: CornerGraph, land: Objects) -> Floats:
    """Return how far from the centreline cables are drawn, metres, shape (2, segments) by side.

    Half of the road's width, or where a parcel or water lies nearer than that half a metre before the nearest
    one, but never less than 0.3 m: a drawn route runs through neither, unless the road does.

    Parameters
    ----------
    graph
        The corner graph.
    land
        Polygons of parcels and water in its plane, None among them allowed.
    """
    segments = np.arange(graph.begin_cm.shape[1], dtype=np.int64)
    half = nominal_offsets(graph)
    solid = sound(land)
    solid = solid[~shapely.is_missing(solid)]
    if not len(solid) or not len(segments):
        return half
    tree = shapely.STRtree(solid)
    offset = half.copy()
    for side in (0, 1):
        strips, base = _strips(graph, side, segments, half[side])
        at, near = tree.query(strips, predicate="intersects")
        inner, piece = shapely.get_coordinates(
            shapely.intersection(strips[at], solid[near]), return_index=True
        )
        x, y, nx, ny = (column[at[piece]] for column in base)
        nearest = np.full(len(segments), np.inf)
        np.minimum.at(nearest, at[piece], (inner[:, 0] - x) * nx + (inner[:, 1] - y) * ny)
        drawn = np.maximum(nearest - _CLEAR_M, _LEAST_M)
        offset[side] = np.minimum(half[side], drawn)
    return offset


def _strips(
    graph: CornerGraph, side: int, rows: Longs, half: Floats
) -> tuple[Objects, tuple[Floats, Floats, Floats, Floats]]:
    """Return the strips between centreline and verge, and for each a point and the direction to the verge.

    A strip is as long as its segment, and longer at the outside of bends and corners, where lines meet beyond
    the segment's ends.
    """
    streets = graph.streets
    ux, uy, length = (column[rows] for column in segment_frames(graph))
    at = first_vertex(graph, rows)
    x, y = streets.x[at], streets.y[at]
    turn = 1.0 if side == 0 else -1.0
    nx, ny = -uy * turn, ux * turn
    low = np.minimum(graph.setback_a_cm[side, rows] / _CM, 0.0)
    high = length - np.minimum(graph.setback_b_cm[side, rows] / _CM, 0.0)
    deep = half + _CLEAR_M
    zero = np.zeros(len(rows))
    corners = [(zero, zero), (length, zero), (high, deep), (low, deep)]
    xs = np.stack([x + ux * along + nx * across for along, across in corners], axis=1)
    ys = np.stack([y + uy * along + ny * across for along, across in corners], axis=1)
    strips = np.asarray(shapely.polygons(np.stack([xs, ys], axis=2)), dtype=object)
    return strips, (x, y, nx, ny)
