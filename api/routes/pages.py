"""The pages for people."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.operations.overview import overview_page
from api.requests import ServiceOf

router = APIRouter(tags=["pages"])


@router.get("/", summary="What the database holds, drawn", response_class=HTMLResponse)
def overview(service: ServiceOf) -> HTMLResponse:
    """Show what the database holds."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return HTMLResponse(overview_page(service.private), headers={"Content-Security-Policy": policy})
