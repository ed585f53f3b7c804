"""Small worlds to search in, and slow answers that share nothing with the searches but the question."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor, inf
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from gis.routing.doors import Doors, index_entries
from gis.routing.field import CostGraph, Positions
from gis.routing.paths import Paths
from gis.routing.taps import Taps, index_taps


class Arc(NamedTuple):
    a: int
    b: int
    cost: int


class Position(NamedTuple):
    verge: int
    low: int
    high: int
    low_cost: int
    high_cost: int
    corner_a: int
    corner_b: int
    cost_a: int
    cost_b: int


Owners = list[list[Position]]


@dataclass(frozen=True)
class World:
    corners: int
    arcs: list[Arc]
    feeders: Owners
    parcels: Owners
    capacity: NDArray[np.float64]
    load: NDArray[np.float64]

    def taps(self, order: list[int] | None = None) -> Taps:
        return index_taps(cost_graph(self.corners, self.arcs, order), positions(self.feeders))

    def doors(self, taps: Taps) -> Doors:
        return index_entries(taps, positions(self.parcels))


def cost_graph(corners: int, arcs: list[Arc], order: list[int] | None = None) -> CostGraph:
    """Return the graph in compressed rows; ``order`` shuffles the entries of the rows."""
    entries = [(a, b, cost, i) for i, (a, b, cost) in enumerate(arcs)]
    entries += [(b, a, cost, i) for i, (a, b, cost) in enumerate(arcs)]
    if order is not None:
        entries = [entries[i] for i in order]
    entries.sort(key=lambda entry: entry[0])
    table = np.array(entries, dtype=np.int32).reshape(-1, 4)
    start = np.searchsorted(table[:, 0], np.arange(corners + 1)).astype(np.int32)
    return CostGraph(start, *(table[:, column] for column in (1, 2, 3)))


def positions(owners: Owners) -> Positions:
    start = np.cumsum([0, *(len(owner) for owner in owners)], dtype=np.int32)
    rows = [position for owner in owners for position in owner]
    table = np.array(rows, dtype=np.int32).reshape(-1, len(Position._fields))
    return Positions(start, *(table[:, column] for column in range(table.shape[1])))


@st.composite
def position(draw: st.DrawFn, corners: int) -> Position:
    corner, small = st.integers(-1, corners - 1), st.integers(0, 5)
    low, length = draw(small), draw(st.integers(0, 4))
    low_cost = draw(small)
    high_cost = draw(small) if length else low_cost
    ends = draw(st.tuples(corner, corner, small, small))
    return Position(draw(st.integers(0, 2)), low, low + length, low_cost, high_cost, *ends)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Make a world in which costs tie, arcs are parallel, and much cannot be reached."""
    corners = draw(st.integers(1, 9))
    corner = st.integers(0, corners - 1)
    arcs = draw(st.lists(st.builds(Arc, corner, corner, st.integers(1, 4)), max_size=18))
    owners = st.lists(st.lists(position(corners), max_size=3), min_size=1, max_size=5)
    feeders, parcels = draw(owners), draw(owners)
    kva = st.sampled_from([100.0, 200.0, 300.0, np.nan])
    return World(
        corners,
        arcs,
        feeders,
        parcels,
        np.array([draw(kva) for _ in feeders]),
        np.array([draw(kva) for _ in parcels]),
    )


def stub(place: Position, at: int) -> Fraction:
    if place.low == place.high:
        return Fraction(place.low_cost)
    share = Fraction(at - place.low, place.high - place.low)
    return place.low_cost + (place.high_cost - place.low_cost) * share


def direct_cost(entry: Position, tap: Position) -> int:
    """Return the least over all whole points of both stretches, rounded to the nearest, halves up."""
    least = min(
        stub(entry, x) + abs(x - y) + stub(tap, y)
        for x in range(entry.low, entry.high + 1)
        for y in range(tap.low, tap.high + 1)
    )
    return floor(least + Fraction(1, 2))


def to_feeder(world: World, feeder: int) -> dict[Any, float]:
    """Return the least cost from every corner that reaches a feeder, by the graph alone."""
    graph: Any = nx.MultiDiGraph()
    graph.add_nodes_from(range(world.corners))
    for arc in world.arcs:
        graph.add_edge(arc.a, arc.b, weight=arc.cost)
        graph.add_edge(arc.b, arc.a, weight=arc.cost)
    for tap in world.feeders[feeder]:
        for corner, cost in ((tap.corner_a, tap.cost_a), (tap.corner_b, tap.cost_b)):
            if corner >= 0:
                graph.add_edge("feeder", corner, weight=cost)
    if "feeder" not in graph:
        return {}
    return dict(nx.single_source_dijkstra_path_length(graph, "feeder"))


class Way(NamedTuple):
    """A path by the rule: ends as (position, end), and the arcs."""

    cost: float
    entry: tuple[int, int]
    tap: tuple[int, int]
    arcs: list[int]


