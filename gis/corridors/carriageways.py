"""Carriageways that face each other (分幅路) where faces cannot tell: flyovers tie faces into one another.

Roads that cross without a junction make a network that lies in no plane, and a walk along one side of a road
then goes on around blocks that have nothing to do with it. There a median is told by its two carriageways:
main roads, nearly parallel, a narrow gap apart for most of their length.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import shapely

from gis.compiled import compiled
from gis.corridors.arms import Arms, Faces
from gis.corridors.parameters import CorridorParameters
from gis.corridors.pieces import connected_pieces
from gis.corridors.streets import ROAD_CLASSES, Flags, Floats, Ints, Kind, Longs, Objects, Streets

_MAIN: Final = tuple(ROAD_CLASSES.index(name) for name in ("primary", "secondary", "tertiary"))
_SHARES: Final = (0.1, 0.3, 0.5, 0.7, 0.9)
_MOST: Final = 3
"""Of these places along an edge, so many must face the other carriageway."""
_PARALLEL: Final = math.sin(math.radians(25.0))
_STEP_M: Final = 0.5
_ROUNDNESS: Final = 0.1
_PERIMETER_M: Final = 2_000.0


class _Rays(NamedTuple):
    """Where rays leave an edge's centreline, and in which direction; shape (n,) each."""

    verge: Longs
    x: Floats
    y: Floats
    dx: Floats
    dy: Floats


def tied_faces(streets: Streets, arms: Arms, faces: Faces) -> Flags:
    """Return which faces may be several that a crossing without a junction ties together, shape (faces,).

    None where nodes, edges and faces fit a plane (Euler's formula for each connected piece).
    """
    pieces = _count_pieces(streets, arms)
    used = int((arms.degree > 0).sum())
    none = np.zeros(len(faces.area_m2), dtype=bool)
    if used - streets.edges + len(none) >= 2 * pieces:
        return none
    return np.asarray((faces.roundness < _ROUNDNESS) & (faces.perimeter_m > _PERIMETER_M), dtype=bool)


def _count_pieces(streets: Streets, arms: Arms) -> int:
    piece = connected_pieces(streets.nodes, streets.edge_from, streets.edge_to)
    return len(np.unique(piece[arms.degree > 0]))


