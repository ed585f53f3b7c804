"""The second wall, attacked with SQL by whoever got hold of the public's login."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from gis.errors import DatabaseError
from layers.cluster import Cluster
from layers.database import open_engine, upgrade
from layers.public_wall import (
    ROLE,
    admit,
    open_public_engine,
    public_url,
    raise_wall,
    require_wall,
)
from layers.tables.grid import layer_tables
from tests.gis.editions.districts import fill, rows

SHOWN = {
    "parcels": {"id", "name", "land_use", "load_kva", "square_x", "square_y", "geom"},
    "roads": {"id", "name", "class", "width_m", "layer", "geom"},
    "water": {"id", "name", "geom"},
    "green": {"id", "name", "geom"},
    "railways": {"id", "name", "geom"},
    "jurisdictions": {"id"},
    "runs": {"id", "on", "made_at", "load_kva", "by_class", "area_ha"},
    "run_rows": {"run_id", "parcel_id", "class", "failed_test", "load_kva"},
    "zone_parts": {"run_id", "reach_m", "class", "load_kva", "geom"},
    "layer_versions": {"layer", "batch_id", "changed_at"},
    "sources": {"layer", "from_osm"},
}
"""View of the schema ``public_map`` -> its columns."""

EDITIONS = {f"disclosure.{each}" for each in ("editions", "published", "parcels", "zones")}
READABLE = EDITIONS | {f"public_map.{each}" for each in SHOWN}
RELATIONS = """
select n.nspname || '.' || quote_ident(c.relname), c.relkind from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend d
        where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
"""


def refused(engine: Engine, statement: str) -> str:
    """Run a statement, also where the session has shaken off what it can, and return the state it ends in."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("set default_transaction_read_only = off"))
        with pytest.raises(DBAPIError) as fault:
            connection.exec_driver_sql(statement)
    return str(getattr(fault.value.orig, "sqlstate", ""))


def test_editions_and_the_views_of_the_map_can_be_read_nothing_else_and_none_of_all_changed(
    engine: Engine, public_engine: Engine
) -> None:
    with engine.connect() as connection:
        found = {name: kind for name, kind in connection.execute(text(RELATIONS))}  # noqa: C416  # rows are no pairs to mypy
    assert set(found) > READABLE
    assert {"grid.feeders", "grid.claims", "disclosure_inputs.assets", "access.tokens"} < set(found)
    for name, kind in found.items():
        if name in READABLE:
            with public_engine.connect() as connection:
                found_rows = connection.scalar(text(f"select count(*) from {name}"))
                assert found_rows == (len(layer_tables) if name == "public_map.sources" else 0)
        else:
            assert refused(public_engine, f"select * from {name}") == "42501"
        if kind == "S":
            assert refused(public_engine, f"select nextval('{name}')") == "42501"
            continue
        for statement in (
            f"insert into {name} default values",
            f"delete from {name}",
            f"truncate {name}",
            f"drop table {name}",
            f"alter table {name} disable trigger all",
            f"begin; lock table {name} in exclusive mode",
            f"copy {name} from stdin",
            f"create index on {name} ((1))",
        ):
            # The privilege; the wrong kind of relation; a view of several tables takes no rows from anybody.
            assert refused(public_engine, statement) in {"42501", "42809", "55000"}, statement
    assert refused(public_engine, "update disclosure.editions set note = 'x'") == "42501"
    assert refused(public_engine, "select sha256 from access.tokens") == "42501"


