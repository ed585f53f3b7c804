"""One transaction, tried again where others were in its way."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from gis.errors import ConflictError

_ATTEMPTS: Final = 5
_PAUSE_S: Final = 0.05

_AGAIN: Final = frozenset({"40001", "40P01", "23505"})
"""Serialization failure, deadlock, and an id that another transaction took meanwhile."""

_Value = TypeVar("_Value")


def in_transaction(engine: Engine, work: Callable[[Connection], _Value]) -> _Value:
    """Return what ``work`` returns, done in one transaction: all of it, or nothing.

    Raises
    ------
    ConflictError
        Others were in the way five times in a row.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            # Every statement sees what was committed before it: what is read after a lock is up to date.
            with (
                engine.connect().execution_options(isolation_level="READ COMMITTED") as connection,
                connection.begin(),
            ):
                return work(connection)
        except DBAPIError as fault:
            if getattr(fault.orig, "sqlstate", None) not in _AGAIN:
                raise
            if attempt == _ATTEMPTS:
                raise ConflictError(
                    "others changed the register at the same time, again and again",
                    repair="nothing was recorded; do it again",
                ) from fault
        time.sleep(_PAUSE_S * attempt)
    raise AssertionError("the last attempt returns or raises")