def facing_widths(
    streets: Streets, arms: Arms, faces: Faces, tied: Flags, points: Floats, parameters: CorridorParameters
) -> Floats:
    """Return the gap between the centrelines of facing carriageways, NaN for other verges, shape (verges,).

    Parameters
    ----------
    streets, arms, faces
        The network, its arms and its faces.
    tied
        The faces to look at, of ``tied_faces``.
    points
        A point within each parcel, plane metres, shape (parcels, 2): no median holds one.
    parameters
        ``median_width_m``.
    """
    width_m = np.full(2 * streets.edges, np.nan)
    main = (streets.kind == Kind.STREET) & np.isin(streets.road_class, _MAIN) & ~streets.raised
    verge = np.flatnonzero(tied[faces.of_verge] & np.repeat(main, 2))
    if not len(verge):
        return width_m
    lines = streets.lines()
    rays = _rays(lines, verge)
    row, edge, distance = _first_hits(streets, lines, main, rays, parameters.median_width_m)
    gap = distance - (streets.width_m[rays.verge[row] // 2] + streets.width_m[edge]) / 2.0
    facing = gap < parameters.median_width_m
    row, distance = row[facing], distance[facing]
    order = np.lexsort((distance, rays.verge[row]))
    found, first, count = np.unique(rays.verge[row][order], return_index=True, return_counts=True)
    enough = count >= _MOST
    middle = distance[order][first + count // 2]
    found, middle = found[enough], middle[enough]
    free = ~_occupied(lines, found, middle, points)
    width_m[found[free]] = middle[free]
    closing = tied[faces.of_verge] & np.repeat((streets.kind == Kind.STREET) & ~streets.raised, 2)
    length_m = np.repeat(shapely.length(lines), 2)
    return _closed(arms.previous, closing, width_m, length_m, streets.width_m, parameters.median_width_m)


@compiled
def _closed(
    previous: Ints, closing: Flags, facing_m: Floats, length_m: Floats, street_m: Floats, gap_m: float
) -> Floats:
    """Return the widths with those of the verges that close a median at its ends and breaks.

    These lie between two facing verges on a walk around the face, and are no longer than a median is wide.
    """
    width_m, widest_m = facing_m.copy(), street_m.max()
    for first in np.flatnonzero(~np.isnan(facing_m)):
        verge, along_m = previous[first ^ 1], 0.0
        room_m = gap_m + street_m[first // 2] / 2.0
        while math.isnan(facing_m[verge]) and closing[verge] and along_m <= room_m + widest_m / 2.0:
            along_m += length_m[verge]
            verge = previous[verge ^ 1]
        if math.isnan(facing_m[verge]) or along_m >= room_m + street_m[verge // 2] / 2.0:
            continue
        last, verge = verge, previous[first ^ 1]
        while verge != last:
            width_m[verge] = max(facing_m[first], facing_m[last])
            verge = previous[verge ^ 1]
    return width_m


def _rays(lines: Objects, verge: Longs) -> _Rays:
    verge = np.repeat(verge, len(_SHARES))
    share = np.tile(_SHARES, len(verge) // len(_SHARES))
    line = lines[verge // 2]
    at = shapely.length(line) * share
    x, y, ux, uy = _heading(line, at)
    turn = np.where(verge % 2 == 0, 1.0, -1.0)
    return _Rays(verge, x, y, -uy * turn, ux * turn)


def _heading(line: Objects, at: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the place at a station of each line, and the direction of the line there."""
    before, after = (
        shapely.line_interpolate_point(line, np.maximum(at + step, 0.0)) for step in (-_STEP_M, _STEP_M)
    )
    place = shapely.line_interpolate_point(line, at)
    ux, uy = shapely.get_x(after) - shapely.get_x(before), shapely.get_y(after) - shapely.get_y(before)
    length = np.maximum(np.hypot(ux, uy), 1e-9)
    return shapely.get_x(place), shapely.get_y(place), ux / length, uy / length


def _first_hits(
    streets: Streets, lines: Objects, main: Flags, rays: _Rays, gap_m: float
) -> tuple[Longs, Longs, Floats]:
    """Return the rays whose first main road is nearly parallel, that road, and how far it is."""
    reach = streets.width_m[rays.verge // 2] / 2.0 + gap_m + streets.width_m[main].max() / 2.0
    ends = np.stack([rays.x, rays.y, rays.x + rays.dx * reach, rays.y + rays.dy * reach], axis=1)
    shots = np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)), dtype=object)
    candidates = np.flatnonzero(main)
    row, near = shapely.STRtree(lines[candidates]).query(shots, predicate="intersects")
    edge = candidates[near]
    other = edge != rays.verge[row] // 2
    row, edge = row[other], edge[other]
    meeting = shapely.intersection(shots[row], lines[edge])
    distance = shapely.distance(shapely.points(rays.x[row], rays.y[row]), meeting)
    order = np.lexsort((edge, distance, row))
    row, first = np.unique(row[order], return_index=True)
    edge, distance, meeting = edge[order][first], distance[order][first], meeting[order][first]
    at = shapely.line_locate_point(lines[edge], shapely.centroid(meeting))
    _, _, ux, uy = _heading(lines[edge], at)
    parallel = np.abs(ux * rays.dx[row] + uy * rays.dy[row]) < _PARALLEL
    return row[parallel], edge[parallel], distance[parallel]


def _occupied(lines: Objects, verge: Longs, width_m: Floats, points: Floats) -> Flags:
    """Return which strips beside edges hold a parcel's point."""
    occupied = np.zeros(len(verge), dtype=bool)
    if len(points) and len(verge):
        deep = np.where(verge % 2 == 0, width_m, -width_m)
        strips = shapely.buffer(lines[verge // 2], deep, single_sided=True)
        tree = shapely.STRtree(np.asarray(shapely.points(points), dtype=object))
        occupied[tree.query(strips, predicate="intersects")[0]] = True
    return occupied
