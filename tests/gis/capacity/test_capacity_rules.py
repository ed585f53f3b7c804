"""The rules one by one: limits, peaks, readings, unknown, statuses, loading, published figures."""

from __future__ import annotations

import copy
import math
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gis.capacity.explain import explain
from gis.capacity.open_capacity import open_capacity
from gis.capacity.parameters import default_parameters
from gis.capacity.words import Label, LimitKind, Loading, Reason, Status
from gis.dictionary.model import layers
from gis.network.checks.parameters import CheckParameters
from gis.network.model import Grid, empty_frame
from gis.units import DEFAULT_POWER_FACTOR, parse_unit
from tests.gis.capacity.grids import ON, READ, Row, Rows, at, golden, grid, put, work_out

DEFAULT = default_parameters()


def without(rows: Rows, layer: str, thing: str, key: str = "id") -> Rows:
    changed = copy.deepcopy(rows)
    changed[layer] = [row for row in changed[layer] if row[key] != thing]
    return changed


def reading(rows: Rows, thing: str, **values: object) -> Rows:
    """Add a reading of an asset."""
    changed = copy.deepcopy(rows)
    row: Row = {"id": f"{thing}+{len(changed['capacity'])}", "asset_id": thing, "data_date": READ}
    changed["capacity"].append(row | values)
    return changed


# Limits


def test_a_single_main_transformer_has_no_firm_capacity() -> None:
    rows = put(golden(), "substations", "S", transfer_kva=45_000.0)
    rows = without(without(rows, "main_transformers", "T2"), "capacity", "T2", "asset_id")
    rows = without(rows, "claims", "C4")
    one = work_out(rows)
    assert at(one, "S", "limit_kva") == 45_000.0
    assert at(one, "S", "limit_kind") is LimitKind.SINGLE
    told = work_out(rows, parameters=replace(DEFAULT, single_transformer="rated"))
    assert at(told, "S", "limit_kva") == 50_000.0
    alone = work_out(put(rows, "substations", "S", transfer_kva=None))
    assert at(alone, "S", "limit_kva") == 0.0
    assert at(alone, "S", "status") is Status.RESTRICTED
    assert at(alone, "D", "status") is Status.RESTRICTED


def test_short_overload_and_transfer_count_at_the_substation() -> None:
    rows = put(golden(), "substations", "S", transfer_kva=2_000.0)
    capacity = work_out(rows, parameters=replace(DEFAULT, rho=1.3))
    assert at(capacity, "S", "limit_kva") == 67_000.0
    assert (
        at(work_out(golden(), parameters=replace(DEFAULT, transfer_kva=500.0)), "S", "limit_kva") == 50_500.0
    )


def test_a_substation_without_transformers_that_states_a_rating_is_derated_once_and_a_bound() -> None:
    rows = put(golden(), "capacity", "S", rated_kva=100_000.0)
    assert at(work_out(rows), "S", "limit_kva") == 50_000.0  # N-1 wins
    bare = copy.deepcopy(rows) | {"main_transformers": []}
    capacity = work_out(bare)
    assert at(capacity, "S", "limit_kva") == 80_000.0
    assert at(capacity, "S", "limit_kind") is LimitKind.INSTALLED
    assert at(capacity, "S", "status") is Status.OPEN
    assert capacity.upper_bound.all()


def test_a_stated_limit_is_final_at_every_level() -> None:
    rows = golden()
    for thing in ("S", "T1", "F", "D"):
        rows = put(rows, "capacity", thing, limit_kva=9_999.0, rated_kva=5.0)
    capacity = work_out(rows)
    assert {at(capacity, thing, "limit_kva") for thing in ("S", "T1", "F", "D")} == {9_999.0}
    assert at(capacity, "F", "limit_kind") is LimitKind.STATED


