"""Roads, railways and ducts as plain polylines in metres (走廊中心线): what noding works on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.corridors.streets import Flags, Floats, Ints, Longs, Objects

NO_ID = -1
"""A vertex without a node id."""


class Noding(IntEnum):
    """How a way says that it meets others (成网方式)."""

    CROSSINGS = 0
    """Wherever lines of its level truly meet."""
    SHARED = 1
    """Only where vertices coincide."""
    NODES = 2
    """By the ids of its vertices."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The rows of roads, railways and ducts, in this order, with what noding and routing ask of them.

    Attributes
    ----------
    kind, road_class, width_m, width_assumed, city, raised
        As in ``Streets``, shape (ways,).
    level
        0 on the ground; bridges, tunnels and layers apart from it.
    noding
        ``Noding``.
    ids, names
        The user's own.
    """

    kind: NDArray[np.int8]
    road_class: NDArray[np.int8]
    width_m: Floats
    width_assumed: Flags
    city: NDArray[np.int8]
    raised: Flags
    level: Longs
    noding: NDArray[np.int8]
    ids: Objects
    names: Objects

    @property
    def rank(self) -> Longs:
        """Return which way stands for several that coincide: higher class, wider, first; 0 is best."""
        order = np.lexsort((-self.width_m, self.road_class))
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        return rank


@dataclass(frozen=True, slots=True)
class Cuts:
    """Vertices to add within segments; a segment is known by the index of its first vertex.

    Attributes
    ----------
    vertex
        Segment of each new vertex, shape (n,).
    share
        How far along the segment it lies, 0 to 1.
    x, y
        Its place, metres.
    """

    vertex: Longs
    share: Floats
    x: Floats
    y: Floats


@dataclass(frozen=True, slots=True)
class Lines:
    """Polylines of at least two vertices, in the order of their ways.

    Attributes
    ----------
    x, y
        Vertices of all lines, metres.
    node_id
        Node id of each vertex, counted from 0, or ``NO_ID``.
    start
        Offsets into the vertices, shape (lines + 1,).
    way
        Index into ``Ways``, shape (lines,).
    """

    x: Floats
    y: Floats
    node_id: Longs
    start: Longs
    way: Ints

    @property
    def count(self) -> int:
        """Number of lines."""
        return len(self.way)

    @property
    def first(self) -> Longs:
        """First vertex of each line."""
        return self.start[:-1]

    @property
    def last(self) -> Longs:
        """Last vertex of each line."""
        return self.start[1:] - 1

    @property
    def line(self) -> Longs:
        """Line of each vertex."""
        return np.repeat(np.arange(self.count, dtype=np.int64), np.diff(self.start))

    @property
    def segments(self) -> Longs:
        """First vertex of each segment."""
        inner = np.ones(len(self.x), dtype=bool)
        inner[self.last] = False
        return np.flatnonzero(inner)

    @property
    def measure_m(self) -> Floats:
        """Way to each vertex from the first vertex of the first line, jumps between lines not counted."""
        steps = np.hypot(np.diff(self.x, prepend=self.x[:1]), np.diff(self.y, prepend=self.y[:1]))
        steps[self.first] = 0.0
        measure: Floats = np.cumsum(steps)
        return measure

    def geometry(self, lines: Longs) -> Objects:
        """Return the given lines as shapely lines."""
        chosen = self.kept(lines)
        points = np.stack([chosen.x, chosen.y], axis=1)
        return np.asarray(shapely.linestrings(points, indices=chosen.line), dtype=object).reshape(-1)

    def segment_geometry(self, segments: Longs) -> Objects:
        """Return the given segments as shapely lines."""
        ends = np.stack([segments, segments + 1], axis=1)
        points = np.stack([self.x[ends], self.y[ends]], axis=2)
        return np.asarray(shapely.linestrings(points), dtype=object).reshape(-1)

    def kept(self, lines: Longs) -> Lines:
        """Return the given lines alone, in the given order."""
        counts = np.diff(self.start)[lines]
        start = np.append(0, np.cumsum(counts)).astype(np.int64)
        vertices = np.repeat(self.first[lines] - start[:-1], counts) + np.arange(start[-1])
        return Lines(
            self.x[vertices],
            self.y[vertices],
            self.node_id[vertices],
            start,
            self.way[lines].astype(np.int32),
        )

    def followed_by(self, other: Lines) -> Lines:
        """Return these lines and then the other ones."""
        return Lines(
            np.append(self.x, other.x),
            np.append(self.y, other.y),
            np.append(self.node_id, other.node_id),
            np.append(self.start, other.start[1:] + self.start[-1]),
            np.append(self.way, other.way),
        )

    def cut(self, cuts: Cuts) -> Lines:
        """Return the lines with vertices added, equal cuts once; they have no node id."""
        keys = (cuts.y, cuts.x, cuts.share, cuts.vertex)
        order = np.lexsort(keys)
        new = np.any([np.diff(key[order]) != 0 for key in keys], axis=0)
        order = order[np.append(True, new)[: len(order)]]
        after = cuts.vertex[order] + 1
        return Lines(
            np.insert(self.x, after, cuts.x[order]),
            np.insert(self.y, after, cuts.y[order]),
            np.insert(self.node_id, after, NO_ID),
            self.start + np.searchsorted(after, self.start, side="right"),
            self.way,
        )
