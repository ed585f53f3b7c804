"""``/tiles``: Mapbox Vector Tiles of what is published and of the working layers (矢量瓦片)."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.caching import IMMUTABLE, REVALIDATED, etag, packed, validated
from api.ogc.documents import TILE
from api.operations.published import heading_of, kept_heading, kept_tile, tile_of, told_now
from api.operations.tilejson import capacity_tilejson, working_tilejson
from api.operations.tiles import Wanted, kept_working_tile, working_tile_of
from api.problem_words import no_screening
from api.queries import LANGUAGE
from api.requests import language_of, service_of, tier_of
from api.schemas.tiles import TileJson
from api.service import Service
from gis.errors import InputError
from layers.queries.published import Newest
from layers.queries.tiles import TILE_LAYERS, Tile
from layers.queries.working_tiles import EVERY_LAYER, WORKING_LAYERS, WorkingLayer

router = APIRouter(tags=["tiles"])

_MOST_SIGNS: Final = 100

RunWord = Annotated[
    str | None,
    Query(max_length=_MOST_SIGNS, description="Id of a screening; the newest one where it is left out."),
]

TILED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {TILE: {"schema": {"type": "string", "format": "binary"}}}},
    204: {"description": "Nothing lies in the tile"},
    304: {"description": "As the asker has it already"},
}


@router.get(
    "/tiles/{layer}.json",
    summary="Where the tiles of a layer are, and which state they are of (TileJSON)",
    response_model=None,
    responses={200: {"model": TileJson}, 304: {"description": "As the asker has it already"}},
    openapi_extra={"parameters": [LANGUAGE]},
)
def tilejson(request: Request, layer: str, run: RunWord = None) -> Response:
    """Describe the tiles of a layer as the asker's tier sees them."""
    service, language = service_of(request), language_of(request)
    base = str(request.base_url).rstrip("/")
    told: dict[str, Any] | None
    if layer in TILE_LAYERS:
        told = capacity_tilejson(service, base, language)
    elif layer in WORKING_LAYERS:
        wanted = Wanted(layer, tier_of(request), run)
        told = working_tilejson(service, wanted, shown_to(request, wanted), base, language)
    else:
        raise unknown_layer(request, layer)
    if told is None:
        raise no_run(request, run)
    body = json.dumps(told, ensure_ascii=False, allow_nan=False)
    return validated(
        request,
        etag(body),
        REVALIDATED,
        lambda: Response(body, media_type="application/json"),
        "Accept-Language",
    )


@router.get(
    "/tiles/{layer}/{z}/{x}/{y}",
    summary="A vector tile",
    response_model=None,
    responses=TILED,
)
async def tile(  # the parts of one address
    request: Request,
    layer: str,
    z: int,
    x: int,
    y: int,
    v: Annotated[
        str | None,
        Query(
            max_length=_MOST_SIGNS,
            description="As the description of the layer gives it: the id of an edition for capacity, else"
            " what names the state of the data. With it the answer may be kept for ever.",
        ),
    ] = None,
    run: RunWord = None,
) -> Response:
    """Send a tile of a layer, as the asker's tier may see it.

    Of the working layers only the present state is there: under a ``v`` that is past the present tile is
    sent, to be asked for again.
    """
    if layer in WORKING_LAYERS:
        return await _working_answer(request, Wanted(layer, tier_of(request), run), (z, x, y), v)
    return await tile_answer(request, layer, (z, x, y), v)


async def _working_answer(
    request: Request, wanted: Wanted, at: tuple[int, int, int], v: str | None
) -> Response:
    """Return a tile of a working layer: from memory at once, from the database on a thread."""
    service = service_of(request)
    shown, place = shown_to(request, wanted), _place(request, at)
    kept = None if v is None else kept_working_tile(service, wanted, place, v)
    if kept is not None and v is not None:
        return await _sent(request, etag(v, place), IMMUTABLE, kept)
    made = await run_in_threadpool(working_tile_of, service, wanted, shown, place)
    if made is None:
        raise no_run(request, wanted.run)
    state, body = made
    return await _sent(request, etag(state.v, place), IMMUTABLE if v == state.v else REVALIDATED, body)


def shown_to(request: Request, wanted: Wanted) -> WorkingLayer:
    """Return how a layer is shown to the asker.

    Raises
    ------
    HTTPException
        403 where it is not for the asker's tier.
    """
    shown = wanted.shown
    if shown is None:
        zh = f"图层 {wanted.layer} 含设备准确位置，须出示规划或运营令牌；公众可用 capacity 或 feeders"
        en = (
            f"the layer {wanted.layer} shows assets where they are, to planners and operators: show a token;"
            " the public has capacity and feeders"
        )
        raise HTTPException(403, zh if language_of(request) == "zh" else en)
    return shown


def no_run(request: Request, run: str | None) -> HTTPException:
    """Return that there is no such screening."""
    return HTTPException(404, no_screening(run)[language_of(request)])


async def _sent(request: Request, tag: str, control: str, body: bytes) -> Response:
    """Return a tile, packed once for all who take it so."""
    body, headers = await packed(request, tag, body)

    def make() -> Response:
        return Response(body, headers=headers, media_type=TILE) if body else Response(status_code=204)

    return validated(request, tag, control, make)


def _place(request: Request, at: tuple[int, int, int]) -> Tile:
    try:
        return Tile(*at)
    except InputError as fault:
        raise HTTPException(404, fault.said.detail[language_of(request)]) from fault


def unknown_layer(request: Request, layer: str) -> HTTPException:
    """Return that there is no such layer."""
    known = ", ".join(EVERY_LAYER)
    zh, en = f"没有图层 {layer!r}；已有：{known}", f"there is no layer {layer!r}; there are: {known}"
    return HTTPException(404, zh if language_of(request) == "zh" else en)


async def tile_answer(
    request: Request, layer: str, at: tuple[int, int, int], version: str | None
) -> Response:
    """Return a tile of what is published: from memory at once, from the database on a thread."""
    service, language = service_of(request), language_of(request)
    if layer not in TILE_LAYERS:
        raise unknown_layer(request, layer)
    wanted = _place(request, at)
    edition = await _edition(service, version)
    if edition is None and version is not None:
        zh, en = f"没有公开期次 {version!r}", f"edition {version!r} does not exist"
        raise HTTPException(404, zh if language == "zh" else en)
    body = b""
    tag = etag(edition.sha256 if edition else None, layer, wanted)
    if edition is not None and tag not in request.headers.get("if-none-match", ""):
        kept = kept_tile(service, layer, wanted, edition.sha256)
        body = await run_in_threadpool(tile_of, service, layer, wanted, edition) if kept is None else kept
    return await _sent(request, tag, REVALIDATED if version is None else IMMUTABLE, body)


async def _edition(service: Service, version: str | None) -> Newest | None:
    """Return the edition that a tile is of: the one named, else the newest; None where there is none."""
    if version is None:
        return (await told_now(service)).edition
    found = kept_heading(service, version) or await run_in_threadpool(heading_of, service, version)
    return None if found is None else Newest(found.id, found.sha256, found.rows)
