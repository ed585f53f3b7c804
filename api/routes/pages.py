"""The pages for people (网页)."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BeforeValidator, Field
from starlette.exceptions import HTTPException

from api.bounds import K_MAX, LIMIT_M_MAX
from api.clock import today
from api.cursors import read_cursor
from api.operations.connection import parcel_as_json, parcel_page, reply
from api.operations.downloads import file_address
from api.operations.editions import Shelf, diff_editions, edition_as_json, shelf
from api.operations.front import first_broken, policies
from api.operations.map_content import map_content
from api.operations.notice import notice_page
from api.operations.published import edition_meant, found_by, page_of, with_words
from api.operations.siting import Place
from api.page_route import PAGE_PROBLEMS, PageRoute, frame_of
from api.queries import CursorWord, SearchWords
from api.requests import Language, LanguageOf, ServiceOf, TierOf
from api.routes.siting import QuestionOf, known_parcel
from api.routes.tiles import RunWord, no_run
from api.schemas.capacity import LevelName, StatusName
from api.service import Service
from api.tiers import Tier
from gis.editions.diff import Diff
from gis.editions.header import Edition
from gis.siting.question import DEFAULT_K, DEFAULT_LIMIT_M
from layers.queries.collections import CAPACITY
from layers.queries.published import Wanted, as_object
from maps.editions_page import EditionsPage, editions_page_html
from maps.map_page import map_page_html
from maps.parcel_page import parcel_page_html
from maps.screen_page import ScreenPage, screen_page_html
from maps.table_page import (
    TablePage,
    capacity_heads,
    capacity_rows,
    parcel_heads,
    parcel_rows,
    table_page_html,
)

router = APIRouter(tags=["pages"], route_class=PageRoute, responses=PAGE_PROBLEMS)

_ROWS: Final = 100
_ANY: Final = BeforeValidator(lambda text: text or None)
"""What a form leaves empty is not asked for."""


@router.get(
    "/", summary="The map: where the grid is open, and what a parcel can have", response_class=HTMLResponse
)
def map_page(
    request: Request, service: ServiceOf, tier: TierOf, language: LanguageOf, run: RunWord = None
) -> HTMLResponse:
    """Show the map."""
    frame = frame_of(request, "zones" if request.query_params.get("view") == "zones" else "map")
    content = map_content(service, tier, language, run)
    if content is None:
        raise no_run(request, run)
    return HTMLResponse(map_page_html(content, frame))


@router.get("/table", summary="What the map shows, as rows", response_class=HTMLResponse)
def table(  # noqa: PLR0913  # the parameters of one query
    request: Request,
    service: ServiceOf,
    tier: TierOf,
    *,
    of: Literal["capacity", "parcels"] = "capacity",
    q: SearchWords = None,
    level: Annotated[LevelName | None, _ANY, Query()] = None,
    status: Annotated[StatusName | None, _ANY, Query()] = None,
    load_kva: Annotated[Annotated[float, Field(gt=0, le=1_000_000)] | None, _ANY, Query()] = None,
    cursor: CursorWord = None,
) -> HTMLResponse:
    """Show published assets or parcels, page by page."""
    frame = frame_of(request, "table")
    asked = {name: value for name, value in request.query_params.items() if name != "cursor"}
    language = frame.language
    begin = read_cursor(cursor) if cursor else None
    first = f"/table?{urlencode(asked)}" if cursor else ""
    if of == "parcels":
        ground = service.office.ground()
        public = tier is Tier.PUBLIC
        held = parcel_page(ground, q, (), _ROWS, begin, public=public)
        told = [parcel_as_json(ground, each, language, public=public) for each in held.numbers]
        page = TablePage(
            of,
            asked,
            parcel_heads(language),
            parcel_rows(told, language),
            onward=_onward(asked, held.cursor),
            first=first,
        )
        return HTMLResponse(table_page_html(page, frame))
    edition = edition_meant(service, begin)
    equal = {name: value for name, value in (("level", level), ("status", status)) if value}
    wanted = Wanted(equal=equal, ids=found_by(service, edition, q))
    found = page_of(service, CAPACITY, edition, wanted, cursor=begin, limit=_ROWS, shape=as_object)
    rows = capacity_rows((with_words(each, language) for each in found.page.rows), language, load_kva)
    page = TablePage(
        of,
        asked,
        capacity_heads(language, load_kva),
        rows,
        onward=_onward(asked, found.cursor),
        first=first,
    )
    return HTMLResponse(table_page_html(page, frame))


def _onward(asked: dict[str, str], cursor: str | None) -> str:
    """Return the address of the next page, "" after the last one."""
    return f"/table?{urlencode(asked | {'cursor': cursor})}" if cursor else ""


@router.get("/editions", summary="Every edition, what changed, its files", response_class=HTMLResponse)
def editions(
    request: Request,
    service: ServiceOf,
    *,
    one: Annotated[str | None, Query(alias="from", max_length=100)] = None,
    other: Annotated[str | None, Query(alias="to", max_length=100)] = None,
) -> HTMLResponse:
    """Show the editions, newest first, and what changed between two of them."""
    frame = frame_of(request, "editions")
    known = shelf(service.public, today())
    newest = known.editions[-1] if known.editions else None
    page = EditionsPage(
        editions=[_edition(each, known) for each in reversed(known.editions)],
        broken=None if newest is None else first_broken(service, newest.sha256, today()),
        next_due="" if newest is None else newest.next_due.isoformat(),
        late_days=known.overdue_days,
        diff=_diff(service, known, one, other, frame.language),
    )
    return HTMLResponse(editions_page_html(page, frame))


def _edition(edition: Edition, known: Shelf) -> dict[str, Any]:
    told = edition_as_json(edition, known)
    files = [
        {
            "href": f"/api/v1/editions/{quote(edition.id)}/{file_address(edition, each['name'])}",
            "ending": each["name"].removeprefix(f"{edition.id}."),
            "size": f"{each['bytes'] / 1000:,.0f} kB",
        }
        for each in edition.facts["files"]
    ]
    return told | {"edition_id": edition.id, "files": files}


def _diff(
    service: Service, known: Shelf, one: str | None, other: str | None, language: Language
) -> Diff | None:
    """Return the comparison that is asked for; that of the last two editions where none is."""
    ids = [each.id for each in known.editions]
    for each in filter(None, (one, other)):
        if each not in ids:
            zh, en = f"没有公开期次 {each!r}", f"edition {each!r} does not exist"
            raise HTTPException(404, zh if language == "zh" else en)
    if one is None or other is None:
        if len(ids) <= 1:
            return None
        one, other = ids[-2], ids[-1]
    pair = (one, other)
    [found] = service.kept.get(("page diff", *pair), lambda: (diff_editions(service.private, *pair),))
    return found


@router.get("/screen", summary="Ask for screenings, as a planner", response_class=HTMLResponse)
def screening(request: Request, language: LanguageOf) -> HTMLResponse:
    """Show the form; whose token it is, and what that token has asked for, the page finds out by itself."""
    content = ScreenPage(policies(language), DEFAULT_K, K_MAX, DEFAULT_LIMIT_M, LIMIT_M_MAX)
    return HTMLResponse(screen_page_html(content, frame_of(request, "")))


@router.get(
    "/parcel/{parcel_id:path}",
    summary="What a parcel can be connected to, to print",
    response_class=HTMLResponse,
)
def parcel(
    request: Request,
    parcel_id: str,
    service: ServiceOf,
    tier: TierOf,
    question: QuestionOf,
    option: Annotated[int, Query(ge=1, le=20)] = 1,
) -> HTMLResponse:
    """Show the assessment of a parcel, written by the server."""
    frame = frame_of(request, "")
    known_parcel(request, parcel_id)
    replied = reply(service, tier, question.at(Place(parcel=parcel_id)))
    found = len(replied.answered.assessment.proposals)
    page = notice_page(
        service.engine(tier),
        replied.answered,
        frame.language,
        requested_on=today(),
        attribution=frame.attribution,
        option=min(option, max(found, 1)) - 1,
        edition=replied.edition,
        public=replied.public,
    )
    asked = [pair for pair in request.query_params.multi_items() if pair[0] != "lang"]
    query = urlencode([*asked, ("lang", frame.language)])
    told = parcel_page_html(
        page,
        frame,
        on_map=f"/?{urlencode({'parcel': parcel_id})}&{query}",
        notice=f"/api/v1/parcels/{quote(parcel_id, safe='')}/connection/notice.pdf?{query}",
    )
    return HTMLResponse(told)