def test_an_unknown_main_transformer_leaves_the_substation_unknown() -> None:
    capacity = work_out(put(golden(), "main_transformers", "T2", rated_kva=None))
    assert math.isnan(at(capacity, "S", "limit_kva"))
    assert at(capacity, "S", "reason") is Reason.RATING_MISSING
    assert at(capacity, "F", "upper_bound")
    assert round(at(capacity, "F", "effective_kva"), 1) == 645.3


def test_an_n_1_share_stands_in_for_the_usual_share() -> None:
    rows = put(golden(), "feeders", "F", n1_share=0.5)
    assert round(at(work_out(rows), "F", "limit_kva"), 1) == 3_464.1
    assert round(at(work_out(rows), "G", "limit_kva"), 1) == 5_542.6
    beyond = work_out(put(golden(), "feeders", "F", n1_share=50.0))
    assert at(beyond, "F", "status") is Status.UNKNOWN


def test_the_weakest_limit_of_one_day_and_the_newest_of_several_count() -> None:
    rows = reading(golden(), "F", limit_a=300.0)
    assert round(at(work_out(rows), "F", "limit_kva"), 1) == 4_156.9
    newer = reading(rows, "F", limit_a=500.0, data_date=date(2026, 10, 31))
    assert round(at(work_out(newer), "F", "limit_kva"), 1) == 6_928.2
    assert round(at(work_out(newer), "F", "peak_kva"), 1) == 3_637.3


def test_the_lower_of_current_and_rated_capacity_binds_a_feeder() -> None:
    capacity = work_out(put(golden(), "capacity", "F", rated_kva=6_000.0))
    assert at(capacity, "F", "limit_kva") == 4_800.0
    assert at(capacity, "F", "limit_kind") is LimitKind.RATED


# Peaks


@pytest.mark.parametrize(
    ("figures", "label"),
    [
        ({"peak_a": 210.0}, Label.MEASURED),
        ({"peak_kva": math.sqrt(3) * 10 * 210}, Label.MEASURED),
        ({"peak_kw": math.sqrt(3) * 10 * 210 * 0.9, "power_factor": 0.9}, Label.MEASURED),
        ({"peak_kw": math.sqrt(3) * 10 * 210 * 0.95}, Label.ASSUMED),
    ],
)
def test_a_peak_is_the_same_in_every_unit(figures: Row, label: Label) -> None:
    rows = put(golden(), "capacity", "F", **({"peak_a": None} | figures))
    capacity = work_out(rows)
    assert at(capacity, "F", "peak_label") is label
    assert np.allclose(capacity.effective_kva, work_out(golden()).effective_kva)


def test_megavoltamperes_are_kilovoltamperes() -> None:
    unit = parse_unit("MVA")
    assert unit is not None
    capacity = work_out(put(golden(), "capacity", "S", peak_kva=38.0 * unit.factor))
    assert at(capacity, "S", "own_after_kva") == 6_000.0


def test_flagged_and_later_readings_do_not_count() -> None:
    rows = reading(golden(), "F", peak_a=399.0, flagged=True, data_date=date(2026, 10, 31))
    rows = reading(rows, "F", peak_a=399.0, data_date=date(2026, 11, 22))
    assert round(at(work_out(rows), "F", "peak_kva"), 1) == 3_637.3
    assert at(work_out(rows), "F", "data_date") == np.datetime64(READ)
    later = work_out(rows, on=date(2026, 11, 22))
    assert at(later, "F", "data_date") == np.datetime64("2026-11-22")


def test_the_highest_peak_of_one_day_counts() -> None:
    assert at(work_out(reading(golden(), "D", peak_kva=250.0)), "D", "peak_kva") == 250.0


