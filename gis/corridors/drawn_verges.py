"""The verges of a corner graph as they are drawn (路侧线)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gis.corridors.streets import Flags, Floats, Ints, Longs


class DrawnVerges(NamedTuple):
    """The verges as they are drawn, plane metres.

    Attributes
    ----------
    vertex_start, x, y
        Vertices of the edges.
    ux, uy, length_m
        Direction and length of each segment, shape (segments,).
    offset_m
        From the centreline to the drawn line, shape (2, segments).
    kept
        Whether the drawn line follows the segment, shape (2, segments).
    begin_m, end_m
        From where to where, stations along the segment; beyond its ends at the outside of bends.
    begin_offset_m, end_offset_m
        From the centreline to the drawn line there: less than ``offset_m`` where a neighbour is narrower.
    setback_m
        Where each verge begins as the graph measures it, along the centreline from the node, at
        ``2 * verge + end``; may be negative.
    reach_m
        How far from the node an acute corner lies where the verges of both its arms part; 0 at others.
    join_m
        How far from the node the verge meets the next one; 0 where they meet at the node or beyond.
    """

    vertex_start: Longs
    x: Floats
    y: Floats
    ux: Floats
    uy: Floats
    length_m: Floats
    offset_m: Floats
    kept: Flags
    begin_m: Floats
    end_m: Floats
    begin_offset_m: Floats
    end_offset_m: Floats
    setback_m: Floats
    reach_m: Floats
    join_m: Floats


class DrawnArcs(NamedTuple):
    """What joins the verges at their corners; the first eight are the graph's.

    Attributes
    ----------
    verge_a, verge_b, corner_median, arc_a, arc_b, arc_kind, arc_edge, arc_verge
        Of the graph.
    arm_end
        Of an arc across or around an arm: 0 at the first, 1 at the last vertex of its edge, which is also the
        side of the edge at which ``arc_a`` lies, as that is at the left of the arm.
    """

    verge_a: Ints
    verge_b: Ints
    corner_median: Flags
    arc_a: Ints
    arc_b: Ints
    arc_kind: NDArray[np.int8]
    arc_edge: Ints
    arc_verge: Ints
    arm_end: NDArray[np.int8]


class DrawPlan(NamedTuple):
    """All that drawing needs of a corner graph."""

    verges: DrawnVerges
    arcs: DrawnArcs


_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled_inside(function: _Function) -> _Function:
    """Return the function compiled for compiled callers alone, and kept on disk with them only.

    The way in from Python takes most of the time of compiling where a function is given all of a plan.
    """
    options: dict[str, Any] = {"nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast("_Function", njit(**options)(function))
