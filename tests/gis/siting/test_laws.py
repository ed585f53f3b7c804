"""Laws of siting on the small town: one parcel and all of them agree, and more is never asked in vain."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis.capacity.open_capacity import open_capacity
from gis.capacity.parameters import default_parameters
from gis.network.model import Grid
from gis.siting.assess import Desk
from gis.siting.classes import SiteClass
from gis.siting.offers import live_offers
from gis.siting.sites import Load
from tests.gis.siting.small_town import small_town
from tests.gis.siting.towns import ON, Bench, ids

DAYS: Final = (date(2023, 5, 9), date(2025, 3, 1), date(2026, 9, 29), ON)
RANK: Final = {each.value: place for place, each in enumerate(SiteClass)}
AT_HIGH_VOLTAGE: Final = {"customer": "hv"}
"""Keeps all loads on one level, so that more of it is only more."""

_LAWFUL: Final = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_KVA: Final = st.one_of(
    st.sampled_from([80.0, 190.0, 231.5, 231.6, 1_900.0, 1_900.1, 5_100.0, 7_300.0]), st.floats(1.0, 12_000.0)
)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(small_town())


@settings(_LAWFUL, max_examples=12)
@given(
    kva=st.one_of(st.none(), _KVA),
    factor=st.sampled_from([0.8, 0.95, 1.0]),
    on=st.sampled_from(DAYS),
    k=st.integers(1, 5),
    limit_m=st.sampled_from([90.0, 250.0, 600.0, 2_000.0, 20_000.0]),
    policy=st.sampled_from([None, "wujiang", "suzhou-anhui", "wanzhou"]),
)
def test_one_parcel_has_what_all_parcels_have(
    bench: Bench, kva: float | None, factor: float, on: date, k: int, limit_m: float, policy: str | None
) -> None:
    load = None if kva is None else Load.of(kva=kva, power_factor=factor)
    desk = bench.desk_on(on)
    asked: dict[str, Any] = {"on": on, "k": k, "limit_m": limit_m, "jurisdiction": policy, "desk": desk}
    together = bench.screen(load, **asked).rows.set_index("parcel_id", drop=False)
    for parcel in bench.sites.ids.tolist():
        alone, row = bench.assess(parcel, load, **asked), together.loc[parcel]
        assert (alone.name, alone.failed_test) == (row["class"], row["failed_test"]), parcel
        assert alone.plan.policy[0] == row["jurisdiction"]
        options = json.loads(row["options"])
        assert ids(alone, desk) == [each["asset_id"] for each in options]
        assert [each.choice.measures() for each in alone.proposals] == [
            {name: each[name] for name in alone.proposals[0].choice.measures()} for each in options
        ]
        for proposal, option in zip(alone.proposals, options, strict=True):
            decided = None if proposal.decision is None else proposal.decision.parts["approval"]
            assert option["decision_kind"] == ("needs" if decided is None else decided.kind.value)
            assert option["procedure"] == (None if decided is None else decided.fields.get("procedure"))


@settings(_LAWFUL, max_examples=25)
@given(kva=_KVA, more=st.floats(0.0, 5_000.0), limit_m=st.sampled_from([250.0, 2_000.0]))
def test_more_load_never_betters_a_class(bench: Bench, kva: float, more: float, limit_m: float) -> None:
    less, much = (
        bench.screen(each, limit_m=limit_m, facts=AT_HIGH_VOLTAGE).rows for each in (kva, kva + more)
    )
    assert_no_better(much, less)


def assert_no_better(later: pd.DataFrame, before: pd.DataFrame) -> None:
    """No parcel without an option gets one, and no class but the unknown ones is better."""
    had, has = (rows["asset_id"].notna().to_numpy() for rows in (before, later))
    assert not (has & ~had).any()
    known = (before["class"] != "unknown").to_numpy() & (later["class"] != "unknown").to_numpy()
    assert (later["class"].map(RANK).to_numpy() >= before["class"].map(RANK).to_numpy())[known].all()
    assert not (later["open_capacity_kva"] < later["load_kva"] - 0.06).any()


@settings(_LAWFUL, max_examples=25)
@given(
    asset=st.sampled_from(["A", "B", "C", "E", "T1", "S1", "S2"]),
    kva=st.floats(0.0, 9_000.0),
    more=st.floats(1.0, 90_000.0),
    load=_KVA,
)
def test_more_pending_never_opens(bench: Bench, asset: str, kva: float, more: float, load: float) -> None:
    before, later = (
        bench.screen(load, facts=AT_HIGH_VOLTAGE, desk=_with_claim(bench, asset, each)).rows
        for each in (kva, kva + more)
    )
    assert_no_better(later, before)


def _with_claim(bench: Bench, asset: str, kva: float) -> Desk:
    claims = bench.grid["claims"]
    more = claims.iloc[:1].assign(id="more", asset_id=asset, site="elsewhere", kva=kva)
    grid = Grid({**bench.grid.frames, "claims": pd.concat([claims, more], ignore_index=True)})
    offers = live_offers(bench.network, open_capacity(grid, ON, default_parameters()))
    return Desk(bench.network, offers, bench.table, bench.desk.calendar)


@settings(_LAWFUL, max_examples=15)
@given(load=_KVA, k=st.integers(1, 6))
def test_a_larger_k_or_limit_keeps_what_is_reachable(bench: Bench, load: float, k: int) -> None:
    few, many = (bench.screen(load, k=each).rows for each in (k, k + 1))
    assert (few["asset_id"].notna() == many["asset_id"].notna()).all()
    near = bench.screen(load, k=k, limit_m=400.0).rows
    assert not (near["asset_id"].notna() & few["asset_id"].isna()).any()
    assert (near["length_m"].dropna() <= 400.0).all()
    assert np.all([len(json.loads(each)) <= k for each in few["options"]])
