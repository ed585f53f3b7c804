"""The pages for people."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.operations.overview import overview_page
from api.requests import ServiceOf, TierOf
from api.tiers import Tier

router = APIRouter(tags=["pages"])


@router.get("/", summary="What the database holds, drawn", response_class=HTMLResponse)
def overview(service: ServiceOf, tier: TierOf) -> Response:
    """Show what the database holds to whom it may be shown; the public is shown what it may ask for."""
    if tier is Tier.PUBLIC:
        return RedirectResponse("/docs")
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return HTMLResponse(overview_page(service.private), headers={"Content-Security-Policy": policy})
