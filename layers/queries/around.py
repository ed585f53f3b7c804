"""The land around a place: what a small map shows of it (周边图层)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd
import shapely
from psycopg import sql
from sqlalchemy import Engine

from layers.database import driver
from layers.queries.grid import read_layer
from layers.queries.land import read_land

_CONTEXT: Final = ("roads", "water", "green", "parcels")
_ASSETS: Final = ("substations",)
"""Layers whose exact places the public does not see."""


def around(engine: Engine, box: shapely.Polygon, *, public: bool = False) -> Mapping[str, pd.DataFrame]:
    """Return what touches a box (EPSG:4326): layer -> frame; to the public what it may be shown."""
    where = sql.SQL("t.geom && st_makeenvelope({}, 4326)").format(
        sql.SQL(", ").join(sql.Literal(float(each)) for each in box.bounds)
    )
    with engine.connect() as connection, driver(connection) as raw:
        land = {name: read_land(raw, name, where, public=public) for name in _CONTEXT}
        return land if public else land | {name: read_layer(raw, name, where) for name in _ASSETS}
