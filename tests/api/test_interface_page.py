"""The page that lists an interface."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from maps.interface_page import interface_page

DOCUMENT: dict[str, Any] = {
    "info": {"summary": "<b>open</b>"},
    "paths": {
        "/parcels/{id}": {
            "get": {
                "summary": "A <parcel>",
                "tags": ["parcels"],
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
                "requestBody": {"content": {"application/json": {}}},
                "responses": {"200": {"description": "ok"}},
            },
        }
    },
}


@pytest.mark.parametrize(("language", "word"), [("zh", "参数"), ("en", "Parameters")])
def test_the_page_tells_what_a_path_takes_and_gives(language: Any, word: str) -> None:
    page = interface_page(DOCUMENT, language, "n0nce")
    for told in (
        word, "<b>GET</b> /parcels/{id}", "<b>POST</b>", "string, maxLength 9", "integer, minimum 1",
        "feeder | substation", "application/json", "It &amp; its line", "A &lt;parcel&gt;", "&lt;b&gt;open",
    ):  # fmt: skip
        assert told in page
    assert "<parcel>" not in page


def test_the_page_of_the_service_lists_every_path_and_asks_no_other_host(client: TestClient) -> None:
    page = client.get("/docs?lang=zh")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for path in client.get("/api/v1/openapi.json").json()["paths"]:
        assert path in page.text
    assert not re.search(r"https?://|//[a-z]|<script|style=", page.text)
