"""Exports are made in the process that draws: what serves holds no row, and the wall stands there too."""

from __future__ import annotations

import gzip
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from api.app import create_app
from api.beside import Addresses, Engines, read_here
from api.drawer import Drawer
from api.operations.export_files import Source, export_file
from api.operations.run_exports import RunExport
from api.operations.tokens import create_token
from api.operations.zone_exports import FORMATS
from api.service import Service
from api.settings import Settings
from layers.editions.files import folder_of
from layers.screenings import Run
from tests.api.open.conftest import publish_district
from tests.api.open.exports import PATH, asked, screened
from tests.gis.editions.districts import fill, rows

MOST_ASKED_BYTES = 10_000
"""More than any question takes, less than the rows of any town."""
WEB = {"fastapi", "starlette", "uvicorn", "api.app", "api.service", "api.office"}


def scalar(engines: Engines, tier: str, statement: str) -> object:
    with getattr(engines, tier).connect() as connection:
        return connection.scalar(text(statement))


@dataclass(slots=True)
class Watched:
    """A drawer, and what went to its process and came back."""

    drawer: Drawer
    sent: list[tuple[Any, ...]] = field(default_factory=list)
    got: list[Any] = field(default_factory=list)

    def draw(self, work: Callable[..., Any], *given: Any) -> Any:
        self.sent.append((work, *given))
        self.got.append(self.drawer.draw(work, *given))
        return self.got[-1]


@dataclass(frozen=True, slots=True)
class Shop:
    service: Service
    watched: Watched
    public: TestClient
    planner: TestClient
    run: Run


@pytest.fixture(scope="module")
def shop(shared_engines: tuple[Engine, Engine], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    engine, _ = shared_engines
    fill(engine, rows())
    run = screened(engine)
    settings = Settings(home=tmp_path_factory.mktemp("beside"), database_url=None, rate_limit=0)
    service = Service(settings, *shared_engines)
    edition = publish_district(service)
    for each in folder_of(service.home, edition).iterdir():
        each.unlink()  # so that all is made, and nothing sent as it lies there
    watched = Watched(service.writer)
    object.__setattr__(service, "writer", watched)
    app, token = create_app(service), create_token(engine, "planner", None, 1).whole
    with TestClient(app) as public, TestClient(app, headers={"authorization": f"Bearer {token}"}) as planner:
        yield Shop(service, watched, public, planner, run)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("tier", ["public", "planner"])
def test_what_serves_hands_over_a_question_and_gets_a_file(
    shop: Shop, tier: str, kind: str, tmp_path: Path
) -> None:
    shop.watched.sent.clear()
    shop.watched.got.clear()
    content = asked(getattr(shop, tier), kind, "en")
    [sent], [got] = shop.watched.sent, shop.watched.got
    assert len(pickle.dumps(sent)) < MOST_ASKED_BYTES
    source = next((each for each in sent if isinstance(each, Source)), None)
    if source is None:
        assert got is None  # a file of the edition, written where it is kept
        return
    assert len(pickle.dumps(got)) < MOST_ASKED_BYTES
    state, path = got
    assert not path.parent.exists()
    again, made = export_file(Engines(shop.service.private, shop.service.public), source, tmp_path)
    assert again == state
    assert (gzip.decompress(made.read_bytes()) if source.packed else made.read_bytes()) == content
    assert list(tmp_path.iterdir()) == [made]


def test_the_rows_of_the_public_are_read_as_the_public_and_no_other(shop: Shop) -> None:
    assert shop.service.beside(scalar, "public", "select current_user") == "kaimen_public"
    assert shop.service.beside(scalar, "private", "select current_user") != "kaimen_public"
    with pytest.raises(DBAPIError) as told:
        shop.service.beside(scalar, "public", "select count(*) from siting.run_rows")
    assert getattr(told.value.orig, "sqlstate", None) == "42501"


def test_what_the_database_refuses_is_told_as_if_it_was_asked_here(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = "set statement_timeout = 10; select pg_sleep(5)"
    with pytest.raises(DBAPIError) as told:
        shop.service.beside(scalar, "private", slow)
    assert getattr(told.value.orig, "sqlstate", None) == "57014"
    beside = Service.beside
    monkeypatch.setattr(Service, "beside", lambda self, *_: beside(self, scalar, "private", slow))
    answer = shop.planner.get(PATH, params={"format": "svg", "lang": "zh"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


def test_no_password_is_shown_and_nothing_that_serves_is_loaded(shop: Shop, tmp_path: Path) -> None:
    assert repr(Addresses("postgresql://a:secret@x/y", "postgresql://b:secret@x/y")) == "Addresses()"
    # A process of its own: the one that tests share was begun with others' work.
    own = Drawer("warning")
    addresses = Addresses.of(shop.service.private, shop.service.public)
    source = RunExport(shop.run.id, ".csv", "en", None, packed=True)
    own.draw(read_here, addresses, export_file, source, tmp_path)
    assert not set(own.draw(eval, "list(__import__('sys').modules)")) & WEB
