"""A seeded city of the size that the targets are stated for: a jittered lattice with lots and feeders."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.corridors.streets import Floats, Longs, Objects
from gis.metric_zone import MetricZone, metric_zone, unproject
from gis.network.model import Grid

_LON, _LAT = 114.0, 30.5
_STEP_M: Final = 80.0
_JITTER_M: Final = 10.0
_KEPT: Final = 0.93
_CURVED: Final = 0.1
_MAIN_EVERY: Final = 10  # blocks
_LOT_HALF_M: Final = (12.0, 24.0)
_TAPS_EACH: Final = 10


class _Lattice(NamedTuple):
    side: int
    x: Floats
    y: Floats
    zone: MetricZone


def synthetic_city(*, side: int = 700, parcels: int = 200_000, feeders: int = 2_000, seed: int = 1) -> Grid:
    """Return a city of ``side`` by ``side`` junctions, 80 m apart, as the grid that an import would give.

    Streets run from junction to junction; one in fourteen is left out, one in ten is bent, every tenth line
    is a main road of 24 m among streets of 8 to 12 m. A lot is a square in the middle of a block. Ten feeders
    leave each substation, in any of four headings with one turn, with an access point beside a street about
    every 320 m. Nothing in it says how large the loads and the open capacities are.
    """
    rng = np.random.default_rng(seed)
    zone = metric_zone([_LON], [_LAT])
    east, north = zone.to_metric([_LON], [_LAT])
    column, row = np.meshgrid(np.arange(side), np.arange(side))
    half = side * _STEP_M / 2
    x = east[0] - half + column.ravel() * _STEP_M + rng.uniform(-_JITTER_M, _JITTER_M, side * side)
    y = north[0] - half + row.ravel() * _STEP_M + rng.uniform(-_JITTER_M, _JITTER_M, side * side)
    lattice = _Lattice(side, x, y, zone)
    tapped, owner = _feeder_nodes(side, feeders, rng)
    tap_x, tap_y = _beside_junctions(lattice, tapped, rng)
    return Grid(
        {
            "roads": _roads(lattice, rng),
            "parcels": parcel_frame(_lots(lattice, parcels, rng), zone),
            "feeders": feeder_frame(tap_x, tap_y, owner, zone),
            "access_points": access_point_frame(tap_x, tap_y, owner, zone),
        }
    )


def parcel_frame(outlines: Objects, zone: MetricZone) -> pd.DataFrame:
    """Return the layer of parcels with these outlines, plane metres."""
    return _frame({"id": _numbered("P", len(outlines))}, outlines, zone)


def feeder_frame(x: Floats, y: Floats, owner: Longs, zone: MetricZone) -> pd.DataFrame:
    """Return the layer of cable feeders, each a line through its taps; these stand in the owners' order."""
    lines = np.asarray(shapely.linestrings(np.stack([x, y], axis=1), indices=owner), dtype=object)
    construction = np.full(len(lines), "cable", dtype=object)
    return _frame({"id": _numbered("F", len(lines)), "construction": construction}, lines, zone)


def access_point_frame(x: Floats, y: Floats, owner: Longs, zone: MetricZone) -> pd.DataFrame:
    """Return the layer of access points, one for each tap of a feeder."""
    columns = {
        "id": _numbered("T", len(owner)),
        "feeder_id": _numbered("F", int(owner.max()) + 1)[owner],
        "kind": np.full(len(owner), "ring_main_unit", dtype=object),
        "spare_bays": np.full(len(owner), np.nan),
    }
    return _frame(columns, np.asarray(shapely.points(x, y), dtype=object), zone)


def _numbered(letter: str, count: int) -> Objects:
    return np.char.add(letter, np.arange(count).astype(str)).astype(object)


def _frame(columns: dict[str, Any], geometry: Objects, zone: MetricZone) -> pd.DataFrame:
    frame: pd.DataFrame = gpd.GeoDataFrame(columns, geometry=unproject(geometry, zone), crs="EPSG:4326")
    return frame


