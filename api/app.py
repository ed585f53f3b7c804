"""The web application."""

from __future__ import annotations

from fastapi import FastAPI

from api.errors import HANDLED, PROBLEMS, problem
from api.middleware import add_walls
from api.routes import (
    capacity,
    docs,
    editions,
    health,
    jobs,
    metrics,
    ogc,
    ogc_items,
    ogc_tiles,
    pages,
    policy,
    siting,
    static,
    tiles,
    zones,
)
from api.service import Service


def create_app(service: Service) -> FastAPI:
    """Return the application over a service, behind its walls.

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
        redirect_slashes=False,  # a redirection would repeat the host that the client wrote
        responses=PROBLEMS,
    )
    app.state.service = service
    for kind in HANDLED:
        app.add_exception_handler(kind, problem)
    for routes in (
        capacity,
        docs,
        editions,
        health,
        jobs,
        metrics,
        ogc,
        ogc_items,
        ogc_tiles,
        pages,
        policy,
        siting,
        static,
        tiles,
        zones,
    ):
        app.include_router(routes.router)
    add_walls(app, service)
    return app
