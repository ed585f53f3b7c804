"""``/api/v1/parcels`` and ``/api/v1/connection``: parcels, and what they can be connected to (接入评估)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.bounds import K_MAX, LIMIT_M_MAX, MAX_VERTICES
from api.caching import NOBODY, REVALIDATED, asked, etag, validated
from api.clock import today
from api.cursors import read_cursor
from api.operations.connection import (
    Connection,
    Replied,
    parcel_as_json,
    parcel_at,
    parcel_page,
    reply,
)
from api.operations.notice import notice_page
from api.operations.screening_files import DRAWN
from api.operations.search import found_as_json
from api.operations.siting import Ground, Place, shape_of
from api.operations.sources import kept_attribution
from api.queries import LANGUAGE, BBox, CursorWord, Jurisdiction, SearchWords, checked
from api.requests import language_of, service_of, tier_of
from api.schemas.siting import (
    AssessmentShown,
    ConnectionRequest,
    ParcelList,
    ParcelWithGeometry,
    PlaceFound,
    SearchResult,
)
from api.tiers import Tier
from api.turns import NOTICES
from gis.bbox import read_bbox
from gis.errors import InputError
from gis.siting.question import DEFAULT_K, DEFAULT_LIMIT_M
from gis.words import Words
from maps.notice import notice_pdf
from maps.notice_page import NoticePage

router = APIRouter(tags=["connection"])

_MOST: Final = 1000
_VARY: Final = "Accept-Language, Authorization"
_PDF: Final = "application/pdf"
_KEPT: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "As the asker has it already"}}


def _fact(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(
            Words(f"事实 {text!r} 不是 KEY=VALUE 的形式", f"fact {text!r} is not KEY=VALUE"),
            repair=Words("例如 fact=built_by=customer", "write fact=built_by=customer"),
        )
    words = {"true": True, "false": False}
    try:
        return name, words[value] if value in words else float(value)
    except ValueError:
        return name, value


FactWord = Annotated[str, checked(_fact)]


def _question(  # noqa: PLR0913  # the parameters of one query
    *,
    load_kva: Annotated[float | None, Query(gt=0, le=1_000_000, description="Load in kVA.")] = None,
    load_kw: Annotated[float | None, Query(gt=0, le=1_000_000, description="Load in kW.")] = None,
    pf: Annotated[float | None, Query(gt=0, le=1, description="Power factor.")] = None,
    on: Annotated[date | None, Query(description="The day asked; today where left out.")] = None,
    k: Annotated[int, Query(ge=1, le=K_MAX, description="Number of options.")] = DEFAULT_K,
    limit_m: Annotated[float, Query(gt=0, le=LIMIT_M_MAX, description="Longest route.")] = DEFAULT_LIMIT_M,
    supplies: Annotated[int | None, Query(ge=1, le=2, description="2 for a double supply.")] = None,
    jurisdiction: Annotated[Jurisdiction, Query()] = None,
    fact: Annotated[list[FactWord] | None, Query(max_length=20, description="A fact as KEY=VALUE.")] = None,
) -> Connection:
    return Connection(
        place=Place(),
        load_kva=load_kva,
        load_kw=load_kw,
        power_factor=pf,
        on=on,
        k=k,
        limit_m=limit_m,
        supplies=supplies,
        jurisdiction=jurisdiction,
        facts=dict(_fact(each) for each in fact or ()),
    )


QuestionOf = Annotated[Connection, Depends(_question)]


@router.get(
    "/api/v1/parcels",
    summary="Parcels by words and place",
    response_model=None,
    responses={200: {"model": ParcelList}},
    openapi_extra={"parameters": [LANGUAGE]},
)
def parcels(
    request: Request,
    q: SearchWords = None,
    bbox: BBox = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
    cursor: CursorWord = None,
) -> Response:
    """List parcels by id, page by page."""
    ground, tier, language = service_of(request).office.ground(), tier_of(request), language_of(request)

    def make() -> Response:
        boxes, public = tuple(read_bbox(bbox)) if bbox else (), tier is Tier.PUBLIC
        begin = read_cursor(cursor) if cursor else None
        page = parcel_page(ground, q, boxes, limit, begin, public=public)
        told = [parcel_as_json(ground, each, language, public=public) for each in page.numbers]
        return _json({"parcels": told, "more": page.cursor is not None, "cursor": page.cursor})

    return validated(request, _tag(request, ground), REVALIDATED, make, _VARY)


@router.get(
    "/api/v1/places",
    summary="The parcel at a place",
    response_model=None,
    responses={200: {"model": PlaceFound}},
    openapi_extra={"parameters": [LANGUAGE]},
)
def places(
    request: Request,
    lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
    lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
) -> Response:
    """Tell the smallest parcel that covers a place."""
    ground, tier = service_of(request).office.ground(), tier_of(request)

    def make() -> Response:
        public = tier is Tier.PUBLIC
        number = parcel_at(ground, lon, lat, public=public)
        told = None
        if number is not None:
            told = parcel_as_json(ground, number, language_of(request), public=public, geometry=True)
        return _json({"parcel": told})

    return validated(request, _tag(request, ground), REVALIDATED, make, _VARY)


@router.get(
    "/api/v1/search",
    summary="Parcels, assets and coordinates by words",
    response_model=None,
    responses={200: {"model": SearchResult}},
)
def search(
    request: Request,
    q: Annotated[str, Query(min_length=1, max_length=100)],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> Response:
    """Find parcels, feeders and substations, or the place that two numbers name."""
    service, tier = service_of(request), tier_of(request)
    return _json({"found": found_as_json(service, service.office.ground(), tier, q, limit)})


@router.get(
    "/api/v1/parcels/{parcel_id:path}/connection/notice.pdf",
    summary="The one-page notice of a parcel's connection",
    response_model=None,
    responses={200: {"content": {_PDF: {}}, "description": "One page, A4"}, **_KEPT},
    openapi_extra={"parameters": [LANGUAGE]},
)
async def notice(
    request: Request, parcel_id: str, question: QuestionOf, option: Annotated[int, Query(ge=1, le=K_MAX)] = 1
) -> Response:
    """Print the notice."""

    def replied() -> Replied:
        known_parcel(request, parcel_id)
        return _reply(request, question, Place(parcel=parcel_id))

    return await _notice(request, replied, option)


@router.get(
    "/api/v1/parcels/{parcel_id:path}/connection",
    summary="What a parcel can be connected to",
    response_model=None,
    responses={200: {"model": AssessmentShown}, **_KEPT},
    openapi_extra={"parameters": [LANGUAGE]},
)
def connection(request: Request, parcel_id: str, question: QuestionOf) -> Response:
    """Assess a parcel."""
    known_parcel(request, parcel_id)
    replied = _reply(request, question, Place(parcel=parcel_id))
    language = language_of(request)
    return validated(
        request,
        _tag(request, replied.ground, replied.edition),
        REVALIDATED,
        lambda: _json(replied.as_json(language)),
        _VARY,
    )


@router.get(
    "/api/v1/parcels/{parcel_id:path}",
    summary="A parcel with its red line",
    response_model=None,
    responses={200: {"model": ParcelWithGeometry}, **_KEPT},
    openapi_extra={"parameters": [LANGUAGE]},
)
def parcel(request: Request, parcel_id: str) -> Response:
    """Tell a parcel."""
    ground, number = known_parcel(request, parcel_id)
    public = tier_of(request) is Tier.PUBLIC
    return validated(
        request,
        _tag(request, ground),
        REVALIDATED,
        lambda: _json(parcel_as_json(ground, number, language_of(request), public=public, geometry=True)),
        _VARY,
    )


@router.post(
    "/api/v1/connection",
    summary="What a drawn parcel or a point can be connected to",
    response_model=None,
    responses={200: {"model": AssessmentShown}},
    openapi_extra={"parameters": [LANGUAGE]},
)
def drawn(request: Request, body: ConnectionRequest) -> Response:
    """Assess a place that was drawn."""
    replied = _drawn(request, body)
    return _json(replied.as_json(language_of(request)))


@router.post(
    "/api/v1/connection/notice.pdf",
    summary="The one-page notice of a drawn place",
    response_model=None,
    responses={200: {"content": {_PDF: {}}, "description": "One page, A4"}},
    openapi_extra={"parameters": [LANGUAGE]},
)
async def drawn_notice(
    request: Request, body: ConnectionRequest, option: Annotated[int, Query(ge=1, le=K_MAX)] = 1
) -> Response:
    """Print the notice of a place that was drawn."""
    return await _notice(request, lambda: _drawn(request, body), option)


def _drawn(request: Request, body: ConnectionRequest) -> Replied:
    question = Connection(
        place=Place(shape=shape_of(body.geometry, MAX_VERTICES)),
        load_kva=body.load_kva,
        load_kw=body.load_kw,
        power_factor=body.pf,
        on=body.on,
        k=body.k,
        limit_m=body.limit_m,
        supplies=body.supplies,
        jurisdiction=body.jurisdiction,
        facts=body.facts,
    )
    return reply(service_of(request), tier_of(request), question)


def _reply(request: Request, question: Connection, place: Place) -> Replied:
    return reply(service_of(request), tier_of(request), question.at(place))


def known_parcel(request: Request, parcel_id: str) -> tuple[Ground, int]:
    """Return the ground and the number of a parcel.

    Raises
    ------
    HTTPException
        404: there is none that the tier may know of.
    """
    ground = service_of(request).office.ground()
    number = ground.parcel_numbers(public=tier_of(request) is Tier.PUBLIC).get(parcel_id)
    if number is None:
        zh, en = f"没有地块 {parcel_id!r}", f"there is no parcel {parcel_id!r}"
        raise HTTPException(404, zh if language_of(request) == "zh" else en)
    return ground, number


async def _notice(request: Request, reply_of: Callable[[], Replied], option: int) -> Response:
    """Print a notice: assessed on a thread, drawn in its turn."""
    service, language = service_of(request), language_of(request)
    page = await run_in_threadpool(lambda: _page(request, reply_of(), option))
    return Response(
        await NOTICES.take(lambda: service.drawer.draw(notice_pdf, page, language)),
        media_type=_PDF,
        headers={"content-disposition": 'inline; filename="notice.pdf"', "cache-control": NOBODY},
    )


def _page(request: Request, replied: Replied, option: int) -> NoticePage:
    proposals = len(replied.answered.assessment.proposals)
    if option > max(proposals, 1):
        raise InputError(
            Words(
                f"共有 {proposals} 个方案，所要的是第 {option} 个",
                f"there are {proposals} options, and option {option} is asked for",
            ),
            repair=Words("请改选其他方案", "ask for another"),
        )
    service = service_of(request)
    page = notice_page(
        service.engine(tier_of(request)),
        replied.answered,
        language_of(request),
        requested_on=today(),
        attribution=kept_attribution(service.kept, service.public, DRAWN),
        option=option - 1,
        edition=replied.edition,
        public=replied.public,
    )
    return replace(page, url=str(request.url)) if request.method == "GET" else page


def _tag(request: Request, ground: Ground, edition: str | None = None) -> str:
    """Return the entity tag of an answer: of the data, the day, who asks, in which language."""
    return etag(ground.version, edition, today(), asked(request), language_of(request), tier_of(request))


def _json(body: dict[str, Any]) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(text, media_type="application/json")
