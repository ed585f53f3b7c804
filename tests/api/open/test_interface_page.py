"""The page of the interface names every route that the interface describes."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi.testclient import TestClient

from api.operations.jobs import BOUNDS
from layers.tables.jobs import ENDED, UNDER_WAY

ROOT = Path(__file__).parents[3]


def test_every_route_is_named_with_its_method(open_client: TestClient) -> None:
    page = (ROOT / "docs" / "interface.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(GET|POST|DELETE) `([^`]+)`", page))
    described = {
        (method.upper(), path)
        for path, methods in open_client.get("/api/v1/openapi.json").json()["paths"].items()
        for method in methods
    }
    assert len(described) > 20
    assert described <= named


def test_every_get_route_has_an_example_that_answers(open_client: TestClient) -> None:
    page = (ROOT / "docs" / "interface.md").read_text(encoding="utf-8")
    asked = [each for each in re.findall(r"curl [^\n]*'B(/[^']*)'", page) if not each.endswith("/decision")]
    assert len(asked) > 10
    for path in asked:
        # A second edition, and one with a screening, are asked for in tests of their own.
        if "Q4-2" not in path and "/zones/export" not in path:
            assert open_client.get(path).status_code in {200, 204}, path


def test_the_bounds_of_jobs_are_those_of_the_code() -> None:
    page = (ROOT / "docs" / "interface.md").read_text(encoding="utf-8")
    assert f"At most {BOUNDS.of_all} jobs are under way, {BOUNDS.of_one} of one token" in page
    assert set(re.findall(r"`(waiting|running|done|failed|cancelled|lost)`", page)) == {*UNDER_WAY, *ENDED}
