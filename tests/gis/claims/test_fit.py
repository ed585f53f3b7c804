from __future__ import annotations

import math
from dataclasses import asdict, replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis.capacity.open_capacity import margins, open_capacity, with_claim
from gis.capacity.parameters import CapacityParameters, default_parameters
from gis.claims.fit import Fit, fit
from gis.claims.model import Claim
from gis.claims.refusal import refusal
from tests.gis.capacity.grids import ON, Row, Rows, golden, grid, put, random_rows

FIRST = date(2026, 11, 18)
LATER = {"id": "C9", "site": "P-9", "kva": 600.0, "accepted_on": date(2027, 1, 5), "expires_on": None}


def wanted(asset: str, kva: float, **more: object) -> Claim:
    return replace(Claim("new", asset, "P-new", kva, ON), **more)  # type: ignore[arg-type]  # fields of it


def told(rows: Rows, claim: Claim, held: Claim | None = None, **changes: object) -> Fit | None:
    parameters = replace(default_parameters(), **changes)  # type: ignore[arg-type]  # fields of it
    return fit(grid(rows), claim, held, ON, parameters)


def sure(found: Fit | None) -> Fit:
    assert found is not None
    return found


def test_the_golden_feeder_takes_what_is_open_and_not_more() -> None:
    just, beyond = sure(told(golden(), wanted("F", 645.25))), sure(told(golden(), wanted("F", 645.26)))
    assert (just.fits, beyond.fits) == (True, False)
    assert beyond.fits_kva == 645.2
    assert beyond.bottleneck_id == "F"
    assert beyond.margin_kva == pytest.approx(645.2559, abs=1e-3)
    assert [each.asset_id for each in beyond.chain] == ["F", "T1", "S"]


def test_a_refusal_names_the_bottleneck_its_margin_and_what_would_fit() -> None:
    claim = wanted("F", 20_000.0)
    error = refusal(claim, sure(told(golden(), claim)))
    assert (error.bottleneck_id, error.fits_kva) == ("F", 645.2)
    assert error.detail == (
        "20,000 kVA at feeder F 东湖线 goes beyond the open capacity:"
        " feeder F 东湖线 has 645.2 kVA left on 2026-11-21"
    )
    assert "at most 645.2 kVA" in error.repair
    assert [fault.split()[2 if "main" in fault else 1] for fault in error.faults] == ["F", "T1", "S"]
    assert "14,000 kVA too little" in error.faults[2]


def test_coefficients_count() -> None:
    half = sure(told(golden(), wanted("G", 4_000.0), k_d=0.5))
    assert half.added_kva == 2_000.0
    assert half.fits
    assert sure(told(golden(), wanted("F", 9_000.0), k_d=0.5, k_s=0.5)).fits_kva == 6_361.0


def test_an_unknown_asset_fits_nothing_and_says_why() -> None:
    rows = golden()
    rows["capacity"] = [each for each in rows["capacity"] if each["asset_id"] != "F"]
    claim = wanted("F", 1.0)
    found = sure(told(rows, claim))
    assert found.unknown
    assert not found.fits
    assert "because it has no reading that counts" in refusal(claim, found).detail


def test_an_unknown_ancestor_leaves_an_upper_bound() -> None:
    rows = golden()
    rows["capacity"] = [each for each in rows["capacity"] if each["asset_id"] != "T1"]
    found = sure(told(put(rows, "feeders", "G", main_transformer_id=None), wanted("F", 100.0)))
    assert found.fits
    assert found.upper_bound
    assert math.isnan(found.chain[1].after_kva)


def test_a_larger_claim_of_the_site_makes_room_and_a_smaller_one_has_to_fit_by_itself() -> None:
    larger = wanted("F", 1_845.2, site="P-C2")
    assert sure(told(golden(), larger)).fits
    assert not sure(told(golden(), replace(larger, kva=1_845.4))).fits
    rows = put(golden(), "claims", "C3", site="P-x", kva=3_000.0)
    assert sure(told(rows, wanted("F", 645.0, site="P-x"))).fits
    assert not sure(told(rows, wanted("F", 700.0, site="P-x"))).fits


def test_what_was_accepted_for_later_has_its_room() -> None:
    rows = golden()
    rows["claims"].append(rows["claims"][1] | LATER)
    assert sure(told(rows, wanted("F", 640.0, expires_on=date(2027, 1, 4)))).fits
    found = sure(told(rows, wanted("F", 640.0)))
    assert not found.fits
    assert found.day == date(2027, 1, 5)
    assert found.fits_kva == 45.2
    assert sure(told(rows, wanted("F", 45.0))).fits


def test_an_alternative_that_steps_in_later_has_its_room() -> None:
    rows = golden()
    rows["claims"] += [
        rows["claims"][1]
        | {"id": "C8", "site": "P-9", "asset_id": "G", "kva": 601.0, "expires_on": date(2027, 3, 1)},
        rows["claims"][1] | {"id": "C9", "site": "P-9", "kva": 600.0},
    ]
    found = sure(told(rows, wanted("F", 640.0)))
    assert not found.fits
    assert found.day == date(2027, 3, 2)


def test_an_extension_is_looked_at_only_where_it_adds() -> None:
    held = Claim("C2", "F", "P-C2", 1_200.0, date(2026, 6, 1), date(2026, 12, 31))
    rows = put(golden(), "claims", "C2", expires_on=held.expires_on)
    rows["claims"].append(rows["claims"][1] | LATER | {"kva": 800.0})
    assert told(rows, held, held) is None
    longer = sure(told(rows, replace(held, expires_on=date(2027, 1, 4)), held))
    assert (longer.fits, longer.day, longer.added_kva) == (True, date(2027, 1, 1), 1_200.0)
    too_long = sure(told(rows, replace(held, expires_on=date(2027, 1, 5)), held))
    assert (too_long.fits, too_long.day) == (False, date(2027, 1, 5))
    grown = sure(told(golden(), replace(held, kva=1_845.0, expires_on=None), replace(held, expires_on=None)))
    assert (grown.fits, grown.added_kva) == (True, 645.0)
    assert sure(told(golden(), replace(held, kva=1_846.0), held)).fits_kva == 1_845.2


