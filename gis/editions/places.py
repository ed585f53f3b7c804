"""Generalised places (位置概化): the cell of a set grid in which an asset lies, never where it lies in it.

The grid lies in the metric zone of the asset itself, so that an asset has the same cell in every edition,
whatever other assets there are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from gis.capacity.assets import Assets
from gis.dictionary.model import ASSET_LEVELS
from gis.editions.canonical import DEGREE_DECIMALS
from gis.metric_zone import metric_zone
from gis.network.columns import Floats, Objects, Rows
from gis.network.model import Grid

_ZONE_DEG = 3.0
_EPSG = 4326


def cells(assets: Assets, grid: Grid, grid_m: int) -> pa.Array:
    """Return the cell of each asset as hexadecimal EWKB, null where it has no place, shape (n,).

    The cell is that of the middle of what is drawn: of a point, of a substation's outline, of a line. What is
    not drawn, as a main transformer, has the cell of what it hangs on.

    Parameters
    ----------
    assets
        The assets.
    grid
        Their layers.
    grid_m
        Side of a cell, metres in the plane of the zone.
    """
    x, y = _middles(assets, grid)
    return cell_of(x, y, grid_m)


def cell_of(lon: Floats, lat: Floats, grid_m: int) -> pa.Array:
    """Return the cell of each position in degrees as hexadecimal EWKB, null for NaN, shape (n,)."""
    texts: Objects = np.full(len(lon), None, dtype=object)
    there = np.isfinite(lon) & np.isfinite(lat)
    # A zone is chosen by degrees alone: positions in one stretch of 3 by 1 degrees about a meridian share it,
    # except at the border of China, where each is asked by itself.
    key = np.stack([np.round(np.where(there, lon, 0) / _ZONE_DEG), np.where(there, lat, 0) // 1], axis=1)
    for stretch in np.unique(key[there], axis=0):
        rows = np.flatnonzero(there & (key == stretch).all(axis=1))
        for epsg, inside in _zones(lon[rows], lat[rows]).items():
            _put(texts, rows[inside], lon, lat, grid_m, epsg)
    return pa.array(texts, pa.string())


def _zones(lon: Floats, lat: Floats) -> dict[int, Rows]:
    """Return the positions by the code of the zone that each has for itself."""
    corners = [metric_zone([x], [y]).epsg for x in (lon.min(), lon.max()) for y in (lat.min(), lat.max())]
    if len(set(corners)) == 1:
        return {corners[0]: np.arange(len(lon))}
    each = np.array([metric_zone([x], [y]).epsg for x, y in zip(lon, lat, strict=True)])
    return {int(epsg): np.flatnonzero(each == epsg) for epsg in np.unique(each)}


def _put(texts: Objects, rows: Rows, lon: Floats, lat: Floats, grid_m: int, epsg: int) -> None:
    """Put the cells of positions of one zone in place."""
    first = rows[0]
    zone = metric_zone([lon[first]], [lat[first]])
    if zone.epsg != epsg:
        raise AssertionError("positions of two zones were taken for one")
    x, y = zone.to_metric(lon[rows], lat[rows])
    index = np.stack([x // grid_m, y // grid_m], axis=1)
    distinct, which = np.unique(index, axis=0, return_inverse=True)
    corner = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], dtype=np.float64)
    plane = (distinct[:, None, :] + corner[None]) * grid_m
    degrees = np.stack(zone.to_wgs84(plane[..., 0].ravel(), plane[..., 1].ravel()), axis=-1)
    rings = np.round(degrees, DEGREE_DECIMALS).reshape(plane.shape)
    shapes = shapely.set_srid(shapely.polygons(rings), _EPSG)
    made = shapely.to_wkb(shapes, hex=True, output_dimension=2, byte_order=1, include_srid=True)
    texts[rows] = np.asarray(made, dtype=object)[which.ravel()]


def _middles(assets: Assets, grid: Grid) -> tuple[Floats, Floats]:
    """Return degrees of the middle of each asset, NaN where neither it nor what it hangs on is drawn."""
    x, y = np.full(len(assets.ids), np.nan), np.full(len(assets.ids), np.nan)
    for layer, level in ASSET_LEVELS.items():
        span, frame = assets.rows(level), grid[layer]
        if "geometry" in frame.columns and len(frame):
            drawn = _drawn(frame)[assets.frame_row[span]]
            middle = shapely.centroid(drawn)
            x[span], y[span] = shapely.get_x(middle), shapely.get_y(middle)
        # What hangs lower stands later, so what an asset hangs on has its place already.
        bare = np.flatnonzero(np.isnan(x[span]) & (assets.parent[span] >= 0)) + span.start
        x[bare], y[bare] = x[assets.parent[bare]], y[assets.parent[bare]]
    return x, y


def _drawn(frame: pd.DataFrame) -> NDArray[Any]:
    return np.asarray(frame["geometry"].array, dtype=object)
