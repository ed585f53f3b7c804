"""Errors on the web: one table from class to status, and RFC 9457 bodies."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from gis.errors import ClusterError, ConflictError, DatabaseError, InputError, KaimenError

STATUS: tuple[tuple[type[KaimenError], int], ...] = (
    (InputError, 422),
    (ConflictError, 409),
    (DatabaseError, 503),
    (ClusterError, 503),
    (KaimenError, 500),
)
"""The first class that fits decides."""


def problem(_: Request, fault: Exception) -> JSONResponse:
    """Return an error as ``application/problem+json`` (RFC 9457)."""
    if isinstance(fault, HTTPException):
        body = {"title": HTTPStatus(fault.status_code).phrase, "status": fault.status_code}
        return _answer(body | {"detail": fault.detail}, fault.headers)
    if isinstance(fault, OperationalError):
        fault = DatabaseError("the database ended the connection", repair="ask again in a moment")
    if not isinstance(fault, KaimenError):
        raise fault
    status = next(code for kind, code in STATUS if isinstance(fault, kind))
    body = {"title": fault.title, "status": status, "detail": fault.detail}
    return _answer(body | {"repair": fault.repair, "faults": list(fault.faults)})


def _answer(body: dict[str, Any], headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(
        {"type": "about:blank"} | body,
        status_code=body["status"],
        headers=headers,
        media_type="application/problem+json",
    )
