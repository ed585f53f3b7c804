"""The definition of the OGC interface as OpenAPI 3.0: GDAL and QGIS take the size of their pages from it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from typing import Any, Final

from api.ogc.documents import ABOUT, GEOJSON, HTML, JSON, LIMIT, MOST, TILE, TITLE
from gis.bbox import SYSTEMS
from gis.capacity.words import Language
from layers.queries.collections import COLLECTIONS, Collection
from layers.queries.tiles import TILE_LAYERS

_TEXT: Final = {"type": "string"}
_FORM: Final = {
    "name": "f",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "enum": ["json", "html"]},
}
_LANGUAGE: Final = {
    "name": "lang",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "enum": ["zh", "en"]},
}
# GDAL looks for the size of its pages among the parameters of a path, QGIS among the components alone.
_LIMIT: Final = {
    "name": "limit",
    "in": "query",
    "required": False,
    "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT},
    "style": "form",
    "explode": False,
}


def description(base: str, language: Language) -> dict[str, Any]:
    """Return the definition.

    Parameters
    ----------
    base
        Address of the landing page.
    language
        Of the words.
    """
    paths: dict[str, Any] = {
        "/": _get("landing", "Landing page", JSON),
        "/api": _get("api", "This definition", JSON),
        "/conformance": _get("conformance", "Conformance", JSON),
        "/collections": _get("collections", "Collections", JSON),
        "/tileMatrixSets": _get("tileMatrixSets", "How tiles may be cut", JSON),
        "/tileMatrixSets/WebMercatorQuad": _get("tileMatrixSet", "How tiles are cut", JSON),
    }
    for each in COLLECTIONS.values():
        paths |= dict(_of_collection(each))
    return {
        "openapi": "3.0.3",
        "info": {
            "title": TITLE[language],
            "description": ABOUT[language],
            "version": metadata.version("kaimen"),
        },
        "servers": [{"url": base}],
        "paths": paths,
        "components": {"parameters": {"limit": _LIMIT}},
    }


def _of_collection(of: Collection) -> Iterator[tuple[str, Any]]:
    path, name = f"/collections/{of.name}", of.name
    yield path, _get(f"describe_{name}", of.en, JSON)
    yield f"{path}/items", _get(f"items_{name}", f"{of.en}: features", GEOJSON, list(item_parameters(of)))
    item = _get(f"item_{name}", f"{of.en}: one feature", GEOJSON, [_in_path("featureId", _TEXT), _crs("crs")])
    yield f"{path}/items/{{featureId}}", item
    if of.name not in TILE_LAYERS:
        return
    yield f"{path}/tiles", _get(f"tilesets_{name}", f"{of.en}: sets of tiles", JSON)
    yield f"{path}/tiles/WebMercatorQuad", _get(f"tileset_{name}", f"{of.en}: tiles", JSON)
    whole = {"type": "integer", "minimum": 0}
    parameters = [_in_path(each, whole) for each in ("tileMatrix", "tileRow", "tileCol")]
    tile = _get(f"tile_{name}", f"{of.en}: one tile", TILE, parameters, forms=False)
    tile["get"]["responses"]["204"] = {"description": "Nothing lies in it"}
    yield f"{path}/tiles/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", tile


def item_parameters(of: Collection) -> Iterator[dict[str, Any]]:
    """Yield what a page of features may be asked by."""
    yield _LIMIT
    numbers = {
        "type": "array",
        "items": {"type": "number"},
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
    }
    yield {**_query("bbox", numbers), "style": "form", "explode": False}
    yield _crs("bbox-crs")
    yield _crs("crs")
    if of.day is not None:
        yield {**_query("datetime", _TEXT), "style": "form", "explode": False}
    yield _query("cursor", _TEXT)
    for name, words in of.filters.items():
        yield _query(name, {**_TEXT, "enum": list(map(str, words))} if words else _TEXT)


def _crs(name: str) -> dict[str, Any]:
    return _query(name, {**_TEXT, "format": "uri", "enum": [each.uri for each in SYSTEMS.values()]})


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _in_path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _get(
    identity: str,
    summary: str,
    media: str,
    parameters: list[dict[str, Any]] | None = None,
    *,
    forms: bool = True,
) -> dict[str, Any]:
    shape = {"type": "string", "format": "binary"} if media == TILE else {"type": "object"}
    content: dict[str, Any] = {media: {"schema": shape}}
    if forms:
        content[HTML] = {"schema": _TEXT}
    return {
        "get": {
            "operationId": identity,
            "summary": summary,
            "parameters": [*(parameters or []), *([_FORM, _LANGUAGE] if forms else [])],
            "responses": {
                "200": {"description": summary, "content": content},
                "400": {"description": "The request is not in order"},
                "404": {"description": "There is no such thing"},
            },
        }
    }