ATTACKS = {
    "a table": "create table public.x (a int)",
    "a table in the published schema": "create table disclosure.x (a int)",
    "a temporary table": "create temporary table x (a int)",
    "a schema": "create schema x",
    "a function": "create function public.x() returns int language sql as 'select 1'",
    "a block of code": "do $$ begin perform 1; end $$",
    "an extension": "create extension dblink",
    "an untrusted language": "create extension plpython3u",
    "a program's output": "copy (select 1) to program 'true'",
    "a program's input": "create temporary table x (a text); copy x from program 'id'",
    "a file written": "copy (select 1) to '/tmp/kaimen-x'",
    "a file read": "select pg_read_file('/etc/passwd')",
    "a file read as bytes": "select pg_read_binary_file('PG_VERSION')",
    "a folder listed": "select pg_ls_dir('.')",
    "a large object": "select lo_creat(-1)",
    "a large object from bytes": "select lo_from_bytea(0, 'x')",
    "a large object from a file": "select lo_import('/etc/passwd')",
    "a long sleep": "select pg_sleep(60)",
    "a long sleep by another name": "select pg_sleep_for('1 minute')",
    "the publisher's lock": "select pg_advisory_lock(hashtext('kaimen publish'))",
    "a lock tried": "select pg_try_advisory_lock(1)",
    "somebody's session": "select pg_terminate_backend(pg_backend_pid())",
    "somebody's question": "select pg_cancel_backend(pg_backend_pid())",
    "the log filled": "select pg_logical_emit_message(false, 'x', 'y')",
    "another database": "select * from dblink('dbname=postgres', 'select 1') as t(a int)",
    "the owner's role": "set role kaimen",
    "the publisher's role": "set role kaimen_publisher",
    "the owner's session": "set session authorization kaimen",
    "more rights": f"alter role {ROLE} superuser",
    "an own password": f"alter role {ROLE} connection limit 0",
    "a new role": "create role x",
    "rights handed on": f"grant {ROLE} to kaimen",
    "the server's settings": "alter system set log_statement = 'all'",
    "the server's configuration": "select pg_reload_conf()",
    "all passwords": "select * from pg_authid",
    "how passwords are asked": "select * from pg_hba_file_rules",
    "figures of columns": "select * from pg_statistic",
    "a foreign server": "create server x foreign data wrapper postgres_fdw",
    "a subscription": "create subscription x connection '' publication y",
    "an event trigger": "create event trigger x on ddl_command_start execute function x()",
    "triggers off": "set session_replication_role = replica",
    "a query through XML": "select query_to_xml('select * from grid.feeders', true, true, '')",
    "a table through XML": "select table_to_xml('access.tokens'::regclass, true, true, '')",
    "a schema through XML": "select schema_to_xml('grid', true, true, '')",
    "the next id": "select setval('grid.claim_numbers', 1)",
    "PostGIS changing a table": "select UpdateGeometrySRID('disclosure', 'published', 'geometry', 3857)",
    "the reference systems changed": "delete from spatial_ref_sys",
}


@pytest.mark.parametrize("statement", ATTACKS.values(), ids=ATTACKS.keys())
def test_the_login_of_the_public_cannot_have(shared_engines: tuple[Engine, Engine], statement: str) -> None:
    # Insufficient privilege; or what is attacked is not there; or PostgreSQL knows no such thing.
    assert refused(shared_engines[1], statement) in {"42501", "42883", "0A000", "42P01", "42704"}


def test_a_long_question_ends_by_itself(public_engine: Engine) -> None:
    with public_engine.connect() as connection:
        for name, value in (
            ("statement_timeout", "10s"),
            ("lock_timeout", "2s"),
            ("idle_in_transaction_session_timeout", "30s"),
            ("transaction_read_only", "on"),
        ):
            assert connection.scalar(text(f"show {name}")) == value
        connection.execute(text("set local statement_timeout = 50"))
        with pytest.raises(OperationalError, match="statement timeout"):
            connection.execute(text("select count(*) from generate_series(1, 1e12)"))


def test_neither_statistics_nor_sessions_tell_what_tables_hold(engine: Engine, public_engine: Engine) -> None:
    fill(engine, rows())
    with engine.begin() as connection:
        connection.execute(text("analyze grid.feeders"))
    with public_engine.connect() as connection:
        # Figures of columns would tell values; other sessions' questions too.
        statistics = set(connection.scalars(text("select schemaname from pg_stats")))
        assert statistics <= {"pg_catalog", "information_schema", "public", "disclosure"}
        others = connection.scalars(
            text("select query from pg_stat_activity where usename <> current_user")
        ).all()
    assert set(others) <= {"<insufficient privilege>", ""}


def test_raising_the_wall_again_changes_nothing(engine: Engine, public_engine: Engine) -> None:
    raise_wall(engine)
    require_wall(public_engine)


def test_the_owner_keeps_what_the_public_has_lost(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("create temporary table x (a int)"))
        connection.execute(text("do $$ begin perform pg_advisory_xact_lock(1); end $$"))


BREACHES = {
    "a table of the grid": (
        "grant usage on schema grid to {role}; grant select on grid.feeders to {role}",
        "grid.feeders",
    ),
    "one column": ("grant select (sha256) on access.tokens to {role}", "access.tokens"),
    "an insert": ("grant insert on disclosure.published to {role}", "disclosure.published"),
    "a sequence": ("grant usage on grid.claim_numbers to {role}", "grid.claim_numbers"),
    "a schema to create in": ("grant create on schema public to {role}", "public"),
    "what everyone may": ("grant select on disclosure_inputs.assets to public", "disclosure_inputs.assets"),
    "a view's rows to change": ("grant update on public_map.parcels to {role}", "public_map.parcels"),
    "a view of somebody's": (
        "create view public_map.mine as select * from grid.claims; grant select on public_map.mine to {role}",
        "public_map.mine",
    ),
    "too little of the map": ("revoke select on public_map.run_rows from {role}", "read public_map.run_rows"),
    "a view that is gone": ("drop view public_map.zone_parts", "read public_map.zone_parts"),
    "no way to the views": ("revoke usage on schema public_map from {role}", "read public_map.parcels"),
    "too little": ("revoke select on disclosure.published from {role}", "disclosure.published"),
}


