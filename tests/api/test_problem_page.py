"""A fault of ours, as a page and as JSON: what to do, the id of the request, and nothing of the inside."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from api.app import create_app
from api.logs import JsonFormatter
from api.service import Service
from gis.errors import KaimenError

INSIDE = "postgresql://kaimen:secret@host/home"
ASKED = {"zh": "请稍后重试", "en": "try again"}
PAGES = {"/editions": "api.routes.pages.shelf", "/docs": "api.routes.docs.interface_page_html"}
ROUTES = {**PAGES, "/api/v1/editions": "api.routes.editions.shelf"}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("kind", [ZeroDivisionError, KaimenError])
def test_a_fault_of_ours_names_its_request_and_tells_nothing_of_the_inside(
    shared_service: Service,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    kind: Callable[[str], Exception],
    path: str,
    language: str,
) -> None:
    def fail(*_: Any, **__: Any) -> NoReturn:
        raise kind(INSIDE)

    monkeypatch.setattr(ROUTES[path], fail)
    with caplog.at_level(logging.INFO, "kaimen"), TestClient(create_app(shared_service)) as client:
        answer = client.get(path, headers={"Accept-Language": language, "X-Request-Id": "request-0815"})
    assert answer.status_code == 500
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"] == "request-0815"
    assert ASKED[language] in answer.text
    for inside in (INSIDE, "secret", kind("").__class__.__name__, "Traceback", ".py", "shelf"):
        assert inside not in answer.text, inside
    if path in PAGES:
        assert answer.headers["content-type"].startswith("text/html")
        said = re.sub("<[^>]*>", " ", answer.text)
        assert "request-0815" in said
        assert 'href="/?lang=' in answer.text
        assert f'<html lang="{"zh-CN" if language == "zh" else "en"}"' in answer.text
    else:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["request_id"] == "request-0815"
    [fault] = [each for each in caplog.records if each.name == "kaimen.faults"]
    line = json.loads(JsonFormatter().format(fault))
    assert line["request_id"] == "request-0815"
    assert line["fault"] == kind("").__class__.__name__
    assert "test_problem_page.py" in line["where"][-1]
    assert "secret" not in json.dumps(line)
    [request] = [each for each in caplog.records if each.name == "kaimen.requests"]
    assert (
        request.__dict__["kaimen"] | {"status": 500, "request_id": "request-0815"}
        == request.__dict__["kaimen"]
    )


@pytest.mark.parametrize("path", PAGES)
def test_a_page_whose_database_is_away_says_when_to_come_back(
    shared_service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    def fail(*_: Any, **__: Any) -> NoReturn:
        raise OperationalError("select", {}, Exception(INSIDE))

    monkeypatch.setattr(ROUTES[path], fail)
    with TestClient(create_app(shared_service)) as client:
        answer = client.get(path, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.headers["content-type"].startswith("text/html")
    assert not [each for each in caplog.records if each.name == "kaimen.faults"]
