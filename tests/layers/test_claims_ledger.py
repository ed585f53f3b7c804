from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from gis.calendar import CHINA
from layers.claims.ledger import claims_as_known, history
from layers.database import migration_config, upgrade
from layers.intake.request import ImportRequest, ImportResult, Watch
from layers.intake.run import run_import
from layers.queries.versions import data_version
from tests.gis.capacity.grids import golden
from tests.layers.stored_grid import drift, events, store

Bring = Callable[..., ImportResult]

HEAD = "id,asset,site,申请容量(kVA),accepted_on,expires_on"
C1 = "A1,F,P-1,100,2026-06-01,2027-06-01"
C2 = "A2,G,P-2,200,2026-06-01,2027-06-01"


@pytest.fixture
def bring(engine: Engine, tmp_path: Path) -> Bring:
    """Import lines: ``bring("claims", HEAD, C1, replace=True)``."""

    def run(layer: str, *lines: str, **options: Any) -> ImportResult:
        path = tmp_path / f"{layer}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return run_import(
            engine, ImportRequest(layer, (path,), **options), Watch(lambda done, total: None, lambda: None)
        )

    return run


CHANGES = (
    "update grid.claim_ledger set why = 'x'",
    "update grid.claim_ledger set recorded_at = recorded_at - interval '1 day' where seq = 1",
    "delete from grid.claim_ledger",
    "truncate grid.claim_ledger",
    "truncate grid.claim_ledger cascade",
)


@pytest.mark.parametrize("role", ["origin", "replica"])
def test_the_database_refuses_every_change_of_the_ledger(engine: Engine, role: str) -> None:
    store(engine, golden())
    before = events(engine)
    for change in CHANGES:
        with engine.connect() as connection, connection.begin():
            assert connection.scalar(text("show is_superuser")) == "on"
            connection.execute(text(f"set local session_replication_role = {role}"))
            with pytest.raises(IntegrityError, match="never changed"):
                connection.execute(text(change))
    assert events(engine) == before
    assert len(before) == 4


WRONG = {
    "an unknown event": "'C1', 'lost', '2026-01-01', null, '{}', 'x'",
    "a blank reason for an override": "'C1', 'accepted', '2026-01-01', ' ', '{}', 'x'",
    "nobody": "'C1', 'accepted', '2026-01-01', null, '{}', ''",
    "no state": "'C1', 'accepted', '2026-01-01', null, null, 'x'",
    "an import without batch": "'C1', 'imported', '2026-01-01', null, '{}', 'x'",
}


def test_the_database_refuses_an_event_that_cannot_be(engine: Engine) -> None:
    columns = "claim_id, what, effective_on, override, state, who"
    for words, values in WRONG.items():
        with engine.connect() as connection, pytest.raises(IntegrityError):
            connection.execute(
                text(f"insert into grid.claim_ledger ({columns}) values ({values}) -- {words}")
            )


def test_an_import_writes_down_what_it_changes_and_nothing_else(engine: Engine, bring: Bring) -> None:
    store(engine, golden() | {"claims": []})
    first = bring("claims", HEAD, C1, C2)
    assert events(engine) == [("A1", "imported"), ("A2", "imported")]
    bring("claims", HEAD, C1, C2)
    assert len(events(engine)) == 2, "unchanged rows are no event"
    bring("claims", HEAD, C1.replace("100", "150"), C2)
    assert events(engine)[2:] == [("A1", "corrected")]
    bring("claims", HEAD, C1.replace("100", "170"), C2, dry_run=True)
    bring("claims", HEAD, C2, replace=True)
    assert events(engine)[3:] == [("A1", "removed")]
    bring("claims", HEAD, C1, C2, replace=True)
    assert events(engine)[4:] == [("A1", "imported")]
    assert drift(engine) == []
    with engine.connect() as connection:
        told = history(connection, "A1")
    assert [each.source for each in told] == ["claims.csv"] * 4
    assert [(each.state or {}).get("kva") for each in told] == [100, 150, None, 100]
    assert told[0].effective_on == date(2026, 6, 1)
    assert told[1].effective_on == told[1].recorded_at.date()
    assert first.batch_id == (told[0].state or {})["batch_id"]


