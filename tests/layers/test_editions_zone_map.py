"""Editions that hold a screening: which one fits, rows and files of it, and what is proved of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from sqlalchemy import Connection, Engine, text

from gis.capacity.parameters import default_parameters
from gis.editions.canonical import table_bytes
from gis.editions.columns import PARCELS
from gis.editions.disclosure import default_settings
from gis.editions.header import Edition
from gis.editions.metadata import metadata
from gis.editions.screened import Screened, freeze_screening
from layers.editions.files import INDEX, SCREENED_WRITERS, ZONE_MAPS, folder_of
from layers.editions.publish import CONTEXT, Pages, Publication, PublishWatch, Wish, publish
from layers.editions.store import read_editions, read_rows
from layers.editions.verify import Verdict, verify
from layers.tables.editions import SCREENED
from tests.gis.editions.districts import fill, grid, rows
from tests.gis.editions.screenings import SECRETS, found, put_run, run

ON = date(2026, 11, 21)
WISH = Wish(
    ON, datetime(2026, 11, 21, 8, 30, tzinfo=UTC), None, None, default_parameters(), default_settings(), {},
    "0.1.0",
)  # fmt: skip
SILENT = PublishWatch(lambda _: None, lambda: None)
INPUTS = {"layers": [["roads", 1, "x"]], "policies": {"wujiang.yaml": "0"}, "loads": {"name": "default"}}


def inputs(_: Connection) -> Mapping[str, Any]:
    return INPUTS


def maps(edition: Edition, screened: Screened, context: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    assert set(context) == set(CONTEXT)
    for name in ZONE_MAPS:
        yield name, f"{edition.id} {len(screened.parcels)} parcels".encode()


def index(edition: Edition) -> bytes:
    return json.dumps([each["name"] for each in edition.facts["files"]]).encode()


PAGES = Pages(inputs, maps, index)


def bring_out(engine: Engine, home: Path, **wish: Any) -> Publication:
    return publish(engine, home, replace(WISH, **wish), SILENT, PAGES)


def verdict(engine: Engine, home: Path) -> Verdict:
    return verify(engine, home, None, lambda _: None)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A database with one edition that holds a screening; no test changes it."""

    engine: Engine
    public: Engine
    home: Path
    done: Publication