def test_the_highest_of_a_years_monthly_peaks_counts_where_the_utility_says_so() -> None:
    rows = reading(golden(), "D", peak_kva=230.0, data_date=date(READ.year - 1, READ.month, READ.day))
    rows = reading(rows, "D", peak_kva=210.0, data_date=READ - timedelta(days=200))
    rows = reading(rows, "D", peak_kva=900.0, flagged=True, data_date=READ - timedelta(days=100))
    newest, year = work_out(rows), work_out(rows, parameters=replace(DEFAULT, peak_months=12))
    longer = work_out(rows, parameters=replace(DEFAULT, peak_months=13))
    assert [at(each, "D", "peak_kva") for each in (newest, year, longer)] == [190.0, 210.0, 230.0]
    assert at(year, "D", "data_date") == np.datetime64(READ)
    told = explain(year, "D", "en").text()
    assert f"{READ - timedelta(days=200)}" in told


def test_readings_without_any_asset_are_no_fault_of_the_peaks_of_months() -> None:
    alone = {"capacity": golden()["capacity"]}
    assert len(work_out(alone, parameters=replace(DEFAULT, peak_months=12)).ids) == 0


def test_a_substation_without_a_meter_is_estimated_from_its_transformers() -> None:
    capacity = work_out(put(golden(), "capacity", "S", peak_kva=None))
    assert at(capacity, "S", "peak_kva") == pytest.approx(0.9 * 38_000)
    assert at(capacity, "S", "peak_label") is Label.ESTIMATED
    assert at(capacity, "S", "data_date") == np.datetime64(READ)
    assert not capacity.upper_bound.any()


def test_an_estimate_needs_every_child() -> None:
    rows = put(golden(), "capacity", "S", peak_kva=None)
    for gap in ({"peak_kva": None}, {"data_date": date(2025, 1, 1)}, {"flagged": True}):
        capacity = work_out(put(without(rows, "feeders", "G"), "capacity", "T2", **gap))
        assert math.isnan(at(capacity, "S", "peak_kva"))
        assert at(capacity, "S", "reason") is Reason.PEAK_MISSING


def test_a_main_transformer_is_estimated_only_where_all_feeders_are_known_to_hang_somewhere() -> None:
    rows = put(golden(), "capacity", "T1", peak_kva=None)
    both = math.sqrt(3) * 10 * 310
    assert at(work_out(rows), "T1", "peak_kva") == pytest.approx(0.9 * both)
    loose = copy.deepcopy(rows)
    loose["feeders"].append({"id": "H", "substation_id": "S", "voltage_kv": 10.0})
    assert math.isnan(at(work_out(loose), "T1", "peak_kva"))


def test_a_feeder_is_not_estimated_from_public_transformers_unless_told() -> None:
    rows = put(golden(), "capacity", "F", peak_a=None)
    assert at(work_out(rows), "F", "status") is Status.UNKNOWN
    told = work_out(rows, parameters=replace(DEFAULT, estimate_feeders=True))
    assert at(told, "F", "peak_kva") == pytest.approx(0.9 * 190)
    assert at(told, "F", "upper_bound")


def test_a_meter_that_cannot_be_read_in_kva_is_not_replaced_by_an_estimate() -> None:
    capacity = work_out(put(golden(), "capacity", "S", peak_kva=None, peak_a=200.0))
    assert at(capacity, "S", "reason") is Reason.VOLTAGE_MISSING


def test_a_stale_meter_is_not_replaced_by_an_estimate() -> None:
    capacity = work_out(put(golden(), "capacity", "S", data_date=date(2025, 8, 20)))
    assert at(capacity, "S", "peak_kva") == 38_000.0
    assert at(capacity, "S", "reason") is Reason.READING_STALE


# Unknown, and bounds


@pytest.mark.parametrize(("day", "stale"), [(date(2025, 8, 20), True), (date(2025, 8, 21), False)])
def test_a_reading_is_stale_after_fifteen_months(day: date, stale: bool) -> None:
    capacity = work_out(put(golden(), "capacity", "T1", data_date=day))
    assert at(capacity, "T1", "stale") == stale
    assert at(capacity, "T1", "status") == ("unknown" if stale else "open")
    assert at(capacity, "F", "upper_bound") == stale
    assert at(capacity, "F", "status") is Status.TIGHT


