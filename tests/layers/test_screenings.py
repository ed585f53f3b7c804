"""Screenings in PostGIS: stored whole, once, and read again to the same bytes."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from gis.siting.sites import Load
from layers.public_wall import ROLE, raise_wall
from layers.screenings import Run, find, newest, read_rows, records, rows_sha256, run_id, store
from layers.tables.editions import PUBLIC
from layers.tables.screenings import SITING
from tests.gis.siting.small_town import small_town
from tests.gis.siting.towns import ON, Bench


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """The rows of the small town, names with every kind of character."""
    found = Bench(small_town()).screen(Load.of(kva=900.0, power_factor=0.95)).rows
    strange = ['P"1,\n東\t\\N', "'; drop table siting.runs; --", "Ｐ０３ 線", "\\.", "a" * 300]
    found.loc[: len(strange) - 1, "parcel_id"] = strange
    return found


def run_of(rows: pd.DataFrame, **asked: Any) -> Run:
    request = {"on": ON.isoformat(), "k": 3, **asked}
    return Run(
        id=run_id(request, {"code": "1"}),
        request=request,
        inputs={"code": "1"},
        on=ON,
        rows=len(rows),
        summary={"by_class": {"filing": 3}},
        zones={"type": "FeatureCollection", "features": []},
        sha256=rows_sha256(rows),
    )


def counts(engine: Engine) -> tuple[int, int]:
    with engine.connect() as connection:
        told = [
            connection.execute(text(f"select count(*) from siting.{name}")) for name in ("runs", "run_rows")
        ]
        return told[0].scalar_one(), told[1].scalar_one()


def test_what_is_stored_is_read_again_to_the_same_bytes(engine: Engine, rows: pd.DataFrame) -> None:
    run = run_of(rows)
    with engine.begin() as connection:
        assert store(connection, run, rows) is None
    with engine.connect() as connection:
        again = read_rows(connection, run.id)
        known = find(connection, run.id)
        latest = newest(connection)
    assert rows_sha256(again) == run.sha256
    ordered = rows.sort_values("parcel_id", key=lambda ids: ids.map(str.encode))
    assert records(again) == records(ordered)
    assert list(again.columns) == list(rows.columns)
    assert known is not None
    assert known == latest
    assert known.made_at is not None
    assert replace(known, made_at=None) == run
    assert any(json.loads(each) for each in again["options"])


def test_the_same_run_twice_is_one(engine: Engine, rows: pd.DataFrame) -> None:
    run = run_of(rows)
    with engine.begin() as connection:
        store(connection, run, rows)
    with engine.begin() as connection:
        before = store(connection, run, rows)
    assert before is not None
    assert before.sha256 == run.sha256
    assert counts(engine) == (1, len(rows))
    other = run_of(rows, limit_m=5.0)
    assert other.id != run.id
    with engine.begin() as connection:
        assert store(connection, other, rows) is None
        latest = newest(connection)
    assert latest is not None
    assert latest.id == other.id
    assert counts(engine) == (2, 2 * len(rows))


def test_two_at_once_store_one_run(engine: Engine, rows: pd.DataFrame) -> None:
    run, told = run_of(rows), []

    def second() -> None:
        with engine.begin() as connection:
            told.append(store(connection, run, rows))

    with engine.begin() as connection:
        assert store(connection, run, rows) is None
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()  # until the first has ended
    waiting.join(30)
    assert [None if each is None else each.id for each in told] == [run.id]
    assert counts(engine) == (1, len(rows))


def test_a_run_that_is_cut_off_is_not_there(engine: Engine, rows: pd.DataFrame) -> None:
    run = run_of(rows)

    def cut_off() -> None:
        with engine.begin() as connection:
            store(connection, run, rows)
            own = connection.execute(text("select pg_backend_pid()")).scalar_one()
            with engine.connect() as other:
                other.execute(text("select pg_terminate_backend(:own)"), {"own": own})
            connection.execute(text("select 1"))

    with pytest.raises(OperationalError):
        cut_off()
    assert counts(engine) == (0, 0)
    with engine.connect() as connection:
        assert find(connection, run.id) is None
        assert newest(connection) is None
        assert read_rows(connection, run.id).empty


def test_a_row_that_cannot_be_stored_undoes_the_run(engine: Engine, rows: pd.DataFrame) -> None:
    twice = pd.concat([rows, rows.iloc[:1]])
    with pytest.raises(DBAPIError, match="UniqueViolation"), engine.begin() as connection:
        store(connection, run_of(rows), twice)
    assert counts(engine) == (0, 0)


def test_the_public_cannot_read_a_run(engine: Engine) -> None:
    raise_wall(engine)
    may = "select has_schema_privilege(:role, :schema, 'usage')"
    with engine.connect() as connection:
        allowed = {
            schema: connection.execute(text(may), {"role": ROLE, "schema": schema}).scalar_one()
            for schema in (PUBLIC, SITING)
        }
    assert allowed == {PUBLIC: True, SITING: False}


def test_removing_a_run_removes_its_rows(engine: Engine, rows: pd.DataFrame) -> None:
    with engine.begin() as connection:
        store(connection, run_of(rows), rows)
        connection.execute(text("delete from siting.runs"))
    assert counts(engine) == (0, 0)
