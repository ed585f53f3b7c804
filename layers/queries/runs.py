"""Stored screenings, read for the map: which one is meant, its zones and classes (筛查结果查询)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection

from gis.bbox import Box
from layers.database import driver
from layers.queries.statements import public_statement, statement

EVERYWHERE: Final = (Box(-180.0, -90.0, 180.0, 90.0),)
"""Where no box is asked for."""


@dataclass(frozen=True, slots=True)
class RunHead:
    """Which screening it is.

    Attributes
    ----------
    id
        Digest of question, parameters and data.
    on
        The day asked.
    load_kva
        One load for all parcels; None where each has its own.
    made_at
        When it was stored.
    """

    id: str
    on: date
    load_kva: float | None
    made_at: datetime


def find_run(connection: Connection, run: str | None = None, load_kva: float | None = None) -> RunHead | None:
    """Return the screening of an id, or the newest one, of a load for all parcels where one is given."""
    given = {"run": run, "load_kva": load_kva}
    with driver(connection) as raw:
        row = raw.execute(statement("newest_run"), given).fetchone()
    return None if row is None else RunHead(*row)


@dataclass(frozen=True, slots=True)
class RunCounts:
    """What a screening came to, by class.

    Attributes
    ----------
    parcels
        Number of parcels.
    area_ha
        Their area.
    """

    parcels: Mapping[str, int]
    area_ha: Mapping[str, float]


def runs_by_load(connection: Connection, run: str | None = None) -> list[tuple[RunHead, RunCounts]]:
    """Return the newest screening of the parcels' own loads, then of each load for all, with its counts.

    The screening of an id that is given stands for the newest one of its load.
    """
    with driver(connection) as raw:
        rows = raw.execute(statement("runs_by_load"), {"run": run}).fetchall()
    return [(RunHead(*row[:-2]), RunCounts(*row[-2:])) for row in rows]


def zone_features(connection: Connection, run: str, boxes: Sequence[Box]) -> list[str]:
    """Return the zones of a run, near to far, of the parts that boxes touch: GeoJSON features as text."""
    return _rows(connection, statement("zones_of_run"), boxes, {"run": run})


def parcel_classes(
    connection: Connection, run: str, boxes: Sequence[Box], limit: int, *, public: bool
) -> list[str]:
    """Return id, class, failed test and area of the parcels that boxes touch, by id: objects as JSON.

    The public is told of no important user: the views that its login may read are asked.
    """
    text = public_statement if public else statement
    return _rows(connection, text("parcels_of_run"), boxes, {"run": run, "limit": limit})


def _rows(connection: Connection, question: bytes, boxes: Sequence[Box], given: dict[str, Any]) -> list[str]:
    for side in ("west", "south", "east", "north"):
        given[side] = [getattr(each, side) for each in boxes]
    with driver(connection) as raw:
        return [row[0] for row in raw.execute(question, given)]
