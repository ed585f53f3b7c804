"""The web application."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from api.errors import problem
from api.routes import capacity, editions, health, ogc, ogc_items, ogc_tiles, pages, policy, tiles
from api.service import Service
from gis.errors import KaimenError


def create_app(service: Service) -> FastAPI:
    """Return the application over a service.

    Parameters
    ----------
    service
        What requests are answered from.
    """
    app = FastAPI(
        title="Kaimen",
        summary="Grid capacity disclosure and siting (开门接电)",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # its page would ask other hosts for scripts
        redoc_url=None,
    )
    app.state.service = service
    for kind in (KaimenError, OperationalError, HTTPException):
        app.add_exception_handler(kind, problem)
    for routes in (health, pages, capacity, editions, policy, ogc, ogc_items, ogc_tiles, tiles):
        app.include_router(routes.router)
    return app
