"""The far side of dual carriageways (分幅路): rays over the median to the outer verge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely

from gis.corridors.attachments import Attachments
from gis.corridors.graph import CornerGraph
from gis.corridors.segments import centimetres, first_vertex, past_verge_cm, verge_position
from gis.corridors.streets import Floats, Ints, Kind, Longs

_HOPS: Final = 3
"""Carriageways beyond the owner's own: main and service roads of both directions."""
_HOP_M: Final = 80.0
_SELF_M: Final = 0.01
_ACROSS: Final = 0.8
"""Sine of the least angle between a ray and the carriageway it meets."""
_PAST_CM: Final = 500
"""A straight crossing may end so far beside the far verge's end, in the setback of a junction."""


class Rows(NamedTuple):
    """Positions before they are grouped by owner; arrays of one length, named as in ``Places``."""

    attachment: Longs
    verge: Longs
    low_cm: Ints
    high_cm: Ints
    low_part: Floats
    high_part: Floats
    crossing_cm: Ints
    far_edge: Longs

    def taken(self, at: Longs) -> Rows:
        """Return some of them."""
        return Rows._make(column[at] for column in self)


def joined_rows(parts: Sequence[Rows]) -> Rows:
    """Return all positions, one part after the other."""
    return Rows._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


class _Reached(NamedTuple):
    """Where rays meet the far carriageway; ``row`` says whose ray it is."""

    row: Longs
    edge: Longs
    side: Longs
    segment: Longs
    station_m: Floats
    crossing_m: Floats

    def taken(self, at: Longs) -> _Reached:
        return _Reached(
            self.row[at],
            self.edge[at],
            self.side[at],
            self.segment[at],
            self.station_m[at],
            self.crossing_m[at],
        )


def far_rows(graph: CornerGraph, attachments: Attachments) -> list[Rows]:
    """Return the positions on the outer verge of the carriageway behind a median."""
    edge = attachments.edge.astype(np.int64)
    other = 1 - attachments.side.astype(np.int64)
    rows = np.flatnonzero((graph.verge_a[2 * edge + other] < 0) & (graph.streets.kind[edge] == Kind.STREET))
    if not len(rows):
        return []
    low = _rays(graph, attachments, rows, attachments.low_m[rows])
    high = _rays(graph, attachments, rows, attachments.high_m[rows])
    _, first, second = np.intersect1d(low.row, high.row, return_indices=True)
    one = (low.segment[first] == high.segment[second]) & (low.side[first] == high.side[second])
    first, second = first[one], second[one]
    lone_low, lone_high = (
        np.setdiff1d(np.arange(len(low.row)), first),
        np.setdiff1d(np.arange(len(high.row)), second),
    )
    return [
        _reached_rows(graph, low.taken(first), high.taken(second), rows, (0.0, 1.0)),
        _reached_rows(graph, low.taken(lone_low), low.taken(lone_low), rows, (0.0, 0.0)),
        _reached_rows(graph, high.taken(lone_high), high.taken(lone_high), rows, (1.0, 1.0)),
    ]


def _reached_rows(
    graph: CornerGraph, low: _Reached, high: _Reached, rows: Longs, parts: tuple[float, float]
) -> Rows:
    """Return reached places as rows; one deep within a junction of the far carriageway is left out."""
    easting = graph.streets.x[first_vertex(graph, low.segment)]
    stations = (low.station_m, high.station_m)
    past = [past_verge_cm(graph, low.side, low.segment, each, easting) for each in stations]
    along = [verge_position(graph, low.side, low.segment, each, easting) for each in stations]
    crossing = centimetres(graph, (low.crossing_m + high.crossing_m) / 2.0, easting)
    kept = np.flatnonzero(np.maximum(*past) <= _PAST_CM)
    return Rows(
        rows[low.row[kept]],
        2 * low.edge[kept] + low.side[kept],
        along[0][kept],
        along[1][kept],
        np.full(len(kept), parts[0]),
        np.full(len(kept), parts[1]),
        crossing[kept],
        low.edge[kept],
    )


