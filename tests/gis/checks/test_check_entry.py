from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.dictionary.model import layers
from gis.findings import Severity
from gis.network.check import CHECKS, check
from gis.network.model import Grid, empty_frame

if TYPE_CHECKING:
    from tests.gis.checks.conftest import Bench

ON = date(2026, 11, 21)


def test_a_clean_grid_has_no_findings(bench: Bench) -> None:
    assert bench.check() == []


def test_an_empty_grid_names_the_layers_that_are_needed() -> None:
    findings = check(Grid({}), ON)
    assert {finding.check for finding in findings} == {"layer_empty"}
    assert [finding.layer for finding in findings] == [
        "capacity",
        "feeders",
        "parcels",
        "roads",
        "substations",
    ]


def test_frames_without_rows_are_as_no_frames() -> None:
    assert check(Grid({layer: empty_frame(layer) for layer in layers()}), ON) == check(Grid({}), ON)


def test_every_check_is_described_and_tested() -> None:
    tests = "".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_check_*.py")
    )
    for name, each in CHECKS.items():
        assert each.name == name
        assert name == name.lower()
        assert each.meaning.endswith(".")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in each.zh)
        assert f'"{name}"' in tests, f"no test names {name}"


def test_chinese_names_are_unique() -> None:
    assert len({each.zh for each in CHECKS.values()}) == len(CHECKS)


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NA])
@pytest.mark.parametrize("layer", sorted(layers()))
def test_a_row_of_nothing_stops_no_check(bench: Bench, layer: str, nothing: object) -> None:
    names = [name for name in empty_frame(layer).columns if name != "geometry"]
    bench.rows.setdefault(layer, []).append({"id": None} | dict.fromkeys(names, nothing))
    findings = bench.check()
    assert all(finding.id is None or isinstance(finding.id, str) for finding in findings)
    if any(each.required for each in layers()[layer].fields):
        assert any(finding.layer == layer for finding in findings)


@pytest.mark.parametrize("layer", sorted(layers()))
def test_a_single_row_stops_no_check(bench: Bench, layer: str) -> None:
    grid = Grid({layer: bench.grid()[layer].head(1)})
    assert all(finding.message for finding in check(grid, ON))


def test_numbers_may_come_as_numbers(bench: Bench) -> None:
    grid = bench.grid()
    frames = {layer: grid[layer].infer_objects() for layer in layers()}
    frames["capacity"]["data_date"] = pd.to_datetime(frames["capacity"]["data_date"])
    assert check(Grid(frames), ON) == []


def test_the_index_of_a_frame_does_not_matter(bench: Bench) -> None:
    grid = bench.grid()
    assert check(Grid({layer: grid[layer].set_axis([7] * len(grid[layer])) for layer in layers()}), ON) == []


def _spoil(bench: Bench) -> None:
    """Put faults of many kinds into the grid, several of each."""
    for number in range(3):
        bench.add("parcels", "P1", id=f"P1-{number}", area_ha=3.0, land_use="??")
        bench.add("feeders", "F2", id=f"F2-{number}", substation_ref="东胡变电站", substation_id=None)
        bench.add("capacity", "F1", id=f"F1-{number}", peak_a=300.0 + number)
        bench.add("capacity", "D1", id=f"D1-{number}", peak_kva=500.0, data_date=date(2026, 10, 1 + number))
        bench.add("claims", "C1", id=f"C1-{number}", kva=100.0 + number, expires_on=date(2026, 1, 1))
        bench.add("claims", "C2", id=f"C2-{number}", asset_ref="D9", asset_id=None)
        bench.add("roads", "R1", id=f"R1-{number}", **{"class": None})
        bench.add("access_points", "A1", id="A1")


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_findings_do_not_depend_on_the_order_of_rows(new_bench: Callable[[], Bench], seed: int) -> None:
    spoiled, shuffled = new_bench(), new_bench()
    for bench in (spoiled, shuffled):
        _spoil(bench)
    for rows in shuffled.rows.values():
        random.Random(seed).shuffle(rows)  # noqa: S311  # a test's order, no secret
    findings = spoiled.check()
    assert len({finding.check for finding in findings}) > 8
    assert findings == shuffled.check()


def test_errors_come_first(bench: Bench) -> None:
    _spoil(bench)
    severities = [finding.severity for finding in bench.check()]
    assert severities == sorted(severities)
    assert set(severities) == {Severity.ERROR, Severity.WARNING}


def test_a_grid_is_not_changed(bench: Bench) -> None:
    _spoil(bench)
    grid = bench.grid()
    before = {layer: grid[layer].copy(deep=True) for layer in layers()}
    check(grid, ON)
    for layer, frame in before.items():
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(grid[layer]))


def test_places_lie_in_the_data(bench: Bench) -> None:
    _spoil(bench)
    placed = [finding for finding in bench.check() if finding.lon is not None]
    assert placed
    for finding in placed:
        assert finding.lon is not None
        assert finding.lat is not None
        assert np.hypot(finding.lon - 114.0, finding.lat - 30.49) < 0.1
