"""Two editions side by side: the rows that differ, found by the database."""

from __future__ import annotations

from collections.abc import Container, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from psycopg import sql
from sqlalchemy import Engine, Table

from gis.editions.causes import CAUSES_FROM
from gis.editions.columns import CLAIMS, INPUTS, PUBLISHED, Column
from gis.editions.diff import Diff, compare
from gis.editions.header import Edition
from gis.editions.sides import Sides
from layers.database import driver, snapshot
from layers.editions.store import copied
from layers.tables.editions import claims, inputs, published

_Side = tuple[Table, Sequence[Column], Container[str]]

_NOT_COMPARED: Final = frozenset({"edition_id"})

_OF_INPUTS: Final = tuple(each for each in INPUTS if each.name in {"asset_id", *CAUSES_FROM})

_SIDES: Final[Sequence[_Side]] = (
    (published, PUBLISHED, frozenset({"name"})),
    (inputs, _OF_INPUTS, frozenset({"parent_id", "bottleneck_id", "reason", "disclosed_label"})),
    (claims, CLAIMS, frozenset({"asset_id", *(each.name for each in CLAIMS if each.kind == "day")})),
)
"""Table, columns that are compared, and those that are looked at even where both sides are the same."""

_WHOLE: Final = sql.SQL("{value}::text")
_WHERE_OTHER: Final = sql.SQL("case when {a} is distinct from {b} then {value}::text end")


def compare_editions(engine: Engine, one: Edition, other: Edition, known: Sequence[Edition]) -> Diff:
    """Return what differs between two editions.

    Parameters
    ----------
    engine
        Two connections are taken at a time.
    one, other
        From and to, both committed.
    known
        Every edition.
    """
    # What is committed never changes: the questions need no common snapshot and are asked at once.
    with ThreadPoolExecutor(2) as pool:
        tables = pool.map(lambda side: _differing(engine, side, one.id, other.id), _SIDES)
    corrections = {
        each.corrects for each in known if one.number < each.number <= other.number and each.corrects
    }
    return compare(one, other, *tables, corrects=one.id in corrections)


def _differing(engine: Engine, compared: _Side, one: str, other: str) -> Sides:
    """Return the rows that differ, their columns twice; what is the same on both sides is mostly left out."""
    table, columns, always = compared
    key = sql.Identifier(columns[0].name)
    plain = [each.name for each in columns if each.name not in _NOT_COMPARED]
    sides = [
        (_WHOLE if name in always else _WHERE_OTHER).format(
            value=sql.Identifier(side, name), a=sql.Identifier("a", name), b=sql.Identifier("b", name)
        )
        for name in plain[1:]
        for side in ("a", "b")
    ]
    question = sql.SQL(
        "select {key}, case when a.{key} is not null then 1 end, case when b.{key} is not null then 1 end,"
        " {sides}"
        " from (select * from {table} where edition_id = {one}) a"
        " full join (select * from {table} where edition_id = {other}) b using ({key})"
        " where ({left}) is distinct from ({right})"
    ).format(
        key=key,
        sides=sql.SQL(", ").join(sides),
        table=sql.Identifier(str(table.schema), table.name),
        one=sql.Literal(one),
        other=sql.Literal(other),
        left=sql.SQL(", ").join(sql.Identifier("a", name) for name in plain),
        right=sql.SQL(", ").join(sql.Identifier("b", name) for name in plain),
    )
    names = [plain[0], "kept_a", "kept_b", *(f"{name}_{side}" for name in plain[1:] for side in ("a", "b"))]
    with snapshot(engine) as connection, connection.begin(), driver(connection) as raw:
        return Sides(copied(raw, question, names))
