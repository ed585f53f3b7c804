"""Single claims of the layer ``claims``, read and written."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from rapidfuzz import process
from sqlalchemy import ColumnElement, Connection, Integer, exists, insert, literal, select, update

from gis.claims.model import Claim
from layers.tables.claims import claim_numbers
from layers.tables.grid import layer_tables

_CLAIMS: Final = layer_tables["claims"]
_FIELDS: Final = Claim.__slots__
_NEAR_PERCENT: Final = 60


def claim_of(connection: Connection, claim_id: str, *, hold: bool = False) -> Claim | None:
    """Return a claim, None where there is none; with ``hold`` nobody else changes it meanwhile."""
    statement = select(*(_CLAIMS.c[name] for name in _FIELDS)).where(_CLAIMS.c.id == claim_id)
    row = connection.execute(statement.with_for_update() if hold else statement).one_or_none()
    return None if row is None else Claim(*row)


def is_taken(connection: Connection, claim_id: str) -> bool:
    """Return whether there is a claim of this id."""
    return bool(connection.scalar(select(exists().where(_CLAIMS.c.id == claim_id))))


def free_id(connection: Connection, on: date) -> str:
    """Return an id that no claim has: year and number."""
    while True:
        number = connection.scalar(select(claim_numbers.next_value()))
        made = f"K{on.year}-{number:06}"
        if not is_taken(connection, made):
            return made


def nearest_ids(connection: Connection, claim_id: str) -> list[str]:
    """Return the ids of claims that are most like the given one."""
    ids = list(connection.scalars(select(_CLAIMS.c.id).order_by(_CLAIMS.c.id)))
    return [each for each, _, _ in process.extract(claim_id, ids, limit=3, score_cutoff=_NEAR_PERCENT)]


def add_claim(connection: Connection, claim: Claim, level: str) -> None:
    """Add a claim of the register's own; its asset stays the one of this id at every later import."""
    values = {name: getattr(claim, name) for name in _FIELDS}
    connection.execute(insert(_CLAIMS).values(values | {"asset_ref": claim.asset_id, "level": level}))


def change_claim(connection: Connection, claim_id: str, **values: Any) -> None:  # noqa: ANN401  # columns of several types
    """Put new values into columns of a claim."""
    connection.execute(update(_CLAIMS).where(_CLAIMS.c.id == claim_id).values(values))


def close_expired(connection: Connection, on: date) -> list[str]:
    """Close every open claim whose last day lies before a day, from the day after it; return their ids."""
    row = _CLAIMS.c
    due: ColumnElement[bool] = (row.expires_on < on) & row.energised_on.is_(None) & row.withdrawn_on.is_(None)
    held = list(connection.scalars(select(row.id).where(due).order_by(row.id).with_for_update()))
    day_after = row.expires_on + literal(1, Integer)
    connection.execute(update(_CLAIMS).where(row.id.in_(held)).values(withdrawn_on=day_after))
    return held
