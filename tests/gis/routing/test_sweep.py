from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gis.routing.labels import LIMIT_MAX
from gis.routing.local import Searcher
from gis.routing.paths import Paths
from gis.routing.sweep import capacity_sweep, reach_costs
from gis.routing.taps import Taps
from tests.gis.routing.oracles import (
    Arc,
    Position,
    World,
    assert_sound,
    expected,
    positions,
    results,
    rows,
    to_feeder,
    worlds,
)

limits = st.integers(0, 20) | st.just(LIMIT_MAX)


def assert_as_alone(world: World, taps: Taps, swept: Paths, k: int, limit: int) -> None:
    """Check that each parcel gets what it gets alone, paths included."""
    doors, searcher = world.doors(taps), Searcher(taps)
    for parcel, load in enumerate(world.load):
        alone = searcher.nearest_feeders(doors, parcel, load, world.capacity, k=k, limit=limit)
        assert rows(swept, parcel) == rows(alone, parcel)


@settings(deadline=None, max_examples=400)
@given(st.data(), worlds(), st.integers(1, 6), limits)
def test_the_sweep_finds_what_is_by_definition(data: st.DataObject, world: World, k: int, limit: int) -> None:
    allowed = np.array([data.draw(st.booleans()) for _ in world.feeders])
    taps = world.taps(data.draw(st.permutations(range(2 * len(world.arcs)))))
    doors = world.doors(taps)
    for some in (allowed, None):
        found = capacity_sweep(taps, doors, world.load, world.capacity, k=k, limit=limit, allowed=some)
        mask = np.ones_like(allowed) if some is None else some
        parcels = range(len(world.parcels))
        assert results(found) == [
            row for parcel in parcels for row in expected(world, parcel, k, limit, mask)
        ]
        assert_sound(world, found)
        bare = capacity_sweep(
            taps, doors, world.load, world.capacity, k=k, limit=limit, allowed=some, paths=False
        )
        for name in ("parcel", "rank", "feeder", "cost"):
            assert np.array_equal(getattr(bare, name), getattr(found, name))
        assert len(bare.arc) == 0
        assert np.all(bare.entry_position == -1)


@settings(deadline=None, max_examples=200)
@given(worlds(), st.integers(1, 4), limits)
def test_the_sweep_gives_each_parcel_what_it_gets_alone(world: World, k: int, limit: int) -> None:
    taps = world.taps()
    swept = capacity_sweep(taps, world.doors(taps), world.load, world.capacity, k=k, limit=limit)
    assert_as_alone(world, taps, swept, k, limit)


@settings(deadline=None, max_examples=100)
@given(worlds(), st.integers(1, 3), st.sampled_from([0, 1, 20]))
def test_the_width_of_the_buckets_changes_nothing(world: World, k: int, width_bits: int) -> None:
    taps = world.taps()
    doors = world.doors(taps)
    usual, other = (
        capacity_sweep(each, doors, world.load, world.capacity, k=k, limit=30)
        for each in (taps, taps._replace(width_bits=width_bits))
    )
    for parcel in range(len(world.parcels)):
        assert rows(usual, parcel) == rows(other, parcel)


@settings(deadline=None, max_examples=100)
@given(worlds(), st.data(), limits)
def test_costs_to_the_nearest_of_some_feeders(world: World, data: st.DataObject, limit: int) -> None:
    allowed = np.array([data.draw(st.booleans()) for _ in world.feeders])
    beyond = 2**31 - 1
    distances = [to_feeder(world, feeder) for feeder in range(len(allowed)) if allowed[feeder]]
    nearest = [
        min((d.get(corner, beyond) for d in distances), default=beyond) for corner in range(world.corners)
    ]
    reached = reach_costs(world.taps(), allowed, limit)
    assert reached.dtype == np.int32
    assert reached.tolist() == [cost if cost <= limit else beyond for cost in nearest]


