"""A seeded town made in SQL: parcels in rows, screenings, feeders, stations, readings, roads, land."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Engine, text

from layers.database import driver

WEST, SOUTH = 120.31, 31.02
STEP: Final = 0.0009
"""From one parcel to the next, degrees."""

CLASSES: Final = ("plug_and_play", "filing", "approval", "restricted", "unreachable", "unknown")
HOSTILE: Final = "<img src=x onerror=alert(1)> ' \" ; drop table grid.parcels; -- 名 \u202e𠮷\n\t{0}%s"
RUN: Final = "run-of-own-loads"
"""The newest screening; one parcel in 50 is not in it."""
RUN_1000: Final = "run-of-1000"

_TOWN: Final = Path(__file__).with_name("town.sql").read_text(encoding="utf-8")


def fill_town(engine: Engine, columns: int, rows: int) -> None:
    """Put a town of so many parcels into an empty database."""
    statements = _TOWN.replace(":columns", str(int(columns))).replace(":rows", str(int(rows)))
    with engine.begin() as connection, driver(connection) as raw:
        raw.execute(statements.encode())
        named = text("update grid.parcels set name = :name where id in ('P000007', 'P000011')")
        connection.execute(named, {"name": HOSTILE})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("analyze"))
        connection.execute(text("drop table extent"))
