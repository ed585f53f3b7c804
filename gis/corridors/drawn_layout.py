"""The verges of a corner graph laid out for drawing: at their offsets, before they are led together."""

from __future__ import annotations

from typing import Final

import numpy as np

from gis.corridors.drawn_joints import fill_setbacks
from gis.corridors.drawn_verges import DrawnVerges
from gis.corridors.graph import CornerGraph
from gis.corridors.segments import first_vertex, segment_frames
from gis.corridors.streets import Floats, Ints

_CM: Final = 100.0


def laid_out(graph: CornerGraph, offset_m: Floats) -> DrawnVerges:
    """Return the verges at offsets from their centrelines, shape (2, segments), bends and joints empty."""
    streets, shape = graph.streets, offset_m.shape
    ux, uy, length = segment_frames(graph)
    verges = DrawnVerges(
        vertex_start=streets.vertex_start,
        x=streets.x,
        y=streets.y,
        ux=ux,
        uy=uy,
        length_m=length,
        offset_m=offset_m.copy(),
        kept=np.zeros(shape, dtype=bool),
        begin_m=np.zeros(shape),
        end_m=np.zeros(shape),
        begin_offset_m=np.zeros(shape),
        end_offset_m=np.zeros(shape),
        setback_m=np.zeros(4 * streets.edges),
        reach_m=np.zeros(4 * streets.edges),
        join_m=np.zeros(4 * streets.edges),
    )
    at = first_vertex(graph, np.arange(len(length), dtype=np.int64))
    per_cm = streets.zone.scale_factor((streets.x[at] + streets.x[at + 1]) / 2.0) / _CM
    fill_setbacks(verges, np.stack([graph.setback_a_cm, graph.setback_b_cm]) * per_cm)
    return verges


def verge_neighbours(graph: CornerGraph) -> Ints:
    """Return for each end of a verge (``2 * verge + end``) the other one at its corner, -1 where none is."""
    corner = np.stack([graph.verge_a, graph.verge_b], axis=1).ravel()
    ends = np.flatnonzero(corner >= 0)
    ends = ends[np.argsort(corner[ends], kind="stable")]
    pair = np.flatnonzero(corner[ends[1:]] == corner[ends[:-1]])
    result = np.full(len(corner), -1, dtype=np.int32)
    result[ends[pair]], result[ends[pair + 1]] = ends[pair + 1], ends[pair]
    return result
