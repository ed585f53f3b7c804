"""Parcels, water and ways as maps draw them (底图图层), to the public from the views of its login."""

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
from layers.tables.base import PUBLIC_MAP, SCHEMA

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


def read_land(
    connection: psycopg.Connection, name: str, where: sql.Composable | None = None, *, public: bool
) -> pd.DataFrame:
    """Return a layer as maps draw it, ordered by id.

    Parameters
    ----------
    connection
        A connection of the driver.
    name
        parcels, roads, water, green or railways.
    where
        Condition on the layer's view or table ``t``; all rows where None.
    public
        Whether the views are asked: of parcels they leave out those of important users.
    """
    columns = _COLUMNS[name]
    statement = sql.SQL(
        "select {columns}, st_asbinary(t.geom) from {view} t where {where} order by t.id"
    ).format(
        columns=sql.SQL(", ").join(sql.Identifier("t", each) for each in columns),
        view=sql.Identifier(PUBLIC_MAP if public else SCHEMA, name),
        where=sql.SQL("true") if where is None else where,
    )
    with connection.cursor(binary=True) as cursor:
        return as_frame(layers()[name], columns, cursor.execute(statement).fetchall(), spatial=True)


def read_jurisdictions(engine: Engine) -> set[str]:
    """Return the ids of the jurisdictions that the database holds."""
    with reading(engine) as connection:
        return {row[0] for row in connection.execute("select id from public_map.jurisdictions")}