def test_a_reading_without_a_date_counts_unless_told() -> None:
    rows = put(golden(), "capacity", "F", data_date=None)
    capacity = work_out(rows)
    assert round(at(capacity, "F", "effective_kva"), 1) == 645.3
    assert math.isnan(at(capacity, "F", "age_days"))
    told = work_out(rows, parameters=replace(DEFAULT, undated_reading="stale"))
    assert at(told, "F", "reason") is Reason.READING_STALE


@pytest.mark.parametrize(
    ("layer", "thing", "values", "asset", "reason"),
    [
        ("capacity", "F", {"asset_id": "none"}, "F", Reason.NO_READING),
        ("capacity", "F", {"limit_a": None}, "F", Reason.RATING_MISSING),
        ("capacity", "F", {"peak_a": None}, "F", Reason.PEAK_MISSING),
        ("feeders", "F", {"voltage_kv": None}, "F", Reason.VOLTAGE_MISSING),
        ("capacity", "D", {"peak_kva": None, "peak_a": 200.0}, "D", Reason.VOLTAGE_MISSING),
        ("transformers", "D", {"rated_kva": None}, "D", Reason.RATING_MISSING),
        ("capacity", "D", {"data_date": date(2024, 1, 1)}, "D", Reason.READING_STALE),
    ],
)
def test_unknown_is_never_zero(layer: str, thing: str, values: Row, asset: str, reason: Reason) -> None:
    capacity = work_out(put(golden(), layer, thing, **values))
    assert at(capacity, asset, "status") is Status.UNKNOWN
    assert at(capacity, asset, "reason") is reason
    for name in ("effective_kva", "disclosed_kva", "own_after_kva", "loading_share"):
        assert math.isnan(at(capacity, asset, name))
    assert at(capacity, asset, "bottleneck") == -1
    assert at(capacity, asset, "loading") is Loading.UNKNOWN
    assert not at(capacity, asset, "upper_bound")


def test_restriction_passes_through_an_asset_without_figures() -> None:
    rows = put(put(golden(), "capacity", "S", peak_kva=51_000.0), "capacity", "F", peak_a=None)
    capacity = work_out(rows)
    assert at(capacity, "F", "status") is Status.UNKNOWN
    assert at(capacity, "D", "status") is Status.RESTRICTED
    assert at(capacity, "D", "upper_bound")


@pytest.mark.parametrize(
    ("layer", "thing", "values"),
    [
        ("feeders", "F", {"main_transformer_id": None}),
        ("feeders", "F", {"main_transformer_id": None, "substation_id": None}),
        ("transformers", "D", {"feeder_id": None}),
        ("claims", "C1", {"kva": None}),
    ],
)
def test_what_is_missing_above_makes_an_upper_bound(layer: str, thing: str, values: Row) -> None:
    capacity = work_out(put(golden(), layer, thing, **values))
    assert at(capacity, "D", "upper_bound")
    assert not np.isnan(at(capacity, "D", "effective_kva"))


def test_a_feeder_of_a_substation_without_transformers_is_whole() -> None:
    rows = put(golden(), "capacity", "S", limit_kva=50_000.0) | {"main_transformers": []}
    assert not at(work_out(rows), "F", "upper_bound")


# Statuses and loading


@pytest.mark.parametrize(
    ("thing", "values", "reason"),
    [
        ("F", {"peak_a": 50.0, "limit_a": 600.0}, Reason.ROOM),
        ("F", {"peak_a": 300.0}, Reason.PENDING),
        ("S", {"peak_kva": 45_000.0}, Reason.ANCESTOR_TIGHT),
        ("S", {"peak_kva": 43_600.0}, Reason.ANCESTOR_SHORT),
        ("S", {"peak_kva": 50_000.0}, Reason.ANCESTOR_RESTRICTED),
    ],
)
def test_the_reason_speaks_of_what_would_have_to_be_relieved(thing: str, values: Row, reason: Reason) -> None:
    assert at(work_out(put(golden(), "capacity", thing, **values)), "F", "reason") is reason


