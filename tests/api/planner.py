"""Somebody who asks for screenings, for the tests of jobs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient

from api.app import create_app
from api.operations.tokens import create_token
from api.service import Service
from layers.tables.jobs import ENDED
from tests.gis.siting.towns import ON

PATIENCE_S = 60
DAY = {"on": ON.isoformat()}


def until(met: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while not (found := met()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


class Planner:
    """Somebody with a token of his own."""

    def __init__(self, service: Service, role: Any = "planner") -> None:
        token = create_token(service.private, role, None, 1).whole
        self.client = TestClient(create_app(service), headers={"Authorization": f"Bearer {token}"})

    def ask(self, **body: Any) -> str:
        answer = self.client.post("/api/v1/screenings", json=DAY | body)
        assert answer.status_code == 202, answer.text
        assert answer.headers["location"] == f"/api/v1/jobs/{answer.json()['id']}"
        assert answer.headers["cache-control"] == "no-store"
        return str(answer.json()["id"])

    def job(self, identity: str, language: str = "en") -> Any:
        answer = self.client.get(f"/api/v1/jobs/{identity}?lang={language}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return answer.json()

    def ended(self, identity: str) -> Any:
        return until(lambda: (job := self.job(identity))["state"] in ENDED and job)

    def at(self, identity: str, step: str, attempts: int = 1) -> None:
        until(lambda: (job := self.job(identity))["progress"]["step"] == step and job["attempts"] == attempts)
