"""The whole grid read into frames."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import shapely
from psycopg import sql
from sqlalchemy import Connection, Engine, func, select

from gis.dictionary.model import Layer, layers
from gis.network.model import Grid
from layers.database import driver, snapshot
from layers.tables.base import SCHEMA, SRID
from layers.tables.grid import layer_tables


def read_grid(source: Engine | Connection, names: tuple[str, ...] = ()) -> Grid:
    """Return the layers of the database as frames, read in one snapshot.

    Parameters
    ----------
    source
        A database at the newest schema version, or a connection from `snapshot`.
    names
        Layers to read; all where empty.
    """
    if isinstance(source, Engine):
        with snapshot(source) as connection:
            return read_grid(connection, names)
    raw = driver(source)
    return Grid({name: _frame(raw, layers()[name]) for name in names or layers()})


def _frame(connection: psycopg.Connection, layer: Layer) -> pd.DataFrame:
    columns = [c.name for c in layer_tables[layer.name].columns if c.name not in {"geom", "batch_id"}]
    parts: list[sql.Composable] = [sql.Identifier("t", name) for name in columns]
    source = sql.SQL("")
    if layer.name == "roads":
        columns.append("noding")
        parts.append(sql.SQL("b.noding"))
        source = sql.SQL("join grid.import_batches b on b.id = t.batch_id")
    if layer.geometry:
        parts.append(sql.SQL("st_asbinary(t.geom)"))
    statement = sql.SQL("select {parts} from {table} t {source} order by t.id").format(
        parts=sql.SQL(", ").join(parts), table=sql.Identifier(SCHEMA, layer.name), source=source
    )
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute(statement).fetchall()
    values = list(zip(*rows, strict=True)) if rows else [()] * len(parts)
    frame = pd.DataFrame({name: _column(layer, name, values[at]) for at, name in enumerate(columns)})
    if not layer.geometry:
        return frame
    geometry = shapely.from_wkb(np.array(values[-1], dtype=object))
    spatial: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=geometry, crs=f"EPSG:{SRID}")
    return spatial


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
