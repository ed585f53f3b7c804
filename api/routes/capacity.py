"""``/api/v1/capacity``: the published figures of the newest edition (可开放容量公开)."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.exceptions import HTTPException

from api.caching import REVALIDATED, asked, etag, validated
from api.cursors import read_cursor
from api.negotiation import MEDIA, form_of
from api.operations.published import (
    Answered,
    edition_meant,
    explained_row,
    found_by,
    heading_as_json,
    page_of,
    told_now,
    worded,
)
from api.queries import LANGUAGE, BBox, CursorWord, SearchWords, forms
from api.requests import Language, language_of, service_of
from api.schemas.capacity import (
    CapacityExplained,
    CapacityFeatures,
    CapacityPage,
    LevelName,
    StatusName,
)
from gis.bbox import read_bbox
from layers.queries.collections import CAPACITY
from layers.queries.published import Wanted, as_feature, as_object

router = APIRouter(tags=["capacity"])

MOST: Final = 1000
_VARY: Final = "Accept, Accept-Language"
_KEPT: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "As the asker has it already"}}


@router.get(
    "/api/v1/capacity",
    summary="Published open capacity, newest edition, page by page",
    response_model=None,
    responses={
        200: {
            "model": CapacityPage,
            "content": {"application/geo+json": {"schema": CapacityFeatures.model_json_schema()}},
        },
        **_KEPT,
    },
    openapi_extra={"parameters": [forms("json", "geojson"), LANGUAGE]},
)
def capacity(  # the parameters of one query
    request: Request,
    *,
    q: SearchWords = None,
    bbox: BBox = None,
    status: StatusName | None = None,
    level: LevelName | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    cursor: CursorWord = None,
) -> Response:
    """List published assets in the order of their ids.

    Pages follow the edition of the first page, so that each asset comes once although another edition is
    published meanwhile.
    """
    service, language = service_of(request), language_of(request)
    form = form_of(request, ("json", "geojson"))
    begin = read_cursor(cursor) if cursor else None
    edition = edition_meant(service, begin)

    def make() -> Response:
        words = {name: value for name, value in (("status", status), ("level", level)) if value}
        wanted = Wanted(boxes=read_bbox(bbox) if bbox else (), equal=words, ids=found_by(service, edition, q))
        shape = as_object if form == "json" else as_feature()
        found = page_of(service, CAPACITY, edition, wanted, cursor=begin, limit=limit, shape=shape)
        onward = str(request.url.include_query_params(cursor=found.cursor)) if found.cursor else None
        links = [{"href": str(request.url), "rel": "self", "type": MEDIA[form]}]
        if onward:
            links.append({"href": onward, "rel": "next", "type": MEDIA[form]})
        body = _page(found, links, language) if form == "json" else _features(found, links)
        headers = {"link": f'<{onward}>; rel="next"'} if onward else {}
        return Response(body, media_type=MEDIA[form], headers=headers)

    tag = etag(edition.sha256 if edition else None, asked(request), form, language)
    return validated(request, tag, REVALIDATED, make, _VARY)


def _page(found: Answered, links: list[dict[str, str]], language: Language) -> str:
    told = _json(
        {
            "edition": heading_as_json(found.heading),
            "returned": len(found.page.rows),
            "cursor": found.cursor,
            "next": next((each["href"] for each in links if each["rel"] == "next"), None),
            "links": links,
        }
    )
    return f'{told[:-1]},"items":[{",".join(worded(each, language) for each in found.page.rows)}]}}'


def _features(found: Answered, links: list[dict[str, str]]) -> str:
    head = f'{{"type":"FeatureCollection","numberReturned":{len(found.page.rows)},"links":{_json(links)}'
    return f'{head},"features":[{",".join(found.page.rows)}]}}'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


@router.get(
    "/api/v1/capacity/{asset_id:path}",
    summary="What the newest edition tells of one asset, and why",
    response_model=None,
    responses={
        200: {"model": CapacityExplained},
        **_KEPT,
    },
    openapi_extra={"parameters": [LANGUAGE]},
)
async def asset(
    request: Request,
    asset_id: str,
) -> Response:
    """Tell the published row of an asset with its words, and explain it."""
    service, language = service_of(request), language_of(request)
    told = await told_now(service, asset_id)
    body = told.body
    if body is None:
        raise HTTPException(404, _unknown(asset_id, language))

    def make() -> Response:
        return Response(_json(explained_row(told.heading, body, language)), media_type=MEDIA["json"])

    tag = etag(told.edition.sha256 if told.edition else None, asked(request), language)
    return validated(request, tag, REVALIDATED, make, "Accept-Language")


def _unknown(asset_id: str, language: Language) -> str:
    if language == "zh":
        return f"最新一期公开数据中没有设备 {asset_id!r}：编号有误，或不予公开"
    return (
        f"the newest edition does not tell of asset {asset_id!r}: there is none of that id, or it is withheld"
    )
