"""To the public a parcel of an important user (重要用户) does not exist; to planners it does."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

import mapbox_vector_tile
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.app import create_app
from api.operations.tokens import create_token
from api.service import Service
from gis.errors import InputError
from tests.api.every_route import Asked, addresses, published_twice
from tests.api.test_public_login_alone import RUNNING
from tests.api.test_second_wall import BODY, words_of
from tests.gis.editions.districts import put, rows

NAME: Final = "6号地块"
"""Of an important parcel and of an ordinary one."""

IMPORTANT: Final = {"P4": ("P4", "4号地块"), "P6": ("P6",)}
"""Parcels of important users -> what nobody else is called."""

PLACES: Final = {"P4": (120.6185, 31.1105), "P6": (120.6225, 31.1105)}

TESTS: Final = ("important equals false", "重要用户：等于", "important user: equals")
"""A failed test of another parcel that would tell of importance, as programs and people read it."""

NAMED_TO_PLANNERS: Final = {
    "/table",
    "/parcel/{parcel_id}",
    "/api/v1/parcels",
    "/api/v1/parcels/{parcel_id}",
    "/api/v1/parcels/{parcel_id}/connection",
    "/api/v1/parcels/{parcel_id}/connection/notice.pdf",
    "/api/v1/places",
    "/api/v1/search",
    "/api/v1/zones",
    "/api/v1/zones/export",
    "/tiles/{layer}/{z}/{x}/{y}",
}
"""Every route that names parcels of the working layers."""


@dataclass(frozen=True, slots=True)
class Askers:
    """The service, what it is asked, the public and a planner."""

    service: Service
    asked: Asked
    public: TestClient
    planner: TestClient


@pytest.fixture(scope="module")
def askers(
    shared_engines: tuple[Engine, Engine], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Askers]:
    district = put(rows(), "parcels", "P7", name=NAME)
    service, asked = published_twice(*shared_engines, tmp_path_factory.mktemp("important"), district)
    token = create_token(service.private, "planner", None, 1).whole
    app = create_app(service)
    with TestClient(app) as anyone, TestClient(app, headers={"Authorization": f"Bearer {token}"}) as planner:
        yield Askers(service, asked, anyone, planner)


def read(reply: Any) -> str:
    """Return all that an answer holds, of tiles and files too; of a picture nothing."""
    body = reply.content
    if body.startswith(b"\x89PNG"):
        return ""
    if reply.headers.get("content-type") == "application/vnd.mapbox-vector-tile":
        return json.dumps(mapbox_vector_tile.decode(body) if body else {}, ensure_ascii=False)
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as held:
            return "\n".join(held.read(each).decode(errors="replace") for each in held.namelist())
    if body.startswith(b"PAR1"):
        return json.dumps(pq.read_table(io.BytesIO(body)).to_pylist(), default=str, ensure_ascii=False)
    if body.startswith(b"SQLite"):
        with sqlite3.connect(":memory:") as held:
            held.deserialize(body)
            return "\n".join(held.iterdump())
    return words_of(reply)


def found_in(text: str, words: tuple[str, ...]) -> list[str]:
    """Return which words stand in a text as words of their own."""
    return [each for each in words if re.search(rf"(?<![\w.]){re.escape(each)}(?!\w)", text)]


def routes(askers: Askers, parcel: str) -> dict[str, list[str]]:
    """Return what is asked of each GET route: about a parcel where it takes one, by its id and its name."""
    app: Any = askers.public.app
    asked = replace(askers.asked, parcel=parcel, place=PLACES[parcel])
    paths = [path for path, methods in app.openapi()["paths"].items() if "get" in methods]
    given = {path: addresses(asked, path) for path in (*paths, "/api/v1/openapi.json")}
    for asks in given.values():
        for name in IMPORTANT[parcel][1:]:
            asks += [re.sub(rf"\b{parcel}\b", quote(name), each) for each in asks if names(each, parcel)]
    return given


def names(address: str, word: str) -> bool:
    return re.search(rf"\b{word}\b", address) is not None


@pytest.mark.parametrize("parcel", IMPORTANT)
def test_no_route_tells_the_public_of_it(askers: Askers, parcel: str) -> None:
    for path, asks in routes(askers, parcel).items():
        for each in asks:
            called = [word for word in IMPORTANT[parcel] if names(each, word) or quote(word) in each]
            reply = askers.public.get(each)
            text = read(reply)
            assert not [word for word in TESTS if word in text], each
            if not called:
                assert not found_in(text, IMPORTANT[parcel]), (path, each)
                continue
            # What is asked for comes back in the answer: it is the one that a parcel gets that nobody has.
            unknown, nobody = called[0].replace(parcel[-1], "97"), each.replace(quote(called[0]), "{}")
            other = askers.public.get(nobody.format(quote(unknown)))
            assert reply.status_code == other.status_code == (404 if "{parcel_id}" in path else 200), each
            plain = [RUNNING.sub("", made).replace(word, "?").replace(quote(word), "?")
                     for made, word in ((text, called[0]), (read(other), unknown))]  # fmt: skip
            assert plain[0] == plain[1], each


@pytest.mark.parametrize("parcel", IMPORTANT)
def test_a_planner_is_told_of_it_by_every_route_that_names_parcels(askers: Askers, parcel: str) -> None:
    told = set()
    for path, asks in routes(askers, parcel).items():
        replies = [askers.planner.get(each) for each in asks]
        texts = [read(each) for each in replies if each.status_code == 200]
        if any(found_in(each, IMPORTANT[parcel]) for each in texts):
            told.add(path)
        if path == "/api/v1/zones":
            assert any(TESTS[0] in each for each in texts)
    assert told == NAMED_TO_PLANNERS


def test_pages_by_cursor_go_past_it(askers: Askers) -> None:
    def every(client: TestClient) -> list[str]:
        found, cursor = [], ""
        while cursor is not None:
            page = client.get(f"/api/v1/parcels?limit=1{cursor and f'&cursor={cursor}'}").json()
            found += [each["id"] for each in page["parcels"]]
            cursor = page["cursor"]
        return found

    whole = [f"P{n}" for n in range(1, 9)]
    assert every(askers.public) == [each for each in whole if each not in IMPORTANT]
    assert every(askers.planner) == whole


def test_what_was_told_to_a_planner_is_not_kept_for_the_public(askers: Askers) -> None:
    for path in ("/api/v1/parcels", "/api/v1/zones", f"/api/v1/places?lon={PLACES['P4'][0]}&lat=31.1105"):
        exact = askers.planner.get(path)
        shown = askers.public.get(path, headers={"if-none-match": exact.headers["etag"]})
        assert shown.status_code == 200
        assert "authorization" in exact.headers["vary"].lower()
        assert found_in(exact.text, ("P4",))
        assert not found_in(shown.text, ("P4",))


def test_a_name_is_that_of_the_only_parcel_that_the_public_knows(askers: Askers) -> None:
    path = f"/api/v1/parcels/{quote(NAME)}"
    assert askers.planner.get(path).status_code == 404  # two are called so
    assert askers.public.get(path).json()["id"] == "P7"


def test_no_parcel_like_it_is_proposed(askers: Askers) -> None:
    ground = askers.service.office.ground()
    for public, proposed in ((True, False), (False, True)):
        with pytest.raises(InputError) as fault:
            ground.parcel("P4x", public=public)
        assert bool(found_in(str(fault.value.repair), ("P4",))) is proposed


@pytest.mark.parametrize("who", ["public", "planner"])
def test_a_place_that_is_drawn_over_it_is_the_asker_s_own(askers: Askers, who: str) -> None:
    shape = askers.planner.get("/api/v1/parcels/P4").json()["geometry"]
    client = askers.public if who == "public" else askers.planner
    told = client.post("/api/v1/connection", json=BODY | {"geometry": shape})
    assert told.status_code == 200
    assert told.json()["parcel_id"] is None
    assert not found_in(told.text, IMPORTANT["P4"])
    notice = client.post("/api/v1/connection/notice.pdf", json=BODY | {"geometry": shape})
    assert notice.status_code == 200
    assert not found_in(words_of(notice), IMPORTANT["P4"])
