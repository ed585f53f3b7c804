"""Connections for reads: of one statement each, or of several that see one state of the data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from layers.database import driver, snapshot


@contextmanager
def reading(engine: Engine) -> Iterator[psycopg.Connection]:
    """Give the driver's connection without a transaction about it: begin and end cost a journey each.

    What the driver raises is raised as SQLAlchemy does it.
    """
    with _as_sqlalchemy(), engine.connect() as connection:
        yield driver(connection.execution_options(isolation_level="AUTOCOMMIT"))


@contextmanager
def reading_together(engine: Engine, timeout_ms: int) -> Iterator[Connection]:
    """Give a connection whose statements all see one state, and each of which ends after so long.

    What the driver raises is raised as SQLAlchemy does it.
    """
    with _as_sqlalchemy(), snapshot(engine) as connection:
        # Compiling a statement takes longer than these take; planned once for all boxes, one goes through a
        # whole city parcel by parcel.
        driver(connection).execute(
            "select set_config('statement_timeout', %s, true), set_config('jit', 'off', true),"
            " set_config('plan_cache_mode', 'force_custom_plan', true)",
            (str(timeout_ms),),
        )
        yield connection


@contextmanager
def _as_sqlalchemy() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as fault:
        kind = OperationalError if isinstance(fault, psycopg.OperationalError) else DBAPIError
        raise kind("read", None, fault) from fault
