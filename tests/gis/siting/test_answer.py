"""An assessment as JSON: the shape of the contract, and what the public does not see."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from gis.metric_zone import project
from gis.siting.answer import PUBLIC_GRID_M, assessment_as_json
from gis.siting.assess import Desk
from gis.siting.offers import published_offers
from tests.gis.siting.towns import ORIGIN, Bench, along_one_street, line, plot, reading, unit

KVA = 1_000.0
ROUTE = {
    *("geometry", "length_m", "crossing_m", "crossing_count", "city_road_crossing_m", "excavation_m"),
    *("green_m", "along_main_road_m", "along_infrastructure_m", "pieces"),
}
OPTION = {
    *("rank", "asset_id", "asset_name", "level", "voltage_kv", "access_point", "open_capacity_kva"),
    *("bottleneck", "status", "route", "decision", "timeline"),
}
WHOLE = {
    *("parcel_id", "on", "jurisdiction", "edition", "load_kva", "load_kw", "power_factor", "class"),
    *("options", "rejected", "warnings"),
}
STRANGE = "P/1 “东”;<b>'\"%&"


@pytest.fixture(scope="module")
def bench() -> Bench:
    town = along_one_street(
        parcels={STRANGE: plot(100, 140), "Q": plot(900, 940), "vip": plot(50, 90, important=True)},
        feeders={
            "东[湖]线": line("T1", name="东[湖]线"),
            "secret": line("T1"),
            "hidden": line("T2", geometry=shapely.LineString([(1_000, 300), (1_100, 300)])),
            "full": line("T3"),
        },
        access_points={
            "A,1": unit(363, feeder="东[湖]线", bays=2, geometry=shapely.Point(363, -9)),
            "A2": unit(160, feeder="secret"),
            "A3": unit(180, feeder="full"),
        },
        capacity={"东[湖]线": reading(3_000.04), "secret": reading(9_000.0), "full": reading(10.0)},
    )
    return Bench(town)


@pytest.fixture(scope="module")
def public(bench: Bench) -> Desk:
    """What an edition tells: two feeders; the others are withheld."""
    rows = pd.DataFrame(
        {
            "asset_id": ["东[湖]线", "full"],
            "open_capacity_kva": [2_500.0, 20.0],
            "status": ["open", "tight"],
            "bottleneck_level": ["feeder", "substation"],
            "data_date": ["2026-09-30", "2026-09-30"],
        }
    )
    return replace(bench.desk, offers=published_offers(bench.network, rows))


def told(bench: Bench, parcel: str = STRANGE, **asked: Any) -> dict[str, Any]:
    desk = asked.pop("desk", bench.desk)
    public_view = asked.pop("public", False)
    made = bench.assess(parcel, asked.pop("load", KVA), desk=desk, **asked)
    given = assessment_as_json(
        made, desk, "en", edition="2026-1" if public_view else None, public=public_view
    )
    again: dict[str, Any] = json.loads(json.dumps(given, ensure_ascii=False, allow_nan=False))
    return again


def test_the_shape_of_the_contract(bench: Bench) -> None:
    made = told(bench)
    assert set(made) >= WHOLE
    assert (made["parcel_id"], made["on"], made["edition"]) == (STRANGE, "2026-11-20", None)
    assert (made["load_kva"], made["load_kw"], made["power_factor"]) == (1000.0, 1000.0, 1.0)
    best = made["options"][1]
    assert set(best) >= OPTION
    assert set(best["route"]) == ROUTE
    assert (best["rank"], best["asset_id"], best["level"], best["voltage_kv"]) == (
        2,
        "东[湖]线",
        "feeder",
        10,
    )
    assert best["access_point"] == {"id": "A,1", "kind": "ring_main_unit", "spare_bays": 2}
    assert best["open_capacity_kva"] == 3000.0
    assert best["bottleneck"] == {"asset_id": "东[湖]线", "level": "feeder"}
    # The red line lies on the verge, the unit 4 m behind it: 223 m along the verge and 4 m of a lead.
    assert best["route"]["length_m"] == 227.0
    assert [(each["kind"], each["length_m"]) for each in best["route"]["pieces"]] == [
        ("entry", 0.0),
        ("verge", 223.0),
        ("tap", 4.0),
    ]
    assert {"stage", "clock", "earliest", "latest", "working_days", "citation"} <= set(best["timeline"][0])
    assert set(best["decision"]) >= {"approval", "supply", "stages", "time_limits", "documents", "investment"}


def test_every_code_has_words_in_both_languages(bench: Bench) -> None:
    made = told(bench)
    codes = {*made["warnings"], made["class"], *(each for o in made["options"] for each in o["warnings"])}
    assert codes <= set(made["words"])
    assert all(made["words"].values())
    assert made["rejected"][0]["detail"]


def test_no_jurisdiction_is_a_decision_that_needs_one(bench: Bench) -> None:
    town = along_one_street(
        parcels={"P": plot(100, 140)},
        feeders={"F": line("T1")},
        access_points={"A": unit(160, feeder="F")},
        capacity={"F": reading(3_000.0)},
        jurisdictions={},
    )
    made = told(Bench(town), "P")
    decision = made["options"][0]["decision"]
    assert {decision[part]["kind"] for part in ("approval", "supply", "stages", "documents")} == {"needs"}
    assert decision["approval"]["needs"] == ["jurisdiction"]
    assert (decision["approval"]["procedure"], decision["approval"]["citations"]) == (None, [])
    assert (made["jurisdiction"], made["class"]) == (None, "unknown")
    assert "jurisdiction_missing" in made["warnings"]
    assert bench is not None


@pytest.mark.parametrize(
    ("parcel", "facts", "words"),
    [("vip", {}, None), (STRANGE, {"important": True}, "important user: is no")],
    ids=["of a parcel", "of the asker"],
)
def test_that_a_user_is_important_the_public_is_told_by_no_test_but_its_own(
    bench: Bench, public: Desk, parcel: str, facts: dict[str, Any], words: str | None
) -> None:
    asked = {"load": 10.0, "facts": {"customer": "hv"} | facts}
    exact = told(bench, parcel, **asked)
    assert exact["failed_test"] == "important is false"
    assert exact["words"]["important is false"] == "important user: is no"
    shown = told(bench, parcel, desk=public, public=True, **asked)
    assert shown["class"] == exact["class"] == "approval"
    assert shown["words"].get("important is false") == words
    assert shown["failed_test"] == ("important is false" if words else None)


def test_a_double_supply_has_a_second_of_the_same_shape(bench: Bench) -> None:
    made = told(bench, supplies=2, load=5.0, facts={"customer": "hv"})
    pair = made["options"][0]
    assert pair["independence"] == "substation"
    assert set(pair["second"]) >= OPTION - {"rank"}
    assert {pair["asset_id"], pair["second"]["asset_id"]} == {"secret", "full"}


def test_the_public_sees_no_exact_asset(bench: Bench, public: Desk) -> None:
    made = told(bench, desk=public, public=True)
    assert made["edition"] == "2026-1"
    assert [each["asset_id"] for each in made["options"]] == ["东[湖]线"]
    option = made["options"][0]
    assert option["access_point"] is None
    assert option["open_capacity_kva"] == 2500.0
    pieces = option["route"]["pieces"]
    assert [each["kind"] for each in pieces] == ["entry", "verge"]
    assert all("geometry" not in each for each in pieces)
    assert pieces[-1]["length_m"] % PUBLIC_GRID_M == 0
    assert option["route"]["length_m"] == 227.0
    line_ = shapely.LineString(option["route"]["geometry"]["coordinates"])
    zone = bench.network.corridors.graph.streets.zone
    places = shapely.get_coordinates(project(np.array([line_], dtype=object), zone)[0])
    assert places[-1] % PUBLIC_GRID_M == pytest.approx([0.0, 0.0], abs=0.02) or places[
        -1
    ] % PUBLIC_GRID_M == pytest.approx([PUBLIC_GRID_M] * 2, abs=0.02)
    true_end = ORIGIN + np.array([363.0, -5.0])
    assert (np.hypot(*(places[:-1] - true_end).T) > PUBLIC_GRID_M).all()
    assert "A,1" not in json.dumps(made, ensure_ascii=False)


def test_what_is_withheld_is_not_named_to_the_public_near_or_far(bench: Bench, public: Desk) -> None:
    for parcel, limit_m in ((STRANGE, 2_000.0), ("Q", 400.0)):
        made = told(bench, parcel, desk=public, public=True, limit_m=limit_m)
        text = json.dumps(made, ensure_ascii=False)
        assert "secret" not in text
        assert "hidden" not in text
        withheld = [each for each in made["rejected"] if each["reason"] == "withheld"]
        assert withheld
        for each in withheld:
            assert {each[name] for name in ("asset_id", "asset_name", "length_m", "straight_m")} == {None}
            assert each["open_capacity_kva"] is None
            assert not any(letter.isdigit() for letter in each["detail"])


def test_how_far_the_refused_are_is_coarse_to_the_public(bench: Bench, public: Desk) -> None:
    coarse = told(bench, desk=public, public=True)
    exact = told(bench)
    by_id = {each["asset_id"]: each for each in coarse["rejected"]}
    assert by_id["full"]["length_m"] % PUBLIC_GRID_M == 0
    assert {each["asset_id"]: each["length_m"] for each in exact["rejected"]}["full"] == 40.0
    assert "20.0 kVA are open, 1,000.0 kVA are asked for" in by_id["full"]["detail"]


def test_a_reason_beyond_reach_has_a_straight_length(bench: Bench) -> None:
    made = told(bench, "Q", limit_m=400.0)
    hidden = next(each for each in made["rejected"] if each["asset_id"] == "hidden")
    assert hidden["reason"] == "access_point_missing"
    assert hidden["length_m"] is None
    # From the corner (940, -5) to the line's end (1000, 300).
    assert hidden["straight_m"] == pytest.approx(np.hypot(60, 305), abs=0.1)
