"""The interface, described for people."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.page_route import PAGE_PROBLEMS, PageRoute, frame_of
from maps.interface_page import interface_page_html

router = APIRouter(tags=["pages"], route_class=PageRoute, responses=PAGE_PROBLEMS)


@router.get("/docs", summary="The interface, described for people", response_class=HTMLResponse)
def docs(request: Request) -> HTMLResponse:
    """Show every path with what it takes and gives."""
    return HTMLResponse(interface_page_html(request.app.openapi(), frame_of(request, "docs")))
