"""Ways and their lines read from the frames of a grid (道路、铁路、管沟)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from itertools import chain
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from gis.compiled import compiled
from gis.corridors.lines import NO_ID, Lines, Noding, Ways
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import ROAD_CLASSES, Flags, Floats, Kind, Longs, Objects
from gis.dictionary.model import layers
from gis.metric_zone import MetricZone, metric_zone
from gis.network.model import Grid

LAYERS: Final = ("roads", "railways", "ducts")
"""Layers of ways, in the order in which ways are counted."""

_LINEAR = (GeometryType.LINESTRING, GeometryType.LINEARRING, GeometryType.MULTILINESTRING)


def corridor_zone(grid: Grid) -> MetricZone:
    """Return the plane to measure in: the zone in the middle of the roads, else of all that has a place.

    Raises
    ------
    CrsError
        Nothing in the grid has a place.
    """
    roads = _centres(grid, ["roads"])
    if np.isfinite(roads).any():
        return metric_zone(*roads.T)
    return metric_zone(*_centres(grid, [name for name, layer in layers().items() if layer.geometry]).T)


def _centres(grid: Grid, names: Iterable[str]) -> Floats:
    """Return the middle of each geometry's bounds in degrees, shape (n, 2); NaN where there is none."""
    bounds = np.concatenate([shapely.bounds(_geometry(grid[name])).reshape(-1, 4) for name in names])
    bounds[~np.isfinite(bounds).all(axis=1)] = np.nan
    centres: Floats = (bounds[:, :2] + bounds[:, 2:]) / 2
    return centres


def read_ways(grid: Grid, zone: MetricZone, parameters: CorridorParameters) -> tuple[Ways, Lines]:
    """Return every row of roads, railways and ducts as a way, and the lines of those that have one.

    Parts of several are lines of their own. What is no line, empty, without length or not finite has none.
    A way whose node ids are not as many as its vertices is noded by shared vertices.
    """
    frames = {layer: grid[layer] for layer in LAYERS}
    ways = [_ways(frame, layer, parameters) for layer, frame in frames.items()]
    joined = Ways(
        **{each.name: np.concatenate([getattr(w, each.name) for w in ways]) for each in fields(Ways)}
    )
    geometry = np.concatenate([_geometry(frame) for frame in frames.values()])
    ids = np.concatenate([_column(frame, "node_ids") for frame in frames.values()])
    geometry[~np.isin(shapely.get_type_id(geometry), _LINEAR)] = None
    noding = joined.noding
    numbered = _numbered(geometry, ids)
    noding = np.where((noding == Noding.NODES) & ~numbered, np.int8(Noding.SHARED), noding)
    joined = replace(joined, noding=noding)
    return joined, _lines(geometry, ids, noding == Noding.NODES, zone, parameters.coincident_m)


def _ways(frame: pd.DataFrame, layer: str, parameters: CorridorParameters) -> Ways:
    other = len(ROAD_CLASSES) - 1
    road_class = pd.Index(ROAD_CLASSES[:other]).get_indexer(pd.Index(_column(frame, "class"), dtype=object))
    road_class[road_class < 0] = other
    kind = np.where(road_class == ROAD_CLASSES.index("expressway"), Kind.EXPRESSWAY, Kind.STREET)
    width_m = _numbers(frame, "width_m")
    assumed = ~(width_m > 0)
    default_m = np.array([parameters.default_width_m[name] for name in ROAD_CLASSES])[road_class]
    noding = _noding(frame)
    if layer == "railways":
        kind[:], road_class[:], default_m[:] = Kind.RAILWAY, other, parameters.default_width_m["railway"]
        # A bare crossing is for the road to judge: railways do not say where they run on bridges.
        noding[noding == Noding.CROSSINGS] = Noding.SHARED
    elif layer == "ducts":
        kind[:], road_class[:], noding[:] = Kind.DUCT, other, Noding.CROSSINGS
        width_m, assumed = np.zeros(len(frame)), np.zeros(len(frame), dtype=bool)
    bridge, tunnel = _is(frame, "bridge", value=True), _is(frame, "tunnel", value=True)
    stacked = np.nan_to_num(_numbers(frame, "layer")).astype(np.int64)
    city = np.where(_is(frame, "city", value=True), 1, np.where(_is(frame, "city", value=False), 0, -1))
    return Ways(
        kind=kind.astype(np.int8),
        road_class=road_class.astype(np.int8),
        width_m=np.where(assumed, default_m, width_m),
        width_assumed=assumed,
        city=city.astype(np.int8),
        raised=bridge | tunnel | (stacked != 0),
        level=stacked * 4 + bridge + 2 * tunnel,
        noding=noding,
        ids=_column(frame, "id"),
        names=_column(frame, "name"),
    )


