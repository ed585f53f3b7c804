"""With the first wall gone, every request an operator's, the database still tells nothing exact."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api.app import create_app
from api.operations.editions import Request, publish_edition
from api.service import Service
from api.settings import Settings
from api.tiers import Tier
from layers.editions.publish import PublishWatch
from tests.gis.editions.districts import fill, rows

SECRETS = ("10kVFD线", "4号台区", "5号地块", "6号地块", "P5", "P6", "120.6114", "31.1056", "FD", "D4")
"""A withheld feeder and transformer, parcels of claims, and parts of exact positions."""

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
    """Makes every request an operator's, just before the routes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["kaimen.tier"] = Tier.OPERATOR
        await self.app(scope, receive, send)


@pytest.fixture
def breached(engine: Engine, public_engine: Engine, tmp_path: Path) -> Iterator[TestClient]:
    """Ask an application whose first wall has fallen; both its pools are the public's."""
    fill(engine, rows())
    home = tmp_path / "home"
    day = date(2026, 11, 21)
    publish_edition(engine, home, Request(day), day, PublishWatch(lambda _: None, lambda: None))
    settings = Settings(home=home, database_url=None, rate_limit=0)
    app = create_app(Service(settings, private=public_engine, public=public_engine))
    app.user_middleware.append(Middleware(Forced))
    with TestClient(app, follow_redirects=False) as asked:
        yield asked


def addresses(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Return every method and path with values that could open something."""
    for path, methods in app.openapi()["paths"].items():
        names = re.findall(r"\{([^}]+)\}", path)
        for method in methods:
            for values in itertools.product(CANDIDATES, repeat=min(len(names), 2)):
                filled = dict(zip(names, itertools.chain(values, itertools.repeat("1")), strict=False))
                yield method.upper(), path.format(**filled)


def test_the_district_holds_the_secrets(engine: Engine) -> None:
    fill(engine, rows())
    with engine.connect() as connection:
        held = " ".join(
            str(connection.execute(text(f"select *, ST_AsText(geom) from grid.{layer}")).all())
            for layer in ("feeders", "transformers", "parcels")
        )
    assert not [each for each in SECRETS if each not in held and not each[0].isdigit()]


def test_nothing_exact_leaks_from_any_route(breached: TestClient) -> None:
    app: Any = breached.app
    seen = []
    for method, path in addresses(app):
        body = BODY if method == "POST" else None
        reply = breached.request(method, path + QUERY, json=body)
        seen.append(reply.status_code)
        # Names of assets as their values in JSON, or as words of a page or a file.
        for secret in SECRETS:
            if secret not in path:
                assert not re.search(rf"(?<![\w.]){re.escape(secret)}(?!\w)", reply.text), (
                    method,
                    path,
                    secret,
                )
        assert reply.status_code < 500, (path, reply.text[:500])
    assert 200 in seen


def test_what_needs_more_is_refused_by_the_database(breached: TestClient) -> None:
    refused = breached.get("/")
    assert refused.status_code == 403
    assert "permission denied" not in refused.text
    assert json.loads(refused.text)["status"] == 403
