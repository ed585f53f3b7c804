"""A jurisdiction's policy as values: tables of rules, each with dated values and their clauses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, Literal

from gis.words import Words

Fields = Mapping[str, Any]
"""Named values of an answer, as JSON knows them: numbers, texts, booleans, null, lists, mappings."""

Scalar = str | float | bool
"""Value of a fact, and limit of a test."""

Operator = Literal["at_most", "less_than", "at_least", "more_than", "is", "any_of"]
"""A boundary in a word: ``at_most`` and ``at_least`` include the limit (以内、不超过), the others exclude it
(小于、大于)."""

PROCEDURES: Final = (
    "exempt_notification_commitment",
    "notification_commitment",
    "authorised_filing",
    "filing",
    "parallel_approval",
    "approval",
)
"""Procedures of an approval (涉电审批方式) from the lightest to the heaviest."""

STAGES: Final = (
    "accept",
    "accept_and_sign",
    "survey_and_scheme",
    "scheme_reply",
    "design_review",
    "external_works",
    "mid_inspection",
    "build_and_energise",
    "inspect_and_energise",
    "energise",
)
"""Stages of an application (办电环节)."""

DOCUMENT_STAGES: Final = ("acceptance", "design_review", "mid_inspection", "completion")
"""When papers are handed in (收资环节)."""

DOCUMENTS: Final = (
    "identity",
    "title",
    "equipment_list",
    "project_approval",
    "design_qualification",
    "design_description",
    "construction_qualification",
    "hidden_works_record",
    "completion_report",
    "as_built_drawings",
    "test_records",
    "type_test_reports",
)
"""Papers of an application (申请资料)."""

PLUG_AND_PLAY_M: Final = 200.0
"""Longest route (m) of a parcel that the grid has been built up to, where a file states none: a reading."""

INVESTED_TO: Final = ("meter_box", "red_line", "external_line")
"""How far the utility invests (投资界面)."""

TABLES: Final = (
    "approval",
    "lv_limit",
    "public_line_limit",
    "stages",
    "stages_total",
    "application_to_energised",
    "construction",
    "documents",
    "investment",
)
"""Questions that a jurisdiction answers by rules."""

STATEMENTS: Final = ("disclosure", "planner", "reliability", "fees", "services")
"""What a jurisdiction states without a condition: disclosure duties, duties of the planner, reliability
targets, what is never charged to a customer, and other services."""


class Kind(StrEnum):
    """Of what kind an answer is."""

    DECIDED = "decided"
    """The document says it."""
    UNDECIDED = "undecided"
    """The text leaves a gap: the conservative reading is given, with all readings."""
    SILENT = "silent"
    """The document says nothing."""
    NEEDS = "needs"
    """A fact is missing that the answer depends on."""
    NOT_IN_FORCE = "not_in_force"
    """The document says it for later days only."""


@dataclass(frozen=True, slots=True)
class Test:
    """One boundary of one fact.

    Attributes
    ----------
    fact
        Name of a fact; ``a+b`` is the sum of two.
    operator, limit
        How the value is compared, and with what; a tuple for ``any_of``.
    """

    fact: str
    operator: Operator
    limit: Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold: every test, and of each group of conditions at least one."""

    tests: tuple[Test, ...]
    groups: tuple[tuple[Condition, ...], ...] = ()

    def walk(self) -> Iterator[Test]:
        """Yield every test, those of groups included."""
        yield from self.tests
        for group in self.groups:
            for each in group:
                yield from each.walk()


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a gap in a text: its words, and the fields that follow from it."""

    words: Words
    fields: Fields


@dataclass(frozen=True, slots=True)
class Dated:
    """A value from a day on.

    Attributes
    ----------
    since
        First day in force.
    cite
        Clauses that say it; body and annex both where they disagree. None where the document is silent.
    kind
        ``decided``, ``undecided`` or ``silent``.
    fields
        The value; of an undecided one, of the conservative reading.
    readings
        Every reading of an undecided value, the conservative one first.
    words
        Of an undecided value the gap, of a silent one what is not said, of a decided one a reading that is
        named as such; else None.
    """

    since: date
    cite: tuple[str, ...]
    kind: Kind
    fields: Fields
    readings: tuple[Reading, ...] = ()
    words: Words | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a table.

    Attributes
    ----------
    id
        Name of the row.
    when
        What must hold.
    values
        By day, ascending.
    before
        Rows that may hold where this one does; it then answers instead of them, once it is in force.
    """

    id: str
    when: Condition
    values: tuple[Dated, ...]
    before: tuple[str, ...] = ()

    def on(self, day: date) -> Dated | None:
        """Return the value in force on a day, or None before the first."""
        return next((value for value in reversed(self.values) if value.since <= day), None)


