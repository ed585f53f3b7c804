"""How long searches take, in S: the time of one ``scipy`` search of the whole graph from all taps.

The graph is a jittered grid of a million arcs of about 100 m in Morton order, with 2,000 feeders of 10 taps
and 200,000 parcels of 6 entries, every parcel with its own load. Times are of one processor.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gis.routing.doors import Doors, index_entries
from gis.routing.field import CostGraph, Positions
from gis.routing.local import Searcher
from gis.routing.sweep import capacity_sweep
from gis.routing.taps import Taps, index_taps

SIDE, SPACING_CM = 708, 10_000
FEEDERS, PARCELS = 2_000, 200_000
KILOMETRE = 100_000
Whole = NDArray[np.int64]


class City(NamedTuple):
    graph: CostGraph
    taps: Taps
    doors: Doors
    capacity: NDArray[np.float64]
    load: NDArray[np.float64]
    index_s: float


def _morton(column: Whole, row: Whole) -> Whole:
    key = np.zeros_like(column)
    for bit in range(10):
        key |= ((column >> bit) & 1) << (2 * bit) | ((row >> bit) & 1) << (2 * bit + 1)
    return key


def _graph(rng: np.random.Generator) -> tuple[CostGraph, Whole, Whole]:
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    number = np.argsort(np.argsort(_morton(column, row)))
    x, y = SPACING_CM * np.stack([column, row]) + rng.integers(0, SPACING_CM // 2, (2, SIDE * SIDE))
    square = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    a = np.concatenate([square[:, :-1].ravel(), square[:-1].ravel()])
    b = np.concatenate([square[:, 1:].ravel(), square[1:].ravel()])
    cost = np.hypot(x[a] - x[b], y[a] - y[b]).astype(np.int32)
    a, b = number[a], number[b]
    tail, head, arc = np.concatenate([a, b]), np.concatenate([b, a]), np.tile(np.arange(len(a)), 2)
    order = np.lexsort((arc, tail))
    start = np.searchsorted(tail[order], np.arange(SIDE * SIDE + 1))
    columns = (start, head[order], np.tile(cost, 2)[order], arc[order])
    return CostGraph(*(column.astype(np.int32) for column in columns)), a, b


def _positions(rng: np.random.Generator, graph: CostGraph, corner: Whole, each: int) -> Positions:
    """Attach owners at points of arcs that leave the corners given, ``each`` in a row for one owner."""
    degree = graph.start[corner + 1] - graph.start[corner]
    row = graph.start[corner] + rng.integers(0, 2**31, len(corner)) % degree
    low = (rng.random(len(row)) * graph.cost[row]).astype(np.int32)
    stub = rng.integers(0, 3_000, len(row), dtype=np.int32)
    start = np.arange(0, len(row) + 1, each, dtype=np.int32)
    ends = corner.astype(np.int32), graph.head[row], low + stub, graph.cost[row] - low + stub
    return Positions(
        start, 2 * graph.arc[row] + rng.integers(0, 2, len(row), dtype=np.int32), low, low, stub, stub, *ends
    )


@pytest.fixture(scope="module")
def city() -> City:
    rng = np.random.default_rng(1)
    graph, a, b = _graph(rng)
    steps = rng.integers(-3, 4, (FEEDERS, 10, 2)).cumsum(axis=1) + rng.integers(0, SIDE, (FEEDERS, 1, 2))
    square = np.argsort(np.argsort(_morton(*np.divmod(np.arange(SIDE * SIDE), SIDE)[::-1]))).reshape(
        SIDE, SIDE
    )
    corner = square[tuple(np.clip(steps, 0, SIDE - 1).reshape(-1, 2).T)]
    taps = _positions(rng, graph, corner, 10)
    arc = rng.integers(0, len(a), PARCELS)
    entries = _positions(rng, graph, np.stack([a[arc], b[arc]] * 3, axis=1).ravel(), 6)
    index_entries(index_taps(graph, taps), entries)
    begin = time.process_time()
    index = index_taps(graph, taps)
    doors = index_entries(index, entries)
    seconds = time.process_time() - begin
    capacity = np.array(10 * rng.integers(0, 800, FEEDERS), dtype=np.float64)
    return City(graph, index, doors, capacity, rng.lognormal(6, 1, PARCELS), seconds)


def _seconds(call: Callable[[], Any]) -> float:
    begin = time.process_time()
    call()
    return time.process_time() - begin


@pytest.mark.parametrize(
    ("k", "kilometres", "paths", "target"),
    [
        (1, 2.0, False, 1.0),
        (1, 0.6, False, 0.35),
        (3, 2.0, False, 3.0),
        (5, 2.0, False, 4.5),
        (3, 2.0, True, 2.5),
    ],
)
def test_sweep(
    city: City, capsys: pytest.CaptureFixture[str], k: int, kilometres: float, paths: bool, target: float
) -> None:
    corners = city.taps.corners
    matrix = csr_array((city.graph.cost.astype(float), city.graph.head, city.graph.start), (corners, corners))
    tapped = np.unique(city.taps.offer_corner)

    def sweep() -> None:
        limit = int(kilometres * KILOMETRE)
        capacity_sweep(city.taps, city.doors, city.load, city.capacity, k=k, limit=limit, paths=paths)

    sweep()
    scipy_s = min(_seconds(lambda: dijkstra(matrix, indices=tapped, min_only=True)) for _ in range(5))
    sweep_s = min(_seconds(sweep) for _ in range(5))
    with capsys.disabled():
        print(
            f"\ntop {k} within {kilometres} km{', paths' if paths else ''}: {sweep_s / scipy_s:.2f} S"
            f" (target {target}); S {scipy_s:.3f} s, indexes {city.index_s / scipy_s:.2f} S"
        )


@pytest.mark.parametrize("k", [1, 5])
def test_local(city: City, capsys: pytest.CaptureFixture[str], k: int) -> None:
    searcher = Searcher(city.taps)
    seconds = []
    for parcel in range(0, PARCELS, 50):
        begin = time.thread_time()
        searcher.nearest_feeders(
            city.doors, parcel, city.load[parcel], city.capacity, k=k, limit=2 * KILOMETRE
        )
        seconds.append(time.thread_time() - begin)
    p50, p95 = np.percentile(seconds, [50, 95]) * 1e3
    with capsys.disabled():
        print(f"\none parcel, top {k} with paths: {p50:.3f} ms, p95 {p95:.3f} ms (target 0.15)")