def test_a_claim_whose_asset_another_import_brings_or_takes_away_is_corrected(
    engine: Engine, bring: Bring
) -> None:
    store(engine, golden() | {"claims": []})
    head, row = "id,name,substation,额定容量(kVA)", "T9,九号主变,S,50000"
    bring("claims", HEAD, C1.replace("F", "九号主变"))
    bring("main_transformers", head, row)
    bring("main_transformers", head, row.replace("T9", "T8"), replace=True)
    assert events(engine) == [("A1", "imported"), ("A1", "corrected"), ("A1", "corrected")]
    with engine.connect() as connection:
        assert [(each.state or {}).get("asset_id") for each in history(connection, "A1")] == [
            None,
            "T9",
            "T8",
        ]
    assert drift(engine) == []


def test_claims_that_the_register_accepted_stay_when_a_file_replaces_the_others(
    engine: Engine, bring: Bring
) -> None:
    store(engine, golden() | {"claims": []})
    bring("claims", HEAD, C1)
    with engine.begin() as connection:
        connection.execute(text("insert into grid.claims (id, asset_ref, asset_id) values ('K', 'F', 'F')"))
    found = bring("claims", HEAD, C2, replace=True)
    [kept] = [each for each in found.findings if each.check == "claims_kept"]
    assert kept.message == "1 claims accepted in the register stand in no file and stay: K"
    with engine.connect() as connection:
        left = connection.scalars(text("select id from grid.claims order by id")).all()
    assert left == ["A2", "K"]
    assert drift(engine) == []


def test_a_past_day_ends_at_midnight_in_shanghai(engine: Engine) -> None:
    with engine.begin() as connection:
        for moment, kva in (
            (datetime(2026, 3, 1, 23, 59, 59, tzinfo=CHINA), 100),
            (datetime(2026, 3, 3, 0, 0, 0, tzinfo=CHINA), 200),
        ):
            state = f'{{"id": "C", "site": "P", "kva": {kva}, "accepted_on": "2026-03-01"}}'
            connection.execute(
                text(
                    "insert into grid.claim_ledger (claim_id, what, recorded_at, effective_on, state)"
                    " values ('C', 'accepted', :moment, '2026-03-01', cast(:state as jsonb))"
                ),
                {"moment": moment, "state": state},
            )
    with engine.connect() as connection:
        known = {
            day: claims_as_known(connection, date(2026, 3, day) if day else date(2026, 2, 28))
            for day in range(4)
        }
    assert {day: frame["kva"].tolist() for day, frame in known.items()} == {
        0: [],
        1: [100.0],
        2: [100.0],
        3: [200.0],
    }
    [row] = known[1].to_dict("records")
    assert (row["accepted_on"], row["expires_on"], row["batch_id"]) == (date(2026, 3, 1), None, None)


def test_claims_of_the_older_tables_enter_the_ledger(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin():
        command.downgrade(migration_config(connection), "0001")
        connection.execute(
            text(
                "insert into grid.import_batches (layer, files, format, mapping, options, findings,"
                " rows_read, rows_inserted, rows_updated, rows_unchanged, rows_deleted, rows_rejected)"
                " values ('x', '[]', '', '{}', '{}', '[]', 0, 0, 0, 0, 0, 0)"
            )
        )
        connection.execute(
            text(
                "insert into grid.claims (id, kva, accepted_on, batch_id) values ('C', 5.5, '2026-03-01', 1)"
            )
        )
    upgrade(engine)
    assert events(engine) == [("C", "imported")]
    assert drift(engine) == []


def test_an_event_makes_the_layer_another_version(engine: Engine, bring: Bring) -> None:
    store(engine, golden() | {"claims": []})
    bring("claims", HEAD, C1)
    before = data_version(engine, ("claims",))
    bring("claims", HEAD, C1)
    assert data_version(engine, ("claims",)) == before
    bring("claims", HEAD, C1.replace("100", "150"))
    assert data_version(engine, ("claims",)) != before
