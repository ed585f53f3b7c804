"""Errors on the web: one table from class to status, and RFC 9457 bodies in the language of the request."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from api.problem_words import ANY_FAULT, FAULTS, PLACES, STATUSES, TITLES, TOO_SLOW
from api.requests import Language, language_of
from api.turns import LaterError
from gis.errors import (
    ClusterError,
    ConflictError,
    DatabaseError,
    InputError,
    KaimenError,
    MissingDataError,
    StorageError,
)
from layers.database import is_full_database

STATUS: tuple[tuple[type[KaimenError], int], ...] = (
    (InputError, 422),
    (ConflictError, 409),
    (DatabaseError, 503),
    (ClusterError, 503),
    (StorageError, 507),
    (KaimenError, 500),
)
"""The first class that fits decides."""

HANDLED: Final = (KaimenError, SQLAlchemyError, HTTPException, RequestValidationError, LaterError)
"""What routes may raise; everything else is a fault of ours."""

RETRY_SECONDS: Final = 2
"""After how long to ask again where the database is away."""

RETRY_DATA_SECONDS: Final = 300
"""After how long to ask again where data are missing that somebody has to import."""

PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "RFC 9457",
    "type": "object",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "repair": {"type": "string"},
        "faults": {"type": "array", "items": {"type": "string"}},
        "request_id": {"type": "string"},
    },
}
PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    "default": {
        "description": "A problem, in the language of the request",
        "content": {"application/problem+json": {"schema": PROBLEM_SCHEMA}},
    }
}
"""How every route describes what it refuses."""

_log = logging.getLogger("kaimen.faults")

_MEDIA_TYPE: Final = "application/problem+json"
_DENIED: Final = "42501"
_SLOW: Final = frozenset({"57014", "55P03"})
"""The time for a statement, or for a lock that somebody else holds, is over."""
_FAULTS_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class _Problem:
    """A status with what its words do not say already."""

    status: int
    title: str | None = None
    detail: str | None = None
    repair: str | None = None
    faults: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def status_of(fault: Exception) -> int:
    """Return the status that an error is answered with."""
    return _understood(fault, "en").status


def problem(request: Request, fault: Exception) -> JSONResponse:
    """Return an error as ``application/problem+json``.

    Raises
    ------
    Exception
        The error itself where it is a fault of ours: the middleware records and tells it.
    """
    status = status_of(fault)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        raise fault
    if status == HTTPStatus.INSUFFICIENT_STORAGE:
        told = {"request_id": request.scope.get("kaimen.request_id")}
        _log.error("there is no room on the disk", extra={"kaimen": told})
    if status == HTTPStatus.FORBIDDEN and isinstance(fault, SQLAlchemyError):
        told = {"request_id": request.scope.get("kaimen.request_id")}
        _log.warning("the database refused what a route should not have asked", extra={"kaimen": told})
    return problem_answer(request.scope, fault)


def problem_answer(scope: Scope, fault: Exception) -> JSONResponse:
    """Return any error as ``application/problem+json``; nothing of what went on inside is told."""
    language = language_of(Request(scope))
    found = _understood(fault, language)
    body = _body(found, language) | {"request_id": scope.get("kaimen.request_id", "")}
    headers = {"Content-Language": language} | dict(found.headers)
    return JSONResponse(body, status_code=found.status, headers=headers, media_type=_MEDIA_TYPE)


def record_fault(scope: Scope) -> None:
    """Write the trace of the fault that is being handled to the log, under the id of its request."""
    told = {"request_id": scope.get("kaimen.request_id")}
    _log.exception("a fault of ours", extra={"kaimen": told})


def problem_body(fault: Exception, language: Language) -> dict[str, Any]:
    """Return what a problem tells of an error, without the request it was told to."""
    return _body(_understood(fault, language), language)


def faults_told(fault: RequestValidationError, language: Language) -> list[str]:
    """Return the faults of validation in words, each with the name of what it is about."""
    return list(dict.fromkeys(_fault(each, language) for each in fault.errors()[:_FAULTS_SHOWN]))


def _body(found: _Problem, language: Language) -> dict[str, Any]:
    told = STATUSES.get(found.status)
    phrase = HTTPStatus(found.status).phrase
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": found.title or (told.title[language] if told else phrase),
        "status": found.status,
        "detail": found.detail or (told.detail[language] if told else phrase),
    }
    if found.repair:
        body["repair"] = found.repair
    if found.faults:
        body["faults"] = list(found.faults)
    return body


def _understood(fault: Exception, language: Language) -> _Problem:
    if isinstance(fault, HTTPException):
        plain = fault.detail in {"", HTTPStatus(fault.status_code).phrase}
        headers = dict(fault.headers or {})
        if "GET" in headers.get("Allow", "").split(", "):
            headers["Allow"] += ", HEAD"  # every GET answers it
        return _Problem(fault.status_code, detail=None if plain else str(fault.detail), headers=headers)
    if isinstance(fault, RequestValidationError):
        return _Problem(422, faults=faults_told(fault, language))
    if isinstance(fault, LaterError):
        headers = {"Retry-After": str(fault.after_s)}
        return _Problem(503, detail=fault.words[language], headers=headers)
    if isinstance(fault, SQLAlchemyError):
        return _of_database(fault, language)
    if isinstance(fault, KaimenError):
        return _of_kaimen(fault, language)
    return _Problem(500)


def _of_database(fault: SQLAlchemyError, language: Language) -> _Problem:
    """Return what a refusal of the database means; its words name tables and servers, and stay inside."""
    if is_full_database(fault):
        return _Problem(507)
    state = getattr(fault.orig, "sqlstate", None) if isinstance(fault, DBAPIError) else None
    if state in _SLOW:
        return replace(_away(), detail=TOO_SLOW[language])
    if isinstance(fault, OperationalError | PoolTimeoutError):
        return _away()
    if isinstance(fault, DataError):
        return _Problem(422)
    if state == _DENIED:
        return _Problem(403)
    return _Problem(500)


def _of_kaimen(fault: KaimenError, language: Language) -> _Problem:
    status = next(code for kind, code in STATUS if isinstance(fault, kind))
    if status == HTTPStatus.SERVICE_UNAVAILABLE and not isinstance(fault, MissingDataError):
        return _away()  # its words name the server
    if status in {HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.INSUFFICIENT_STORAGE}:
        return _Problem(status)  # its words name folders
    title = fault.title
    if language == "zh":
        title = next(TITLES[kind] for kind in type(fault).__mro__ if kind in TITLES)
    headers = {"Retry-After": str(RETRY_DATA_SECONDS)} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    said = fault.said
    faults = [each[language] for each in said.faults]
    return _Problem(status, title, said.detail[language], said.repair[language], faults, headers)


def _away() -> _Problem:
    return _Problem(503, headers={"Retry-After": str(RETRY_SECONDS)})


def _fault(found: Mapping[str, Any], language: Language) -> str:
    """Return one fault of validation with the name of its field; the value itself is not repeated."""
    where, *names = [str(part) for part in found["loc"]] or ["body"]
    place = PLACES[where][language] if where in PLACES else where
    words = FAULTS.get(found["type"], ANY_FAULT)[language]
    said = words.format_map(_listed(found.get("ctx") or {}, language))
    return f"{' '.join([place, '.'.join(names)]).strip()}: {said}"


def _listed(values: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Return what a fault names, with pydantic's lists of choices written in the language."""
    told = dict(values)
    for name in {"expected", "expected_tags"} & set(told) if language == "zh" else ():
        told[name] = told[name].replace(" or ", "、").replace(", ", "、")
    return told
