"""Rows on their way into a layer's table: COPY into a temporary table, then one merge."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import LiteralString

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from psycopg import sql
from pyarrow import csv
from sqlalchemy import Date, Double, Integer, Table, Text
from sqlalchemy.types import ARRAY, Boolean

from layers.intake.ids import HOMES
from layers.intake.request import Counts
from layers.intake.rows import Prepared
from layers.tables.base import SCHEMA, SRID

_ARROW = {
    Text: pa.string(),
    Double: pa.float64(),
    Integer: pa.int64(),
    Boolean: pa.bool_(),
    Date: pa.date32(),
    ARRAY: pa.string(),
}


_SRID_HEX = SRID.to_bytes(4, "little").hex()

_MEETS_OTHERWISE = sql.SQL(
    "t.batch_id in (select old.id from grid.import_batches old join grid.import_batches new"
    " on new.id = {batch} and old.noding is distinct from new.noding)"
)
"""Roads whose batch says that they meet in another way than the running one: the way is the batch's."""


def incoming_table(layer: str) -> sql.Identifier:
    """Return the temporary table that holds a layer's incoming rows until the transaction ends."""
    return sql.Identifier("pg_temp", f"incoming_{layer}")


@dataclass(slots=True)
class Staging:
    """One layer's incoming rows in a temporary table of the running transaction.

    Land layers that are still empty have nothing to be compared with: their rows go straight into the
    layer's table, which takes half the time. Nobody else sees them before the transaction ends.

    Parameters
    ----------
    connection
        A psycopg connection inside a transaction.
    table
        The layer's table.
    level
        Asset level of the layer, or None.
    batch_id
        The batch that the rows belong to.
    fed
        Columns that the batch's files have; a row that comes again keeps its values in the others.
    """

    connection: psycopg.Connection
    table: Table
    level: str | None
    batch_id: int
    fed: set[str] = field(default_factory=set)
    _direct: bool = False
    _sent: int = 0

    @property
    def columns(self) -> list[str]:
        """Columns that a source fills: not the batch, not what is computed or resolved."""
        names = [column.name for column in self.table.columns if column.computed is None]
        resolved = {f"{name.removesuffix('_ref')}_id" for name in names if name.endswith("_ref")}
        return [name for name in names if name not in resolved | {"batch_id"}]

    def open(self) -> None:
        """Make ready for rows."""
        plain = self.level is None and not any(name.endswith("_ref") for name in self.columns)
        self._direct = plain and self._is_empty()
        if self._direct:
            self._run("drop index {schema}.{index}")  # built at once in the end, several times faster
            return
        self._run("drop table if exists {incoming}")
        self._run(
            "create temp table {incoming} on commit drop as select {columns} from {table} with no data",
            columns=_names(self.columns),
        )

    def write(self, prepared: Prepared) -> None:
        """Send rows by COPY."""
        self.fed |= set(prepared.rows.columns)
        if not len(prepared.rows):
            return
        buffer = io.BytesIO()
        options = csv.WriteOptions(include_header=False, quoting_style="needed")
        csv.write_csv(self._arrow(prepared), buffer, options)
        target = sql.Identifier(SCHEMA, self.table.name) if self._direct else incoming_table(self.table.name)
        statement = sql.SQL("copy {table} ({columns}) from stdin (format csv)").format(
            table=target, columns=_names(self._sent_columns)
        )
        with self.connection.cursor().copy(statement) as copy:
            copy.write(buffer.getbuffer())
        self._sent += len(prepared.rows)

    @property
    def _sent_columns(self) -> list[str]:
        return [*self.columns, "batch_id"] if self._direct else self.columns

    def _arrow(self, prepared: Prepared) -> pa.Table:
        arrays = []
        for name in self._sent_columns:
            if name == "batch_id":
                arrays.append(pa.repeat(pa.scalar(self.batch_id), len(prepared.rows)))
            elif name == "geom":
                arrays.append(pa.array(_ewkb_hex(np.asarray(prepared.geometry)), pa.string()))
            elif name not in prepared.rows:
                arrays.append(pa.nulls(len(prepared.rows), pa.string()))
            else:
                arrays.append(_array(prepared.rows[name], _ARROW[type(self.table.columns[name].type)]))
        return pa.table(arrays, names=self._sent_columns)

    def homes(self) -> dict[str, str | None]:
        """Return id -> what it belongs to, of the layer's rows in the database."""
        home = next((name for name in HOMES if name in self.table.columns), None)
        if home is None:
            return {}
        found = self._run("select id, {home} from {table}", home=sql.Identifier(home)).fetchall()
        return {str(thing): None if place is None else str(place) for thing, place in found}

    def clashes(self) -> list[tuple[str, str]]:
        """Take out rows whose id is another level's; return (id, level that has it)."""
        if self.level is None:
            return []
        found = self._run(
            "delete from {incoming} i using grid.assets a where a.id = i.id and a.level <> {level}"
            " returning i.id, a.level"
        )
        return [(str(thing), str(level)) for thing, level in found.fetchall()]

    def _is_empty(self) -> bool:
        return self._scalar("select not exists (select from {table})") is True

    def merge(self, *, replace: bool) -> Counts:
        """Make the layer's table agree with the incoming rows; unchanged rows are not touched.

        A road that now meets others in another way (``noding`` of its batch) has changed.
        """
        if self._direct:
            self._run("create index {index} on {table} using gist (geom)")
            return Counts(inserted=self._sent)
        empty = self._is_empty()
        deleted = self._delete_missing() if replace and not empty else 0
        if self.level is not None:
            self._run(
                "insert into grid.assets (id, level) select id, {level} from {incoming}"
                " on conflict (id) do nothing"
            )
        self._run("analyze {incoming}")
        updated = 0 if empty else self._update(everything=replace)
        inserted = self._insert()
        total = int(str(self._scalar("select count(*) from {incoming}")))
        unchanged = total - inserted - updated
        return Counts(inserted=inserted, updated=updated, unchanged=unchanged, deleted=deleted)

    def _delete_missing(self) -> int:
        """Delete what the batch does not have; a claim that no import brought is the register's."""
        if self.level is None:
            return self._run(
                "delete from {table} t where batch_id is not null"
                " and not exists (select from {incoming} i where i.id = t.id)"
            ).rowcount
        return self._run(
            "delete from grid.assets a where level = {level}"
            " and not exists (select from {incoming} i where i.id = a.id)"
        ).rowcount

    def _update(self, *, everything: bool) -> int:
        fed = self.fed | {"geom"}
        rest = [name for name in self.columns if name != "id" and (everything or name in fed)]
        if not rest:
            return 0
        batch = sql.Literal(self.batch_id)
        is_road = self.table.name == "roads"
        return self._run(
            "update {table} t set ({columns}, batch_id) = row({new}, {batch}) from {incoming} i"
            " where t.id = i.id and (({old}) is distinct from ({new}) or {otherwise})",
            batch=batch,
            otherwise=_MEETS_OTHERWISE.format(batch=batch) if is_road else sql.SQL("false"),
            columns=_names(rest),
            new=_names(rest, "i"),
            old=_names(rest, "t"),
        ).rowcount

    def _insert(self) -> int:
        return self._run(
            "insert into {table} ({columns}, batch_id) select {new}, {batch} from {incoming} i"
            " where not exists (select from {table} t where t.id = i.id)",
            batch=sql.Literal(self.batch_id),
            columns=_names(self.columns),
            new=_names(self.columns, "i"),
        ).rowcount

    def _run(self, statement: LiteralString, **parts: sql.Composable) -> psycopg.Cursor[tuple[object, ...]]:
        names = {
            "schema": sql.Identifier(SCHEMA),
            "table": sql.Identifier(SCHEMA, self.table.name),
            "index": sql.Identifier(f"ix_{self.table.name}_geom"),
            "incoming": incoming_table(self.table.name),
            "level": sql.Literal(self.level),
        }
        return self.connection.execute(sql.SQL(statement).format(**names, **parts))

    def _scalar(self, statement: LiteralString) -> object:
        row = self._run(statement).fetchone()
        return row[0] if row else None


def _ewkb_hex(geometry: NDArray[np.object_]) -> list[str]:
    """Return geometries as PostGIS reads them, the SRID put into little-endian WKB by hand.

    Several times faster than GEOS's own hexadecimal output of geometries that were given an SRID.
    """
    plain = [wkb.hex() for wkb in shapely.to_wkb(geometry, byte_order=1).tolist()]
    return [f"{text[:8]}20{_SRID_HEX}{text[10:]}" for text in plain]


def _names(columns: list[str], table: str | None = None) -> sql.Composed:
    parts = [sql.Identifier(table, name) if table else sql.Identifier(name) for name in columns]
    return sql.SQL(", ").join(parts)


def _array(values: pd.Series, kind: pa.DataType) -> pa.Array:
    """Return a column as Arrow; whole numbers come as floats with NaN, id lists as PostgreSQL writes them."""
    if values.name == "node_ids":
        texts = [None if v is None else "{" + ",".join(map(str, v)) + "}" for v in values]
        return pa.array(texts, pa.string())
    if pa.types.is_integer(kind):
        return pa.array(values.to_numpy(dtype=np.float64), from_pandas=True).cast(kind)
    return pa.array(values.to_numpy(), type=kind, from_pandas=True)
