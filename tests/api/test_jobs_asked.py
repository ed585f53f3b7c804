"""Who may ask for jobs, what is refused at once, and how many may wait."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from api.operations import jobs as operations
from api.service import Service
from layers.jobs import Bounds
from tests.api.planner import DAY, Planner


def test_the_queue_has_an_end(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "BOUNDS", Bounds(of_all=3, of_one=2))
    one, other = Planner(service), Planner(service)
    first = one.ask(k=1)
    one.ask(k=2)
    assert one.ask(k=1) == first
    refused = one.client.post("/api/v1/screenings", json=DAY)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
    assert "as many jobs under way as it may" in refused.json()["detail"]
    other.ask(k=1)
    full = other.client.post("/api/v1/screenings?lang=zh", json=DAY | {"k": 2})
    assert full.status_code == 429
    assert "队列已满" in full.json()["detail"]
    assert one.client.delete(f"/api/v1/jobs/{first}").status_code == 204
    other.ask(k=2)


@pytest.mark.parametrize("method", ["POST /api/v1/screenings", "GET /api/v1/jobs", "GET {}", "DELETE {}"])
def test_only_a_token_opens_jobs_and_only_its_own(service: Service, client: TestClient, method: str) -> None:
    path = f"/api/v1/jobs/{Planner(service).ask()}"
    verb, _, address = method.format(path).partition(" ")
    refused = client.request(verb, address, json={} if verb == "POST" else None)
    assert refused.status_code == 401
    assert refused.headers["cache-control"] == "no-store"
    stranger = Planner(service, "operator").client.request(verb, address)
    assert stranger.status_code == (404 if "{}" in method else 422 if verb == "POST" else 200)
    if verb == "GET" and "{}" not in method:
        assert stranger.json() == {"jobs": []}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"load_kva": 100, "planned": True}, "leave one of them out"),
        ({"load_kva": 100, "load_kw": 100}, "one of the two"),
        ({"pf": 0.9}, "power factor"),
        ({"k": 21}, "body k"),
        ({"limit_m": 5001}, "body limit_m"),
        ({"load_kva": 1e7}, "body load_kva"),
        ({"jurisdiction": "nowhere"}, "no jurisdiction"),
        ({"facts": {"nonsense": 1}}, "nonsense"),
        ({"on": "yesterday"}, "body on"),
        ({"x": 1}, "body x"),
    ],
)
def test_a_question_that_is_not_in_order_is_refused_at_once(
    service: Service, body: dict[str, Any], told: str
) -> None:
    planner = Planner(service)
    refused = planner.client.post("/api/v1/screenings?lang=en", json=body)
    assert refused.status_code == 422
    assert told in refused.text
    assert planner.client.get("/api/v1/jobs").json() == {"jobs": []}


def test_the_public_login_reads_no_job(service: Service) -> None:
    Planner(service).ask()
    with service.public.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text("select * from siting.jobs"))
