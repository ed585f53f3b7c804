"""What a claim's capacity is worked out from: everything below the assets at the top, without geometry."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
import psycopg
from psycopg import sql
from sqlalchemy import Connection, text

from gis.capacity.claims import normal_sites
from gis.network.columns import Flags, texts
from gis.network.model import Grid
from layers.database import driver
from layers.queries.grid import read_layer

_ROOTS: Final = """
with feeding as (
    select f.id, coalesce(m.substation_id, f.main_transformer_id, f.substation_id, f.id) as root
    from grid.feeders f left join grid.main_transformers m on m.id = f.main_transformer_id
)
select distinct coalesce(f.root, t.root, m.substation_id, a.id) as root
from grid.assets a
left join feeding f on f.id = a.id
left join (select d.id, n.root from grid.transformers d join feeding n on n.id = d.feeder_id) t on t.id = a.id
left join grid.main_transformers m on m.id = a.id
where a.id = any(:ids)
order by root
"""

_OPEN: Final = (
    "t.asset_id is not null and coalesce(t.energised_on, 'infinity') > {on}"
    " and coalesce(t.withdrawn_on, 'infinity') > {on} and coalesce(t.expires_on, 'infinity') >= {on}"
)


def roots_of(connection: Connection, asset_ids: Collection[str]) -> list[str]:
    """Return the assets at the top of the chains of assets: substations, or the topmost that is known."""
    return list(connection.scalars(text(_ROOTS), {"ids": list(asset_ids)}))


def assets_of_site(connection: Connection, site: str, on: date) -> list[str]:
    """Return the assets of the claims of a site, given in its normal form, that bind on a day or later."""
    bind = _OPEN.format(on=":on")
    statement = f"select t.asset_id, t.site from grid.claims t where t.site is not null and {bind}"  # noqa: S608  # words of this module
    rows = connection.execute(text(statement), {"on": on}).all()
    sites = normal_sites(np.array([row.site for row in rows], dtype=object))
    return sorted({row.asset_id for row, each in zip(rows, sites.tolist(), strict=True) if each == site})


def surroundings(connection: Connection, roots: Collection[str], on: date) -> Grid:
    """Return everything below assets at the top with its readings, and the claims that matter to it.

    Those are the claims on it that bind on a day or later, and the claims of the same sites elsewhere, which
    decide with them which one of a site counts. The assets of these stand alone, without what they hang on.
    """
    with driver(connection) as raw:
        return _around(raw, sql.Literal(list(roots)), on)


def _around(raw: psycopg.Connection, top: sql.Literal, on: date) -> Grid:
    stations = read_layer(raw, "substations", sql.SQL("t.id = any({})").format(top), geometry=False)
    mains = _read(raw, "main_transformers", "t.substation_id = any({0}) or t.id = any({0})", top)
    by_main, own = _ids(mains), "t.main_transformer_id is null and t.substation_id = any({1})"
    feeders = _read(
        raw, "feeders", f"t.main_transformer_id = any({{0}}) or {own} or t.id = any({{1}})", by_main, top
    )
    local = _read(raw, "transformers", "t.feeder_id = any({0}) or t.id = any({1})", _ids(feeders), top)
    frames = {"substations": stations, "main_transformers": mains, "feeders": feeders}
    inside = [thing for frame in (*frames.values(), local) for thing in frame["id"]]
    readings = _read(raw, "capacity", "t.asset_id = any({0})", sql.Literal(inside))
    claims = read_layer(raw, "claims", sql.SQL(_OPEN).format(on=sql.Literal(on)))
    claims = claims[_matters(claims, set(inside))].reset_index(drop=True)
    frames["transformers"] = _with_strangers(local, set(claims["asset_id"]) - set(inside))
    return Grid(frames | {"capacity": readings, "claims": claims})


def _read(connection: psycopg.Connection, name: str, where: str, *parts: sql.Composable) -> pd.DataFrame:
    return read_layer(connection, name, sql.SQL(where).format(*parts), geometry=False)


def _ids(frame: pd.DataFrame) -> sql.Literal:
    return sql.Literal(frame["id"].tolist())


def _matters(claims: pd.DataFrame, inside: set[str]) -> Flags:
    """Return where a claim is one of the assets, or of a site that has a claim there."""
    here = claims["asset_id"].isin(inside).to_numpy(dtype=bool)
    sites = normal_sites(texts(claims["site"]))
    shared = {site for site in sites[here].tolist() if site is not None}
    return np.asarray(here | np.array([site in shared for site in sites.tolist()], dtype=bool))


def _with_strangers(frame: pd.DataFrame, ids: Collection[str]) -> pd.DataFrame:
    """Return the frame with assets that hang on nothing; their level does not matter."""
    count = len(frame)
    made = frame.reindex(range(count + len(ids)))
    made.loc[count:, "id"] = sorted(ids)
    return made
