"""``kaimen assess`` on PostGIS: places, loads, facts, words, notices, refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from gis.metric_zone import unproject
from gis.siting.answer import assessment_as_json, geometry_as_json
from tests.api.conftest import Answer
from tests.gis.siting.small_town import drawn_town
from tests.gis.siting.towns import ON, ORIGIN, ZONE, Bench

DAY = ("--on", ON.isoformat())
SHAPE = {
    *("parcel_id", "on", "jurisdiction", "edition", "load_kva", "load_kw", "power_factor", "class"),
    *("options", "rejected", "warnings"),
}
OPTION = {
    *("rank", "asset_id", "asset_name", "level", "voltage_kv", "access_point", "open_capacity_kva"),
    *("bottleneck", "status", "route", "decision", "timeline"),
}
PARTS = ("approval", "supply", "stages", "time_limits", "documents", "investment")

ROUTE_DRAWN = re.compile(r"route\.(geometry|pieces)")
FACTS = {"built_by": "customer", "area": "rural"}

Kaimen = Callable[..., Answer]


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(drawn_town())


def placed(shape: shapely.Geometry) -> dict[str, Any]:
    """Return a shape of the town as GeoJSON, in degrees."""
    moved = shapely.transform(shape, lambda xy: xy + ORIGIN)
    return geometry_as_json(unproject(np.array([moved], dtype=object), ZONE)[0])


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Return every single value by its path."""
    if isinstance(value, dict):
        return {k: v for name, each in value.items() for k, v in leaves(each, f"{path}.{name}").items()}
    if isinstance(value, list):
        return {k: v for at, each in enumerate(value) for k, v in leaves(each, f"{path}[{at}]").items()}
    return {path: value}


def same(told: Any, expected: Any) -> None:
    """What is stored gives what the town gives; of two ways of one length and kind either may be drawn."""
    one, other = (
        {name: value for name, value in leaves(each).items() if not ROUTE_DRAWN.search(name)}
        for each in (told, json.loads(json.dumps(expected, ensure_ascii=False)))
    )
    assert one == other


def test_the_json_is_what_the_town_says(kaimen_town: Kaimen, bench: Bench) -> None:
    told = kaimen_town("assess", "--parcel", "P04", *DAY, "--json").json
    same(told, assessment_as_json(bench.assess("P04"), bench.desk, "en"))
    assert set(told) >= SHAPE
    assert told["options"]
    for number, option in enumerate(told["options"], 1):
        assert set(option) >= OPTION
        assert option["rank"] == number
        assert set(option["decision"]) >= set(PARTS)
        assert option["route"]["geometry"]["type"] == "LineString"
        assert {each["clock"] for each in option["timeline"]} <= {"utility", "government", "construction"}
    assert {"asset_id", "reason", "detail"} <= set(told["rejected"][0])


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (("--load-kva", "1900", "--k", "5"), {"load": 1_900.0, "k": 5}),
        (("--load-kva", "400", "--limit-m", "300"), {"load": 400.0, "limit_m": 300.0}),
        (("--load-kva", "400", "--supplies", "2"), {"load": 400.0, "supplies": 2}),
        (
            (
                "--load-kva",
                "400",
                "--jurisdiction",
                "suzhou-anhui",
                "--fact",
                "built_by=customer",
                "area=rural",
            ),
            {"load": 400.0, "jurisdiction": "suzhou-anhui", "facts": FACTS},
        ),
    ],
)
def test_every_option_asks_the_same_as_the_library(
    kaimen_town: Kaimen, bench: Bench, arguments: tuple[str, ...], asked: dict[str, Any]
) -> None:
    told = kaimen_town("assess", "--parcel", "P16", *DAY, *arguments, "--pf", "1", "--json").json
    same(told, assessment_as_json(bench.assess("P16", asked.pop("load"), **asked), bench.desk, "en"))


def test_kilowatts_and_the_power_factor(kaimen_town: Kaimen) -> None:
    told = kaimen_town("assess", "--parcel", "P16", *DAY, "--load-kw", "95", "--json").json
    assert (told["load_kw"], told["load_kva"], told["power_factor"]) == (95.0, 100.0, 0.95)
    assert (told["load_source"], told["options"][0]["level"]) == ("argument", "transformer")


def test_a_drawn_place_beside_a_parcel_has_what_the_parcel_has(kaimen_town: Kaimen, tmp_path: Path) -> None:
    town = drawn_town()
    file = tmp_path / "地块.geojson"
    shape = placed(town.parcels["P16"]["geometry"])
    feature = {"type": "Feature", "properties": {}, "geometry": shape}
    file.write_text(json.dumps(feature), encoding="utf-8")
    asked = (*DAY, "--load-kva", "700", "--json")
    drawn = kaimen_town("assess", "--geometry", file, *asked).json
    stored = kaimen_town("assess", "--parcel", "P16", *asked).json
    assert drawn["parcel_id"] is None
    # Its own stored parcel stands where it is drawn: a route may not run through that one.
    assert {each["asset_id"] for each in drawn["options"]} <= {"A", "B", "C", "E"}
    assert stored["options"]
    assert drawn["jurisdiction"] == stored["jurisdiction"] == "liangzihu"


