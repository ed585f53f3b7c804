"""Dead ends that a cable cannot go around (断头路的端头)."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Flags, Kind, Objects, Streets


def blunt_ends(
    streets: Streets, arms: NDArray[np.int64], water: Objects, parameters: CorridorParameters
) -> Flags:
    """Return at which dead ends the way to the road's other side is a crossing.

    There the data ends and the road goes on, a barrier (railway, expressway, water) stands at the end, or the
    road is a bridge or a tunnel, or no street.

    Parameters
    ----------
    streets
        The network.
    arms
        The arm of each dead end (``2 * edge`` or ``2 * edge + 1``), shape (n,).
    water
        Polygons in the plane of the streets.
    parameters
        ``data_edge_m`` and ``barrier_m``.
    """
    edge = arms // 2
    blunt = np.asarray(streets.raised[edge] | (streets.kind[edge] != Kind.STREET), dtype=bool)
    if not len(arms):
        return blunt
    node = np.where(arms % 2 == 0, streets.edge_from[edge], streets.edge_to[edge])
    points = shapely.points(streets.node_x[node], streets.node_y[node])
    hull = shapely.MultiPoint(np.stack([streets.node_x, streets.node_y], axis=1)).convex_hull
    # The ends of the hull where all roads lie on one line.
    blunt |= shapely.dwithin(points, hull.boundary, parameters.data_edge_m)
    barriers = np.concatenate([_lines(streets, Kind.EXPRESSWAY), _lines(streets, Kind.RAILWAY), water])
    if len(barriers):
        tree = shapely.STRtree(barriers)
        blunt[tree.query(points, predicate="dwithin", distance=parameters.barrier_m)[0]] = True
    return blunt


def _lines(streets: Streets, kind: Kind) -> Objects:
    """Return the edges of a kind as lines."""
    edges = np.flatnonzero(streets.kind == kind)
    sizes = streets.vertex_start[edges + 1] - streets.vertex_start[edges]
    owner = np.repeat(np.arange(len(edges)), sizes)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    at = streets.vertex_start[edges][owner] + offset
    lines = shapely.linestrings(streets.x[at], streets.y[at], indices=owner) if len(edges) else []
    return np.asarray(lines, dtype=object)
