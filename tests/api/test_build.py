"""``kaimen build``: what it tells, when it builds anew, and what happens when it is cut off or raced."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import shapely
from sqlalchemy import Engine

from api.operations.corridors import CORRIDORS, BuildWatch, Built, Recipe, corridors, mapped
from gis.corridors.arrays import to_arrays
from gis.corridors.model import Corridors, build_corridors
from gis.corridors.parameters import CorridorParameters
from gis.errors import KaimenError
from layers.array_file import read_arrays, verify
from layers.cluster import Cluster
from layers.queries import versions
from layers.queries.grid import read_grid
from tests.api.limited import room_for

ROOT = Path(__file__).parents[2]
LON, LAT = 114.5, 30.3
DEGREE_M = 95_000.0
CONTRACT = {
    *("built", "key", "edges", "corners", "arcs", "pieces", "verge_km"),
    *("parcels", "parcels_without_frontage", "seconds", "bytes", "file"),
}
SILENT = BuildWatch(lambda _: None, lambda: None)


def at(x_m: float, y_m: float) -> tuple[float, float]:
    return LON + x_m / DEGREE_M, LAT + y_m / DEGREE_M


def road(name: str, *points: tuple[float, float], **more: Any) -> tuple[dict[str, Any], shapely.Geometry]:
    return {"id": name, "class": "local", "width_m": 10} | more, shapely.LineString([at(*p) for p in points])


def parcel(name: str, x_m: float, y_m: float) -> tuple[dict[str, Any], shapely.Geometry]:
    return {"id": name}, shapely.box(*at(x_m, y_m), *at(x_m + 50, y_m + 50))


CROSS = (road("东西路", (-500, 0), (500, 0)), road("南北路", (0, -500), (0, 500)))


@pytest.fixture
def bring(kaimen: Any, drawn: Any, table: Any) -> Callable[..., None]:
    """Import rows into a layer: ``bring("roads", *CROSS)``; text lines into one without geometry."""

    def run(layer: str, *rows: Any) -> None:
        make, name = (table, "a.csv") if isinstance(rows[0], str) else (drawn, "a.geojson")
        told = kaimen("import", layer, make(f"{layer}-{uuid.uuid4().hex}-{name}", *rows), "--json")
        assert (told.code, told.json.get("rows_rejected")) == (0, 0), told.out

    return run


@pytest.fixture
def city(bring: Any) -> None:
    """Two roads that cross, a parcel at one of them, and one far from both."""
    bring("roads", *CROSS)
    bring("parcels", parcel("near", 100, 10), parcel("far", 5_000, 5_000))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def file(home: Path) -> Path:
    return home / "corridors" / "corridors.arrays"


@pytest.fixture
def build(kaimen: Any) -> Callable[..., Any]:
    """Build and give the answer's JSON."""

    def run(*arguments: str) -> Any:
        told = kaimen("build", *arguments, "--json")
        assert (told.code, told.err.strip()) == (0, "")
        return told.json

    return run


