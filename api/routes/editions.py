"""``/api/v1/editions``: what was published, and when the next is due (公开期次)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from api.attachments import sent
from api.caching import IMMUTABLE, REVALIDATED, asked, etag, validated
from api.clock import today
from api.operations.downloads import MEDIA, download, file_address
from api.operations.editions import Shelf, diff_editions, edition_as_json, shelf, shelf_as_json
from api.queries import LANGUAGE
from api.requests import language_of, service_of
from api.schemas.editions import EditionDiff, EditionDocument, EditionList
from api.service import Service
from gis.capacity.words import Language
from gis.editions.diff import Diff
from gis.editions.header import Edition
from layers.editions.files import hashes_of

router = APIRouter(tags=["editions"])

_PATH: Final = "/api/v1/editions"
_JSON: Final = "application/json"
_KEPT: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "As the asker has it already"}}


@router.get(
    _PATH,
    summary="Every edition, oldest first, and when the next one is due",
    response_model=None,
    responses={200: {"model": EditionList}, **_KEPT},
)
def editions(request: Request) -> Response:
    """List the editions."""
    known = shelf(service_of(request).public, today())
    newest = known.editions[-1].sha256 if known.editions else None
    return validated(
        request,
        etag(newest, known.overdue_days, asked(request)),
        REVALIDATED,
        lambda: _answer(shelf_as_json(known)),
    )


@router.get(
    f"{_PATH}/{{edition_id}}",
    summary="The header of an edition: what it is proved by, and its files",
    response_model=None,
    responses={200: {"model": EditionDocument}, **_KEPT},
)
def edition(request: Request, edition_id: str) -> Response:
    """Tell all of an edition but its rows."""
    known = shelf(service_of(request).public, today())
    found = _named(known, edition_id, language_of(request))
    last = known.editions[-1]

    def make() -> Response:
        return _answer(edition_as_json(found, known) | {"downloads": _downloads(request, found)})

    tag = etag(found.sha256, found.id == last.id, known.overdue_days, asked(request))
    return validated(request, tag, REVALIDATED, make)


def _named(known: Shelf, edition_id: str, language: Language) -> Edition:
    for each in known.editions:
        if each.id == edition_id:
            return each
    ids = ", ".join(each.id for each in known.editions[-10:])
    zh = f"没有公开期次 {edition_id!r}；已有：{ids or '无'}"
    en = f"edition {edition_id!r} does not exist; there are: {ids or 'none'}"
    raise HTTPException(404, zh if language == "zh" else en)


def _downloads(request: Request, edition: Edition) -> list[dict[str, Any]]:
    base = f"{str(request.base_url).rstrip('/')}{_PATH}/{quote(edition.id)}"
    return [
        {
            "href": f"{base}/{file_address(edition, each['name'])}",
            "name": each["name"],
            "media_type": MEDIA[Path(each["name"]).suffix],
            "sha256": each["sha256"],
            "bytes": each["bytes"],
        }
        for each in edition.facts["files"]
    ]


@router.get(
    f"{_PATH}/{{edition_id}}/diff/{{other}}",
    summary="What differs between two editions, and why",
    response_model=None,
    responses={200: {"model": EditionDiff}, **_KEPT},
    openapi_extra={"parameters": [LANGUAGE]},
)
def diff(
    request: Request,
    edition_id: str,
    other: str,
) -> Response:
    """Compare two editions: every changed field with its reason."""
    service, language = service_of(request), language_of(request)
    known = shelf(service.public, today())
    one, two = (_named(known, each, language) for each in (edition_id, other))

    def make() -> Response:
        return Response(_compared(service, one, two, language), media_type=_JSON)

    return validated(request, etag(one.sha256, two.sha256, language), IMMUTABLE, make, vary="Accept-Language")


def _compared(service: Service, one: Edition, two: Edition, language: Language) -> bytes:
    """Return a comparison as JSON; it takes seconds of large editions, so that it is made once.

    The reasons rest on inputs that the public role may not read: what leaves is what both editions publish
    and the words of the reasons.
    """

    def make() -> bytes:
        found = diff_editions(service.private, one.id, two.id)
        return _bytes(found.as_json() | {"reasons": _reasons(found, language)})

    return service.kept.get(("diff", one.sha256, two.sha256, language), make)


def _reasons(found: Diff, language: Language) -> list[dict[str, Any]]:
    return [
        {"reason": str(each), "words": each.say(language), "changes": number}
        for each, number in found.by_reason().items()
    ]


_SENT: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {media: {} for media in sorted(set(MEDIA.values()))}},
    206: {"description": "The range that was asked for"},
    **_KEPT,
}


@router.get(
    f"{_PATH}/{{edition_id}}/download.{{ending}}",
    summary="A file of an edition, byte for byte as it was published",
    response_model=None,
    response_class=FileResponse,
    responses=_SENT,
)
def download_file(request: Request, edition_id: str, ending: str) -> Response:
    """Send a file: csv (in Chinese), en.csv, xlsx, geojson, gpkg, parquet, jsonl, or json (the header)."""
    return _sent(request, edition_id, f"{edition_id}.{ending}")


@router.get(
    f"{_PATH}/{{edition_id}}/files/{{name}}",
    summary="A file of an edition by its name: screened parcels, zones, the zone map, the page of the folder",
    response_model=None,
    response_class=FileResponse,
    responses=_SENT,
)
def named_file(request: Request, edition_id: str, name: str) -> Response:
    """Send a file as the header of the edition names it."""
    return _sent(request, edition_id, name)


def _sent(request: Request, edition_id: str, name: str) -> Response:
    service, language = service_of(request), language_of(request)
    found = _named(shelf(service.public, today()), edition_id, language)
    file = download(service, found, name)
    if file is None:
        known = ", ".join(hashes_of(found))
        zh, en = f"没有文件 {name}；可下载：{known}", f"there is no file {name}; there are: {known}"
        raise HTTPException(404, zh if language == "zh" else en)
    return sent(request, file, IMMUTABLE)


def _answer(body: dict[str, Any]) -> Response:
    return Response(_bytes(body), media_type=_JSON)


def _bytes(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
