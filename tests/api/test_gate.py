"""Rates, tiers and caches, header fields: what every answer has, whoever asks."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, StreamingResponse
from fastapi.testclient import TestClient

from api.app import create_app
from api.logs import JsonFormatter
from api.middleware.csp import nonce_of
from api.middleware.rates import COSTS, WRONG_TOKENS_A_MINUTE, Rates, client_of, cost_of
from api.requests import TierOf, at_least
from api.service import Service
from api.tiers import Tier


@pytest.fixture
def service(shared_service: Service) -> Service:
    return shared_service


def limited(service: Service, **settings: Any) -> TestClient:
    made = service.settings.model_copy(update=settings)
    return TestClient(create_app(replace(service, settings=made)))


def probed(service: Service) -> FastAPI:
    """Return the application with routes that tell what the walls have made of a request."""
    app = create_app(service)

    @app.get("/probe/tier")
    def tier(found: TierOf) -> dict[str, str]:
        return {"tier": found.name}

    @app.get("/probe/planner", dependencies=[at_least(Tier.PLANNER)])
    def planner() -> str:
        return "ok"

    inner = APIRouter(prefix="/inner")

    @inner.get("/{number}")
    def numbered(number: int) -> int:
        return number

    app.include_router(inner, prefix="/probe")

    @app.get("/probe/page")
    def page(request: Request) -> HTMLResponse:
        return HTMLResponse(f"<script nonce={nonce_of(request)!r}></script>")

    @app.get("/probe/kept")
    def kept() -> HTMLResponse:
        return HTMLResponse(
            "x" * 5000, headers={"Cache-Control": "public, max-age=60", "Vary": "accept-encoding"}
        )

    @app.get("/probe/fault")
    def fault() -> str:
        raise RuntimeError("grid.feeders of Mr Wang")

    @app.get("/probe/half")
    def half() -> StreamingResponse:
        def parts() -> Iterator[bytes]:
            yield b"begun"
            raise RuntimeError("grid.feeders of Mr Wang")

        return StreamingResponse(parts())

    @app.post("/probe/echo")
    def echo(body: dict[str, Any]) -> dict[str, int]:
        return {"keys": len(body)}

    return app


@pytest.fixture
def probe(service: Service) -> TestClient:
    return TestClient(probed(service))


def test_a_client_that_asks_too_much_waits_and_another_does_not(service: Service) -> None:
    client = limited(service, rate_limit=40, trusted_proxies=1)
    one, other = ({"X-Forwarded-For": address} for address in ("198.51.100.1", "198.51.100.2"))
    path = "/api/v1/parcels/P/connection"  # costs 20
    for left in (20, 0):
        passed = client.get(path, headers=one)
        assert passed.status_code != 429
        assert f"r={left};" in passed.headers["ratelimit"]
        assert passed.headers["ratelimit-policy"] == '"minute";q=40;w=60'
    refused = client.get(path, headers=one)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 90
    assert refused.headers["content-type"] == "application/problem+json"
    assert client.get("/healthz", headers=one).status_code == 200  # costs nothing
    assert client.get(path, headers=other).status_code != 429


def test_what_was_spent_fades_and_the_time_to_wait_is_enough() -> None:
    now = [30.0]
    rates = Rates(lambda: now[0])
    assert [rates.charge("a", 20, 40).passed for _ in range(3)] == [True, True, False]
    assert rates.look("b", 40).passed
    wait = rates.charge("a", 20, 40).retry_s
    assert wait == 60
    now[0] += wait - 1.5
    assert not rates.charge("a", 20, 40).passed
    now[0] += 1.5
    verdict = rates.charge("a", 20, 40)
    assert (verdict.passed, verdict.left) == (True, 0)
    now[0] += 150
    assert rates.look("a", 40).left == 40
    assert rates.charge("a", 60, 40).passed  # what costs more than a minute holds
    assert rates.charge("a", 1, 40).headers()["Retry-After"]


def test_a_token_pays_for_itself(service: Service, bearer: Any) -> None:
    client = limited(service, rate_limit=20)
    shown = bearer("planner")
    path = "/api/v1/connection"
    assert client.get(path).status_code != 429
    assert client.get(path).status_code == 429
    assert client.get(path, headers=shown).status_code != 429
    assert "q=200" in client.get(path, headers=shown).headers["ratelimit-policy"]


def test_guessing_tokens_ends_before_the_database_is_asked(
    service: Service, bearer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = limited(service, rate_limit=0)
    good = bearer("planner")
    wrong = {"Authorization": "Bearer kaimen_" + "0" * 12 + "_" + "A" * 43}
    found = [client.get("/healthz", headers=wrong).status_code for _ in range(2 * WRONG_TOKENS_A_MINUTE + 2)]
    assert found[0] == 401
    assert found[-1] == 429
    assert 429 in {client.get("/healthz", headers=good).status_code for _ in range(2)}
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("path", "cost"),
    [
        ("/healthz", 0),
        ("/tiles/zones/10/1/2", 1),
        ("/nonsense", 1),
        ("/api/v1/zones", 60),
        ("/api/v1/zones/export", 60),
        ("/api/v1/connection", 20),
        ("/api/v1/parcels/P 1/connection", 20),
        ("/api/v1/parcels/P/connection/notice.pdf", 60),
        ("/api/v1/editions/2026Q3/download.gpkg", 20),
        ("/api/v1/editions/2026Q3/diff/2026Q2", 20),
        ("/api/v1/editions/2026Q3", 1),
        ("/ogc/collections/capacity/items", 5),
    ],
)
def test_what_is_dear_costs_more(path: str, cost: int) -> None:
    assert cost_of(path) == cost


def test_no_request_costs_more_than_a_minute_of_the_public() -> None:
    assert max(cost for _, cost in COSTS) <= 100


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "found"),
    [
        ("203.0.113.9", "198.51.100.1", 0, "203.0.113.9"),
        ("203.0.113.9", "6.6.6.6, 198.51.100.1", 1, "198.51.100.1"),
        ("203.0.113.9", "6.6.6.6, 198.51.100.1, 10.0.0.1", 2, "198.51.100.1"),
        ("203.0.113.9", "198.51.100.1", 2, "203.0.113.9"),
        ("203.0.113.9", "nonsense", 1, "203.0.113.9"),
        ("203.0.113.9", "", 1, "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "", 0, "203.0.113.9"),
        (None, "", 0, "local"),
    ],
)
def test_only_our_own_proxies_are_believed(
    peer: str | None, forwarded: str, proxies: int, found: str
) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope = {"type": "http", "client": peer and (peer, 1), "headers": headers}
    assert client_of(scope, proxies) == found


def test_the_tier_is_the_tokens(probe: TestClient, bearer: Any) -> None:
    assert probe.get("/probe/tier").json() == {"tier": "PUBLIC"}
    for role in ("planner", "operator"):
        assert probe.get("/probe/tier", headers=bearer(role)).json() == {"tier": role.upper()}
    for forged in ("X-Tier", "Kaimen-Tier", "X-Forwarded-User"):
        assert probe.get("/probe/tier", headers={forged: "operator"}).json() == {"tier": "PUBLIC"}


def test_a_route_may_ask_for_a_tier(probe: TestClient, bearer: Any) -> None:
    refused = probe.get("/probe/planner")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="kaimen"')
    assert probe.get("/probe/planner", headers=bearer("planner")).status_code == 200


SECURITY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)",
}


@pytest.mark.parametrize("path", ["/healthz", "/nonsense", "/docs", "/probe/fault", "/metrics", "/%01"])
def test_every_answer_has_the_header_fields(probe: TestClient, path: str) -> None:
    reply = probe.get(path)
    for name, value in SECURITY.items():
        assert reply.headers[name] == value
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
    assert "unsafe" not in reply.headers["content-security-policy"]
    assert len(reply.headers["x-request-id"]) == 32
    vary = [each.strip().lower() for each in reply.headers["vary"].split(",")]
    assert {"authorization", "accept-language", "accept-encoding"} <= set(vary)


def test_what_a_token_opens_is_kept_by_nobody_else(probe: TestClient, bearer: Any) -> None:
    assert probe.get("/probe/kept").headers["cache-control"] == "public, max-age=60"
    shown = probe.get("/probe/kept", headers=bearer("planner"))
    assert shown.headers["cache-control"] == "private, no-cache"
    assert shown.headers["content-encoding"] == "gzip"
    assert probe.get("/healthz").headers["cache-control"] == "no-cache"
    assert probe.get("/nonsense").headers["cache-control"] == "no-store"


def test_a_page_runs_what_has_its_nonce_and_nothing_else(probe: TestClient) -> None:
    pages = [probe.get("/probe/page") for _ in range(2)]
    nonces = set()
    for page in pages:
        found = re.search("nonce='([^']+)'", page.text)
        assert found
        assert f"script-src 'self' 'nonce-{found[1]}'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        nonces.add(found[1])
    assert len(nonces) == 2


def test_pages_of_others_may_read_what_is_public_and_send_nothing(probe: TestClient) -> None:
    stranger = {"Origin": "https://example.org"}
    shown = probe.get("/healthz", headers=stranger)
    assert shown.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in shown.headers
    named = "Access-Control-Request-Headers"
    for asked in (
        {"Access-Control-Request-Method": "POST"},
        {"Access-Control-Request-Method": "GET", named: "authorization"},
    ):
        assert probe.options("/probe/echo", headers=stranger | asked).status_code == 400


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/docs", "/api/v1/openapi.json", "/nonsense"])
def test_head_is_get_without_the_body(probe: TestClient, path: str) -> None:
    whole, head = probe.get(path), probe.head(path)
    assert head.status_code == whole.status_code
    assert head.content == b""
    assert head.headers["content-type"] == whole.headers["content-type"]
    if path != "/docs":
        assert head.headers.get("content-length") == whole.headers.get("content-length")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("order-4711.a_B", True),
        ("short", False),
        ("x" * 65, False),
        ("a b c d e f g h", False),
        ("编号编号编号编号", False),
    ],
)
def test_a_sane_request_id_is_kept(probe: TestClient, given: str, kept: bool) -> None:
    reply = probe.get("/nonsense", headers={b"X-Request-Id": given.encode()})
    assert (reply.headers["x-request-id"] == given) is kept
    assert reply.json()["request_id"] == reply.headers["x-request-id"]


def test_the_log_tells_what_happened_and_not_who_asked_for_what(
    probe: TestClient, caplog: pytest.LogCaptureFixture, bearer: Any
) -> None:
    caplog.set_level(logging.INFO, logger="kaimen")
    shown = bearer("planner")
    probe.get("/probe/tier?q=王先生", headers=shown)
    probe.get("/nonsense/王先生")
    probe.get("/probe/fault")
    probe.get("/probe/inner/4711")
    lines = [
        json.loads(JsonFormatter().format(record))
        for record in caplog.records
        if record.name.startswith("kaimen")
    ]
    requests = [line for line in lines if line["message"] == "request"]
    assert [(line["route"], line["status"], line["tier"]) for line in requests] == [
        ("/probe/tier", 200, "planner"),
        ("none", 404, "public"),
        ("/probe/fault", 500, "public"),
        ("/probe/inner/{number}", 200, "public"),
    ]
    assert all(line["ms"] >= 0 and line["method"] == "GET" and line["request_id"] for line in requests)
    [fault] = [line for line in lines if line["logger"] == "kaimen.faults"]
    assert fault["fault"] == "RuntimeError"
    assert any("fault" in place for place in fault["where"])
    assert fault["request_id"] == requests[2]["request_id"]
    written = json.dumps(lines, ensure_ascii=False)
    for private in ("王", "Wang", "4711", "testclient", shown["Authorization"].rpartition("_")[2]):
        assert private not in written


def test_an_answer_that_breaks_off_is_not_ended_as_if_it_were_whole(probe: TestClient) -> None:
    with pytest.raises(RuntimeError):
        probe.get("/probe/half")


def test_figures_count_by_route_and_not_by_what_was_asked_for(service: Service, bearer: Any) -> None:
    with TestClient(create_app(service)) as client:
        client.get("/healthz")
        for number in range(3):
            client.get(f"/nonsense/{number}")
        client.request("BREW", "/healthz")
        told = client.get("/metrics", headers=bearer("operator"))
    assert told.headers["content-type"].startswith("text/plain; version=")
    assert re.search(
        r'kaimen_requests_total\{method="GET",route="/healthz",status="200",tier="public"\} \d', told.text
    )
    assert 'route="none",status="404"' in told.text
    assert 'method="OTHER"' in told.text
    assert "nonsense" not in told.text
    assert 'kaimen_request_seconds_bucket{le="0.5",route="/healthz"}' in told.text


@pytest.mark.parametrize(
    ("setting", "peer", "headers", "status"),
    [
        ("loopback", "127.0.0.1", {}, 200),
        ("loopback", "::1", {}, 200),
        ("loopback", "198.51.100.1", {}, 401),
        ("loopback", "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 401),
        ("loopback", "127.0.0.1", {"Via": "1.1 proxy"}, 401),
        ("operator", "127.0.0.1", {}, 401),
        ("everyone", "198.51.100.1", {}, 200),
    ],
)
def test_figures_are_for_this_machine_or_an_operator(
    service: Service, setting: str, peer: str, headers: dict[str, str], status: int
) -> None:
    made = service.settings.model_copy(update={"metrics": setting})
    client = TestClient(create_app(replace(service, settings=made)), client=(peer, 5))
    assert client.get("/metrics", headers=headers).status_code == status
