"""The short way answers as the framework's way does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.middleware.observed import registry
from api.service import Service

ASKED = [
    "/api/v1/capacity/10kV-A",
    "/api/v1/capacity/F1",
    "/api/v1/capacity/F1?lang=zh",
    "/api/v1/capacity/%E6%B2%A1%E6%9C%89?lang=zh",
    "/api/v1/capacity/a/b",
    "/tiles/capacity/10/856/418",
    "/tiles/capacity/10/856/418?v=none",
    "/tiles/parcels/10/856/418",
    "/tiles/zones/10/856/418?v=a&run=b",
    "/tiles/main_transformers/10/856/418",
    "/tiles/nowhere/10/856/418",
    "/tiles/capacity/40/856/418",
    "/tiles/capacity/1/856/418",
]
PASSED_ON = [
    "/tiles/capacity/10/856/418?v=a&v=b",
    "/tiles/capacity/10/856/418?run=b",
    "/tiles/capacity/10/856/-1",
    "/tiles/capacity/010/856/418.5",
    "/tiles/capacity/10/856/418?v=" + "x" * 101,
    "/api/v1/capacity/F1?lang=xx",
    "/api/v1/capacity/",
]
OWN = {"x-request-id", "date"}


def told(client: TestClient, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Return an answer but for what is each request's own."""
    reply = client.get(path, headers=headers)
    own = reply.headers["x-request-id"].encode()
    return (
        reply.status_code,
        {name: value for name, value in reply.headers.items() if name not in OWN},
        reply.content.replace(own, b""),
    )


@pytest.fixture
def plain_client(shop: Service) -> Iterator[TestClient]:
    """An application over the same edition without short ways."""
    app, open_app = create_app(shop), create_app(shop)
    app.user_middleware = [each for each in app.user_middleware if "Lanes" not in repr(each)]
    assert len(app.user_middleware) == len(open_app.user_middleware) - 1
    with TestClient(app) as asked:
        yield asked


@pytest.mark.parametrize("path", ASKED + PASSED_ON)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_ways_answer_alike(
    open_client: TestClient, plain_client: TestClient, path: str, language: str
) -> None:
    headers = {"Accept-Language": language, "Origin": "https://elsewhere.example"}
    found, plain = (told(each, path, **headers) for each in (open_client, plain_client))
    assert found == plain
    again = {"If-None-Match": found[1].get("etag", "none")}
    assert told(open_client, path, **headers, **again) == told(plain_client, path, **headers, **again)
    for client in (open_client, plain_client):
        head = client.head(path, headers=headers)
        assert (head.status_code, head.content) == (found[0], b"")


@pytest.mark.parametrize("path", ASKED)
def test_what_is_plain_takes_the_short_way(
    open_client: TestClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    seen: list[str] = []

    async def passed_on(self: Any, scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["path"])

    monkeypatch.setattr("starlette.middleware.gzip.GZipMiddleware.__call__", passed_on)
    open_client.get(path)
    assert not seen


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/api/v1/capacity/nobody", "/api/v1/capacity/{asset_id}"),
        ("/tiles/nowhere/10/856/418", "/tiles/{layer}/{z}/{x}/{y}"),
    ],
)
def test_both_ways_have_one_name_in_the_figures(
    open_client: TestClient, plain_client: TestClient, path: str, route: str
) -> None:
    labels = {"method": "GET", "route": route, "status": "404", "tier": "public"}
    counts = []
    for client in (open_client, plain_client):
        client.get(path)
        counts.append(registry.get_sample_value("kaimen_requests_total", labels))
    assert counts[0] is not None
    assert counts[1] == counts[0] + 1
