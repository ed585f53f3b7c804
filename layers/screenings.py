"""Screenings in the database: a run is stored whole, once, and read again as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from psycopg import sql
from sqlalchemy import Connection, insert, select, text

from gis.editions.canonical import document_bytes, sha256
from gis.siting.columns import NUMBERS, ROW_COLUMNS
from layers.database import driver
from layers.queries.statements import statement
from layers.tables.screenings import SITING, run_rows, runs


@dataclass(frozen=True, slots=True)
class Run:
    """A screening as it is stored.

    Attributes
    ----------
    id
        Digest of question, parameters and data.
    request, inputs
        What was asked, and of which data.
    on
        The day asked.
    rows
        Number of parcels.
    summary
        ``by_class``, ``area_ha`` and ``load_kva`` by class, ``by_test``, ``by_town``.
    zones
        The zone polygons as a GeoJSON feature collection.
    sha256
        Of the canonical bytes of the rows.
    made_at
        When; None before it is stored.
    """

    id: str
    request: Mapping[str, Any]
    inputs: Mapping[str, Any]
    on: date
    rows: int
    summary: Mapping[str, Any]
    zones: Mapping[str, Any]
    sha256: str
    made_at: datetime | None = None


def rows_sha256(rows: pd.DataFrame) -> str:
    """Return the SHA-256 over the canonical bytes of rows: a line of JSON each, by parcel."""
    ordered = rows.sort_values("parcel_id", kind="stable")
    return sha256(b"".join(document_bytes(each) for each in records(ordered)))


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values, null for what is missing; ``options`` stays the text that it is."""
    plain = rows[list(ROW_COLUMNS)].astype(object)
    return [
        dict(zip(ROW_COLUMNS, values, strict=True))
        for values in plain.where(plain.notna(), None).to_numpy().tolist()
    ]


def run_id(request: Mapping[str, Any], inputs: Mapping[str, Any]) -> str:
    """Return the id of a run: the same question of the same data is the same run."""
    return sha256(document_bytes({"request": request, "inputs": inputs}))[:16]


def store(connection: Connection, run: Run, rows: pd.DataFrame) -> Run | None:
    """Store a run in the caller's transaction; return the one that is there already, which stays as it is."""
    connection.execute(text("select pg_advisory_xact_lock(hashtext('kaimen screening'))"))
    before = find(connection, run.id)
    if before is not None:
        return before
    connection.execute(
        insert(runs).values(
            id=run.id,
            request=dict(run.request),
            inputs=dict(run.inputs),
            on=run.on,
            rows=run.rows,
            summary=dict(run.summary),
            zones=dict(run.zones),
            sha256=run.sha256,
        )
    )
    names = ("run_id", *ROW_COLUMNS)
    copied = sql.SQL("copy {table} ({columns}) from stdin").format(
        table=sql.Identifier(SITING, run_rows.name),
        columns=sql.SQL(", ").join(map(sql.Identifier, names)),
    )
    with driver(connection) as raw:
        with raw.cursor() as cursor, cursor.copy(copied) as copy:
            for row in records(rows):
                copy.write_row((run.id, *row.values()))
        raw.execute(statement("store_zone_parts"), {"run": run.id})
    return None


def find(connection: Connection, identity: str) -> Run | None:
    """Return a run by its id."""
    row = connection.execute(select(runs).where(runs.c.id == identity)).mappings().first()
    return None if row is None else Run(**row)


def exists(connection: Connection, identity: str) -> bool:
    """Whether a run of this id is stored."""
    return connection.scalar(select(runs.c.id).where(runs.c.id == identity)) is not None


def newest(connection: Connection) -> Run | None:
    """Return the run that was made last."""
    row = connection.execute(select(runs).order_by(runs.c.made_at.desc()).limit(1)).mappings().first()
    return None if row is None else Run(**row)


def of_day(connection: Connection, on: date) -> list[Run]:
    """Return the runs of a day, the one that was made last first."""
    question = select(runs).where(runs.c.on == on).order_by(runs.c.made_at.desc())
    return [Run(**row) for row in connection.execute(question).mappings()]


def read_rows(connection: Connection, identity: str) -> pd.DataFrame:
    """Return the rows of a run, by parcel, as they were stored."""
    parts = [sql.SQL("options::text") if name == "options" else sql.Identifier(name) for name in ROW_COLUMNS]
    question = sql.SQL("select {parts} from {table} where run_id = %s order by parcel_id collate {c}").format(
        parts=sql.SQL(", ").join(parts),
        table=sql.Identifier(SITING, run_rows.name),
        c=sql.Identifier("C"),
    )
    with driver(connection) as raw:
        found = raw.execute(question, (identity,)).fetchall()
    columns = list(zip(*found, strict=True)) if found else [()] * len(ROW_COLUMNS)
    return pd.DataFrame(
        {
            name: pd.Series(
                [each.isoformat() if isinstance(each, date) else each for each in values],
                dtype="float64" if name in NUMBERS else object,
            )
            for name, values in zip(ROW_COLUMNS, columns, strict=True)
        }
    )
