"""``/ogc/collections/{id}/tiles``: the same vector tiles, as OGC API Tiles has them."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api.ogc.documents import HTML, JSON, PREFIX, TILE, base_of, link, say, selves
from api.ogc.pages import listed_page
from api.ogc.route import OgcRoute
from api.requests import language_of
from api.routes.ogc import KEPT, collection_named, document, require_known
from api.routes.tiles import TILED, tile_answer
from api.schemas.ogc import TileMatrixSet, TileMatrixSets, TileSet, TileSets
from gis.bbox import MERCATOR_M
from gis.capacity.words import Language
from layers.queries.collections import Collection
from layers.queries.tiles import MOST_ZOOM, TILE_LAYERS

router = APIRouter(prefix=PREFIX, tags=["ogc"], route_class=OgcRoute)

SCHEME: Final = "WebMercatorQuad"
_URI: Final = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
_CRS: Final = "http://www.opengis.net/def/crs/EPSG/0/3857"
_SCHEME_REL: Final = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
_PIXELS: Final = 256
_PIXEL_M: Final = 0.00028
"""Side of a pixel on the standard's screen, m."""


@router.get(
    "/tileMatrixSets",
    summary="How tiles may be cut",
    response_model=None,
    responses={200: {"model": TileMatrixSets}, **KEPT},
)
def schemes(request: Request) -> Response:
    """List how tiles may be cut."""
    language = language_of(request)
    address = f"{base_of(request)}/tileMatrixSets/{SCHEME}"

    def make(media: str) -> dict[str, Any]:
        own = link(address, "self", JSON, SCHEME)
        listed = [{"id": SCHEME, "title": SCHEME, "uri": _URI, "links": [own]}]
        return {"tileMatrixSets": listed, "links": selves(request, media, language)}

    def draw(made: dict[str, Any], _: Language) -> str:
        return listed_page(made, say("schemes", language), base_of(request), [(SCHEME, address)], language)

    return document(request, make, draw)


@router.get(
    f"/tileMatrixSets/{SCHEME}",
    summary="How tiles are cut: WebMercatorQuad",
    response_model=None,
    responses={200: {"model": TileMatrixSet}, **KEPT},
)
def scheme(request: Request) -> Response:
    """Tell each zoom of WebMercatorQuad."""
    language = language_of(request)

    def make(_: str) -> dict[str, Any]:
        return {
            "id": SCHEME,
            "title": SCHEME,
            "uri": _URI,
            "crs": _CRS,
            "orderedAxes": ["X", "Y"],
            "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
            "tileMatrices": [_matrix(zoom) for zoom in range(MOST_ZOOM + 1)],
        }

    def draw(made: dict[str, Any], _: Language) -> str:
        rows = [(f"{each['id']}: {each['cellSize']:.6g} m", "") for each in made["tileMatrices"]]
        return listed_page({"links": []}, SCHEME, base_of(request), rows, language)

    return document(request, make, draw)


def _matrix(zoom: int) -> dict[str, Any]:
    side = 1 << zoom
    cell_m = 2 * MERCATOR_M / (_PIXELS * side)
    return {
        "id": str(zoom),
        "scaleDenominator": cell_m / _PIXEL_M,
        "cellSize": cell_m,
        "pointOfOrigin": [-MERCATOR_M, MERCATOR_M],
        "tileWidth": _PIXELS,
        "tileHeight": _PIXELS,
        "matrixWidth": side,
        "matrixHeight": side,
    }


@router.get(
    "/collections/{collection_id}/tiles",
    summary="Sets of tiles of a collection",
    response_model=None,
    responses={200: {"model": TileSets}, **KEPT},
)
def tilesets(request: Request, collection_id: str) -> Response:
    """List the sets of tiles of a collection."""
    language = language_of(request)
    of = _tiled(collection_id, language)

    def make(media: str) -> dict[str, Any]:
        made = _tileset(request, of, language)
        return {"tilesets": [made], "links": selves(request, media, language)}

    def draw(made: dict[str, Any], _: Language) -> str:
        rows = [(SCHEME, f"{_address(request, of)}?f=html")]
        return listed_page(made, say("tiles", language), base_of(request), rows, language)

    return document(request, make, draw)


@router.get(
    f"/collections/{{collection_id}}/tiles/{SCHEME}",
    summary="Tiles of a collection: where they are",
    response_model=None,
    responses={200: {"model": TileSet}, **KEPT},
)
def tileset(request: Request, collection_id: str) -> Response:
    """Tell how tiles of a collection are addressed."""
    language = language_of(request)
    of = _tiled(collection_id, language)

    def draw(made: dict[str, Any], _: Language) -> str:
        rows = [(each["href"], "") for each in made["links"] if each["rel"] == "item"]
        return listed_page({"links": []}, made["title"], base_of(request), rows, language)

    return document(request, lambda _: _tileset(request, of, language), draw)


@router.get(
    f"/collections/{{collection_id}}/tiles/{SCHEME}/{{tile_matrix}}/{{tile_row}}/{{tile_col}}",
    summary="A vector tile of a collection",
    response_model=None,
    responses=TILED,
)
async def tile(
    request: Request, collection_id: str, tile_matrix: int, tile_row: int, tile_col: int
) -> Response:
    """Send a tile; the row stands before the column."""
    require_known(request)
    of = _tiled(collection_id, language_of(request))
    return await tile_answer(request, of.name, (tile_matrix, tile_col, tile_row), None)


def _tiled(name: str, language: Language) -> Collection:
    found = collection_named(name, language)
    if found.name not in TILE_LAYERS:
        zh, en = f"数据集 {name} 没有瓦片", f"the collection {name} has no tiles"
        raise HTTPException(404, zh if language == "zh" else en)
    return found


def _address(request: Request, of: Collection) -> str:
    return f"{base_of(request)}/collections/{quote(of.name)}/tiles/{SCHEME}"


def _tileset(request: Request, of: Collection, language: Language) -> dict[str, Any]:
    address = _address(request, of)
    title = of.zh if language == "zh" else of.en
    template = link(f"{address}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", "item", TILE, say("tiles", language))
    return {
        "title": title,
        "dataType": "vector",
        "crs": _CRS,
        "tileMatrixSetURI": _URI,
        "links": [
            link(address, "self", JSON, say("this", language)),
            link(f"{address}?f=html", "alternate", HTML, say("html", language)),
            template | {"templated": True},
            link(f"{base_of(request)}/tileMatrixSets/{SCHEME}", _SCHEME_REL, JSON, say("schemes", language)),
        ],
    }
