"""Connections for reads: of one statement each, or of several that see one state of the data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Connection, Engine

from layers.database import driver, snapshot


@contextmanager
def reading(engine: Engine) -> Iterator[psycopg.Connection]:
    """Give the driver's connection without a transaction about it: begin and end cost a journey each.

    What the driver raises is raised as SQLAlchemy does it.
    """
    with (
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        driver(connection) as raw,
    ):
        yield raw


@contextmanager
def reading_together(engine: Engine, timeout_ms: int) -> Iterator[Connection]:
    """Give a connection whose statements all see one state, and each of which ends after so long.

    What the driver raises is raised as SQLAlchemy does it.
    """
    with snapshot(engine) as connection, driver(connection) as raw:
        # Compiling a statement takes longer than these take; planned once for all boxes, one goes through a
        # whole city parcel by parcel.
        raw.execute(
            "select set_config('statement_timeout', %s, true), set_config('jit', 'off', true),"
            " set_config('plan_cache_mode', 'force_custom_plan', true)",
            (str(timeout_ms),),
        )
        yield connection
