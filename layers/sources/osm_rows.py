"""Rows of OpenStreetMap objects gathered into chunks, their geometry built for a whole chunk at a time."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from osmium.osm.types import NodeRef

from gis.dictionary.model import layers
from layers.sources.model import Chunk
from layers.sources.osm_findings import Tally

DEGREE = 10_000_000
"""OpenStreetMap counts coordinates in steps of 1e-7 degrees."""

_DTYPES = {"layer": "Int64", "width_m": "float64", "voltage_kv": "float64"}


def on_globe(x: NDArray[np.int32], y: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Tell which places, in steps of 1e-7 degrees, shape (n,), exist; a missing one is the largest number."""
    return (abs(x.astype(np.int64)) <= 180 * DEGREE) & (abs(y.astype(np.int64)) <= 90 * DEGREE)


class Shapes:
    """Gathers points and areas, each with a finished geometry."""

    def __init__(self, layer: str) -> None:
        self._layer = layer
        self._ids: list[str] = []
        self._rows: list[dict[str, object]] = []
        self._wkb: list[str] = []

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, thing: str, row: dict[str, object], wkb: str) -> None:
        """Add a row with its geometry as hexadecimal WKB."""
        self._ids.append(thing)
        self._rows.append(row)
        self._wkb.append(wkb)

    def take(self, first: int) -> Chunk:
        """Return what was gathered, numbered from ``first``, and start anew."""
        geometry = shapely.from_wkb(np.array(self._wkb, dtype=object))
        single = (shapely.get_type_id(geometry) == shapely.GeometryType.MULTIPOLYGON) & (
            shapely.get_num_geometries(geometry) == 1
        )
        geometry[single] = shapely.get_geometry(geometry[single], 0)
        chunk = Chunk(_table(self._layer, self._ids, self._rows, first), geometry, self._layer)
        self._ids, self._rows, self._wkb = [], [], []
        return chunk


class _Vertices(NamedTuple):
    """Vertices of all lines of a chunk, each array of shape (vertices,), and the line each belongs to."""

    ids: NDArray[np.int64]
    x: NDArray[np.int32]
    y: NDArray[np.int32]
    line: NDArray[np.intp]

    def where(self, mask: NDArray[np.bool_]) -> _Vertices:
        return _Vertices(self.ids[mask], self.x[mask], self.y[mask], self.line[mask])


class Lines:
    """Gathers ways as their nodes' ids and coordinates."""

    def __init__(self, layer: str, tally: Tally) -> None:
        self._layer = layer
        self._tally = tally
        self._clear()

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, thing: str, row: dict[str, object], nodes: Iterable[NodeRef]) -> None:
        """Add a row with the nodes of its way; nodes without a place may be among them."""
        self._ids.append(thing)
        self._rows.append(row)
        before = len(self._refs)
        for node in nodes:
            place = node.location
            self._refs.append(node.ref)
            self._x.append(place.x)
            self._y.append(place.y)
        self._lengths.append(len(self._refs) - before)

    def take(self, first: int) -> Chunk:
        """Return what was gathered, numbered from ``first``, and start anew.

        Nodes without a place and a node that repeats the one before it are dropped; a line that keeps
        fewer than two nodes, or has no length, is left out. Both are counted in the tally.
        """
        count = len(self._ids)
        located = self._located(self._vertices())
        enough = np.bincount(located.line, minlength=count) > 1
        located = located.where(enough[located.line])
        coordinates = np.column_stack([located.x, located.y]) / DEGREE
        geometry = np.full(count, None, dtype=object)
        geometry[enough] = shapely.linestrings(coordinates, indices=(np.cumsum(enough) - 1)[located.line])
        keep = enough & (shapely.length(geometry) > 0)
        for lost in np.flatnonzero(~keep):
            self._tally.add("osm_line_unusable", self._layer, self._ids[lost])
        table = _table(self._layer, self._ids, self._rows, first)
        if self._layer == "roads":
            table["node_ids"] = _by_line(located, count)
        self._clear()
        table = table[keep]
        table.index = pd.RangeIndex(first, first + len(table))
        return Chunk(table, geometry[keep], self._layer)

    def _vertices(self) -> _Vertices:
        return _Vertices(
            np.array(self._refs, dtype=np.int64),
            np.array(self._x, dtype=np.int32),
            np.array(self._y, dtype=np.int32),
            np.repeat(np.arange(len(self._lengths)), self._lengths),
        )

    def _located(self, vertices: _Vertices) -> _Vertices:
        known = on_globe(vertices.x, vertices.y)
        for line in np.unique(vertices.line[~known]):
            self._tally.add("osm_nodes_missing", self._layer, self._ids[line])
        located = vertices.where(known)
        repeats = np.zeros(len(located.ids), dtype=bool)
        repeats[1:] = (located.ids[1:] == located.ids[:-1]) & (located.line[1:] == located.line[:-1])
        return located.where(~repeats)

    def _clear(self) -> None:
        self._ids: list[str] = []
        self._rows: list[dict[str, object]] = []
        self._refs = array("q")
        self._x = array("i")
        self._y = array("i")
        self._lengths: list[int] = []


def _by_line(vertices: _Vertices, count: int) -> NDArray[np.object_]:
    ends = np.cumsum(np.bincount(vertices.line, minlength=count))
    column = np.full(count, None, dtype=object)
    for number, ids in enumerate(np.split(vertices.ids, ends[:-1])):
        column[number] = ids
    return column


def _table(layer: str, ids: list[str], rows: list[dict[str, object]], first: int) -> pd.DataFrame:
    columns: dict[str, object] = {
        column.name: ids if column.name == "id" else [row.get(column.name) for row in rows]
        for column in layers()[layer].fields
    }
    table = pd.DataFrame(columns, index=pd.RangeIndex(first, first + len(ids)))
    return table.astype({column: dtype for column, dtype in _DTYPES.items() if column in columns})