def _noding(frame: pd.DataFrame) -> NDArray[np.int8]:
    said = _column(frame, "noding")
    noding = np.full(len(frame), Noding.CROSSINGS, dtype=np.int8)
    # Imported by node ids, yet without them: its junctions are vertices all the same.
    noding[np.isin(said, ["shared", "nodes"])] = Noding.SHARED
    noding[~pd.isna(_column(frame, "node_ids"))] = Noding.NODES
    return noding


def _column(frame: pd.DataFrame, name: str) -> Objects:
    """Return a column as objects, None where a value or the whole column is missing."""
    values = np.full(len(frame), None, dtype=object)
    if name in frame.columns:
        there = frame[name].notna().to_numpy()
        values[there] = frame[name].to_numpy(dtype=object)[there]
    return values


def _numbers(frame: pd.DataFrame, name: str) -> Floats:
    numbers = np.asarray(pd.to_numeric(pd.Series(_column(frame, name)), errors="coerce"), dtype=np.float64)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _is(frame: pd.DataFrame, name: str, *, value: bool) -> Flags:
    return np.asarray(pd.Series(_column(frame, name)).isin([value]), dtype=bool)


def _geometry(frame: pd.DataFrame) -> Objects:
    if "geometry" not in frame.columns:
        return np.full(len(frame), None, dtype=object)
    return np.array(frame["geometry"].to_numpy(), dtype=object)


def _numbered(geometry: Objects, ids: Objects) -> Flags:
    """Return which rows have as many node ids as vertices."""
    numbered = ~np.asarray(pd.isna(ids), dtype=bool)
    counts = np.fromiter(map(len, ids[numbered]), np.int64, int(numbered.sum()))
    numbered[numbered] = (counts == shapely.get_num_coordinates(geometry[numbered])) & (counts > 0)
    return numbered


def _lines(geometry: Objects, ids: Objects, numbered: Flags, zone: MetricZone, coincident_m: float) -> Lines:
    way = np.flatnonzero(~shapely.is_missing(geometry))
    parts = geometry[way]
    # Taking the parts of single lines would copy them all.
    if (shapely.get_type_id(parts) == GeometryType.MULTILINESTRING).any():
        parts, way = shapely.get_parts(geometry, return_index=True)
    degrees, part = shapely.get_coordinates(parts, return_index=True)
    x, y = zone.to_metric(*degrees.T)
    node_id = np.full(len(x), NO_ID, dtype=np.int64)
    there = numbered[way[part]]
    raw: NDArray[Any] = np.fromiter(chain.from_iterable(ids[numbered]), np.int64, int(there.sum()))
    node_id[there] = pd.factorize(raw)[0]
    lost = np.bincount(part[~(np.isfinite(x) & np.isfinite(y))], minlength=len(parts)) > 0
    kept = ~lost[part]
    kept[kept] = _spaced(x[kept], y[kept], node_id[kept], part[kept], coincident_m)
    counts = np.bincount(part[kept], minlength=len(parts))
    start = np.append(0, np.cumsum(counts))
    lines = Lines(x[kept], y[kept], node_id[kept], start, way.astype(np.int32))
    return lines.kept(np.flatnonzero(counts > 1))


@compiled
def _spaced(x: Floats, y: Floats, node_id: Longs, part: Longs, coincident_m: float) -> Flags:
    """Return which vertices to keep so that no line's neighbours coincide; first and last ones stay.

    Vertices with a node id stay too: their ids tell where roads meet.
    """
    kept = np.ones(len(x), dtype=np.bool_)
    before = 0
    for at in range(1, len(x)):
        if part[at] != part[before]:
            before = at
            continue
        if np.hypot(x[at] - x[before], y[at] - y[before]) > coincident_m or node_id[at] >= 0:
            before = at
            continue
        last = at + 1 == len(x) or part[at + 1] != part[at]
        first = before == 0 or part[before - 1] != part[before]
        if last and not first:
            kept[before] = False
            before = at
        else:
            kept[at] = False
    return kept
