"""Statements in files of their own, named after the question (查询语句)."""

from __future__ import annotations

from functools import cache
from importlib import resources


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
