"""Exports of a screening: to the public what an edition lists, in every format; to planners exact rows."""

from __future__ import annotations

import gzip
import html
import io
import json
import re
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import Engine, text

from api.app import create_app
from api.operations.export_files import Source, export_file
from api.operations.tokens import create_token
from api.operations.zone_exports import FORMATS, TEXTS
from api.service import Service
from api.settings import Settings
from api.turns import EXPORTS, MOST_WAITING
from gis.editions.columns import PARCELS, ZONES
from gis.editions.header import Edition
from gis.siting.columns import COLUMNS
from layers.editions.files import folder_of
from layers.editions.publish import CONTEXT
from layers.screenings import Run
from maps.zone_data import FIGURES
from maps.zone_data import TEXTS as TEXT_COLUMNS
from tests.api.open.conftest import publish_district
from tests.api.open.exports import PATH, asked, plain, screened, table_of, texts_of
from tests.gis.editions.districts import fill, put, rows
from tests.gis.editions.screenings import SECRETS

HOSTILE = "=cmd|'/c calc'!A1\"</script><script>alert(1)</script>,\n名𠮷"
EXACT = "4321"
"""Open capacity of the feeder that serves, in every row."""
STATION = "南湖变电站"
"""Stands between the parcels."""
IMPORTANT = ("P4", "P6", "4号地块", "6号地块")
MAPS = ("html", "pdf", "png", "svg")


@dataclass(frozen=True, slots=True)
class Shop:
    """A service over one edition with a screening, asked by the public and by a planner."""

    service: Service
    public: TestClient
    planner: TestClient
    edition: Edition
    run: Run


@pytest.fixture(scope="module")
def shop(shared_engines: tuple[Engine, Engine], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    engine, _ = shared_engines
    made = put(rows(), "parcels", "P1", name=HOSTILE)
    at = shapely.Point(120.6175, 31.1105)
    made["substations"].append({"id": "S3", "name": STATION, "voltage_kv": 110.0, "geometry": at})
    fill(engine, made)
    run = screened(engine)
    settings = Settings(home=tmp_path_factory.mktemp("exports"), database_url=None, rate_limit=0)
    service = Service(settings, *shared_engines)
    edition = publish_district(service)
    app = create_app(service)
    token = create_token(engine, "planner", None, 1).whole
    with TestClient(app) as public, TestClient(app, headers={"authorization": f"Bearer {token}"}) as planner:
        yield Shop(service, public, planner, edition, run)


def published(shop: Shop, table: str = "parcels") -> list[dict[str, Any]]:
    """Return the frozen rows as the public's own login reads them."""
    columns = ", ".join(f'"{each.name}"' for each in (PARCELS if table == "parcels" else ZONES))
    with shop.service.public.connect() as connection:
        found = connection.execute(text(f"select {columns} from disclosure.{table} order by 1"))
        return [dict(row) for row in found.mappings()]


@pytest.mark.parametrize("kind", ["csv", "geojson", "parquet", "gpkg"])
def test_a_public_table_has_the_columns_and_values_of_the_edition_and_no_other(
    shop: Shop, tmp_path: Path, kind: str
) -> None:
    found = table_of(kind, asked(shop.public, kind), tmp_path)
    listed = [each.name for each in PARCELS if each.name != "geometry"]
    wanted = [{name: plain(row[name]) for name in listed} for row in published(shop)]
    assert [list(each) for each in found] == [listed] * len(found)
    assert sorted(found, key=lambda row: row["parcel_id"]) == wanted
    assert [each["parcel_id"] for each in wanted] == ["P1", "P2", "P3", "P5", "P7", "P8"]
    assert next(each["name"] for each in found) == HOSTILE


def test_a_public_geopackage_holds_parcels_zones_and_what_the_edition_says(
    shop: Shop, tmp_path: Path
) -> None:
    file = tmp_path / "x.gpkg"
    file.write_bytes(asked(shop.public, "gpkg"))
    with sqlite3.connect(file) as connection:
        held = {row[0] for row in connection.execute("select table_name from gpkg_contents")}
        columns = [row[1] for row in connection.execute("pragma table_info(zones)")]
        everything = "\n".join(connection.iterdump())
    assert held == {"parcels", "zones", "metadata"}
    assert set(columns) == {"fid", "geom", *(each.name for each in ZONES)} - {"geometry"}
    assert not [each for each in (*SECRETS, *IMPORTANT) if f"'{each}'" in everything]
    zones = pyogrio.read_dataframe(file, layer="zones")
    assert zones["zone_id"].tolist() == [each["zone_id"] for each in published(shop, "zones")]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["pdf", "svg"])
