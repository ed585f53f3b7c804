"""What the public is answered comes over its own login: with no other at hand, the answers are the same."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event, text

from api.app import create_app
from api.operations.zone_exports import FORMATS
from api.service import Service
from api.settings import Settings
from gis.editions.header import Edition
from layers.database import open_engine
from layers.editions.files import folder_of
from layers.queries.working_tiles import EVERY_LAYER
from maps.static_files import static_prefix
from tests.api.conftest import ROADS
from tests.api.open.conftest import publish_district
from tests.api.open.exports import screened
from tests.api.test_second_wall import BODY, words_of
from tests.api.tiles.conftest import column_row
from tests.gis.editions.districts import fill, rows

PLACE = (120.6125, 31.1105)
BBOX = "bbox=120.6,31.1,120.65,31.13"
LOAD = "load_kva=100&jurisdiction=wujiang"

OVER_PRIVATE = {"/readyz", "/editions", "/api/v1/editions/{edition_id}/diff/{other}"}
"""Whether the tables are up to date; whether editions are as they were published, why two of them differ."""

REFUSED = {"/metrics", "/api/v1/jobs", "/api/v1/jobs/{job_id}"}
"""Not for the public at all."""

RUNNING = re.compile(r'nonce="[^"]*"|"request_id": ?"[^"]*"|[0-9a-f]{32}')
"""What differs between any two answers: the page's nonce, the request's id."""

HEADERS = ("content-type", "etag", "cache-control", "content-disposition", "content-language", "vary")


@dataclass
class Asked:
    """The district's service, and the same one whose private login cannot come in."""

    whole: Service
    alone: Service
    editions: tuple[Edition, Edition]
    knocks: list[str] = field(default_factory=list)
    """Attempts of the login that cannot come in."""


