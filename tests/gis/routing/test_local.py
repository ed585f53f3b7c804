from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.routing.doors import index_entries
from gis.routing.field import CostGraph, Positions
from gis.routing.labels import LIMIT_MAX
from gis.routing.local import Searcher
from gis.routing.nearby import nearby
from gis.routing.taps import index_taps
from tests.gis.routing.oracles import (
    Arc,
    Owners,
    Position,
    World,
    assert_sound,
    cost_graph,
    expected,
    positions,
    results,
    rows,
    worlds,
)

limits = st.integers(0, 20) | st.just(LIMIT_MAX)


def entry(corner: int) -> Position:
    """Return an entry that comes to one corner, on a verge without taps."""
    return Position(0, 0, 0, 0, 0, corner, -1, 0, 0)


def tap(corner: int, cost: int = 0) -> Position:
    """Return a tap that comes to one corner, on a verge without entries."""
    return Position(1, 0, 0, 0, 0, -1, corner, 0, cost)


def line(arcs: int, feeders: Owners, parcels: Owners, cost: int = 1) -> World:
    """Return a world along one line."""
    along = [Arc(i, i + 1, cost) for i in range(arcs)]
    return World(arcs + 1, along, feeders, parcels, np.full(len(feeders), 100.0), np.full(len(parcels), 50.0))


@settings(deadline=None, max_examples=400)
@given(st.data(), worlds(), st.integers(1, 6), limits)
def test_the_nearest_feeders_are_those_by_definition(
    data: st.DataObject, world: World, k: int, limit: int
) -> None:
    allowed = np.array([data.draw(st.booleans()) for _ in world.feeders])
    order = data.draw(st.permutations(range(2 * len(world.arcs))))
    taps = world.taps(order)
    doors, searcher = world.doors(taps), Searcher(taps)
    for parcel in range(len(world.parcels)):
        for some in (allowed, np.ones_like(allowed)):
            found = searcher.nearest_feeders(
                doors, parcel, world.load[parcel], world.capacity, k=k, limit=limit, allowed=some
            )
            assert results(found) == expected(world, parcel, k, limit, some)
            assert_sound(world, found)


@settings(deadline=None, max_examples=400)
@given(st.data(), worlds(), st.integers(1, 4), limits)
def test_what_is_known_beforehand_changes_nothing(
    data: st.DataObject, world: World, k: int, limit: int
) -> None:
    """Short lists leave much to the search, few landmarks say little, and it looks early where taps lie."""
    listed, landmarks = data.draw(st.integers(1, 3)), data.draw(st.integers(0, 3))
    taps = world.taps()
    known = nearby(taps, listed, landmarks)
    doors, searcher = world.doors(taps), Searcher(taps, known, patience=data.draw(st.integers(0, 3)))
    everyone = np.ones(len(world.feeders), np.bool_)
    for parcel in range(len(world.parcels)):
        found = searcher.nearest_feeders(doors, parcel, world.load[parcel], world.capacity, k=k, limit=limit)
        assert results(found) == expected(world, parcel, k, limit, everyone)
        assert_sound(world, found)


@settings(deadline=None, max_examples=200)
@given(worlds(), st.integers(1, 3), st.integers(0, 20), st.integers(0, 6))
def test_more_load_is_never_cheaper_and_more_reach_never_loses(
    world: World, k: int, limit: int, more: int
) -> None:
    taps = world.taps()
    doors, searcher = world.doors(taps), Searcher(taps)
    for parcel in range(len(world.parcels)):
        light, heavy, far, many = (
            searcher.nearest_feeders(doors, parcel, load, world.capacity, k=count, limit=reach)
            for load, count, reach in (
                (100.0, k, limit),
                (200.0, k, limit),
                (100.0, k, limit + more),
                (100.0, k + 2, limit),
            )
        )
        assert len(heavy) <= len(light)
        assert np.all(heavy.cost >= light.cost[: len(heavy)])
        assert rows(far, parcel)[: len(light)] == rows(light, parcel)
        assert rows(many, parcel)[: len(light)] == rows(light, parcel)


def test_equal_costs_rank_by_feeder() -> None:
    feeders = [[tap(0, 3)], [tap(4, 3)], [tap(2, 5)]]
    world = line(4, feeders, [[entry(2)]])
    taps = world.taps()
    found = Searcher(taps).nearest_feeders(world.doors(taps), 0, 50.0, world.capacity, k=2, limit=9)
    assert found.feeder.tolist() == [0, 1]
    assert found.cost.tolist() == [5, 5]


