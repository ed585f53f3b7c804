"""Whether the process and the database answer."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError

from api.requests import ServiceOf
from gis.errors import DatabaseError
from layers.database import version

router = APIRouter(tags=["operation"])


@router.get("/healthz", summary="The process is alive")
def healthz() -> dict[str, str]:
    """Say that the process is alive."""
    return {"status": "ok"}


@router.get("/readyz", summary="The database is reachable and its tables are up to date")
def readyz(service: ServiceOf) -> JSONResponse:
    """Say whether requests can be answered."""
    try:
        current, newest = version(service.private)
    except (DatabaseError, OperationalError):
        # Their words name the server, which is no stranger's affair.
        return JSONResponse({"status": "the database cannot be reached"}, status_code=503)
    ready = current == newest
    return JSONResponse(
        {"status": "ready" if ready else "upgrade due", "tables": current, "newest": newest},
        status_code=200 if ready else 503,
    )
