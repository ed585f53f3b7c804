"""Whether the process and the database answer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError

from api.errors import RETRY_SECONDS
from api.requests import ServiceOf
from gis.errors import DatabaseError
from layers.database import version

router = APIRouter(tags=["operation"])

_RETRY = {"Retry-After": str(RETRY_SECONDS)}
_NOT_READY: dict[int | str, dict[str, Any]] = {
    503: {"description": "Requests cannot be answered now", "content": {"application/json": {}}}
}


@router.get("/healthz", summary="The process is alive")
async def healthz() -> dict[str, str]:
    """Say that the process is alive; not on a thread, as all of them may be busy."""
    return {"status": "ok"}


@router.get(
    "/readyz", summary="The database is reachable and its tables are up to date", responses=_NOT_READY
)
def readyz(service: ServiceOf) -> JSONResponse:
    """Say whether requests can be answered."""
    try:
        current, newest = version(service.private)
    except (DatabaseError, OperationalError):
        # Their words name the server, which is no stranger's affair.
        return JSONResponse({"status": "the database cannot be reached"}, status_code=503, headers=_RETRY)
    ready = current == newest
    return JSONResponse(
        {"status": "ready" if ready else "upgrade due", "tables": current, "newest": newest},
        status_code=200 if ready else 503,
        headers={} if ready else _RETRY,
    )
