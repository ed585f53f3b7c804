"""Rows of the capacity tests put straight into a database, and what the register's tests look at."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, insert, text

from gis.calendar import CHINA
from gis.dictionary.model import ASSET_LEVELS
from layers.claims.ledger import claims_before, record_import
from layers.database import driver
from layers.queries.grid import read_layer
from layers.tables.batches import import_batches
from layers.tables.grid import assets, layer_tables
from tests.gis.capacity.grids import Rows

_PLACES = {
    "substations": "srid=4326;point(114 30)",
    "feeders": "srid=4326;linestring(114 30,114.01 30)",
    "transformers": "srid=4326;point(114 30)",
}
_BATCH = {
    "layer": "test",
    "files": [{"name": "网架.csv", "sha256": "", "bytes": 0}],
    "format": "",
    "mapping": {},
    "options": {},
    "findings": [],
} | {f"rows_{name}": 0 for name in ("read", "inserted", "updated", "unchanged", "deleted", "rejected")}


def store(engine: Engine, rows: Rows) -> int:
    """Store rows as one import batch, the claims in the ledger too; return the batch."""
    with engine.begin() as connection:
        batch = connection.execute(insert(import_batches).values(_BATCH).returning(import_batches.c.id))
        number = int(batch.scalar_one())
        known = {row["id"] for layer in ASSET_LEVELS for row in rows.get(layer, [])}
        for layer, level in ASSET_LEVELS.items():
            for row in rows.get(layer, []):
                connection.execute(insert(assets).values(id=row["id"], level=level))
                _put(connection, layer, row, known, number)
        for layer in ("capacity", "claims"):
            for row in rows.get(layer, []):
                _put(connection, layer, row, known, number)
        record_import(connection, number)
    return number


def _put(connection: Connection, layer: str, row: dict[str, Any], known: set[str], batch: int) -> None:
    values = {name: value for name, value in row.items() if value == value}  # noqa: PLR0124  # NaN differs from itself
    for name in ("substation_id", "main_transformer_id", "feeder_id", "asset_id"):
        if name in values:
            values[name.replace("_id", "_ref")] = values[name]
            values[name] = values[name] if values[name] in known else None
    if layer in _PLACES:
        values["geom"] = _PLACES[layer]
    connection.execute(insert(layer_tables[layer]).values(values | {"batch_id": batch}))


def drift(engine: Engine) -> list[str]:
    """Return the ids of claims that are not what the ledger, replayed, says of them."""
    with engine.connect() as connection, driver(connection) as raw:
        now = read_layer(raw, "claims")
        replayed = claims_before(connection, datetime.now(CHINA) + timedelta(days=1))
        by_hand: dict[str, Any] = {}
        for seq, thing, state in connection.execute(
            text("select seq, claim_id, state from grid.claim_ledger order by seq")
        ):
            assert seq > 0
            by_hand[thing] = state
        rows = connection.execute(text("select id, jsonb_strip_nulls(to_jsonb(c)) from grid.claims c")).all()
    stored = {row[0]: row[1] for row in rows}
    pd.testing.assert_frame_equal(now, replayed)
    alive = {thing: state for thing, state in by_hand.items() if state is not None}
    return sorted(thing for thing in alive | stored if alive.get(thing) != stored.get(thing))


def events(engine: Engine) -> list[tuple[str, str]]:
    """Return (claim, what) of every event in order."""
    with engine.connect() as connection:
        rows = connection.execute(text("select claim_id, what from grid.claim_ledger order by seq"))
        return [(row[0], row[1]) for row in rows]
