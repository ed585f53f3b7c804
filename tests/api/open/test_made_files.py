"""Files made on request: sent from the disk in pieces, gone from it whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.app import create_app
from api.made_files import FOLDER, MadeFile, clear_left, making
from api.operations.tokens import create_token
from api.service import Service
from api.settings import Settings
from api.tile_cache import TileCache
from gis.errors import KaimenError, StorageError
from tests.api.conftest import ROOT
from tests.api.limited import room_for
from tests.api.open.exports import PATH, screened
from tests.gis.editions.districts import fill, rows

PIECE = 64 << 10
PLAIN = {"accept-encoding": "identity"}
KILLED = """
import os, signal, sys
from pathlib import Path
from api.made_files import making
with making(Path(sys.argv[1])) as folder:
    (folder / "half").write_bytes(b"x" * 1000)
    print(folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@dataclass(frozen=True, slots=True)
class Shop:
    service: Service
    app: FastAPI
    planner: TestClient

    def left(self) -> list[Path]:
        """Return what lies where exports are made."""
        place = self.service.home / FOLDER
        return list(place.iterdir()) if place.exists() else []

    def held(self) -> list[str]:
        """Return the files without a name that this process holds there, as the system tells them."""
        gc.collect()
        return opened(self.service.home / FOLDER)


def opened(folder: Path) -> list[str]:
    """Return the files below a folder that this process has open, as the system tells them."""
    told = [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    return [each for each in told if each.startswith(str(folder))]


@pytest.fixture(scope="module")
def shared_shop(
    shared_engines: tuple[Engine, Engine], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    engine, _ = shared_engines
    fill(engine, rows())
    screened(engine)
    settings = Settings(home=tmp_path_factory.mktemp("made"), database_url=None, rate_limit=0)
    service = Service(settings, *shared_engines)
    app, token = create_app(service), create_token(engine, "planner", None, 1).whole
    with TestClient(app, headers={"authorization": f"Bearer {token}"} | PLAIN) as planner:
        yield Shop(service, app, planner)


@pytest.fixture
def shop(shared_shop: Shop) -> Shop:
    """Give a service that has made nothing yet."""
    object.__setattr__(shared_shop.service, "files", TileCache(1 << 30))
    assert (shared_shop.left(), shared_shop.held()) == ([], [])
    return shared_shop


def grown(path: Path) -> Path:
    """Make a file larger than any buffer on the way."""
    whole = path.read_bytes()
    path.write_bytes(whole * (100 * PIECE // len(whole) + 1))
    return path


def test_a_file_has_no_name_and_is_there_as_long_as_somebody_refers_to_it(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"0123456789")
    made = MadeFile.taken(path)
    assert not path.exists()
    assert len(made) == 10
    with Path(made).open("rb") as one, Path(made).open("rb") as two:
        assert (one.read(4), two.read(3), one.read()) == (b"0123", b"012", b"456789")
    descriptor = made.descriptor
    del made
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_where_it_is_made_nothing_is_left_also_after_a_fault(tmp_path: Path) -> None:
    with making(tmp_path) as folder:
        (folder / "journal").write_bytes(b"x")
    assert not list((tmp_path / FOLDER).iterdir())
    with pytest.raises(FileNotFoundError), making(tmp_path) as folder:
        (folder / "none").rename(folder / "whole")
    assert not list((tmp_path / FOLDER).iterdir())


def test_what_a_killed_process_left_is_cleared_and_what_is_being_made_is_not(tmp_path: Path) -> None:
    clear_left(tmp_path)  # there is nothing yet
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    left = Path(done.stdout.strip())
    assert [each.name for each in left.iterdir()] == ["half"]
    with making(tmp_path) as folder:
        clear_left(tmp_path)
        assert list((tmp_path / FOLDER).iterdir()) == [folder]


def test_where_nothing_can_be_written_it_is_told_and_nothing_to_clear_is_no_fault(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FOLDER).write_bytes(b"no folder")
    with pytest.raises(KaimenError, match="cannot be written") as told, making(tmp_path):
        pass
    assert "can be written to" in told.value.repair
    clear_left(tmp_path)
    assert "cannot be removed" in caplog.text


def test_a_planners_file_has_a_length_and_ranges_that_its_tag_vouches_for(shop: Shop) -> None:
    query = {"format": "geojson"}
    whole = shop.planner.get(PATH, params=query)
    assert whole.headers["content-length"] == str(len(whole.content))
    for given in ({}, {"if-range": whole.headers["etag"]}):
        part = shop.planner.get(PATH, params=query, headers={"range": "bytes=10-29"} | given)
        assert (part.status_code, part.content) == (206, whole.content[10:30])
        assert part.headers["content-range"] == f"bytes 10-29/{len(whole.content)}"
    packed = shop.planner.get(PATH, params=query, headers={"accept-encoding": "gzip"})
    assert packed.content == whole.content
    assert packed.headers["etag"] != whole.headers["etag"]  # a range of one is none of the other
    other = {"range": "bytes=10-29", "if-range": packed.headers["etag"]}
    assert shop.planner.get(PATH, params=query, headers=other).status_code == 200
    beyond = shop.planner.get(PATH, params=query, headers={"range": "bytes=999999999-"})
    assert beyond.status_code == 416
    assert shop.left() == []
    assert len(shop.held()) == 2


def test_a_full_disk_is_507_and_nothing_is_left_then_it_is_there(shop: Shop) -> None:
    beside = shop.service.writer.draw(os.getpid)
    for kind in ("geojson", "gpkg", "html", "csv"):
        held = shop.held()
        with room_for(500, beside):
            told = shop.planner.get(PATH, params={"format": kind, "lang": "en"})
        assert told.status_code == 507, kind
        assert told.json()["title"] == "There is no room on the disk"
        assert str(shop.service.home) not in told.text
        assert (shop.left(), shop.held()) == ([], held)
        assert shop.planner.get(PATH, params={"format": kind}).status_code == 200
        assert len(shop.held()) == len(held) + 1


def test_a_folder_that_cannot_be_made_for_want_of_room_is_507(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("api.made_files.tempfile.mkdtemp", refuse)
    assert shop.planner.get(PATH, params={"format": "csv"}).status_code == 507
    with pytest.raises(StorageError, match="the file system /"), making(shop.service.home):
        pass


def test_a_child_that_is_killed_leaves_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as deadly:
        deadly.setattr("api.operations.zone_exports.export_file", die_half_way)
        assert shop.planner.get(PATH, params={"format": "csv"}).status_code == 503
    assert (shop.left(), shop.held()) == ([], [])
    assert shop.planner.get(PATH, params={"format": "csv"}).status_code == 200


def die_half_way(_: object, __: object, folder: Path) -> None:
    (folder / "export.csv").write_bytes(b"x" * 1000)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("gone_after", [None, 5])
def test_it_is_sent_in_pieces_and_closed_when_the_client_goes_away(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, gone_after: int | None
) -> None:
    taken = MadeFile.taken
    monkeypatch.setattr(MadeFile, "taken", lambda path: taken(grown(path)))
    object.__setattr__(shop.service, "files", TileCache(1000))  # too large to be kept
    with ThreadPoolExecutor(1) as apart:  # on this thread the loop of the browser may be running
        asking = received(shop, "/api/v1/zones/export", b"format=html", gone_after)
        pieces = apart.submit(asyncio.run, asking).result()
    most = max(map(len, pieces))
    assert 0 < most <= PIECE
    if gone_after is None:
        assert sum(map(len, pieces)) >= 100 * PIECE
    else:
        assert len(pieces) <= gone_after + 1
    assert (shop.left(), shop.held()) == ([], [])


async def received(shop: Shop, path: str, query: bytes, gone_after: int | None) -> list[bytes]:
    """Ask the application itself; return what it gave the server, until the client went away."""
    pieces: list[bytes] = []
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])
    gone = asyncio.Event()

    async def receive() -> Any:
        for each in asked:
            return each
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200
        elif not gone.is_set():
            pieces.append(message.get("body", b""))
        if len(pieces) == gone_after:
            gone.set()
        await asyncio.sleep(0)

    headers = {"host": "x", "authorization": shop.planner.headers["authorization"]} | PLAIN
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await shop.app(scope, receive, send)
    return pieces
