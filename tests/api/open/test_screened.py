"""An edition with a screening as everyone gets it: collections, files by name, the folder of a web server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.app import create_app
from api.operations.edition_pages import edition_pages
from api.operations.editions import export_edition, verify_editions
from api.operations.screening import run_inputs
from api.operations.siting import GROUND_LAYERS
from api.service import Service
from api.settings import Settings
from gis.editions.columns import PARCELS, ZONES
from gis.editions.header import Edition
from gis.editions.screened import Screened
from gis.errors import DatabaseError, InputError
from gis.siting.loads import default_table
from layers.database import open_engine
from layers.editions.files import INDEX, SCREENED_WRITERS, ZONE_MAPS, folder_of
from layers.editions.publish import CONTEXT
from layers.editions.store import read_rows
from layers.queries.grid import read_grid
from layers.queries.versions import data_version
from layers.tables.editions import SCREENED
from tests.api.open.conftest import publish_district
from tests.gis.editions.districts import fill, rows
from tests.gis.editions.screenings import SECRETS, put_run

ITEMS = "/ogc/collections/{}/items"
FILES = (*SCREENED_WRITERS, *ZONE_MAPS, INDEX)


@dataclass(frozen=True, slots=True)
class Shop:
    """A service over one edition with a screening; no test changes it."""

    service: Service
    client: TestClient
    edition: Edition
    folder: Path


def screened(engine: Engine) -> None:
    """Store a screening of the present data."""
    put_run(engine, run_inputs(data_version(engine, GROUND_LAYERS), default_table()))


@pytest.fixture(scope="module")
def shop(
    fresh_database: Callable[[], AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    home = tmp_path_factory.mktemp("screened")
    with fresh_database() as url:
        engine = open_engine(url)
        fill(engine, rows())
        screened(engine)
        service = Service(Settings(home=home, database_url=None), private=engine, public=engine)
        edition = publish_district(service, note="<b>第一期</b>")
        with TestClient(create_app(service)) as client:
            yield Shop(service, client, edition, folder_of(home, edition))
        engine.dispose()


def features(shop: Shop, name: str, **asked: str) -> list[dict[str, Any]]:
    answer = shop.client.get(ITEMS.format(name), params=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["features"])


def test_parcels_are_a_collection(shop: Shop) -> None:
    found = features(shop, "parcels")
    assert [each["id"] for each in found] == ["P1", "P2", "P3", "P5", "P7", "P8"]
    assert {"geometry", *found[0]["properties"]} == {each.name for each in PARCELS}
    assert found[0]["geometry"]["type"] == "MultiPolygon"
    assert found[1]["properties"]["load_kva"] is None
    assert shop.client.get(ITEMS.format("parcels")).json()["numberMatched"] == 6
    assert [each["id"] for each in features(shop, "parcels", **{"class": "filing"})] == ["P2"]
    assert [each["id"] for each in features(shop, "parcels", bbox="120.6115,31.10,120.6135,31.12")] == ["P1"]
    one = shop.client.get(f"{ITEMS.format('parcels')}/P1").json()
    assert one["properties"]["class"] == "plug_and_play"
    assert shop.client.get(f"{ITEMS.format('parcels')}/P4").status_code == 404


def test_zones_are_a_collection(shop: Shop) -> None:
    found = features(shop, "zones")
    assert [each["id"] for each in found] == ["filing-600", "plug_and_play-200"]
    assert {"geometry", *found[0]["properties"]} == {each.name for each in ZONES}
    assert shop.client.get(ITEMS.format("zones")).json()["numberMatched"] == 2


@pytest.mark.parametrize("name", ["parcels", "zones"])
def test_the_collections_are_described_and_every_link_answers(shop: Shop, name: str) -> None:
    told = shop.client.get(f"/ogc/collections/{name}").json()
    assert told["extent"]["spatial"]["bbox"]
    for link in told["links"]:
        assert shop.client.get(link["href"]).status_code == 200, link
    paths = shop.client.get("/ogc/api").json()["paths"]
    assert f"/collections/{name}/items" in paths
    assert f"/collections/{name}/tiles" not in paths
    page = shop.client.get(f"{ITEMS.format(name)}?f=html", headers={"accept-language": "zh"})
    assert "开门即接" in page.text


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_sent_by_its_name_as_it_is_stored(shop: Shop, name: str) -> None:
    sent = shop.client.get(f"/api/v1/editions/{shop.edition.id}/files/{name}")
    assert sent.content == (shop.folder / name).read_bytes()
    assert sent.headers["etag"] == f'"{sha256(sent.content).hexdigest()}"'
    assert "attachment" in sent.headers["content-disposition"]


@pytest.mark.parametrize("name", ["x.csv", "..%2F..%2Fx", "zone-map.svg", ".unfinished"])
def test_another_name_is_not_found(shop: Shop, name: str) -> None:
    assert shop.client.get(f"/api/v1/editions/{shop.edition.id}/files/{name}").status_code == 404


def test_the_page_of_editions_leads_to_every_file(shop: Shop) -> None:
    page = shop.client.get("/editions").text
    linked = re.findall(r'href="(/api/v1/editions/[^"]+)"', page)
    assert len(linked) == len(shop.edition.facts["files"])
    for each in linked:
        assert shop.client.head(each).status_code == 200, each


def test_the_folder_leads_to_every_file_and_asks_no_other_host(shop: Shop) -> None:
    page = (shop.folder / INDEX).read_text(encoding="utf-8")
    linked = set(re.findall(r'href="([^"]+)"', page)) - {"data:,"}
    assert linked == {each.name for each in shop.folder.iterdir()} - {INDEX}
    assert re.findall(r'src="([^"]+)"', page) == ["zone-map.png"]
    assert not re.findall(r"(?:https?:)?//\w", page)
    assert "&lt;b&gt;第一期&lt;/b&gt;" in page
    for words in ("95598", "12398", "2026-11-21", shop.edition.rows_sha256, "For guidance in siting only"):
        assert words in page
    for each in shop.edition.facts["files"]:
        assert (each["sha256"] in page) is (each["name"] != INDEX)


def test_the_zone_map_shows_what_is_public_and_nothing_else(shop: Shop) -> None:
    page = (shop.folder / "zone-map.html").read_text(encoding="utf-8")
    data = json.loads(page.partition('id="zone-data"')[2].partition(">")[2].partition("</script>")[0])
    assert set(data["layers"]) == {"parcels", "zones"}
    columns = data["layers"]["parcels"]["columns"]
    assert columns["id"] == ["P1", "P2", "P3", "P5", "P7", "P8"]
    assert not {"options", "asset_id", "asset_name", "open_capacity_kva", "load_source"} & set(columns)
    assert not [each for each in SECRETS if f'"{each}"' in page]
    assert "2026-Q4-1" in page


def test_the_maps_are_the_same_bytes_again(shop: Shop) -> None:
    edition = shop.edition
    engine = shop.service.private
    with engine.connect() as connection, connection.begin():
        tables = {
            name: read_rows(connection, table, columns, edition.id)
            for name, (table, columns) in SCREENED.items()
        }
    told = edition.facts["screening"]
    again = Screened(told["run_id"], told["load_kva"], tables["parcels"], tables["zones"], 2)
    grid = read_grid(engine, CONTEXT)
    made = dict(edition_pages().maps(edition, again, {name: grid[name] for name in CONTEXT}))
    assert set(made) == set(ZONE_MAPS)
    for name, data in made.items():
        assert data == (shop.folder / name).read_bytes(), name


@pytest.mark.parametrize(
    ("out", "name"),
    [("a.html", "zone-map.html"), ("a.pdf", "zone-map.pdf"), ("a.png", "zone-map.png"),
     ("my-parcels.csv", "parcels.csv"), ("zones.geojson", "zones.geojson"), ("index.html", "index.html"),
     ("a.csv", "2026-Q4-1.csv")],
)  # fmt: skip
def test_export_writes_each(shop: Shop, tmp_path: Path, out: str, name: str) -> None:
    done = export_edition(shop.service.private, shop.service.home, shop.edition.id, tmp_path / out)
    assert done.as_published
    assert (tmp_path / out).read_bytes() == (shop.folder / name).read_bytes()


def test_export_makes_anew_what_the_edition_keeps(shop: Shop, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    for name in (*SCREENED_WRITERS, INDEX):
        done = export_edition(shop.service.private, elsewhere, shop.edition.id, tmp_path / name)
        assert done.as_published, name
    with pytest.raises(DatabaseError, match="layers drawn in it are not kept"):
        export_edition(shop.service.private, elsewhere, shop.edition.id, tmp_path / "x.png")


def test_without_a_screening_the_collections_are_empty_and_there_is_no_map(
    engine: Engine, service: Service, tmp_path: Path
) -> None:
    fill(engine, rows())
    edition = publish_district(service)
    with TestClient(create_app(service)) as client:
        assert client.get(ITEMS.format("parcels")).json()["features"] == []
        assert client.get(ITEMS.format("parcels")).json()["numberMatched"] == 0
        assert client.get(f"/api/v1/editions/{edition.id}/files/zone-map.html").status_code == 404
    with pytest.raises(InputError, match="published without a screening"):
        export_edition(engine, service.home, edition.id, tmp_path / "parcels.csv")
    page = (folder_of(service.home, edition) / INDEX).read_text(encoding="utf-8")
    assert "zone-map" not in page
    assert verify_editions(engine, service.home, None, lambda _: None).first_broken is None
