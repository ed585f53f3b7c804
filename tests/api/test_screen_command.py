"""``kaimen screen`` on PostGIS: what it prints, stores and writes."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from fastapi.testclient import TestClient
from rich.console import Console
from sqlalchemy import Engine, text

from api.app import create_app
from api.commands.screen import town_table
from api.operations.tokens import create_token
from api.service import Service
from api.settings import Settings
from gis.siting.classes import SiteClass
from gis.siting.columns import COLUMNS
from gis.siting.sites import Load
from layers.database import open_engine
from layers.screenings import newest, read_rows, rows_sha256
from tests.api.conftest import Answer, TownCommands
from tests.gis.siting.small_town import drawn_town
from tests.gis.siting.towns import ON, Bench

DAY = ("--on", ON.isoformat())
PRINTED = {"run_id", "parcels", "by_class", "area_ha_by_class", "seconds", "files"}
TABLES = (".csv", ".gpkg", ".geojson", ".parquet")
MAPS = {".html": b"<!DOCTYPE html>", ".svg": b"<svg", ".pdf": b"%PDF-", ".png": b"\x89PNG"}

Kaimen = Callable[..., Answer]


@pytest.fixture(scope="module")
def screened(kaimen_town: Kaimen, tmp_path_factory: pytest.TempPathFactory) -> tuple[Answer, Path]:
    """Screen once with a file of every ending; some names Chinese."""
    folder = tmp_path_factory.mktemp("筛查")
    files = [folder / f"全域{ending}" for ending in (*TABLES, *MAPS)]
    return kaimen_town("screen", *DAY, "--json", "--out", *files), folder


@pytest.fixture
def town_engine(town_url: str) -> Iterator[Engine]:
    made = open_engine(town_url)
    yield made
    made.dispose()


def test_what_is_printed_is_the_contract_and_what_the_town_says(screened: tuple[Answer, Path]) -> None:
    answer, folder = screened
    assert answer.code == 0, answer.err
    told = answer.json
    assert set(told) >= PRINTED
    expected = Bench(drawn_town()).screen()
    assert told["by_class"] == expected.by_class()
    assert told["parcels"] == sum(told["by_class"].values()) == len(expected.rows)
    assert told["area_ha_by_class"] == pytest.approx(expected.sums_by_class()["area_ha"], abs=0.01)
    assert told["files"] == [str(folder / f"全域{ending}") for ending in (*TABLES, *MAPS)]
    assert told["repeated"] is False
    assert told["seconds"] > 0
    assert told["by_town"] == expected.by_town()


def test_the_map_shows_its_number(
    kaimen_town: Kaimen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIMEN_MAP_NUMBER", "GS(2026)1号")
    assert kaimen_town("screen", *DAY, "--out", tmp_path / "a.svg", "--language", "zh").code == 0
    assert "审图号：GS(2026)1号" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_the_rows_are_those_of_the_town(screened: tuple[Answer, Path], town_engine: Engine) -> None:
    """Stored, read back and worked out without a database: the same bytes."""
    with town_engine.connect() as connection:
        stored = read_rows(connection, screened[0].json["run_id"])
    assert rows_sha256(stored) == screened[0].json["sha256"]
    assert rows_sha256(stored) == rows_sha256(Bench(drawn_town()).screen().rows)


def test_the_same_question_again_is_the_same_run(kaimen_town: Kaimen, screened: tuple[Answer, Path]) -> None:
    again = kaimen_town("screen", *DAY, "--planned", "--json").json
    first = screened[0].json
    assert again["repeated"] is True
    assert (again["run_id"], again["sha256"]) == (first["run_id"], first["sha256"])
    other = kaimen_town("screen", *DAY, "--k", "2", "--json").json
    assert other["repeated"] is False
    assert other["run_id"] != first["run_id"]
    words = kaimen_town("screen", *DAY)
    assert f"Run {first['run_id']} is repeated to the same bytes" in words.err
    assert "plug and play" in words.out
    chinese = kaimen_town("screen", *DAY, "--language", "zh")
    assert f"筛查 {first['run_id']} 重复所得字节相同" in chinese.err
    assert "parcels" not in chinese.out + chinese.err
    assert "not stated" not in words.out


def test_two_screens_at_once_are_one_run(kaimen_town: TownCommands, town_engine: Engine) -> None:
    told: list[Answer] = []
    arguments = ("screen", *DAY, "--load-kva", "777", "--json")
    others = [threading.Thread(target=lambda: told.append(kaimen_town.outside(*arguments))) for _ in range(2)]
    for each in others:
        each.start()
    for each in others:
        each.join(120)
    assert [each.code for each in told] == [0, 0], [each.err for each in told]
    assert len({each.json["run_id"] for each in told}) == 1
    assert sorted(each.json["repeated"] for each in told) == [False, True]
    with town_engine.connect() as connection:
        latest = newest(connection)
        assert latest is not None
        assert latest.id == told[0].json["run_id"]
        count = text("select count(*) from siting.run_rows where run_id = :id")
        assert connection.execute(count, {"id": latest.id}).scalar_one() == latest.rows


def _frame(folder: Path, ending: str) -> pd.DataFrame:
    path = folder / f"全域{ending}"
    if ending == ".csv":
        return pd.read_csv(path, encoding="utf-8-sig")
    read: pd.DataFrame = gpd.read_parquet(path) if ending == ".parquet" else gpd.read_file(path)
    return read


@pytest.mark.parametrize("ending", TABLES)
def test_a_table_opened_again(screened: tuple[Answer, Path], ending: str) -> None:
    answer, folder = screened
    table = _frame(folder, ending)
    assert [each for each in table.columns if each != "geometry"] == list(COLUMNS)
    assert ("geometry" in table.columns) == (ending != ".csv")
    expected = Bench(drawn_town()).screen().rows
    table = table.set_index("parcel_id").loc[expected["parcel_id"]].reset_index()
    for name in ("class", "failed_test", "asset_id", "asset_name", "level", "procedure", "jurisdiction"):
        assert _known(table[name]) == _known(expected[name]), name
    for name in ("load_kva", "length_m", "open_capacity_kva", "crossing_count", "limit_working_days"):
        given = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        wanted = pd.to_numeric(expected[name], errors="coerce").to_numpy(dtype=float)
        assert given == pytest.approx(wanted, nan_ok=True), name
    assert "东一线" in set(table["asset_name"].dropna())
    assert set(table["run_id"]) == {answer.json["run_id"]}
    assert {str(each)[:10] for each in table["on"]} == {ON.isoformat()}
    options = [_options(each) for each in table["options"]]
    assert options == [json.loads(each) for each in expected["options"]]
    if isinstance(table, gpd.GeoDataFrame):
        assert table.crs is not None
        assert table.crs.to_epsg() == 4326
        assert (table.geometry.geom_type == "Polygon").all()


def test_a_planner_gets_the_same_files_over_http(
    screened: tuple[Answer, Path], town_engine: Engine, tmp_path: Path
) -> None:
    answer, folder = screened
    settings = Settings(home=tmp_path, database_url=None, rate_limit=0)
    token = create_token(town_engine, "planner", None, 1).whole
    asked = {"authorization": f"Bearer {token}", "accept-language": "en"}
    with TestClient(create_app(Service(settings, town_engine, town_engine)), headers=asked) as client:
        for ending in (*TABLES, *MAPS):
            query = {"format": ending.removeprefix("."), "run": answer.json["run_id"]}
            sent = client.get("/api/v1/zones/export", params=query)
            (tmp_path / f"全域{ending}").write_bytes(sent.content)
            if ending != ".gpkg":  # which says when it was written
                assert sent.content == (folder / f"全域{ending}").read_bytes(), ending
    sent_rows, own_rows = (_frame(each, ".gpkg").set_index("parcel_id") for each in (tmp_path, folder))
    pd.testing.assert_frame_equal(sent_rows, own_rows, check_like=True)


def _known(values: pd.Series[Any]) -> list[Any]:
    return [None if pd.isna(each) else each for each in values.tolist()]


def _options(value: Any) -> list[Any]:
    if isinstance(value, str):
        read: list[Any] = json.loads(value)
        return read
    return list(value)


def test_the_csv_opens_in_a_spreadsheet_and_the_layer_has_a_name(screened: tuple[Answer, Path]) -> None:
    folder = screened[1]
    raw = (folder / "全域.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert {len(each) for each in lines} == {len(COLUMNS)}
    assert pyogrio.list_layers(folder / "全域.gpkg")[:, 0].tolist() == ["screening"]


@pytest.mark.parametrize("ending", MAPS)
def test_a_map_is_of_its_kind(screened: tuple[Answer, Path], ending: str) -> None:
    data = (screened[1] / f"全域{ending}").read_bytes()
    assert data.lstrip().lower().startswith(MAPS[ending].lower())
    assert len(data) > 5_000


def test_a_load_for_all_facts_and_another_jurisdiction(kaimen_town: Kaimen) -> None:
    told = kaimen_town(
        "screen", *DAY, "--load-kw", "950", "--pf", "0.95", "--jurisdiction", "wujiang",
        "--fact", "built_by=customer", "in_city_area=false", "important=true", "--json",
    ).json  # fmt: skip
    town = Bench(drawn_town())
    facts = {"built_by": "customer", "in_city_area": False, "important": True}
    load = Load.of(kw=950.0, power_factor=0.95)
    expected = town.screen(load, jurisdiction="wujiang", facts=facts)
    assert told["sha256"] == rows_sha256(expected.rows)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--out", "a.txt", "b.docx", "c.csv"), 1, ("a.txt", "b.docx", ".parquet")),
        (("--load-kva", "0"), 1, ("above 0",)),
        (("--load-kva", "1000001"), 1, ("1,000,000",)),
        (("--load-kva", "nan"), 1, ("nan",)),
        (("--load-kw", "5", "--pf", "1.2"), 1, ("power factor",)),
        (("--k", "0", "--limit-m", "-3"), 1, ("k 0", "-3")),
        (("--k", "21"), 1, ("1 to 20",)),
        (("--limit-m", "20001"), 1, ("20,000",)),
        (("--jurisdiction", "atlantis"), 1, ("atlantis", "liangzihu")),
        (("--fact", "mood=good"), 1, ("mood",)),
        (("--fact", "in_city_area=perhaps"), 1, ("in_city_area",)),
        (("--fact", "route.length_m=5"), 1, ("route.length_m",)),
        (("--fact", "load_kva=5"), 1, ("load_kva",)),
        (("--fact", "supplies=3"), 1, ("supplies",)),
        (("--fact", "supplies"), 2, ("NAME=VALUE",)),
        (("--fact", "area=urban", "area=rural"), 2, ("twice",)),
        (("--load-kva", "5", "--load-kw", "5"), 2, ("one of the two",)),
        (("--load-kva", "5", "--planned"), 2, ("--planned",)),
        (("--pf", "0.9"), 2, ("--pf",)),
        (("--on", "yesterday"), 2, ("yesterday",)),
        (("--k", "many"), 2, ("many",)),
        (("--nothing",), 2, ("--nothing",)),
    ],
)
def test_what_is_refused_and_in_which_words(
    kaimen_town: Kaimen, arguments: tuple[str, ...], code: int, words: tuple[str, ...]
) -> None:
    answer = kaimen_town("screen", *DAY, *arguments, "--json")
    assert answer.code == code, answer.out
    told = answer.error
    text_ = json.dumps(told, ensure_ascii=False)
    assert all(each in text_ for each in words), text_


def test_a_folder_that_is_not_there_leaves_no_file(kaimen_town: Kaimen, tmp_path: Path) -> None:
    answer = kaimen_town("screen", *DAY, "--out", tmp_path / "no" / "a.csv", "--json")
    assert answer.code == 1
    assert "cannot be written" in answer.error["detail"]
    assert list(tmp_path.iterdir()) == []


def test_without_parcels_or_roads_the_repair_is_said(kaimen: Kaimen) -> None:
    answer = kaimen("screen", "--json")
    assert answer.code == 1
    assert "kaimen import" in answer.error["detail"]


def test_towns_are_told_where_they_are_stated() -> None:
    counted = dict.fromkeys(SiteClass, 0) | {SiteClass.FILING: 3}
    told = [
        {"town": name, "parcels": 3, "area_ha": 1.5, "load_kva": 2_500.0, "by_class": counted}
        for name in ("[b]新桥镇", None)
    ]
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(town_table(told, "zh"))
    lines = [line.split() for line in console.export_text().splitlines()]
    assert ["[b]新桥镇", "3", "1.5", "2.5", "0", "3", "0", "0", "0", "0"] in lines
    assert any(line[:1] == ["未填"] for line in lines), lines


def test_areas_by_town_are_rounded_as_the_page_rounds_them() -> None:
    counts = {each.value: 1 for each in SiteClass}
    each = {"town": "A", "parcels": 1, "area_ha": 3.15, "load_kva": 250.0, "by_class": counts}
    cells = [next(iter(column.cells)) for column in town_table([each], "en").columns]
    assert cells[1:4] == ["1", "3.2", "0.3"]
