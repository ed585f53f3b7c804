"""Ways over medians opposite side streets: a junction on one carriageway is one of the whole road."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.corridors.arms import Arms, Faces, enclosed_faces, sorted_arms
from gis.corridors.medians import medians
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Flags, Floats, Ints, Kind, Longs, Streets

_JUNCTION: Final = 3
_ROUND: Final = 0.6
"""Area over that of the circle with the same border: a square has 0.79, one by three 0.59."""
_STRAIGHT_RAD: Final = math.pi / 3.0
_CARRIAGEWAYS: Final = 3
"""Rounds: service and main roads of both directions are three medians apart."""
_REACH: Final = 2.5
_REACH_M: Final = 60.0
"""A way over a median is at most so many times as long as the median is wide, and no longer than this."""
_AT_NODE_M: Final = 8.0
"""A junction of the far carriageway this close to the place opposite is taken instead."""
_APART_M: Final = 1.0


_BY_EDGE: Final = ("kind", "road_class", "width_m", "width_assumed", "city", "raised", "road")


class _Ways(NamedTuple):
    """Ways over medians: from a node to a place on a segment of an edge."""

    node: Longs
    edge: Longs
    segment: Longs
    station_m: Floats


def with_median_links(
    streets: Streets, parcel_points: NDArray[np.float64], parameters: CorridorParameters
) -> Streets:
    """Return the network with edges without width over its medians, opposite every side street.

    Where a street meets one carriageway of a dual carriageway and the median has no break, the road can still
    be crossed there as a whole. The far carriageway gets a node, and an edge of no width joins it to the
    junction; it has medians on both sides, so nothing lies along it and nothing fronts it. Expressways are
    crossed at their own junctions only.

    Every round changes the faces, in a large city the last one too, so that the corner graph has to find the
    medians anew.

    Parameters
    ----------
    streets
        The noded network.
    parcel_points
        A point within each parcel, plane metres, shape (parcels, 2).
    parameters
        What a median is.
    """
    for _ in range(_CARRIAGEWAYS):
        arms = sorted_arms(streets)
        faces = enclosed_faces(streets, arms)
        median_m, link = medians(streets, arms, faces, parcel_points, parameters)
        corner = _open_corners(streets, arms, median_m, link, _along_medians(faces))
        ways = _opposite(streets, arms, median_m, corner, faces.of_verge)
        if not len(ways.node):
            break
        streets = _joined(streets, ways)
    return streets


def _open_corners(streets: Streets, arms: Arms, median_m: Floats, link: Flags, long_faces: Flags) -> Ints:
    """Return the corners on medians, at junctions, from which no link leads over the median yet."""
    arm = np.flatnonzero(~np.isnan(median_m)).astype(np.int32)
    other = arms.following[arm]
    street = streets.kind == Kind.STREET
    fit = (arms.degree[arms.node[arm]] >= _JUNCTION) & street[arm // 2] & street[other // 2]
    fit &= ~link[arm // 2] & ~link[other // 2] & ~streets.raised[arm // 2] & long_faces[arm]
    # The carriageway goes on past the street: at the tips of a median it turns.
    turn = (arms.bearing_rad[other] - arms.bearing_rad[arm]) % (2.0 * math.pi)
    return np.asarray(arm[fit & (np.abs(turn - math.pi) < _STRAIGHT_RAD)], dtype=np.int32)


def _along_medians(faces: Faces) -> Flags:
    """Return which verges border a face that is longer than wide, and so no island, shape (verges,)."""
    return np.asarray((faces.roundness < _ROUND)[faces.of_verge], dtype=bool)


def _opposite(streets: Streets, arms: Arms, median_m: Floats, corner: Ints, face: Ints) -> _Ways:
    """Return the ways over the medians from the corners, each to the nearest edge of the same face."""
    node = arms.node[corner].astype(np.int64)
    turn = (arms.bearing_rad[arms.following[corner]] - arms.bearing_rad[corner]) % (2.0 * math.pi)
    heading = arms.bearing_rad[corner] + turn / 2.0
    x, y = streets.node_x[node], streets.node_y[node]
    reach = np.minimum(_REACH * median_m[corner], _REACH_M)
    ends = np.stack([x, y, x + reach * np.cos(heading), y + reach * np.sin(heading)], axis=1).reshape(
        -1, 2, 2
    )
    rays = np.asarray(shapely.linestrings(ends), dtype=object)
    lines = _segments(streets)
    at, segment = shapely.STRtree(lines).query(rays, predicate="intersects")
    edge = np.searchsorted(streets.vertex_start[1:] - np.arange(1, streets.edges + 1), segment, side="right")
    same = (face[2 * edge] == face[corner[at]]) | (face[2 * edge + 1] == face[corner[at]])
    away = (streets.edge_from[edge] != node[at]) & (streets.edge_to[edge] != node[at])
    kept = same & away & (streets.kind[edge] == Kind.STREET) & ~streets.raised[edge]
    at, segment, edge = at[kept], segment[kept], edge[kept]
    meeting = shapely.intersection(rays[at], lines[segment])
    distance = shapely.distance(shapely.points(x[at], y[at]), meeting)
    order = np.lexsort((segment, distance, at))
    _, first = np.unique(at[order], return_index=True)
    best = order[first]
    station = shapely.line_locate_point(lines[segment[best]], shapely.centroid(meeting[best]))
    return _Ways(node[at[best]], edge[best], segment[best], station)


def _segments(streets: Streets) -> NDArray[np.object_]:
    inner = np.ones(max(len(streets.x) - 1, 0), dtype=bool)
    inner[streets.vertex_start[1:-1] - 1] = False
    first = np.flatnonzero(inner)
    points = np.stack([streets.x, streets.y], axis=1)
    return np.asarray(shapely.linestrings(np.stack([points[first], points[first + 1]], axis=1)), dtype=object)


def _joined(streets: Streets, ways: _Ways) -> Streets:
    """Cut the far carriageways where the ways end, and add the ways as edges."""
    first = ways.segment + ways.edge
    length = np.hypot(streets.x[first + 1] - streets.x[first], streets.y[first + 1] - streets.y[first])
    share = ways.station_m / length
    x = streets.x[first] + share * (streets.x[first + 1] - streets.x[first])
    y = streets.y[first] + share * (streets.y[first + 1] - streets.y[first])
    target = _near_node(streets, ways.edge, x, y)
    fresh = np.flatnonzero(target < 0)
    fresh = fresh[np.lexsort((ways.station_m[fresh], ways.segment[fresh]))]
    gap = np.hypot(np.diff(x[fresh]), np.diff(y[fresh]))
    apart = np.append(True, (gap > _APART_M) | (np.diff(ways.edge[fresh]) != 0))[: len(fresh)]
    target[fresh] = streets.nodes + np.cumsum(apart) - 1
    cut = fresh[apart]
    streets = _cut(streets, ways.edge[cut], first[cut], x[cut], y[cut])
    pairs = np.stack([np.minimum(ways.node, target), np.maximum(ways.node, target)], axis=1)
    pairs, row = np.unique(pairs, axis=0, return_index=True)
    return _linked(streets, pairs, ways.edge[row])


def _near_node(streets: Streets, edge: Longs, x: Floats, y: Floats) -> Longs:
    """Return the end of the edge that is near to each point; -1 for none."""
    target = np.full(len(edge), -1, dtype=np.int64)
    for node in (streets.edge_from[edge], streets.edge_to[edge]):
        near = np.hypot(streets.node_x[node] - x, streets.node_y[node] - y) < _AT_NODE_M
        target[near] = node[near]
    return target


def _cut(streets: Streets, edge: Longs, after: Longs, x: Floats, y: Floats) -> Streets:
    """Return the network with new nodes on edges: each after a vertex, in order along the edges."""
    nodes = streets.nodes + np.arange(len(edge))
    cuts = np.bincount(edge, minlength=streets.edges)
    own = np.repeat(np.arange(streets.edges), cuts + 1)
    last = np.cumsum(cuts + 1) - 1
    is_last = np.zeros(len(own), dtype=bool)
    is_last[last] = True
    is_first = np.roll(is_last, 1)
    edge_from, edge_to = streets.edge_from[own], streets.edge_to[own]
    edge_from[~is_first], edge_to[~is_last] = nodes, nodes
    begin = np.where(is_first, streets.vertex_start[own], 0)
    begin[~is_first] = after + 1
    end = np.where(is_last, streets.vertex_start[own + 1], 0)
    end[~is_last] = after + 1
    sizes = end - begin + (~is_first).astype(np.int64) + (~is_last).astype(np.int64)
    twice = np.repeat(after + 1, 2)
    return replace(
        streets,
        node_x=np.concatenate([streets.node_x, x]),
        node_y=np.concatenate([streets.node_y, y]),
        edge_from=edge_from,
        edge_to=edge_to,
        vertex_start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        x=np.insert(streets.x, twice, np.repeat(x, 2)),
        y=np.insert(streets.y, twice, np.repeat(y, 2)),
        **_of_edges(streets, own),
    )


def _linked(streets: Streets, pairs: Longs, pattern: Longs) -> Streets:
    """Return the network with edges of no width between pairs of nodes; the rest is as in a pattern edge."""
    pairs = pairs.astype(np.int32)
    added = _of_edges(streets, pattern)
    added["width_m"] = np.zeros(len(pairs))
    added["width_assumed"] = np.zeros(len(pairs), dtype=bool)
    both: dict[str, Any] = {n: np.concatenate([getattr(streets, n), more]) for n, more in added.items()}
    ends = streets.vertex_start[-1] + 2 * np.arange(1, len(pairs) + 1)
    return replace(
        streets,
        edge_from=np.concatenate([streets.edge_from, pairs[:, 0]]),
        edge_to=np.concatenate([streets.edge_to, pairs[:, 1]]),
        vertex_start=np.concatenate([streets.vertex_start, ends]),
        x=np.concatenate([streets.x, streets.node_x[pairs].ravel()]),
        y=np.concatenate([streets.y, streets.node_y[pairs].ravel()]),
        **both,
    )


def _of_edges(streets: Streets, edges: Longs) -> dict[str, Any]:
    """Return what is known of each of the edges, as columns."""
    return {name: getattr(streets, name)[edges] for name in _BY_EDGE}
