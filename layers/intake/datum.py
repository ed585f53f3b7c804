"""Whether a layer just imported lies where it should: beside the roads, and near everything else."""

from __future__ import annotations

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray
from psycopg import sql
from shapely import Polygon

from gis.crs import SourceCrs
from gis.datum_evidence import undeclared_gcj02
from gis.findings import Finding, Severity
from gis.gauss_kruger import CHINA_BOUNDS
from gis.metric_zone import metric_zone, project
from layers.tables.base import SCHEMA

_SAMPLE_ROWS = 2000
_HALO_DEG = 0.02
_FAR_M = 50_000.0
_COMPARED = ("substations", "feeders", "parcels", "roads")
_NOT_COMPARED = frozenset({"roads", "capacity", "claims", "main_transformers"})


def datum_findings(
    connection: psycopg.Connection, layer: str, batch_id: int, crs: SourceCrs | None
) -> list[Finding]:
    """Compare a batch's rows with the roads in the database.

    Parameters
    ----------
    connection
        Inside the import's transaction.
    layer, batch_id
        The rows to look at.
    crs
        How they were read; what was converted from GCJ-02 or BD-09 is not doubted.
    """
    if layer in _NOT_COMPARED or crs is None or crs.datum_shift != "none":
        return []
    if connection.execute("select not exists (select from grid.roads)").fetchone() == (True,):
        return []
    places = _places(connection, layer, batch_id)
    west, south, east, north = CHINA_BOUNDS
    inside = (places[:, 0] > west) & (places[:, 0] < east) & (places[:, 1] > south) & (places[:, 1] < north)
    if not inside.any():
        return []
    lon, lat = places[inside].T
    roads = _roads(connection, lon, lat)
    if not len(roads):
        return []
    zone = metric_zone(lon, lat)
    evidence = undeclared_gcj02(lon, lat, shapely.STRtree(project(roads, zone)), zone)
    finding = evidence.finding(layer)
    return [finding] if finding else []


def distance_findings(connection: psycopg.Connection, layer: str, batch_id: int) -> list[Finding]:
    """Compare where a batch lies with where the other layers lie: a wrong zone moves data by a hundred km."""
    own = _box(connection, layer, batch_id)
    others = [_box(connection, name, None) for name in _COMPARED if name != layer]
    boxes = [box for box in others if box is not None]
    if own is None or not boxes or any(own.intersects(box) for box in boxes):
        return []
    zone = metric_zone(np.array([own.centroid.x]), np.array([own.centroid.y]))
    nearest_m = float(shapely.distance(*project(np.array([own, shapely.union_all(boxes)]), zone)))
    if nearest_m < _FAR_M:
        return []
    place = own.centroid
    message = f"all its rows lie at least {nearest_m / 1000:,.0f} km from everything else in the database"
    repair = "Check --crs and the file's zone; nothing is wrong where the layer does belong to another place."
    return [Finding("far_from_the_rest", Severity.WARNING, layer, None, message, repair, place.x, place.y)]


def _box(connection: psycopg.Connection, layer: str, batch_id: int | None) -> Polygon | None:
    """Return the box of a layer, or of one batch's rows of it."""
    where = sql.SQL("where batch_id = {}").format(sql.Literal(batch_id)) if batch_id else sql.SQL("")
    statement = sql.SQL(
        "select st_xmin(box), st_ymin(box), st_xmax(box), st_ymax(box)"
        " from (select st_extent(geom) as box from {table} {where}) t where box is not null"
    ).format(table=sql.Identifier(SCHEMA, layer), where=where)
    row = connection.execute(statement).fetchone()
    return None if row is None else Polygon.from_bounds(*(float(side) for side in row))


def _places(connection: psycopg.Connection, layer: str, batch_id: int) -> NDArray[np.float64]:
    """Return vertices of a spread of the batch's rows, shape (n, 2), degrees."""
    statement = sql.SQL(
        "select st_asbinary(geom) from (select geom, row_number() over (order by id) as place,"
        " count(*) over () as total from {table} where batch_id = {batch}) t"
        " where place % greatest(1, total / {sample}) = 0"
    ).format(
        table=sql.Identifier(SCHEMA, layer), batch=sql.Literal(batch_id), sample=sql.Literal(_SAMPLE_ROWS)
    )
    wkb = [row[0] for row in connection.execute(statement).fetchall()]
    return shapely.get_coordinates(shapely.from_wkb(wkb))


def _roads(
    connection: psycopg.Connection,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> NDArray[np.object_]:
    box = (lon.min() - _HALO_DEG, lat.min() - _HALO_DEG, lon.max() + _HALO_DEG, lat.max() + _HALO_DEG)
    rows = connection.execute(
        "select st_asbinary(geom) from grid.roads where geom && st_makeenvelope(%s, %s, %s, %s, 4326)",
        [float(side) for side in box],
    ).fetchall()
    return np.asarray(shapely.from_wkb([row[0] for row in rows]), dtype=object)
