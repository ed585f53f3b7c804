"""``kaimen serve`` as a process of its own: workers, signals, a database that goes and comes back."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
import uvicorn

from api import server
from api.app import create_app
from api.made_files import FOLDER
from api.server import PatientProtocol
from api.service import Service
from layers.cluster import Cluster

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


@dataclass
class Served:
    """A server that runs, and what it wrote to standard error."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def get(self, path: str, **more: Any) -> httpx2.Response:
        return httpx2.get(self.url + path, timeout=PATIENCE_S, **more)

    def workers(self) -> list[int]:
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return [int(each) for each in children if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]


@contextmanager
def serving(folder: Path, database_url: str, *options: str) -> Iterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    log = folder / "serve.log"
    environment = os.environ | {"KAIMEN_DATABASE_URL": database_url, "KAIMEN_HOME": str(folder)}
    command = [sys.executable, "-m", "api.cli", "serve", "--port", port, *options, "--json"]
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, log.read_text(encoding="utf-8")
        made = Served(process, json.loads(line)["url"], log)
        try:
            until(lambda: made.get("/healthz").status_code == 200)
            yield made
        finally:
            process.kill()
            process.stdout.close()


def until(met: Callable[[], bool]) -> None:
    """Wait until something holds; a server that does not answer yet is no answer."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            if met():
                return
        except (httpx2.TransportError, OSError):
            pass
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_worker_that_dies_is_replaced_and_figures_are_of_all(tmp_path: Path, database_url: str) -> None:
    left = tmp_path / FOLDER / "of-one-that-was-killed"
    left.mkdir(parents=True)
    with serving(tmp_path, database_url, "--workers", "2") as served:
        until(lambda: len(served.workers()) == 2)
        until(lambda: not left.exists())
        left.mkdir()
        before = set(served.workers())
        os.kill(min(before), signal.SIGKILL)
        until(lambda: len(served.workers()) == 2 and set(served.workers()) != before)
        until(lambda: served.get("/readyz").status_code == 200)
        until(lambda: not left.exists())
        wanted = 'kaimen_requests_total{method="GET",route="/readyz",status="200",tier="public"}'
        for _ in range(20):
            assert served.get("/readyz").status_code == 200
        told = [line for line in served.get("/metrics").text.splitlines() if line.startswith(wanted)]
        assert float(told[0].rpartition(" ")[2]) >= 20
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(PATIENCE_S) == 0
        assert not [each for each in before if Path(f"/proc/{each}").exists()]
    for line in served.log.read_text(encoding="utf-8").splitlines()[1:]:
        assert {"time", "level", "logger", "message"} <= set(json.loads(line))
        assert "127.0.0.1" not in line


def test_what_is_under_way_is_answered_before_the_end(tmp_path: Path, database_url: str) -> None:
    answers: list[httpx2.Response] = []
    left = tmp_path / FOLDER / "of-one-that-was-killed"
    left.mkdir(parents=True)
    with (
        serving(tmp_path, database_url) as served,
        psycopg.connect(database_url) as held,
        psycopg.connect(database_url, autocommit=True) as watching,
    ):
        held.execute("lock table grid.alembic_version in access exclusive mode")
        asking = threading.Thread(target=lambda: answers.append(served.get("/readyz")))
        asking.start()
        assert not left.exists()
        waiting = (
            "select count(*) from pg_locks l join pg_database d on d.oid = l.database"
            " where not l.granted and d.datname = current_database()"
        )
        until(lambda: watching.execute(waiting).fetchone() == (1,))
        served.process.send_signal(signal.SIGTERM)
        until(lambda: refuses(served.url))
        assert not answers
        held.rollback()
        asking.join(PATIENCE_S)
        assert [each.status_code for each in answers] == [200]
        assert served.process.wait(PATIENCE_S) == 0


def children(pid: int) -> list[int]:
    """Return the processes that any thread of a process has started: the workers, and that of the job."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for task in tasks for each in task.read_text(encoding="ascii").split()]