def test_what_is_in_operation_already_is_not_added_again() -> None:
    held = Claim("C2", "F", "P-C2", 1_200.0, date(2026, 6, 1), ramped_kva=1_000.0)
    rows = put(golden(), "claims", "C2", ramped_kva=1_000.0)
    found = sure(told(rows, replace(held, kva=2_800.0), held))
    assert found.added_kva == 1_600.0
    assert found.fits


def brute(rows: Rows, claim: Claim, on: date, parameters: CapacityParameters, days: int) -> float:
    """Return the least that is left on any day, by looking at all of them."""
    least, seen = math.inf, set()
    for day in (on + timedelta(days=n) for n in range(days)):
        live = [
            each for each in rows["claims"] if as_claim(each).binds_on(day) and each.get("site") != claim.site
        ]
        key = tuple(each["id"] for each in live)
        if not claim.binds_on(day) or key in seen:
            continue
        seen.add(key)
        dated: list[Row] = [
            each
            | {"expires_on": None, "energised_on": None, "withdrawn_on": None}
            | {"accepted_on": each.get("accepted_on") and min(each["accepted_on"], on)}
            for each in live
        ]
        base = open_capacity(grid(rows | {"claims": dated}), on, parameters)
        row = base.row_of(str(claim.asset_id))
        if math.isnan(base.own_before_kva[row]):
            return math.nan
        after = with_claim(base, row, claim.kva or 0.0)
        least = min([least, *(left for _, left in margins(after, row) if not math.isnan(left))])
    return least


def as_claim(row: Row) -> Claim:
    names = asdict(Claim("", None, None, None, None))
    return Claim(**{name: row.get(name) for name in names})  # type: ignore[arg-type]  # fields of it


@settings(max_examples=40, deadline=None)
@given(
    rows=random_rows(),
    draw=st.data(),
    kva=st.sampled_from([40.0, 300.0, 2_000.0]),
    begin=st.integers(0, 4),
    lasts=st.one_of(st.none(), st.integers(0, 60)),
)
def test_the_worst_day_is_found_without_looking_at_all_of_them(
    rows: Rows, draw: st.DataObject, kva: float, begin: int, lasts: int | None
) -> None:
    ids = [
        each["id"]
        for layer in ("substations", "main_transformers", "feeders", "transformers")
        for each in rows[layer]
    ]
    assume(ids)
    for each in rows["claims"]:
        if each["site"] == " Ｐ2":
            each["site"] = "P2"  # brute force compares sites as written
    accepted = FIRST + timedelta(days=begin)
    last = None if lasts is None else max(ON, accepted) + timedelta(days=lasts)
    claim = Claim(
        "new",
        draw.draw(st.sampled_from(ids)),
        draw.draw(st.sampled_from(["P1", "P2", "P9"])),
        kva,
        accepted,
        last,
    )
    found = sure(fit(grid(rows), claim, None, ON, default_parameters()))
    least = brute(rows, claim, ON, default_parameters(), 60)
    if math.isnan(least):
        assert found.unknown
        return
    assert found.spare_kva == pytest.approx(least, abs=1e-5)
    assert found.fits == (least >= 0)


DAYS_AHEAD = st.one_of(st.none(), st.integers(-3, 25))
BOOKED = st.fixed_dictionaries(
    {
        "asset_id": st.sampled_from(["D", "F", "F", "G", "T2"]),
        "site": st.sampled_from(["P1", "P2", "P3", "P9", None]),
        "kva": st.sampled_from([None, 40.0, 60.0, 60.0, 300.0, 1_000.0]),
        "ramped_kva": st.sampled_from([None, 20.0]),
    }
    | dict.fromkeys(("accepted_on", "expires_on", "withdrawn_on"), DAYS_AHEAD)
)


@settings(max_examples=25, deadline=None)
@given(
    booked=st.lists(BOOKED, min_size=5, max_size=12),
    aggregates=st.lists(st.sampled_from([None, 100.0, 900.0]), min_size=6, max_size=6),
    asset=st.sampled_from(["D", "F", "T1", "T2"]),
    lasts=st.integers(0, 30),
)
def test_among_many_days_the_worst_is_found(
    booked: list[Row], aggregates: list[float | None], asset: str, lasts: int
) -> None:
    rows = golden()
    for reading, pending in zip(rows["capacity"], aggregates, strict=True):
        reading["pending_kva"] = pending
    rows["claims"] = [
        {"id": f"C{number}"}
        | {
            name: ON + timedelta(days=value) if name.endswith("_on") and value is not None else value
            for name, value in each.items()
        }
        for number, each in enumerate(booked)
    ]
    claim = wanted(asset, 500.0, site="P9", expires_on=ON + timedelta(days=lasts))
    found = sure(fit(grid(rows), claim, None, ON, default_parameters()))
    assert found.spare_kva == pytest.approx(brute(rows, claim, ON, default_parameters(), 31), abs=1e-5)


def test_a_claim_that_counts_on_no_day_to_come_is_not_looked_at() -> None:
    over = wanted("F", 10.0, accepted_on=date(2026, 1, 1), expires_on=date(2026, 2, 1))
    assert told(golden(), over, over) is None
