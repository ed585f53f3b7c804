"""Which row of a table answers: tests of three outcomes, rows in their order, values by day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Final, TypeVar

from gis.policy.model import Condition, Dated, Fields, Jurisdiction, Kind, Reading, Rule, Scalar, Test
from gis.words import Words

NOTHING: Final[Fields] = MappingProxyType({})
_MOST_REMEMBERED: Final = 4096

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Missing:
    """A value that is not known, and the facts that would tell it."""

    needs: tuple[str, ...]


Value = Scalar | Missing


@dataclass(frozen=True, slots=True)
class Outcome:
    """A test that was run: the value it met, and whether it passed; None where the value is missing."""

    test: Test
    value: Scalar | None
    passed: bool | None


@dataclass(frozen=True, slots=True)
class Selected:
    """What a table answers.

    Attributes
    ----------
    kind
        Of the answer.
    fields, cite, readings, words, since
        As of the value that answers; empty where none does. Where facts are missing, the clauses of every
        value that may answer.
    tests
        Every test of the rows that were tried, up to the one that answers.
    needs
        Facts that are missing; empty unless the kind is ``needs``.
    rule
        Id of the row that answers, or "".
    alternatives
        Fields of every row that may answer, where facts are missing.
    """

    kind: Kind
    fields: Fields = field(default_factory=lambda: NOTHING)
    cite: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    words: Words | None = None
    since: date | None = None
    tests: tuple[Outcome, ...] = ()
    needs: tuple[str, ...] = ()
    rule: str = ""
    alternatives: tuple[Fields, ...] = ()


@dataclass(slots=True)
class _Run:
    values: Mapping[str, Value]
    outcomes: dict[tuple[str, str, object], Outcome] = field(default_factory=dict)

    def holds(self, condition: Condition, missing: list[str]) -> bool | None:
        """Whether a condition holds; None where that hangs on facts that are missing."""
        verdicts = [self._test(test, missing) for test in condition.tests]
        for group in condition.groups:
            inner: list[str] = []
            any_of = [self.holds(each, inner) for each in group]
            verdict = True if True in any_of else None if None in any_of else False
            verdicts.append(verdict)
            if verdict is None:
                missing += inner
        return False if False in verdicts else None if None in verdicts else True

    def _test(self, test: Test, missing: list[str]) -> bool | None:
        value = self.values.get(test.fact, Missing((test.fact,)))
        if isinstance(value, Missing):
            missing += value.needs
            outcome = Outcome(test, None, None)
        else:
            outcome = Outcome(test, value, passes(test, value))
        self.outcomes.setdefault((test.fact, test.operator, test.limit), outcome)
        return outcome.passed


def passes(test: Test, value: Scalar) -> bool:
    """Whether a value passes a test; a boundary includes its limit as its word says."""
    limit = test.limit
    if test.operator == "any_of":
        return isinstance(limit, tuple) and value in limit
    if test.operator == "is":
        return value == limit
    if isinstance(value, str) or isinstance(limit, str | tuple):
        return False  # words have no order, and reading a file refuses such a test
    if test.operator == "at_most":
        return value <= limit
    if test.operator == "less_than":
        return value < limit
    return value >= limit if test.operator == "at_least" else value > limit


def answered(jurisdiction: Jurisdiction, table: str, on: date, values: Mapping[str, Value]) -> Selected:
    """Return what a table of a jurisdiction answers on a day; see ``select``.

    What was asked with the same values for the facts that the table tests is remembered: most tables test
    none of a route's.

    Parameters
    ----------
    jurisdiction, table
        Name in `TABLES`.
    on
        The day asked.
    values
        Every fact of `TESTABLE`.
    """
    return _remembered(jurisdiction, table, on, tuple(values[name] for name in jurisdiction.tested[table]))


@lru_cache(maxsize=_MOST_REMEMBERED)
def _remembered(jurisdiction: Jurisdiction, table: str, on: date, met: tuple[Value, ...]) -> Selected:
    values = dict(zip(jurisdiction.tested[table], met, strict=True))
    return select(jurisdiction.tables[table], on, jurisdiction.first_day, values)


def select(rules: Iterable[Rule], on: date, first_day: date, values: Mapping[str, Value]) -> Selected:
    """Return what a table answers on a day.

    Parameters
    ----------
    rules
        Of the table, in the order in which they are tried.
    on
        The day asked.
    first_day
        Before this day nothing of the jurisdiction is in force.
    values
        Facts, derived ones included, by name.
    """
    run = _Run(values)
    maybe: list[Dated] = []
    needs: list[str] = []
    later = on < first_day
    for rule in rules:
        missing: list[str] = []
        value = None if on < first_day else rule.on(on)
        holds = run.holds(rule.when, missing)
        if value is None:
            later = later or holds is not False
        elif holds is None:
            maybe.append(value)
            needs += missing
        elif holds:
            tests = tuple(run.outcomes.values())
            if any(_differs(each, value) for each in maybe):
                return _needing(needs, tests, (*maybe, value))
            return _selected((value,), tests, rule.id)
    tests = tuple(run.outcomes.values())
    if maybe and not later and not any(_differs(each, maybe[0]) for each in maybe):
        return _selected(maybe, tests, "")  # one of them answers, and all say the same
    if maybe:
        return _needing(needs, tests, maybe)
    return Selected(Kind.NOT_IN_FORCE if later else Kind.SILENT, tests=tests)


def _selected(same: Sequence[Dated], tests: tuple[Outcome, ...], rule: str) -> Selected:
    """Return one answer of rows that say the same."""
    first, told = same[0], {each.words for each in same}
    return Selected(
        first.kind,
        first.fields,
        once(clause for each in same for clause in each.cite),
        first.readings,
        first.words if len(told) == 1 or first.kind != Kind.SILENT else None,
        max((each.since for each in same if each.cite), default=None),
        tests,
        rule=rule,
    )


def _differs(one: Dated, other: Dated) -> bool:
    return (one.kind, one.fields, one.readings) != (other.kind, other.fields, other.readings)


def _needing(needs: Iterable[str], tests: tuple[Outcome, ...], maybe: Sequence[Dated]) -> Selected:
    return Selected(
        Kind.NEEDS,
        cite=once(clause for each in maybe for clause in each.cite),
        tests=tests,
        needs=tuple(sorted(set(needs))),
        alternatives=tuple(each.fields for each in maybe),
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """One part of a decision.

    Attributes
    ----------
    kind
        Of the answer; of several figures the one that asks most of the reader.
    cite
        Clauses, each once.
    fields
        Every field of the part; null where there is no answer.
    readings
        Every reading of a gap, the conservative one first.
    words
        Gap, reading or silence in words, each once.
    tests
        Tests that were run.
    needs
        Facts that are missing.
    figures
        Figure -> its own answer, for a part of several figures.
    since
        First day of the value, the latest of several; None without a value.
    rules
        Rows that answered, as TABLE.ROW.
    """

    kind: Kind
    cite: tuple[str, ...] = ()
    fields: Fields = field(default_factory=lambda: MappingProxyType({}))
    readings: tuple[Reading, ...] = ()
    words: tuple[Words, ...] = ()
    tests: tuple[Outcome, ...] = ()
    needs: tuple[str, ...] = ()
    figures: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))
    since: date | None = None
    rules: tuple[str, ...] = ()


def once(values: Iterable[_Value]) -> tuple[_Value, ...]:
    """Return values in their order, each once."""
    return tuple(dict.fromkeys(values))