def _rays(graph: CornerGraph, attachments: Attachments, rows: Longs, station_m: Floats) -> _Reached:
    """Follow rays from the centreline over medians until a carriageway has an outer verge."""
    streets = graph.streets
    edge, side = attachments.edge[rows].astype(np.int64), attachments.side[rows].astype(np.int64)
    at = first_vertex(graph, attachments.segment[rows].astype(np.int64))
    ux, uy = streets.x[at + 1] - streets.x[at], streets.y[at + 1] - streets.y[at]
    length = np.hypot(ux, uy)
    ux, uy = ux / length, uy / length
    x, y = streets.x[at] + ux * station_m, streets.y[at] + uy * station_m
    # Away from the owner: to the right of the edge for an owner at its left.
    away = np.where(side == 0, 1.0, -1.0)
    dx, dy = uy * away, -ux * away
    lines = streets.lines()
    lines[streets.raised] = None
    tree = shapely.STRtree(lines)
    gone = np.zeros(len(rows))
    alive = np.arange(len(rows))
    found: list[_Reached] = []
    for _ in range(_HOPS):
        ray, reached, distance = _first_hits(
            tree,
            x[alive] + dx[alive] * gone[alive],
            y[alive] + dy[alive] * gone[alive],
            dx[alive],
            dy[alive],
            edge[alive],
        )
        alive = alive[ray]
        if not len(alive):
            break
        gone[alive] += distance
        edge[alive] = reached
        hit = _located(graph, reached, x[alive] + dx[alive] * gone[alive], y[alive] + dy[alive] * gone[alive])
        segment, station, vx, vy = hit
        turn = vx * dy[alive] - vy * dx[alive]
        outer = np.where(turn > 0, 0, 1)
        # The next carriageway of the same road: nearly parallel, with the median on the side that is met.
        same = (np.abs(turn) > _ACROSS) & (graph.verge_a[2 * reached + 1 - outer] < 0)
        same &= graph.streets.kind[reached] == Kind.STREET
        walked = graph.verge_a[2 * reached + outer] >= 0
        near_m = graph.half_width_m[2 * attachments.edge[rows[alive]].astype(np.int64) + side[alive]]
        span = near_m + gone[alive] + graph.half_width_m[2 * reached + outer]
        met = _Reached(alive, reached, outer, segment, station, span)
        found.append(met.taken(np.flatnonzero(same & walked)))
        alive = alive[same & ~walked]
    return _merged(found)


def _merged(found: list[_Reached]) -> _Reached:
    none, nowhere = np.empty(0, dtype=np.int64), np.empty(0)
    columns = zip(_Reached(none, none, none, none, nowhere, nowhere), *found, strict=True)
    row, edge, side, segment, station_m, crossing_m = (np.concatenate(column) for column in columns)
    reached = _Reached(row, edge, side, segment, station_m, crossing_m)
    return reached.taken(np.argsort(row, kind="stable"))


def _first_hits(
    tree: shapely.STRtree, x: Floats, y: Floats, dx: Floats, dy: Floats, own: Longs
) -> tuple[Longs, Longs, Floats]:
    """Return the rays that meet an edge other than their own, the nearest such edge, and how far it is."""
    ends = np.stack([np.stack([x, y], axis=1), np.stack([x + dx * _HOP_M, y + dy * _HOP_M], axis=1)], axis=1)
    rays = np.asarray(shapely.linestrings(ends), dtype=object)
    ray, edge = tree.query(rays, predicate="intersects")
    foreign = edge != own[ray]
    ray, edge = ray[foreign], edge[foreign]
    meeting = shapely.intersection(rays[ray], tree.geometries[edge])
    distance = shapely.distance(shapely.points(x[ray], y[ray]), meeting)
    ahead = distance > _SELF_M
    ray, edge, distance = ray[ahead], edge[ahead], distance[ahead]
    order = np.lexsort([edge, distance, ray])
    ray, first = np.unique(ray[order], return_index=True)
    return ray, edge[order][first], distance[order][first]


def _located(graph: CornerGraph, edge: Longs, x: Floats, y: Floats) -> tuple[Longs, Floats, Floats, Floats]:
    """Return the segment of the edge nearest to each point, the station on it, and its direction."""
    streets = graph.streets
    sizes = streets.vertex_start[edge + 1] - streets.vertex_start[edge] - 1
    row = np.repeat(np.arange(len(edge)), sizes)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    at = streets.vertex_start[edge][row] + offset
    ux, uy = streets.x[at + 1] - streets.x[at], streets.y[at + 1] - streets.y[at]
    length = np.hypot(ux, uy)
    ux, uy = ux / length, uy / length
    px, py = x[row] - streets.x[at], y[row] - streets.y[at]
    station = np.clip(px * ux + py * uy, 0.0, length)
    gap = np.hypot(px - station * ux, py - station * uy)
    order = np.lexsort([at, gap, row])
    _, first = np.unique(row[order], return_index=True)
    best = order[first]
    return at[best] - edge, station[best], ux[best], uy[best]
