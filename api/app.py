"""The web application."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from api.errors import problem
from api.operations.overview import overview_page
from gis.errors import DatabaseError, KaimenError
from layers.database import version


def create_app(engine: Engine) -> FastAPI:
    """Return the application over a database.

    Parameters
    ----------
    engine
        Handed in, so that a test or a notebook can serve a database of its own.
    """
    app = FastAPI(
        title="Kaimen",
        summary="Grid capacity disclosure and siting (开门接电)",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # its page would ask other hosts for scripts
        redoc_url=None,
    )
    for kind in (KaimenError, OperationalError, HTTPException):
        app.add_exception_handler(kind, problem)

    @app.get("/healthz", summary="The process is alive")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", summary="The database is reachable and its tables are up to date")
    def readyz() -> JSONResponse:
        try:
            current, newest = version(engine)
        except (DatabaseError, OperationalError):
            # Their words name the server, which is no stranger's affair.
            return JSONResponse({"status": "the database cannot be reached"}, status_code=503)
        ready = current == newest
        return JSONResponse(
            {"status": "ready" if ready else "upgrade due", "tables": current, "newest": newest},
            status_code=200 if ready else 503,
        )

    @app.get("/", summary="What the database holds, drawn", response_class=HTMLResponse)
    def overview() -> HTMLResponse:
        policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        return HTMLResponse(overview_page(engine), headers={"Content-Security-Policy": policy})

    return app
