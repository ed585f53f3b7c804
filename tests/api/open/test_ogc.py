"""``/ogc``: OGC API Features 1 and 2, by the standard's requirements."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import shapely
from fastapi.testclient import TestClient
from pyproj import Transformer
from sqlalchemy import Engine

from api.schemas.capacity import CapacityProperties
from api.schemas.ogc import (
    CollectionDocument,
    CollectionList,
    Conformance,
    Feature,
    FeatureCollection,
    Landing,
    TileMatrixSet,
    TileMatrixSets,
    TileSet,
    TileSets,
)
from gis.bbox import SYSTEMS
from gis.editions.columns import PUBLISHED
from layers.queries.collections import CAPACITY, COLLECTIONS
from tests.api.open.conftest import invent

ITEMS = "/ogc/collections/capacity/items"
METRES = Transformer.from_crs("OGC:CRS84", "EPSG:3857").transform_bounds(120.59, 31.09, 120.62, 31.12)
HOSTILE = "<script>alert('x')</script>\"&线"
DOCUMENTS = {
    "/ogc": Landing,
    "/ogc/conformance": Conformance,
    "/ogc/collections": CollectionList,
    "/ogc/collections/capacity": CollectionDocument,
    ITEMS: FeatureCollection,
    f"{ITEMS}/F1": Feature,
    "/ogc/tileMatrixSets": TileMatrixSets,
    "/ogc/tileMatrixSets/WebMercatorQuad": TileMatrixSet,
    "/ogc/collections/capacity/tiles": TileSets,
    "/ogc/collections/capacity/tiles/WebMercatorQuad": TileSet,
}


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["features"]]


@pytest.mark.parametrize(("path", "shape"), DOCUMENTS.items())
def test_each_document_is_as_described(open_client: TestClient, path: str, shape: Any) -> None:
    for language in ("zh", "en"):
        answer = open_client.get(path, headers={"accept-language": language})
        shape.model_validate(answer.json())
        tag = {"if-none-match": answer.headers["etag"], "accept-language": language}
        assert open_client.get(path, headers=tag).status_code == 304


@pytest.mark.parametrize("path", [*DOCUMENTS, "/ogc/api"])
def test_every_link_leads_somewhere(open_client: TestClient, path: str) -> None:
    for link in open_client.get(path).json().get("links", []):
        if link.get("templated"):
            continue
        parts = urlsplit(link["href"])
        answer = open_client.get(f"{parts.path}?{parts.query}")
        assert answer.status_code == 200, link
        assert answer.headers["content-type"].partition(";")[0] == link["type"].partition(";")[0], link


@pytest.mark.parametrize("path", [*DOCUMENTS, "/ogc/api"])
def test_each_document_is_a_page_too(open_client: TestClient, path: str) -> None:
    answer = open_client.get(path, headers={"accept": "text/html,application/xml;q=0.9,*/*;q=0.8"})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "script" not in answer.text
    assert open_client.get(f"{path}?f=html").headers["content-type"] == "text/html; charset=utf-8"


def test_the_landing_page_has_the_links_of_the_standard(open_client: TestClient) -> None:
    links = {each["rel"]: each for each in open_client.get("/ogc").json()["links"]}
    assert {"self", "alternate", "service-desc", "service-doc", "conformance", "data"} <= set(links)
    definition = open_client.get(urlsplit(links["service-desc"]["href"]).path)
    assert definition.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    paths = definition.json()["paths"]
    described = {path.removeprefix("/ogc").replace("/F1", "/{featureId}") or "/" for path in DOCUMENTS}
    assert described <= set(paths)
    asked = paths["/collections/capacity/items"]["get"]["parameters"]
    limit = definition.json()["components"]["parameters"]["limit"]  # where QGIS looks for the size of pages
    assert (limit["schema"]["default"], limit["schema"]["maximum"]) == (1000, 10_000)
    assert limit in asked  # where GDAL does
    named = [each["name"] for each in asked]
    assert {"limit", "bbox", "bbox-crs", "crs", "datetime", "cursor", "f", "lang"} | set(
        CAPACITY.filters
    ) == set(named)
    classes = open_client.get("/ogc/conformance").json()["conformsTo"]
    for each in (
        "1/1.0/conf/core",
        "1/1.0/conf/geojson",
        "1/1.0/conf/html",
        "1/1.0/conf/oas30",
        "2/1.0/conf/crs",
    ):
        assert f"http://www.opengis.net/spec/ogcapi-features-{each}" in classes
    assert not [each for each in classes if "cql" in each or "filter" in each]


def test_a_collection_says_where_when_and_in_which_systems(open_client: TestClient) -> None:
    told = open_client.get("/ogc/collections/capacity").json()
    [west, south, east, north] = told["extent"]["spatial"]["bbox"][0]
    assert (west, south) == (pytest.approx(120.6, abs=0.02), pytest.approx(31.1, abs=0.02))
    assert (east, north) == (pytest.approx(120.66, abs=0.02), pytest.approx(31.16, abs=0.02))
    assert told["extent"]["temporal"]["interval"] == [["2026-09-30T00:00:00Z"] * 2]
    assert told["crs"] == [each.uri for each in SYSTEMS.values()]
    assert told["storageCrs"] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    assert {each.name for each in COLLECTIONS["capacity"].columns} == {each.name for each in PUBLISHED}


def test_features_are_the_published_rows(open_client: TestClient) -> None:
    page = open_client.get(ITEMS)
    assert page.headers["content-type"] == "application/geo+json"
    assert page.headers["content-crs"] == f"<{SYSTEMS['CRS84'].uri}>"
    told = page.json()
    assert (told["numberReturned"], told["numberMatched"]) == (13, 13)
    for feature in told["features"]:
        CapacityProperties.model_validate(feature["properties"])
    one = open_client.get(f"{ITEMS}/F1").json()
    assert {key: one[key] for key in one if key != "links"} == told["features"][ids(page).index("F1")]
    assert [each["rel"] for each in one["links"]] == ["self", "alternate", "collection"]


def test_pages_go_on_to_the_end_and_the_limit_is_bounded(client: TestClient, engine: Engine) -> None:
    wanted = sorted(f"A{n:05}" for n in range(10_050))
    invent(engine, wanted)
    first = client.get(ITEMS)
    assert len(ids(first)) == 1000
    assert len(ids(client.get(f"{ITEMS}?limit=99999999"))) == 10_000
    walked, address, pages = [], f"{ITEMS}?limit=3000", 0
    while address:
        page = client.get(address)
        walked += ids(page)
        pages += 1
        address = next((each["href"] for each in page.json()["links"] if each["rel"] == "next"), "")
    assert (walked, pages) == (wanted, 4)
    assert client.get(f"{ITEMS}?f=html").text.count("<tr>") == 1001


@pytest.mark.parametrize("name", ["EPSG:4326", "EPSG:3857", "EPSG:4490"])
def test_coordinates_come_in_the_order_of_the_axes(open_client: TestClient, name: str) -> None:
    uri = SYSTEMS[name].uri  # type: ignore[index]  # one of its keys
    plain = open_client.get(f"{ITEMS}/F1").json()["geometry"]
    other = open_client.get(f"{ITEMS}/F1", params={"crs": uri})
    assert other.headers["content-crs"] == f"<{uri}>"
    # pyproj follows the axes of the authority unless it is told otherwise: an independent opinion.
    turned = Transformer.from_crs("OGC:CRS84", name)
    ring = [turned.transform(x, y) for x, y in plain["coordinates"][0]]
    assert shapely.equals_exact(
        shapely.geometry.shape(other.json()["geometry"]), shapely.Polygon(ring), tolerance=0.02
    )
    assert (other.json()["geometry"]["coordinates"][0][0][0] < 90) == (name != "EPSG:3857")
    listed = open_client.get(ITEMS, params={"crs": uri, "asset_id": "F1"}).json()
    assert listed["features"][0]["geometry"] == other.json()["geometry"]


@pytest.mark.parametrize(
    ("bbox", "name"),
    [
        (",".join(map(str, METRES)), "EPSG:3857"),
        ("120.59,31.09,120.62,31.12", "CRS84"),
        ("120.59,31.09,-5,120.62,31.12,9000", "CRS84"),
        ("31.09,120.59,31.12,120.62", "EPSG:4326"),
        ("31.09,120.59,31.12,120.62", "EPSG:4490"),
    ],
)
def test_a_box_is_read_in_its_system(open_client: TestClient, bbox: str, name: str) -> None:
    asked = {"bbox": bbox, "bbox-crs": SYSTEMS[name].uri}  # type: ignore[index]  # one of its keys
    found = ids(open_client.get(ITEMS, params=asked))
    assert "S1" in found
    assert "S2" not in found


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("2026-09-30", True),
        ("2026-09-29", False),
        ("2026-09-29T16:00:00Z", True),
        ("2026-09-30T16:00:00Z", False),
        ("2026-09-30T23:00:00+08:00", True),
        ("../2026-09-29", False),
        ("2026-10-01/..", False),
        ("2026-01-01/2026-12-31", True),
        ("/2026-09-30", True),
    ],
)
def test_a_day_or_an_interval_chooses_by_the_day_of_the_reading(
    open_client: TestClient, when: str, found: bool
) -> None:
    assert ("F1" in ids(open_client.get(ITEMS, params={"datetime": when}))) is found


def test_properties_narrow(open_client: TestClient) -> None:
    assert ids(open_client.get(f"{ITEMS}?asset_id=F1")) == ["F1"]
    assert ids(open_client.get(ITEMS, params={"name": "10kVF1线", "level": "feeder"})) == ["F1"]
    assert ids(open_client.get(ITEMS, params={"substation": "西湖变电站"})) == ["D5", "G1", "M3", "M4", "S2"]
    statuses = [ids(open_client.get(f"{ITEMS}?status={each}")) for each in CAPACITY.filters["status"]]
    assert sum(map(len, statuses)) == 13


ATTACKS = [
    "filter=pg_sleep(10)=1",
    "filter=status='open'",
    "filter-lang=cql2-text",
    "filter=" + "(" * 3000,
    "sortby=name",
    "properties=name",
    "offset=10",
    "open_capacity_kva=1",
    "geometry=x",
    "edition_id=2026-Q4-1",
    "rows_sha256=x",
    "status=open'--",
    "status=open&status=tight",
    "level=feeder' or '1'='1",
    "limit=1;select 1",
    "limit=-1",
    "limit=0",
    "limit=1e3",
    "crs=EPSG:4326",
    "crs=http://www.opengis.net/def/crs/EPSG/0/2154",
    "bbox-crs=x&bbox=1,2,3,4",
    "bbox=1,2,3",
    "bbox=nan,2,3,4",
    "bbox=1,inf,3,4",
    "bbox=120,32,121,31",
    "bbox=1,2,3,4);select pg_sleep(9)--",
    "datetime=yesterday",
    "datetime=../..",
    "datetime=2026-12-31/2026-01-01",
    "datetime=2026-09-30T00:00:00",
    "datetime=0001-01-01T00:00:00%2B14:00",
    "datetime=2026-09-30/2026-10-01/2026-10-02",
    "cursor=abc",
    "f=xml",
    "%00=1",
    "name=" + "x" * 201,
]


@pytest.mark.parametrize("query", ATTACKS)
def test_what_is_not_offered_is_a_bad_request(open_client: TestClient, query: str) -> None:
    answer = open_client.get(f"{ITEMS}?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert not [each for each in ("psycopg", "disclosure.published", "Traceback") if each in answer.text]


@pytest.mark.parametrize(
    "value",
    [
        "' or 1=1 --",
        "x'; drop table disclosure.published; --",
        "pg_sleep(5)",
        "{{7*7}}",
        "\\",
        "%s",
        "${x}",
        '"',
    ],
)
def test_a_value_is_never_a_statement(open_client: TestClient, value: str) -> None:
    for name in ("name", "asset_id", "substation"):
        assert ids(open_client.get(ITEMS, params={name: value})) == []
    assert open_client.get(f"{ITEMS}/{quote(value, safe='')}").status_code == 404


def test_every_fault_of_a_query_is_told_at_once(open_client: TestClient) -> None:
    told = open_client.get(f"{ITEMS}?bbox=1&datetime=x&crs=y&status=z").json()["detail"]
    assert all(each in told for each in ("bbox", "datetime", "crs", "status"))


@pytest.mark.parametrize(
    "path",
    [
        *("collections/published", "collections/editions/items", "collections/assets/items/F1"),
        *("collections/capacity/items/FD"),
        *("collections/x/tiles", "tileMatrixSets/WGS1984Quad", "collections/capacity/tiles/WGS1984Quad"),
        "collections/..%2F..%2F/items",
    ],
)
def test_what_is_not_there_is_not_found(open_client: TestClient, path: str) -> None:
    answer = open_client.get(f"/ogc/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_names_on_pages_are_words_and_never_markup(client: TestClient, engine: Engine) -> None:
    invent(engine, ["javascript:alert(1)", HOSTILE, '"><img src=x>'], [HOSTILE, "<b>", "{title}"])
    for path in (f"{ITEMS}?f=html", f"{ITEMS}/{quote(HOSTILE, safe='')}?f=html", f"{ITEMS}?f=html&name=<b>"):
        text = client.get(path).text
        for markup in ("<script", "<b>", "<img", 'href="javascript'):
            assert markup not in text
        assert "&lt;" in text


def test_an_empty_service_has_documents_too(client: TestClient) -> None:
    for path in DOCUMENTS:
        assert client.get(path).status_code == (404 if path.endswith("F1") else 200)
    assert client.get("/ogc/collections/capacity").json()["extent"] == {}
    assert client.get(f"{ITEMS}?f=html").status_code == 200
    assert json.loads(client.get(ITEMS).text)["numberReturned"] == 0
