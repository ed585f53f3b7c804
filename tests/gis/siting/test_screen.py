"""A screened town: its columns, its sums, and the same bytes whatever the order of the rows."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gis.siting.classes import SiteClass
from gis.siting.columns import COLUMNS
from gis.siting.screen import Screening
from gis.siting.words import vocabulary, words_of_test
from layers.screenings import rows_sha256
from tests.gis.siting.small_town import small_town
from tests.gis.siting.towns import Bench

CONTRACT = """parcel_id, class, failed_test, load_kva,
load_source, asset_id, asset_name, level, open_capacity_kva, bottleneck_level, length_m,
crossing_m, crossing_count, city_road_crossing_m, excavation_m, green_m,
along_main_road_m, along_infrastructure_m,
procedure, limit_working_days, decision_kind, options, upper_bound, jurisdiction, on, run_id"""


@pytest.fixture(scope="module")
def screened() -> Screening:
    return Bench(small_town()).screen()


def test_the_columns_of_the_contract(screened: Screening) -> None:
    assert [each.strip() for each in CONTRACT.split(",")] == list(COLUMNS)
    assert list(screened.rows.columns) == list(COLUMNS[:-1])


def test_every_class_and_many_failed_tests_are_met(screened: Screening) -> None:
    counts = screened.by_class()
    assert set(counts) == {each.value for each in SiteClass}
    assert all(counts.values()), counts
    assert sum(counts.values()) == len(screened.rows)
    assert screened.rows["failed_test"].dropna().nunique() >= 8
    lightest = screened.rows[screened.rows["class"] == "plug_and_play"]
    assert lightest["failed_test"].isna().all()
    assert screened.rows[screened.rows["class"] != "plug_and_play"]["failed_test"].notna().all()


def test_the_sums_add_up(screened: Screening) -> None:
    sums = screened.sums_by_class()
    assert sum(sums["area_ha"].values()) == pytest.approx(np.nansum(screened.sites.area_ha), abs=0.01)
    assert sum(sums["load_kva"].values()) == pytest.approx(np.nansum(screened.sites.load_kva), abs=1.0)


def test_the_sums_of_towns_are_those_of_their_parcels(screened: Screening) -> None:
    towns = np.array(["东街道", None, "安镇"], dtype=object)[np.arange(len(screened.rows)) % 3]
    made = Screening(screened.rows, replace(screened.sites, towns=towns))
    told = made.by_town()
    assert [each["town"] for each in told] == ["东街道", "安镇", None]
    for each in told:
        own = [town == each["town"] for town in towns]
        rows = screened.rows[own]
        assert each["parcels"] == len(rows) == sum(each["by_class"].values())
        for name, count in each["by_class"].items():
            assert count == (rows["class"] == name).sum()
        assert each["load_kva"] == pytest.approx(rows["load_kva"].sum(), abs=0.1)
        assert each["area_ha"] == pytest.approx(np.nansum(screened.sites.area_ha[own]), abs=0.001)


def test_parcels_without_a_town_are_summed_as_such(screened: Screening) -> None:
    [told] = screened.by_town()
    assert told["town"] is None
    assert (told["parcels"], told["by_class"]) == (len(screened.rows), screened.by_class())


def test_a_row_is_its_best_option(screened: Screening) -> None:
    for row in screened.rows.to_dict("records"):
        options: list[dict[str, Any]] = json.loads(row["options"])
        if not options:
            assert row["asset_id"] is None
            assert np.isnan(row["length_m"])
            assert row["class"] in ("restricted", "unreachable", "unknown")
            continue
        for name, value in options[0].items():
            assert row[name] == value or (pd.isna(row[name]) and value is None)
        for each in options:
            assert each["open_capacity_kva"] >= row["load_kva"] - 0.06  # both rounded
            assert each["length_m"] <= 2_000.0


def test_every_failed_test_has_words(screened: Screening) -> None:
    for test in screened.rows["failed_test"].dropna().unique():
        told = words_of_test(test)
        assert told.zh != test
        assert told.en != test
    assert {f"class.{each.value}" for each in SiteClass} <= set(vocabulary())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_rows_changes_no_byte(screened: Screening, seed: int) -> None:
    shuffled = Bench(small_town(), order=np.random.default_rng(seed)).screen()
    assert rows_sha256(shuffled.rows) == rows_sha256(screened.rows)


def test_the_same_question_twice_is_the_same_bytes_and_another_is_not(screened: Screening) -> None:
    bench = Bench(small_town())
    assert rows_sha256(bench.screen().rows) == rows_sha256(screened.rows)
    assert rows_sha256(bench.screen(k=1).rows) != rows_sha256(screened.rows)
