"""``kaimen publish`` and ``kaimen editions``, as the contracts state them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pyarrow.parquet as pq
import pytest
import shapely
from sqlalchemy import Engine

from api.commands import editions as commands
from api.operations.screening import run_inputs
from api.operations.siting import GROUND_LAYERS
from gis.editions.columns import PUBLISHED
from gis.siting.loads import default_table
from layers.queries.versions import data_version
from tests.gis.editions.districts import fill, put, rows
from tests.gis.editions.screenings import put_run

Kaimen = Callable[..., Any]

NAMES = [each.name for each in PUBLISHED]
HEADERS = [each.zh for each in PUBLISHED]
SECRET = ("FD", "FS", "FI", "D4", "C1", "C5", "P5", "P6", "10kVFD线", "4号台区")
"""What stands in the district and must stand in no file: withheld assets, claims, sites."""


@pytest.fixture
def filled(kaimen: Kaimen, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Kaimen:
    fill(engine, rows())
    monkeypatch.setattr(commands, "today", lambda: date(2027, 1, 4))
    return kaimen


def test_publish_prints_what_the_contract_says(filled: Kaimen) -> None:
    first = filled("publish", "--as-of", "2026-11-21", "--note", "第一期", "--json").json
    assert set(first) >= {
        "edition_id",
        "as_of",
        "rows",
        "withheld",
        "sha256",
        "previous",
        "next_due",
        "files",
    }
    assert first["edition_id"] == "2026-Q4-1"
    assert (first["as_of"], first["next_due"]) == ("2026-11-21", "2027-02-21")
    assert (first["rows"], first["withheld"], first["previous"]) == (13, 4, None)
    assert sum(first["withheld_by_reason"].values()) == 4
    assert {Path(each).name for each in first["files"]} == {
        "SHA256SUMS",
        "index.html",
        *(f"2026-Q4-1{each}" for each in
          (".csv", ".en.csv", ".xlsx", ".geojson", ".gpkg", ".parquet", ".jsonl", ".json")),
    }  # fmt: skip
    second = filled("publish", "--as-of", "2026-11-21", "--corrects", "2026-Q4-1", "--json").json
    assert (second["edition_id"], second["previous"]) == ("2026-Q4-2", "2026-Q4-1")
    assert second["previous_sha256"] == first["sha256"]
    words = filled("publish", "--as-of", "2027-01-04").out
    assert "Edition 2027-Q1-1 as of 2027-01-04: 13 assets, 4 withheld" in words


def test_a_day_to_come_is_refused_and_today_is_not(filled: Kaimen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "today", lambda: date(2026, 11, 21))
    refused = filled("publish", "--as-of", "2026-11-22", "--json")
    assert refused.code == 1
    assert "2026-11-22 is yet to come" in refused.json["error"]["detail"]
    assert "today is 2026-11-21" in refused.json["error"]["detail"]
    assert filled("editions", "list", "--json").json["editions"] == []
    assert filled("publish", "--as-of", "2026-11-21", "--json").json["as_of"] == "2026-11-21"
    assert filled("publish", "--json").json["as_of"] == "2026-11-21"


def test_open_errors_refuse_with_one_error_that_lists_them(kaimen: Kaimen, engine: Engine) -> None:
    made = put(put(rows(), "claims", "C1", ramped_kva=500.0), "claims", "C2", ramped_kva=900.0)
    fill(engine, made)
    told = kaimen("publish", "--json")
    assert told.code == 1
    assert told.error["title"] == "The edition cannot be published"
    assert "2 findings of severity error" in told.error["detail"]
    assert len(told.error["faults"]) == 2
    assert all("claim_ramped_above_kva" in each for each in told.error["faults"])
    assert kaimen("editions", "list", "--json").json["editions"] == []


def test_own_parameters_and_settings_are_frozen_with_the_edition(filled: Kaimen, tmp_path: Path) -> None:
    parameters, settings = tmp_path / "own.toml", tmp_path / "disclosure.toml"
    parameters.write_text('version = "湖-1"\nderate_feeder = 0.7\n', encoding="utf-8")
    settings.write_text("grid_m = 2000\nbands_kva = [0, 1000, 2000]\n", encoding="utf-8")
    done = filled("publish", "--parameters", parameters, "--settings", settings, "--json").json
    shown = filled("editions", "show", done["edition_id"], "--json").json
    assert shown["parameters"]["overridden"] == ["derate_feeder"]
    assert shown["parameters"]["version"] == "湖-1"
    assert shown["settings"]["values"]["grid_m"] == 2000
    parameters.write_text("derate_feder = 0.7\n", encoding="utf-8")
    told = filled("publish", "--parameters", parameters, "--json")
    assert told.code == 1
    assert "did you mean derate_feeder" in told.error["faults"][0]


def test_list_and_show_say_when_the_next_one_is_due(filled: Kaimen, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No edition is published yet" in filled("editions", "list").err
    filled("publish", "--as-of", "2026-11-21")
    monkeypatch.setattr(commands, "today", lambda: date(2027, 2, 21))
    listed = filled("editions", "list", "--json").json
    assert (listed["next_due"], listed["overdue"], listed["overdue_days"]) == ("2027-02-21", False, 0)
    assert [each["edition_id"] for each in listed["editions"]] == ["2026-Q4-1"]
    monkeypatch.setattr(commands, "today", lambda: date(2027, 3, 1))
    assert filled("editions", "list", "--json").json["overdue"] is True
    assert "overdue by 8 days" in filled("editions", "list").err
    shown = filled("editions", "show", "2026-Q4-1", "--json").json
    assert (shown["overdue"], shown["overdue_days"], shown["withheld"]) == (True, 8, 4)
    assert "overdue by 8 days" in filled("editions", "show", "2026-Q4-1").err


def test_an_edition_that_is_not_there_is_named_with_those_that_are(filled: Kaimen) -> None:
    filled("publish", "--as-of", "2026-11-21")
    for arguments in (
        ("show", "x"),
        ("verify", "x"),
        ("diff", "2026-Q4-1", "x"),
        ("export", "x", "--out", "a.csv"),
    ):
        told = filled("editions", *arguments, "--json")
        assert told.code == 1
        assert "'x' does not exist" in told.error["detail"]
        assert "2026-Q4-1" in told.error["detail"]


def test_verify_says_ok_or_the_first_broken_link(filled: Kaimen) -> None:
    first = filled("publish", "--as-of", "2026-11-21", "--json").json
    filled("publish", "--as-of", "2026-11-21")
    good = filled("editions", "verify", "--json")
    assert good.code == 0
    assert {key: good.json[key] for key in ("ok", "editions", "first_broken")} == {
        "ok": True, "editions": 2, "first_broken": None,
    }  # fmt: skip
    assert filled("editions", "verify", "2026-Q4-1", "--json").json["editions"] == 1
    [page] = [Path(each) for each in first["files"] if each.endswith("Q4-1.csv")]
    page.write_bytes(page.read_bytes()[:-2] + b"x\n")
    bad = filled("editions", "verify", "--json")
    assert (bad.code, bad.json["ok"]) == (1, False)
    assert bad.json["first_broken"]["edition_id"] == "2026-Q4-1"
    assert str(page) in bad.json["first_broken"]["what"]
    assert "is broken" in filled("editions", "verify").err


def test_a_difference_in_every_form(filled: Kaimen, engine: Engine, tmp_path: Path) -> None:
    filled("publish", "--as-of", "2026-11-21")
    with engine.begin() as connection:
        connection.exec_driver_sql("update grid.capacity set peak_a = 150 where asset_id = 'F1'")
    filled("publish", "--as-of", "2026-11-21")
    told = filled("editions", "diff", "2026-Q4-1", "2026-Q4-2", "--json").json
    assert {"from", "to", "added", "removed", "changed"} <= set(told)
    change = {
        "asset_id": "F1", "field": "open_capacity_kva", "before": 3510.5, "after": 2644.5,
        "reason": "new_reading", "also": [],
    }  # fmt: skip
    assert change in told["changed"]
    assert "2,644.5" in filled("editions", "diff", "2026-Q4-1", "2026-Q4-2").out
    listed = filled("editions", "diff", "2026-Q4-1", "2026-Q4-2", "--format", "csv").out
    [row] = [
        each
        for each in csv.DictReader(io.StringIO(listed.removeprefix("\ufeff")))
        if each["asset_id"] == "F1"
    ]
    assert (row["field"], row["after"], row["reason"]) == ("open_capacity_kva", "2644.5", "new_reading")
    for suffix, words in (
        (".html", "because of a new reading"),
        (".json", "new_reading"),
        (".csv", "new_reading"),
    ):
        out = tmp_path / f"d{suffix}"
        assert filled("editions", "diff", "2026-Q4-1", "2026-Q4-2", "--out", out, "--json").code == 0
        assert words in out.read_text(encoding="utf-8")
    page = filled("editions", "diff", "2026-Q4-1", "2026-Q4-2", "--format", "page", "--language", "zh").out
    assert "负荷读数更新" in page
    wrong = filled("editions", "diff", "2026-Q4-1", "2026-Q4-2", "--out", tmp_path / "d.txt", "--json")
    assert wrong.code == 1


def test_the_targets_of_the_jurisdiction_stand_in_the_files(
    filled: Kaimen, engine: Engine, tmp_path: Path
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into grid.jurisdictions (id, name, geom, batch_id) values ('wujiang', '吴江',"
            " st_multi(st_makeenvelope(120, 30, 121, 32, 4326)), 1)"
        )
    filled("publish", "--as-of", "2026-11-21")
    out = tmp_path / "a.xlsx"
    assert filled("editions", "export", "2026-Q4-1", "--out", out, "--json").json["as_published"] is True
    sheet = openpyxl.load_workbook(out).worksheets[1]
    about = {str(row[0]): row for row in sheet.iter_rows(values_only=True)}
    assert "农村 7 小时/年" in str(about["reliability_1"][3])
    assert "rural 7 hours a year" in str(about["reliability_1"][4])
    [stated] = filled("editions", "show", "2026-Q4-1", "--json").json["reliability"]
    assert (stated["jurisdiction"], stated["policy"]) == ("wujiang", True)
    [target] = stated["targets"]
    assert (target["clauses"], target["from"]) == (["二(五)"], "2021-12-31")
    assert target["figures"] == {"urban_hours_a_year": 5, "rural_hours_a_year": 7}


def test_the_number_of_the_map_is_that_of_the_settings(
    filled: Kaimen, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_run(engine, run_inputs(data_version(engine, GROUND_LAYERS), default_table()))
    monkeypatch.setenv("KAIMEN_MAP_NUMBER", "GS(2026)1号")
    filled("publish", "--as-of", "2026-11-21")
    assert filled("editions", "show", "2026-Q4-1", "--json").json["map_number"] == "GS(2026)1号"


def test_every_file_holds_the_allow_list_and_nothing_else(filled: Kaimen, tmp_path: Path) -> None:
    done = filled("publish", "--as-of", "2026-11-21", "--note", "第一期", "--json").json

    def out(name: str, *more: str) -> Path:
        told = filled("editions", "export", "2026-Q4-1", "--out", tmp_path / name, *more, "--json").json
        assert told["as_published"] is True
        assert told["sha256"] == sha256((tmp_path / name).read_bytes()).hexdigest()
        return tmp_path / name

    made = out("a.csv").read_bytes()
    assert made.startswith(b"\xef\xbb\xbf")
    chinese = list(csv.reader(io.StringIO(made.decode("utf-8-sig"))))
    english = list(csv.reader(io.StringIO(out("b.csv", "--language", "en").read_text("utf-8-sig"))))
    assert (chinese[0], english[0]) == (HEADERS, NAMES)
    wanted = {row[0]: dict(zip(NAMES, row, strict=True)) for row in english[1:]}
    assert len(wanted) == len(chinese) - 1 == done["rows"]
    assert [row[8] for row in chinese[1:] if row[0] == "F1"] == ["不受限"]

    book = openpyxl.load_workbook(out("c.xlsx"))
    sheet = list(book.worksheets[0].iter_rows(values_only=True))
    assert (list(sheet[0]), list(sheet[1])) == (HEADERS, NAMES)
    assert {str(row[0]): float(str(row[7])) for row in sheet[2:] if row[7] is not None} == {
        thing: float(row["open_capacity_kva"]) for thing, row in wanted.items() if row["open_capacity_kva"]
    }
    about = {str(row[0]): row[4] for row in book.worksheets[1].iter_rows(values_only=True)}
    assert about["next_due"] == "2027-02-21"
    assert about["withheld"] == "4"

    frames = [gpd.read_file(out("d.gpkg"), layer="open_capacity"), gpd.read_parquet(out("e.parquet"))]
    for frame in frames:
        assert set(frame.columns) == set(NAMES)
        assert set(frame["asset_id"]) == set(wanted)
        assert frame.crs.to_epsg() == 4326
    assert gpd.read_file(tmp_path / "d.gpkg", layer="metadata")["key"].str.startswith("withheld_").sum() == 4
    assert pq.read_schema(tmp_path / "e.parquet").metadata.keys() >= {b"geo", b"kaimen"}
    features = json.loads(out("f.geojson").read_text("utf-8"))["features"]
    assert [set(each["properties"]) for each in features] == [set(NAMES) - {"geometry"}] * len(wanted)
    for each in features:
        place = wanted[each["id"]]["geometry"]
        assert shapely.equals_exact(shapely.geometry.shape(each["geometry"]), shapely.from_wkt(place), 1e-9)
    out("g.jsonl")
    out("h.json")
    assert not_told(tmp_path, Path(done["files"][0]).parent) == []


def not_told(*folders: Path) -> list[tuple[str, str]]:
    """Return which secrets stand in which files."""
    found = []
    for path in [each for folder in folders for each in folder.iterdir() if each.is_file()]:
        data = path.read_bytes()
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                data = b"".join(book.read(name) for name in book.namelist())
        if path.suffix == ".parquet":
            data = json.dumps(pq.read_table(path).drop(["geometry"]).to_pylist(), default=str).encode()
        for secret in SECRET:
            quoted = [f'"{secret}"', f">{secret}<", f"\n{secret},"]
            if any(each.encode() in data for each in quoted):
                found.append((path.name, secret))
    return found


def test_a_lost_file_is_made_anew_from_the_rows_with_the_same_bytes(filled: Kaimen, tmp_path: Path) -> None:
    done = filled("publish", "--as-of", "2026-11-21", "--json").json
    for each in map(Path, done["files"]):
        if each.name == "SHA256SUMS":
            continue
        kept = each.read_bytes()
        each.write_bytes(b"damaged")
        name = tmp_path / each.name
        told = filled("editions", "export", "2026-Q4-1", "--out", name, "--json").json
        assert told["as_published"] is True, each
        assert name.read_bytes() == kept


def test_an_ending_that_no_file_has_is_refused(filled: Kaimen, tmp_path: Path) -> None:
    filled("publish", "--as-of", "2026-11-21")
    told = filled("editions", "export", "2026-Q4-1", "--out", tmp_path / "a.shp", "--json")
    assert told.code == 1
    assert ".geojson" in told.error["detail"]
