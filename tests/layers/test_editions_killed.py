"""Publications that are killed, and two at once: an edition is whole, or it is not there."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from gis.capacity.parameters import default_parameters
from gis.editions.disclosure import default_settings
from gis.editions.header import Edition
from gis.errors import ConflictError
from layers.cluster import Cluster
from layers.database import open_engine
from layers.editions import publish as publishing
from layers.editions.files import folder_of, stored_files
from layers.editions.publish import Publication, PublishWatch, Wish, publish
from layers.editions.store import read_editions
from layers.editions.verify import verify
from tests.gis.editions.districts import fill, rows
from tests.gis.editions.screenings import put_run
from tests.layers.test_editions_zone_map import INPUTS, PAGES

ROOT = Path(__file__).parents[2]
WISH = Wish(
    date(2026, 11, 21), datetime(2026, 11, 21, tzinfo=UTC), None, None, default_parameters(),
    default_settings(), {}, "0.1.0",
)  # fmt: skip

# Forked children begin with everything loaded, so that a delay falls into the publication.
CHILD = """
import json, os, signal, sys, threading
from dataclasses import replace
from pathlib import Path
from layers.database import open_engine
from layers.editions import files, publish
from tests.layers.test_editions_killed import PAGES, WISH

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def run(url, home, point):
    def step(stage):
        if stage == point:
            die()
    if point.startswith("."):
        files.WRITERS = {**files.WRITERS, point: die}
    if point == "zones.geojson":
        files.SCREENED_WRITERS = {**files.SCREENED_WRITERS, point: ("zones", die)}
    pages = replace(PAGES, index=die) if point == "index.html" else PAGES
    if point == "keep":
        files._keep = die
    if point.startswith("after "):
        threading.Timer(float(point[6:]), die).start()
    watch = publish.PublishWatch(step, lambda: None)
    publish.publish(open_engine(url), Path(home), replace(WISH, note=point), watch, pages)

for url, home, point in json.load(sys.stdin):
    child = os.fork()
    if not child:
        try:
            run(url, home, point)
        finally:
            os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

POINTS = (
    "Checking the grid", "Writing the rows", "Writing the files", ".xlsx", ".gpkg", "zones.geojson",
    "Drawing the zone map", "index.html", "Writing the header",
    "Putting the files in place", "keep", "Committing", "Done",
)  # fmt: skip
DELAYS = tuple(f"after {0.1 * at:.2f}" for at in (1, 3, 5))


@contextmanager
def databases(cluster: Cluster, template: str, number: int) -> Iterator[list[str]]:
    """Give the URLs of copies of a filled database."""
    names = [f"test_{uuid.uuid4().hex}" for _ in range(number + 1)]
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"create database {names[0]} template {template} strategy file_copy".encode())
        engine = open_engine(cluster.url(names[0]))
        fill(engine, rows())
        put_run(engine, INPUTS)
        engine.dispose()
        for name in names[1:]:
            connection.execute(f"create database {name} template {names[0]} strategy file_copy".encode())
        yield [cluster.url(name) for name in names[1:]]
        for name in names:
            connection.execute(f"drop database {name} with (force)".encode())


def known(engine: Engine) -> list[Edition]:
    with engine.connect() as connection:
        return [each.edition for each in read_editions(connection)]


