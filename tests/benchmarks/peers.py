"""The same questions put to scipy, networkx and geopandas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import geopandas as gpd
import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gis.corridors.streets import Flags, Floats, Ints, Longs
from gis.routing.criteria import costs
from gis.routing.direct import direct_way
from gis.routing.field import CostGraph, Positions
from tests.benchmarks.cities import City

UNREACHED: Final = np.inf


class Ways(NamedTuple):
    """Ways between owners and corners, by owner: offsets, and by way the owner, the corner and the cost."""

    start: Longs
    owner: Longs
    corner: Ints
    cost: Longs

    @classmethod
    def of(cls, positions: Positions) -> Ways:
        """Return the ways to both ends of all positions' verges."""
        owner = np.repeat(np.arange(len(positions.start) - 1), 2 * np.diff(positions.start))
        corner = np.stack([positions.corner_a, positions.corner_b], axis=1).ravel()
        cost = np.stack([positions.cost_a, positions.cost_b], axis=1).ravel().astype(np.int64)
        open_ = corner >= 0
        start = np.searchsorted(owner[open_], np.arange(len(positions.start)))
        return cls(start, owner[open_], corner[open_], cost[open_])

    def from_owner(self, owner: int) -> list[tuple[int, int]]:
        """Return corner and cost of each way of an owner."""
        rows = slice(self.start[owner], self.start[owner + 1])
        return list(zip(self.corner[rows].tolist(), self.cost[rows].tolist(), strict=True))


