"""Vector tiles made by the database (矢量瓦片): Mapbox Vector Tiles in WebMercatorQuad."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sqlalchemy import Engine

from gis.errors import InputError
from gis.words import Words
from layers.queries.reading import reading
from layers.queries.statements import statement

MOST_ZOOM: Final = 22
"""Deepest zoom of a tile."""

_MOST_LAT: Final = 85.0511287798066
"""Where the map of WebMercatorQuad ends, degrees."""

_BUFFER: Final = 64 / 4096
"""What a tile shows beyond its border, shares of its side, so that outlines have no seam."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of WebMercatorQuad.

    Attributes
    ----------
    zoom
        0 for the whole world.
    column, row
        From the left, and from the top.
    """

    zoom: int
    column: int
    row: int

    def __post_init__(self) -> None:
        side = 1 << self.zoom if 0 <= self.zoom <= MOST_ZOOM else 0
        if not (0 <= self.column < side and 0 <= self.row < side):
            raise InputError(
                Words(
                    f"没有瓦片 {self.zoom}/{self.column}/{self.row}",
                    f"there is no tile {self.zoom}/{self.column}/{self.row}",
                ),
                repair=Words(
                    f"级别为 0 至 {MOST_ZOOM}，列和行为 0 至 2^级别 - 1",
                    f"zoom is 0 to {MOST_ZOOM}, column and row 0 to 2^zoom - 1",
                ),
            )

    def degrees(self) -> tuple[float, float, float, float]:
        """Return west, south, east and north with the buffer, degrees, never beyond the map's edge."""
        side = 1 << self.zoom
        west, east = (
            min(max(each / side * 360.0 - 180.0, -180.0), 180.0)
            for each in (self.column - _BUFFER, self.column + 1 + _BUFFER)
        )
        north, south = (
            math.degrees(math.atan(math.sinh(math.pi * (1.0 - 2.0 * min(max(each / side, 0.0), 1.0)))))
            for each in (self.row - _BUFFER, self.row + 1 + _BUFFER)
        )
        return west, south, east, north


def share_of_map(lon: float, lat: float) -> tuple[float, float]:
    """Return where a place lies on the map of WebMercatorQuad: shares of its side, from the top left."""
    turned = math.asinh(math.tan(math.radians(min(max(lat, -_MOST_LAT), _MOST_LAT)))) / math.pi
    return (lon + 180) / 360, (1 - turned) / 2


@dataclass(frozen=True, slots=True)
class TileLayer:
    """What is drawn of a layer from which zoom on (缩放级别).

    Attributes
    ----------
    statements
        First zoom -> the statement that makes its tiles, rising from 0.
    """

    statements: tuple[tuple[int, str], ...]

    def at(self, zoom: int) -> str:
        """Return the statement for a zoom."""
        return next(name for first, name in reversed(self.statements) if first <= zoom)


TILE_LAYERS: Final[Mapping[str, TileLayer]] = MappingProxyType(
    {
        "capacity": TileLayer(
            (
                (0, "tile_capacity_squares"),  # a cell of 1 km would be a few units of the tile
                (9, "tile_capacity_cells"),
                (13, "tile_capacity_assets"),
            )
        )
    }
)
"""Layer -> how its tiles are made; all read what is published and nothing else."""


def capacity_tile(engine: Engine, layer: str, tile: Tile, edition: str) -> bytes:
    """Return a tile of what an edition tells; empty where nothing lies in it.

    Parameters
    ----------
    engine
        Connections that may read what is published.
    layer
        A name in ``TILE_LAYERS``.
    tile
        Which one.
    edition
        Id of the edition.
    """
    west, south, east, north = tile.degrees()
    given = {
        "z": tile.zoom,
        "x": tile.column,
        "y": tile.row,
        "edition": edition,
        "west": west,
        "south": south,
        "east": east,
        "north": north,
    }
    with reading(engine) as connection:
        [made] = connection.execute(statement(TILE_LAYERS[layer].at(tile.zoom)), given).fetchone() or (b"",)
    return bytes(made)
