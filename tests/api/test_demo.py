"""``kaimen demo``: loaded once, resumed where it was cut off, never mixed with data of one's own."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import psycopg
import pytest

from api.commands import service
from layers.cluster import Cluster
from layers.database import open_engine
from layers.demo import DemoFile, read_demo
from layers.demo.plan import TOWNS
from layers.editions.files import INDEX, SCREENED_WRITERS, ZONE_MAPS
from tests.conftest import Fresh
from tests.shared_demo import FirstLoad, copied_demo, first_load, rows_of

COUNTS = {
    "jurisdictions": 1,
    "city_area": 1,
    "water": 9,
    "railways": 1,
    "green": 183,
    "infrastructure": 4,
    "roads": 4447,
    "ducts": 4,
    "substations": 3,
    "main_transformers": 8,
    "feeders": 41,
    "access_points": 447,
    "transformers": 880,
    "parcels": 1653,
    "capacity": 925,
    "claims": 60,
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A copy of the demo, whose first load was cut off and taken up again, and what it says there."""

    url: str
    home: Path
    first: FirstLoad
    again: Any
    words: str

    @property
    def answer(self) -> Any:
        """What the command said that took the load up again."""
        return self.first.answer


@pytest.fixture(scope="module")
def loaded(
    run_folder: Path,
    cluster: Cluster,
    fresh_database: Fresh,
    tmp_path_factory: pytest.TempPathFactory,
    run_kaimen: Any,
) -> Iterator[Loaded]:
    home = tmp_path_factory.mktemp("demo") / "home"
    with (
        copied_demo(run_folder, cluster, fresh_database, home) as engine,
        pytest.MonkeyPatch.context() as patch,
    ):
        first, url = first_load(run_folder, cluster), cluster.url(str(engine.url.database))
        patch.setenv("KAIMEN_DATABASE_URL", url)
        patch.setenv("KAIMEN_HOME", str(home))
        again = run_kaimen("demo", "--json")
        words = run_kaimen("demo", "--port", "8123")
        assert (again.code, words.code) == (0, 0)
        yield Loaded(url, home, first, again.json, words.out)


def test_the_district_is_whole_after_a_load_that_was_cut_off(loaded: Loaded) -> None:
    assert loaded.first.before["parcels"] == COUNTS["parcels"]
    assert 0 < loaded.first.before["capacity"] < COUNTS["capacity"]
    engine = open_engine(loaded.url)
    assert rows_of(engine) == COUNTS
    engine.dispose()


def test_only_what_was_missing_is_loaded(loaded: Loaded) -> None:
    rest = COUNTS["capacity"] - loaded.first.before["capacity"]
    assert loaded.answer["layers"] == {"capacity": rest, "claims": COUNTS["claims"]}
    assert loaded.again["layers"] == {}
    assert "loaded already" in loaded.words


def test_every_file_is_one_batch_of_the_demo(loaded: Loaded) -> None:
    with psycopg.connect(loaded.url) as connection:
        batches = connection.execute(
            "select layer, count(*), bool_and((options->>'demo')::boolean) from grid.import_batches"
            " group by layer"
        ).fetchall()
    wanted = Counter(file.layer for file in read_demo(loaded.home / "demo"))
    assert {layer: number for layer, number, _ in batches} == wanted
    assert wanted["capacity"] == 4
    assert all(demo for _, _, demo in batches)


def test_the_faults_left_in_are_found(loaded: Loaded) -> None:
    answer = loaded.answer
    assert set(answer) == {
        *("layers", "errors", "warnings", "findings", "drawing", "edition"),
        *("folder", "zone_map", "notice", "parcel"),
    }
    assert answer["findings"] == loaded.again["findings"]
    severities = Counter(each["severity"] for each in answer["findings"])
    assert severities == {"warning": answer["warnings"]}
    assert answer["errors"] == 0  # else it could not be published
    found = Counter(each["check"] for each in answer["findings"])
    assert found["peak_above_rating"] == 4
    assert found["two_claims_for_one_site"] == 2


def test_an_edition_is_published_once(loaded: Loaded) -> None:
    assert loaded.answer["edition"] == loaded.again["edition"] == "2026-Q4-1"
    assert "Edition 2026-Q4-1 is published: 902 assets" in loaded.words
    [folder] = (loaded.home / "editions").iterdir()
    assert (folder / "2026-Q4-1.csv").is_file()
    with psycopg.connect(loaded.url) as connection:
        assert connection.execute("select count(*) from disclosure.editions").fetchall() == [(1,)]
        names = connection.execute(
            "select name from disclosure.published where name like '%专线%'"
        ).fetchall()
    assert names == []


