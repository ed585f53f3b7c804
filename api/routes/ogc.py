"""``/ogc``: what there is, what it conforms to, how it is asked (OGC API Features, Tiles)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api.caching import REVALIDATED, asked, etag, validated
from api.negotiation import form_of
from api.ogc import documents
from api.ogc.description import description
from api.ogc.documents import CONFORMANCE, HTML, JSON, OPENAPI, PREFIX, TITLE, base_of, say, selves
from api.ogc.pages import html, listed_page, plain_page
from api.ogc.route import OgcRoute
from api.operations.published import extent_of, newest
from api.requests import language_of, service_of
from api.schemas.ogc import CollectionDocument, CollectionList, Conformance, Landing
from gis.capacity.words import Language
from gis.errors import InputError
from gis.words import Words
from layers.queries.collections import COLLECTIONS, Collection

router = APIRouter(prefix=PREFIX, tags=["ogc"], route_class=OgcRoute)

KEPT: dict[int | str, dict[str, Any]] = {304: {"description": "As the asker has it already"}}
_VARY = "Accept, Accept-Language"
_ALWAYS = frozenset({"f", "lang"})


def require_known(request: Request, known: frozenset[str] = frozenset()) -> None:
    """Refuse a query that asks for what is not offered: nothing that is asked is left out in silence.

    Raises
    ------
    InputError
        With every parameter that is not known.
    """
    strange = sorted(set(request.query_params) - known - _ALWAYS)
    if strange:
        offered = sorted(known | _ALWAYS)
        raise InputError(
            Words(
                f"此处不提供：{'、'.join(map(repr, strange))}",
                f"not offered here: {', '.join(map(repr, strange))}",
            ),
            repair=Words(f"可用：{'、'.join(offered)}", f"there are {', '.join(offered)}"),
        )


def collection_named(name: str, language: Language) -> Collection:
    """Return a collection; 404 where there is none of that name."""
    found = COLLECTIONS.get(name)
    if found is None:
        known = ", ".join(COLLECTIONS)
        zh, en = f"没有数据集 {name!r}；已有：{known}", f"there is no collection {name!r}; there are: {known}"
        raise HTTPException(404, zh if language == "zh" else en)
    return found


def document(
    request: Request,
    make: Callable[[str], dict[str, Any]],
    draw: Callable[[dict[str, Any], Language], str],
    media: str = JSON,
) -> Response:
    """Return a document as JSON or as a page.

    Parameters
    ----------
    request
        Asks for it.
    make
        Media type -> the document.
    draw
        The document and the language -> the page.
    media
        Of the JSON.
    """
    require_known(request)
    service, language = service_of(request), language_of(request)
    form = form_of(request, ("json", "html"))
    edition = newest(service)

    def answer() -> Response:
        if form == "html":
            return html(draw(make(HTML), language))
        return Response(as_json(make(media)), media_type=media)

    tag = etag(edition.sha256 if edition else None, asked(request), form, language)
    return validated(request, tag, REVALIDATED, answer, _VARY)


def as_json(value: object) -> str:
    """Return JSON text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


@router.get("", summary="Landing page", response_model=None, responses={200: {"model": Landing}, **KEPT})
@router.get("/", include_in_schema=False, response_model=None)
def landing(request: Request) -> Response:
    """Tell where everything is."""
    language = language_of(request)
    return document(
        request,
        lambda media: documents.landing(request, media, language),
        lambda made, _: plain_page(made, made["title"], base_of(request), language),
    )


@router.get(
    "/conformance",
    summary="What the interface conforms to",
    response_model=None,
    responses={200: {"model": Conformance}, **KEPT},
)
def conformance(request: Request) -> Response:
    """List the classes of conformance."""
    language = language_of(request)

    def draw(made: dict[str, Any], _: Language) -> str:
        rows = [(each, each) for each in made["conformsTo"]]
        return listed_page({"links": []}, say("conformance", language), base_of(request), rows, language)

    return document(request, lambda _: {"conformsTo": list(CONFORMANCE)}, draw)


@router.get(
    "/api",
    summary="Definition of the OGC interface (OpenAPI 3.0)",
    response_model=None,
    responses={200: {"content": {OPENAPI: {}}}, **KEPT},
)
def api(request: Request) -> Response:
    """Define the interface."""
    language = language_of(request)

    def draw(made: dict[str, Any], _: Language) -> str:
        rows = [(f"{path}: {each['get']['summary']}", "") for path, each in made["paths"].items()]
        return listed_page({"links": []}, say("api", language), base_of(request), rows, language)

    return document(request, lambda _: description(base_of(request), language), draw, OPENAPI)


@router.get(
    "/collections",
    summary="Collections",
    response_model=None,
    responses={200: {"model": CollectionList}, **KEPT},
)
def collections(request: Request) -> Response:
    """List the collections."""
    service, language = service_of(request), language_of(request)

    def make(media: str) -> dict[str, Any]:
        extents = {name: extent_of(service, each) for name, each in COLLECTIONS.items()}
        return documents.collections(request, extents, media, language)

    def draw(made: dict[str, Any], _: Language) -> str:
        base = base_of(request)
        rows = [
            (f"{each['title']}: {each['description']}", f"{base}/collections/{each['id']}?f=html")
            for each in made["collections"]
        ]
        return listed_page(made, say("collections", language), base, rows, language)

    return document(request, make, draw)


@router.get(
    "/collections/{collection_id}",
    summary="A collection",
    response_model=None,
    responses={200: {"model": CollectionDocument}, **KEPT},
)
def collection(request: Request, collection_id: str) -> Response:
    """Describe a collection."""
    service, language = service_of(request), language_of(request)
    found = collection_named(collection_id, language)
    return document(
        request,
        lambda media: documents.collection(
            request, found, extent_of(service, found), language, own=selves(request, media, language)
        ),
        lambda made, _: plain_page(made, f"{TITLE[language]}: {made['title']}", base_of(request), language),
    )
