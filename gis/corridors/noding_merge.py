"""Lines whose vertices are known to meet, made into edges between nodes (合并重合段、生成边)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gis.corridors.lines import Lines, Ways
from gis.corridors.noding_places import Places
from gis.corridors.streets import Flags, Longs, Streets
from gis.metric_zone import MetricZone

_GOES_ON = 2
"""Segments at a point where a line merely goes on."""

_HASH = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


@dataclass(frozen=True, slots=True)
class _Edges:
    """Edges as runs of segments, with the places of their vertices.

    Attributes
    ----------
    way
        Way of each edge, shape (edges,).
    start
        Offsets into the vertices, shape (edges + 1,).
    place
        Place of each vertex.
    tail, head
        Meeting point at the first and the last vertex, shape (edges,).
    """

    way: Longs
    start: Longs
    place: Longs
    tail: Longs
    head: Longs

    def kept(self, edges: Flags) -> _Edges:
        vertices = np.repeat(edges, np.diff(self.start))
        start = np.append(0, np.cumsum(np.diff(self.start)[edges]))
        return _Edges(self.way[edges], start, self.place[vertices], self.tail[edges], self.head[edges])


def merged_streets(
    zone: MetricZone, lines: Lines, ways: Ways, places: Places, point: Longs, coincident_m: float
) -> Streets:
    """Return the edges between the nodes of lines.

    Segments between the same two meeting points are one, that of the way of the best rank. A node is where a
    line ends or turns back on itself, or where other than two segments meet.

    Parameters
    ----------
    zone
        The plane of the lines.
    lines, ways
        What to make edges of.
    places
        Where the vertices of the lines are.
    point
        Meeting point of each vertex, shape (vertices,).
    coincident_m
        A loop whose sides lie this close is dropped.
    """
    edges = _edges(lines, ways, places, point)
    edges = edges.kept(~_flat_loops(edges, places, coincident_m))
    return _streets(zone, ways, places, edges.kept(~_twins(edges, ways.rank)))


def _edges(lines: Lines, ways: Ways, places: Places, point: Longs) -> _Edges:
    tail = lines.segments
    tail = tail[point[tail] != point[tail + 1]]
    line = lines.line[tail]
    count = int(point.max(initial=-1)) + 1
    first = np.append(True, line[1:] != line[:-1])[: len(line)]
    last = np.append(line[1:] != line[:-1], True)[: len(line)]
    best = _best(point[tail], point[tail + 1], ways.rank[lines.way[line]], count)
    used = np.concatenate([point[tail[best]], point[tail[best] + 1]])
    node = np.bincount(used, minlength=count) != _GOES_ON
    node[point[tail[first]]] = node[point[tail[last] + 1]] = True
    back = ~last[:-1] & (point[tail[:-1]] == point[tail[1:] + 1])
    node[point[tail[1:][back]]] = True
    # A run ends where the line does, and where the next segment is another way's.
    number = np.flatnonzero(best)
    tail, line = tail[best], line[best]
    begins = np.append(True, (np.diff(number) > 1) | (line[1:] != line[:-1]))[: len(line)]
    begins |= node[point[tail]]
    starts = np.flatnonzero(begins)
    counts = np.diff(np.append(starts, len(tail)))
    ends = starts + counts - 1
    # Each edge has one vertex more than segments: its last one.
    vertex = np.insert(tail, ends + 1, tail[ends] + 1)
    start = np.append(0, np.cumsum(counts + 1))
    return _Edges(
        lines.way[line[starts]].astype(np.int64),
        start,
        places.place[vertex],
        point[tail[starts]],
        point[tail[ends] + 1],
    )


def _best(tail: Longs, head: Longs, rank: Longs, count: int) -> Flags:
    """Return which segments stand for all between the same two points."""
    key = np.minimum(tail, head) * count + np.maximum(tail, head)
    best = np.ones(len(key), dtype=bool)
    several = np.flatnonzero(pd.Series(key).duplicated(keep=False).to_numpy())
    order = several[np.lexsort([several, rank[several], key[several]])]
    best[order[1:][key[order][1:] == key[order][:-1]]] = False
    return best


def _flat_loops(edges: _Edges, places: Places, coincident_m: float) -> Flags:
    """Return the loops that enclose nothing."""
    loops = np.flatnonzero(edges.tail == edges.head)
    flat = np.zeros(len(edges.way), dtype=bool)
    if not len(loops):
        return flat
    some = np.zeros(len(flat), dtype=bool)
    some[loops] = True
    chosen = edges.kept(some)
    x, y = places.x[chosen.place], places.y[chosen.place]
    owner = np.repeat(np.arange(len(loops)), np.diff(chosen.start))
    x, y = x - x[chosen.start[owner]], y - y[chosen.start[owner]]
    inner = owner[1:] == owner[:-1]
    twice_m2 = np.bincount(owner[1:], (x[:-1] * y[1:] - x[1:] * y[:-1]) * inner, len(loops))
    length_m = np.bincount(owner[1:], np.hypot(np.diff(x), np.diff(y)) * inner, len(loops))
    flat[loops] = np.abs(twice_m2) <= coincident_m * length_m
    return flat


def _twins(edges: _Edges, rank: Longs) -> Flags:
    """Return the edges that lie on a better one between the same nodes, grade-separated lines say."""
    mark = _HASH[0] * (edges.place.astype(np.uint64) + np.uint64(1))
    mark = (mark ^ (mark >> np.uint64(29))) * _HASH[1]
    mark ^= mark >> np.uint64(32)
    total = np.add.reduceat(mark, edges.start[:-1]) if len(edges.way) else mark
    table = pd.DataFrame(
        {
            "low": np.minimum(edges.tail, edges.head),
            "high": np.maximum(edges.tail, edges.head),
            "vertices": np.diff(edges.start),
            "mark": total,
        }
    )
    worse = np.zeros(len(table), dtype=bool)
    several = np.flatnonzero(table.duplicated(keep=False).to_numpy())
    several = several[np.argsort(rank[edges.way[several]], kind="stable")]
    worse[several] = table.iloc[several].duplicated().to_numpy()
    return worse


def _streets(zone: MetricZone, ways: Ways, places: Places, edges: _Edges) -> Streets:
    ends = np.stack([edges.tail, edges.head], axis=1).ravel()
    number, _ = pd.factorize(ends)
    _, sample = np.unique(number, return_index=True)
    last = edges.start[1:] - 1
    node_place = np.stack([edges.place[edges.start[:-1]], edges.place[last]], axis=1).ravel()[sample]
    way = edges.way
    return Streets(
        zone=zone,
        node_x=places.x[node_place],
        node_y=places.y[node_place],
        edge_from=number[::2].astype(np.int32),
        edge_to=number[1::2].astype(np.int32),
        vertex_start=edges.start.astype(np.int64),
        x=places.x[edges.place],
        y=places.y[edges.place],
        kind=ways.kind[way],
        road_class=ways.road_class[way],
        width_m=ways.width_m[way],
        width_assumed=ways.width_assumed[way],
        city=ways.city[way],
        raised=ways.raised[way],
        road=way.astype(np.int32),
        road_ids=ways.ids,
        road_names=ways.names,
    )