def names_in(home: Path) -> set[str]:
    folder = home / "editions"
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def test_killed_anywhere_an_edition_is_whole_or_not_there(
    cluster: Cluster, template: str, tmp_path: Path
) -> None:
    points = [*POINTS, *DELAYS]
    with databases(cluster, template, len(points)) as urls:
        # Of all but the last few one home: what is left in it belongs to several databases.
        homes = [tmp_path / ("shared" if at < len(POINTS) else str(at)) for at in range(len(points))]
        work = [[url, str(home), point] for url, home, point in zip(urls, homes, points, strict=True)]
        done = subprocess.run(
            [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{CHILD}"],
            cwd=ROOT, input=json.dumps(work), capture_output=True, text=True, timeout=200, check=False,
        )  # fmt: skip
        codes = [int(line) for line in done.stdout.split()]
        assert codes[: len(POINTS)] == [-9] * len(POINTS), done.stderr
        assert len(codes) == len(points), done.stderr
        committed = 0
        for url, home, point in zip(urls, homes, points, strict=True):
            engine = open_engine(url)
            editions = known(engine)
            committed += len(editions)
            if point in POINTS:
                assert len(editions) == (point == "Done"), point
            for each in editions:
                assert all(path.is_file() for path in stored_files(home, each)), point
                assert verify(engine, home, None, lambda _: None).first_broken is None, point
            after = publish(
                engine,
                home,
                replace(WISH, note=f"{point} again"),
                PublishWatch(lambda _: None, lambda: None),
                PAGES,
            )
            assert "screening" in after.edition.facts
            assert after.edition.number == len(editions) + 1
            assert verify(engine, home, None, lambda _: None).first_broken is None, point
            mine = {folder_of(home, each).name for each in known(engine)}
            assert mine <= names_in(home), point
            assert not [each for each in mine if (home / "editions" / each / ".unfinished").exists()]
            engine.dispose()
        # When each database has published again nothing is left that belongs to no edition.
        shared = names_in(tmp_path / "shared")
        assert len(shared) == len(POINTS) + 1
        assert not [each for each in shared if each.startswith(".")]
        assert committed >= 1


def held(
    stage: str, reached: threading.Event, go_on: threading.Event, fault: Exception | None
) -> PublishWatch:
    def step(name: str) -> None:
        if name == stage:
            reached.set()
            assert go_on.wait(60)
            if fault is not None:
                raise fault

    return PublishWatch(step, lambda: None)


def test_a_copy_of_a_database_cannot_publish_the_same_edition_into_the_same_home(
    cluster: Cluster, template: str, tmp_path: Path
) -> None:
    with databases(cluster, template, 2) as urls:
        first, copy = (open_engine(url) for url in urls)
        silent = PublishWatch(lambda _: None, lambda: None)
        done = publish(first, tmp_path, WISH, silent)
        with pytest.raises(ConflictError, match="a copy of this database has published") as refused:
            publish(copy, tmp_path, WISH, silent)
        assert "KAIMEN_HOME of its own" in (refused.value.repair or "")
        assert known(copy) == []
        assert names_in(tmp_path) == {done.folder.name}
        assert verify(first, tmp_path, None, lambda _: None).first_broken is None
        assert all(path.is_file() for path in stored_files(tmp_path, done.edition))
        for engine in (first, copy):
            engine.dispose()


@pytest.mark.parametrize("stage", ["Writing the header", "Committing"])
def test_a_copied_cluster_does_not_sweep_what_the_other_is_writing(
    cluster: Cluster, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    monkeypatch.setattr(publishing, "database_name", lambda _: "5eed")
    with databases(cluster, template, 2) as urls:
        first, copy = (open_engine(url) for url in urls)
        reached, go_on = threading.Event(), threading.Event()
        watch = held(stage, reached, go_on, None)
        thread, found = in_thread(lambda: publish(first, tmp_path, replace(WISH, note="first"), watch))
        assert reached.wait(60)
        publish(copy, tmp_path, replace(WISH, note="copy"), PublishWatch(lambda _: None, lambda: None))
        go_on.set()
        thread.join(60)
        [done] = found
        assert isinstance(done, Publication)
        assert all(path.is_file() for path in stored_files(tmp_path, done.edition))
        assert len(names_in(tmp_path)) == 2
        for engine in (first, copy):
            engine.dispose()


def in_thread(work: Any) -> tuple[threading.Thread, list[Any]]:
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception as fault:  # noqa: BLE001  # it is looked at by the test
            found.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, found


@pytest.mark.parametrize("fault", [None, OSError("disk full")], ids=["the first wins", "the first fails"])
def test_of_two_publishers_one_wins_and_the_other_is_told(
    engine: Engine, tmp_path: Path, fault: Exception | None
) -> None:
    fill(engine, rows())
    reached, go_on = threading.Event(), threading.Event()
    watch = held("Committing", reached, go_on, fault)
    first, first_found = in_thread(lambda: publish(engine, tmp_path, replace(WISH, note="first"), watch))
    assert reached.wait(60)
    waiting = PublishWatch(lambda _: None, go_on.set)
    second, second_found = in_thread(lambda: publish(engine, tmp_path, replace(WISH, note="second"), waiting))
    first.join(60)
    second.join(60)
    [edition] = known(engine)
    if fault is None:
        assert edition.note == "first"
        [told] = second_found
        assert isinstance(told, ConflictError)
        assert "2026-Q4-1" in told.detail
        assert "'first'" in told.detail
    else:
        assert isinstance(first_found[0], OSError)
        assert edition.note == "second"
        assert second_found[0].edition == edition
    assert names_in(tmp_path) == {folder_of(tmp_path, edition).name}
    assert verify(engine, tmp_path, None, lambda _: None).first_broken is None


def test_without_the_lock_the_tables_let_one_win(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(engine, rows())
    monkeypatch.setattr(publishing, "_alone", lambda *_: nullcontext())
    reached, go_on = threading.Event(), threading.Event()
    watch = held("Working out what is open", reached, go_on, None)
    late, found = in_thread(lambda: publish(engine, tmp_path, replace(WISH, note="late"), watch))
    assert reached.wait(60)
    publish(engine, tmp_path, replace(WISH, note="early"), PublishWatch(lambda _: None, lambda: None))
    go_on.set()
    late.join(60)
    [edition] = known(engine)
    assert edition.note == "early"
    assert isinstance(found[0], ConflictError)
    assert "'early'" in found[0].detail
    assert names_in(tmp_path) == {folder_of(tmp_path, edition).name}
