"""The interface against its own description: requests made up from it, for every route there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.service import Service

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 120
"""Requests in all, shared by the routes; each gets at least `FEWEST`."""
FEWEST = 3


def attack(app: FastAPI, headers: Mapping[str, str], only: str = "") -> dict[str, int]:
    """Ask every operation for what its description allows and for what it does not; return how often.

    `only` names a path, where one is to be asked.
    """
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]  # a schema that cannot be read raises
    operations = [operation for operation in operations if only in {"", operation.path}]
    each = max(FEWEST, EXAMPLES // 2 // len(operations))
    asked = {}
    for operation in operations:
        modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE][: 1 + takes_something(operation)]
        counts = [ask(operation, mode, headers, each) for mode in modes]
        asked[f"{operation.method} {operation.path}"] = sum(counts)
    return asked


def ask(operation: Any, mode: GenerationMode, headers: Mapping[str, str], examples: int) -> int:
    """Make up requests for an operation, look at the answers, and return how many there were."""
    asked = 0

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def check(case: Any) -> None:
        nonlocal asked
        asked += 1
        case.call_and_validate(headers=dict(headers), checks=CHECKS)

    try:
        check()
    except Unsatisfiable:  # what takes any text cannot be given a wrong one
        assert mode is GenerationMode.NEGATIVE
    return asked


def takes_something(operation: Any) -> bool:
    """Whether there is anything that could be wrong about a request."""
    raw = operation.definition.raw
    return bool(raw.get("parameters") or raw.get("requestBody"))


@pytest.mark.parametrize("role", ["public", "operator"])
def test_every_route_answers_as_it_is_described(
    stocked: Service, bearer: Callable[[Any], dict[str, str]], role: str
) -> None:
    app = create_app(stocked)
    asked = attack(app, {} if role == "public" else bearer(role))
    described = {f"{method} {path}" for path, methods in app.openapi()["paths"].items() for method in methods}
    assert set(asked) == described
    assert min(asked.values()) >= 1


def test_every_route_describes_what_it_refuses(service: Service) -> None:
    for path, methods in create_app(service).openapi()["paths"].items():
        for operation in methods.values():
            told = operation["responses"]["default"]["content"]
            pages = {"text/html"} if "pages" in operation["tags"] else set()
            assert set(told) - pages == {"application/problem+json"}, path


@pytest.mark.parametrize("fault", ["an error", "another form"])
def test_a_route_that_does_not_would_be_found(service: Service, fault: str) -> None:
    app = create_app(service)

    @app.get(
        "/broken",
        response_model=None,
        responses={200: {"content": {"application/json": {"schema": {"type": "integer"}}}}},
    )
    def broken(n: int) -> str:
        if fault == "an error":
            raise RuntimeError(str(n))
        return "text"

    with pytest.raises((FailureGroup, ExceptionGroup)):
        attack(app, {}, only="/broken")
