from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis.network.checks.components import components

EDGES = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30)


def _by_hand(count: int, edges: list[tuple[int, int]]) -> list[int]:
    label = list(range(count))
    for _ in range(count):
        for tail, head in edges:
            label[tail] = label[head] = min(label[tail], label[head])
    return label


@given(EDGES)
def test_each_vertex_has_the_smallest_of_its_component(edges: list[tuple[int, int]]) -> None:
    tails, heads = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    assert components(20, tails, heads).tolist() == _by_hand(20, edges)


def test_a_long_path_is_one_component() -> None:
    path = np.random.default_rng(7).permutation(100_000)
    assert not components(len(path), path[:-1], path[1:]).any()


def test_no_vertices() -> None:
    nothing = np.empty(0, dtype=np.int64)
    assert components(0, nothing, nothing).size == 0
