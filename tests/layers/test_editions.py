"""Editions in PostGIS: whole, chained, unchangeable, and told where somebody changed them all the same."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from gis.capacity.parameters import default_parameters
from gis.editions.canonical import table_bytes
from gis.editions.columns import CLAIMS, INPUTS, PARCELS, PUBLISHED, ZONES
from gis.editions.disclosure import default_settings
from gis.editions.header import Edition
from gis.editions.metadata import metadata
from gis.errors import InputError, PublicationError
from layers.cluster import Cluster
from layers.database import migration_config, open_engine
from layers.editions.files import WRITERS, folder_of, stored_files
from layers.editions.publish import Publication, PublishWatch, Wish, publish
from layers.editions.store import read_editions, read_rows
from layers.editions.verify import Verdict, verify
from layers.tables.editions import INNER, PUBLIC, claims, inputs, published
from tests.gis.editions.districts import fill, frozen, put, rows

ON = date(2026, 11, 21)
WISH = Wish(
    as_of=ON,
    created_at=datetime(2026, 11, 21, 8, 30, 0, 123456, tzinfo=UTC),
    note=None,
    corrects=None,
    parameters=default_parameters(),
    settings=default_settings(),
    policies={"wujiang.yaml": "0" * 64},
    code_version="0.1.0",
)
SILENT = PublishWatch(lambda stage: None, lambda: None)

Publisher = Callable[..., Publication]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def bring_out(engine: Engine, home: Path) -> Publisher:
    """Publish: ``bring_out(note="x")``."""
    fill(engine, rows())
    return lambda **wish: publish(engine, home, replace(WISH, **wish), SILENT)


def verdict(engine: Engine, home: Path, edition_id: str | None = None) -> Verdict:
    return verify(engine, home, edition_id, lambda each: None)


def known(engine: Engine) -> list[Edition]:
    with engine.connect() as connection:
        return [each.edition for each in read_editions(connection)]


def tamper(engine: Engine, *statements: str) -> None:
    """Change what must not change, as a superuser can."""
    with engine.begin() as connection:
        for table in ("disclosure.editions", "disclosure.published", "disclosure.parcels", "disclosure.zones",
                      "disclosure_inputs.assets", "disclosure_inputs.claims"):  # fmt: skip
            connection.execute(text(f"alter table {table} disable trigger all"))
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_what_is_read_is_what_was_frozen(engine: Engine, home: Path, bring_out: Publisher) -> None:
    done = bring_out(note="第一期")
    made = frozen(rows())
    with engine.connect() as connection, connection.begin():
        found = {
            name: read_rows(connection, table, columns, "2026-Q4-1")
            for name, table, columns in (
                ("published", published, PUBLISHED), ("inputs", inputs, INPUTS), ("claims", claims, CLAIMS),
            )
        }  # fmt: skip
    for name, table in found.items():
        assert table.equals(getattr(made, name)), name
    [edition] = known(engine)
    assert edition == done.edition
    assert (edition.id, edition.number, edition.note, edition.previous) == ("2026-Q4-1", 1, "第一期", None)
    assert edition.rows == len(made.published)
    assert set(edition.facts["data"]["layers"]) >= {"feeders", "capacity", "claims"}
    assert edition.facts["data"]["dates"] == ["2026-09-30", "2026-09-30"]
    assert verdict(engine, home) == Verdict(1, None, ())


def test_the_hashes_can_be_taken_by_hand(bring_out: Publisher) -> None:
    done = bring_out()
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=done.folder, check=True, capture_output=True
    )
    assert checked.stdout.count(b": OK") == len(WRITERS) + 1
    header = (done.folder / "2026-Q4-1.json").read_bytes()
    assert sha256(header).hexdigest() == done.edition.sha256
    lines = (done.folder / "2026-Q4-1.jsonl").read_bytes()
    assert sha256(lines).hexdigest() == json.loads(header)["rows_sha256"]


def test_each_edition_holds_the_hash_of_the_one_before(
    engine: Engine, home: Path, bring_out: Publisher
) -> None:
    first = bring_out().edition
    second = bring_out(corrects=first.id, note="更正").edition
    third = bring_out(as_of=date(2027, 1, 5)).edition
    assert [each.id for each in known(engine)] == ["2026-Q4-1", "2026-Q4-2", "2027-Q1-1"]
    assert (second.previous, second.previous_sha256, second.corrects) == (first.id, first.sha256, first.id)
    assert (third.previous, third.previous_sha256) == (second.id, second.sha256)
    assert verdict(engine, home).editions == 3
    assert verdict(engine, home, second.id).editions == 2


CHANGES = {
    "an update": "update disclosure.published set name = 'x' where asset_id = 'F1'",
    "an update of nothing": "update disclosure.editions set note = 'x' where false",
    "a deletion": "delete from disclosure.editions",
    "a deletion of claims": "delete from disclosure_inputs.claims where false",
    "an emptying": "truncate disclosure_inputs.assets",
    "an emptying of all": "truncate disclosure.editions cascade",
    "a late row": "insert into disclosure.published (edition_id, asset_id) values ('2026-Q4-1', 'Z')",
    "a late input": "insert into disclosure_inputs.assets (edition_id, asset_id) values ('2026-Q4-1', 'Z')",
    "a late claim": "insert into disclosure_inputs.claims (edition_id, claim_id) values ('2026-Q4-1', 'Z')",
    "a late parcel": "insert into disclosure.parcels (edition_id, parcel_id) values ('2026-Q4-1', 'Z')",
    "a late zone": "insert into disclosure.zones (edition_id, zone_id) values ('2026-Q4-1', 'Z')",
    "an update of parcels": "update disclosure.parcels set class = 'x' where false",
    "a deletion of zones": "delete from disclosure.zones where false",
    "a row of no edition": "insert into disclosure.published (edition_id, asset_id) values ('2030-Q1', 'Z')",
    "a link to nothing": (
        "insert into disclosure.editions select '2030-Q1-1', 3, as_of, created_at, null, null, id, 'x', 0,"
        " '', '', '{}', 'y' from disclosure.editions where number = 2"
    ),
    "a second beginning": (
        "insert into disclosure.editions select '2030-Q1-1', 1, as_of, created_at, null, null, null, null, 0,"
        " '', '', '{}', 'y' from disclosure.editions where number = 1"
    ),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """A database with two editions, and their home; no test changes them."""

    cluster: Cluster
    name: str
    home: Path


@contextmanager
def database(cluster: Cluster, template: str) -> Iterator[str]:
    """Give the name of a database that is dropped in the end."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy".encode())
        yield name
        connection.execute(f"drop database {name} with (force)".encode())


