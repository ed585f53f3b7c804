from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.capacity.parameters import KEYS, CapacityParameters, default_parameters
from tests.gis.capacity.grids import ON, Rows, random_rows, work_out
from tests.gis.capacity.oracle import Oracle, _months_before

OTHERS = replace(
    default_parameters(),
    rho=1.3,
    transfer_kva=700.0,
    single_transformer="rated",
    derate_feeder=0.5,
    derate_substation=0.6,
    k_d=0.9,
    k_s=0.8,
    simultaneity=0.7,
    estimate_feeders=True,
    power_factor=0.85,
    peak_months=12,
    undated_reading="stale",
    tight_feeder_kva=300.0,
)


def same(one: float, other: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=1e-9, abs_tol=2e-6)


@settings(max_examples=160, deadline=None)
@given(random_rows(), st.sampled_from([default_parameters(), OTHERS]))
def test_the_arrays_agree_with_a_second_formula(rows: Rows, parameters: CapacityParameters) -> None:
    capacity = work_out(rows, ON, parameters)
    oracle = Oracle(rows, ON, {key: getattr(parameters, key) for key in KEYS})
    for row, thing in enumerate(capacity.ids):
        wanted: dict[str, Any] = {
            "limit_kva": oracle.limit(thing)[0],
            "peak_kva": oracle.peak(thing)[0],
            "pending_kva": oracle.pending(thing),
            "own_before_kva": oracle.own_before(thing),
            "own_after_kva": oracle.own_after(thing),
            "effective_kva": oracle.effective(thing),
        }
        for name, figure in wanted.items():
            assert same(getattr(capacity, name)[row], figure), (thing, name)
        words = {
            "level": oracle.level[thing],
            "limit_kind": oracle.limit(thing)[1],
            "peak_label": oracle.peak(thing)[1],
            "stale": oracle.stale(thing),
            "status": oracle.status(thing),
            "upper_bound": oracle.upper_bound(thing),
        }
        for name, word in words.items():
            assert getattr(capacity, name)[row] == word, (thing, name)
        least, parent = capacity.bottleneck[row], capacity.parent[row]
        assert (capacity.ids[least] if least >= 0 else None) == oracle.bottleneck(thing)
        assert (capacity.ids[parent] if parent >= 0 else None) == oracle.parent(thing)


@pytest.mark.parametrize(
    ("on", "first"),
    [
        (date(2026, 11, 21), date(2025, 8, 21)),
        (date(2026, 5, 31), date(2025, 2, 28)),
        (date(2026, 3, 1), date(2024, 12, 1)),
    ],
)
def test_fifteen_months_before(on: date, first: date) -> None:
    assert _months_before(on, 15) == first


def test_the_order_of_the_rows_does_not_matter() -> None:
    @settings(max_examples=40, deadline=None)
    @given(random_rows(), st.randoms(use_true_random=False))
    def law(rows: Rows, chance: Any) -> None:
        shuffled = {layer: chance.sample(each, len(each)) for layer, each in rows.items()}
        one, other = work_out(rows), work_out(shuffled)
        assert one.ids.tolist() == other.ids.tolist()
        for name in ("limit_kva", "peak_kva", "pending_kva", "effective_kva", "published_kva"):
            assert np.allclose(getattr(one, name), getattr(other, name), equal_nan=True)
        assert one.reason.tolist() == other.reason.tolist()

    law()
