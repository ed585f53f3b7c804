"""Editions in the database: rows by COPY in both directions, as the texts that they are hashed as."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final

import psycopg
import psycopg.errors
import pyarrow as pa
import pyarrow.csv as arrow_csv
from psycopg import sql
from psycopg.pq import ExecStatus
from sqlalchemy import Connection, Table, select, text

from gis.editions.canonical import document_bytes
from gis.editions.columns import Column
from gis.editions.header import Edition
from layers.database import driver
from layers.tables.editions import PUBLISHER, editions

_EDITION: Final = "edition_id"
_SCALARS: Final = tuple(each.name for each in editions.columns if each.name not in {"facts", "sha256"})


@dataclass(frozen=True, slots=True)
class Stored:
    """An edition as the database holds it.

    Attributes
    ----------
    edition
        Its header.
    sha256
        The hash that stands beside it.
    faithful
        Whether the facts stand there as they were written, byte for byte.
    """

    edition: Edition
    sha256: str
    faithful: bool


def write_rows(
    connection: Connection, table: Table, columns: Sequence[Column], rows: pa.Table, edition_id: str
) -> None:
    """Copy rows into a table of an edition."""
    names = [each.name for each in columns if each.name != _EDITION]
    column = pa.array([edition_id], pa.string()).take(pa.array([0] * len(rows), pa.int64()))
    whole = rows.select(names).add_column(0, _EDITION, column)
    statement = sql.SQL("copy {table} ({columns}) from stdin (format csv)").format(
        table=_named(table), columns=sql.SQL(", ").join(map(sql.Identifier, whole.column_names))
    )
    buffer = io.BytesIO()
    arrow_csv.write_csv(whole, buffer, arrow_csv.WriteOptions(include_header=False))
    with driver(connection) as raw, raw.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(buffer.getbuffer())


def read_rows(
    connection: Connection,
    table: Table,
    columns: Sequence[Column],
    edition_id: str,
) -> pa.Table:
    """Return the rows of an edition as texts, in the order of their keys."""
    key = next(each.name for each in columns)
    parts = [sql.SQL("{}::text").format(sql.Identifier(each.name)) for each in columns]
    question = sql.SQL("select {parts} from {table} where edition_id = {edition} order by {key}").format(
        parts=sql.SQL(", ").join(parts),
        table=_named(table),
        edition=sql.Literal(edition_id),
        key=sql.Identifier(key),
    )
    with driver(connection) as raw:
        return copied(raw, question, [each.name for each in columns])


def copied(connection: psycopg.Connection, question: sql.Composed, names: Sequence[str]) -> pa.Table:
    """Return what a question answers as texts; null and the empty text are told apart."""
    with connection.cursor() as cursor:
        cursor.execute("set local datestyle to 'ISO'")
        data = _copied(connection, sql.SQL("copy ({}) to stdout (format csv)").format(question))
    schema = pa.schema([(name, pa.string()) for name in names])
    if not data:
        return schema.empty_table()
    return arrow_csv.read_csv(
        io.BytesIO(data),
        arrow_csv.ReadOptions(column_names=list(names)),
        arrow_csv.ParseOptions(newlines_in_values=True),
        arrow_csv.ConvertOptions(
            column_types=schema, strings_can_be_null=True, null_values=[""], quoted_strings_can_be_null=False
        ),
    )


def write_header(connection: Connection, edition: Edition) -> None:
    """Insert the header; after it no row can be added."""
    values = {name: getattr(edition, name) for name in _SCALARS} | {"sha256": edition.sha256}
    names = [*values, "facts"]
    marks = ", ".join(f":{name}" for name in values)
    connection.execute(
        text(f"insert into {editions.fullname} ({', '.join(names)}) values ({marks}, cast(:facts as json))"),  # noqa: S608  # names of our own table
        values | {"facts": document_bytes(edition.facts).decode().rstrip("\n")},
    )


def read_editions(connection: Connection) -> list[Stored]:
    """Return every edition in the order of the chain."""
    columns = [editions.c[name] for name in _SCALARS]
    statement = select(*columns, editions.c.sha256, text("facts::text as facts")).order_by(editions.c.number)
    made = []
    for row in connection.execute(statement).mappings():
        facts = json.loads(row["facts"])
        scalars = {name: row[name] for name in _SCALARS}
        scalars["created_at"] = scalars["created_at"].astimezone(UTC)
        faithful = document_bytes(facts).decode().rstrip("\n") == row["facts"]
        made.append(Stored(Edition(facts=facts, **scalars), row["sha256"], faithful))
    return made


def act_as_publisher(connection: Connection) -> bool:
    """Take the role that may insert and read alone, until the transaction ends; False where it is not given.

    Where the database's user may not create roles the triggers stand alone.
    """
    given = connection.scalar(
        text("select exists (select from pg_roles where rolname = :role)"), {"role": PUBLISHER}
    ) and connection.scalar(
        text(
            "select pg_has_role(current_user, :role, 'member')"
            " and has_table_privilege(:role, 'disclosure.editions', 'insert')"
        ),
        {"role": PUBLISHER},
    )
    if given:
        connection.execute(text(f"set local role {PUBLISHER}"))
    return bool(given)


def _copied(connection: psycopg.Connection, statement: sql.Composed) -> bytes:
    """Return what a COPY sends; libpq's own loop, as psycopg's takes five times as long for each row."""
    raw = connection.pgconn
    begun = raw.exec_(statement.as_bytes(connection))
    if begun.status != ExecStatus.COPY_OUT:
        raise psycopg.errors.error_from_result(begun)
    parts = []
    size, data = raw.get_copy_data(0)
    while size > 0:
        parts.append(bytes(data))
        size, data = raw.get_copy_data(0)
    ended = raw.get_result()
    while ended is not None:
        if ended.status != ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(ended)
        ended = raw.get_result()
    return b"".join(parts)


def _named(table: Table) -> sql.Composable:
    return sql.Identifier(str(table.schema), table.name)
