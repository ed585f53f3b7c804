"""``kaimen build`` that cannot write, is cut off or raced: what was there stays."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from api.operations.corridors import CORRIDORS, corridors, mapped
from gis.corridors.parameters import CorridorParameters
from gis.errors import KaimenError
from layers.array_file import read_arrays, verify
from tests.api.build.conftest import SILENT, nothing_read, road, same
from tests.api.limited import room_for

ROOT = Path(__file__).parents[3]


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
