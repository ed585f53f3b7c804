"""One batch, one transaction: what is there before, meanwhile and after."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from gis.errors import InputError
from layers.intake.request import ImportRequest, Watch
from layers.intake.run import run_import

SQUARES = [shapely.box(500000 + 20 * n, 3e6, 500010 + 20 * n, 3e6 + 10) for n in range(5)]


def parcels(write: Any, name: str, ids: list[str], **columns: list[Any]) -> Path:
    path: Path = write(name, {"id": ids, **columns}, SQUARES[: len(ids)], crs="EPSG:4547")
    return path


def test_a_batch_keeps_where_its_rows_come_from(bring: Any, ask: Any, write: Any) -> None:
    path = parcels(write, "plan.gpkg", ["a", "b"], 容积率=[2.0, 2.5])
    result = bring("parcels", path)
    [row] = ask(
        "select id, layer, files, format, crs, encoding, mapping, rows_read, rows_inserted,"
        " started_at <= finished_at from grid.import_batches"
    )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert row == (
        result.batch_id,
        "parcels",
        [{"name": "plan.gpkg", "sha256": digest, "bytes": path.stat().st_size}],
        "GeoPackage",
        "EPSG:4547",
        "UTF-8",
        {"id": "id", "far": "容积率"},
        2,
        2,
        True,
    )
    assert ask("select distinct batch_id from grid.parcels") == [(result.batch_id,)]
    assert ask("select layer, batch_id from grid.layer_versions") == [("parcels", result.batch_id)]


def test_geometry_arrives_where_it_was_drawn(bring: Any, ask: Any, write: Any) -> None:
    bring("parcels", parcels(write, "plan.gpkg", ["a"]))
    [(shift_m,)] = ask(
        "select st_hausdorffdistance(st_transform(geom, 4547),"
        " st_makeenvelope(500000, 3000000, 500010, 3000010, 4547)) from grid.parcels"
    )
    assert shift_m < 1e-6


def test_a_second_import_touches_only_what_changed(bring: Any, ask: Any, write: Any) -> None:
    first = bring("parcels", parcels(write, "one.gpkg", ["a", "b", "c"], far=[1.0, 2.0, 3.0]))
    second = bring("parcels", parcels(write, "two.gpkg", ["a", "b", "c", "d"], far=[1.0, 9.0, 3.0, 4.0]))
    counts = second.total
    assert (counts.inserted, counts.updated, counts.unchanged, counts.deleted) == (1, 1, 2, 0)
    assert dict(ask("select id, batch_id from grid.parcels")) == {
        "a": first.batch_id,
        "b": second.batch_id,
        "c": first.batch_id,
        "d": second.batch_id,
    }


def test_the_same_file_again_changes_nothing(bring: Any, ask: Any, write: Any) -> None:
    path = parcels(write, "one.gpkg", ["a", "b"])
    first = bring("parcels", path)
    again = bring("parcels", path, replace=True)
    assert (again.total.unchanged, again.total.changed) == (2, False)
    assert ask("select batch_id from grid.layer_versions") == [(first.batch_id,)]


def test_replace_deletes_what_the_file_does_not_have(bring: Any, ask: Any, write: Any) -> None:
    bring("parcels", parcels(write, "one.gpkg", ["a", "b", "c"]))
    kept = bring("parcels", parcels(write, "two.gpkg", ["a"]))
    assert kept.total.deleted == 0
    result = bring("parcels", parcels(write, "three.gpkg", ["b", "x"]), replace=True)
    assert result.total.deleted == 2
    assert ask("select id from grid.parcels order by id") == [("b",), ("x",)]


def test_several_files_are_one_batch(bring: Any, ask: Any, write: Any) -> None:
    one, two = parcels(write, "one.gpkg", ["a"]), parcels(write, "two.gpkg", ["b"])
    result = bring("parcels", one, two, replace=True)
    assert (result.total.read, result.total.written) == (2, 2)
    assert ask("select jsonb_array_length(files) from grid.import_batches") == [(2,)]


def test_a_dry_run_tells_everything_and_keeps_nothing(bring: Any, ask: Any, write: Any, checks: Any) -> None:
    path = write("bad.gpkg", {"id": ["a", "a"], "land_use": ["R2", "R2"]}, SQUARES[:2], crs="EPSG:4547")
    result = bring("parcels", path, dry_run=True)
    assert result.batch_id is None
    assert "id_repeated" in checks(result)
    assert ask("select count(*) from grid.parcels") == [(0,)]
    assert ask("select count(*) from grid.import_batches") == [(0,)]


def test_a_file_that_fails_leaves_nothing_of_the_files_before_it(bring: Any, ask: Any, write: Any) -> None:
    good = parcels(write, "good.gpkg", ["a"])
    bad = write("bad.csv", {"x": [1]})
    with pytest.raises(InputError):
        bring("parcels", good, bad)
    assert ask("select count(*) from grid.parcels") == [(0,)]


def test_an_empty_file_never_empties_a_layer(bring: Any, ask: Any, write: Any, checks: Any) -> None:
    bring("parcels", parcels(write, "one.gpkg", ["a"]))
    empty = parcels(write, "empty.gpkg", [])
    assert "source_empty" in checks(bring("parcels", empty))
    with pytest.raises(InputError, match="would empty"):
        bring("parcels", empty, replace=True)
    assert ask("select count(*) from grid.parcels") == [(1,)]


def test_readers_see_the_old_layer_until_the_new_one_is_whole(engine: Engine, bring: Any, write: Any) -> None:
    bring("parcels", parcels(write, "one.gpkg", ["a", "b"]))
    seen: list[int] = []

    def look(done: int, total: int | None) -> None:
        with engine.connect() as connection:
            seen.append(connection.execute(text("select count(*) from grid.parcels")).scalar_one())

    request = ImportRequest("parcels", (parcels(write, "two.gpkg", ["x"]),), replace=True)
    run_import(engine, request, Watch(look, lambda: None))
    assert seen == [2]
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from grid.parcels")).scalar_one() == 1


def test_two_imports_at_once_follow_each_other(engine: Engine, bring: Any, ask: Any, write: Any) -> None:
    one, two = parcels(write, "one.gpkg", ["a", "b"]), parcels(write, "two.gpkg", ["b", "c"])
    told = threading.Event()
    second = threading.Thread(
        target=lambda: run_import(
            engine, ImportRequest("parcels", (two,)), Watch(lambda d, t: None, told.set)
        )
    )

    def start_second(done: int, total: int | None) -> None:
        second.start()
        assert told.wait(30), "the second import was never told to wait"

    run_import(engine, ImportRequest("parcels", (one,)), Watch(start_second, lambda: None))
    second.join(30)
    assert ask("select id from grid.parcels order by id") == [("a",), ("b",), ("c",)]
    assert ask("select count(*) from grid.import_batches") == [(2,)]


def test_an_import_whose_connection_is_cut_says_so_as_any_other_statement_does(
    engine: Engine, ask: Any, write: Any
) -> None:
    """Rows go to the driver itself; the command line knows what SQLAlchemy raises."""

    def cut_off(done: int, total: int | None) -> None:
        with engine.begin() as connection:
            others = (
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
            )
            connection.execute(text(others + " and pid <> pg_backend_pid()"))

    request = ImportRequest("parcels", (parcels(write, "one.gpkg", ["a"]),))
    with pytest.raises(OperationalError, match=r"terminat|closed|lost"):
        run_import(engine, request, Watch(cut_off, lambda: None))
    assert ask("select count(*) from grid.parcels") == [(0,)]
    assert ask("select count(*) from grid.import_batches") == [(0,)]


KILLED = """
import sys, time
from pathlib import Path
from layers.database import open_engine
from layers.intake.request import ImportRequest, Watch
from layers.intake.run import run_import

def stop(done, total):
    print("half-way", flush=True)
    time.sleep(60)

request = ImportRequest("parcels", (Path(sys.argv[2]),))
run_import(open_engine(sys.argv[1]), request, Watch(stop, lambda: None))
"""


def test_an_import_killed_half_way_leaves_nothing(
    database_url: str, bring: Any, ask: Any, write: Any
) -> None:
    path = parcels(write, "one.gpkg", ["a", "b"])
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, database_url, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "half-way"
        os.kill(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:  # the server notices the lost client when it next writes to it
        if bring("parcels", path, dry_run=True).total.inserted == 2:
            break
    assert ask("select count(*) from grid.parcels") == [(0,)]
    assert ask("select count(*) from grid.import_batches") == [(0,)]
