"""Problems in both languages, whatever goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

import psycopg
import pytest
from fastapi import Query
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from api.app import create_app
from api.errors import PROBLEM_SCHEMA
from api.problem_words import ANY_FAULT, FAULTS, PLACES, STATUSES, TITLES
from api.service import Service
from gis import errors

DENIED = psycopg.errors.InsufficientPrivilege("permission denied for table feeders")
RAISED: dict[str, tuple[Exception, int]] = {
    "input": (errors.FactsError("load_kva is -1", repair="give more", faults=("a", "b")), 422),
    "conflict": (errors.CapacityError("no room"), 409),
    "database": (errors.DatabaseError("the database postgresql://kaimen@h/secret is away"), 503),
    "no data": (errors.MissingDataError("the database holds no roads"), 503),
    "cluster": (errors.ClusterError("/home/secret is gone"), 503),
    "no room": (errors.StorageError("/home/secret cannot be written"), 507),
    "full server": (OperationalError("select secret", {}, psycopg.errors.DiskFull("secret")), 507),
    "slow": (OperationalError("select secret", {}, psycopg.errors.QueryCanceled("secret")), 503),
    "locked": (OperationalError("select secret", {}, psycopg.errors.LockNotAvailable("secret")), 503),
    "ours": (errors.KaimenError("secret"), 500),
    "bug": (KeyError("secret"), 500),
    "lost": (OperationalError("select secret", {}, Exception("secret")), 503),
    "busy": (PoolTimeoutError("secret"), 503),
    "value": (DataError("select secret", {}, Exception("secret")), 422),
    "denied": (ProgrammingError("select secret", {}, DENIED), 403),
    "statement": (ProgrammingError("select secret", {}, Exception("secret")), 500),
    "gone": (HTTPException(404), 404),
    "told": (HTTPException(406, "only csv"), 406),
}


class Body(BaseModel, extra="forbid"):
    load_kva: float = Field(gt=0, le=1_000_000, allow_inf_nan=False)
    on: date
    name: str = Field(min_length=1, max_length=3, pattern="^[a-z]+$")
    kind: Literal["a", "b"]
    many: list[int] = Field(min_length=1, max_length=2)


@pytest.fixture
def service(shared_service: Service) -> Service:
    return shared_service


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    app = create_app(service)

    @app.get("/raise/{name}")
    def fail(name: str) -> None:
        raise RAISED[name][0]

    @app.post("/body")
    def body(body: Body) -> None:
        del body

    @app.get("/query")
    def query(k: Annotated[int, Query(ge=1, le=20)], on: date, flag: bool = False) -> None:
        del k, on, flag

    with TestClient(app) as asked:
        yield asked


def checked(reply: Any, status: int, language: str) -> dict[str, Any]:
    """Return a problem, after all that holds for each of them."""
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["content-language"] == language
    told: dict[str, Any] = reply.json()
    assert set(PROBLEM_SCHEMA["required"]) <= set(told) <= set(PROBLEM_SCHEMA["properties"])
    assert told["status"] == status
    assert told["request_id"] == reply.headers["x-request-id"]
    assert any("\u4e00" <= sign <= "\u9fff" for sign in told["title"]) is (language == "zh")
    for secret in ("secret", "select", "Traceback", "feeders"):
        assert secret not in reply.text
    return told


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", RAISED)
def test_what_a_route_raises_is_a_problem_in_the_language_of_the_request(
    client: TestClient, name: str, language: str
) -> None:
    reply = client.get(f"/raise/{name}", headers={"Accept-Language": language})
    told = checked(reply, RAISED[name][1], language)
    assert (reply.headers.get("retry-after") is not None) is (told["status"] == 503)
    if name == "input":
        assert (told["detail"], told["repair"], told["faults"]) == ("load_kva is -1", "give more", ["a", "b"])
    if name == "no data":
        assert told["detail"] == "the database holds no roads"
    if name == "told":
        assert told["detail"] == "only csv"


ASKED: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "/nonsense", {}, 404),
    ("DELETE", "/healthz", {}, 405),
    ("POST", "/body", {"content": b"x" * 1_048_577}, 413),
    ("GET", "/healthz?" + "x" * 9000, {}, 414),
    ("POST", "/body", {"content": b"a=1", "headers": {"Content-Type": "text/plain"}}, 415),
    ("POST", "/body", {"content": b"{", "headers": {"Content-Type": "application/json"}}, 400),
    ("POST", "/body", {"json": {}}, 422),
    ("GET", "/healthz", {"headers": {"Authorization": "Bearer x"}}, 401),
    ("GET", "/healthz", {"headers": {"X": "y" * 20_000}}, 431),
]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("method", "path", "more", "status"), ASKED)
def test_what_the_walls_refuse_is_a_problem_too(
    client: TestClient, method: str, path: str, more: dict[str, Any], status: int, language: str
) -> None:
    headers = {"Accept-Language": language} | more.get("headers", {})
    told = checked(client.request(method, path, **more | {"headers": headers}), status, language)
    assert told["title"] == getattr(STATUSES[status].title, language)


def test_a_method_that_is_not_known_names_those_that_are(client: TestClient) -> None:
    assert client.post("/healthz").headers["allow"] == "GET, HEAD"
    assert client.get("/body").headers["allow"] == "POST"


def test_all_faults_are_told_at_once_with_their_fields(client: TestClient) -> None:
    wrong = {"load_kva": 0, "on": "2026-02-30", "name": "ABC", "kind": "c", "many": [], "extra": 1}
    told = checked(client.post("/body", json=wrong), 422, "en")
    assert told["faults"] == [
        "body load_kva: has to be more than 0.0",
        "body on: has to be a date, YYYY-MM-DD",
        "body name: has to be of the form ^[a-z]+$",
        "body kind: has to be one of 'a' or 'b'",
        "body many: has to have at least 1 items",
        "body extra: is not known",
    ]
    told = checked(client.get("/query?k=x&flag=maybe&lang=zh"), 422, "zh")
    assert told["faults"] == ["查询 k: 须为整数", "查询 on: 缺少此项", "查询 flag: 须为 true 或 false"]


def test_a_value_that_is_refused_is_not_repeated(client: TestClient) -> None:
    reply = client.get("/query?k=<script>&on=<script>")
    assert reply.status_code == 422
    assert "<script>" not in reply.text


def kinds(kind: type[errors.KaimenError]) -> set[type[errors.KaimenError]]:
    return {kind}.union(*(kinds(each) for each in kind.__subclasses__()))


def test_every_kind_of_error_has_a_chinese_title() -> None:
    told = {kind for kind in kinds(errors.KaimenError) if kind.__module__ == errors.__name__}
    assert set(TITLES) == told


def test_all_words_stand_in_both_languages() -> None:
    own = [each for name, each in FAULTS.items() if name != "cannot_be_used"]  # told by whoever refuses
    words = [*own, ANY_FAULT, *(each for told in STATUSES.values() for each in told)]
    for each in [*words, *(place for name, place in PLACES.items() if name != "cookie")]:
        assert any("\u4e00" <= sign <= "\u9fff" for sign in each.zh), each
        assert each.en.isascii(), each
    for each in own:  # both say the same values
        assert {part for part in each.zh.split() if "{" in part} == {
            part for part in each.en.split() if "{" in part
        }
    assert {400, 401, 403, 404, 405, 413, 414, 415, 422, 429, 500, 503} <= set(STATUSES)
