from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gis.findings import Severity

if TYPE_CHECKING:
    from tests.gis.checks.conftest import Bench

REFERENCES = [
    ("feeder_without_substation", "feeders", "F1", "substation", "东湖变电戰", "东湖变电站"),
    ("main_transformer_without_substation", "main_transformers", "T1", "substation", "东湖站", "东湖变电站"),
    ("transformer_without_feeder", "transformers", "D1", "feeder", "10kV东胡线", "10kV东湖线"),
    ("access_point_without_feeder", "access_points", "A1", "feeder", "10kV东胡线", "10kV东湖线"),
    ("capacity_without_asset", "capacity", "F1", "asset", "10kV东胡线", "10kV东湖线"),
    ("claim_on_unknown_asset", "claims", "C1", "asset", "10kV东胡线", "10kV东湖线"),
]


@pytest.mark.parametrize(("check", "layer", "thing", "stem", "words", "nearest"), REFERENCES)
def test_an_unknown_name_brings_the_nearest_candidates(
    bench: Bench, check: str, layer: str, thing: str, stem: str, words: str, nearest: str
) -> None:
    bench.unjoin(layer, thing, stem, words)
    finding = bench.the(check)
    assert (finding.layer, finding.id, finding.severity) == (layer, thing, Severity.ERROR)
    assert f"'{words}', which is not in" in finding.message
    assert f"nearest: {nearest}" in finding.message


@pytest.mark.parametrize(("check", "layer", "thing", "stem"), [each[:4] for each in REFERENCES])
def test_an_unstated_reference_is_told_from_an_unknown_one(
    bench: Bench, check: str, layer: str, thing: str, stem: str
) -> None:
    bench.unjoin(layer, thing, stem, None)
    finding = bench.the(check)
    assert f"states no {stem}" in finding.message
    assert finding.repair.startswith("Fill in")


def test_an_id_that_no_longer_exists_is_unknown(bench: Bench) -> None:
    bench.put("feeders", "F1", substation_ref=None, substation_id="S9")
    assert "'S9', which is not in substations" in bench.the("feeder_without_substation").message


def test_a_name_that_fits_two_assets_is_ambiguous(bench: Bench) -> None:
    bench.unjoin("capacity", "T1", "asset", "1号主变")
    finding = bench.the("capacity_without_asset")
    assert "an ambiguous name that fits T1, T2" in finding.message
    assert finding.repair == "Give the id, or the substation beside the name."


def test_a_thing_that_came_later_asks_for_another_import(bench: Bench) -> None:
    bench.unjoin("capacity", "T1", "asset", "1号主变")
    bench.put("capacity", "T1", substation_ref="东湖变电站")
    finding = bench.the("capacity_without_asset")
    assert "fits T1, imported later" in finding.message
    assert "again" in finding.repair


def test_candidates_are_of_the_level_that_is_stated(bench: Bench) -> None:
    bench.unjoin("capacity", "F1", "asset", "东湖线")
    bench.put("capacity", "F1", level="feeder")
    finding = bench.the("capacity_without_asset")
    assert "10kV东湖线" in finding.message
    assert "变电站" not in finding.message


def test_beyond_the_budget_of_comparisons_no_candidate_is_named(bench: Bench) -> None:
    bench.unjoin("feeders", "F1", "substation", "东湖站")
    finding = bench.the("feeder_without_substation", name_comparisons=0)
    assert "'东湖站', which is not in substations." in finding.message


def test_a_place_comes_with_the_finding(bench: Bench) -> None:
    bench.unjoin("access_points", "A1", "feeder", None)
    finding = bench.the("access_point_without_feeder")
    assert finding.lon == pytest.approx(114.004, abs=5e-4)
    assert finding.lat == pytest.approx(30.49, abs=5e-2)


def test_a_reading_of_a_known_asset_is_placed_at_it(bench: Bench) -> None:
    bench.put("capacity", "T1", data_date=None)
    finding = bench.the("reading_date_missing")
    assert finding.lon == pytest.approx(114.0, abs=1e-3)


def test_an_unknown_main_transformer_is_a_warning(bench: Bench) -> None:
    bench.unjoin("feeders", "F1", "main_transformer", "9号主变")
    finding = bench.the("feeder_main_transformer_unknown")
    assert finding.severity is Severity.WARNING
    assert "'9号主变'" in finding.message


def test_a_feeder_need_not_state_its_main_transformer(bench: Bench) -> None:
    bench.unjoin("feeders", "F1", "main_transformer", None)
    assert bench.find("feeder_main_transformer_unknown") == []


def test_an_unknown_substation_of_an_access_point(bench: Bench) -> None:
    bench.put("access_points", "A1", substation_ref="南湖变电站")
    assert "'南湖变电站'" in bench.the("substation_unknown").message


def test_a_main_transformer_of_another_substation(bench: Bench) -> None:
    bench.put("feeders", "F1", main_transformer_id="T2")
    finding = bench.the("feeder_main_transformer_elsewhere")
    assert finding.severity is Severity.ERROR
    assert finding.message == (
        "Feeder F1 (10kV东湖线) belongs to substation S1, but its main transformer T2 to substation S2."
    )


@pytest.mark.parametrize(("layer", "thing"), [("access_points", "A1"), ("transformers", "D1")])
def test_a_thing_of_another_substation_than_its_feeder(bench: Bench, layer: str, thing: str) -> None:
    bench.put(layer, thing, substation_id="S1")
    assert bench.find("feeder_of_another_substation") == []
    bench.put(layer, thing, substation_id="S2")
    assert "its feeder F1 to substation S1" in bench.the("feeder_of_another_substation").message