class Beside(NamedTuple):
    """Parcels and feeders that meet along one verge, by parcel, with the costs of the ways there."""

    parcel: Longs
    feeder: Longs
    cost: Longs

    @classmethod
    def of(cls, entries: Positions, taps: Positions) -> Beside:
        """Return all pairs, worked out one by one."""
        parcel = np.repeat(np.arange(len(entries.start) - 1), np.diff(entries.start))
        feeder = np.repeat(np.arange(len(taps.start) - 1), np.diff(taps.start))
        order = np.argsort(taps.verge, kind="stable")
        first = np.searchsorted(taps.verge[order], entries.verge, side="left")
        count = np.searchsorted(taps.verge[order], entries.verge, side="right") - first
        entry = np.repeat(np.arange(len(entries.verge)), count)
        at = np.arange(len(entry)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
        tap = order[at]
        pairs = zip(_stretches(entries)[entry], _stretches(taps)[tap], strict=True)
        cost = np.array([direct_way(one, other)[0] for one, other in pairs], dtype=np.int64)
        return cls(parcel[entry], feeder[tap], cost)

    def bettered(self, best: dict[int, int], parcel: int, able: Flags, limit: int) -> dict[int, int]:
        """Return costs by feeder with the ways along one verge."""
        joined = dict(best)
        rows = slice(*np.searchsorted(self.parcel, [parcel, parcel + 1]))
        for feeder, cost in zip(self.feeder[rows].tolist(), self.cost[rows].tolist(), strict=True):
            if able[feeder] and cost <= min(limit, joined.get(feeder, limit)):
                joined[feeder] = cost
        return joined


def _stretches(positions: Positions) -> Ints:
    columns = (positions.low, positions.high, positions.low_cost, positions.high_cost)
    return np.stack(columns, axis=1).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Problem:
    """A city under the shortest criterion, without any of the structures that our searches run on.

    Attributes
    ----------
    arc_cost
        Cost of each arc of the corner graph.
    matrix
        The graph as scipy wants it: float costs, of parallel arcs the cheapest.
    entries, taps
        Ways of the parcels and of the feeders.
    beside
        Where they meet without a corner.
    """

    arc_cost: Longs
    matrix: csr_array[Any, Any]
    entries: Ways
    taps: Ways
    beside: Beside

    @classmethod
    def of(cls, city: City) -> Problem:
        """Return the problem of a city."""
        graph = costs(city.corridors.graph, city.corridors.coverage, city.one.criteria[0])
        entries, taps = city.one.parcels.anchors[0].positions, city.one.tap_anchors[0].positions
        arc_cost = np.empty(city.corridors.graph.arcs, dtype=np.int64)
        arc_cost[graph.arc] = graph.cost
        ways = Ways.of(entries), Ways.of(taps)
        return cls(arc_cost, _matrix(graph), *ways, Beside.of(entries, taps))

    @property
    def corners(self) -> int:
        """Number of corners."""
        return int(self.matrix.shape[0])

    @property
    def tap_corners(self) -> Ints:
        """All corners at which any feeder can be tapped."""
        return np.unique(self.taps.corner)


def _matrix(graph: CostGraph) -> csr_array[Any, Any]:
    corners = len(graph.start) - 1
    tail = np.repeat(np.arange(corners), np.diff(graph.start))
    order = np.lexsort((graph.cost, graph.head, tail))
    tail, head, cost = tail[order], graph.head[order], graph.cost[order].astype(np.float64)
    cheapest = np.ones(len(tail), dtype=bool)
    cheapest[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    start = np.searchsorted(tail[cheapest], np.arange(corners + 1)).astype(np.int32)
    return csr_array((cost[cheapest], head[cheapest], start), shape=(corners, corners))


@dataclass(frozen=True, slots=True)
class LoadClass:
    """scipy's question for all parcels of a class: the graph, and one more vertex joined to every able tap.

    The extra vertex makes the ways from the taps to the verges count as they do in a route. As scipy may not
    be given arcs of no length, each of its arcs is 1 cm longer.
    """

    graph: csr_array[Any, Any]
    limit: int

    @classmethod
    def of(cls, problem: Problem, able: Flags, limit: int) -> LoadClass:
        """Return the question for the feeders that are able to take the class's load."""
        matrix, taps = problem.matrix, problem.taps
        rows = np.flatnonzero(able[taps.owner])
        least = np.full(problem.corners, UNREACHED)
        np.minimum.at(least, taps.corner[rows], taps.cost[rows] + 1.0)
        corner = np.flatnonzero(np.isfinite(least))
        data = np.concatenate([matrix.data, least[corner]])
        heads = np.concatenate([matrix.indices, corner]).astype(np.int32)
        starts = np.append(matrix.indptr, len(data)).astype(np.int32)
        size = problem.corners + 1
        return cls(csr_array((data, heads, starts), shape=(size, size)), limit)

    def costs(self) -> Floats:
        """Return the cost from every corner to the nearest able tap, infinite beyond the limit."""
        source = self.graph.shape[0] - 1
        found = dijkstra(self.graph, indices=source, limit=self.limit + 1)
        return np.asarray(found[:-1] - 1.0, dtype=np.float64)


def costs_at_parcels(problem: Problem, corner_cost: Floats, able: Flags, limit: int) -> Floats:
    """Return the least cost of each parcel by its entries, or along one verge; infinite beyond the limit."""
    entries, beside = problem.entries, problem.beside
    best = np.full(len(entries.start) - 1, UNREACHED)
    np.minimum.at(best, entries.owner, entries.cost + corner_cost[entries.corner])
    rows = np.flatnonzero(able[beside.feeder])
    np.minimum.at(best, beside.parcel[rows], beside.cost[rows])
    return np.asarray(np.where(best <= limit, best, UNREACHED), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class District:
    """A part of the graph around some parcels, large enough for their routes, in networkx."""

    graph: nx.DiGraph[int]
    parcels: Longs

    @classmethod
    def of(
        cls, city: City, problem: Problem, parcels: int, limit_m: float, rng: np.random.Generator
    ) -> District:
        """Return the district of the parcels nearest to one of them, with all that lies within the limit."""
        graph, entries = city.corridors.graph, city.corridors.entries
        first = np.minimum(entries.start[:-1], len(entries.edge) - 1)
        x, y = entries.low_x[first], entries.low_y[first]
        x[np.diff(entries.start) == 0] = np.nan
        middle = rng.choice(np.flatnonzero(np.isfinite(x)))
        chosen = np.argsort(np.hypot(x - x[middle], y - y[middle]))[:parcels]
        reach = limit_m + 500.0
        inside = np.abs(graph.corner_x - x[middle]) < np.abs(x[chosen] - x[middle]).max() + reach
        inside &= np.abs(graph.corner_y - y[middle]) < np.abs(y[chosen] - y[middle]).max() + reach
        arcs = np.flatnonzero(inside[graph.arc_a] & inside[graph.arc_b])
        cost = problem.arc_cost
        arcs = arcs[
            np.argsort(-cost[arcs], kind="stable")
        ]  # of parallel arcs the cheapest comes last and stays
        made: nx.DiGraph[int] = nx.DiGraph()
        for ends in ((graph.arc_a, graph.arc_b), (graph.arc_b, graph.arc_a)):
            columns = (*(end[arcs].tolist() for end in ends), cost[arcs].tolist())
            made.add_weighted_edges_from(zip(*columns, strict=True))
        return cls(made, chosen)

    def join(self, problem: Problem, parcel: int) -> int:
        """Join a parcel to the graph, from it to the corners and not back; return its vertex."""
        vertex = -1 - int(parcel)
        ways = sorted(problem.entries.from_owner(parcel), key=lambda way: -way[1])
        self.graph.add_weighted_edges_from((vertex, corner, cost) for corner, cost in ways)
        return vertex

    def costs(self, vertex: int, limit: int) -> dict[int, float]:
        """Return the cost from a parcel to every corner within the limit: what is timed."""
        found: dict[int, float] = nx.single_source_dijkstra_path_length(self.graph, vertex, cutoff=limit)
        return found


def costs_by_feeder(found: dict[int, float], problem: Problem, able: Flags, limit: int) -> dict[int, int]:
    """Return the least cost to each able feeder, of costs from a parcel to corners."""
    cost = np.full(problem.corners, UNREACHED)
    corners = [corner for corner in found if corner >= 0]
    cost[corners] = [found[corner] for corner in corners]
    taps = problem.taps
    best = np.full(len(able), UNREACHED)
    np.minimum.at(best, taps.owner, taps.cost + cost[taps.corner])
    return {int(feeder): int(best[feeder]) for feeder in np.flatnonzero(able & (best <= limit))}


def straight_lines(city: City) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the parcels, and the places where feeders are tapped, for ``geopandas.sjoin_nearest``."""
    crs = f"EPSG:{city.streets.zone.epsg}"
    attached = city.taps.attachments
    points = gpd.points_from_xy(attached.low_x, attached.low_y)
    return gpd.GeoDataFrame(geometry=city.parcels, crs=crs), gpd.GeoDataFrame(geometry=points, crs=crs)


def load_classes(load_kva: Floats, classes: int) -> tuple[NDArray[np.int64], Floats]:
    """Return the class of each parcel and the load of each class: the largest in it."""
    rank = np.argsort(np.argsort(load_kva, kind="stable"), kind="stable")
    of = rank * classes // len(load_kva)
    largest = np.zeros(classes)
    np.maximum.at(largest, of, load_kva)
    return of.astype(np.int64), largest
