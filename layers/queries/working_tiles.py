"""Vector tiles of the working layers (工作图层瓦片): parcels, the grid's assets, zones, land and ways.

Every layer names its columns in statements of its own; what the public is shown stands there, not in callers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

from psycopg import sql
from sqlalchemy import Connection

from gis.bbox import Box
from gis.siting.classes import SiteClass
from layers.database import driver
from layers.queries.statements import public_statement, statement
from layers.queries.tiles import TILE_LAYERS, Tile, TileLayer
from layers.tables.base import PUBLIC_MAP, SCHEMA

Source = Literal["land", "run", "zones", "live", "edition"]
"""What tiles are made from: layers, layers and a run, a run alone, live figures of a day, an edition."""

DEEPEST: Final = 16
"""Zoom beyond which tiles show nothing new; they are made up to the deepest zoom of all."""


@dataclass(frozen=True, slots=True)
class WorkingLayer:
    """How tiles of a layer are made for some askers.

    Attributes
    ----------
    zh, en
        Title.
    source
        What they are made from.
    layers
        Layers of the dictionary that they show; their data version is part of what tells a tile apart.
    tiles
        First zoom -> statement; below the first of all nothing is drawn.
    fields
        Layer inside the tile -> its fields and what they hold.
    """

    zh: str
    en: str
    source: Source
    layers: tuple[str, ...]
    tiles: TileLayer
    fields: Mapping[str, Mapping[str, str]]

    @property
    def first_zoom(self) -> int:
        """Zoom from which on something is drawn."""
        return self.tiles.statements[0][0]

    @property
    def near_zoom(self) -> int:
        """Zoom from which on each feature is drawn by itself."""
        return self.tiles.statements[-1][0]


_FIGURES: Final = {"status": "String", "open_kva": "Number: open capacity, kVA"}
_ASSET: Final = {"id": "String", "name": "String"}
_CLASSES: Final = (*SiteClass, "unscreened")
_PARCEL: Final = {
    "id": "String: from zoom 13",
    "name": "String: from zoom 13",
    "class": "String: of the parcel, below zoom 13 the most frequent one of the square",
    "failed_test": "String: from zoom 13",
    "land_use": "String: from zoom 13",
    "load_kva": "Number: from zoom 13",
    "count": "Number: parcels of the square, below zoom 13",
    "kva": "Number: their load, below zoom 13",
} | {str(each): "Number: parcels of the class, below zoom 13" for each in _CLASSES}

WORKING_LAYERS: Final[Mapping[str, WorkingLayer]] = MappingProxyType(
    {
        "parcels": WorkingLayer(
            "地块", "Parcels", "run", ("parcels",),
            TileLayer(((6, "tile_parcel_cells"), (13, "tile_parcels"))), {"parcels": _PARCEL},
        ),
        "zones": WorkingLayer(
            "接电分区", "Zones", "zones", (),
            TileLayer(((0, "tile_zones"),)),
            {"zones": {"reach_m": "Number: longest route, m", "class": "String", "load_kva": "Number"}},
        ),
        "base": WorkingLayer(
            "底图", "Land, water and ways", "land", ("roads", "water", "green", "railways"),
            TileLayer(((5, "tile_base_far"), (13, "tile_base"))),
            {"water": {"name": "String"}, "green": {"name": "String"}, "railways": {"name": "String"},
             "roads": {"class": "String", "name": "String"}},
        ),
        "feeders": WorkingLayer(
            "线路", "Feeders", "live", ("feeders",),
            TileLayer(((11, "tile_feeders_merged"), (13, "tile_feeders"))),
            {"feeders": _ASSET | {"voltage_kv": "Number", "construction": "String"} | _FIGURES},
        ),
        "substations": WorkingLayer(
            "变电站", "Substations", "live", ("substations",),
            TileLayer(((6, "tile_substations"),)),
            {"substations": _ASSET | {"voltage_kv": "Number"} | _FIGURES},
        ),
        "transformers": WorkingLayer(
            "配变", "Distribution transformers", "live", ("transformers",),
            TileLayer(((14, "tile_transformers"),)),
            {"transformers": _ASSET | {"rated_kva": "Number"} | _FIGURES},
        ),
    }
)  # fmt: skip
"""Layer -> how planners see it."""

PUBLIC_LAYERS: Final[Mapping[str, WorkingLayer]] = MappingProxyType(
    {name: WORKING_LAYERS[name] for name in ("parcels", "zones", "base")}
    | {
        "feeders": WorkingLayer(
            "线路（概化位置）", "Feeders, at generalised places", "edition", (),
            TileLayer(((11, "tile_feeders_published"),)),
            {"feeders": _ASSET | {"voltage_kv": "Number"} | _FIGURES},
        )
    }
)  # fmt: skip
"""Layer -> how the public sees it; the others are not for the public."""

EVERY_LAYER: Final = (*TILE_LAYERS, *WORKING_LAYERS)
"""Names of all layers that have tiles."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Live figures of assets on a day, by id.

    Attributes
    ----------
    open_kva
        Id -> open capacity, kVA; None where it is unknown.
    status
        Id -> status.
    """

    open_kva: Mapping[str, float | None]
    status: Mapping[str, str]

    def __len__(self) -> int:
        """Return about how many bytes it takes."""
        return 200 * len(self.status)


def working_tile(
    connection: Connection,
    layer: WorkingLayer,
    tile: Tile,
    *,
    public: bool,
    run: str | None = None,
    edition: str | None = None,
    figures: Figures | None = None,
) -> bytes:
    """Return a tile; empty where nothing lies in it.

    Parameters
    ----------
    connection
        A snapshot, of the role that may read what the layer is made from.
    layer
        Of ``WORKING_LAYERS`` or ``PUBLIC_LAYERS``.
    tile
        Which one.
    public
        Whether the views that the public's login may read are asked, without what single customers stated.
    run
        Screening that classes and zones are of; None for no classes.
    edition
        Edition that figures are of.
    figures
        Live figures.
    """
    if tile.zoom < layer.first_zoom:
        return b""
    west, south, east, north = tile.degrees()
    given: dict[str, Any] = {"z": tile.zoom, "x": tile.column, "y": tile.row, "run": run}
    given |= {"edition": edition, "west": west, "south": south, "east": east, "north": north}
    with driver(connection) as raw:
        if figures is not None:
            question = sql.SQL(
                "select id from grid.{layer} where geom && st_makeenvelope(%s, %s, %s, %s, 4326)"
            ).format(layer=sql.Identifier(layer.layers[0]))
            ids = [row[0] for row in raw.execute(question, (west, south, east, north))]
            given["ids"] = ids
            given["open_kva"] = [figures.open_kva.get(each) for each in ids]
            given["status"] = [figures.status.get(each) for each in ids]
        text = public_statement if public else statement
        row = raw.execute(text(layer.tiles.at(tile.zoom)), given).fetchone()
    return bytes(row[0]) if row else b""


def extent_of_layers(connection: Connection, names: tuple[str, ...], *, public: bool) -> Box | None:
    """Return the box around all rows of layers, of their views for the public; None where there are none."""
    schema = PUBLIC_MAP if public else SCHEMA
    boxes = sql.SQL(" union all ").join(
        sql.SQL("select st_extent(geom)::geometry as box from {}").format(sql.Identifier(schema, each))
        for each in names
    )
    return _box(connection, boxes, ())


def extent_of_zones(connection: Connection, run: str) -> Box | None:
    """Return the box around the zones of a run, None where there are none."""
    return _box(
        connection,
        sql.SQL("select st_extent(geom)::geometry as box from public_map.zone_parts where run_id = %s"),
        (run,),
    )


def extent_of_edition(connection: Connection, edition: str) -> Box | None:
    """Return the box around the places that an edition tells, None where there are none."""
    return _box(
        connection,
        sql.SQL(
            "select st_extent(geometry)::geometry as box from disclosure.published where edition_id = %s"
        ),
        (edition,),
    )


def _box(connection: Connection, boxes: sql.Composable, given: tuple[str, ...]) -> Box | None:
    question = sql.SQL(
        "select st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e)"
        " from (select st_extent(box) as e from ({}) b) t"
    ).format(boxes)
    with driver(connection) as raw:
        row = raw.execute(question, given).fetchone()
    return None if row is None or row[0] is None else Box(*row)


def from_osm(connection: Connection, names: tuple[str, ...]) -> bool:
    """Return whether any row of layers came from OpenStreetMap, whose contributors are then to be named."""
    question = "select exists (select from public_map.sources where layer = any(%s) and from_osm)"
    with driver(connection) as raw:
        row = raw.execute(question, (list(names),)).fetchone()
    return bool(row and row[0])
