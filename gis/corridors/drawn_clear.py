"""Verges drawn nearer to their road where they would cross another one's centreline.

Where roads lie closer together than they are wide (slip roads, splitters of roundabouts, acute junctions)
half of the width leads past the centreline of a road that bounds the same block. There the verge is drawn
nearer to its own centreline: a walk along a block stays in it, and a line crosses a road where it is said to.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import shapely

from gis.compiled import compiled
from gis.corridors.drawn_bends import fill_bends
from gis.corridors.drawn_joints import fill_reach, joint, place_on_arm
from gis.corridors.drawn_layout import laid_out, verge_neighbours
from gis.corridors.drawn_verges import DrawnVerges, compiled_inside
from gis.corridors.drawn_walk import Pen, Spot, draw_walk, put_place, spot_on_arm
from gis.corridors.features import sound
from gis.corridors.graph import CornerGraph
from gis.corridors.pieces import connected_pieces
from gis.corridors.streets import Flags, Floats, Ints, Kind, Longs, Objects

_ROUNDS: Final = 7
_NARROWER: Final = 0.5


def cleared_offsets(graph: CornerGraph, offset_m: Floats, land: Objects) -> Floats:
    """Return offsets narrowed until no verge crosses a centreline of its block, as far as that goes.

    Nor does a verge lead over a parcel or water where it is led on to meet the next one.

    Parameters
    ----------
    graph
        The corner graph.
    offset_m
        Of ``gis.corridors.drawn_offsets``, shape (2, segments).
    land
        Polygons of parcels and water, as for these; None among them allowed.
    """
    verges, neighbour = laid_out(graph, offset_m), verge_neighbours(graph)
    obstacles = _obstacles(graph, neighbour, land)
    waiting = np.flatnonzero(graph.verge_a >= 0)
    for _ in range(_ROUNDS):
        fill_bends(verges)
        fill_reach(verges, neighbour)
        x, y, start = _verge_lines(verges, neighbour, waiting)
        row = np.repeat(np.arange(len(waiting)), np.diff(start))
        lines = np.asarray(shapely.linestrings(x, y, indices=row), dtype=object)
        at, points = _hits(obstacles, lines, waiting)
        if not len(at):
            break
        segment = _segments(verges, waiting[at] // 2, obstacles.centre, points)
        narrow = np.unique(2 * segment + waiting[at] % 2)
        verges.offset_m[narrow % 2, narrow // 2] *= _NARROWER
        changed = np.unique(waiting[at])
        ends = np.concatenate([2 * changed, 2 * changed + 1])
        beyond = neighbour[ends]
        waiting = np.unique(np.concatenate([changed, beyond[beyond >= 0] // 2]))
    return verges.offset_m


class _Obstacles(NamedTuple):
    """What verges must not cross: centrelines of their own block, and land that no road runs through."""

    centre: Objects
    centre_tree: shapely.STRtree
    block: Longs
    duct: Flags
    land: Objects
    land_tree: shapely.STRtree
    neighbour: Ints


def _obstacles(graph: CornerGraph, neighbour: Ints, land: Objects) -> _Obstacles:
    centre, solid = graph.streets.lines(), sound(land)
    solid = solid[~shapely.is_missing(solid)]
    return _Obstacles(
        centre=centre,
        centre_tree=shapely.STRtree(centre),
        block=_blocks(graph),
        duct=graph.streets.kind == Kind.DUCT,
        land=solid,
        land_tree=shapely.STRtree(solid),
        neighbour=neighbour,
    )


def _hits(obstacles: _Obstacles, lines: Objects, verge: Longs) -> tuple[Longs, Floats]:
    """Return rows of the lines, and points where they meet an obstacle, shape (n,) and (n, 2)."""
    centre, block, duct = obstacles.centre, obstacles.block, obstacles.duct
    at, other = obstacles.centre_tree.query(lines, predicate="intersects")
    own = verge[at] // 2
    beside = (block[2 * other] == block[verge[at]]) | (block[2 * other + 1] == block[verge[at]])
    # Roads that cross without a junction lie above one another, and so do their verges.
    beside &= (own == other) | ~shapely.crosses(centre[own], centre[other])
    beside &= ~duct[own] & ~duct[other]
    at, met = at[beside], centre[other[beside]]
    over, polygon = _on_land(obstacles, lines, verge)
    at, met = np.concatenate([at, over]), np.concatenate([met, polygon])
    points, hit = shapely.get_coordinates(shapely.intersection(lines[at], met), return_index=True)
    return at[hit], points


def _on_land(obstacles: _Obstacles, lines: Objects, verge: Longs) -> tuple[Longs, Objects]:
    """Return rows of the lines that lead over land, and the land; where a road does so itself, they may."""
    at, over = obstacles.land_tree.query(lines, predicate="intersects")
    solid, centre = obstacles.land[over], obstacles.centre
    free = ~obstacles.duct[verge[at] // 2] & ~shapely.intersects(centre[verge[at] // 2], solid)
    for end in (0, 1):
        beyond = obstacles.neighbour[2 * verge[at] + end]
        free &= (beyond < 0) | ~shapely.intersects(centre[np.maximum(beyond, 0) // 4], solid)
    return at[free], solid[free]


def _blocks(graph: CornerGraph) -> Longs:
    """Return the block that each verge bounds, -1 for one that is not walked."""
    walked = np.flatnonzero(graph.verge_a >= 0)
    a, b = graph.verge_a[walked], graph.verge_b[walked]
    piece = connected_pieces(graph.corners, a, b)
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
