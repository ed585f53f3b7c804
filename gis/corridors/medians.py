"""Medians and islands (中央分隔带、渠化岛): faces that a cable crosses and never lies in.

A dual carriageway is two centrelines and one road. What tells a median from a block is its width: a face is
taken for the rectangle of the same area and border, and what is left of its width between the verges counts.
A small block between narrow streets is no island: its streets would lose every verge. So a small face is an
island only if it is round, as roundabouts are, and a minor street keeps a verge on the wider of two narrow
faces.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.compiled import compiled
from gis.corridors.arms import Arms, Faces
from gis.corridors.carriageways import facing_widths, tied_faces
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import ROAD_CLASSES, Flags, Floats, Ints, Kind, Streets

_ROUND: Final = 0.85
"""Area over that of the circle with the same border: a square has 0.79, a hexagon 0.91."""
_ROUND_SEGMENTS: Final = 6
_TRIANGLE: Final = 3
_LINK: Final = 1.5
"""An edge between two medians is a link across them up to this many times their width."""
_MINOR: Final = ("tertiary", "local", "track", "other")


def medians(
    streets: Streets,
    arms: Arms,
    faces: Faces,
    parcel_points: NDArray[np.float64],
    parameters: CorridorParameters,
) -> tuple[Floats, Flags]:
    """Return how wide the median at the side of each verge is, and which edges lead across one.

    Parameters
    ----------
    streets, arms, faces
        The network, its arms and its faces.
    parcel_points
        A point within each parcel, plane metres, shape (parcels, 2): a face with one is a block.
    parameters
        ``median_width_m`` and ``median_area_m2``.

    Returns
    -------
    Width of the median between the centrelines, metres, NaN where the verge borders none, shape (verges,);
    and whether the edge has medians on both sides and is as short as they are wide, shape (edges,).
    """
    width_m, chosen = _narrow(faces, parameters)
    length_m = _edge_lengths(streets)
    tied = tied_faces(streets, arms, faces)
    parts, part_m = _parts(streets, faces, length_m, np.where(tied, np.inf, width_m))
    chosen[parts], width_m[parts] = True, part_m
    chosen[_occupied(streets, arms, faces, chosen, parcel_points)] = False
    at_verge = np.where(chosen[faces.of_verge], width_m[faces.of_verge], np.nan)
    tied &= ~chosen
    if tied.any():
        at_verge = np.fmin(at_verge, facing_widths(streets, arms, faces, tied, parcel_points, parameters))
    link = _links(streets, at_verge, length_m)
    minor = np.isin(streets.road_class, [ROAD_CLASSES.index(name) for name in _MINOR])
    hemmed = np.flatnonzero(~np.isnan(at_verge).reshape(-1, 2).any(axis=1) & ~link & minor)
    wider = 2 * hemmed + np.argmax(at_verge.reshape(-1, 2)[hemmed], axis=1)
    at_verge[wider[~np.isin(faces.of_verge[wider], parts[chosen[parts]])]] = np.nan
    return at_verge, _links(streets, at_verge, length_m)


def _links(streets: Streets, at_verge: Floats, length_m: Floats) -> Flags:
    """Return which edges lead over a median: those made for it, and short ones with medians on both sides."""
    sides = at_verge.reshape(-1, 2)
    both = ~np.isnan(sides).any(axis=1)
    short = length_m <= _LINK * np.fmax(sides[:, 0], sides[:, 1])
    return np.asarray(both & (short | _ways_over(streets)), dtype=bool)


def _ways_over(streets: Streets) -> Flags:
    """Return which edges were laid over a median: no street else has no width."""
    return np.asarray((streets.width_m == 0.0) & (streets.kind == Kind.STREET), dtype=bool)


def _parts(streets: Streets, faces: Faces, length_m: Floats, across_m: Floats) -> tuple[Ints, Floats]:
    """Return the parts into which ways over medians divide them, and how wide: as the shortest way is long.

    What is much wider than the way is long lies beyond the median's end.
    """
    way = np.repeat(_ways_over(streets), 2)
    width_m = np.full(len(faces.area_m2), np.inf)
    np.minimum.at(width_m, faces.of_verge[way], np.repeat(length_m, 2)[way])
    parts = np.flatnonzero(np.isfinite(width_m) & (across_m <= _LINK * width_m) & (faces.area_m2 > 0.0))
    return parts.astype(np.int32), width_m[parts]


def _narrow(faces: Faces, parameters: CorridorParameters) -> tuple[Floats, Flags]:
    """Return the width of each face between centrelines, and whether it is narrow, or round and small."""
    area, half = np.maximum(faces.area_m2, 0.0), faces.perimeter_m / 2.0
    # Sides a >= b of the rectangle: a + b = half, a b = area; a compact face is taken for a square.
    root = np.sqrt(np.maximum(half**2 / 4.0 - area, 0.0))
    width_m = np.where(half**2 >= 4.0 * area, half / 2.0 - root, np.sqrt(area))
    inside = (faces.area_m2 > 0.0) & (faces.perimeter_m > 0.0)
    narrow = inside & (width_m - 2.0 * faces.half_width_m < parameters.median_width_m)
    island = inside & (area < parameters.median_area_m2)
    island &= (faces.roundness > _ROUND) & (faces.segments >= _ROUND_SEGMENTS)
    return width_m, narrow | island


def _occupied(streets: Streets, arms: Arms, faces: Faces, chosen: Flags, points: NDArray[np.float64]) -> Ints:
    """Return the chosen faces that hold a parcel's point."""
    if not len(points) or not chosen.any():
        return np.empty(0, dtype=np.int32)
    x, y, ring = _rings(faces.of_verge, chosen, arms.previous, streets.vertex_start, streets.x, streets.y)
    numbers, at = np.unique(ring, return_inverse=True)
    enough = np.bincount(at)[at] >= _TRIANGLE
    numbers, at = np.unique(ring[enough], return_inverse=True)
    rings = shapely.linearrings(x[enough], y[enough], indices=at)
    polygons = shapely.make_valid(shapely.polygons(rings))
    found = shapely.STRtree(np.asarray(shapely.points(points), dtype=object)).query(
        polygons, predicate="intersects"
    )[0]
    return np.unique(numbers[found]).astype(np.int32)