@pytest.fixture(scope="module")
def shelf(shared_engines: tuple[Engine, Engine], tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    engine, public = shared_engines
    home = tmp_path_factory.mktemp("screened")
    fill(engine, rows())
    put_run(engine, INPUTS)
    return Shelf(engine, public, home, bring_out(engine, home))


def test_the_rows_are_those_that_leave_of_the_screening(shelf: Shelf) -> None:
    wanted = freeze_screening(replace(found(), run_id=run(INPUTS).id), grid(rows())["parcels"], "2026-Q4-1")
    with shelf.engine.connect() as connection, connection.begin():
        for name, (table, columns) in SCREENED.items():
            assert read_rows(connection, table, columns, "2026-Q4-1").equals(getattr(wanted, name)), name
    assert shelf.done.unscreened is None
    told = shelf.done.edition.facts["screening"]
    assert told == wanted.facts()
    assert (told["parcels"]["rows"], told["zones"]["rows"], told["withheld"]) == (6, 2, 2)
    lines = b"".join(table_bytes(wanted.parcels, PARCELS))
    assert sha256(lines).hexdigest() == told["parcels"]["sha256"]


def test_the_folder_holds_every_file_and_the_header_its_hash(shelf: Shelf) -> None:
    edition, folder = shelf.done.edition, shelf.done.folder
    names = [each["name"] for each in edition.facts["files"]]
    assert {*SCREENED_WRITERS, *ZONE_MAPS, INDEX} < set(names)
    assert {each.name for each in folder.iterdir()} == {*names, "2026-Q4-1.json", "SHA256SUMS"}
    for each in edition.facts["files"]:
        assert sha256((folder / each["name"]).read_bytes()).hexdigest() == each["sha256"]
    assert json.loads((folder / INDEX).read_bytes()) == names[:-1]
    assert verdict(shelf.engine, shelf.home) == Verdict(1, None, ())


def test_the_files_hold_the_columns_of_the_list_and_no_secret(shelf: Shelf) -> None:
    wanted = [each.name for each in PARCELS]
    folder = shelf.done.folder
    with (folder / "parcels.csv").open(encoding="utf-8-sig", newline="") as stream:
        table = list(csv.DictReader(stream))
    assert list(table[0]) == wanted
    assert [each["parcel_id"] for each in table] == ["P1", "P2", "P3", "P5", "P7", "P8"]
    assert [each["load_kva"] for each in table] == ["800.0", "", "950.0", "5000.0", "700.0", ""]
    features = json.loads((folder / "parcels.geojson").read_bytes())
    assert features["metadata"]["screening"]["en"] == run(INPUTS).id
    assert [each["id"] for each in features["features"]] == [each["parcel_id"] for each in table]
    assert {"geometry", *features["features"][0]["properties"]} == set(wanted)
    assert features["features"][0]["geometry"]["type"] == "MultiPolygon"
    stored = parquet.read_table(folder / "parcels.parquet")
    assert stored.column_names == wanted
    geo = json.loads(stored.schema.metadata[b"geo"])
    assert geo["columns"]["geometry"]["geometry_types"] == ["MultiPolygon"]
    zones = json.loads((folder / "zones.geojson").read_bytes())
    assert [each["properties"]["reach_m"] for each in zones["features"]] == [600.0, 200.0]
    for name in SCREENED_WRITERS:
        data = (folder / name).read_bytes()
        assert not [each for each in SECRETS if f'"{each}"'.encode() in data], name


def test_the_same_edition_gives_the_same_bytes(shelf: Shelf, tmp_path: Path) -> None:
    edition = shelf.done.edition
    for name, (kind, writer) in SCREENED_WRITERS.items():
        table, columns = SCREENED[kind]
        with shelf.engine.connect() as connection, connection.begin():
            again = read_rows(connection, table, columns, edition.id)
        writer(tmp_path / name, again, metadata(edition))
        assert (tmp_path / name).read_bytes() == (shelf.done.folder / name).read_bytes(), name


def test_the_public_reads_them(shelf: Shelf) -> None:
    with shelf.public.connect() as connection:
        assert connection.scalar(text("select count(*) from disclosure.parcels")) == 6
        assert connection.scalar(text("select count(*) from disclosure.zones")) == 2


CHANGES = {
    "a class": ("update disclosure.parcels set class = 'x' where parcel_id = 'P1'", "parcels has changed"),
    "a red line": (
        "update disclosure.parcels set geometry = st_translate(geometry, 1e-12, 0) where parcel_id = 'P1'",
        "parcels has changed",
    ),
    "a parcel gone": ("delete from disclosure.parcels where parcel_id = 'P1'", "5 published parcels, 6 were"),
    "a zone": ("update disclosure.zones set reach_m = 201 where zone_id = 'plug_and_play-200'", "zones has"),
    "rows of no edition": (
        "insert into disclosure.zones (edition_id, zone_id) values ('2030-Q1-1', 'Z')", "has no header"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_found(engine: Engine, tmp_path: Path, what: str) -> None:
    fill(engine, rows())
    put_run(engine, INPUTS)
    bring_out(engine, tmp_path)
    statement, words = CHANGES[what]
    with engine.begin() as connection:
        for table in ("parcels", "zones"):
            connection.execute(text(f"alter table disclosure.{table} disable trigger all"))
        connection.execute(text(statement))
    broken = verdict(engine, tmp_path).first_broken
    assert broken is not None
    assert words in broken.what


def test_a_changed_file_is_found(engine: Engine, tmp_path: Path) -> None:
    fill(engine, rows())
    put_run(engine, INPUTS)
    done = bring_out(engine, tmp_path)
    for name in (*SCREENED_WRITERS, *ZONE_MAPS, INDEX):
        kept = (done.folder / name).read_bytes()
        (done.folder / name).write_bytes(kept + b" ")
        broken = verdict(engine, tmp_path).first_broken
        assert broken is not None
        assert name in broken.what
        (done.folder / name).write_bytes(kept)


UNFIT: dict[str, tuple[Callable[[Engine], object], str]] = {
    "none": (lambda _: None, "no screening of 2026-11-21 is stored"),
    "another day": (lambda engine: put_run(engine, INPUTS, date(2026, 11, 20)), "no screening of 2026-11-21"),
    "other data": (
        lambda engine: put_run(engine, INPUTS | {"layers": [["roads", 2, "y"]]}),
        "the data changed after the screening",
    ),
    "other parameters": (
        lambda engine: put_run(engine, INPUTS, parameters={"name": "own"}), "other parameters"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", UNFIT)
def test_without_a_screening_that_fits_the_edition_goes_without(
    engine: Engine, tmp_path: Path, what: str
) -> None:
    fill(engine, rows())
    prepare, words = UNFIT[what]
    prepare(engine)
    done = bring_out(engine, tmp_path)
    assert done.unscreened is not None
    assert words in done.unscreened
    assert "kaimen screen --on 2026-11-21" in done.unscreened
    assert "screening" not in done.edition.facts
    assert not {*SCREENED_WRITERS, *ZONE_MAPS} & {each.name for each in done.folder.iterdir()}
    assert (done.folder / INDEX).is_file()
    assert verdict(engine, tmp_path).first_broken is None


def test_the_newest_screening_that_fits_is_taken(engine: Engine, tmp_path: Path) -> None:
    fill(engine, rows())
    put_run(engine, INPUTS, k=1)
    wanted = put_run(engine, INPUTS | {"loads": {"name": "the utility's own"}})
    put_run(engine, INPUTS | {"policies": {}})
    done = bring_out(engine, tmp_path)
    assert done.edition.facts["screening"]["run_id"] == wanted.id


def test_editions_with_and_without_follow_each_other(engine: Engine, tmp_path: Path) -> None:
    fill(engine, rows())
    first = bring_out(engine, tmp_path).edition
    put_run(engine, INPUTS)
    second = bring_out(engine, tmp_path).edition
    with engine.connect() as connection:
        assert [each.edition for each in read_editions(connection)] == [first, second]
    assert (folder_of(tmp_path, second) / "parcels.csv").is_file()
    assert verdict(engine, tmp_path) == Verdict(2, None, ())
