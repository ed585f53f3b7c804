"""The page that lists an interface."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.schemas.policy import DecisionRequest
from gis.words import Words
from maps.interface_page import chinese, interface_page_html
from maps.page_frame import PageFrame

DOCUMENT: dict[str, Any] = {
    "info": {},
    "components": {
        "schemas": {
            "Asked": {
                "required": ["on"],
                "properties": {
                    "on": {"type": "string", "format": "date"},
                    "load_kva": {"anyOf": [{"type": "number", "maximum": 1e6}, {"type": "null"}]},
                    "planned": {"type": "boolean", "default": False},
                    "facts": {"$ref": "#/components/schemas/Facts"},
                },
            },
            "Facts": {"properties": {"customer": {"type": "string"}}},
        }
    },
    "paths": {
        "/parcels/{id}": {
            "get": {
                "summary": "A <parcel>",
                "tags": ["connection"],
                "parameters": [
                    {
                        "name": "id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "maxLength": 9},
                    },
                    {
                        "name": "k",
                        "in": "query",
                        "schema": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
                    },
                    {"name": "level", "in": "query", "schema": {"enum": ["feeder", "substation"]}},
                ],
                "responses": {"200": {"description": "It & its line", "content": {"application/json": {}}}},
            },
            "post": {
                "summary": "Ask",
                "tags": ["connection"],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Asked"}}}
                },
                "responses": {"200": {"description": "ok"}},
            },
        }
    },
}


def frame(language: Any) -> PageFrame:
    return PageFrame(language, "n0nce", "docs", "?lang=en", None, Words("示意", "no promise"))


@pytest.mark.parametrize(("language", "word"), [("zh", "参数"), ("en", "Parameters")])
def test_the_page_tells_what_a_path_takes_and_gives(language: Any, word: str) -> None:
    page = interface_page_html(DOCUMENT, frame(language))
    for told in (
        word, "<code>/parcels/{id}</code>", ">POST</b>", "string, maxLength 9", "integer, ≥ 1",
        "feeder | substation", "application/json", "It &amp; its line", "A &lt;parcel&gt;",
        "<code>facts.customer</code>", "number, ≤ 1,000,000", "default false",
    ):  # fmt: skip
        assert told in page, told
    assert "<parcel>" not in page
    required = "必填" if language == "zh" else "required"
    assert page.count(required) == 2  # the id of the path, and the day of the body


def test_the_page_of_the_service_lists_every_path_and_asks_no_other_host(client: TestClient) -> None:
    page = client.get("/docs?lang=zh")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "nonce-" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    document = client.get("/api/v1/openapi.json").json()
    for path, methods in document["paths"].items():
        assert page.text.count(f"<code>{path}</code>") >= len(methods), path
    assert not re.search(r"https?://|//[a-z]|<script|style=", page.text)
    assert 'aria-current="page">接口' in page.text
    assert len(re.findall("<section ", page.text)) == len(
        {each["tags"][0] for paths in document["paths"].values() for each in paths.values()}
    )
    assert 'href="/?lang=zh"' in page.text
    assert 'href="?lang=en"' in page.text


def test_all_that_the_interface_says_is_there_in_chinese_and_nothing_else(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    said: set[str] = set()
    for methods in document["paths"].values():
        for each in methods.values():
            said |= {each["summary"]}
            said |= {part.get("description", "") for part in each.get("parameters", ())}
            said |= {part["description"] for part in each["responses"].values()}
    bodies = [
        *document["components"]["schemas"]["ConnectionRequest"]["properties"].values(),
        *document["components"]["schemas"]["ScreeningRequest"]["properties"].values(),
        *DecisionRequest.model_json_schema()["properties"].values(),
    ]
    said |= {part.get("description", "") for part in bodies}
    assert said - {""} == set(chinese())
    for english, words in chinese().items():
        assert re.search("[\u4e00-\u9fff]", words), english
    page = client.get("/docs?lang=zh").text
    for english in said - set(chinese().values()) - {""}:
        assert f">{english}<" not in page, english


def test_what_can_be_opened_opens(client: TestClient) -> None:
    page = client.get("/docs?lang=en").text
    links = re.findall(r'<p><a href="([^"]+)">Open it</a>', page)
    assert len(links) > 15
    refused = {each: client.get(each).status_code for each in links}
    assert not {each: code for each, code in refused.items() if code not in {200, 401, 404, 503}}
    assert "/api/v1/places" not in links  # it needs a place
