"""Pending: which claims bind, which of a site counts, aggregates, and one more claim."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis.capacity.open_capacity import margins, with_claim
from gis.errors import InputError
from tests.gis.capacity.grids import ACCEPTED, ON, Row, Rows, at, golden, put, random_rows, work_out


def claim(rows: Rows, thing: str, asset: str, kva: float | None, site: str | None, **more: object) -> Rows:
    changed = copy.deepcopy(rows)
    row: Row = {"id": thing, "asset_id": asset, "site": site, "kva": kva, "accepted_on": ACCEPTED}
    changed["claims"].append(row | more)
    return changed


@pytest.mark.parametrize(
    ("values", "binds"),
    [
        ({"accepted_on": ON}, True),
        ({"accepted_on": date(2026, 11, 22)}, False),
        ({"accepted_on": None}, True),
        ({"expires_on": ON}, True),
        ({"expires_on": date(2026, 11, 20)}, False),
        ({"energised_on": ON}, False),
        ({"energised_on": date(2026, 11, 22)}, True),
        ({"withdrawn_on": ON}, False),
        ({"withdrawn_on": date(2026, 11, 22)}, True),
    ],
)
def test_both_end_days_are_included(values: Row, binds: bool) -> None:
    capacity = work_out(put(golden(), "claims", "C2", **values))
    assert at(capacity, "F", "pending_kva") == (1_260.0 if binds else 60.0)


def test_what_already_shows_in_the_peak_is_not_pending() -> None:
    assert at(work_out(put(golden(), "claims", "C2", ramped_kva=200.0)), "F", "pending_kva") == 1_060.0
    assert at(work_out(put(golden(), "claims", "C2", ramped_kva=5_000.0)), "F", "pending_kva") == 60.0


def test_a_claim_counts_once_at_every_asset_above() -> None:
    capacity = work_out(golden())
    assert [at(capacity, thing, "pending_kva") for thing in "DFGS"] == [60.0, 1_260.0, 2_240.0, 6_000.0]
    assert at(capacity, "T1", "pending_kva") == 3_500.0


def test_the_largest_claim_of_a_site_counts_wherever_it_stands() -> None:
    rows = claim(golden(), "C5", "G", 1_300.0, "Ｐ-C2")  # the site of C2 in full width
    capacity = work_out(rows)
    assert at(capacity, "F", "pending_kva") == 60.0
    assert at(capacity, "G", "pending_kva") == 3_540.0


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ({"accepted_on": date(2026, 5, 31)}, "A9"),
        ({"accepted_on": date(2026, 6, 2)}, "C2"),
        ({}, "A9"),
    ],
)
def test_of_equals_the_earliest_accepted_counts_then_the_least_id(more: Row, counts: str) -> None:
    claims = work_out(claim(golden(), "A9", "G", 1_200.0, "P-C2", **more)).pending.claims
    [winner] = claims.ids[claims.counted & (claims.site == "P-C2")]
    assert winner == counts


def test_claims_without_a_site_stand_for_themselves() -> None:
    rows = claim(claim(golden(), "C5", "D", 10.0, None), "C6", "D", 20.0, None)
    assert at(work_out(rows), "D", "pending_kva") == 90.0


def test_a_claim_on_an_unknown_asset_does_not_compete() -> None:
    assert at(work_out(claim(golden(), "C5", "nowhere", 9_000.0, "P-C2")), "F", "pending_kva") == 1_260.0


def test_an_aggregate_stands_where_no_claim_binds() -> None:
    rows = put(golden(), "capacity", "D", pending_kva=75.0)
    assert at(work_out(rows), "D", "pending_kva") == 60.0
    ended = put(rows, "claims", "C1", energised_on=ON)
    assert at(work_out(ended), "D", "pending_kva") == 75.0
    assert at(work_out(ended), "F", "pending_kva") == 1_275.0
    silent = copy.deepcopy(ended) | {"claims": []}
    silent = put(silent, "capacity", "F", pending_kva=50.0)
    assert at(work_out(silent), "F", "pending_kva") == 75.0  # its transformers have more
    silent = put(silent, "capacity", "F", pending_kva=80.0)
    assert at(work_out(silent), "S", "pending_kva") == 80.0


def test_an_asset_that_has_only_an_alternative_has_claims() -> None:
    rows = put(golden(), "capacity", "D", pending_kva=75.0)
    rows = claim(put(rows, "claims", "C1", energised_on=ON), "C5", "D", 75.0, "P-C2")
    assert at(work_out(rows), "D", "pending_kva") == 0.0


def test_margins_name_every_ancestor() -> None:
    capacity = work_out(golden())
    told = [(capacity.ids[row], round(left, 1)) for row, left in margins(capacity, capacity.row_of("D"))]
    assert told == [("D", 70.0), ("F", 645.3), ("T1", 15_500.0), ("S", 6_000.0)]


def test_one_more_claim_comes_on_top_of_an_aggregate() -> None:
    rows = put(golden(), "capacity", "G", pending_kva=500.0)
    rows["claims"] = [each for each in rows["claims"] if each["id"] != "C3"]
    capacity = work_out(rows)
    more = with_claim(capacity, capacity.row_of("G"), 300.0)
    assert at(more, "G", "pending_kva") == 800.0
    assert at(more, "S", "own_after_kva") == at(capacity, "S", "own_after_kva") - 300.0
    assert at(capacity, "G", "pending_kva") == 500.0


def test_one_more_claim_of_a_site_replaces_a_smaller_one() -> None:
    capacity = work_out(golden())
    row = capacity.row_of("G")
    assert with_claim(capacity, row, 1_200.0, "P-C2") is capacity
    more = with_claim(capacity, row, 1_500.0, " P-C2")
    assert at(more, "F", "pending_kva") == 60.0
    assert at(more, "G", "pending_kva") == 3_740.0
    again = with_claim(more, row, 1_600.0, "P-C2")
    assert at(again, "G", "pending_kva") == 3_840.0
    assert with_claim(again, row, 1_000.0, "P-C2") is again


@pytest.mark.parametrize("kva", [0.0, -1.0, float("nan"), float("inf"), 1_000_000.1])
def test_no_other_load_can_be_asked_about(kva: float) -> None:
    with pytest.raises(InputError, match="cannot be asked about"):
        with_claim(work_out(golden()), 0, kva)


# Laws


def _same(one: Any, other: Any) -> bool:
    return bool(
        np.allclose(one.effective_kva, other.effective_kva, equal_nan=True, atol=1e-5)
        and np.allclose(one.pending_kva, other.pending_kva, atol=1e-5)
        and one.status.tolist() == other.status.tolist()
    )


def _never_higher(one: Any, other: Any) -> bool:
    """Return whether no figure of the second is above that of the first."""
    low, high = np.nan_to_num(other.effective_kva), np.nan_to_num(one.effective_kva)
    return bool((low <= high + 1e-5).all())


@settings(max_examples=30, deadline=None)
@given(random_rows(), st.integers(0, 6), st.floats(0.1, 5_000))
def test_more_pending_never_raises_a_figure(rows: Rows, which: int, more: float) -> None:
    before = work_out(rows)
    claims = before.pending.claims
    counted: list[str] = claims.ids[claims.counted & np.isfinite(claims.kva)].tolist()
    assume(counted)
    thing = counted[which % len(counted)]
    [row] = [each for each in rows["claims"] if each["id"] == thing]
    assert _never_higher(before, work_out(put(rows, "claims", thing, kva=row["kva"] + more)))


@settings(max_examples=30, deadline=None)
@given(random_rows(), st.integers(0, 20), st.floats(0.1, 5_000))
def test_asking_about_a_claim_is_accepting_it_where_no_aggregate_stands(
    rows: Rows, which: int, kva: float
) -> None:
    for reading in rows["capacity"]:
        reading["pending_kva"] = None
    capacity = work_out(rows)
    assume(len(capacity))
    row = which % len(capacity)
    asked = with_claim(capacity, row, kva, "P2")
    accepted = work_out(claim(rows, "C99", capacity.ids[row], kva, "P2", accepted_on=date(2026, 11, 21)))
    assert _same(asked, accepted)
    free = with_claim(capacity, row, kva)
    assert _never_higher(capacity, free)


@settings(max_examples=30, deadline=None)
@given(random_rows(), st.integers(0, 6), st.floats(0.01, 1))
def test_an_alternative_changes_nothing(rows: Rows, which: int, share: float) -> None:
    before = work_out(rows)
    claims = before.pending.claims
    counted = np.flatnonzero(claims.counted & np.isfinite(claims.kva) & (claims.site != None))  # noqa: E711  # object array
    assume(len(counted))
    at_claim = int(counted[which % len(counted)])
    kva, accepted = float(claims.kva[at_claim]), ON
    asset = before.ids[claims.asset[at_claim]]
    assert _same(
        before,
        work_out(claim(rows, "Z", asset, share * kva, claims.site[at_claim], accepted_on=accepted)),
    )


@settings(max_examples=30, deadline=None)
@given(random_rows(), st.integers(0, 6))
def test_withdrawing_the_only_claim_of_a_site_never_lowers(rows: Rows, which: int) -> None:
    for row in rows["capacity"]:
        row["pending_kva"] = None
    assume(rows["claims"])
    chosen = rows["claims"][which % len(rows["claims"])]
    chosen["site"] = "somewhere else"
    assert _never_higher(work_out(put(rows, "claims", chosen["id"], withdrawn_on=ON)), work_out(rows))


@settings(max_examples=30, deadline=None)
@given(random_rows())
def test_nothing_is_open_beyond_any_ancestor(rows: Rows) -> None:
    capacity = work_out(rows)
    for row in range(len(capacity)):
        for _, left in margins(capacity, row):
            if not np.isnan(left) and not np.isnan(capacity.effective_kva[row]):
                assert capacity.effective_kva[row] <= max(0.0, left)
    assert not (capacity.effective_kva < 0).any()
    open_ones = capacity.status == "open"
    assert (capacity.effective_kva[open_ones] > 0).all()
    assert (np.isnan(capacity.effective_kva) == (capacity.status == "unknown")).all()


@settings(max_examples=30, deadline=None)
@given(random_rows(), st.integers(0, 20), st.floats(1.0, 3.0))
def test_more_load_never_opens_anything(rows: Rows, which: int, factor: float) -> None:
    before = work_out(rows)
    assume(len(before))
    asset = before.ids[which % len(before)]
    more = copy.deepcopy(rows)
    for row in more["capacity"]:
        if row["asset_id"] == asset:
            for name in ("peak_a", "peak_kva", "peak_kw"):
                row[name] = None if row[name] is None else row[name] * factor
    after = work_out(more)
    assert _never_higher(before, after)
    rank = {"open": 0, "tight": 1, "restricted": 2, "unknown": 3}
    assert all(rank[one] <= rank[other] for one, other in zip(before.status, after.status, strict=True))
