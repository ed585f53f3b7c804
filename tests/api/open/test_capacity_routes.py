"""``/api/v1/capacity``: the published row, search, pages, validators."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from api.cursors import Cursor, read_cursor
from api.schemas.capacity import CapacityExplained, CapacityFeatures, CapacityPage
from api.service import Service
from gis.editions.columns import PUBLISHED
from gis.errors import InputError
from layers.queries.collections import CAPACITY
from layers.queries.published import Wanted, as_object, page_question
from layers.queries.reading import reading
from tests.api.open.conftest import invent

NAMES = {each.name for each in PUBLISHED}
HOSTILE = "<script>alert('x')</script>\"&线"


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["asset_id"] for each in answer.json()["items"]]


def test_a_row_is_the_published_row_and_its_words(open_client: TestClient) -> None:
    page = open_client.get("/api/v1/capacity").json()
    CapacityPage.model_validate(page)
    assert len(page["items"]) == page["returned"] == page["edition"]["rows"] == 13
    assert page["next"] is page["cursor"] is None
    assert all(NAMES | {"words"} == set(each) for each in page["items"])
    [row] = [each for each in page["items"] if each["asset_id"] == "F1"]
    assert (row["open_capacity_kva"], row["status"], row["level"]) == (3510.5, "open", "feeder")
    assert row["edition_id"] == page["edition"]["edition_id"] == "2026-Q4-1"
    assert row["geometry"]["type"] == "Polygon"
    assert (page["edition"]["next_due"], page["edition"]["bands_kva"]) == ("2027-02-21", [])
    for withheld in ("FD", "FS", "FI", "D4"):
        assert open_client.get(f"/api/v1/capacity/{withheld}").status_code == 404


def test_one_asset_is_explained_in_both_languages(open_client: TestClient) -> None:
    chinese = open_client.get("/api/v1/capacity/F1?lang=zh")
    english = open_client.get("/api/v1/capacity/F1", headers={"accept-language": "en"})
    for answer in (chinese, english):
        CapacityExplained.model_validate(answer.json())
    assert chinese.json()["words"]["status"] == "不受限"
    assert "线路“10kVF1线”的可开放容量为 3,510.5 kVA。" in chinese.json()["explanation"]
    assert "At the feeder 10kVF1线 3,510.5 kVA are open." in english.json()["explanation"]
    assert chinese.headers["etag"] != english.headers["etag"]
    unknown = open_client.get("/api/v1/capacity/没有", headers={"accept-language": "zh"})
    assert unknown.status_code == 404
    assert "没有设备" in unknown.json()["detail"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("F1", ["F1"]),
        ("f1", ["F1"]),
        ("１０ＫＶ Ｆ１ 线", ["F1"]),
        ("10kvf1", ["F1"]),
        ("西湖", ["D5", "G1", "M3", "M4", "S2"]),
        ("西湖变电站", ["D5", "G1", "M3", "M4", "S2"]),
        ("没有这样的", []),
        ("F1\nF2", []),
        ("%", []),
        ("_", []),
    ],
)
def test_search_folds_width_blanks_case_and_suffix(
    open_client: TestClient, words: str, found: list[str]
) -> None:
    assert ids(open_client.get("/api/v1/capacity", params={"q": words})) == found


def test_search_with_other_filters_and_across_many_matches(client: TestClient, engine: Engine) -> None:
    invent(engine, [f"A{n:05}" for n in range(5000)])
    everything = client.get("/api/v1/capacity", params={"q": "第", "limit": 1000}).json()
    assert everything["returned"] == 1000
    last = client.get("/api/v1/capacity", params={"q": "第4999线", "status": "unknown"})
    assert ids(last) == ["A04999"]
    assert ids(client.get("/api/v1/capacity", params={"q": "第4999线", "status": "open"})) == []
    walked, address = [], "/api/v1/capacity?q=A04&level=feeder&limit=300"
    while address:
        page = client.get(address)
        walked += ids(page)
        address = page.json()["next"]
    assert walked == [f"A{n:05}" for n in range(4000, 5000) if n % 3 == 1]


def test_filters_narrow(open_client: TestClient) -> None:
    feeders = open_client.get("/api/v1/capacity", params={"level": "feeder"}).json()["items"]
    assert {each["level"] for each in feeders} == {"feeder"}
    assert {each["asset_id"] for each in feeders} == {"F1", "F2", "G1"}
    for status in ("open", "tight", "restricted", "unknown"):
        found = open_client.get("/api/v1/capacity", params={"status": status}).json()["items"]
        assert all(each["status"] == status for each in found)
    near = open_client.get("/api/v1/capacity", params={"bbox": "120.59,31.09,120.62,31.12"}).json()["items"]
    assert "S1" in {each["asset_id"] for each in near}
    assert "S2" not in {each["asset_id"] for each in near}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("bbox=1,2,3", "bbox"),
        ("bbox=nan,31,121,32", "bbox"),
        ("bbox=120,inf,121,32", "bbox"),
        ("bbox=120,32,121,31", "bbox"),
        ("bbox=a,b,c,d", "bbox"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=x", "limit"),
        ("status=closed", "status"),
        ("level=pole", "level"),
        ("cursor=x", "cursor"),
        ("cursor=W10", "cursor"),
        (f"cursor={Cursor('2026-Q4-9', 'F1').written()}", "edition"),
        ("f=xml", "f="),
    ],
)
def test_a_query_that_is_not_in_order_is_refused(open_client: TestClient, query: str, said: str) -> None:
    answer = open_client.get(f"/api/v1/capacity?{query}")
    assert answer.status_code == 422
    assert said in answer.text


def test_every_fault_of_a_query_is_told_at_once(open_client: TestClient) -> None:
    answer = open_client.get("/api/v1/capacity?bbox=1&limit=0&status=x&cursor=!")
    assert answer.status_code == 422
    assert all(each in answer.text for each in ("bbox", "limit", "status", "cursor"))


def test_a_box_across_the_180th_meridian_is_two(open_client: TestClient) -> None:
    assert ids(open_client.get("/api/v1/capacity?bbox=170,-90,-170,90")) == []
    assert len(ids(open_client.get("/api/v1/capacity?bbox=100,-90,-170,90"))) == 13


@pytest.mark.parametrize("asset", ["..%2F..%2Fetc%2Fpasswd", "a%2Fb", "%F0%9F%98%80", "x" * 300, "' or 1=1"])
def test_an_id_that_is_not_there_is_not_found(open_client: TestClient, asset: str) -> None:
    assert open_client.get(f"/api/v1/capacity/{asset}").status_code == 404


def test_hostile_ids_and_names_are_told_as_they_are(client: TestClient, engine: Engine, address: str) -> None:
    strange = ["a/b", "a b", "a?b#c", "%41", "..", HOSTILE, "线路/1", "'; drop table x; --", 'q"\\']
    invent(engine, strange, [HOSTILE] * len(strange))
    assert ids(client.get("/api/v1/capacity")) == sorted(strange)
    for each in strange:
        escaped = quote(each, safe="").replace("..", "%2E%2E")
        for path in ("/api/v1/capacity", "/ogc/collections/capacity/items"):
            with urlopen(f"{address}{path}/{escaped}") as answer:  # noqa: S310  # our own loopback server
                told = json.load(answer)
            row = told.get("properties", told)
            assert (row["asset_id"], row["name"]) == (each, HOSTILE)


def test_pages_visit_each_row_once_whatever_the_limits(client: TestClient, engine: Engine) -> None:
    wanted = [f"{n}-变{n % 7}" for n in range(200)]
    first = invent(engine, wanted)
    published = [first]

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(limits=st.lists(st.integers(1, 90), min_size=1, max_size=6), fresh=st.booleans())
    def walk(limits: list[int], fresh: bool) -> None:
        seen: list[str] = []
        page = client.get("/api/v1/capacity", params={"limit": limits[0]}).json()
        if fresh and len(published) < 3:  # another edition in the middle of the walk moves no row
            published.append(invent(engine, wanted, before=published[-1]))
        turn = 0
        while True:
            seen += [each["asset_id"] for each in page["items"]]
            if page["cursor"] is None:
                break
            turn += 1
            asked = {"limit": limits[turn % len(limits)], "cursor": page["cursor"]}
            following = client.get("/api/v1/capacity", params=asked).json()
            assert following["edition"]["edition_id"] == page["edition"]["edition_id"]
            page = following
        assert seen == sorted(wanted)

    walk()
    assert len(published) == 3


def test_the_last_page_costs_what_the_first_does(service: Service, engine: Engine) -> None:
    edition = invent(engine, [f"A{n:06}" for n in range(20_000)])
    costs = []
    for after in (None, "A019000"):
        question = page_question(
            CAPACITY, edition.id, Wanted(), after=after, limit=1000, shape=as_object
        ).as_string()
        with reading(service.public) as connection:
            [[plan]] = connection.execute("explain (analyze, format json) " + question).fetchall()
        node = plan[0]["Plan"]["Plans"][0]
        assert node["Index Name"] == "pk_published"
        assert "asset_id" in node["Index Cond"] or after is None
        assert "Filter" not in node
        assert node["Actual Rows"] <= 1000
        costs.append(node["Actual Rows"])
    assert costs == [1000, 999]


def test_the_next_link_keeps_the_query_and_stands_in_the_header(open_client: TestClient) -> None:
    page = open_client.get("/api/v1/capacity", params={"q": "东湖", "limit": 2, "lang": "zh"})
    onward = page.json()["next"]
    assert page.headers["link"] == f'<{onward}>; rel="next"'
    following = open_client.get(onward).json()
    assert not set(ids(page)) & {each["asset_id"] for each in following["items"]}
    assert following["items"][0]["words"]["level"]


def test_geojson_by_accept_or_by_f(open_client: TestClient) -> None:
    accepted = open_client.get("/api/v1/capacity", headers={"accept": "application/geo+json"})
    named = open_client.get("/api/v1/capacity?f=geojson&limit=5")
    for answer in (accepted, named):
        assert answer.headers["content-type"] == "application/geo+json"
        CapacityFeatures.model_validate(answer.json())
        for feature in answer.json()["features"]:
            assert set(feature["properties"]) == NAMES - {"geometry"}
            assert feature["id"] == feature["properties"]["asset_id"]
    assert [each["rel"] for each in named.json()["links"]] == ["self", "next"]
    assert "accept" in accepted.headers["vary"].lower()


@pytest.mark.parametrize("path", ["/api/v1/capacity", "/api/v1/capacity/F1", "/api/v1/capacity?f=geojson"])
def test_validators_follow_query_and_language(open_client: TestClient, path: str) -> None:
    first = open_client.get(path)
    tag = first.headers["etag"]
    assert not tag.startswith("W/")
    assert first.headers["cache-control"] == "public, no-cache"
    assert open_client.get(path).content == first.content
    for header in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        same = open_client.get(path, headers={"if-none-match": header})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert open_client.get(path, headers={"if-none-match": '"x"'}).status_code == 200
    assert open_client.get(path, headers={"accept-language": "zh"}).headers["etag"] != tag


def test_validators_follow_the_edition(client: TestClient, district: Any) -> None:
    paths = (
        "/api/v1/capacity",
        "/api/v1/capacity/F1",
        "/ogc/collections/capacity/items/F1",
        "/api/v1/editions",
    )
    district()
    tags = {path: client.get(path).headers["etag"] for path in paths}
    district()
    for path, tag in tags.items():
        changed = client.get(path, headers={"if-none-match": tag})
        assert changed.status_code == 200
        assert "2026-Q4-2" in changed.text


@pytest.mark.parametrize(
    "path",
    [
        *("/api/v1/capacity", "/api/v1/capacity/F1", "/api/v1/editions", "/api/v1/editions/2026-Q4-1"),
        *("/api/v1/policy/jurisdictions", "/ogc", "/ogc/collections/capacity/items", "/ogc/api"),
        *("/api/v1/editions/2026-Q4-1/download.gpkg", "/tiles/capacity/13/6840/3350"),
    ],
)
def test_head_is_get_without_the_body(open_client: TestClient, path: str) -> None:
    got, head = open_client.get(path), open_client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"") == (200, b"")
    for name in ("content-type", "content-length", "etag", "cache-control"):
        assert head.headers[name] == got.headers[name]


def test_without_an_edition_there_is_an_empty_answer(client: TestClient) -> None:
    page = client.get("/api/v1/capacity?q=F1&bbox=1,2,3,4").json()
    assert CapacityPage.model_validate(page).items == []
    assert page["edition"] is None
    assert client.get("/api/v1/capacity/F1").status_code == 404
    assert client.get("/api/v1/capacity?f=geojson").json()["features"] == []


@given(st.text(max_size=20), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_a_cursor_is_read_as_it_was_written(noise: str, key: str) -> None:
    cursor = Cursor("2026-Q4-1", key)
    assert read_cursor(cursor.written()) == cursor
    with suppress(InputError):  # what was never handed out is refused
        assert read_cursor(noise).written() == noise


def test_figures_in_bands_are_the_same_everywhere(client: TestClient, district: Any, tmp_path: Any) -> None:
    banded = tmp_path / "own.toml"
    banded.write_text("bands_kva = [0, 1000, 2000, 5000]\n", encoding="utf-8")
    district(settings=banded)
    page = client.get("/api/v1/capacity").json()
    assert page["edition"]["bands_kva"] == [0, 1000, 2000, 5000]
    rows = {each["asset_id"]: each["open_capacity_kva"] for each in page["items"]}
    assert set(rows.values()) <= {None, 0, 1000, 2000, 5000}
    assert rows["F1"] == 2000
    assert "at least 2,000.0 kVA" in client.get("/api/v1/capacity/F1").json()["explanation"][0]
    items = client.get("/ogc/collections/capacity/items").json()["features"]
    assert {each["id"]: each["properties"]["open_capacity_kva"] for each in items} == rows
    sent = json.loads(client.get("/api/v1/editions/2026-Q4-1/download.geojson").text)["features"]
    assert {each["id"]: each["properties"]["open_capacity_kva"] for each in sent} == rows