@pytest.mark.parametrize(
    ("peak", "word"), [(319.9, Loading.NORMAL), (320.0, Loading.HEAVY), (400.0, Loading.OVERLOADED)]
)
def test_loading_is_of_the_rating(peak: float, word: Loading) -> None:
    capacity = work_out(put(golden(), "capacity", "D", peak_kva=peak))
    assert at(capacity, "D", "loading_share") == pytest.approx(peak / 400)
    assert at(capacity, "D", "loading") is word


# Published figures


def test_the_utilitys_own_figure_stands_beside_ours() -> None:
    rows = put(golden(), "capacity", "F", published_kva=700.0)
    capacity = work_out(rows)
    assert at(capacity, "F", "published_difference_kva") == pytest.approx(54.7, abs=0.05)
    assert at(capacity, "F", "published_differs")
    assert not at(work_out(put(rows, "capacity", "F", published_kva=670.0)), "F", "published_differs")
    assert round(at(capacity, "F", "disclosed_kva"), 1) == 645.3
    assert at(capacity, "F", "disclosed_label") is Label.MEASURED
    told = work_out(rows, parameters=replace(DEFAULT, disclosed="published"))
    assert at(told, "F", "disclosed_kva") == 700.0
    assert at(told, "F", "disclosed_label") is Label.PUBLISHED
    assert at(told, "D", "disclosed_label") is Label.MEASURED
    old = work_out(
        put(rows, "capacity", "F", data_date=date(2025, 1, 1)),
        parameters=replace(DEFAULT, disclosed="published"),
    )
    assert math.isnan(at(old, "F", "disclosed_kva"))


def test_a_negative_published_figure_is_shown_as_zero() -> None:
    rows = put(golden(), "capacity", "F", published_kva=-50.0)
    told = work_out(rows, parameters=replace(DEFAULT, disclosed="published"))
    assert at(told, "F", "disclosed_kva") == 0.0


# Shapes


def test_rows_stand_by_level_and_id() -> None:
    capacity = work_out(golden())
    assert capacity.ids.tolist() == ["S", "T1", "T2", "F", "G", "D"]
    assert capacity.parent.tolist() == [-1, 0, 0, 1, 1, 3]
    assert len(capacity) == 6


def test_a_frame_has_words_and_ids() -> None:
    frame = work_out(golden()).frame().set_index("asset_id")
    assert frame.loc["D", "bottleneck_id"] == "D"
    assert frame.loc["F", "parent_id"] == "T1"
    assert frame.loc["F", "status"] == "tight"
    assert frame.loc["F", "age_days"] == 52


@pytest.mark.parametrize("nothing", [None, math.nan, pd.NA, pd.NaT])
def test_rows_of_nothing_stop_nothing(nothing: Any) -> None:
    frames = dict(grid(golden()).frames)
    for layer, frame in frames.items():
        bare = pd.DataFrame({name: pd.Series([nothing], dtype=object) for name in frame.columns})
        frames[layer] = pd.concat([frame.astype(object), bare], ignore_index=True)
    capacity = open_capacity(Grid(frames), ON, DEFAULT)
    assert capacity.ids.tolist().count(None) == 4
    assert round(at(capacity, "F", "effective_kva"), 1) == 645.3
    assert not any(capacity.ids == "nan")


def test_a_grid_of_nothing_has_no_rows() -> None:
    assert len(open_capacity(Grid({}), ON, DEFAULT)) == 0
    empty = open_capacity(Grid({layer: empty_frame(layer) for layer in layers()}), ON, DEFAULT)
    assert len(empty.frame()) == 0


def test_the_checks_go_by_the_same_values() -> None:
    assert CheckParameters().max_age_months == DEFAULT.max_age_months
    assert DEFAULT.power_factor == DEFAULT_POWER_FACTOR