def test_a_public_map_on_paper_shows_no_asset_and_no_important_user(
    shop: Shop, kind: str, language: str
) -> None:
    shown = texts_of(kind, asked(shop.public, kind, language))
    assert shop.edition.id in shown
    words = set(re.split(r"[\s,·：:]+", shown))
    assert not words & {*SECRETS, *IMPORTANT, EXACT, "4,321"}
    assert STATION not in shown
    # The same words are found where they may stand.
    assert STATION in texts_of(kind, asked(shop.planner, kind, language))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_public_page_carries_the_list_and_nothing_else(shop: Shop, language: str) -> None:
    page = asked(shop.public, "html", language).decode()
    data = json.loads(page.partition('id="zone-data"')[2].partition(">")[2].partition("</script>")[0])
    assert set(data["layers"]) <= {"parcels", "zones", *CONTEXT}
    columns = data["layers"]["parcels"]["columns"]
    listed = {each.name for each in PARCELS}
    assert {"id", "name", "class", "failed"} <= set(columns)
    assert set(columns) - {"id", "name", "class", "failed", "upper_bound"} <= listed
    assert not any(columns["upper_bound"])
    assert columns["id"] == ["P1", "P2", "P3", "P5", "P7", "P8"]
    assert set(data["layers"]["zones"]["columns"]) == {"class", "reach_m"}
    assert not [each for each in (*SECRETS, *IMPORTANT) if f'"{each}"' in page]
    assert EXACT not in json.dumps(columns)
    assert "<script>alert(1)" not in page
    known = set(data["layers"]["parcels"]["columns"])
    exact = asked(shop.planner, "html", language).decode()
    assert "<script>alert(1)" not in exact
    more = json.loads(exact.partition('id="zone-data"')[2].partition(">")[2].partition("</script>")[0])
    own = set(more["layers"]["parcels"]["columns"])
    assert own - known >= {"options", "asset_id", "asset_name", "open_capacity_kva", "load_source"}
    assert own - {"id", "name", "class", "failed", "upper_bound", "options"} <= {*FIGURES, *TEXT_COLUMNS}
    assert "feeders" in more["layers"]


def test_a_public_picture_is_the_published_one_and_says_nothing_beside_it(shop: Shop) -> None:
    data = asked(shop.public, "png")
    assert data == (folder_of(shop.service.home, shop.edition) / "zone-map.png").read_bytes()
    assert Image.open(io.BytesIO(data)).info == {}
    assert Image.open(io.BytesIO(asked(shop.public, "png", "en"))).info == {}
    assert data != asked(shop.planner, "png")


