"""``/api/v1/zones``: zones and parcel classes of a stored screening (接电分区), and files of it."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.attachments import IDENTITY, disposition, sent
from api.caching import REVALIDATED, asked, etag, holds, takes_packed, validated
from api.operations.downloads import Download
from api.operations.zone_exports import (
    EXPORT_MEDIA,
    TEXTS,
    Format,
    Wanted,
    find_export,
    kept_export,
    make_export,
)
from api.operations.zones import meant, zones_as_json
from api.queries import LANGUAGE, BBox
from api.requests import language_of, service_of, tier_of
from api.routes.tiles import RunWord, no_run
from api.schemas.tiles import ZonesShown
from api.turns import EXPORTS
from gis.bbox import read_bbox
from gis.words import Words
from layers.queries.runs import EVERYWHERE

router = APIRouter(tags=["connection"])

_JSON: Final = "application/json"
_CHOSEN_BY: Final = "Accept-Language"
"""The header field that chooses among files of one address."""
_KEPT: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "As the asker has it already"}}


@router.get(
    "/api/v1/zones",
    summary="Zones and parcel classes of a screening",
    response_model=None,
    responses={200: {"model": ZonesShown}, **_KEPT},
)
def zones(
    request: Request,
    load_kva: Annotated[
        float | None,
        Query(gt=0, le=1_000_000, description="Load for all parcels; the newest screening where left out."),
    ] = None,
    bbox: BBox = None,
    run: RunWord = None,
) -> Response:
    """Tell the zones of a stored screening and the class of each parcel.

    Nothing is screened here: a load that no screening was made for is not found.
    """
    service, tier = service_of(request), tier_of(request)
    found = meant(service, run, load_kva)
    if found is None:
        raise _none(request, run, load_kva)
    boxes = read_bbox(bbox) if bbox else EVERYWHERE

    def make() -> Response:
        return Response(zones_as_json(service, tier, found.run, boxes), media_type=_JSON)

    return validated(request, etag(found.run.id, found.parcels, asked(request), tier), REVALIDATED, make)


@router.get(
    "/api/v1/zones/export",
    summary="The zone map or the parcels of a screening as a file, as the asker's tier may see them",
    response_model=None,
    response_class=Response,
    responses={
        200: {"content": {media: {} for media in sorted(EXPORT_MEDIA.values())}, "description": "The file"},
        206: {"description": "The range that was asked for"},
        **_KEPT,
    },
    openapi_extra={"parameters": [LANGUAGE]},
)
async def export(
    request: Request,
    kind: Annotated[
        Format,
        Query(alias="format", description="html, pdf, png, svg: the zone map; the others: its parcels."),
    ],
    run: RunWord = None,
) -> Response:
    """Send a file of a stored screening.

    The public gets what an edition published of it and nothing more; a token opens the exact rows.
    """
    service = service_of(request)
    language = language_of(request)
    packed = kind in TEXTS and takes_packed(request)
    wanted = Wanted(run, kind, language, tier_of(request), packed)
    found = await run_in_threadpool(find_export, service, wanted)
    if isinstance(found, Words):
        raise HTTPException(404, found[language])
    if isinstance(found.source, Download):
        return await run_in_threadpool(sent, request, found.source, REVALIDATED)
    if holds(request, found.tag):
        return validated(request, found.tag, REVALIDATED, Response, _CHOSEN_BY)
    kept, make_one = kept_export(service, found.tag), partial(make_export, service, found.tag, found.source)
    tag, file = await EXPORTS.take(make_one) if kept is None else (found.tag, kept)
    headers = disposition(f"kaimen-zones.{kind}", f"接电分区-{found.id}.{kind}")
    headers |= {"content-encoding": "gzip" if packed else IDENTITY}
    make = partial(FileResponse, file, media_type=EXPORT_MEDIA[kind], headers=headers)
    return validated(request, tag, REVALIDATED, make, _CHOSEN_BY)


def _none(request: Request, run: str | None, load_kva: float | None) -> HTTPException:
    if load_kva is None:
        return no_run(request, run)
    command = f"kaimen screen --load-kva {load_kva:g}"
    zh = f"没有负荷为 {load_kva:g} kVA 的筛查：运行 {command}"
    en = f"no screening is stored for {load_kva:g} kVA: {command} makes it"
    return HTTPException(404, zh if language_of(request) == "zh" else en)
