"""Exports of a screening as the data are: nothing published, a damaged folder, layers imported since."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, text

from api.app import create_app
from api.service import Service
from layers.editions.files import folder_of
from layers.queries.working_tiles import from_osm
from tests.api.open.conftest import publish_district
from tests.api.open.exports import PATH, asked, screened, texts_of
from tests.gis.editions.districts import fill, rows


def test_a_map_of_the_edition_that_is_damaged_is_drawn_anew(
    engine: Engine, service: Service, client: TestClient
) -> None:
    fill(engine, rows())
    screened(engine)
    edition = publish_district(service)
    file = folder_of(service.home, edition) / "zone-map.pdf"
    file.write_bytes(b"broken")
    assert edition.id in texts_of("pdf", asked(client, "pdf"))
    (folder_of(service.home, edition) / "parcels.csv").unlink()
    assert asked(client, "csv").startswith(b"\xef\xbb\xbfparcel_id,")


def test_a_map_names_its_number_and_whose_data_it_shows(
    engine: Engine, service: Service, bearer: Callable[..., dict[str, str]]
) -> None:
    fill(engine, rows())
    with engine.begin() as connection:
        connection.execute(text("update grid.import_batches set format = 'OpenStreetMap'"))
    screened(engine)
    publish_district(service)
    numbered = Service(
        service.settings.model_copy(update={"map_number": "GS(2026)1号"}), service.private, service.public
    )
    with TestClient(create_app(numbered)) as client:
        for headers in ({}, bearer("planner")):
            shown = texts_of("svg", client.get(PATH, params={"format": "svg"}, headers=headers).content)
            assert "GS(2026)1号" in shown
            assert "OpenStreetMap" in shown


def test_pages_and_notices_name_whose_data_maps_show(stocked: Service) -> None:
    asked: dict[str, str | int] = {"load_kva": 500, "jurisdiction": "wujiang"}

    def named(client: TestClient) -> list[bool]:
        notice = client.get("/api/v1/parcels/P1/connection/notice.pdf", params=asked)
        pages = [client.get(path, params=asked) for path in ("/", "/parcel/P1", "/table")]
        told = [each.text for each in pages] + [texts_of("pdf", notice.content)]
        return ["© OpenStreetMap contributors" in each for each in told]

    with TestClient(create_app(stocked)) as client:
        assert named(client) == [False, False, False, False]
    with stocked.private.begin() as connection:
        connection.execute(text("update grid.import_batches set format = 'OpenStreetMap'"))
    again = Service(stocked.settings, stocked.private, stocked.public)
    with TestClient(create_app(again)) as client:
        assert named(client) == [True, True, True, True]


def test_pages_and_notices_look_up_whose_data_it_is_once(
    stocked: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[object] = []

    def counted(connection: Connection, names: tuple[str, ...]) -> bool:
        looked.append(names)
        return from_osm(connection, names)

    monkeypatch.setattr("api.operations.sources.from_osm", counted)
    asked: dict[str, str | int] = {"load_kva": 500, "jurisdiction": "wujiang"}
    with TestClient(create_app(stocked)) as client:
        for path in ("/parcel/P1", "/api/v1/parcels/P1/connection/notice.pdf", "/parcel/P1", "/table"):
            assert client.get(path, params=asked).status_code == 200
        assert len(looked) == 1
        with stocked.private.begin() as connection:  # as every import does
            connection.execute(
                text("update grid.layer_versions set changed_at = clock_timestamp() where layer = 'parcels'")
            )
        assert client.get("/api/v1/parcels/P1/connection/notice.pdf", params=asked).status_code == 200
    assert len(looked) == 2


def test_while_nothing_is_published_the_public_is_told_so(
    engine: Engine, service: Service, client: TestClient, bearer: Callable[..., dict[str, str]]
) -> None:
    def told(language: str, **headers: str) -> str:
        answer = client.get(PATH, params={"format": "html", "lang": language}, headers=headers)
        assert answer.status_code == 404
        return str(answer.json()["detail"])

    assert "kaimen screen" in told("en", **bearer("planner"))
    fill(engine, rows())
    screened(engine)
    assert "还没有公开期次" in told("zh")
    assert "nothing is published yet" in told("en")
    with engine.begin() as connection:
        connection.execute(text("delete from siting.runs"))
    publish_district(service)
    assert "不含筛查" in told("zh")
    assert "holds no screening" in told("en")


def test_a_screening_of_data_that_changed_since_is_shown_on_what_there_is(
    engine: Engine, client: TestClient, bearer: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    fill(engine, rows())
    screened(engine)
    client.headers.update(bearer("operator"))
    assert "数据日期 2026-09-30" in asked(client, "html").decode()
    with engine.begin() as connection:
        connection.execute(text("delete from grid.parcels where id = 'P5'"))
        connection.execute(
            text("update grid.layer_versions set changed_at = now() where layer in ('parcels', 'capacity')")
        )
    page = asked(client, "html").decode()
    assert "数据日期不详" in page
    assert "2026-09-30" not in page
    (tmp_path / "x.gpkg").write_bytes(asked(client, "gpkg"))
    frame = gpd.read_file(tmp_path / "x.gpkg").set_index("parcel_id")
    assert frame.index.size == 8
    assert frame.geometry.isna().to_dict() == {each: each == "P5" for each in frame.index}
