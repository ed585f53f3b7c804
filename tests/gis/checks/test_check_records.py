from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gis.dictionary.model import layers
from gis.findings import Severity

if TYPE_CHECKING:
    from tests.gis.checks.conftest import Bench


@pytest.mark.parametrize(
    ("layer", "thing", "column"),
    [
        ("main_transformers", "T1", "rated_kva"),
        ("feeders", "F1", "voltage_kv"),
        ("transformers", "D1", "rated_kva"),
        ("claims", "C1", "site"),
        ("claims", "C1", "kva"),
        ("claims", "C1", "accepted_on"),
    ],
)
def test_a_missing_figure_is_an_error(bench: Bench, layer: str, thing: str, column: str) -> None:
    bench.put(layer, thing, **{column: None})
    finding = bench.the("required_value_missing")
    assert (finding.layer, finding.id, finding.severity) == (layer, thing, Severity.ERROR)
    assert f"has no {column}" in finding.message


@pytest.mark.parametrize(
    ("layer", "thing", "column"),
    [
        ("substations", "S1", "name"),
        ("substations", "S1", "voltage_kv"),
        ("feeders", "F1", "name"),
        ("access_points", "A1", "kind"),
    ],
)
def test_a_missing_detail_is_a_warning(bench: Bench, layer: str, thing: str, column: str) -> None:
    bench.put(layer, thing, **{column: ""})
    finding = bench.the("required_detail_missing")
    assert (finding.layer, finding.id, finding.severity) == (layer, thing, Severity.WARNING)


def test_a_row_and_column_make_one_finding(bench: Bench) -> None:
    bench.put("claims", "C1", kva=None, site=None)
    bench.put("claims", "C2", kva=None)
    assert len(bench.find("required_value_missing")) == 3


def test_every_required_column_is_looked_at_by_one_check(bench: Bench) -> None:
    for layer, rows in bench.rows.items():
        names = [name for field in layers()[layer].fields for name in field.stored_as]
        rows[:] = [dict.fromkeys(names), *rows]
    findings = bench.check()
    for layer in bench.rows:
        for field in layers()[layer].fields:
            if field.required:
                word = field.name.removesuffix("_id")
                about = [each for each in findings if each.layer == layer and each.id is None]
                said = [each for each in about if f"no {word}" in each.message]
                assert len(said) == 1, (layer, field.name, about)


def test_an_id_that_stands_twice(bench: Bench) -> None:
    bench.add("parcels", "P1")
    finding = bench.the("id_repeated")
    assert finding.message == "The id P1 stands for 2 rows of parcels."
    assert finding.severity is Severity.ERROR


def test_an_id_of_two_levels(bench: Bench) -> None:
    bench.put("transformers", "D1", id="F1")
    assert "1 rows of feeders and 1 rows of transformers" in bench.the("id_repeated").message


def test_an_id_may_stand_in_two_layers_that_hold_no_assets(bench: Bench) -> None:
    bench.put("roads", "R1", id="P1")
    assert bench.find("id_repeated") == []


@pytest.mark.parametrize("layer", ["substations", "feeders", "roads", "parcels", "capacity"])
def test_a_layer_that_is_needed_and_empty(bench: Bench, layer: str) -> None:
    bench.rows[layer] = []
    assert bench.the("layer_empty").layer == layer


def test_access_points_are_assumed(bench: Bench) -> None:
    bench.rows["access_points"] = []
    assert "20 m" in bench.the("access_points_assumed").message


def test_city_roads_are_assumed(bench: Bench) -> None:
    for road in ("R1", "R2"):
        bench.put("roads", road, city=None)
    bench.put("roads", "R2", **{"class": "track"})
    assert "1 roads above a track" in bench.the("city_roads_assumed").message
    bench.rows["city_area"] = [{"id": "city", "name": "城区", "at": None}]
    assert bench.find("city_roads_assumed") == []


def test_road_widths_are_assumed(bench: Bench) -> None:
    bench.put("roads", "R1", width_m=None)
    assert "1 of 3 roads state no width" in bench.the("road_width_assumed").message


def test_jurisdictions_are_assumed(bench: Bench) -> None:
    bench.rows["jurisdictions"] = []
    assert "no procedure" in bench.the("jurisdictions_assumed").message