def hub(spokes: int, rng: np.random.Generator) -> World:
    """Return a world around one corner with many links, and parcels with many entries and equal costs."""
    arcs = [Arc(0, 1 + i, int(cost)) for i, cost in enumerate(rng.integers(1, 3, spokes))]
    arcs += [Arc(1 + int(a), 1 + int(b), 1) for a, b in rng.integers(0, spokes, (spokes // 2, 2))]

    def owner(verge: int, count: int) -> list[Position]:
        ends = rng.integers(0, spokes + 1, (count, 2))
        costs = rng.integers(0, 3, (count, 2))
        return [
            Position(verge, 0, 0, 0, 0, *map(int, end), *map(int, cost))
            for end, cost in zip(ends, costs, strict=True)
        ]

    feeders = [owner(0, 2) for _ in range(12)]
    parcels = [owner(1, 3) for _ in range(20)] + [owner(1, 90) for _ in range(4)]
    kva = np.array(100 * rng.integers(0, 6, 36), dtype=np.float64)
    return World(spokes + 1, arcs, feeders, parcels, kva[:12], kva[12:])


@pytest.mark.parametrize("seed", range(6))
def test_corners_with_many_links_and_parcels_with_many_doors(seed: int) -> None:
    world = hub(80, np.random.default_rng(seed))
    taps = world.taps()
    allowed = np.ones(len(world.feeders), np.bool_)
    for k in (1, 4):
        found = capacity_sweep(taps, world.doors(taps), world.load, world.capacity, k=k, limit=50)
        assert results(found) == [
            row for parcel in range(len(world.parcels)) for row in expected(world, parcel, k, 50, allowed)
        ]
        assert_as_alone(world, taps, found, k, 50)


def test_a_queue_that_grew_is_sound_for_the_next_feeder() -> None:
    world = hub(6000, np.random.default_rng(3))  # a queue begins with room for 4,096
    taps = world.taps()
    found = capacity_sweep(taps, world.doors(taps), world.load, world.capacity, k=3, limit=50)
    assert_as_alone(world, taps, found, 3, 50)


def grid(side: int, feeders: int, parcels: int) -> World:
    """Return a jittered grid with gaps, whose feeders and parcels share no verge."""
    rng = np.random.default_rng(11)
    number = np.arange(side * side).reshape(side, side)
    across, down = (number[:, :-1], number[:, 1:]), (number[:-1], number[1:])
    a, b = (np.concatenate([across[end].ravel(), down[end].ravel()]) for end in (0, 1))
    kept = rng.random(len(a)) > 0.15
    arcs = [Arc(*row) for row in np.stack([a, b, rng.integers(3000, 9000, len(a))], axis=1)[kept].tolist()]

    def owner(verge: int, count: int) -> list[Position]:
        found = []
        for arc in rng.choice(len(arcs), count):
            at, stub = int(rng.integers(0, arcs[arc].cost)), int(rng.integers(1, 4000))
            costs = stub + at, stub + arcs[arc].cost - at
            found.append(Position(verge, 0, 0, 0, 0, arcs[arc].a, arcs[arc].b, *costs))
        return found

    return World(
        side * side,
        arcs,
        [owner(0, 5) for _ in range(feeders)],
        [owner(1, 3) for _ in range(parcels)],
        np.array(100 * rng.integers(0, 30, feeders), dtype=np.float64),
        np.array(100 * rng.integers(1, 30, parcels), dtype=np.float64),
    )


def nearest_by_scipy(world: World, k: int, limit: int) -> list[list[tuple[int, int]]]:
    """Return cost and feeder of each parcel's best feeders, by a search for each feeder."""
    corners, feeders = world.corners, len(world.feeders)
    arcs = [(a, b, c) for arc in world.arcs for a, b, c in (arc, (arc.b, arc.a, arc.cost))]
    for feeder, taps in enumerate(world.feeders):
        best: dict[int, int] = {}
        for tap in taps:
            for corner, cost in ((tap.corner_a, tap.cost_a), (tap.corner_b, tap.cost_b)):
                best[corner] = min(cost, best.get(corner, cost))
        arcs += [(corners + feeder, corner, cost) for corner, cost in best.items()]
    head, tail, cost = np.array(arcs).T
    size = corners + feeders
    graph = csr_array((cost.astype(np.float64), (head, tail)), shape=(size, size))
    distance = dijkstra(graph, indices=np.arange(corners, size))
    entries, starts = positions(world.parcels), positions(world.parcels).start
    answers = []
    for parcel, load in enumerate(world.load):
        mine = slice(starts[parcel], starts[parcel + 1])
        by_end = [
            distance[:, entries.corner_a[mine]] + entries.cost_a[mine],
            distance[:, entries.corner_b[mine]] + entries.cost_b[mine],
        ]
        total = np.min(by_end, axis=(0, 2))
        able = [f for f in range(feeders) if world.capacity[f] >= load and total[f] <= limit]
        answers.append(sorted((int(total[f]), f) for f in able)[:k])
    return answers


@pytest.mark.parametrize(("k", "limit"), [(1, 60_000), (1, 200_000), (5, 200_000)])
def test_a_city_by_scipy(k: int, limit: int) -> None:
    world = grid(140, 60, 1500)
    taps = world.taps()
    found = capacity_sweep(taps, world.doors(taps), world.load, world.capacity, k=k, limit=limit)
    answers = [row for answer in nearest_by_scipy(world, k, limit) for row in answer]
    assert len(answers) > 1000
    assert list(zip(found.cost.tolist(), found.feeder.tolist(), strict=True)) == answers
    assert_sound(world, found)


def test_a_city_parcel_by_parcel() -> None:
    world = grid(100, 60, 600)
    taps = world.taps()
    found = capacity_sweep(taps, world.doors(taps), world.load, world.capacity, k=4, limit=150_000)
    assert_as_alone(world, taps, found, 4, 150_000)


def test_one_load_for_all() -> None:
    world = grid(60, 60, 300)
    same = World(world.corners, world.arcs, world.feeders, world.parcels, world.capacity, np.full(300, 800.0))
    taps = same.taps()
    found = capacity_sweep(taps, same.doors(taps), same.load, same.capacity, k=3, limit=150_000)
    assert_as_alone(same, taps, found, 3, 150_000)


def test_no_cost_is_too_high_to_be_told_from_a_low_one() -> None:
    most = 2**31 - 1
    tap = Position(0, 0, 0, most, most, 0, -1, LIMIT_MAX, 0)
    entries = [Position(0, 0, 0, most, most, 1, -1, 0, 0), Position(1, 0, 0, 0, 0, 0, -1, most, 0)]
    near = Position(1, 0, 0, 0, 0, 0, -1, 0, 0)
    world = World(2, [Arc(0, 1, most)], [[tap]], [entries, [near]], np.array([9.0]), np.array([1.0, 1.0]))
    taps = world.taps()
    found = capacity_sweep(taps, world.doors(taps), world.load, world.capacity, k=2, limit=LIMIT_MAX)
    assert (found.parcel.tolist(), found.cost.tolist()) == ([1], [LIMIT_MAX])
    assert_as_alone(world, taps, found, 2, LIMIT_MAX)


def test_nobody_and_nothing() -> None:
    world = World(2, [Arc(0, 1, 1)], [[]], [], np.array([5.0]), np.zeros(0))
    taps = world.taps()
    assert len(capacity_sweep(taps, world.doors(taps), world.load, world.capacity, k=2, limit=9)) == 0
    assert reach_costs(taps, np.array([True]), 9).tolist() == [2**31 - 1] * 2


def test_arrays_of_another_length_are_refused() -> None:
    world = grid(4, 3, 5)
    taps = world.taps()
    doors = world.doors(taps)
    with pytest.raises(ValueError, match="4 loads for 5"):
        capacity_sweep(taps, doors, world.load[1:], world.capacity, k=1, limit=9)
    with pytest.raises(ValueError, match="2 capacities for 3"):
        capacity_sweep(taps, doors, world.load, world.capacity[1:], k=1, limit=9)
    with pytest.raises(ValueError, match="2 marks of feeders for 3"):
        reach_costs(taps, np.ones(2, np.bool_), 9)
