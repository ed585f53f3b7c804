"""The ledger (在途登记台账): what happened to each claim is added, and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import pandas as pd
from psycopg import sql
from sqlalchemy import Connection, select, text

from gis.calendar import CHINA
from gis.claims.model import Remark
from gis.claims.words import What
from layers.database import driver
from layers.queries.grid import read_layer
from layers.tables.batches import import_batches
from layers.tables.claims import claim_ledger

_WHAT: Final = {each.value: each for each in What}


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the ledger.

    Attributes
    ----------
    seq
        Later events have greater ones.
    claim_id
        The claim.
    what
        What happened.
    recorded_at
        When it was written down.
    effective_on
        Day from which it holds.
    who, why, override
        Who recorded it; why; and for what reason beyond the open capacity.
    source
        First file of the import that did it, None where none did.
    state
        The claim's row after it without its nulls; None where it is gone.
    """

    seq: int
    claim_id: str
    what: What
    recorded_at: datetime
    effective_on: date
    who: str
    why: str | None
    override: str | None
    source: str | None
    state: dict[str, Any] | None


def record(
    connection: Connection, ids: Sequence[str], what: What, effective_on: date | None, remark: Remark
) -> list[Event]:
    """Write down what has just happened to claims, with their rows as they are now.

    Parameters
    ----------
    connection
        Inside the transaction that changed them.
    ids
        The claims.
    what
        What happened.
    effective_on
        Day from which it holds; the day each was withdrawn where None.
    remark
        Who, why, and for what reason beyond the open capacity.
    """
    statement = text(
        "insert into grid.claim_ledger (claim_id, what, effective_on, who, why, override, state)"
        " select id, :what, coalesce(cast(:day as date), withdrawn_on), coalesce(:who, session_user), :why,"
        " :override, jsonb_strip_nulls(to_jsonb(c))"
        " from grid.claims c where id = any(:ids) order by id returning seq"
    )
    given = {"what": what.value, "day": effective_on, "ids": list(ids)}
    given |= {"who": remark.who, "why": remark.why, "override": remark.override}
    written = list(connection.scalars(statement, given))
    _touch(connection)
    return _events(connection, claim_ledger.c.seq.in_(written))


def _touch(connection: Connection) -> None:
    """Make the layer another version: what was made from it is stale."""
    connection.execute(
        text(
            "insert into grid.layer_versions (layer, batch_id, changed_at)"
            " select 'claims', max(id), clock_timestamp() from grid.import_batches having max(id) is not null"
            " on conflict (layer) do update set changed_at = excluded.changed_at"
        )
    )


def record_import(connection: Connection, batch_id: int) -> None:
    """Write down every claim that differs from what the ledger says of it.

    An import changes claims in more ways than one: by its rows, by what it deletes, and by the assets that
    names now mean. Here it is seen what came out of it.
    """
    connection.execute(
        text(
            "with last as (select distinct on (claim_id) claim_id, state from grid.claim_ledger"
            "   order by claim_id, seq desc),"
            " changed as (select coalesce(c.id, l.claim_id) as id, c.accepted_on, l.state as before,"
            "   case when c.id is not null then jsonb_strip_nulls(to_jsonb(c)) end as after"
            "   from grid.claims c full join last l on l.claim_id = c.id),"
            " today as (select cast(now() at time zone :zone as date) as day)"
            " insert into grid.claim_ledger (claim_id, what, effective_on, batch_id, state)"
            " select id,"
            "   case when after is null then 'removed' when before is null then 'imported'"
            "     else 'corrected' end,"
            "   case when before is null then coalesce(accepted_on, day) else day end,"
            "   :batch, after"
            " from changed, today where before is distinct from after order by id"
        ),
        {"batch": batch_id, "zone": CHINA.key},
    )


def history(connection: Connection, claim_id: str) -> list[Event]:
    """Return what happened to a claim, in order; nothing for one that never was."""
    return _events(connection, claim_ledger.c.claim_id == claim_id)


def _events(connection: Connection, where: Any) -> list[Event]:  # noqa: ANN401  # a condition of SQLAlchemy
    row = claim_ledger.c
    file = import_batches.c.files[0]["name"].as_string()
    statement = (
        select(*(column for column in row if column.name != "batch_id"), file.label("source"))
        .select_from(claim_ledger.outerjoin(import_batches, import_batches.c.id == row.batch_id))
        .where(where)
        .order_by(row.seq)
    )
    found = connection.execute(statement).mappings()
    return [Event(**{name: found_row[name] for name in Event.__slots__}) for found_row in map(_told, found)]


def _told(row: Any) -> dict[str, Any]:  # noqa: ANN401  # a row of SQLAlchemy
    return dict(row) | {"what": _WHAT[row["what"]], "recorded_at": row["recorded_at"].astimezone(CHINA)}


def claims_as_known(connection: Connection, day: date) -> pd.DataFrame:
    """Return the claims as the register held them at the end of a day in Asia/Shanghai.

    Returns
    -------
    DataFrame
        As of the layer ``claims``.
    """
    return claims_before(connection, datetime.combine(day + timedelta(days=1), time(), tzinfo=CHINA))


def claims_before(connection: Connection, moment: datetime) -> pd.DataFrame:
    """Return the claims by what was recorded before a moment: the ledger replayed."""
    rows = sql.SQL(
        "(select (jsonb_populate_record(null::grid.claims, l.state)).* from"
        " (select distinct on (claim_id) state from grid.claim_ledger where recorded_at < {moment}"
        " order by claim_id, seq desc) l where l.state is not null)"
    ).format(moment=sql.Literal(moment))
    with driver(connection) as raw:
        return read_layer(raw, "claims", rows=rows)
