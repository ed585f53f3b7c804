"""Connections for reads of one statement each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from layers.database import driver


@contextmanager
def reading(engine: Engine) -> Iterator[psycopg.Connection]:
    """Give the driver's connection without a transaction about it: begin and end cost a journey each.

    What the driver raises is raised as SQLAlchemy does it.
    """
    plain = engine.execution_options(isolation_level="AUTOCOMMIT")
    try:
        with plain.connect() as connection:
            yield driver(connection)
    except psycopg.Error as fault:
        kind = OperationalError if isinstance(fault, psycopg.OperationalError) else DBAPIError
        raise kind("read", None, fault) from fault
