"""Answers about disclosure editions (公开期次)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.schemas.capacity import Strict


class EditionSummary(Strict):
    """An edition in the list."""

    edition_id: str
    as_of: str
    created_at: str
    rows: int
    withheld: int
    sha256: str
    previous: str | None
    corrects: str | None
    note: str | None


class EditionList(Strict):
    """Every edition, oldest first, and when the next one is due."""

    editions: list[EditionSummary]
    next_due: str | None = Field(description="Last day on which the next edition is in time.")
    overdue: bool
    overdue_days: int


class EditionDownload(Strict):
    """A file of an edition."""

    href: str
    name: str
    media_type: str
    sha256: str
    bytes: int


class EditionSource(Strict):
    """Whose data an edition shows, by which licence."""

    name: str
    licence: str
    url: str


class EditionDocument(Strict):
    """The header of an edition, as it is hashed, and what follows from it."""

    edition_id: str
    number: int
    as_of: str
    created_at: str
    note: str | None
    corrects: str | None
    previous: str | None
    previous_sha256: str | None
    rows: int
    rows_sha256: str
    inputs_sha256: str
    format: int
    code_version: str
    disclosed: Literal["computed", "published"]
    parameters: dict[str, Any]
    settings: dict[str, Any]
    policies: dict[str, str]
    reliability: list[dict[str, Any]] = Field(default_factory=list)
    data: dict[str, Any]
    withheld: int
    withheld_by_reason: dict[str, int]
    screening: dict[str, Any] | None = Field(None, description="What it holds of a screening, if any.")
    map_number: str | None = Field(None, description="Number of the review of its zone map (审图号).")
    sources: list[EditionSource] = Field(default_factory=list, description="Whom to name beside it.")
    files: list[dict[str, Any]]
    sha256: str
    next_due: str
    overdue: bool = Field(description="Whether it is the newest edition and the next one is late.")
    overdue_days: int
    downloads: list[EditionDownload]


class EditionChange(Strict):
    """One field of one asset that differs."""

    asset_id: str
    field: str
    before: float | str | None
    after: float | str | None
    reason: str
    also: list[str]


class ChangeReason(Strict):
    """A reason of changes, in words, and how many have it."""

    reason: str
    words: str
    changes: int


class EditionDiff(Strict):
    """What differs between two editions."""

    from_: str = Field(alias="from")
    to: str
    added: list[str]
    removed: list[str]
    withheld: list[str]
    no_longer_withheld: list[str]
    changed: list[EditionChange]
    reasons: list[ChangeReason]
