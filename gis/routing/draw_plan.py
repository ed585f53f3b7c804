"""What drawing needs of a corner graph: how its verges bend and meet."""

from __future__ import annotations

import numpy as np

from gis.corridors.drawn_bends import fill_bends
from gis.corridors.drawn_joints import fill_reach
from gis.corridors.drawn_layout import laid_out, verge_neighbours
from gis.corridors.drawn_verges import DrawnArcs, DrawPlan
from gis.corridors.graph import CornerGraph
from gis.corridors.streets import Floats


def draw_plan(graph: CornerGraph, offset_m: Floats) -> DrawPlan:
    """Return the verges of a graph as they are drawn, at the offsets that the corridors keep."""
    verges, neighbour = laid_out(graph, offset_m), verge_neighbours(graph)
    fill_bends(verges)
    fill_reach(verges, neighbour)
    # The last arcs are those of the arms: at the first and the last vertex of each edge, from left to right.
    arm_end = np.zeros(graph.arcs, dtype=np.int8)
    arm_end[graph.arcs - 2 * graph.streets.edges :] = np.tile([0, 1], graph.streets.edges)
    arcs = DrawnArcs(
        verge_a=graph.verge_a,
        verge_b=graph.verge_b,
        corner_median=graph.corner_median,
        arc_a=graph.arc_a,
        arc_b=graph.arc_b,
        arc_kind=graph.arc_kind,
        arc_edge=graph.arc_edge,
        arc_verge=graph.arc_verge,
        arm_end=arm_end,
    )
    return DrawPlan(verges, arcs)
