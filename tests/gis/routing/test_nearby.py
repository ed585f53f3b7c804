from __future__ import annotations

from itertools import product
from typing import Any

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.routing.labels import COST_BITS, LIMIT_MAX, NONE, feeder_of
from gis.routing.nearby import apart, nearby
from tests.gis.routing.oracles import Arc, Position, World, cost_graph, to_feeder, worlds


def between(world: World) -> dict[int, dict[int, float]]:
    """Return the least costs between all corners that are connected."""
    graph: Any = nx.MultiGraph()
    graph.add_nodes_from(range(world.corners))
    for arc in world.arcs:
        graph.add_edge(arc.a, arc.b, weight=arc.cost)
    return dict(nx.all_pairs_dijkstra_path_length(graph))


@settings(deadline=None, max_examples=200)
@given(worlds(), st.integers(1, 4))
def test_a_corner_lists_its_nearest_feeders(world: World, listed: int) -> None:
    known = nearby(world.taps(), listed)
    ways = [to_feeder(world, feeder) for feeder in range(len(world.feeders))]
    for corner in range(world.corners):
        labels = [label for label in known.best[corner * listed : (corner + 1) * listed] if label != NONE]
        nearest = sorted((way[corner], feeder) for feeder, way in enumerate(ways) if corner in way)
        assert [(label >> COST_BITS, feeder_of(label)) for label in labels] == nearest[:listed]


@settings(deadline=None, max_examples=200)
@given(worlds(), st.integers(0, 3), st.data())
def test_corners_are_no_nearer_than_landmarks_say(world: World, landmarks: int, data: st.DataObject) -> None:
    mark = nearby(world.taps(), 1, landmarks).mark
    corners = st.lists(st.integers(0, world.corners - 1), min_size=1, max_size=3)
    some, others = data.draw(corners), data.draw(corners)
    cost = between(world)
    least = min(cost[one].get(other, np.inf) for one, other in product(some, others))
    low, high = mark[some].min(axis=0), mark[some].max(axis=0)
    assert apart(low, high, mark[others].min(axis=0), mark[others].max(axis=0)) <= least


def test_landmarks_are_sound_beyond_what_they_can_measure() -> None:
    most = 2**31 - 1
    along = [Arc(0, 1, most), Arc(1, 2, 5), Arc(2, 3, LIMIT_MAX - 3)]
    world = World(4, along, [[Position(0, 0, 0, 0, 0, 1, -1, 0, 0)]], [[]], np.ones(1), np.ones(1))
    mark = nearby(world.taps(), 1, 3).mark
    assert cost_graph(4, along).cost.max() == most
    assert mark.max() == LIMIT_MAX + 1
    for one, other in ((1, 2), (2, 3), (1, 3), (0, 3)):
        true = {(1, 2): 5, (2, 3): LIMIT_MAX - 3, (1, 3): LIMIT_MAX + 2}.get((one, other), most)
        assert apart(mark[one], mark[one], mark[other], mark[other]) <= true


def test_the_last_landmark_is_far_from_the_first() -> None:
    world = World(
        9,
        [Arc(at, at + 1, 2) for at in range(8)],
        [[Position(0, 0, 0, 0, 0, 4, -1, 0, 0)]],
        [[]],
        np.ones(1),
        np.ones(1),
    )
    mark = nearby(world.taps(), 1, 2).mark
    assert sorted(int(np.argmin(column)) for column in mark.T) == [0, 8]
    assert apart(mark[1], mark[1], mark[6], mark[6]) == 10
