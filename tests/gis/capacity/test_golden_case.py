"""The golden case of the design, to the digit."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gis.capacity.words import Reason, Status
from tests.gis.capacity.grids import at, golden, put, work_out


@pytest.mark.parametrize(
    ("thing", "limit", "before", "pending", "after"),
    [
        ("S", 50_000.0, 12_000.0, 6_000.0, 6_000.0),
        ("T1", 40_000.0, 19_000.0, 3_500.0, 15_500.0),
        ("F", 5_542.6, 1_905.3, 1_260.0, 645.3),
        ("D", 320.0, 130.0, 60.0, 70.0),
    ],
)
def test_what_each_asset_has_left(
    thing: str, limit: float, before: float, pending: float, after: float
) -> None:
    capacity = work_out(golden())
    figures = [
        at(capacity, thing, name) for name in ("limit_kva", "own_before_kva", "pending_kva", "own_after_kva")
    ]
    assert np.round(figures, 1).tolist() == [limit, before, pending, after]


def test_the_feeder_is_its_own_bottleneck_and_tight() -> None:
    capacity = work_out(golden())
    assert capacity.ids[at(capacity, "F", "bottleneck")] == "F"
    assert round(at(capacity, "F", "effective_kva"), 1) == 645.3
    assert round(at(capacity, "F", "peak_kva"), 1) == 3_637.3
    assert at(capacity, "F", "status") is Status.TIGHT
    assert at(capacity, "F", "reason") is Reason.BELOW_THRESHOLD
    assert not capacity.upper_bound.any()


def test_an_overloaded_feeder_is_restricted_and_published_as_zero() -> None:
    capacity = work_out(put(golden(), "capacity", "F", peak_a=330.0))
    assert round(at(capacity, "F", "own_before_kva"), 1) == -173.2
    assert at(capacity, "F", "status") is Status.RESTRICTED
    assert at(capacity, "F", "effective_kva") == at(capacity, "F", "disclosed_kva") == 0.0
    assert math.copysign(1.0, at(capacity, "F", "effective_kva")) == 1.0
    assert at(capacity, "D", "status") is Status.RESTRICTED
    assert at(capacity, "D", "reason") is Reason.ANCESTOR_RESTRICTED


def test_transformers_of_different_size_leave_the_smaller_one() -> None:
    capacity = work_out(put(golden(), "main_transformers", "T2", rated_kva=31_500.0))
    assert at(capacity, "S", "limit_kva") == 31_500.0


def test_a_peak_at_the_limit_is_restricted_in_spite_of_rounding() -> None:
    capacity = work_out(put(golden(), "capacity", "F", peak_a=320.0))
    assert at(capacity, "F", "own_before_kva") == 0.0
    assert at(capacity, "F", "status") is Status.RESTRICTED


def test_pending_that_uses_up_exactly_what_is_left_is_tight() -> None:
    capacity = work_out(put(golden(), "capacity", "S", peak_kva=44_000.0))
    assert at(capacity, "S", "own_after_kva") == at(capacity, "S", "effective_kva") == 0.0
    assert at(capacity, "S", "status") is Status.TIGHT
    assert at(capacity, "S", "reason") is Reason.PENDING
    assert at(capacity, "T2", "reason") is Reason.ANCESTOR_TIGHT


def test_of_equal_margins_the_nearest_is_the_bottleneck() -> None:
    rows = put(golden(), "capacity", "F", limit_a=None, peak_a=None, limit_kva=2_330.0, peak_kva=1_000.0)
    capacity = work_out(rows)
    assert at(capacity, "F", "own_after_kva") == at(capacity, "D", "own_after_kva") == 70.0
    assert capacity.ids[at(capacity, "D", "bottleneck")] == "D"


def test_the_class_thresholds_are_not_tight_themselves() -> None:
    rows = put(golden(), "capacity", "D", peak_kva=100.0)  # 320 - 100 - 60
    rows = put(rows, "capacity", "F", limit_a=None, limit_kva=20_000.0)
    at_threshold = work_out(rows)
    assert at(at_threshold, "D", "effective_kva") == 160.0
    assert at(at_threshold, "D", "status") is Status.OPEN
    below = work_out(put(rows, "capacity", "D", peak_kva=100.1))
    assert at(below, "D", "status") is Status.TIGHT
