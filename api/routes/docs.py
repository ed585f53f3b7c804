"""The interface, described for people."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.middleware.csp import nonce_of
from api.requests import LanguageOf
from maps.interface_page import interface_page

router = APIRouter(tags=["operation"])


@router.get("/docs", summary="The interface, described for people", response_class=HTMLResponse)
def docs(request: Request, language: LanguageOf) -> HTMLResponse:
    """Show every path with what it takes and gives."""
    return HTMLResponse(interface_page(request.app.openapi(), language, nonce_of(request)))
