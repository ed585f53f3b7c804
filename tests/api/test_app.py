"""The web application, asked over a socket."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely
import uvicorn
from sqlalchemy import Engine, text

from api.app import create_app
from api.service import Service

ROOT = Path(__file__).parents[2]
HOSTILE = "<script>alert(1)</script>"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answered."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def lowered(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def ask(url: str, method: str = "GET", headers: dict[str, str] | None = None) -> Reply:
    request = urllib.request.Request(url, method=method, headers=headers or {})  # noqa: S310  # our own loopback server
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return Reply(answer.status, lowered(answer.headers), answer.read().decode())
    except urllib.error.HTTPError as refused:
        with closing(refused):
            return Reply(refused.code, lowered(refused.headers), refused.read().decode())


@pytest.fixture
def get(service: Service) -> Iterator[Callable[..., Reply]]:
    """Serve the test's database on a free loopback port, and ask it."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(service), log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.005)
    yield lambda path, method="GET", headers=None: ask(f"http://127.0.0.1:{port}{path}", method, headers)
    server.should_exit = True
    thread.join()
    listener.close()


def test_the_process_is_alive(get: Any) -> None:
    reply = get("/healthz")
    assert (reply.status, reply.json) == (200, {"status": "ok"})


def test_a_database_that_is_there_is_ready(get: Any) -> None:
    reply = get("/readyz")
    assert reply.status == 200
    assert reply.json["status"] == "ready"
    assert reply.json["tables"] == reply.json["newest"]


def test_tables_of_another_version_are_not_ready(get: Any, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("update grid.alembic_version set version_num = '0000'"))
    reply = get("/readyz")
    assert (reply.status, reply.json["status"]) == (503, "upgrade due")


def test_a_database_that_has_gone_is_told_without_its_address(
    get: Any, database_url: str, bearer: Any
) -> None:
    shown = bearer("planner")
    assert get("/readyz").status == 200
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    with psycopg.connect(database_url, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"alter database {name} with allow_connections false")
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name]
        )
        for _ in range(2):  # the connection that was lost, and one that is refused
            for path in ("/readyz", "/"):
                reply = get(path, headers=shown)
                assert reply.status == 503
                assert int(reply.headers["retry-after"]) >= 1
                assert "kaimen@" not in reply.body
                assert str(name) not in reply.body
        assert get("/healthz").status == 200
        connection.execute(f"alter database {name} with allow_connections true")
    assert get("/readyz").status == 200


def test_an_empty_database_has_a_page_too(get: Any, bearer: Any) -> None:
    reply = get("/", headers=bearer("planner"))
    assert reply.status == 200
    assert "Nothing is published yet" in reply.body
    assert "./dev demo" in reply.body


def test_names_on_the_page_are_words_and_never_markup(get: Any, kaimen: Any, drawn: Any, bearer: Any) -> None:
    line = shapely.LineString([(120, 31), (120.02, 31.01)])
    yard = shapely.box(120, 31, 120.001, 31.001)
    station = {"变电站名称": HOSTILE, "电压等级(kV)": 110}
    rows = {
        "roads": ({"id": HOSTILE, "name": HOSTILE, "class": "primary"}, line),
        "substations": (station, yard),
        "feeders": ({"线路名称": HOSTILE, "变电站": HOSTILE, "电压等级": "10kV"}, line),
        "parcels": ({"id": HOSTILE, "name": HOSTILE}, yard),
    }
    for layer, row in rows.items():
        assert kaimen("import", layer, drawn(f"{layer}.geojson", row)).code == 0
    reply = get("/table?of=parcels", headers=bearer("planner"))
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script" not in reply.body.lower()
    assert "&lt;script&gt;alert(1)" in reply.body
    assert "http" not in reply.body


def test_the_command_serves_until_it_is_interrupted(kaimen_outside: Any, database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        refused = kaimen_outside("serve", "--port", port, "--json")
        assert refused.code == 1
        assert port in refused.error["detail"]
    command = [sys.executable, "-m", "api.cli", "serve", "--port", port, "--json"]
    environment = os.environ | {"KAIMEN_DATABASE_URL": database_url}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        assert url == f"http://127.0.0.1:{port}"
        assert ask(f"{url}/healthz").status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def test_the_interface_describes_itself(get: Any) -> None:
    described = get("/api/v1/openapi.json").json
    assert described["info"]["title"] == "Kaimen"
    assert {"/", "/healthz", "/readyz"} <= set(described["paths"])
    for path, methods in described["paths"].items():
        assert all(operation["summary"] for operation in methods.values()), path


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nonsense", 404),
        ("GET", "/..%2f..%2fetc/passwd", 404),
        ("POST", "/", 405),
    ],
)
def test_what_is_not_there_is_a_problem_in_the_usual_form(
    get: Any, method: str, path: str, status: int
) -> None:
    reply = get(path, method)
    assert reply.status == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(reply.json)
    assert reply.json["status"] == status