def way(world: World, parcel: int, feeder: int) -> Way:
    """Return the path from a parcel to a feeder that the rule picks, of infinite cost if there is none."""
    first_entry = sum(len(owner) for owner in world.parcels[:parcel])
    first_tap = sum(len(owner) for owner in world.feeders[:feeder])
    pairs = [
        (direct_cost(entry, tap), first_entry + i, first_tap + j)
        for i, entry in enumerate(world.parcels[parcel])
        for j, tap in enumerate(world.feeders[feeder])
        if entry.verge == tap.verge
    ]
    distance = to_feeder(world, feeder)
    starts = [
        (cost + distance[corner], (first_entry + i, end), corner)
        for i, entry in enumerate(world.parcels[parcel])
        for end, (corner, cost) in enumerate(((entry.corner_a, entry.cost_a), (entry.corner_b, entry.cost_b)))
        if corner in distance
    ]
    if pairs and min(pairs)[0] <= min((start[0] for start in starts), default=inf):
        least, entry_position, tap_position = min(pairs)
        return Way(least, (entry_position, -1), (tap_position, -1), [])
    if not starts:
        return Way(inf, (-1, -1), (-1, -1), [])
    cost, place, corner = min(starts)
    tap_place, arcs = _follow(world, feeder, distance, corner)
    return Way(cost, place, (first_tap + tap_place[0], tap_place[1]), arcs)


def _follow(
    world: World, feeder: int, distance: dict[Any, float], corner: int
) -> tuple[tuple[int, int], list[int]]:
    arcs: list[int] = []
    while True:
        for i, tap in enumerate(world.feeders[feeder]):
            for end, (there, cost) in enumerate(((tap.corner_a, tap.cost_a), (tap.corner_b, tap.cost_b))):
                if there == corner and cost == distance[corner]:
                    return (i, end), arcs
        i, corner = next(
            (i, arc.a + arc.b - corner)
            for i, arc in enumerate(world.arcs)
            if corner in arc[:2] and arc.cost + distance[arc.a + arc.b - corner] == distance[corner]
        )
        arcs.append(i)


class Result(NamedTuple):
    """A row of ``Paths`` without the points of direct ways."""

    parcel: int
    rank: int
    feeder: int
    way: Way


def expected(world: World, parcel: int, k: int, limit: int, allowed: NDArray[np.bool_]) -> list[Result]:
    """Return a parcel's results by definition."""
    ways = [
        (way(world, parcel, feeder), feeder)
        for feeder in range(len(world.feeders))
        if allowed[feeder] and world.capacity[feeder] >= world.load[parcel]
    ]
    best = sorted((found.cost, feeder, found) for found, feeder in ways if found.cost <= limit)[:k]
    return [Result(parcel, rank, feeder, found) for rank, (_, feeder, found) in enumerate(best)]


def results(paths: Paths) -> list[Result]:
    """Return the rows of ``Paths`` to compare."""
    return [
        Result(
            int(paths.parcel[row]),
            int(paths.rank[row]),
            int(paths.feeder[row]),
            Way(
                int(paths.cost[row]),
                (int(paths.entry_position[row]), int(paths.entry_end[row])),
                (int(paths.tap_position[row]), int(paths.tap_end[row])),
                paths.arc[paths.start[row] : paths.start[row + 1]].tolist(),
            ),
        )
        for row in range(len(paths))
    ]


def rows(paths: Paths, parcel: int) -> list[list[Any]]:
    """Return all that is known of a parcel's paths."""
    return [
        paths.table.columns[:, row].tolist()
        + [steps[paths.start[row] : paths.start[row + 1]].tolist() for steps in (paths.arc, paths.corner)]
        for row in np.flatnonzero(paths.parcel == parcel)
    ]


def assert_sound(world: World, paths: Paths) -> None:
    """Check that arcs connect, that costs add up, and that direct ways cost what they say."""
    entries = [place for owner in world.parcels for place in owner]
    taps = [place for owner in world.feeders for place in owner]
    for row in range(len(paths)):
        entry, tap = entries[paths.entry_position[row]], taps[paths.tap_position[row]]
        x, y, end, tap_end = paths.x[row], paths.y[row], paths.entry_end[row], paths.tap_end[row]
        if end < 0:
            assert entry.verge == tap.verge
            assert tap_end < 0
            assert entry.low <= x <= entry.high
            assert tap.low <= y <= tap.high
            assert floor(stub(entry, x) + abs(x - y) + stub(tap, y) + Fraction(1, 2)) == paths.cost[row]
            assert paths.start[row] == paths.start[row + 1]
            continue
        assert x == y == -1
        corner = (entry.corner_a, entry.corner_b)[end]
        cost = (entry.cost_a, entry.cost_b)[end] + (tap.cost_a, tap.cost_b)[tap_end]
        for at in range(paths.start[row], paths.start[row + 1]):
            arc = world.arcs[paths.arc[at]]
            assert paths.corner[at] == corner
            assert corner in arc[:2]
            corner, cost = arc.a + arc.b - corner, cost + arc.cost
        assert corner == (tap.corner_a, tap.corner_b)[tap_end]
        assert cost == paths.cost[row]