@compiled
def _rings(
    face: Ints, chosen: Flags, previous: Ints, vertex_start: NDArray[np.int64], x: Floats, y: Floats
) -> tuple[Floats, Floats, Ints]:
    size = 0
    for verge in range(face.size):
        if chosen[face[verge]]:
            size += vertex_start[verge // 2 + 1] - vertex_start[verge // 2] - 1
    ring_x, ring_y, ring = np.empty(size), np.empty(size), np.empty(size, np.int32)
    seen = np.zeros(chosen.size, np.bool_)
    fill = 0
    for first in range(face.size):
        which = face[first]
        if not chosen[which] or seen[which]:
            continue
        seen[which] = True
        verge = first
        while True:
            begin, end = vertex_start[verge // 2], vertex_start[verge // 2 + 1] - 1
            for step in range(end - begin):
                at = begin + step if verge % 2 == 0 else end - step
                ring_x[fill], ring_y[fill], ring[fill] = x[at], y[at], which
                fill += 1
            verge = previous[verge ^ 1]
            if verge == first:
                break
    return ring_x, ring_y, ring


def _edge_lengths(streets: Streets) -> Floats:
    steps = np.hypot(np.diff(streets.x), np.diff(streets.y))
    steps = np.append(steps, 0.0)
    steps[streets.vertex_start[1:] - 1] = 0.0
    if not streets.edges:
        return steps[:0]
    return np.asarray(np.add.reduceat(steps, streets.vertex_start[:-1]), dtype=np.float64)
