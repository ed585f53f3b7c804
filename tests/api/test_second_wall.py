"""With the first wall gone, every request an operator's, the database still tells nothing exact."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api.app import create_app
from api.middleware.gate import Gate
from api.service import Service
from api.tiers import Tier
from layers.queries.working_tiles import WORKING_LAYERS
from tests.api.open.exports import screened
from tests.api.tiles.conftest import column_row
from tests.gis.editions.districts import fill, rows

SECRETS = ("10kVFD线", "4号台区", "5号地块", "6号地块", "P5", "P6", "120.6114", "31.1056", "FD", "D4")
"""A withheld feeder and transformer, parcels of claims, and parts of exact positions."""

WITHHELD = ("10kVFD线", "4号台区", "FD", "D4", "FS", "FI", "C5", "120.6145", "31.1056")
"""What no edition tells: assets, a claim, the exact position of a transformer."""

CANDIDATES = (
    "F1",
    "FD",
    "D4",
    "P5",
    "S1",
    "C5",
    "zones",
    "capacity",
    "parcels",
    "10",
    "csv",
    "demo",
    "wujiang",
)
BODY = {
    "geometry": {"type": "Point", "coordinates": [120.61, 31.11]},
    "load_kva": 100,
    "on": "2026-11-21",
    "jurisdiction": "wujiang",
    "facts": {},
}
QUERY = "?load_kva=100&bbox=120,31,121,32&q=F&limit=100&on=2026-11-21"


class Forced:
    """Makes every request an operator's, behind the gate and before whatever answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["kaimen.tier"] = Tier.OPERATOR
        await self.app(scope, receive, send)


@pytest.fixture
def breached(stocked: Service) -> Iterator[TestClient]:
    """Ask an application whose first wall has fallen; both its pools are the public's."""
    app = create_app(Service(stocked.settings, private=stocked.public, public=stocked.public))
    walls: list[object] = [each.cls for each in app.user_middleware]
    app.user_middleware.insert(walls.index(Gate) + 1, Middleware(Forced))
    with TestClient(app, follow_redirects=False) as asked:
        yield asked


def addresses(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Return every method and path with values that could open something."""
    for path, methods in app.openapi()["paths"].items():
        names = re.findall(r"\{([^}]+)\}", path)
        for method in methods:
            for first, shift in itertools.product(range(len(CANDIDATES)), range(3 if len(names) > 1 else 1)):
                values = (
                    CANDIDATES[(first + shift * place) % len(CANDIDATES)] for place in itertools.count()
                )
                yield method.upper(), path.format(**dict(zip(names, values, strict=False)))
                if not names:
                    break


def words_of(reply: Any) -> str:
    """Return what can be read in an answer; of a PDF its text."""
    if reply.headers.get("content-type", "").startswith("application/pdf"):
        with pypdfium2.PdfDocument(reply.content) as document:
            return "\n".join(page.get_textpage().get_text_range() for page in document)
    return str(reply.text)


def test_the_district_holds_the_secrets(engine: Engine) -> None:
    fill(engine, rows())
    with engine.connect() as connection:
        held = " ".join(
            str(connection.execute(text(f"select *, ST_AsText(geom) from grid.{layer}")).all())
            for layer in ("feeders", "transformers", "parcels")
        )
    assert not [each for each in SECRETS if each not in held and not each[0].isdigit()]


def leaks(client: TestClient, secrets: tuple[str, ...]) -> set[int]:
    """Ask every route for everything; return the statuses, after none has told a secret."""
    app: Any = client.app
    seen = set()
    for method, path in addresses(app):
        reply = client.request(method, path + QUERY, json=BODY if method == "POST" else None)
        seen.add(reply.status_code)
        words = words_of(reply)
        # Names of assets as their values in JSON, or as words of a page or a file.
        for secret in secrets:
            if secret not in path:
                found = re.search(rf"(?<![\w.]){re.escape(secret)}(?!\w)", words)
                assert not found, (method, path, secret, words[:500])
        assert reply.status_code < 500, (path, reply.text[:500])
    return seen


def test_nothing_exact_leaks_from_any_route(breached: TestClient) -> None:
    assert 200 in leaks(breached, SECRETS)


def test_nothing_withheld_is_told_without_a_token(stocked: Service) -> None:
    with TestClient(create_app(stocked), follow_redirects=False) as client:
        assert 200 in leaks(client, WITHHELD)


def test_what_needs_more_is_refused_by_the_database(breached: TestClient) -> None:
    refused = breached.get("/api/v1/parcels")
    assert refused.status_code == 403
    assert "permission denied" not in refused.text
    assert json.loads(refused.text)["status"] == 403


@pytest.mark.parametrize("layer", WORKING_LAYERS)
def test_tiles_that_are_the_same_for_all_are_drawn_and_no_exact_one(
    stocked: Service, breached: TestClient, layer: str
) -> None:
    screened(stocked.private)
    seen = set()
    for zoom in (9, 11, 13, 14, 16):
        x, y = column_row(zoom, 120.6125, 31.1105)
        reply = breached.get(f"/tiles/{layer}/{zoom}/{x}/{y}")
        seen.add(reply.status_code)
        for secret in SECRETS:
            assert secret.encode() not in reply.content
    # What parcels and assets are drawn from for whoever has a token is no table of the public's login.
    assert seen - {204} == ({200} if layer in {"base", "zones"} else {403})