@pytest.fixture(scope="module")
def shelf(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    home = tmp_path_factory.mktemp("shelf")
    with database(cluster, template) as name:
        engine = open_engine(cluster.url(name))
        fill(engine, rows())
        publish(engine, home, WISH, SILENT)
        publish(engine, home, WISH, SILENT)
        engine.dispose()
        yield Shelf(cluster, name, home)


@pytest.fixture
def two(shelf: Shelf, home: Path) -> Iterator[Engine]:
    """Give a copy of the two editions that the test may spoil."""
    shutil.copytree(shelf.home, home)
    with database(shelf.cluster, shelf.name) as name:
        engine = open_engine(shelf.cluster.url(name))
        yield engine
        engine.dispose()


@pytest.fixture(scope="module")
def one(shelf: Shelf) -> Iterator[Engine]:
    """Give a database with editions that refuses what the test tries."""
    with database(shelf.cluster, shelf.name) as name:
        engine = open_engine(shelf.cluster.url(name))
        yield engine
        engine.dispose()


@pytest.mark.parametrize(
    ("change", "role"),
    [
        *((change, "origin") for change in CHANGES),
        # Keys are not looked at in a replica; verify tells of such rows.
        *((change, "replica") for change in CHANGES if change != "a row of no edition"),
    ],
)
def test_the_database_refuses_every_change_even_of_a_superuser(one: Engine, change: str, role: str) -> None:
    # Keys are looked at when the transaction ends.
    with one.connect() as connection, pytest.raises(DBAPIError) as caught, connection.begin():  # noqa: PT012  # so that is in it
        connection.execute(text(f"set local session_replication_role = {role}"))
        connection.execute(text(CHANGES[change]))
    assert getattr(caught.value.orig, "sqlstate", "") in {"23001", "23503"}


def test_the_publishing_role_may_insert_and_read_alone(one: Engine) -> None:
    with one.connect() as connection:
        granted = connection.execute(
            text(
                "select table_schema || '.' || table_name,"
                " string_agg(privilege_type, ' ' order by privilege_type)"
                " from information_schema.role_table_grants where grantee = 'kaimen_publisher' group by 1"
            )
        ).all()
    assert {tuple(row) for row in granted} == {
        (name, "INSERT SELECT")
        for name in ("disclosure.editions", "disclosure.published", "disclosure.parcels", "disclosure.zones",
                     "disclosure_inputs.assets", "disclosure_inputs.claims")
    }  # fmt: skip


def test_the_rows_are_written_as_the_publishing_role(engine: Engine, home: Path) -> None:
    fill(engine, rows())
    with engine.begin() as connection:
        connection.execute(text("revoke insert on disclosure.published from kaimen_publisher"))
    with pytest.raises(DBAPIError, match="permission denied"):
        publish(engine, home, WISH, SILENT)
    assert known(engine) == []
    assert not list((home / "editions").iterdir())


def test_without_the_role_the_triggers_stand_alone(engine: Engine, home: Path) -> None:
    fill(engine, rows())
    with engine.begin() as connection:
        connection.execute(text("revoke all on all tables in schema disclosure from kaimen_publisher"))
    assert publish(engine, home, WISH, SILENT).edition.number == 1


def test_the_public_tables_hold_the_public_columns_alone(one: Engine) -> None:
    with one.connect() as connection:
        found = connection.execute(
            text(
                "select table_name, column_name from information_schema.columns where table_schema = :schema"
            ),
            {"schema": PUBLIC},
        ).all()
        private = connection.scalar(
            text("select count(*) from information_schema.tables where table_schema = :schema"),
            {"schema": INNER},
        )
    columns = {name: {row[1] for row in found if row[0] == name} for name in {row[0] for row in found}}
    assert columns["published"] == {each.name for each in PUBLISHED}
    assert columns["parcels"] == {each.name for each in PARCELS}
    assert columns["zones"] == {each.name for each in ZONES}
    assert set(columns) == {"published", "editions", "parcels", "zones"}
    assert private == 2


TAMPERED = {
    "a figure": ("update disclosure.published set open_capacity_kva = open_capacity_kva + 0.1"
                 " where asset_id = 'F1'", "a published row has changed"),
    "a name": ("update disclosure.published set name = name || ' ' where asset_id = 'F1'",
               "a published row has changed"),
    "nothing made empty": ("update disclosure.published set voltage_kv = 0 where asset_id = 'D1'",
                           "a published row has changed"),
    "a bit of a place": ("update disclosure.published set geometry = st_translate(geometry, 1e-12, 0)"
                         " where asset_id = 'F1'", "a published row has changed"),
    "the order of corners": ("update disclosure.published set geometry = st_reverse(geometry)"
                             " where asset_id = 'F1'", "a published row has changed"),
    "a row gone": ("delete from disclosure.published where asset_id = 'F1'", "published rows"),
    "a row more": ("insert into disclosure.published (edition_id, asset_id) values ('2026-Q4-1', 'Z')",
                   "published rows"),
    "a parcel more": ("insert into disclosure.parcels (edition_id, parcel_id) values ('2026-Q4-1', 'Z')",
                      "published parcels"),
    "an input": ("update disclosure_inputs.assets set peak_kva = peak_kva + 0.001 where asset_id = 'FD'",
                 "an input or a claim has changed"),
    "a claim": ("update disclosure_inputs.claims set expires_on = expires_on + 1 where claim_id = 'C1'",
                "an input or a claim has changed"),
    "the note": ("update disclosure.editions set note = 'x' where number = 1", "its header has changed"),
    "a microsecond": ("update disclosure.editions set created_at = created_at + interval '1 microsecond'"
                      " where number = 1", "its header has changed"),
    "a parameter": ("update disclosure.editions"
                    " set facts = replace(facts::text, '\"rho\":1.0', '\"rho\":1.1')::json"
                    " where number = 1", "its header has changed"),
    "a blank": ("update disclosure.editions set facts = (facts::text || ' ')::json where number = 1",
                "not written as they were"),
    "a hash": ("update disclosure.editions set sha256 = 'x' where number = 1", "its header has changed"),
}  # fmt: skip


@pytest.mark.parametrize("what", list(TAMPERED))
def test_a_changed_byte_is_found(two: Engine, home: Path, what: str) -> None:
    statement, words = TAMPERED[what]
    tamper(two, statement)
    broken = verdict(two, home).first_broken
    assert broken is not None
    assert broken.edition_id == "2026-Q4-1"
    assert words in broken.what


def test_a_link_that_was_forged_whole_breaks_the_next_one(two: Engine, home: Path) -> None:
    forged = replace(known(two)[0], note="forged")
    tamper(
        two, f"update disclosure.editions set note = 'forged', sha256 = '{forged.sha256}' where number = 1"
    )
    broken = verdict(two, home).first_broken
    assert broken is not None
    assert broken.edition_id == "2026-Q4-2"
    assert "hash it gives of the edition before" in broken.what


def test_an_edition_that_was_removed_is_missed(two: Engine, home: Path) -> None:
    tamper(two, "delete from disclosure.editions where number = 1")
    broken = verdict(two, home).first_broken
    assert broken is not None
    assert "it follows 2026-Q4-1" in broken.what


def test_rows_without_a_header_are_found(two: Engine, home: Path) -> None:
    tamper(two, "insert into disclosure.published (edition_id, asset_id) values ('2030-Q1-1', 'Z')")
    broken = verdict(two, home).first_broken
    assert broken is not None
    assert broken.edition_id == "2030-Q1-1"
    assert verdict(two, home, "2026-Q4-1").first_broken is None


def test_a_changed_byte_of_any_file_is_found(two: Engine, home: Path) -> None:
    for path in stored_files(home, known(two)[1]):
        kept = path.read_bytes()
        for at in (0, len(kept) // 2, len(kept) - 1):
            path.write_bytes(kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :])
            broken = verdict(two, home).first_broken
            assert broken is not None
            assert (broken.edition_id, str(path) in broken.what) == ("2026-Q4-2", True)
        path.unlink()
        assert verdict(two, home).first_broken is not None
        path.write_bytes(kept)
    assert verdict(two, home).first_broken is None


def test_files_that_lie_elsewhere_are_no_fault(two: Engine, home: Path) -> None:
    folder_of(home, known(two)[0]).rename(home / "elsewhere")
    assert verdict(two, home) == Verdict(2, None, ("2026-Q4-1",))


def test_the_same_edition_gives_the_same_bytes(
    engine: Engine, home: Path, tmp_path: Path, bring_out: Publisher
) -> None:
    done = bring_out()
    with engine.connect() as connection, connection.begin():
        again = read_rows(connection, published, PUBLISHED, done.edition.id)
    for ending, writer in WRITERS.items():
        path = tmp_path / f"other{ending}"
        writer(path, again, metadata(done.edition))
        stored = done.folder / f"{done.edition.id}{ending}"
        assert path.read_bytes() == stored.read_bytes(), ending
    assert b"".join(table_bytes(again, PUBLISHED)) == (done.folder / "2026-Q4-1.jsonl").read_bytes()


def test_open_errors_are_listed_and_nothing_is_published(engine: Engine, home: Path) -> None:
    fill(engine, put(rows(), "claims", "C1", ramped_kva=500.0))
    with pytest.raises(PublicationError) as caught:
        publish(engine, home, WISH, SILENT)
    assert "1 findings of severity error" in caught.value.detail
    assert [each.partition(":")[0] for each in caught.value.faults] == ["claim_ramped_above_kva"]
    assert known(engine) == []


def test_an_empty_database_is_not_published(engine: Engine, home: Path) -> None:
    with pytest.raises(PublicationError, match="holds no substation"):
        publish(engine, home, WISH, SILENT)


def test_what_is_corrected_must_exist(bring_out: Publisher) -> None:
    with pytest.raises(InputError, match="2026-Q1-1 does not exist"):
        bring_out(corrects="2026-Q1-1")


def test_the_tables_cannot_be_taken_down_while_editions_stand(engine: Engine, bring_out: Publisher) -> None:
    bring_out()
    with pytest.raises(DBAPIError, match="never removed"), engine.connect() as connection, connection.begin():
        command.downgrade(migration_config(connection), "0002")
    assert len(known(engine)) == 1
