"""What the public is answered comes over its own login: with no other at hand, the answers are the same."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

from api.app import create_app
from api.service import Service
from layers.database import open_engine
from layers.editions.files import folder_of
from tests.api.every_route import Asked, addresses, published_twice
from tests.api.test_second_wall import BODY, words_of
from tests.gis.editions.districts import rows

OVER_PRIVATE = {"/readyz", "/editions", "/api/v1/editions/{edition_id}/diff/{other}"}
"""Whether the tables are up to date; whether editions are as they were published, why two of them differ."""

REFUSED = {"/metrics", "/api/v1/jobs", "/api/v1/jobs/{job_id}"}
"""Not for the public at all."""

RUNNING = re.compile(r'nonce="[^"]*"|"request_id": ?"[^"]*"|[0-9a-f]{32}')
"""What differs between any two answers: the page's nonce, the request's id."""

HEADERS = ("content-type", "etag", "cache-control", "content-disposition", "content-language", "vary")


@dataclass
class Logins:
    """The district's service, the same one whose private login cannot come in, and what both are asked."""

    whole: Service
    alone: Service
    asked: Asked
    knocks: list[str] = field(default_factory=list)
    """Attempts of the login that cannot come in."""


@pytest.fixture(scope="module")
def logins(
    shared_engines: tuple[Engine, Engine], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Logins]:
    private, public = shared_engines
    whole, asked = published_twice(private, public, tmp_path_factory.mktemp("alone"), rows())
    nobody = open_engine(private.url.set(username="kaimen_nobody").render_as_string(hide_password=False))
    alone = Service(whole.settings, nobody, public)
    whole.office.ground()
    # Its reading is the one exception: what it holds answers assessments of everybody.
    object.__setattr__(alone, "office", whole.office)
    made = Logins(whole, alone, asked)
    event.listen(nobody, "do_connect", lambda *_: made.knocks.append("knock"))
    yield made
    nobody.dispose()


def answer(client: TestClient, address: str, **more: Any) -> tuple[int, dict[str, str | None], str]:
    """Return what is the same whenever it is asked: status, header fields, words."""
    reply = client.request("POST" if more else "GET", address, **more)
    return (
        reply.status_code,
        {name: reply.headers.get(name) for name in HEADERS},
        RUNNING.sub("", words_of(reply)),
    )


def forget(logins: Logins) -> None:
    """Remove files that are made anew from rows when somebody asks for them."""
    folder = folder_of(logins.whole.home, logins.asked.editions[1])
    for name in ("parcels.csv", "zones.geojson", f"{logins.asked.editions[1].id}.csv"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(logins.whole.home / "downloads", ignore_errors=True)


def test_every_route_answers_as_before_where_the_private_login_cannot_come_in(logins: Logins) -> None:
    whole, alone = create_app(logins.whole), create_app(logins.alone)
    paths = [path for path, methods in whole.openapi()["paths"].items() if "get" in methods]
    given = {path: addresses(logins.asked, path) for path in (*paths, "/api/v1/openapi.json")}
    needed = set()
    forget(logins)
    with TestClient(whole) as ours, TestClient(alone) as theirs:
        before = {each: answer(ours, each) for asks in given.values() for each in asks}
        forget(logins)
        for path, asks in given.items():
            logins.knocks.clear()
            differing = [each for each in asks if answer(theirs, each) != before[each]]
            if logins.knocks:
                needed.add(path)
            elif differing:
                pytest.fail(f"answered otherwise: {differing}")
            if path not in REFUSED:
                assert 200 in {before[each][0] for each in asks}, path
    assert needed == OVER_PRIVATE
    assert {before[each][0] for path in REFUSED for each in given[path]} <= {401, 403}


def test_places_that_are_drawn_are_answered_so_too(logins: Logins) -> None:
    with TestClient(create_app(logins.whole)) as ours, TestClient(create_app(logins.alone)) as theirs:
        logins.knocks.clear()
        for path in ("/api/v1/connection", "/api/v1/connection/notice.pdf"):
            found = answer(ours, path, json=BODY)
            assert found[0] == 200
            assert answer(theirs, path, json=BODY) == found
    assert not logins.knocks


def test_a_login_that_cannot_come_in_is_noticed(logins: Logins) -> None:
    """The test above can fail."""
    with TestClient(create_app(logins.alone)) as theirs:
        logins.knocks.clear()
        assert theirs.get("/readyz").status_code == 503
    assert logins.knocks
