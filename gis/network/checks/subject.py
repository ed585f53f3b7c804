"""The grid under test as arrays: columns without surprises, geometry in metres, who is who."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.dictionary.model import ASSET_LEVELS, layers
from gis.metric_zone import MetricZone, metric_zone, project
from gis.network.checks.parameters import CheckParameters
from gis.network.columns import (
    Flags,
    Floats,
    Objects,
    Rows,
    column,
    days,
    index_of,
    numbers,
    rows_of,
    texts,
    true,
)
from gis.network.model import Grid

_Made = TypeVar("_Made")

SPATIAL: Final[tuple[str, ...]] = tuple(name for name, layer in layers().items() if layer.geometry)
"""Layers that have geometry."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One grid under test; whatever several checks need is made once.

    Every array has one entry for each row of the layer's frame, in the frame's order. A column that
    a frame lacks is all missing. Missing is None in arrays of objects, NaN in arrays of numbers and
    NaT in arrays of days.
    """

    grid: Grid
    on: date
    parameters: CheckParameters
    _made: dict[tuple[str, str, str], Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, what: str, layer: str, column: str, make: Callable[[], _Made]) -> _Made:
        """Return what ``make`` makes, made at the first call only."""
        key = (what, layer, column)
        if key not in self._made:
            self._made[key] = make()
        made: _Made = self._made[key]
        return made

    def size(self, layer: str) -> int:
        """Return the number of rows of the layer."""
        return len(self.grid[layer])

    def _column(self, layer: str, name: str) -> pd.Series[Any]:
        return column(self.grid[layer], name)

    def texts(self, layer: str, name: str) -> Objects:
        """Return a column as texts; None for missing and blank ones."""
        return self.once("texts", layer, name, lambda: texts(self._column(layer, name)))

    def numbers(self, layer: str, name: str) -> Floats:
        """Return a column as numbers."""
        return self.once("numbers", layer, name, lambda: numbers(self._column(layer, name)))

    def days(self, layer: str, name: str) -> NDArray[np.datetime64]:
        """Return a column as days."""
        return self.once("days", layer, name, lambda: days(self._column(layer, name)))

    def true(self, layer: str, name: str) -> Flags:
        """Return where a boolean column is true (neither false nor missing)."""
        return true(self._column(layer, name))

    def missing(self, layer: str, name: str) -> Flags:
        """Return where a column has no value."""
        values = self._column(layer, name)
        return np.asarray(values.isna() | values.isin([""]), dtype=bool)

    def ids(self, layer: str) -> Objects:
        """Return the ids of the layer."""
        return self.texts(layer, "id")

    def rows_of(self, layer: str, ids: Objects) -> Rows:
        """Return the row that each id stands in, -1 for none."""
        index = self.once("index", layer, "id", lambda: index_of(self.ids(layer)))
        return rows_of(index, ids)

    def labels(self, layer: str, rows: Iterable[int]) -> list[str]:
        """Return the id and the name of each row, for people."""
        ids, names = self.ids(layer), self.texts(layer, "name")
        return [_label(ids[row], names[row]) for row in rows]

    @property
    def today(self) -> np.datetime64:
        """The day asked, as the days of columns are."""
        return np.datetime64(self.on, "D")

    # Geometry

    def geometry(self, layer: str) -> Objects:
        """Return geometry in degrees; None where it is missing, empty or not finite."""
        return self.once("degrees", layer, "", lambda: _finite(self._raw_geometry(layer)))

    def _raw_geometry(self, layer: str) -> Objects:
        frame = self.grid[layer]
        if "geometry" not in frame.columns:
            return np.full(len(frame), None, dtype=object)
        return np.array(frame["geometry"].to_numpy(), dtype=object)

    @property
    def zone(self) -> MetricZone | None:
        """The plane that distances are measured in; None for a grid without geometry."""
        return self.once("zone", "", "", self._zone)

    def _zone(self) -> MetricZone | None:
        middle = self.middle
        return None if middle is None else metric_zone(*middle)

    @property
    def middle(self) -> tuple[float, float] | None:
        """Median longitude and latitude of the roads, else of everything; None where nothing has a place."""
        return self.once("middle", "", "", self._middle)

    def _middle(self) -> tuple[float, float] | None:
        for names in (("roads",), SPATIAL):
            centres = np.concatenate([self.centres(name) for name in names])
            centres = centres[np.isfinite(centres).all(axis=1)]
            if len(centres):
                lon, lat = np.median(centres, axis=0)
                return float(lon), float(lat)
        return None

    def centres(self, layer: str) -> Floats:
        """Return the middle of each geometry's bounds in degrees, shape (n, 2); NaN where there is none."""
        return self.once("centres", layer, "", lambda: _centres(self.geometry(layer)))

    def plane(self, layer: str) -> Objects:
        """Return geometry in metres; None where there is none."""
        return self.once("plane", layer, "", lambda: self._plane(layer))

    def _plane(self, layer: str) -> Objects:
        degrees = self.geometry(layer)
        return degrees if self.zone is None else _finite(project(degrees, self.zone))

    def valid(self, layer: str) -> Flags:
        """Return where the geometry is valid (OGC); a missing one counts as valid."""
        return self.once("valid", layer, "", lambda: _valid(self.geometry(layer)))

    def sound(self, layer: str) -> Objects:
        """Return geometry in metres that overlays can work on: invalid ones are mended."""
        return self.once("sound", layer, "", lambda: self._sound(layer))

    def _sound(self, layer: str) -> Objects:
        plane = self.plane(layer).copy()
        broken = ~(self.valid(layer) & _valid(plane))
        plane[broken] = mended(plane[broken])
        return plane

    def tree(self, layer: str) -> shapely.STRtree:
        """Return a search tree over the sound geometry in metres."""
        return self.once("tree", layer, "", lambda: shapely.STRtree(self.sound(layer)))

    def places(self, layer: str, rows: Sequence[int]) -> tuple[list[float | None], list[float | None]]:
        """Return longitudes and latitudes of a point on each row's geometry, or on that of its asset."""
        return lonlat(self._located(layer, np.asarray(rows, dtype=np.int64)))

    def _located(self, layer: str, rows: Rows) -> Objects:
        if layer == "main_transformers":
            homes = self.rows_of("substations", self.texts(layer, "substation_id")[rows])
            return taken(self.geometry("substations"), homes)
        if layer in ("capacity", "claims"):
            located = np.full(len(rows), None, dtype=object)
            ids = self.texts(layer, "asset_id")[rows]
            for assets in ASSET_LEVELS:
                asset_rows = self.rows_of(assets, ids)
                found = asset_rows >= 0
                located[found] = self._located(assets, asset_rows[found])
            return located
        return self.geometry(layer)[rows]


