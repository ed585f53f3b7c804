from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from gis.capacity.parameters import default_parameters
from gis.findings import Severity

if TYPE_CHECKING:
    from tests.gis.checks.conftest import Bench


@pytest.mark.parametrize(
    ("asset", "values", "words"),
    [
        ("F1", {"peak_a": 401}, "Feeder F1 (10kV东湖线) peaks at 401 A, above its limit of 400 A."),
        (
            "D1",
            {"peak_kva": 400.5},
            "Transformer D1 (一台区) peaks at 400.5 kVA, above its rating of 400 kVA.",
        ),
        ("T2", {"peak_kw": 31_000, "power_factor": 0.9}, "34,444.4 kVA, above its rating of 31,500 kVA"),
        ("T2", {"peak_kw": 31_000, "power_factor": None}, "32,631.6 kVA, above its rating of 31,500 kVA"),
        ("S1", {"peak_kva": 50_001}, "50,001 kVA, above its limit of 50,000 kVA"),
        ("F1", {"peak_a": None, "peak_kva": 7000}, "7,000 kVA, above its rating of 6,928.2 kVA"),
        ("F1", {"limit_a": None, "limit_kva": 3600}, "3,637.3 kVA, above its limit of 3,600 kVA"),
    ],
)
def test_a_peak_above_the_rating(bench: Bench, asset: str, values: dict[str, Any], words: str) -> None:
    bench.put("capacity", asset, **values)
    finding = bench.the("peak_above_rating")
    assert words in finding.message
    assert finding.id == asset


def test_a_peak_at_the_rating_is_not_above_it(bench: Bench) -> None:
    bench.put("capacity", "F1", peak_a=400)
    bench.put("capacity", "D1", peak_kva=400)
    assert bench.find("peak_above_rating") == []


def test_the_newest_reading_that_counts_is_judged(bench: Bench) -> None:
    bench.add("capacity", "F1", id="old", peak_a=450, data_date=date(2025, 9, 30))
    bench.add("capacity", "F1", id="flagged", peak_a=450, data_date=date(2026, 10, 31), flagged=True)
    bench.add("capacity", "F1", id="future", peak_a=450, data_date=date(2026, 12, 31))
    assert bench.find("peak_above_rating") == []
    bench.add("capacity", "F1", id="new", peak_a=450, data_date=date(2026, 11, 21))
    assert bench.the("peak_above_rating").id == "new"


def test_a_rating_may_come_in_a_file_of_its_own(bench: Bench) -> None:
    bench.put("capacity", "F1", limit_a=None, peak_a=300)
    bench.add("capacity", "F1", id="rating", limit_a=250, peak_a=None, data_date=None)
    assert "300 A, above its limit of 250 A" in bench.the("peak_above_rating").message
    assert bench.find("reading_incomplete") == []


def test_a_peak_in_the_wrong_unit_is_a_slip_and_nothing_else(bench: Bench) -> None:
    bench.put("capacity", "D1", peak_kva=190_000)
    assert bench.the("peak_unit_slip").message == (
        "Transformer D1 (一台区) peaks at 190,000 kVA, beyond 100 times its rating."
    )
    assert bench.find("peak_above_rating") == []


def test_a_slip_of_a_current_needs_no_voltage(bench: Bench) -> None:
    bench.put("feeders", "F1", voltage_kv=None)
    bench.put("capacity", "F1", peak_a=40_000)
    assert "40,000 A, beyond 100 times its limit" in bench.the("peak_unit_slip").message


def test_two_units_of_one_peak_that_disagree(bench: Bench) -> None:
    bench.put("capacity", "F1", peak_kva=3700)
    assert bench.find("peak_units_disagree") == []
    bench.put("capacity", "F1", peak_kva=3900)
    assert "3,900 kVA and 210 A (3,637.3 kVA)" in bench.the("peak_units_disagree").message


def test_active_power_is_never_above_apparent_power(bench: Bench) -> None:
    bench.put("capacity", "D1", peak_kw=250, power_factor=None)
    assert "190 kVA and 250 kW" in bench.the("peak_units_disagree").message


def test_a_rating_that_differs_from_the_asset(bench: Bench) -> None:
    bench.put("capacity", "T2", rated_kva=31_600)
    assert bench.find("rating_mismatch") == []
    bench.put("capacity", "T2", rated_kva=40_000)
    assert "31,500 kVA in its own layer, but 40,000 kVA" in bench.the("rating_mismatch").message


@pytest.mark.parametrize(("amps", "fires"), [(49.9, True), (50, False), (2000, False), (2001, True)])
def test_a_limit_that_no_feeder_has(bench: Bench, amps: float, fires: bool) -> None:
    bench.put("capacity", "F1", limit_a=amps, peak_a=10)
    assert bool(bench.find("feeder_limit_implausible")) is fires


@pytest.mark.parametrize(
    ("kilovolts", "fires"), [(10.0, False), (13.8, False), (0.4, True), (10_000.0, True)]
)
def test_a_voltage_that_no_feeder_has(bench: Bench, kilovolts: float, fires: bool) -> None:
    bench.put("feeders", "F1", voltage_kv=kilovolts)
    assert bool(bench.find("feeder_voltage_unusual")) is fires


@pytest.mark.parametrize(("rated", "fires"), [(10_000, False), (10_001, True), (0.4, True), (None, False)])
def test_a_rating_that_no_transformer_has(bench: Bench, rated: float | None, fires: bool) -> None:
    bench.put("transformers", "D1", rated_kva=rated)
    assert bool(bench.find("transformer_rating_implausible")) is fires


