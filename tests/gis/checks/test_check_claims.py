from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from gis.findings import Severity

if TYPE_CHECKING:
    from tests.gis.checks.conftest import Bench


def test_the_largest_claim_of_a_site_counts(bench: Bench) -> None:
    bench.add("claims", "C1", id="C3", kva=800.0)
    bench.add("claims", "C1", id="C4", kva=2000.0, asset_id="F2", asset_ref="F2")
    assert [finding.id for finding in bench.find("two_claims_for_one_site")] == ["C1", "C3"]
    assert bench.find("two_claims_for_one_site")[1].message == (
        "Claim C3 (800 kVA) is for site P1, which claim C4 (2,000 kVA) holds already."
    )


@pytest.mark.parametrize(
    "ended",
    [
        {"energised_on": date(2026, 11, 21)},
        {"withdrawn_on": date(2026, 11, 1)},
        {"expires_on": date(2026, 11, 20)},
        {"accepted_on": date(2026, 11, 22)},
    ],
)
def test_a_claim_that_does_not_bind_on_the_day_is_no_alternative(
    bench: Bench, ended: dict[str, date]
) -> None:
    bench.add("claims", "C1", id="C3", kva=800.0)
    bench.put("claims", "C3", **ended)
    assert bench.find("two_claims_for_one_site") == []


def test_a_claim_binds_on_its_last_day(bench: Bench) -> None:
    bench.add("claims", "C1", id="C3", expires_on=date(2026, 11, 21))
    assert bench.the("two_claims_for_one_site").id == "C3"
    assert bench.find("claim_expired_not_closed") == []


@pytest.mark.parametrize("column", ["expires_on", "energised_on", "withdrawn_on"])
def test_dates_out_of_order(bench: Bench, column: str) -> None:
    bench.put("claims", "C1", **{column: date(2026, 6, 1)})
    assert bench.find("claim_dates_out_of_order") == []
    bench.put("claims", "C1", **{column: date(2026, 5, 31)})
    finding = bench.the("claim_dates_out_of_order")
    assert finding.severity is Severity.ERROR
    assert "on 2026-05-31, before it is accepted on 2026-06-01" in finding.message


def test_a_claim_in_the_future(bench: Bench) -> None:
    bench.put("claims", "C1", accepted_on=date(2026, 11, 21))
    assert bench.find("claim_in_future") == []
    bench.put("claims", "C1", accepted_on=date(2026, 11, 22))
    assert "2026-11-22, after 2026-11-21" in bench.the("claim_in_future").message


def test_more_in_operation_than_promised(bench: Bench) -> None:
    bench.put("claims", "C1", ramped_kva=1260.0)
    assert bench.find("claim_ramped_above_kva") == []
    bench.put("claims", "C1", ramped_kva=1300.0)
    assert "1,300 kVA in operation of 1,260 kVA promised" in bench.the("claim_ramped_above_kva").message


def test_a_claim_that_expired_and_was_not_closed(bench: Bench) -> None:
    bench.put("claims", "C1", expires_on=date(2026, 11, 20))
    assert "expired on 2026-11-20" in bench.the("claim_expired_not_closed").message
    bench.put("claims", "C1", energised_on=date(2026, 10, 1))
    assert bench.find("claim_expired_not_closed") == []


def test_a_site_that_is_no_parcel_where_most_are(bench: Bench) -> None:
    bench.add("claims", "C1", id="C3", site="东湖路1号")
    assert "东湖路1号, which is no parcel" in bench.the("claim_site_unknown_parcel").message


def test_sites_that_are_addresses_are_left_alone(bench: Bench) -> None:
    bench.put("claims", "C2", site="东湖路1号")
    assert bench.find("claim_site_unknown_parcel") == []