def mended(geometry: Objects) -> Objects:
    """Return valid geometries of the same dimension: overlays refuse what mixes areas and lines."""
    return np.asarray(shapely.make_valid(geometry, method="structure", keep_collapsed=False), dtype=object)


def lonlat(geometry: Objects) -> tuple[list[float | None], list[float | None]]:
    """Return longitudes and latitudes, rounded to a centimetre, of a point on each geometry in degrees."""
    points = shapely.point_on_surface(geometry)
    return _rounded(shapely.get_x(points)), _rounded(shapely.get_y(points))


def _rounded(values: Floats) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), 7) for value in values]


def _label(thing: str | None, name: str | None) -> str:
    if thing is None:
        return name or "without an id"
    return thing if name is None or name == thing else f"{thing} ({name})"


def _finite(geometry: Objects) -> Objects:
    kept = geometry.copy()
    bounded = np.isfinite(shapely.bounds(geometry)).all(axis=-1)
    kept[~bounded] = None
    return kept


def _valid(geometry: Objects) -> Flags:
    return np.asarray(shapely.is_valid(geometry) | shapely.is_missing(geometry), dtype=bool)


def _centres(geometry: Objects) -> Floats:
    bounds = shapely.bounds(geometry).reshape(-1, 4)
    return np.stack([(bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2], axis=1)


def rows_where(mask: NDArray[np.bool_]) -> list[int]:
    """Return the rows at which the mask holds."""
    rows: list[int] = np.flatnonzero(mask).tolist()
    return rows


def present(values: Objects) -> Flags:
    """Return where a value is not missing."""
    return np.asarray(~pd.isna(values), dtype=bool)


def taken(values: Objects, rows: Rows) -> Objects:
    """Return the value at each row; None where the row is -1."""
    values_there = np.full(len(rows), None, dtype=object)
    found = rows >= 0
    values_there[found] = values[rows[found]]
    return values_there
