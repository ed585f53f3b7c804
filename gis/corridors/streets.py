"""The noded network of corridor lines (走廊线网): what the corner graph is built from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.metric_zone import MetricZone

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Objects = NDArray[np.object_]

ROAD_CLASSES: Final = ("expressway", "primary", "secondary", "tertiary", "local", "track", "other")
"""Classes in the order of their codes; ``other`` is an unknown class, a railway or a duct."""


class Kind(IntEnum):
    """What an edge is to a cable."""

    STREET = 0
    """Has verges on both sides (道路)."""
    EXPRESSWAY = 1
    """Crossed at junctions of its level, never walked (快速路)."""
    RAILWAY = 2
    """Crossed at level crossings, never walked (铁路)."""
    DUCT = 3
    """A duct away from the roads: walked without excavation, no width (管沟)."""


@dataclass(frozen=True, slots=True)
class Streets:
    """Edges that meet at nodes and nowhere else on one level (成网后的道路).

    An edge is a line between two nodes; its vertices in between belong to it alone. No two edges coincide.

    Attributes
    ----------
    zone
        The plane of ``x`` and ``y``.
    node_x, node_y
        Metres, shape (nodes,).
    edge_from, edge_to
        Node at the first and the last vertex, shape (edges,).
    vertex_start
        Offsets into ``x`` and ``y``, shape (edges + 1,).
    x, y
        Vertices of all edges, ends included, metres; neighbours differ.
    kind
        ``Kind`` of each edge.
    road_class
        Index into ``ROAD_CLASSES``.
    width_m
        Width between the outer verges.
    width_assumed
        The width is the class's default.
    city
        1 a city road, 0 not, -1 not stated.
    raised
        The edge is a bridge, a tunnel or off the ground.
    road
        Index into ``road_ids`` and ``road_names``.
    road_ids, road_names
        The user's own ids and names (None where there is none), of roads, railways and ducts in this order.
    """

    zone: MetricZone
    node_x: Floats
    node_y: Floats
    edge_from: Ints
    edge_to: Ints
    vertex_start: Longs
    x: Floats
    y: Floats
    kind: NDArray[np.int8]
    road_class: NDArray[np.int8]
    width_m: Floats
    width_assumed: Flags
    city: NDArray[np.int8]
    raised: Flags
    road: Ints
    road_ids: Objects
    road_names: Objects

    @property
    def edges(self) -> int:
        """Number of edges."""
        return len(self.edge_from)

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_x)

    def lines(self) -> Objects:
        """Return the edges as lines of the plane, shape (edges,)."""
        owner = np.repeat(np.arange(self.edges), np.diff(self.vertex_start))
        return np.asarray(shapely.linestrings(self.x, self.y, indices=owner), dtype=object)