@dataclass(frozen=True, slots=True)
class Statement:
    """Something a document states without a condition.

    Attributes
    ----------
    id
        Name of the row.
    since, cite
        As of `Dated`.
    words
        Paraphrase.
    figures
        Name with unit -> number, for a target.
    """

    id: str
    since: date
    cite: tuple[str, ...]
    words: Words
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Document:
    """Where a policy stands (政策文件).

    Attributes
    ----------
    title, issuer, number
        As published; the number is "" where it has none.
    dated
        Day of the document, or None where none is given.
    in_force_from
        First day of a value that has no day of its own.
    words
        What is read into the document as a whole, or None.
    """

    title: Words
    issuer: Words
    number: str
    dated: date | None
    in_force_from: date
    words: Words | None


@dataclass(frozen=True, slots=True)
class PlugAndPlay:
    """How near the grid must be for a parcel to count as plug-and-play (开门接电).

    Attributes
    ----------
    length_m
        Longest route.
    assumed
        Whether no clause says so: it is then a reading of "built up to the red line".
    citation
        Clauses that say it; None where it is assumed.
    """

    length_m: float
    assumed: bool
    citation: tuple[str, ...] | None


@dataclass(frozen=True)
class Jurisdiction:
    """The policy of one jurisdiction (辖区).

    Attributes
    ----------
    id, name, region
        Of the jurisdiction; ``region`` is the code of the administrative division.
    document
        Where it stands.
    clauses
        Clause -> paraphrase.
    tables
        Name in `TABLES` -> rows in the order in which they are tried.
    statements
        Name in `STATEMENTS` -> rows by id.
    plug_and_play
        Longest route of a plug-and-play parcel.
    """

    id: str
    name: Words
    region: str
    document: Document
    clauses: Mapping[str, Words]
    tables: Mapping[str, tuple[Rule, ...]]
    statements: Mapping[str, tuple[Statement, ...]]
    plug_and_play: PlugAndPlay

    def __hash__(self) -> int:
        """Tell jurisdictions apart where what they answered is remembered."""
        return hash(self.id)

    @cached_property
    def first_day(self) -> date:
        """First day on which anything is in force."""
        return self.changes[0]

    @cached_property
    def changes(self) -> tuple[date, ...]:
        """Every day on which a value begins, ascending."""
        rules = {value.since for rows in self.tables.values() for rule in rows for value in rule.values}
        stated = {row.since for rows in self.statements.values() for row in rows}
        return tuple(sorted(rules | stated))

    @cached_property
    def tested(self) -> Mapping[str, tuple[str, ...]]:
        """Name in `TABLES` -> the facts that its rows test, in alphabetical order."""
        return {
            name: tuple(sorted({test.fact for rule in rows for test in rule.when.walk()}))
            for name, rows in self.tables.items()
        }

    def in_force(self, statements: str, day: date) -> tuple[Statement, ...]:
        """Return the statements of a kind in force on a day."""
        return tuple(row for row in self.statements[statements] if row.since <= day)