@pytest.mark.parametrize(("statement", "named"), BREACHES.values(), ids=BREACHES.keys())
def test_a_breach_of_the_wall_is_found(
    engine: Engine, public_engine: Engine, statement: str, named: str
) -> None:
    require_wall(public_engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement.format(role=ROLE))
    with pytest.raises(DatabaseError) as fault:
        require_wall(public_engine)
    assert named in str(fault.value.faults)


def test_the_owner_is_no_login_for_the_public(engine: Engine) -> None:
    with pytest.raises(DatabaseError) as fault:
        require_wall(engine)
    assert "it is a superuser" in fault.value.faults


@pytest.fixture
def guarded() -> Iterator[str]:
    """Run a cluster that asks for passwords, as one on the network does, and give its owner's URL."""
    home = Path(tempfile.mkdtemp(prefix="kaimen-guarded-"))
    home.chmod(0o755)  # as root, the server's user has to reach it
    made = Cluster(home, {"fsync": "off"})
    made.start()
    try:
        with psycopg.connect(made.url(), autocommit=True) as connection:
            connection.execute("alter role kaimen password 'own secret'")
            (made.data / "pg_hba.conf").write_text("local all all scram-sha-256\n", encoding="ascii")
            connection.execute("select pg_reload_conf()")
        yield made.url().replace("kaimen@", "kaimen:own%20secret@")
    finally:
        made.stop()
        shutil.rmtree(home)


def test_where_the_owner_has_a_password_the_login_of_the_public_gets_one(
    guarded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "own secret")
    beside = open_engine(guarded.replace(":own%20secret", ""))  # as libpq reads it
    upgrade(beside)
    private = open_engine(guarded)
    assert public_url(beside) == public_url(private)
    beside.dispose()
    raise_wall(private)
    url = public_url(private)
    assert "own" not in url
    assert url == public_url(private)  # every process that serves works out the same
    for _ in range(2):
        public = open_public_engine(url)
        admit(private, public)
        require_wall(public)
        public.dispose()
    stranger = open_public_engine(guarded.replace("kaimen:own%20secret@", f"{ROLE}:guess@"))
    with pytest.raises(DatabaseError, match="cannot be used"):
        require_wall(stranger)
    private.dispose()


@pytest.fixture
def plain(cluster: Cluster) -> Iterator[Engine]:
    """Give a database whose owner is no superuser, with the wall raised."""
    name = f"plain_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"create role {name} login")
        connection.execute(f"create database {name} owner {name} template template0")
        try:
            with psycopg.connect(cluster.url(name), autocommit=True) as own:
                own.execute("create extension postgis")
            private = open_engine(cluster.url(name).replace("kaimen@", f"{name}@"))
            upgrade(private)
            raise_wall(private)
            yield private
            private.dispose()
        finally:
            connection.execute(f"drop database {name} with (force)")
            connection.execute(f"drop role {name}")


def test_an_owner_who_is_no_superuser_has_a_wall_too(plain: Engine) -> None:
    public = open_public_engine(public_url(plain))
    require_wall(public)
    assert refused(public, "create temporary table x (a int)") == "42501"
    with public.connect() as asked:
        assert asked.scalar(text("select count(*) from public_map.run_rows")) == 0
    stranger = open_public_engine(
        plain.url.set(username="kaimen_nobody", password="x").render_as_string(hide_password=False)  # noqa: S106  # nobody's
    )
    with pytest.raises(DatabaseError) as fault:
        admit(plain, stranger)
    assert "KAIMEN_PUBLIC_DATABASE_URL" in fault.value.repair
    for engine in (public, stranger):
        engine.dispose()


def test_where_kaimen_may_not_give_rights_it_is_said_which_are_missing(
    plain: Engine, cluster: Cluster
) -> None:
    with plain.begin() as connection:
        connection.exec_driver_sql(f"revoke select on all tables in schema public_map from {ROLE}")
    name = f"other_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection_of_owner:
        connection_of_owner.execute(f"create role {name} login")
        other = open_engine(plain.url.set(username=name).render_as_string(hide_password=False))
        raise_wall(other)  # it owns nothing, and gives nothing
        public = open_public_engine(public_url(other))
        with pytest.raises(DatabaseError) as fault:
            require_wall(public)
        for engine in (other, public):
            engine.dispose()
        connection_of_owner.execute(f"drop role {name}")
    assert "`kaimen db upgrade` with the login that owns the tables" in fault.value.repair
    told = [str(each) for each in fault.value.faults]
    assert set(told[:-1]) < {f"it may not read public_map.{each}" for each in SHOWN}
    assert told[-1] == "… and 1 more"