def test_a_main_transformer_in_mva(bench: Bench) -> None:
    bench.put("main_transformers", "T1", rated_kva=50)
    assert "is rated 50 kVA" in bench.the("main_transformer_rating_implausible").message


def test_more_pending_than_published(bench: Bench) -> None:
    bench.put("capacity", "F1", pending_kva=2500, published_kva=2500)
    assert bench.find("pending_above_published") == []
    bench.put("capacity", "F1", published_kva=771.5)
    assert (
        "2,500 kVA pending, but the utility publishes 771.5 kVA"
        in bench.the("pending_above_published").message
    )


def test_a_stale_reading(bench: Bench) -> None:
    bench.put("capacity", "F1", data_date=date(2025, 8, 21))
    assert bench.find("reading_stale") == []
    bench.put("capacity", "F1", data_date=date(2025, 8, 20))
    finding = bench.the("reading_stale")
    assert "last read on 2025-08-20, more than 15 months before 2026-11-21" in finding.message
    assert bench.find("reading_stale", max_age_months=16) == []


def test_months_end_where_the_month_ends(bench: Bench) -> None:
    bench.put("capacity", "F1", data_date=date(2025, 2, 28))
    stale = bench.find("reading_stale", on=date(2026, 5, 31))
    assert "F1" not in {finding.id for finding in stale}


def test_a_reading_without_a_date(bench: Bench) -> None:
    bench.put("capacity", "F1", data_date=None)
    assert bench.the("reading_date_missing").message == "A reading of Feeder F1 (10kV东湖线) has no date."


def test_a_reading_in_the_future(bench: Bench) -> None:
    bench.put("capacity", "F1", data_date=date(2026, 11, 22))
    finding = bench.the("reading_in_future")
    assert finding.severity is Severity.ERROR
    assert "2026-11-22, after 2026-11-21" in finding.message
    bench.put("capacity", "F1", data_date=date(2026, 11, 21))
    assert bench.find("reading_in_future") == []


def test_an_asset_without_a_reading(bench: Bench) -> None:
    bench.rows["capacity"] = [row for row in bench.rows["capacity"] if row["id"] != "D2"]
    finding = bench.the("asset_without_reading")
    assert (finding.layer, finding.id) == ("transformers", "D2")


def test_a_level_without_any_reading_is_one_finding(bench: Bench) -> None:
    bench.rows["capacity"] = [row for row in bench.rows["capacity"] if not row["id"].startswith("S")]
    finding = bench.the("asset_without_reading")
    assert (finding.layer, finding.id) == ("substations", None)
    assert "None of the 2 substations has a reading" in finding.message


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"peak_a": None}, "has no peak"),
        ({"limit_a": None}, "has no rating"),
        ({"peak_a": None, "limit_a": None}, "has neither a peak nor a rating"),
    ],
)
def test_a_reading_that_lacks_a_figure(bench: Bench, values: dict[str, Any], words: str) -> None:
    bench.put("capacity", "F1", **values)
    assert words in bench.the("reading_incomplete").message


def test_two_readings_of_one_day_that_differ(bench: Bench) -> None:
    bench.add("capacity", "F1", id="again")
    assert bench.find("readings_conflict") == []
    bench.put("capacity", "again", peak_a=230)
    finding = bench.the("readings_conflict")
    assert finding.severity is Severity.ERROR
    assert "readings of 2026-09-30 that differ: peak_a 210 and 230" in finding.message
    bench.put("capacity", "again", flagged=True)
    assert bench.find("readings_conflict") == []


def test_two_readings_that_complete_each_other_do_not_differ(bench: Bench) -> None:
    bench.add("capacity", "F1", id="again", peak_a=None, pending_kva=500)
    assert bench.find("readings_conflict") == []


def test_a_published_figure_that_does_not_follow_from_the_readings(bench: Bench) -> None:
    bench.put("capacity", "F1", published_kva=585.0)
    assert bench.find("published_differs") == []
    bench.put("capacity", "F1", published_kva=900.0)
    finding = bench.the("published_differs")
    assert finding.severity is Severity.WARNING
    assert finding.id == "F1"
    assert finding.message == (
        "Feeder F1 (10kV东湖线) has 585.3 kVA open, but the utility publishes 900 kVA."
    )
    assert finding.repair.startswith("Correct the reading")


def test_a_published_figure_of_the_asset_alone(bench: Bench) -> None:
    bench.put("capacity", "F1", published_kva=585.0)
    bench.put("capacity", "S1", peak_kva=48_500.0)
    finding = bench.the("published_differs")
    assert "has 180 kVA open, with S1 as the bottleneck, but the utility publishes 585 kVA" in finding.message
    assert "agrees with the asset alone" in finding.repair


def test_a_published_figure_is_compared_by_the_utilitys_own_coefficients(bench: Bench) -> None:
    bench.put("capacity", "F1", published_kva=900.0)
    wide = replace(default_parameters(), published_difference_share=0.4)
    assert bench.find("published_differs", capacity=wide) == []  # type: ignore[arg-type]  # not a threshold


def test_an_unknown_figure_is_compared_with_nothing(bench: Bench) -> None:
    bench.put("capacity", "F1", published_kva=900.0, peak_a=None)
    assert bench.find("published_differs") == []
