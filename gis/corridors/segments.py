"""Where stations of segments lie on the verges of a corner graph."""

from __future__ import annotations

import numpy as np

from gis.corridors.graph import CornerGraph
from gis.corridors.streets import Floats, Ints, Longs

_CM = 100.0


def verge_position(
    graph: CornerGraph, side: Longs, segment: Longs, station_m: Floats, easting_m: Floats
) -> Ints:
    """Return where a station of a segment lies on the verge at a side, centimetres from its first corner.

    Parameters
    ----------
    graph
        The corner graph.
    side, segment
        0 left or 1 right, and the segment over all edges, shape (n,).
    station_m
        Along the segment from its first vertex, plane metres, shape (n,).
    easting_m
        Easting near it, for the scale of the plane, shape (n,).
    """
    station = centimetres(graph, station_m, easting_m)
    length = centimetres(graph, _segment_lengths(graph, segment), easting_m)
    first = graph.setback_a_cm[side, segment]
    kept = np.maximum(length - first - graph.setback_b_cm[side, segment], 0)
    along = graph.begin_cm[side, segment] + np.clip(station - first, 0, kept)
    verge = 2 * edge_of_segment(graph, segment) + side
    return np.asarray(np.clip(along, 0, graph.verge_cm[verge]), dtype=np.int32)


def verge_stations(graph: CornerGraph, side: Longs, segment: Longs) -> tuple[Floats, Floats]:
    """Return between which stations a segment has a verge at a side, plane metres, shape (n,) each."""
    streets, at = graph.streets, first_vertex(graph, segment)
    scale = streets.zone.scale_factor(streets.x[at]) / _CM
    begin = graph.setback_a_cm[side, segment] * scale
    end = _segment_lengths(graph, segment) - graph.setback_b_cm[side, segment] * scale
    return np.asarray(begin, dtype=np.float64), np.asarray(end, dtype=np.float64)


def past_verge_cm(
    graph: CornerGraph, side: Longs, segment: Longs, station_m: Floats, easting_m: Floats
) -> Ints:
    """Return how far stations lie in the setback before or behind a segment's part of the verge, 0 on it.

    Parameters are those of ``verge_position``.
    """
    station = centimetres(graph, station_m, easting_m)
    length = centimetres(graph, _segment_lengths(graph, segment), easting_m)
    first, last = graph.setback_a_cm[side, segment], length - graph.setback_b_cm[side, segment]
    return np.asarray(np.maximum(np.maximum(first - station, station - last), 0), dtype=np.int32)


def centimetres(graph: CornerGraph, metres: Floats, easting_m: Floats) -> Ints:
    """Return plane metres as whole centimetres on the ellipsoid."""
    scale = graph.streets.zone.scale_factor(easting_m)
    return np.asarray(np.rint(metres / scale * _CM), dtype=np.int32)


def edge_of_segment(graph: CornerGraph, segment: Longs) -> Longs:
    """Return the edge that each segment belongs to."""
    first = graph.streets.vertex_start[:-1] - np.arange(graph.streets.edges)
    return np.asarray(np.searchsorted(first, segment, side="right") - 1, dtype=np.int64)


def first_vertex(graph: CornerGraph, segment: Longs) -> Longs:
    """Return the vertex at which each segment begins."""
    return segment + edge_of_segment(graph, segment)


def _segment_lengths(graph: CornerGraph, segment: Longs) -> Floats:
    at = first_vertex(graph, segment)
    streets = graph.streets
    length = np.hypot(streets.x[at + 1] - streets.x[at], streets.y[at + 1] - streets.y[at])
    return np.asarray(length, dtype=np.float64)


def segment_frames(graph: CornerGraph) -> tuple[Floats, Floats, Floats]:
    """Return the unit vector along each segment, and its length in plane metres, shape (segments,)."""
    streets = graph.streets
    at = first_vertex(graph, np.arange(graph.begin_cm.shape[1], dtype=np.int64))
    ux, uy = streets.x[at + 1] - streets.x[at], streets.y[at + 1] - streets.y[at]
    length = np.hypot(ux, uy)
    return ux / length, uy / length, length
