"""Rows of a table by their names: an object that keeps one array is made faster than one that keeps ten."""

from __future__ import annotations

from typing import Protocol

from gis.corridors.streets import Ints


class _HasTable(Protocol):
    @property
    def rows(self) -> Ints:
        """The table, shape (rows, n)."""


class TableRow:
    """A row of an object's table, as its attribute."""

    def __init__(self, row: int) -> None:
        self._row = row

    def __get__(self, owner: _HasTable, _: type) -> Ints:
        """Return the row, shape (n,)."""
        row: Ints = owner.rows[self._row]
        return row
