"""Questions of requests have an end: a locked table and a slow statement are answered, and nobody hangs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.app import create_app
from api.beside import Addresses
from api.operations.serving import serving
from api.problem_words import TOO_SLOW
from api.server import Worker
from api.service import Service
from api.settings import Settings
from layers.database import open_engine
from tests.api.limited import room_for

BOUNDS = {"statement_timeout": "30s", "lock_timeout": "10s"}


def bounds(engine: Engine) -> dict[str, str | None]:
    with engine.connect() as connection:
        return {name: connection.scalar(text(f"show {name}")) for name in BOUNDS}


def test_what_serves_has_bounds_and_what_commands_do_has_none(database_url: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=database_url)
    with serving(settings) as served:
        assert bounds(served.private) == BOUNDS
        worker = Worker(settings, Addresses(database_url, database_url), tmp_path)
        made: Service = worker.application().state.service
        assert bounds(made.private) == BOUNDS
        made.private.dispose()
    plain = open_engine(database_url)
    assert bounds(plain) == dict.fromkeys(BOUNDS, "0")
    plain.dispose()


def test_the_figures_of_a_process_have_their_room_before_it_serves(database_url: str, tmp_path: Path) -> None:
    worker = Worker(Settings(home=tmp_path), Addresses(database_url, database_url), tmp_path)
    with room_for(1000), pytest.raises(SystemExit) as ended:
        worker.application()
    assert ended.value.code == 1
    for each in tmp_path.iterdir():
        each.unlink()
    worker.application()
    made = {each.name: each.stat() for each in tmp_path.iterdir()}
    assert set(made) == {f"counter_{os.getpid()}.db", f"histogram_{os.getpid()}.db"}
    # No holes: a page that has no block yet finds none on a full disk, and the process is ended for it.
    assert [each.st_blocks * 512 >= each.st_size == 1 << 20 for each in made.values()] == [True, True]


@pytest.fixture
def impatient(service: Service, database_url: str) -> Iterator[TestClient]:
    """Ask an application whose questions end soon."""
    private = open_engine(database_url, {"statement_timeout": "300", "lock_timeout": "200"})
    app = create_app(Service(service.settings, private, service.public))

    @app.get("/asleep")
    def asleep() -> None:
        with private.connect() as connection:
            connection.execute(text("select pg_sleep(60)"))

    with TestClient(app) as client:
        yield client
    private.dispose()


@pytest.mark.parametrize("path", ["/api/v1/parcels", "/api/v1/zones", "/asleep"])
def test_a_request_that_waits_for_a_locked_table_or_for_ever_is_answered(
    impatient: TestClient, database_url: str, path: str
) -> None:
    with psycopg.connect(database_url) as held:
        held.execute("lock table grid.roads, grid.layer_versions, siting.runs in access exclusive mode")
        told = {each: impatient.get(path, params={"lang": each}) for each in ("zh", "en")}
        for language, reply in told.items():
            assert reply.status_code == 503
            assert reply.json()["detail"] == getattr(TOO_SLOW, language)
            assert reply.headers["retry-after"] == "2"
        held.rollback()
    if path != "/asleep":
        assert impatient.get(path).json().get("detail") != TOO_SLOW.zh