def test_the_edition_holds_the_screening_of_every_parcel(loaded: Loaded) -> None:
    folder = Path(loaded.answer["folder"])
    header = json.loads((folder / "2026-Q4-1.json").read_bytes())
    screening = header["screening"]
    assert screening["parcels"]["rows"] + screening["withheld"] == COUNTS["parcels"]
    assert {each["name"] for each in header["files"]} >= {*SCREENED_WRITERS, *ZONE_MAPS, INDEX}
    with (folder / "parcels.csv").open(encoding="utf-8-sig", newline="") as stream:
        parcels = list(csv.DictReader(stream))
    classes = Counter(each["class"] for each in parcels)
    assert classes["plug_and_play"] > 10
    assert classes["filing"] > 10
    assert all(each["on"] == "2026-11-21" for each in parcels)
    assert {each["jurisdiction"] for each in parcels} == {"wujiang"}
    with psycopg.connect(loaded.url) as connection:
        stated = connection.execute(
            "select parcel_id from siting.run_rows where load_source = 'stated'"
        ).fetchall()
        lines = [each for (each,) in connection.execute("select name from grid.feeders").fetchall()]
        [(towns,)] = connection.execute("select summary->'by_town' from siting.runs").fetchall()
    assert {each["town"] for each in towns} == set(TOWNS.values())
    assert sum(each["parcels"] for each in towns) == COUNTS["parcels"]
    hidden = {name for (name,) in stated}
    assert len(hidden) > 10
    assert not [each for each in parcels if each["parcel_id"] in hidden and each["load_kva"]]
    for name in (*SCREENED_WRITERS, "zone-map.html", INDEX):
        text = (folder / name).read_text(encoding="utf-8", errors="replace")
        assert not [each for each in lines if each in text], name


def test_what_there_is_to_look_at_is_there_and_told(loaded: Loaded) -> None:
    answer = loaded.answer
    assert answer["parcel"] == loaded.again["parcel"]
    for key in ("folder", "zone_map", "notice", "parcel"):
        assert loaded.again[key] in loaded.words
    for key in ("folder", "zone_map", "notice"):
        made = Path(answer[key]).relative_to(loaded.first.home)
        assert made == Path(loaded.again[key]).relative_to(loaded.home)
    assert "开门即接" in Path(answer["zone_map"]).read_text(encoding="utf-8")
    assert Path(answer["notice"]).read_bytes().startswith(b"%PDF")
    assert f"http://127.0.0.1:8123/parcel/{answer['parcel']}" in loaded.words
    assert str(Path(loaded.again["folder"]) / INDEX) in loaded.words
    with psycopg.connect(loaded.url) as connection:
        [(kind,)] = connection.execute(
            "select class from disclosure.parcels where parcel_id = %s", [answer["parcel"]]
        ).fetchall()
        assert connection.execute("select count(*) from siting.runs").fetchall() == [(1,)]
    assert kind == "plug_and_play"


def test_the_district_is_drawn(loaded: Loaded) -> None:
    drawing = Path(loaded.answer["drawing"])
    assert drawing.parent == loaded.first.home
    assert "芦汀" in "".join(ET.parse(drawing).getroot().itertext())  # noqa: S314  # our own file


def test_the_demo_is_not_mixed_with_data_of_ones_own(kaimen: Any, table: Any, tmp_path: Path) -> None:
    own = table("t.csv", "台区编号,lon,lat,额定容量(kVA),所属线路", "T1,120,31,400,x")
    assert kaimen("import", "transformers", own, "--crs", "EPSG:4326").code == 0
    told = kaimen("demo", "--json")
    assert told.code == 1
    assert "data of your own" in told.error["detail"]
    assert not (tmp_path / "home").exists()


def test_the_files_are_written_as_templates(
    loaded: Loaded, run_kaimen: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Path] = []

    def write_demo(folder: Path, **_: object) -> tuple[DemoFile, ...]:
        asked.append(folder)
        return read_demo(loaded.home / "demo")

    monkeypatch.setattr(service, "write_demo", write_demo)
    told = run_kaimen("demo-files", tmp_path / "files", "--json")
    assert asked == [tmp_path / "files"]
    assert len(told.json["files"]) == 19
    assert all(Path(path).is_file() for path in told.json["files"])
    assert "规划地块.gpkg" in run_kaimen("demo-files", tmp_path / "files").out
