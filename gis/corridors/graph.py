"""The corner graph (角点图): verges to walk, roads to cross, and the corners where they meet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from gis.corridors.streets import Flags, Floats, Ints, Longs, Streets

LEFT, RIGHT = 0, 1
"""Sides of an edge seen from its first to its last vertex; verge ``2 * edge + side``."""


class ArcKind(IntEnum):
    """What an arc of the corner graph is."""

    VERGE = 0
    """Along one side of an edge (沿路敷设); on a duct edge along the duct."""
    CROSSING = 1
    """From one side of an edge to the other (穿越道路)."""
    MEDIAN = 2
    """Over a median or an island, between two carriageways of one crossing."""


@dataclass(frozen=True, slots=True)
class CornerGraph:
    """Corners, verges and crossings of a street network, lengths in whole centimetres on the ellipsoid.

    A segment lies between two neighbouring vertices of an edge: segment ``vertex_start[e] - e + j`` is the
    j-th of edge e. Arrays by verge have two entries an edge, arrays by segment and side the shape
    (2, segments).

    Attributes
    ----------
    streets
        What the graph was built from.
    verge_a, verge_b
        Corner at the edge's first and last vertex; -1 where there is no verge to walk (expressway, railway,
        the side of a carriageway on its median).
    verge_cm
        Length of each verge, setbacks taken off.
    half_width_m
        From the centreline to the verge, plane metres; on a median at most half of its width.
    setback_a_cm, setback_b_cm
        Taken off each segment's length at its first and last vertex; negative at the outside of a bend.
    begin_cm
        Position on the verge at which the segment's part begins.
    corner_node
        Node of each corner.
    corner_x, corner_y
        Where the corner lies, plane metres.
    corner_median
        The corner lies on a median or an island.
    component
        Connected piece of each corner; pieces are numbered by length, the longest is 0.
    component_cm
        Length of the verges of each piece.
    arc_a, arc_b
        Corners of each arc. Verges come first, then medians, then what leads across or around the arms: two
        arcs an edge, at its first and at its last vertex, each from the arm's left corner to its right one.
    arc_cm
        Its length; 0 where setbacks take all.
    arc_kind
        ``ArcKind``.
    arc_edge
        The edge walked along or crossed.
    arc_verge
        The verge of a ``VERGE`` arc; -1 for the others, and for the ``VERGE`` arc around a dead end, which is
        as long as its road is wide.
    start, head, arc
        Compressed rows: corner -> neighbours and the arcs to them; every arc stands in both rows.
    """

    streets: Streets
    verge_a: Ints
    verge_b: Ints
    verge_cm: Ints
    half_width_m: Floats
    setback_a_cm: Ints
    setback_b_cm: Ints
    begin_cm: Ints
    corner_node: Ints
    corner_x: Floats
    corner_y: Floats
    corner_median: Flags
    component: Ints
    component_cm: Longs
    arc_a: Ints
    arc_b: Ints
    arc_cm: Ints
    arc_kind: NDArray[np.int8]
    arc_edge: Ints
    arc_verge: Ints
    start: Ints
    head: Ints
    arc: Ints

    @property
    def corners(self) -> int:
        """Number of corners."""
        return len(self.corner_node)

    @property
    def arcs(self) -> int:
        """Number of arcs, each counted once."""
        return len(self.arc_a)
