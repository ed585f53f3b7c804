"""Statements in files of their own, named after the question (查询语句)."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Final

from layers.tables.base import PUBLIC_MAP

_TABLES: Final = re.compile(rb"\b(?:grid|siting)\.(?=[a-z])")


@cache
def statement(name: str) -> bytes:
    """Return the statement in ``NAME.sql`` beside this module.

    Raises
    ------
    FileNotFoundError
        There is none.
    """
    # A file of this package, so that no word of a request ever becomes a part of it.
    return resources.files("layers.queries").joinpath(f"{name}.sql").read_bytes()


@cache
def public_statement(name: str) -> bytes:
    """Return the same statement over the views of the same names, which the public's login may read."""
    return _TABLES.sub(f"{PUBLIC_MAP}.".encode(), statement(name))
