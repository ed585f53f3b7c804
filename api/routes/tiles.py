"""``/tiles/{layer}/{z}/{x}/{y}``: Mapbox Vector Tiles of what is published (矢量瓦片)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.caching import IMMUTABLE, REVALIDATED, etag, validated
from api.ogc.documents import TILE
from api.operations.published import heading_of, kept_tile, newest, tile_of
from api.read_route import ReadRoute
from api.requests import language_of, service_of
from api.service import Service
from gis.errors import InputError
from layers.queries.published import Newest
from layers.queries.tiles import TILE_LAYERS, Tile

router = APIRouter(tags=["tiles"], route_class=ReadRoute)

TILED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {TILE: {"schema": {"type": "string", "format": "binary"}}}},
    204: {"description": "Nothing lies in the tile"},
    304: {"description": "As the asker has it already"},
}


@router.get(
    "/tiles/{layer}/{z}/{x}/{y}",
    summary="A vector tile of what is published",
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
        str | None, Query(description="Id of an edition; the newest one where it is left out.")
    ] = None,
) -> Response:
    """Send a tile of a layer.

    With ``v`` the address means one edition for ever, and the answer may be kept for ever.
    """
    return await tile_answer(request, layer, (z, x, y), v)


async def tile_answer(
    request: Request, layer: str, at: tuple[int, int, int], version: str | None
) -> Response:
    """Return a tile: from memory at once, from the database on a thread."""
    service, language = service_of(request), language_of(request)
    if layer not in TILE_LAYERS:
        known = ", ".join(TILE_LAYERS)
        zh, en = f"没有图层 {layer!r}；已有：{known}", f"there is no layer {layer!r}; there are: {known}"
        raise HTTPException(404, zh if language == "zh" else en)
    try:
        wanted = Tile(*at)
    except InputError as fault:
        zh = f"没有瓦片 {'/'.join(map(str, at))}"
        raise HTTPException(404, zh if language == "zh" else fault.detail) from fault
    edition = await run_in_threadpool(_edition, service, version)
    if edition is None and version is not None:
        zh, en = f"没有公开期次 {version!r}", f"edition {version!r} does not exist"
        raise HTTPException(404, zh if language == "zh" else en)
    body = b""
    tag = etag(edition.sha256 if edition else None, layer, wanted)
    if edition is not None and tag not in request.headers.get("if-none-match", ""):
        kept = kept_tile(service, layer, wanted, edition.sha256)
        body = await run_in_threadpool(tile_of, service, layer, wanted, edition) if kept is None else kept

    def make() -> Response:
        return Response(body, media_type=TILE) if body else Response(status_code=204)

    return validated(request, tag, REVALIDATED if version is None else IMMUTABLE, make)


def _edition(service: Service, version: str | None) -> Newest | None:
    if version is None:
        return newest(service)
    found = heading_of(service, version)
    return None if found is None else Newest(found.id, found.sha256, found.rows)
