"""The pages for people (网页)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.middleware.csp import nonce_of
from api.operations.connection import today
from api.operations.front import bounds, front, policies, thresholds
from api.requests import LanguageOf, ServiceOf, service_of
from gis.siting.loads import default_table
from maps.map_page import MapPage, TileSet, map_page_html
from maps.page_frame import PageFrame
from maps.page_words import say

router = APIRouter(tags=["pages"])


def frame_of(request: Request, language: LanguageOf, here: str) -> PageFrame:
    """Return the frame of the page that a request asks for."""
    common = front(service_of(request))
    other = "en" if language == "zh" else "zh"
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return PageFrame(
        language=language,
        nonce=nonce_of(request),
        here=here,
        other_href="?" + urlencode([*asked, ("lang", other)]),
        heading=common.heading,
        disclaimer=common.disclaimer,
        map_number=common.map_number,
    )


@router.get("/", summary="The map: where the grid is open, and what a parcel can have", response_class=HTMLResponse)
def map_page(request: Request, service: ServiceOf, language: LanguageOf) -> HTMLResponse:
    """Show the map."""
    here = "zones" if request.query_params.get("view") == "zones" else "map"
    frame = frame_of(request, language, here)
    held = bounds(service)
    version = frame.heading["edition_id"] if frame.heading else ""
    content = MapPage(
        bounds=held,
        tiles=[] if held is None else _tiles(version),
        jurisdictions=policies(language),
        thresholds=[] if held is None else _limits(thresholds(service, today(), language), language),
        power_factor=default_table().power_factor,
        example="120.64,31.19",
    )
    return HTMLResponse(map_page_html(content, frame))


def _tiles(version: str) -> list[TileSet]:
    def url(layer: str) -> str:
        return f"/tiles/{layer}/{{z}}/{{x}}/{{y}}?v={version}"

    return [TileSet(url("base")), TileSet(url("parcels")), TileSet(url("zones"), 0, "zones"), TileSet(url("feeders"), 10)]


def _limits(told: list[dict[str, Any]], language: LanguageOf) -> list[dict[str, Any]]:
    """Return the limits of each policy in words."""
    keys = {"lv_limit_kw": "zones.lv_limit", "public_line_limit_kva": "zones.public_limit"}
    return [
        {
            "name": each["name"],
            "said": [say(language, keys[name], f"{value:,.0f}") for name, value in each["limits"].items()],
        }
        for each in told
        if each["limits"]
    ]