@contextmanager
def nothing_read(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(versions, "read_grid", lambda *_: pytest.fail("the layers are read"))
        yield


def same(one: Corridors, other: Corridors) -> bool:
    ours, theirs = to_arrays(one), to_arrays(other)
    return list(ours) == list(theirs) and all(
        (ours[name].dtype, ours[name].shape, ours[name].tobytes())
        == (theirs[name].dtype, theirs[name].shape, theirs[name].tobytes())
        for name in ours
    )


def test_the_answer_has_the_fields_of_the_contract(city: None, build: Any, file: Path) -> None:
    told = build()
    assert set(told) >= CONTRACT
    counted = {name: told[name] for name in ("roads", "edges", "corners", "pieces", "crossings", "parcels")}
    # Four corners in the middle and two at each end; the ends lie where the data ends, so they are crossed.
    assert counted == {"roads": 2, "edges": 4, "corners": 12, "pieces": 1, "crossings": 8, "parcels": 2}
    assert (told["built"], told["arcs"]) == (True, 8 + 8)
    assert told["parcels_without_frontage"] == 1
    assert told["verge_km"] == pytest.approx(8 * 0.495, rel=0.15)  # a degree of latitude is longer
    assert (len(told["key"]), told["seconds"] > 0) == (16, True)
    assert (told["file"], told["bytes"]) == (str(file), file.stat().st_size)


def test_what_is_mapped_is_what_is_built_in_ordinary_arrays(city: None, engine: Engine, home: Path) -> None:
    made = build_corridors(read_grid(engine, CORRIDORS.layers), CorridorParameters())
    first = mapped(CORRIDORS, engine, home, CorridorParameters(), SILENT)
    second = mapped(CORRIDORS, engine, home, CorridorParameters(), SILENT)
    assert (first.built, second.built) == (True, False)
    assert first.key == second.key
    for found in (first.value, second.value, corridors(engine, home, CorridorParameters(), SILENT)):
        assert same(found, made)
        assert found.graph.streets.zone == made.graph.streets.zone
        assert all(
            array.flags.writeable and array.flags.c_contiguous and type(array) is np.ndarray
            for name, array in to_arrays(found).items()
            if ":" not in name and array.ndim
        )


def test_a_second_build_is_up_to_date_and_reads_nothing(
    city: None, build: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build()
    before = file.stat().st_ino
    with nothing_read(monkeypatch):
        second = build()
    assert (first["built"], second["built"]) == (True, False)
    unchanged = set(first) - {"built", "seconds"}
    assert {name: first[name] for name in unchanged} == {name: second[name] for name in unchanged}
    assert file.stat().st_ino == before
    third = build("--force")
    assert (third["built"], third["key"]) == (True, first["key"])
    assert file.stat().st_ino != before


def test_for_people_it_is_told_in_words(city: None, kaimen: Any) -> None:
    told = kaimen("build")
    assert (told.code, told.err) == (0, "")
    assert "The corridors were built in" in told.out
    assert "12 corners, 16 arcs, connected pieces: 1" in told.out
    assert "1 with frontage, 1 without" in told.out
    assert "The corridors are up to date" in kaimen("build").out


def test_what_it_is_made_from_builds_anew_and_nothing_else_does(
    city: None, bring: Any, build: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = build()["key"]
    bring(
        "feeders", ({"id": "F1", "name": "甲线", "voltage_kv": 10}, shapely.LineString([at(0, 0), at(9, 9)]))
    )
    bring("capacity", "asset,limit_a,peak_a,data_date", "F1,400,100,2026-09-30")
    bring("claims", "id,asset,site,kva,accepted_on", "C1,F1,near,100 kVA,2026-09-30")
    bring("roads", *CROSS)  # as they are
    with nothing_read(monkeypatch):
        assert build()["key"] == key
    keys = {key}
    for layer, row in (
        ("roads", road("北街", (-500, 300), (0, 300))),
        ("parcels", parcel("other", -100, 10)),
        ("green", parcel("park", -100, -100)),
        ("roads", road("北街", (-500, 300), (0, 300), width_m=12)),
    ):
        bring(layer, row)
        told = build()
        assert told["built"]
        keys.add(told["key"])
    assert len(keys) == 5
    assert (told["roads"], told["edges"], told["parcels"]) == (3, 6, 3)


def test_another_parameter_is_another_key(city: None, engine: Engine, home: Path) -> None:
    usual = CorridorParameters()
    wider = replace(usual, default_width_m=usual.default_width_m | {"local": 9.0})  # type: ignore[operator]  # both are read-only dicts
    keys = [
        mapped(recipe, engine, home, parameters, SILENT).key
        for recipe, parameters in (
            (CORRIDORS, usual),
            (CORRIDORS, replace(usual, reach_m=900.0)),
            (CORRIDORS, wider),
            (replace(CORRIDORS, format=CORRIDORS.format + 1), usual),
            (replace(CORRIDORS, upon="another"), usual),
        )
    ]
    assert len(set(keys)) == 5
    back = mapped(CORRIDORS, engine, home, usual, SILENT)
    assert (back.built, back.key) == (True, keys[0])


def test_no_roads_are_told_with_the_repair(kaimen: Any, bring: Any, home: Path) -> None:
    bring("parcels", parcel("near", 100, 10))
    told = kaimen("build", "--json")
    assert told.code == 1
    assert "holds no roads" in told.error["detail"]
    assert "kaimen import roads" in told.error["detail"]
    assert list((home / "corridors").iterdir()) == []


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda whole: whole[:-1], id="cut off"),
        pytest.param(lambda whole: whole[: len(whole) // 2], id="half"),
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda _: b"SQLite format 3\0" * 999, id="foreign"),
        pytest.param(lambda whole: whole[:100] + b"?" + whole[101:], id="header"),
        pytest.param(lambda whole: whole[:-4_000] + bytes([whole[-4_000] ^ 1]) + whole[-3_999:], id="data"),
    ],
)
def test_a_damaged_file_is_built_anew(
    city: None, build: Any, file: Path, damage: Callable[[bytes], bytes]
) -> None:
    build()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert build()["built"]
    assert file.read_bytes() == whole
    assert not build()["built"]


def test_two_databases_never_share_a_file(
    city: None,
    cluster: Cluster,
    engine: Engine,
    build: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = build()
    engine.dispose()
    copy = f"copy_{uuid.uuid4().hex}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"create database {copy} template {engine.url.database}")
        try:
            with monkeypatch.context() as patch:
                patch.setenv("KAIMEN_DATABASE_URL", cluster.url(copy))
                second = build()
        finally:
            connection.execute(f"drop database {copy} with (force)")
    assert second["built"]
    assert second["key"] != first["key"]


@dataclass(frozen=True, slots=True)
class Counts:
    rows: np.ndarray
    reach_m: float


def test_another_kind_of_file_is_one_recipe(city: None, engine: Engine, home: Path, file: Path) -> None:
    below = mapped(CORRIDORS, engine, home, CorridorParameters(), SILENT)
    recipe = Recipe(
        "counts",
        1,
        (*CORRIDORS.layers, "feeders"),
        Counts,
        lambda grid, parameters, _: Counts(np.array([len(grid["roads"])]), parameters.reach_m),
        upon=below.key,
    )
    made: list[Built[Counts]] = [mapped(recipe, engine, home, CorridorParameters(), SILENT) for _ in "ab"]
    assert [each.built for each in made] == [True, False]
    assert made[1].value.rows.tolist() == [2]
    assert made[1].value.reach_m == 1_000.0
    assert not mapped(CORRIDORS, engine, home, CorridorParameters(), SILENT).built


@contextmanager
def as_plain_user() -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_read(
    city: None, bring: Any, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Path(tempfile.mkdtemp(prefix="kaimen-test-"))
    try:
        home.chmod(0o755)
        first = mapped(CORRIDORS, engine, home, CorridorParameters(), SILENT)
        first.file.parent.chmod(0o555)
        with as_plain_user():  # what is up to date needs no writing
            assert same(corridors(engine, home, CorridorParameters(), SILENT), first.value)
        bring("roads", road("北街", (-500, 300), (0, 300)))
        with (
            nothing_read(monkeypatch),
            as_plain_user(),
            pytest.raises(KaimenError, match="corridors cannot be written: Permission denied") as told,
        ):
            corridors(engine, home, CorridorParameters(), SILENT)
        assert "KAIMEN_HOME" in told.value.repair
    finally:
        shutil.rmtree(home)


def test_what_stands_in_the_way_is_told_and_ends_with_1(city: None, kaimen: Any, home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "corridors").write_text("a file where the folder should be")
    told = kaimen("build", "--json")
    assert told.code == 1
    assert f"{home}/corridors cannot be written" in told.error["detail"]
    assert "KAIMEN_HOME" in told.error["detail"]


def test_a_disk_without_room_leaves_the_file_before_and_the_same_command_works_later(
    city: None, bring: Any, build: Any, kaimen: Any, file: Path
) -> None:
    old = build()
    bring("roads", road("北街", (-500, 300), (0, 300)))
    with room_for(1000):
        told = kaimen("build", "--json")
    assert told.code == 1
    assert told.error["title"] == "There is no room on the disk"
    assert f"{file} cannot be written" in told.error["detail"]
    assert "the file system /" in told.error["detail"]
    assert verify(file, old["key"])
    assert [each.name for each in file.parent.iterdir()] == [file.name]
    assert build()["built"]


# Stops where the file is written and not yet in its place, until it is told to go on.
HELD = """
import os, sys
from api.cli import main

sync = os.fsync

def hold(descriptor):
    print("writing", file=sys.stderr, flush=True)
    sys.stdin.readline()
    os.fsync = sync

os.fsync = hold
sys.exit(main(["build", "--json"]))
"""


@pytest.fixture
def process(database_url: str, home: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start Python as a process of its own on the test's own database."""

    def start(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=os.environ | {"KAIMEN_DATABASE_URL": database_url, "KAIMEN_HOME": str(home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def told_by(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    return process.stderr.readline().strip()


def test_a_build_killed_while_it_writes_leaves_the_old_file(
    city: None, bring: Any, build: Any, process: Any, file: Path
) -> None:
    old = build()
    bring("roads", road("北街", (-500, 300), (0, 300)))
    with process("-c", HELD) as held:
        assert told_by(held) == "writing"
        os.kill(held.pid, signal.SIGKILL)
    assert verify(file, old["key"])
    arrays = read_arrays(file, old["key"])
    assert arrays is not None
    assert len(arrays["graph.streets.edge_from"]) == 4
    new = build()
    assert (new["built"], new["roads"], new["edges"]) == (True, 3, 6)
    assert verify(file, new["key"])


def test_two_at_once_build_once(city: None, process: Any) -> None:
    with process("-c", HELD) as first:
        assert told_by(first) == "writing"
        with process("-m", "api.cli", "build", "--json") as second:
            assert told_by(second) == "Another build is running; this one starts when it ends."
            first.communicate("\n", timeout=60)
            answer, words = second.communicate(timeout=60)
    assert (first.returncode, second.returncode, words) == (0, 0, "")
    assert '"built": false' in answer
