"""What a request is refused for is told wholly in the language that it asks for, all faults at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.app import create_app
from api.operations.tokens import create_token
from api.service import Service
from api.settings import Settings
from tests.api.conftest import ROADS
from tests.gis.editions.districts import fill, rows

PLACE: Final = {"type": "Point", "coordinates": [120.61, 31.105]}
JSON: Final = {"Content-Type": "application/json"}
ASKED: Final = "/api/v1/parcels/P1/connection"


def asking(path: str, **query: Any) -> tuple[str, str, dict[str, Any]]:
    return "GET", f"{path}?{urlencode(query, doseq=True)}", {}


def drawing(geometry: Any, **body: Any) -> tuple[str, str, dict[str, Any]]:
    return "POST", "/api/v1/connection", {"json": {"geometry": geometry, "load_kva": 100} | body}


def screening(**body: Any) -> tuple[str, str, dict[str, Any]]:
    return "POST", "/api/v1/screenings", {"json": body}


def deciding(body: Any) -> tuple[str, str, dict[str, Any]]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return (
        "POST",
        "/api/v1/policy/decision",
        {"content": content, "headers": JSON},
    )


def turned(shape: str, *places: Any) -> dict[str, Any]:
    return {"type": shape, "coordinates": list(places)}


QUESTION: Final = {"jurisdiction": "wujiang", "on": "2026-11-21", "facts": {}}
ITEMS: Final = "/ogc/collections/capacity/items"

REFUSED: Final[dict[str, tuple[tuple[str, str, dict[str, Any]], int]]] = {
    "no such parcel": (asking("/api/v1/parcels/P99/connection", load_kva=1), 404),
    "no such option": (asking(f"{ASKED}/notice.pdf", load_kva=1, option=20), 422),
    "numbers out of range": (asking(ASKED, load_kva=-1, k=0, limit_m=0, supplies=3, pf=2), 422),
    "no numbers": (asking(ASKED, load_kva="x", k="1.5", on="2026-02-30"), 422),
    "no jurisdiction": (asking(ASKED, load_kva=1, jurisdiction="nowhere"), 422),
    "two loads": (asking(ASKED, load_kva=1, load_kw=1), 422),
    "no fact": (asking(ASKED, load_kva=1, fact="important"), 422),
    "wrong facts": (
        asking(ASKED, load_kva=1, fact=["x=1", "custmer=hv", "area=3", "important=7", "supplies=3"]),
        422,
    ),
    "facts that are no numbers": (asking(ASKED, load_kva=1, fact=["voltage_kv=x", "route=x"]), 422),
    "facts that contradict": (asking(ASKED, load_kva=1, fact=["customer=hv", "voltage_kv=0.4"]), 422),
    "a measured fact": (asking(ASKED, load_kva=1, fact="load_kw=3"), 422),
    "two supplies and one": (asking(ASKED, load_kva=1, supplies=2, fact="supplies=1"), 422),
    "two kinds of faults": (asking(ASKED, load_kva=1, load_kw=1, fact="x=1"), 422),
    "no load": (drawing(PLACE, load_kva=None), 422),
    "no geometry": (drawing({"type": "Point"}), 422),
    "a geometry that is none": (drawing(7), 422),
    "no feature": (drawing({"type": "FeatureCollection", "features": []}), 422),
    "a line out of the world": (drawing(turned("LineString", [0, 0], [200, 0])), 422),
    "no coordinates": (drawing(turned("Polygon")), 422),
    "too many vertices": (drawing(turned("Polygon", [[120.6, 31.1]] * 10_001)), 422),
    "no area": (
        drawing(turned("Polygon", [[120.6, 31.1], [120.61, 31.1]] * 2)),
        422,
    ),
    "far away": (drawing(turned("Point", 14.5, 35.9)), 422),
    "turned over": (drawing(turned("Point", 31.105, 120.61)), 422),
    "at the pole": (drawing(turned("Point", 31.1, 90.0)), 422),
    "an unknown member": (drawing(PLACE, x=1), 422),
    "box of words": (asking("/api/v1/parcels", bbox="a,b"), 422),
    "box upside down": (asking("/api/v1/parcels", bbox="120,32,121,31"), 422),
    "box inside out": (asking("/api/v1/parcels", bbox="190,31,120,32"), 422),
    "cursor": (asking("/api/v1/parcels", cursor="x"), 422),
    "cursor of words": (asking("/api/v1/parcels", cursor="é"), 422),
    "limit": (asking("/api/v1/parcels", limit=0), 422),
    "many words": (asking("/api/v1/parcels", q="x" * 201), 422),
    "no place": (asking("/api/v1/places", lon=181, lat="x"), 422),
    "no words": (asking("/api/v1/search"), 422),
    "form": (asking("/api/v1/capacity", f="xml"), 422),
    "level and status": (asking("/api/v1/capacity", level="x", status="x"), 422),
    "cursor of an edition": (asking("/api/v1/capacity", cursor="WyJ4IiwieSJd"), 422),
    "no asset": (asking("/api/v1/capacity/X"), 404),
    "no edition": (asking("/api/v1/editions/x"), 404),
    "no edition to compare": (asking("/api/v1/editions/x/diff/y"), 404),
    "no screening": (asking("/api/v1/zones", run="x"), 404),
    "no screening of the load": (asking("/api/v1/zones", load_kva=77), 404),
    "load of zones": (asking("/api/v1/zones", load_kva=0), 422),
    "no format": (asking("/api/v1/zones/export", format="docx"), 422),
    "no layer": (asking("/tiles/x.json"), 404),
    "no tile": (asking("/tiles/capacity/1/9/9"), 404),
    "no collection": (asking("/ogc/collections/x"), 404),
    "query of a collection": (asking("/ogc/collections/capacity", x=1), 400),
    "query of items": (asking(ITEMS, bbox="1", datetime="x", crs="y", status="z", name="x" * 201), 400),
    "a filter twice": (asking(ITEMS, status=["open", "tight"]), 400),
    "items upside down": (asking(ITEMS, bbox="1,2,1,1", datetime="2026-02-02/2026-01-01"), 400),
    "number of items": (asking(ITEMS, limit=0), 400),
    "system of an item": (asking(f"{ITEMS}/F1", crs="x"), 400),
    "form of items": (asking(ITEMS, f="x"), 400),
    "jurisdiction of the policies": (asking("/api/v1/policy/jurisdictions/wujian"), 404),
    "no JSON": (deciding(b"{"), 400),
    "no UTF-8": (deciding(b"\xff"), 400),
    "no object": (deciding([]), 422),
    "half a letter": (deciding(b'{"on": "\\ud800"}'), 400),
    "stated twice": (deciding(b'{"on": 1, "on": 2}'), 422),
    "too long": (deciding({"x": "y" * 100_000}), 413),
    "a wrong question": (
        deciding({"jurisdiction": "wujian", "on": "x", "start": "1800-01-01", "facts": {"x": 1}, "y": 1}),
        422,
    ),
    "facts that are none": (deciding(QUESTION | {"facts": 7}), 422),
    "a route that is none": (deciding(QUESTION | {"facts": {"route": 7}}), 422),
    "loads that contradict": (deciding(QUESTION | {"facts": {"load_kw": 9, "load_kva": 1}}), 422),
    "a factor that contradicts": (
        deciding(QUESTION | {"facts": {"load_kw": 1, "load_kva": 9, "power_factor": 0.9}}),
        422,
    ),
    "a fact out of range": (
        deciding(QUESTION | {"facts": {"power_factor": 2, "route": {"green_m": -1}}}),
        422,
    ),
    "a load and planned": (screening(load_kva=1, planned=True), 422),
    "a power factor alone": (screening(pf=0.9), 422),
    "a wrong screening": (screening(k=0, limit_m=-1, load_kva=0, jurisdiction="x", on="x", supplies=9), 422),
    "two faults of a screening": (screening(load_kva=1, planned=True, facts={"x": 1}), 422),
    "no job": (asking("/api/v1/jobs/x"), 404),
}


@pytest.fixture(scope="module")
def service(shared_engines: tuple[Engine, Engine], tmp_path_factory: pytest.TempPathFactory) -> Service:
    """A service over the small district with streets, and without an edition."""
    fill(shared_engines[0], rows())
    with shared_engines[0].begin() as connection:
        connection.execute(text(ROADS))
        connection.execute(text("insert into grid.layer_versions (layer, batch_id) values ('roads', 1)"))
    settings = Settings(home=tmp_path_factory.mktemp("home"), database_url=None, rate_limit=0)
    return Service(settings, *shared_engines)


@pytest.fixture(scope="module")
def planner(service: Service) -> Iterator[TestClient]:
    token = create_token(service.private, "planner", None, 1).whole
    with TestClient(create_app(service), headers={"Authorization": f"Bearer {token}"}) as asked:
        yield asked


@pytest.fixture(scope="module")
def public(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service)) as asked:
        yield asked


def chinese(words: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in words)


def told(client: TestClient, asked: tuple[str, str, dict[str, Any]], language: str) -> tuple[int, Any]:
    method, path, more = asked
    headers = {"Accept-Language": language} | more.get("headers", {})
    reply = client.request(method, path, **more | {"headers": headers})
    return reply.status_code, reply.json()


def in_both(client: TestClient, asked: tuple[str, str, dict[str, Any]], status: int) -> dict[str, Any]:
    """Return a refusal in English, after all that holds for it in both languages."""
    said: dict[str, Any] = {}
    for language in ("zh", "en"):
        code, body = told(client, asked, language)
        assert code == status, body
        said[language] = [body["title"], body["detail"], *body.get("faults", [])]
        said[language] += [body["repair"]] if "repair" in body else []
        for words in said[language]:
            assert chinese(words) is (language == "zh"), words
    assert len(said["zh"]) == len(said["en"])
    return dict(body)


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_wholly_in_the_language_asked_for(planner: TestClient, name: str) -> None:
    in_both(planner, *REFUSED[name])


def test_the_public_is_told_that_nothing_is_published(public: TestClient) -> None:
    assert "nothing is published" in in_both(public, asking(ASKED, load_kva=1), 409)["detail"]
    in_both(public, asking("/tiles/feeders_exact.json"), 404)
    in_both(public, asking("/api/v1/jobs"), 401)


def test_all_that_is_wrong_is_told_at_once(planner: TestClient) -> None:
    asked = asking(ASKED, load_kva=-1, jurisdiction="nowhere", on="x", k=0, limit_m=0, fact="y")
    faults = in_both(planner, asked, 422)["faults"]
    for each in ("load_kva", "jurisdiction", "on", "k", "limit_m", "fact"):
        assert [fault for fault in faults if fault.startswith(f"query {each}")], each
    later = in_both(planner, REFUSED["two kinds of faults"][0], 422)["faults"]
    assert later == ["x: there is no such fact", "load: give it in kVA or in kW, one of the two"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_unknown_jurisdiction_is_refused_in_the_same_words_everywhere(
    planner: TestClient, language: str
) -> None:
    words = {
        "zh": ("没有辖区 'wujian'；是否指 wujiang？", "没有给出辖区"),
        "en": ("there is no jurisdiction 'wujian'; is wujiang meant? there are ", "no jurisdiction is given"),
    }
    asked = (
        asking(ASKED, load_kva=1, jurisdiction="wujian"),
        drawing(PLACE, jurisdiction="wujian"),
        screening(jurisdiction="wujian"),
        deciding(QUESTION | {"jurisdiction": "wujian"}),
        asking("/api/v1/policy/jurisdictions/wujian"),
    )
    said = set()
    for each in asked:
        _, body = told(planner, each, language)
        [fault] = body.get("faults", [body["detail"]])
        said.add(fault[fault.index(words[language][0][:2]) :])
    assert len(said) == 1, said
    assert said.pop().startswith(words[language][0])
    _, body = told(planner, deciding({"on": "2026-11-21"}), language)
    assert body["faults"][0].startswith(words[language][1])


def test_a_place_far_from_all_data_is_told_where_they_are(planner: TestClient) -> None:
    body = in_both(planner, drawing(turned("Point", 31.1, 60.0)), 422)
    assert "the place 31.1,60 lies more than 50 km from every road" in body["detail"]
    assert "longitude 120.59 to 120.66" in body["detail"]
    assert "latitude 31.09 to 31.16" in body["detail"]
    assert body["repair"] == "give a place within the data, longitude first"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_names_what_was_asked_for_wrongly(planner: TestClient, language: str) -> None:
    page = planner.get(f"/table?level=xx&load_kva=x&lang={language}")
    assert page.status_code == 422
    words = {
        "zh": ("查询 level: 须为 ", "查询 load_kva: 须为数值"),
        "en": ("query level: has to be", "query load_kva"),
    }
    for each in words[language]:
        assert each in page.text
    assert not {each for each in ("literal[", "constrained", " or ") if each in page.text} - (
        {" or "} if language == "en" else set()
    )
    assert planner.get("/table?level=&status=&load_kva=").status_code == 200
    assert planner.get("/table?level=feeder&load_kva=100").status_code == 200
