"""Connections to PostGIS, and the schema's version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from gis.errors import DatabaseError, StorageError
from layers.tables.base import SCHEMA

_CONNECT_TIMEOUT_S = 10
_BOUNDS = MappingProxyType({"statement_timeout": "30000", "lock_timeout": "10000"})
_DISK_FULL = "53100"
_MIGRATIONS = Path(__file__).with_name("migrations")


def open_engine(url: str, settings: Mapping[str, str] = MappingProxyType({})) -> Engine:
    """Return an engine for a PostGIS database.

    Parameters
    ----------
    url
        ``postgresql://USER:PASSWORD@HOST:PORT/DATABASE``.
    settings
        Settings of the server for its sessions, without blanks, beside Kaimen's own.

    Raises
    ------
    DatabaseError
        Where the URL is none, or not one of PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as fault:
        raise DatabaseError(
            "the database URL cannot be read", repair="write postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
        ) from fault
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise DatabaseError(
            f"the database URL names {parsed.get_backend_name()!r}",
            repair="Kaimen needs PostgreSQL with PostGIS: postgresql://...",
        )
    options = " ".join(f"-c {name}={value}" for name, value in {"timezone": "UTC", **settings}.items())
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        connect_args={"options": options, "connect_timeout": _CONNECT_TIMEOUT_S},
        hide_parameters=True,  # values are no part of what is logged
        pool_pre_ping=True,  # a server that was restarted costs no request
    )


def open_serving_engine(url: str) -> Engine:
    """Return an engine for requests: no question takes for ever, nor waits so for a lock."""
    return open_engine(url, _BOUNDS)


@contextmanager
def driver(connection: Connection) -> Iterator[psycopg.Connection]:
    """Give the psycopg connection below, which COPY needs; it shares the transaction.

    What it raises is raised as SQLAlchemy does: callers need not know which of the two was asked.
    """
    found = connection.connection.driver_connection
    if not isinstance(found, psycopg.Connection):
        raise DatabaseError("the database is not reached through psycopg", repair="use a postgresql:// URL")
    try:
        yield found
    except psycopg.Error as fault:
        kind = OperationalError if isinstance(fault, psycopg.OperationalError) else DBAPIError
        raise kind("asked of the driver", None, fault) from fault


def snapshot(engine: Engine) -> Connection:
    """Return a connection whose statements all see the database as it is at the first of them."""
    return engine.connect().execution_options(isolation_level="REPEATABLE READ")


def migration_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, bound to an open connection where one is given."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Bring the schema to the newest version; two upgrades at once wait for each other."""
    with _reachable(engine) as connection, connection.begin():
        connection.execute(text("select pg_advisory_xact_lock(hashtext('kaimen upgrade'))"))
        connection.execute(text("create extension if not exists postgis"))
        command.upgrade(migration_config(connection), "head")


def _reachable(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except OperationalError as fault:
        shown = engine.url.render_as_string(hide_password=True)
        raise DatabaseError(
            f"the database {shown} cannot be reached: {str(fault.orig).strip()}",
            repair="check KAIMEN_DATABASE_URL, or unset it and run `kaimen db start`",
        ) from fault


def server_version(engine: Engine) -> str:
    """Return the version of PostgreSQL."""
    with _reachable(engine) as connection:
        return str(connection.scalar(text("show server_version")))


def version(engine: Engine) -> tuple[str | None, str | None]:
    """Return the schema's version in the database and the newest one there is."""
    with _reachable(engine) as connection:
        context = MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA})
        exists = connection.scalar(text("select to_regclass(:name)"), {"name": f"{SCHEMA}.alembic_version"})
        current = context.get_current_revision() if exists else None
    return current, ScriptDirectory.from_config(migration_config()).get_current_head()


def is_full_database(fault: BaseException) -> bool:
    """Return whether the database refused because its server has no room."""
    return isinstance(fault, DBAPIError) and getattr(fault.orig, "sqlstate", None) == _DISK_FULL


def database_without_room(fault: DBAPIError) -> StorageError:
    """Return the error that the server of the database has no room."""
    words = str(fault.orig).strip().partition("\n")[0]
    return StorageError(
        f"the server of the database has no room: {words}",
        repair="free space where it keeps its data (the private one: KAIMEN_HOME), then run the command"
        " again; what was under way has been undone",
    )
