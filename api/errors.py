"""Errors on the web: one table from class to status, and RFC 9457 bodies."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import JSONResponse

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
    if not isinstance(fault, KaimenError):
        raise fault
    status = next(code for kind, code in STATUS if isinstance(fault, kind))
    body = {
        "type": "about:blank",
        "title": fault.title,
        "status": status,
        "detail": fault.detail,
        "repair": fault.repair,
        "faults": list(fault.faults),
    }
    return JSONResponse(body, status_code=status, media_type="application/problem+json")
