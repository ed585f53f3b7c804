"""Parcels, water and ways as maps draw them (底图图层): over the views that the public's login may read."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import pandas as pd
import psycopg
from psycopg import sql
from sqlalchemy import Engine

from gis.dictionary.model import layers
from layers.queries.grid import as_frame
from layers.queries.reading import reading
from layers.tables.base import PUBLIC_MAP

_COLUMNS: Final = MappingProxyType(
    {
        "parcels": ("id", "name", "land_use"),
        "roads": ("id", "name", "class", "width_m", "layer"),
        "water": ("id", "name"),
        "green": ("id", "name"),
        "railways": ("id", "name"),
    }
)
"""Layer -> columns that maps draw by, beside the geometry."""


def read_land(connection: psycopg.Connection, name: str, where: sql.Composable | None = None) -> pd.DataFrame:
    """Return a layer as maps draw it, ordered by id.

    Parameters
    ----------
    connection
        A connection of the driver.
    name
        parcels, roads, water, green or railways.
    where
        Condition on the layer's view ``t``; all rows where None.
    """
    columns = _COLUMNS[name]
    statement = sql.SQL(
        "select {columns}, st_asbinary(t.geom) from {view} t where {where} order by t.id"
    ).format(
        columns=sql.SQL(", ").join(sql.Identifier("t", each) for each in columns),
        view=sql.Identifier(PUBLIC_MAP, name),
        where=sql.SQL("true") if where is None else where,
    )
    with connection.cursor(binary=True) as cursor:
        return as_frame(layers()[name], columns, cursor.execute(statement).fetchall(), spatial=True)


def read_jurisdictions(engine: Engine) -> set[str]:
    """Return the ids of the jurisdictions that the database holds."""
    with reading(engine) as connection:
        return {row[0] for row in connection.execute("select id from public_map.jurisdictions")}