def _roads(lattice: _Lattice, rng: np.random.Generator) -> pd.DataFrame:
    node = np.arange(lattice.side**2).reshape(lattice.side, lattice.side)
    begin = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    end = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    on_line = np.concatenate([node[:, :-1].ravel() // lattice.side, node[:-1].ravel() % lattice.side])
    kept = rng.random(len(begin)) < _KEPT
    begin, end, on_line = begin[kept], end[kept], on_line[kept]
    count = len(begin)
    main = on_line % _MAIN_EVERY == 0
    bent = rng.random(count) < _CURVED
    dx, dy = lattice.x[end] - lattice.x[begin], lattice.y[end] - lattice.y[begin]
    bulge = rng.uniform(-0.12, 0.12, count)
    vertex_start = np.append(0, np.cumsum(np.where(bent, 3, 2)))
    x, y = np.empty(vertex_start[-1]), np.empty(vertex_start[-1])
    nodes = np.empty(vertex_start[-1], np.int64)
    first, last = vertex_start[:-1], vertex_start[1:] - 1
    x[first], y[first], nodes[first] = lattice.x[begin], lattice.y[begin], begin
    x[last], y[last], nodes[last] = lattice.x[end], lattice.y[end], end
    middle = first[bent] + 1
    x[middle] = ((lattice.x[begin] + lattice.x[end]) / 2 - dy * bulge)[bent]
    y[middle] = ((lattice.y[begin] + lattice.y[end]) / 2 + dx * bulge)[bent]
    nodes[middle] = lattice.side**2 + np.arange(len(middle))
    lines = shapely.linestrings(
        np.stack([x, y], axis=1), indices=np.repeat(np.arange(count), last - first + 1)
    )
    columns = {
        "id": _numbered("R", count),
        "name": np.full(count, None, dtype=object),
        "class": np.where(main, "primary", "local").astype(object),
        "width_m": np.where(main, 24.0, 8.0 + 2.0 * (on_line % 3)),
        "layer": np.full(count, np.nan),
        "bridge": np.full(count, None, dtype=object),
        "tunnel": np.full(count, None, dtype=object),
        "city": np.full(count, None, dtype=object),
        "node_ids": pd.Series([nodes[a:b].tolist() for a, b in zip(first, last + 1, strict=True)]),
        "noding": np.full(count, "nodes", dtype=object),
    }
    return _frame(columns, np.asarray(lines, dtype=object), lattice.zone)


def _lots(lattice: _Lattice, count: int, rng: np.random.Generator) -> Objects:
    block = np.sort(rng.choice((lattice.side - 1) ** 2, count, replace=False))
    row, column = np.divmod(block, lattice.side - 1)
    corner = row * lattice.side + column
    around = np.stack([corner, corner + 1, corner + lattice.side, corner + lattice.side + 1])
    x, y = lattice.x[around].mean(axis=0), lattice.y[around].mean(axis=0)
    half_x, half_y = rng.uniform(*_LOT_HALF_M, (2, count))
    return np.asarray(shapely.box(x - half_x, y - half_y, x + half_x, y + half_y), dtype=object)


def _feeder_nodes(side: int, feeders: int, rng: np.random.Generator) -> tuple[Longs, Longs]:
    """Return the junctions near which feeders are tapped, feeder by feeder, and the feeder of each."""
    station = rng.integers(0, side, (feeders // _TAPS_EACH + 1, 2))
    start = np.repeat(station, _TAPS_EACH, axis=0)[:feeders]
    heading = rng.integers(0, 4, feeders)
    turn = rng.choice([-1, 1], feeders)
    turned_at = rng.integers(2, _TAPS_EACH, feeders)
    step = np.array([[0, 1], [1, 0], [0, -1], [-1, 0]])
    at = np.arange(_TAPS_EACH)
    way = (heading[:, None] + np.where(at >= turned_at[:, None], turn[:, None], 0)) % 4
    blocks = rng.integers(2, 7, (feeders, _TAPS_EACH))
    place = start[:, None] + np.cumsum(step[way] * blocks[..., None], axis=1)
    place = np.abs(place)
    place = np.where(place >= side, 2 * (side - 1) - place, place)
    return (place[..., 0] * side + place[..., 1]).ravel(), np.repeat(np.arange(feeders), _TAPS_EACH)


def _beside_junctions(lattice: _Lattice, node: Longs, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return a place near each junction: a few metres off one of the lines that meet there."""
    count = len(node)
    along, across = (
        rng.uniform(-25.0, 25.0, count),
        rng.uniform(4.0, 14.0, count) * rng.choice([-1, 1], count),
    )
    eastward = rng.random(count) < 0.5
    x = lattice.x[node] + np.where(eastward, along, across)
    y = lattice.y[node] + np.where(eastward, across, along)
    return x, y
