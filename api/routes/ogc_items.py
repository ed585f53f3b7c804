"""``/ogc/collections/{id}/items``: features, page by page (OGC API Features 1 and 2)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

from api.caching import REVALIDATED, asked, etag, validated
from api.cursors import read_cursor
from api.negotiation import form_of
from api.ogc.documents import GEOJSON, HTML, JSON, LIMIT, MOST, PREFIX, base_of, link, say, selves, system_of
from api.ogc.pages import feature_page, features_page, html
from api.ogc.route import OgcRoute
from api.operations.published import Answered, edition_meant, page_of, row_of
from api.queries import MOST_WORDS, CursorWord, read_days
from api.requests import language_of, service_of
from api.routes.ogc import KEPT, as_json, collection_named, require_known
from api.schemas.ogc import Feature, FeatureCollection
from gis.bbox import SYSTEMS, Box, System, read_bbox
from gis.capacity.words import Language
from gis.errors import InputError
from gis.words import Words
from layers.queries.collections import COLLECTIONS, Collection
from layers.queries.published import Wanted, as_feature

router = APIRouter(prefix=PREFIX, tags=["ogc"], route_class=OgcRoute)

_ASKED: Final = frozenset({"limit", "bbox", "bbox-crs", "crs", "datetime", "cursor"})
_VARY: Final = "Accept, Accept-Language"


def _filters_described() -> list[dict[str, Any]]:
    """Return every filter once, with the collections that know it."""
    known: dict[str, list[Collection]] = {}
    for each in COLLECTIONS.values():
        for name in each.filters:
            known.setdefault(name, []).append(each)
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": f"Of {', '.join(each.name for each in holders)}.",
            "schema": _filter_schema([each.filters[name] for each in holders]),
        }
        for name, holders in known.items()
    ]


def _filter_schema(words: list[tuple[str, ...]]) -> dict[str, Any]:
    if all(words):
        return {"type": "string", "enum": list(dict.fromkeys(str(each) for some in words for each in some))}
    return {"type": "string", "maxLength": MOST_WORDS}


@router.get(
    "/collections/{collection_id}/items",
    summary="Features of a collection, page by page",
    response_model=None,
    responses={
        200: {"content": {GEOJSON: {"schema": FeatureCollection.model_json_schema()}}},
        **KEPT,
    },
    openapi_extra={"parameters": _filters_described()},
)
def items(  # the parameters of one query
    request: Request,
    collection_id: str,
    *,
    limit: Annotated[int, Query(ge=1, description=f"At most {MOST:,}; of more there are so many.")] = LIMIT,
    bbox: Annotated[str | None, Query(description="Four or six numbers, in the order of the axes.")] = None,
    bbox_crs: Annotated[str | None, Query(alias="bbox-crs", description="What bbox is in; CRS84.")] = None,
    crs: Annotated[str | None, Query(description="What coordinates are wanted in; CRS84.")] = None,
    datetime: Annotated[str | None, Query(description="A day, an instant or an interval.")] = None,
    cursor: CursorWord = None,
) -> Response:
    """List features in the order of their ids; each page has a link to the next one."""
    service, language = service_of(request), language_of(request)
    of = collection_named(collection_id, language)
    form = form_of(request, ("geojson", "json", "html"))
    wanted, system = _wanted(request, of, bbox, bbox_crs, crs, datetime)
    begin = read_cursor(cursor) if cursor else None
    edition = edition_meant(service, begin) if of.editions else None

    def make() -> Response:
        found = page_of(
            service,
            of,
            edition,
            wanted,
            cursor=begin,
            limit=min(limit, MOST),
            shape=as_feature(system),
        )
        whole = found.heading.rows_of[of.table] if wanted.anything and found.heading is not None else None
        head = _head(request, found, HTML if form == "html" else GEOJSON, language, whole)
        if form == "html":
            features = [json.loads(each) for each in found.page.rows]
            return html(features_page(of, head | {"features": features}, base_of(request), language))
        body = f'{as_json(head)[:-1]},"features":[{",".join(found.page.rows)}]}}'
        return Response(body, media_type=GEOJSON, headers=_in(system))

    tag = etag(edition.sha256 if edition else None, asked(request), form, language)
    return validated(request, tag, REVALIDATED, make, _VARY)


def _wanted(
    request: Request,
    of: Collection,
    bbox: str | None,
    bbox_crs: str | None,
    crs: str | None,
    datetime: str | None,
) -> tuple[Wanted, System]:
    """Return what is asked for, and the system that coordinates are wanted in.

    Raises
    ------
    InputError
        With every fault of the query.
    """
    days = frozenset({"datetime"}) if of.day is None else frozenset()
    require_known(request, (_ASKED - days) | set(of.filters))
    faults: list[Words] = []
    system, given = (_system(name, uri, faults) for name, uri in (("crs", crs), ("bbox-crs", bbox_crs)))
    equal = _filters(of, request.query_params, faults)
    boxes: tuple[Box, ...] = ()
    between: tuple[date | None, date | None] | None = None
    try:
        boxes = read_bbox(bbox, given) if bbox is not None else ()
    except InputError as fault:
        faults.append(fault.said.detail)
    try:
        between = read_days(datetime) if datetime is not None else None
    except InputError as fault:
        faults.append(fault.said.detail)
    if faults:
        raise InputError(
            Words("查询不符合要求", "the query is not in order"),
            repair=Words("更正所列各项", "correct what is listed"),
            faults=faults,
        )
    return Wanted(boxes=boxes, days=between, equal=equal), system


def _system(name: str, uri: str | None, faults: list[Words]) -> System:
    found = system_of(uri)
    if found is None:
        known = [each.uri for each in SYSTEMS.values()]
        faults.append(_none_of(name, str(uri), known))
    return found or "CRS84"


def _none_of(name: str, value: str, known: Sequence[str]) -> Words:
    return Words(
        f"{name}：{value!r} 不是 {'、'.join(known)} 之一", f"{name}: {value!r} is none of {', '.join(known)}"
    )


def _filters(of: Collection, query: QueryParams, faults: list[Words]) -> dict[str, str]:
    """Return the columns that are asked for with the word each has to hold."""
    equal: dict[str, str] = {}
    for name, words in of.filters.items():
        stated = query.getlist(name)
        if len(stated) > 1:
            faults.append(
                Words(f"{name}：给出了 {len(stated)} 次", f"{name}: it is asked for {len(stated)} times")
            )
        for value in stated:
            if words and value not in words:
                faults.append(_none_of(name, value, words))
            elif len(value) > MOST_WORDS:
                faults.append(
                    Words(
                        f"{name}：超过 {MOST_WORDS} 个字符", f"{name}: it is longer than {MOST_WORDS} letters"
                    )
                )
            equal[name] = value
    return equal


def _head(
    request: Request, found: Answered, media: str, language: Language, whole: int | None
) -> dict[str, Any]:
    """Return a page of features without them; ``whole`` is how many there are, where all are asked for."""
    links = selves(request, media, language)
    links = [each | ({"type": GEOJSON} if each["type"] == JSON else {}) for each in links]
    if found.cursor is not None:
        onward = str(request.url.include_query_params(cursor=found.cursor))
        links.append(link(onward, "next", media, say("next", language)))
    head: dict[str, Any] = {"type": "FeatureCollection", "links": links}
    head["numberReturned"] = len(found.page.rows)
    if whole is not None:
        head["numberMatched"] = whole
    if found.heading is not None:  # of the data: the same page is the same bytes
        head["timeStamp"] = found.heading.created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return head


def _in(system: System) -> dict[str, str]:
    return {"content-crs": f"<{SYSTEMS[system].uri}>"}


@router.get(
    "/collections/{collection_id}/items/{feature_id:path}",
    summary="A feature",
    response_model=None,
    responses={200: {"content": {GEOJSON: {"schema": Feature.model_json_schema()}}}, **KEPT},
)
def item(
    request: Request,
    collection_id: str,
    feature_id: str,
    crs: Annotated[str | None, Query(description="What coordinates are wanted in; CRS84.")] = None,
) -> Response:
    """Tell one feature."""
    service, language = service_of(request), language_of(request)
    of = collection_named(collection_id, language)
    require_known(request, frozenset({"crs"}))
    form = form_of(request, ("geojson", "json", "html"))
    faults: list[Words] = []
    system = _system("crs", crs, faults)
    if faults:
        raise InputError(faults[0])
    edition, body = row_of(service, of, feature_id, as_feature(system))
    if body is None:
        zh = f"数据集 {of.name} 中没有 {feature_id!r}"
        raise HTTPException(404, zh if language == "zh" else f"{of.name} has no feature {feature_id!r}")

    def make() -> Response:
        media = HTML if form == "html" else GEOJSON
        address = f"{base_of(request)}/collections/{quote(of.name)}"
        links = [
            *(
                each | ({"type": GEOJSON} if each["type"] == JSON else {})
                for each in selves(request, media, language)
            ),
            link(address, "collection", JSON, say("collection", language)),
        ]
        if form == "html":
            return html(feature_page(of, json.loads(body) | {"links": links}, base_of(request), language))
        return Response(f'{body[:-1]},"links":{as_json(links)}}}', media_type=GEOJSON, headers=_in(system))

    tag = etag(edition.sha256 if edition else body, asked(request), form, language)
    return validated(request, tag, REVALIDATED, make, _VARY)