def test_a_point_in_words_of_both_languages(kaimen_town: Kaimen) -> None:
    lon, lat = placed(shapely.Point(240, 153))["coordinates"]
    asked = ("assess", "--at", f"{lon},{lat}", *DAY, "--load-kva", "700")
    english = kaimen_town(*asked)
    assert english.code == 0, english.err
    assert "a place drawn on the map" in english.out
    assert "东一线" in english.out
    chinese = kaimen_town(*asked, "--language", "zh")
    assert "图上绘制的地块" in chinese.out
    assert "办理方式" in chinese.out
    assert "procedure" in english.out
    assert not re.search("[a-z]{5}", chinese.out.replace("liangzihu", ""))
    assert "梁" in chinese.out or "备案" in chinese.out or "审批" in chinese.out
    told = kaimen_town(*asked, "--json").json
    assert all(code in told["words"] for code in told["warnings"])


def test_outside_of_any_jurisdiction_the_decision_needs_one_and_the_notice_says_so(
    kaimen_town: Kaimen, tmp_path: Path
) -> None:
    page = tmp_path / "a.html"
    answer = kaimen_town("assess", "--parcel", "abroad", *DAY, "--json", "--out", page)
    assert answer.code == 0, answer.err
    told = answer.json
    assert (told["class"], told["failed_test"]) == ("unknown", "jurisdiction_missing")
    decision = told["options"][0]["decision"]
    assert {decision[part]["kind"] for part in PARTS} == {"needs"}
    assert {tuple(decision[part]["needs"]) for part in PARTS} == {("jurisdiction",)}
    assert "jurisdiction_missing" in told["warnings"]
    assert page.stat().st_size > 5_000
    assert kaimen_town("assess", "--parcel", "abroad", *DAY).code == 0


@pytest.mark.parametrize(
    ("ending", "begins"), [(".html", b"<!doctype html"), (".pdf", b"%pdf-"), (".png", b"\x89png")]
)
def test_a_notice_of_each_ending(kaimen_town: Kaimen, tmp_path: Path, ending: str, begins: bytes) -> None:
    files = [tmp_path / f"告知书{ending}", tmp_path / f"again{ending}"]
    answer = kaimen_town("assess", "--parcel", "P16", *DAY, "--language", "zh", "--out", *files)
    assert answer.code == 0, answer.err
    for file in files:
        data = file.read_bytes()
        assert data[:20].lower().startswith(begins)
        assert len(data) > 5_000
        assert f"告知书已写入 {file}" in answer.err.replace("\n", "")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, ("--parcel", "--geometry")),
        (("--parcel", "P16", "--at", "1,2"), 2, ("one of them",)),
        (("--at", "114.3"), 2, ("LON,LAT",)),
        (("--at", "30,114.3", "--load-kva", "5"), 2, ("outside",)),
        (("--at", "nan,3", "--load-kva", "5"), 2, ("outside",)),
        (("--at", "114.0,30.7"), 1, ("no load of its own",)),
        (("--parcel", "nobody"), 1, ("nobody", "name a parcel")),
        (("--parcel", "P1"), 1, ("P10, P11, P12",)),
        (("--parcel", "P17x"), 1, ("there are P17",)),
        (("--parcel", "?"), 1, ("there are ",)),
        (("--parcel", "P16", "--jurisdiction", "atlantis"), 1, ("atlantis",)),
        (("--parcel", "P16", "--supplies", "3"), 2, ("3",)),
        (("--parcel", "P16", "--supplies", "2", "--fact", "supplies=1"), 1, ("supplies",)),
        (("--parcel", "P16", "--load-kva", "-1"), 1, ("above 0",)),
        (("--parcel", "P16", "--load-kva", "inf"), 1, ("inf",)),
        (("--parcel", "P16", "--out", "a.doc", "b.csv", "c.pdf"), 1, ("a.doc", "b.csv", ".html")),
        (("--parcel", "P16", "--fact", "customer=emperor", "area=moon"), 1, ("customer", "area")),
        (("--geometry", "missing.geojson", "--load-kva", "5"), 1, ("missing.geojson",)),
    ],
)
def test_what_is_refused_and_in_which_words(
    kaimen_town: Kaimen, arguments: tuple[str, ...], code: int, words: tuple[str, ...]
) -> None:
    answer = kaimen_town("assess", *arguments, *DAY, "--json")
    assert answer.code == code, answer.out
    told = json.dumps(answer.error, ensure_ascii=False)
    assert all(each in told for each in words), told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "no JSON"),
        ('{"type": "FeatureCollection", "features": []}', "0 features"),
        ('{"type": "Polygon"}', "no GeoJSON"),
        ('{"type": "LineString", "coordinates": [[114, 30], [114.1, 30]]}', "LineString"),
        ('{"type": "Point", "coordinates": [500000, 3400000]}', "outside of the world"),
        ('{"type": "Polygon", "coordinates": []}', "no coordinates"),
        ("[1, 2]", "no GeoJSON"),
    ],
)
def test_geometries_that_cannot_be_used(kaimen_town: Kaimen, tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "a.geojson"
    file.write_text(text, encoding="utf-8")
    answer = kaimen_town("assess", "--geometry", file, "--load-kva", "5", *DAY, "--json")
    assert answer.code == 1
    assert words in json.dumps(answer.error)


def test_own_load_densities_are_taken(kaimen_town: Kaimen, tmp_path: Path) -> None:
    file = tmp_path / "loads.toml"
    file.write_text('version = "A"\npower_factor = 0.8\n', encoding="utf-8")
    told = kaimen_town("assess", "--parcel", "P01", *DAY, "--loads", file, "--json").json
    plain = kaimen_town("assess", "--parcel", "P01", *DAY, "--json").json
    assert told["load_source"] == "land_use"
    assert told["power_factor"] == 0.8
    assert told["load_kva"] == pytest.approx(plain["load_kva"] * 0.95 / 0.8, rel=1e-4)
