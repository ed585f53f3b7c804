"""What a standalone zone map carries: every parcel once, and no more of the ground than it shows."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pytest

from gis.errors import InputError
from maps.pages import json_for_script
from maps.style import CLASSES
from maps.zone_content import ZoneMap
from maps.zone_data import zone_data
from tests.maps.zones import (
    HOSTILE,
    WEST,
    context,
    empty,
    frame,
    heading,
    line,
    option,
    parcels,
    zone_map,
    zones,
)


def carried(content: ZoneMap) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json_for_script(zone_data(content)))
    return found


def test_every_parcel_is_there_with_its_class_and_its_reason() -> None:
    layer = carried(zone_map())["layers"]["parcels"]
    columns = layer["columns"]
    assert columns["id"] == [f"P-{i}" for i in range(12)]
    assert [columns["class"]["words"][code] for code in columns["class"]["codes"]] == list(parcels()["class"])
    assert layer["parts"] == [2, 2, *[1] * 10]
    assert columns["failed"]["codes"][:2] == [-1, -1]
    assert columns["failed"]["words"][0] == [
        "线路长度（米）：不超过 200",
        "length of the route in m: at most 200",
    ]
    assert columns["load_kva"][0] == 1000
    assert columns["load_kva"][-1] is None
    assert columns["length_m"][0] == 123.4
    assert "crossing_m" not in columns


@pytest.mark.parametrize("kind", ["text", "list", "flat"])
def test_options_are_read_from_text_or_lists_flat_or_nested(kind: str) -> None:
    given = parcels()
    flat = {"asset_id": "F", "asset_name": "西线", "open_capacity_kva": 1470.0, "length_m": 9.0,
            "crossing_count": 1, "procedure": "filing", "limit_working_days": 5.0}  # fmt: skip
    one = [flat] if kind == "flat" else [option("西线", 9.0)]
    given["options"] = [json.dumps(one) if kind == "text" else one for _ in range(len(given))]
    told = carried(zone_map(parcels=given))["layers"]["parcels"]["columns"]["options"]
    fields = dict(zip(told["fields"], told["rows"][3][0], strict=True))
    assert told["words"][fields["asset_name"][0]] == "西线"
    assert told["words"][fields["procedure"][0]] == "filing"
    assert (fields["length_m"], fields["open_capacity_kva"], fields["limit_working_days"]) == (9, 1470, 5)


def test_the_text_ends_no_script_element() -> None:
    given = parcels(HOSTILE)
    given["options"] = [json.dumps([option("half a letter \ud800", 1.0)])] * len(given)
    text = json_for_script(zone_data(zone_map(HOSTILE, parcels=given)))
    assert "<" not in text
    text.encode("utf-8")
    assert json.loads(text)["layers"]["parcels"]["columns"]["name"][0].startswith("</script><img")


def test_the_widest_and_worst_area_lies_below() -> None:
    columns = carried(zone_map())["layers"]["zones"]["columns"]
    assert columns["reach_m"] == [600, 200]


def test_roads_that_meet_are_one_and_those_far_away_are_left_out() -> None:
    ground = context()
    far = frame([line((3, 3), (4, 4))], name=["far"], **{"class": ["primary"]}, layer=[0])
    ground["roads"] = gpd.GeoDataFrame(gpd.pd.concat([ground["roads"], far], ignore_index=True), crs=4326)
    roads = carried(zone_map(context=ground))["layers"]["roads"]
    assert roads["parts"] == [1, 1]
    assert "far" not in roads["columns"]["name"]["words"]
    # Minor roads are drawn first.
    words, codes = roads["columns"]["class"]["words"], roads["columns"]["class"]["codes"]
    assert [words[code] for code in codes] == ["local", "primary"]


def test_a_map_of_nothing_and_a_map_without_ground() -> None:
    made = carried(empty())
    assert made["layers"] == {}
    assert made["totals"] == [[key, 0, 0] for key in CLASSES]
    assert carried(zone_map(context={}))["layers"].keys() == {"parcels", "zones"}
    lone = carried(zone_map(parcels=parcels().iloc[[3]], zones=zones().iloc[:0], context={}))
    west, _, east, _ = lone["fit"]
    assert (west, east) == pytest.approx((WEST + 0.009, WEST + 0.011))


def test_the_totals_are_those_of_the_parcels() -> None:
    totals = {key: (count, load) for key, count, load in carried(zone_map())["totals"]}
    assert totals["plug_and_play"] == (2, 2001)
    assert totals["unknown"] == (2, 0)


def test_all_faults_of_the_frames_are_told_at_once() -> None:
    wrong = parcels().drop(columns="load_kva")
    bad = zones()
    bad["class"] = "good"
    roads: Any = context()["roads"]
    with pytest.raises(InputError) as told:
        ZoneMap(wrong, bad, {"roads": roads.set_crs(3857, allow_override=True)}, heading())
    said = str(told.value) + str(told.value.faults)
    assert "parcels: the column load_kva is missing" in said
    assert "zones: class good is none of" in said
    assert "roads: the CRS is EPSG:3857" in said


def test_feeders_are_not_drawn_unless_given() -> None:
    ground = context()
    del ground["feeders"]
    assert "feeders" not in carried(zone_map(context=ground))["layers"]
    strange = context()
    strange["feeders"] = strange["feeders"].assign(status=["constructor", np.nan])
    assert carried(zone_map(context=strange))["layers"]["feeders"]["columns"]["status"]["words"] == []
