"""Landing page, conformance, collections and links of the OGC interface, as JSON knows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request

from gis.bbox import SYSTEMS, System
from gis.capacity.words import Language
from layers.queries.collections import COLLECTIONS, Collection
from layers.queries.published import Extent
from layers.queries.tiles import TILE_LAYERS

PREFIX: Final = "/ogc"
LIMIT: Final = 1_000
"""Features of a page where none is asked for; clients that ask for none would else take ten at a time."""

MOST: Final = 10_000
"""Features of a page at most; who asks for more gets these."""

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
HTML: Final = "text/html"
TILE: Final = "application/vnd.mapbox-vector-tile"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"

_FEATURES: Final = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
_TILES: Final = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"
_TILE_TYPE: Final = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
_GREGORIAN: Final = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"

CONFORMANCE: Final = (
    f"{_FEATURES}/core",
    f"{_FEATURES}/oas30",
    f"{_FEATURES}/html",
    f"{_FEATURES}/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    f"{_TILES}/core",
    f"{_TILES}/tileset",
    f"{_TILES}/tilesets-list",
    f"{_TILES}/geodata-tilesets",
    f"{_TILES}/mvt",
)
"""Classes of conformance; CQL2 filters are none of them."""

TITLE: Final = {"zh": "开门：电网可开放容量公开数据", "en": "Kaimen: published open capacity of the grid"}
ABOUT: Final = {
    "zh": "供电企业公开的可开放容量；不可变的公开期次，概化位置",
    "en": "Open capacity as the utility has published it: editions that never change, places generalised",
}
WORDS: Final[dict[str, tuple[str, str]]] = {
    "this": ("本文档", "This document"),
    "html": ("网页版本", "This document as a page"),
    "json": ("JSON 版本", "This document as JSON"),
    "api": ("接口定义", "Definition of the interface"),
    "conformance": ("符合的标准", "What the interface conforms to"),
    "collections": ("数据集", "Collections"),
    "items": ("要素", "Features"),
    "tiles": ("矢量瓦片", "Vector tiles"),
    "schemes": ("瓦片方案", "How tiles are cut"),
    "next": ("下一页", "Next page"),
    "collection": ("所属数据集", "The collection"),
}


def say(key: str, language: Language) -> str:
    """Return a word of the interface."""
    return WORDS[key][0 if language == "zh" else 1]


def base_of(request: Request) -> str:
    """Return the address of the landing page."""
    return f"{str(request.base_url).rstrip('/')}{PREFIX}"


def link(href: str, rel: str, media: str, title: str) -> dict[str, str]:
    """Return a link."""
    return {"href": href, "rel": rel, "type": media, "title": title}


def selves(request: Request, media: str, language: Language) -> list[dict[str, str]]:
    """Return the links of a document to itself and to its other form."""
    other, form = (HTML, "html") if media != HTML else (JSON, "json")
    turned = str(request.url.include_query_params(f=form))
    return [
        link(str(request.url), "self", media, say("this", language)),
        link(turned, "alternate", other, say(form, language)),
    ]


def landing(request: Request, media: str, language: Language) -> dict[str, Any]:
    """Return the landing page."""
    base = base_of(request)
    return {
        "title": TITLE[language],
        "description": ABOUT[language],
        "links": [
            *selves(request, media, language),
            link(f"{base}/api", "service-desc", OPENAPI, say("api", language)),
            link(f"{base}/api?f=html", "service-doc", HTML, say("api", language)),
            link(f"{base}/conformance", "conformance", JSON, say("conformance", language)),
            link(f"{base}/collections", "data", JSON, say("collections", language)),
            link(
                f"{base}/tileMatrixSets",
                "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes",
                JSON,
                say("schemes", language),
            ),
        ],
    }


def collection(
    request: Request,
    of: Collection,
    extent: Extent,
    language: Language,
    *,
    own: Sequence[dict[str, str]] = (),
) -> dict[str, Any]:
    """Return a collection; ``own`` are the links of the document to itself."""
    address = f"{base_of(request)}/collections/{quote(of.name)}"
    systems = [SYSTEMS[each].uri for each in SYSTEMS]
    links = [
        *(own or [link(address, "self", JSON, say("this", language))]),
        link(f"{address}/items", "items", GEOJSON, say("items", language)),
        link(f"{address}/items?f=html", "items", HTML, say("items", language)),
    ]
    if of.name in TILE_LAYERS:
        links.append(link(f"{address}/tiles", _TILE_TYPE, JSON, say("tiles", language)))
    return {
        "id": of.name,
        "title": of.zh if language == "zh" else of.en,
        "description": of.about_zh if language == "zh" else of.about_en,
        "extent": _extent(extent),
        "itemType": "feature",
        "crs": systems,
        "storageCrs": SYSTEMS["CRS84"].uri,
        "links": links,
    }


def _extent(extent: Extent) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if extent.box is not None:
        box = extent.box
        corners = [box.west, box.south, box.east, box.north]
        made["spatial"] = {"bbox": [corners], "crs": SYSTEMS["CRS84"].uri}
    if extent.days is not None:
        ends = [f"{day.isoformat()}T00:00:00Z" for day in extent.days]
        made["temporal"] = {"interval": [ends], "trs": _GREGORIAN}
    return made


def collections(
    request: Request, extents: dict[str, Extent], media: str, language: Language
) -> dict[str, Any]:
    """Return every collection."""
    return {
        "links": selves(request, media, language),
        "crs": [each.uri for each in SYSTEMS.values()],
        "collections": [
            collection(request, each, extents[name], language) for name, each in COLLECTIONS.items()
        ],
    }


def system_of(uri: str | None) -> System | None:
    """Return the system that a request names by its address; CRS84 where it names none, None if unknown."""
    if uri is None:
        return "CRS84"
    return next((name for name, each in SYSTEMS.items() if each.uri == uri), None)