def gone(pid: int) -> bool:
    """Whether a process has ended; who is nobody's child may stay as a zombie where no one asks for it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def refuses(url: str) -> bool:
    try:
        httpx2.get(f"{url}/healthz", timeout=5)
    except httpx2.ConnectError:
        return True
    return False


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """Run a cluster that a test may restart."""
    home = Path(tempfile.mkdtemp(prefix="kaimen-restarted-"))
    home.chmod(0o755)  # as root, the server's user has to reach it
    made = Cluster(home, {"fsync": "off"})
    made.start()
    yield made
    made.stop()
    shutil.rmtree(home)


ROUTES = ("/readyz", "/api/v1/capacity", "/tiles/base.json")
"""Without data of their own: over both pools, and by what catches faults itself and what does not."""


@dataclass
class Load:
    """Requests without a pause, and what came of them."""

    served: Served
    found: list[httpx2.Response] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        for path in itertools.cycle(ROUTES):
            if self.ended.is_set():
                return
            self.found.append(self.served.get(path))


def test_a_database_that_is_restarted_under_load_costs_some_503_and_nothing_else(
    tmp_path: Path, own_cluster: Cluster
) -> None:
    with serving(tmp_path, own_cluster.url()) as served:
        for _ in range(2):  # a restart that nobody saw costs no request
            assert [served.get(path).status_code for path in ROUTES] == [200] * len(ROUTES)
            own_cluster.stop()
            own_cluster.start()
        load = Load(served)
        askers = [threading.Thread(target=load.run) for _ in range(4)]
        for each in askers:
            each.start()
        try:
            until(lambda: len(load.found) > 20)
            own_cluster.stop()
            until(lambda: load.found[-1].status_code == 503)
            assert served.get("/healthz").status_code == 200
            for path in ("/api/v1/capacity/F1", "/tiles/capacity/10/856/418"):
                gone = served.get(path)
                assert (gone.status_code, gone.headers["retry-after"]) == (503, "2")
            own_cluster.start()
            until(lambda: served.get("/readyz").status_code == 200)
            assert served.get("/api/v1/capacity/F1").status_code == 404
        finally:
            load.ended.set()
            for each in askers:
                each.join(PATIENCE_S)
    assert {each.status_code for each in load.found} == {200, 503}
    assert {each.headers["retry-after"] for each in load.found if each.status_code == 503} == {"2"}


def test_a_login_that_is_no_wall_is_not_served(kaimen: Any, monkeypatch: Any, database_url: str) -> None:
    monkeypatch.setenv("KAIMEN_PUBLIC_DATABASE_URL", database_url)
    refused = kaimen("serve", "--json")
    assert refused.code == 1
    assert "no wall" in refused.error["detail"]
    assert "it is a superuser" in refused.error["faults"]


@pytest.fixture
def port(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Serve with little patience for slow clients."""
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.3)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(service), http=PatientProtocol, ws="none", log_level="critical")
    made = uvicorn.Server(config)
    thread = threading.Thread(target=made.run, args=([listener],))
    thread.start()
    until(lambda: made.started)
    yield listener.getsockname()[1]
    made.should_exit = True
    thread.join()
    listener.close()


def read_all(asked: socket.socket) -> bytes:
    asked.settimeout(PATIENCE_S)
    found = b""
    while part := asked.recv(65536):
        found += part
    return found


@pytest.mark.parametrize("begun", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_client_that_never_ends_its_header_is_left(port: int, begun: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(begun)
        assert read_all(slow) == b""


def test_blank_lines_between_requests_keep_no_connection_open(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as asked:
        asked.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert asked.recv(65536).startswith(b"HTTP/1.1 200")
        asked.sendall(b"\r\n")
        read_all(asked)  # the server closes, well before it would close a silent one


def test_a_header_that_comes_in_pieces_is_waited_for_and_the_connection_kept(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as asked:
        for part in (b"GET /healthz HTT", b"P/1.1\r\nHo", b"st: x\r\n\r\n"):
            asked.sendall(part)
            time.sleep(0.02)
        assert asked.recv(65536).startswith(b"HTTP/1.1 200")
        time.sleep(0.5)  # longer than a header may take: between requests the connection rests
        asked.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b"HTTP/1.1 200" in read_all(asked)