@pytest.fixture(scope="module")
def asked(shared_engines: tuple[Engine, Engine], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    private, public = shared_engines
    fill(private, rows())
    with private.begin() as connection:
        connection.execute(text(ROADS))
        connection.execute(text("insert into grid.layer_versions (layer, batch_id) values ('roads', 1)"))
    settings = Settings(home=tmp_path_factory.mktemp("alone"), database_url=None, rate_limit=0)
    whole = Service(settings, private, public)
    first = publish_district(whole)
    with private.begin() as connection:
        connection.execute(text("update grid.capacity set peak_kva = peak_kva + 10 where asset_id like 'D%'"))
        connection.execute(
            text("update grid.layer_versions set changed_at = now() + '1 s' where layer = 'capacity'")
        )
    screened(private)
    second = publish_district(whole)
    nobody = open_engine(private.url.set(username="kaimen_nobody").render_as_string(hide_password=False))
    alone = Service(settings, nobody, public)
    whole.office.ground()
    # Its reading is the one exception: what it holds answers assessments of everybody.
    object.__setattr__(alone, "office", whole.office)
    made = Asked(whole, alone, (first, second))
    event.listen(nobody, "do_connect", lambda *_: made.knocks.append("knock"))
    yield made
    nobody.dispose()


def addresses(asked: Asked, path: str) -> list[str]:
    """Return what is asked of a route; one that takes nothing is asked as it stands.

    Raises
    ------
    KeyError
        A route takes something, and nothing is said of it here.
    """
    found = _of_pages(asked) | _of_editions(asked) | _of_the_map(asked) | _of_collections()
    return found[path] if "{" in path or path in found else [path]


def _of_pages(asked: Asked) -> dict[str, list[str]]:
    one, two = asked.editions
    return {
        "/": ["/", "/?view=zones", f"/?run={run_of(two)}", "/?run=none", "/?lang=en"],
        "/table": ["/table", "/table?q=F", f"/table?of=parcels&q=P&{LOAD}"],
        "/editions": ["/editions", f"/editions?from={one.id}&to={two.id}"],
        "/parcel/{parcel_id}": [f"/parcel/P1?{LOAD}", f"/parcel/P2?{LOAD}", "/parcel/none"],
        "/static/{version}/{path}": [f"{static_prefix()}app/page.css", "/static/none/none.js"],
    }


def _of_editions(asked: Asked) -> dict[str, list[str]]:
    one, two = asked.editions
    capacity, edition = "/api/v1/capacity", f"/api/v1/editions/{two.id}"
    template = "/api/v1/editions/{edition_id}"
    endings = ("csv", "en.csv", "xlsx", "geojson", "gpkg", "parquet", "jsonl", "json")
    return {
        capacity: [capacity, f"{capacity}?q=F&{BBOX}", f"{capacity}?f=geojson"],
        f"{capacity}/{{asset_id}}": [f"{capacity}/F1", f"{capacity}/none"],
        template: [edition],
        f"{template}/diff/{{other}}": [f"/api/v1/editions/{one.id}/diff/{two.id}"],
        f"{template}/download.{{ending}}": [f"{edition}/download.{each}" for each in endings],
        f"{template}/files/{{name}}": [f"{edition}/files/{each['name']}" for each in two.facts["files"]],
        "/api/v1/jobs/{job_id}": ["/api/v1/jobs/1"],
        "/api/v1/policy/jurisdictions/{jurisdiction_id}": ["/api/v1/policy/jurisdictions/wujiang"],
    }


def _of_the_map(asked: Asked) -> dict[str, list[str]]:
    run = run_of(asked.editions[1])
    parcel, one = "/api/v1/parcels/{parcel_id}", "/api/v1/parcels/P1"
    tiles = [
        f"/tiles/{layer}/{zoom}/{'/'.join(map(str, column_row(zoom, *PLACE)))}{more}"
        for layer in EVERY_LAYER
        for zoom in (0, 6, 9, 11, 13, 14, 16)
        for more in ("", "?v=x", *((f"?run={run}", "?run=none") if layer in {"parcels", "zones"} else ()))
    ]
    kinds = (*FORMATS, "html&lang=en", f"csv&run={run}", "csv&run=none")
    zones = ("", f"?{BBOX}", f"?run={run}", "?load_kva=1000", "?load_kva=7")
    return {
        "/api/v1/parcels": ["/api/v1/parcels", f"/api/v1/parcels?q=1&{BBOX}"],
        parcel: [one],
        f"{parcel}/connection": [f"{one}/connection?{LOAD}"],
        f"{parcel}/connection/notice.pdf": [f"{one}/connection/notice.pdf?{LOAD}"],
        "/api/v1/places": [f"/api/v1/places?lon={PLACE[0]}&lat={PLACE[1]}"],
        "/api/v1/search": ["/api/v1/search?q=F", "/api/v1/search?q=P1"],
        "/api/v1/zones": [f"/api/v1/zones{each}" for each in zones],
        "/api/v1/zones/export": [f"/api/v1/zones/export?format={each}" for each in kinds],
        "/tiles/{layer}.json": [f"/tiles/{each}.json" for each in EVERY_LAYER],
        "/tiles/{layer}/{z}/{x}/{y}": tiles,
    }


def _of_collections() -> dict[str, list[str]]:
    template = "/ogc/collections/{collection_id}"
    every = [f"/ogc/collections/{each}" for each in ("capacity", "parcels", "zones")]
    matrix = "tiles/WebMercatorQuad"
    x, y = column_row(14, *PLACE)
    return {
        template: every,
        f"{template}/items": [f"{each}/items?{BBOX}" for each in every],
        f"{template}/items/{{feature_id}}": [f"{every[0]}/items/F1"],
        f"{template}/tiles": [f"{every[0]}/tiles"],
        f"{template}/{matrix}": [f"{every[0]}/{matrix}"],
        f"{template}/{matrix}/{{tile_matrix}}/{{tile_row}}/{{tile_col}}": [f"{every[0]}/{matrix}/14/{y}/{x}"],
    }


def run_of(edition: Edition) -> str:
    """Return the id of an edition's screening."""
    return str(edition.facts["screening"]["run_id"])


def answer(client: TestClient, address: str, **more: Any) -> tuple[int, dict[str, str | None], str]:
    """Return what is the same whenever it is asked: status, header fields, words."""
    reply = client.request("POST" if more else "GET", address, **more)
    return (
        reply.status_code,
        {name: reply.headers.get(name) for name in HEADERS},
        RUNNING.sub("", words_of(reply)),
    )


def forget(asked: Asked) -> None:
    """Remove files that are made anew from rows when somebody asks for them."""
    folder = folder_of(asked.whole.home, asked.editions[1])
    for name in ("parcels.csv", "zones.geojson", f"{asked.editions[1].id}.csv"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(asked.whole.home / "downloads", ignore_errors=True)


def test_every_route_answers_as_before_where_the_private_login_cannot_come_in(asked: Asked) -> None:
    whole, alone = create_app(asked.whole), create_app(asked.alone)
    paths = [path for path, methods in whole.openapi()["paths"].items() if "get" in methods]
    given = {path: addresses(asked, path) for path in (*paths, "/api/v1/openapi.json")}
    needed = set()
    forget(asked)
    with TestClient(whole) as ours, TestClient(alone) as theirs:
        before = {each: answer(ours, each) for asks in given.values() for each in asks}
        forget(asked)
        for path, asks in given.items():
            asked.knocks.clear()
            differing = [each for each in asks if answer(theirs, each) != before[each]]
            if asked.knocks:
                needed.add(path)
            elif differing:
                pytest.fail(f"answered otherwise: {differing}")
            if path not in REFUSED:
                assert 200 in {before[each][0] for each in asks}, path
    assert needed == OVER_PRIVATE
    assert {before[each][0] for path in REFUSED for each in given[path]} <= {401, 403}


def test_places_that_are_drawn_are_answered_so_too(asked: Asked) -> None:
    with TestClient(create_app(asked.whole)) as ours, TestClient(create_app(asked.alone)) as theirs:
        asked.knocks.clear()
        for path in ("/api/v1/connection", "/api/v1/connection/notice.pdf"):
            found = answer(ours, path, json=BODY)
            assert found[0] == 200
            assert answer(theirs, path, json=BODY) == found
    assert not asked.knocks


def test_a_login_that_cannot_come_in_is_noticed(asked: Asked) -> None:
    """The test above can fail."""
    with TestClient(create_app(asked.alone)) as theirs:
        asked.knocks.clear()
        assert theirs.get("/readyz").status_code == 503
    assert asked.knocks