def test_a_feeder_without_the_capacity_is_passed_by() -> None:
    world = line(4, [[tap(1)], [tap(4)]], [[entry(0)]])
    taps = world.taps()
    doors, searcher = world.doors(taps), Searcher(taps)
    capacity = np.array([99.0, 100.0])
    assert searcher.nearest_feeders(doors, 0, 100.0, capacity, k=1, limit=9).cost.tolist() == [4]
    assert searcher.nearest_feeders(doors, 0, 99.0, capacity, k=1, limit=9).cost.tolist() == [1]
    assert len(searcher.nearest_feeders(doors, 0, 100.1, capacity, k=1, limit=9)) == 0
    assert len(searcher.nearest_feeders(doors, 0, np.nan, capacity, k=1, limit=9)) == 0


def test_a_long_path_is_whole() -> None:
    world = line(5000, [[tap(5000)]], [[entry(0)]])
    taps = world.taps()
    found = Searcher(taps).nearest_feeders(world.doors(taps), 0, 50.0, world.capacity, k=1, limit=5000)
    assert found.arc.tolist() == list(range(5000))
    assert_sound(world, found)


def test_a_searcher_that_has_used_up_its_epochs_starts_anew() -> None:
    world = line(6, [[tap(6)]], [[entry(0)], [entry(5)]])
    taps = world.taps()
    doors, searcher = world.doors(taps), Searcher(taps)
    searcher._epoch = 2
    for _ in range(3):
        for parcel, cost in ((0, 6), (1, 1)):
            found = searcher.nearest_feeders(doors, parcel, 50.0, world.capacity, k=1, limit=9)
            assert found.cost.tolist() == [cost]


def test_costs_up_to_the_highest_limit() -> None:
    most = 2**31 - 1
    world = line(4, [[tap(2)], [tap(3)], [tap(4, most)]], [[entry(0)]], LIMIT_MAX // 2)
    taps = world.taps()
    found = Searcher(taps).nearest_feeders(world.doors(taps), 0, 50.0, world.capacity, k=3, limit=LIMIT_MAX)
    assert found.cost.tolist() == [LIMIT_MAX - 1]
    dear = world.__class__(5, [Arc(0, 1, most)], world.feeders, world.parcels, world.capacity, world.load)
    taps = dear.taps()
    assert (
        len(Searcher(taps).nearest_feeders(dear.doors(taps), 0, 50.0, dear.capacity, k=3, limit=LIMIT_MAX))
        == 0
    )


def test_mapped_files_will_do() -> None:
    world = line(3, [[tap(3)]], [[entry(0)]])
    graph = cost_graph(4, world.arcs)
    places = positions(world.feeders), positions(world.parcels)
    for value in (graph, *places):
        for name in value.__dataclass_fields__:
            getattr(value, name).setflags(write=False)
    taps = index_taps(graph, places[0])
    doors = index_entries(taps, places[1])
    assert Searcher(taps).nearest_feeders(doors, 0, 1.0, world.capacity, k=1, limit=9).cost.tolist() == [3]


def test_no_graph_and_no_feeders() -> None:
    none = np.zeros(0, np.int32)
    nobody = Positions(np.zeros(1, np.int32), *[none] * 9)
    taps = index_taps(CostGraph(np.zeros(1, np.int32), none, none, none), nobody)
    doors = index_entries(taps, positions([[Position(0, 0, 0, 0, 0, -1, -1, 0, 0)], []]))
    for parcel in range(2):
        assert len(Searcher(taps).nearest_feeders(doors, parcel, 1.0, np.zeros(0), k=1, limit=9)) == 0


@pytest.mark.parametrize(("k", "limit"), [(0, 5), (1, -1), (1, LIMIT_MAX + 1)])
def test_what_cannot_be_asked_is_refused(k: int, limit: int) -> None:
    world = line(1, [[tap(1)]], [[entry(0)]])
    taps = world.taps()
    with pytest.raises(ValueError, match=r"k is 0|the limit"):
        Searcher(taps).nearest_feeders(world.doors(taps), 0, 1.0, world.capacity, k=k, limit=limit)


def test_an_arc_without_a_cost_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        line(1, [[tap(1)]], [[entry(0)]], cost=0).taps()


def test_what_would_be_read_beyond_its_end_is_refused() -> None:
    world = line(2, [[tap(2)]], [[entry(0)]])
    taps = world.taps()
    doors, searcher = world.doors(taps), Searcher(taps)
    for parcel in (-1, 1):
        with pytest.raises(ValueError, match="no parcel"):
            searcher.nearest_feeders(doors, parcel, 1.0, world.capacity, k=1, limit=9)
    with pytest.raises(ValueError, match="2 capacities for 1"):
        searcher.nearest_feeders(doors, 0, 1.0, np.zeros(2), k=1, limit=9)
    with pytest.raises(ValueError, match="corner beyond the 3"):
        line(2, [[tap(3)]], [[entry(0)]]).taps()
    with pytest.raises(ValueError, match="corner beyond the 3"):
        line(2, [[tap(2)]], [[entry(3)]]).doors(taps)
