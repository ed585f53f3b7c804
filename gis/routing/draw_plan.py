"""What drawing needs of a corner graph: how its verges bend and meet."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis.corridors.graph import ArcKind, CornerGraph
from gis.corridors.segments import first_vertex, segment_frames
from gis.corridors.streets import Floats, Ints
from gis.routing.draw_clear import clear_offsets
from gis.routing.draw_joints import fill_setbacks
from gis.routing.draw_verges import DrawnArcs, DrawnVerges, DrawPlan

_CM: Final = 100.0


def draw_plan(graph: CornerGraph, offset_m: Floats) -> DrawPlan:
    """Return the verges of a graph as they are drawn at ``gis.corridors.drawn_offsets``."""
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
    clear_offsets(graph, verges, _neighbours(graph))
    arc_end, arc_side = _arc_ends(graph)
    arcs = DrawnArcs(
        verge_a=graph.verge_a,
        verge_b=graph.verge_b,
        corner_median=graph.corner_median,
        arc_a=graph.arc_a,
        arc_b=graph.arc_b,
        arc_kind=graph.arc_kind,
        arc_edge=graph.arc_edge,
        arc_verge=graph.arc_verge,
        arc_end=arc_end,
        arc_side=arc_side,
    )
    return DrawPlan(verges, arcs)


def _arc_ends(graph: CornerGraph) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return at which end of its edge each arc across or around lies, and on which side its first corner."""
    streets = graph.streets
    end, side = np.zeros(graph.arcs, dtype=np.int8), np.zeros(graph.arcs, dtype=np.int8)
    across = np.flatnonzero((graph.arc_verge < 0) & (graph.arc_kind != ArcKind.MEDIAN))
    edge = graph.arc_edge[across].astype(np.int64)
    node = graph.corner_node[graph.arc_a[across]]
    loop = streets.edge_from[edge] == streets.edge_to[edge]
    # Both ends of a loop have one node: its arcs stand in the order of its ends.
    order = np.argsort(edge, kind="stable")
    later = np.zeros(len(across), dtype=bool)
    later[order[1:]] = edge[order[1:]] == edge[order[:-1]]
    end[across] = np.where(loop, later, node != streets.edge_from[edge])
    first = end[across] == 0
    vertex = np.where(first, streets.vertex_start[edge], streets.vertex_start[edge + 1] - 2)
    dx, dy = streets.x[vertex + 1] - streets.x[vertex], streets.y[vertex + 1] - streets.y[vertex]
    a, b = graph.arc_a[across], graph.arc_b[across]
    left = dx * (graph.corner_y[a] - graph.corner_y[b]) - dy * (graph.corner_x[a] - graph.corner_x[b]) > 0
    corner = np.where(first, graph.verge_a[[2 * edge, 2 * edge + 1]], graph.verge_b[[2 * edge, 2 * edge + 1]])
    at_left = (corner[0] == a) | (corner[1] == b)
    at_right = (corner[1] == a) | (corner[0] == b)
    side[across] = np.where(at_left != at_right, at_right, ~left)
    return end, side


def _neighbours(graph: CornerGraph) -> Ints:
    """Return for each end of a verge (``2 * verge + end``) the other one at its corner, -1 where none is."""
    corner = np.stack([graph.verge_a, graph.verge_b], axis=1).ravel()
    ends = np.flatnonzero(corner >= 0)
    ends = ends[np.argsort(corner[ends], kind="stable")]
    pair = np.flatnonzero(corner[ends[1:]] == corner[ends[:-1]])
    result = np.full(len(corner), -1, dtype=np.int32)
    result[ends[pair]], result[ends[pair + 1]] = ends[pair + 1], ends[pair]
    return result