@pytest.mark.parametrize("kind", ["html", "pdf", "png", "csv", "geojson", "parquet"])
def test_what_the_edition_has_is_sent_as_it_was_published(shop: Shop, kind: str) -> None:
    name = f"zone-map.{kind}" if kind in MAPS else f"parcels.{kind}"
    stored = (folder_of(shop.service.home, shop.edition) / name).read_bytes()
    assert asked(shop.public, kind) == stored
    assert asked(shop.public, kind, run=shop.run.id) == stored
    part = shop.public.get(PATH, params={"format": kind, "lang": "zh"}, headers={"range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, stored[:10])


def test_a_planner_gets_the_exact_rows(shop: Shop, tmp_path: Path) -> None:
    for kind in ("csv", "geojson", "parquet", "gpkg"):
        found = table_of(kind, asked(shop.planner, kind), tmp_path)
        assert [list(each) for each in found] == [list(COLUMNS)] * 8
        first = next(each for each in found if each["parcel_id"] == "P2")
        assert (first["open_capacity_kva"], first["load_kva"], first["length_m"]) == (4321.0, 900.0, 210.1)
        assert (first["asset_id"], first["run_id"]) == ("F1", shop.run.id)


def test_no_cache_gives_the_public_what_is_a_planners(shop: Shop) -> None:
    for kind in FORMATS:
        query = {"format": kind, "lang": "en"}
        exact, shown = (client.get(PATH, params=query) for client in (shop.planner, shop.public))
        assert exact.content != shown.content
        assert exact.headers["etag"] != shown.headers["etag"]
        assert exact.headers["cache-control"] == "private, no-cache"
        assert shown.headers["cache-control"] == "public, no-cache"
        for each in (exact, shown):
            assert {"Authorization", "Accept-Language"} <= set(each.headers["vary"].split(", "))
        # Who has the planner's bytes is not told that they are the public ones.
        known = {"if-none-match": exact.headers["etag"]}
        again = shop.public.get(PATH, params=query, headers=known)
        assert (again.status_code, again.content) == (200, shown.content)
        same = {"if-none-match": shown.headers["etag"]}
        assert shop.public.get(PATH, params=query, headers=same).status_code == 304
        assert shop.planner.get(PATH, params=query, headers=known).status_code == 304
        wrong = shop.public.get(PATH, params=query, headers={"authorization": "Bearer kaimen_0"})
        assert (wrong.status_code, wrong.headers["cache-control"]) == (401, "no-store")


def test_head_tells_the_same_without_the_bytes(shop: Shop) -> None:
    for client in (shop.public, shop.planner):
        for kind in ("svg", "csv"):
            told = client.head(PATH, params={"format": kind})
            whole = client.get(PATH, params={"format": kind})
            assert (told.status_code, told.content) == (200, b"")
            for name in ("etag", "content-type", "content-disposition", "content-length"):
                assert told.headers[name] == whole.headers[name]


def test_texts_go_packed_and_the_others_as_they_are(shop: Shop) -> None:
    for kind in FORMATS:
        answer = shop.planner.get(PATH, params={"format": kind}, headers={"accept-encoding": "gzip"})
        packed = answer.headers.get("content-encoding") == "gzip"
        assert packed == (kind in TEXTS), kind


def test_a_file_is_made_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def counted(_: Service, work: Any, source: Source, folder: Path) -> tuple[tuple[object, ...], Path]:
        assert work is export_file
        made.append(source.ending)
        path = folder / "made"
        path.write_bytes(gzip.compress(b"<svg/>"))
        with shop.service.private.connect() as connection:
            return source.state(connection), path

    monkeypatch.setattr(Service, "beside", counted)
    app = create_app(Service(shop.service.settings, shop.service.private, shop.service.public))
    with TestClient(app) as fresh:
        for _ in range(2):
            assert asked(fresh, "svg") == b"<svg/>"
            fresh.headers["authorization"] = shop.planner.headers["authorization"]
            assert asked(fresh, "svg") == b"<svg/>"
            del fresh.headers["authorization"]
    assert made == [".svg", ".svg"]


def test_another_state_of_the_land_is_another_file(shop: Shop) -> None:
    tags = [
        client.head(PATH, params={"format": "svg"}).headers["etag"] for client in (shop.public, shop.planner)
    ]
    table = shop.planner.head(PATH, params={"format": "csv"}).headers["etag"]
    with shop.service.private.begin() as connection:
        connection.execute(text("insert into grid.layer_versions (layer, batch_id) values ('water', 1)"))
    again = [
        client.head(PATH, params={"format": "svg"}).headers["etag"] for client in (shop.public, shop.planner)
    ]
    assert not set(tags) & set(again)
    assert shop.planner.head(PATH, params={"format": "csv"}).headers["etag"] == table


def test_too_many_at_once_are_asked_to_come_back(shop: Shop) -> None:
    query = {"format": "pdf", "lang": "en", "run": screened(shop.service.private, k=7).id}
    gate, portal = threading.Event(), shop.planner.portal
    assert portal is not None
    waiting = [portal.start_task_soon(EXPORTS.take, gate.wait) for _ in range(MOST_WAITING + 1)]
    answer = shop.planner.get(PATH, params=query)
    gate.set()
    assert all(each.result() for each in waiting)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "being made" in answer.json()["detail"]


def test_a_screening_that_is_not_published_is_not_for_the_public(shop: Shop) -> None:
    for language, words in (("zh", "未公开"), ("en", "not published")):
        answer = shop.public.get(PATH, params={"format": "csv", "lang": language, "run": "x"})
        assert answer.status_code == 404
        assert words in answer.json()["detail"]
    other = screened(shop.service.private, k=9).id
    assert shop.public.get(PATH, params={"format": "csv", "run": other}).status_code == 404
    assert other.encode() in asked(shop.planner, "csv", run=other)
    assert shop.planner.get(PATH, params={"format": "csv", "run": "x"}).status_code == 404


def test_the_map_opens_the_screening_that_its_address_names(shop: Shop) -> None:
    older, newer = (screened(shop.service.private, k=each).id for each in (11, 12))
    for client in (shop.public, shop.planner):
        assert shown_on_map(client) == [newer]
        assert shown_on_map(client, older) == [older]
        answer = client.get("/", params={"view": "zones", "run": "x", "lang": "en"})
        assert answer.status_code == 404
        assert "there is no screening 'x'" in html.unescape(answer.text)


def shown_on_map(client: TestClient, run: str | None = None) -> list[str]:
    page = client.get("/", params={"view": "zones"} | ({} if run is None else {"run": run})).text
    told = json.loads(page.partition('id="page-data"')[2].partition(">")[2].partition("</script>")[0])
    assert all(f"run={each['run']}" in sets["url"] for each in told["runs"] for sets in each["tiles"])
    return [each["run"] for each in told["runs"]]


@pytest.mark.parametrize("query", ["", "?format=docx", "?format=csv&run=" + "x" * 101])
def test_what_is_not_in_order_is_refused(shop: Shop, query: str) -> None:
    assert shop.public.get(f"{PATH}{query}").status_code == 422
