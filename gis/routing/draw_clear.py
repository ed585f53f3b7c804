"""Verges drawn nearer to their road where they would cross another one's centreline.

Where roads lie closer together than they are wide (slip roads, splitters of roundabouts, acute junctions)
half of the width leads past the centreline of a road that bounds the same block. There the verge is drawn
nearer to its own centreline: a walk along a block stays in it, and a line crosses a road where it is said to.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from gis.compiled import compiled
from gis.corridors.graph import CornerGraph
from gis.corridors.pieces import connected_pieces
from gis.corridors.streets import Floats, Ints, Kind, Longs, Objects
from gis.routing.draw_bends import fill_bends
from gis.routing.draw_joints import fill_reach, joint, place_on_arm
from gis.routing.draw_verges import DrawnVerges, compiled_inside
from gis.routing.draw_walk import Pen, Spot, draw_walk, put_place, spot_on_arm

_ROUNDS: Final = 7
_NARROWER: Final = 0.5


def clear_offsets(graph: CornerGraph, verges: DrawnVerges, neighbour: Ints) -> None:
    """Narrow ``verges.offset_m`` until no drawn verge crosses a centreline of its block, as far as that goes.

    Parameters
    ----------
    graph
        The corner graph.
    verges
        Its drawn verges; their offsets are changed.
    neighbour
        For each end of a verge the other one at its corner, -1 where none is.
    """
    centre, block, duct = graph.streets.lines(), _blocks(graph), graph.streets.kind == Kind.DUCT
    tree = shapely.STRtree(centre)
    waiting = np.flatnonzero(graph.verge_a >= 0)
    for _ in range(_ROUNDS):
        fill_bends(verges)
        fill_reach(verges, neighbour)
        x, y, start = _verge_lines(verges, neighbour, waiting)
        row = np.repeat(np.arange(len(waiting)), np.diff(start))
        lines = np.asarray(shapely.linestrings(x, y, indices=row), dtype=object)
        at, other = tree.query(lines, predicate="intersects")
        own = waiting[at] // 2
        beside = (block[2 * other] == block[waiting[at]]) | (block[2 * other + 1] == block[waiting[at]])
        # Roads that cross without a junction lie above one another, and so do their verges.
        beside &= (own == other) | ~shapely.crosses(centre[own], centre[other])
        beside &= ~duct[own] & ~duct[other]
        at, own, other = at[beside], own[beside], other[beside]
        if not len(at):
            return
        points, hit = shapely.get_coordinates(
            shapely.intersection(lines[at], centre[other]), return_index=True
        )
        side, segment = waiting[at[hit]] % 2, _segments(verges, own[hit], centre, points)
        narrow = np.unique(2 * segment + side)
        verges.offset_m[narrow % 2, narrow // 2] *= _NARROWER
        changed = np.unique(waiting[at])
        ends = np.concatenate([2 * changed, 2 * changed + 1])
        beyond = neighbour[ends]
        waiting = np.unique(np.concatenate([changed, beyond[beyond >= 0] // 2]))
    fill_bends(verges)
    fill_reach(verges, neighbour)


def _blocks(graph: CornerGraph) -> Longs:
    """Return the block that each verge bounds, -1 for one that is not walked."""
    walked = np.flatnonzero(graph.verge_a >= 0)
    a, b = graph.verge_a[walked], graph.verge_b[walked]
    piece, _ = connected_pieces(graph.corners, a, b, np.zeros(len(a), np.int32), np.zeros(len(a), dtype=bool))
    block = np.full(len(graph.verge_a), -1, dtype=np.int64)
    block[walked] = piece[a]
    return block


def _segments(verges: DrawnVerges, edge: Longs, centre: Objects, points: Floats) -> Longs:
    """Return the segment of an edge that is nearest to each point."""
    along = shapely.line_locate_point(centre[edge], shapely.points(points))
    first = verges.vertex_start[edge] - edge
    through = np.append(0.0, np.cumsum(verges.length_m))
    found = np.searchsorted(through, through[first] + along, side="right") - 1
    last = verges.vertex_start[edge + 1] - edge - 2
    return np.asarray(np.clip(found, first, last), dtype=np.int64)


@compiled
def _verge_lines(verges: DrawnVerges, neighbour: Ints, walked: Longs) -> tuple[Floats, Floats, Longs]:
    """Return the drawn verges, each with where it meets the next one at either end: points by verge."""
    start = np.zeros(walked.size + 1, np.int64)
    room = 0
    for at in range(walked.size):
        edge = walked[at] // 2
        room += 8 * (verges.vertex_start[edge + 1] - verges.vertex_start[edge]) + 16
    pen = Pen(np.empty(room), np.empty(room), np.empty(room, np.int32), np.zeros(1, np.int32))
    for at in range(walked.size):
        verge = walked[at]
        spots = (_spot(verges, neighbour, 2 * verge), _spot(verges, neighbour, 2 * verge + 1))
        put_place(pen, verges, verge, spots[0].place, 0)
        draw_walk(pen, verges, verge, spots[0], spots[1], 0)
        beyond = neighbour[2 * verge + 1]
        if beyond >= 0:
            put_place(pen, verges, beyond // 2, joint(verges, 2 * verge + 1, beyond)[1], 0)
        start[at + 1] = pen.used[0]
    return pen.x[: pen.used[0]], pen.y[: pen.used[0]], start


@compiled_inside
def _spot(verges: DrawnVerges, neighbour: Ints, end: int) -> Spot:
    """Return where a drawn verge begins: where it meets the next one, at a dead end at its setback."""
    if neighbour[end] >= 0:
        return spot_on_arm(verges, end, joint(verges, end, neighbour[end])[0])
    return spot_on_arm(verges, end, place_on_arm(verges, end, verges.setback_m[end]))
