"""``/api/v1/zones``: zones and parcel classes of a stored screening (接电分区)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.exceptions import HTTPException

from api.caching import REVALIDATED, asked, etag, validated
from api.operations.zones import meant, zones_as_json
from api.queries import BBox
from api.requests import language_of, service_of
from api.routes.tiles import RunWord, no_run
from api.schemas.tiles import ZonesShown
from gis.bbox import read_bbox
from layers.queries.runs import EVERYWHERE

router = APIRouter(tags=["connection"])

_JSON: Final = "application/json"
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
    service = service_of(request)
    found = meant(service, run, load_kva)
    if found is None:
        raise _none(request, run, load_kva)
    boxes = read_bbox(bbox) if bbox else EVERYWHERE

    def make() -> Response:
        return Response(zones_as_json(service, found.run, boxes), media_type=_JSON)

    return validated(request, etag(found.run.id, found.parcels, asked(request)), REVALIDATED, make)


def _none(request: Request, run: str | None, load_kva: float | None) -> HTTPException:
    if run is not None and load_kva is None:
        return no_run(request, run)
    if load_kva is None:
        zh, en = "还没有筛查: 运行 kaimen screen", "no screening is stored yet: kaimen screen makes one"
    else:
        command = f"kaimen screen --load-kva {load_kva:g}"
        zh = f"没有负荷为 {load_kva:g} kVA 的筛查: 运行 {command}"
        en = f"no screening is stored for {load_kva:g} kVA: {command} makes it"
    return HTTPException(404, zh if language_of(request) == "zh" else en)
