"""The whole grid read into frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import shapely
from psycopg import sql
from sqlalchemy import Connection, Engine, func, select

from gis.dictionary.model import ASSET_LEVELS, Layer, layers
from gis.network.model import Grid
from layers.database import driver, snapshot
from layers.tables.base import SCHEMA, SRID
from layers.tables.grid import PARCEL_SQUARES, layer_tables

CAPACITY_LAYERS = (*ASSET_LEVELS, "capacity", "claims")
"""Layers that the open capacity is worked out from; their frames say by ``batch_id`` where rows came from."""


def read_grid(source: Engine | Connection, names: tuple[str, ...] = (), *, geometry: bool = True) -> Grid:
    """Return the layers of the database as frames, read in one snapshot.

    Parameters
    ----------
    source
        A database at the newest schema version, or a connection from `snapshot`.
    names
        Layers to read; all where empty.
    geometry
        Whether the frames have their geometry.
    """
    if isinstance(source, Engine):
        with snapshot(source) as connection:
            return read_grid(connection, names, geometry=geometry)
    with driver(source) as raw:
        return Grid({name: read_layer(raw, name, geometry=geometry) for name in names or layers()})


def read_layer(
    connection: psycopg.Connection,
    name: str,
    where: sql.Composable | None = None,
    *,
    geometry: bool = True,
    rows: sql.Composable | None = None,
) -> pd.DataFrame:
    """Return one layer as a frame, ordered by id.

    Parameters
    ----------
    connection
        A connection of the driver.
    name
        The layer.
    where
        Condition on the layer's table ``t``; all rows where None.
    geometry
        Whether the frame has its geometry.
    rows
        A query in brackets whose rows are read in place of the layer's table.
    """
    layer = layers()[name]
    left_out = {"geom"} if name in CAPACITY_LAYERS else {"geom", "batch_id"}
    left_out |= set(PARCEL_SQUARES)  # what tiles count by says nothing of the parcel
    columns = [c.name for c in layer_tables[name].columns if c.name not in left_out]
    parts: list[sql.Composable] = [sql.Identifier("t", name) for name in columns]
    source = sql.SQL("")
    if name == "roads":
        columns.append("noding")
        parts.append(sql.SQL("b.noding"))
        source = sql.SQL("join grid.import_batches b on b.id = t.batch_id")
    spatial = bool(layer.geometry) and geometry
    if spatial:
        parts.append(sql.SQL("st_asbinary(t.geom)"))
    statement = sql.SQL("select {parts} from {table} t {source} where {where} order by t.id").format(
        parts=sql.SQL(", ").join(parts),
        table=sql.Identifier(SCHEMA, name) if rows is None else rows,
        source=source,
        where=sql.SQL("true") if where is None else where,
    )
    with connection.cursor(binary=True) as cursor:
        found = cursor.execute(statement).fetchall()
    return as_frame(layer, columns, found, spatial=spatial)


def as_frame(
    layer: Layer, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], *, spatial: bool
) -> pd.DataFrame:
    """Return rows of a layer as a frame; where it is spatial, WKB stands behind the columns."""
    values = list(zip(*rows, strict=True)) if rows else [()] * (len(columns) + 1)
    frame = pd.DataFrame({each: _column(layer, each, values[at]) for at, each in enumerate(columns)})
    if not spatial:
        return frame
    shapes = shapely.from_wkb(np.array(values[-1], dtype=object))
    placed: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=shapes, crs=f"EPSG:{SRID}")
    return placed


def _column(layer: Layer, name: str, values: tuple[object, ...]) -> pd.Series:
    """Return a column with numbers as float64 (NaN for null) and everything else as objects."""
    field = next((each for each in layer.fields if each.name == name), None)
    numeric = field is not None and field.type in {"number", "integer"}
    return pd.Series(list(values), dtype=np.float64 if numeric else object)


def count_rows(engine: Engine) -> dict[str, int]:
    """Return the number of rows of every layer."""
    with engine.connect() as connection:
        return {
            name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
            for name, table in layer_tables.items()
        }
