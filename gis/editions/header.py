"""The header of an edition (公开期次): what stands above its rows, and its link to the one before."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from gis.editions.canonical import document_bytes, sha256
from gis.editions.disclosure import CADENCES

FORMAT: Final = 1
"""Raised when the canonical bytes of the same tables would be others."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One immutable published state.

    Attributes
    ----------
    id
        Quarter of its day and a number in it, as ``2026-Q4-1``.
    number
        Place in the chain, from 1.
    as_of
        The day its figures are of.
    created_at
        When it was published, UTC.
    note, corrects
        Words of the publisher, and the edition that this one corrects; None where there are none.
    previous, previous_sha256
        The edition before and its hash; None for the first.
    rows
        Number of published assets.
    rows_sha256
        Over the canonical bytes of the published rows.
    inputs_sha256
        Over those of the inputs and, after them, of the claims.
    facts
        Everything else it is proved by: ``format``, ``code_version``, ``disclosed``, ``parameters``,
        ``settings``, ``policies``, ``reliability``, ``data``, ``withheld``, ``sources``, ``files``; with a
        screening ``screening`` and ``map_number``.
    """

    id: str
    number: int
    as_of: date
    created_at: datetime
    note: str | None
    corrects: str | None
    previous: str | None
    previous_sha256: str | None
    rows: int
    rows_sha256: str
    inputs_sha256: str
    facts: Mapping[str, Any]

    def document(self) -> dict[str, Any]:
        """Return the header as one document of plain values."""
        return {
            "edition_id": self.id,
            "number": self.number,
            "as_of": self.as_of.isoformat(),
            "created_at": self.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "note": self.note,
            "corrects": self.corrects,
            "previous": self.previous,
            "previous_sha256": self.previous_sha256,
            "rows": self.rows,
            "rows_sha256": self.rows_sha256,
            "inputs_sha256": self.inputs_sha256,
            **self.facts,
        }

    def canonical(self) -> bytes:
        """Return the canonical bytes of the header."""
        return document_bytes(self.document())

    @property
    def sha256(self) -> str:
        """Hash of the edition: over the header, which holds the hashes of all else."""
        return sha256(self.canonical())

    @property
    def withheld(self) -> dict[str, int]:
        """Reason -> number of assets withheld for it."""
        return dict(self.facts["withheld"])

    @property
    def next_due(self) -> date:
        """Last day on which the next edition is in time."""
        return next_due(self.as_of, self.facts["settings"]["values"]["cadence"])


def next_due(as_of: date, cadence: str) -> date:
    """Return the last day on which the edition after one of the day is in time."""
    return _months_later(as_of, CADENCES[cadence][0])


def overdue_days(newest: Edition | None, today: date) -> int:
    """Return by how many days the edition after the newest is late; 0 where it is in time."""
    return 0 if newest is None else max(0, (today - newest.next_due) // timedelta(days=1))


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def new_id(as_of: date, taken: Iterable[str]) -> str:
    """Return the id of a new edition: the quarter of its day and the next free number in it."""
    quarter = f"{as_of.year}-Q{(as_of.month + 2) // 3}-"
    numbers = [int(each.removeprefix(quarter)) for each in taken if each.startswith(quarter)]
    return f"{quarter}{max(numbers, default=0) + 1}"
