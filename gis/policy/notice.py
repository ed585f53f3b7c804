"""The one-off notice (一次性告知书) as data: sections of lines, for a page, a terminal and a print."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from gis.policy.decide import PARTS, Decision
from gis.policy.documents import papers
from gis.policy.facts import FACTS
from gis.policy.model import Jurisdiction, Scalar
from gis.policy.select import Answer, Outcome
from gis.policy.timeline import Bar
from gis.policy.words import value_words, words
from gis.words import Language

_TOLD_APART: Final = ("by_stage", "starts_with")
_TESTS_SHOWN: Final = ("approval", "supply")
_PASSED: Final[Mapping[bool | None, str]] = MappingProxyType(
    {True: "passed.true", False: "passed.false", None: "passed.unknown"}
)
_WORDS_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "procedure": "procedure",
        "way": "way",
        "basis": "basis",
        "utility_invests_to": "invested_to",
        "after": "stage",
    }
)
"""Field -> prefix of the words of its values."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a notice: what, its value, and the clauses that say it."""

    label: str
    value: str
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A headed group of lines."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice in one language."""

    title: str
    language: Language
    sections: tuple[Section, ...]


def notice(
    jurisdiction: Jurisdiction,
    decision: Decision,
    bars: Iterable[Bar],
    language: Language,
    shared: Collection[str] = (),
) -> Notice:
    """Return the notice of a decision.

    Parameters
    ----------
    jurisdiction
        The one that it was made under.
    decision, bars
        What was decided, and its timeline.
    language
        Of every word.
    shared
        Papers held or shared already.
    """
    about = (
        Line(_w("notice.jurisdiction", language), jurisdiction.name[language]),
        Line(_w("notice.document", language), document_line(jurisdiction, language)),
        Line(_w("notice.on", language), decision.on.isoformat()),
    )
    sections = [Section(_w("notice.title", language), about)]
    sections.append(Section(_w("notice.facts", language), _facts(decision.facts.values, language)))
    if decision.assumed:
        sections.append(Section(_w("notice.assumed", language), _facts(decision.assumed, language)))
    for part in PARTS:
        answer = decision.parts[part]
        lines = tuple(answer_lines(answer, language, _TOLD_APART))
        apart = tuple(_papers(answer, shared, language)) if part == "documents" else ()
        if part in _TESTS_SHOWN:
            apart = tuple(test_line(test, language) for test in answer.tests)
        sections.append(Section(_w(f"part.{part}", language), lines + apart))
    sections.append(Section(_w("notice.timeline", language), tuple(bar_lines(bars, language))))
    cited = dict.fromkeys(clause for part in PARTS for clause in decision.parts[part].cite)
    clauses = tuple(Line(clause, jurisdiction.clauses[clause][language]) for clause in cited)
    sections.append(Section(_w("notice.clauses", language), clauses))
    hotlines = [row for row in jurisdiction.in_force("disclosure", decision.on) if row.id == "hotlines"]
    if hotlines:
        line = Line(_w("notice.hotlines", language), "", hotlines[0].cite)
        sections.append(Section(_w("table.services", language), (line,)))
    return Notice(_w("notice.title", language), language, tuple(sections))


_CLAUSE_PARTS: Final = {"ledger ": "台账", "annex ": "附件", " note ": "注", "ledger": "台账"}
"""What the numbers of clauses are written with, in the order in which they are told in Chinese."""


def clause_words(clause: str, language: Language) -> str:
    """Return the number of a clause as people say it.

    >>> clause_words("annex 1 note 3", "zh"), clause_words("ledger 15", "en"), clause_words("二(一)2", "zh")
    ('附件1注3', 'ledger 15', '二(一)2')
    """
    if language == "zh":
        for written, told in _CLAUSE_PARTS.items():
            clause = clause.replace(written, told)
    return clause


def document_line(jurisdiction: Jurisdiction, language: Language) -> str:
    """Return title, number and day of a policy's document in one line."""
    document = jurisdiction.document
    day = "" if document.dated is None else document.dated.isoformat()
    return ", ".join(filter(None, (document.title[language], document.number, day)))


def answer_lines(answer: Answer, language: Language, apart: Collection[str] = ()) -> Iterator[Line]:
    """Yield a part of a decision in lines: its kind, its fields but those told apart, its words."""
    kind = _w(f"kind.{answer.kind}", language)
    needs = ", ".join(_w(f"fact.{name}", language) for name in answer.needs)
    yield Line(kind, needs, answer.cite)
    for name, value in answer.fields.items():
        if value is not None and name not in apart:
            yield Line(_w(f"field.{name}", language), field_value(name, value, language))
    for told in answer.words:
        yield Line("", told[language])
    for reading in answer.readings:
        said = "; ".join(
            f"{_w(f'field.{name}', language)} {field_value(name, value, language)}"
            for name, value in reading.fields.items()
            if value is not None
        )
        read = f"{_w('notice.reading', language)}: {reading.words[language]}"
        yield Line("", f"{read} ({said})" if said else read)


def field_value(name: str, value: Any, language: Language) -> str:  # noqa: ANN401  # any field's value
    """Return the value of a field as people say it."""
    prefix = _WORDS_OF.get(name)
    if prefix is not None:
        return _w(f"{prefix}.{value}", language)
    if name == "stages":
        return _join((_stage(each, language) for each in value), language) or _w("review.none", language)
    if name == "by_stage":
        return "; ".join(
            f"{_w(f'document_stage.{stage}', language)}: {_documents(each, language)}"
            for stage, each in value.items()
        )
    if name == "starts_with":
        return _documents(value, language)
    if name == "above_kv":
        return ", ".join(f"{each:g}" for each in value)
    return value_words(name, value, language)


def test_line(outcome: Outcome, language: Language) -> Line:
    """Return a test that was run as a line: the fact, its value, the boundary, whether it passed."""
    test = outcome.test
    limits = test.limit if isinstance(test.limit, tuple) else (test.limit,)
    limit = _join((value_words(test.fact, each, language) for each in limits), language)
    value = value_words(test.fact, outcome.value, language)
    verdict = _w(_PASSED[outcome.passed], language)
    return Line(
        _w(f"fact.{test.fact}", language),
        f"{value} ({_w(f'operator.{test.operator}', language)} {limit}: {verdict})",
    )


def bar_lines(bars: Iterable[Bar], language: Language) -> Iterator[Line]:
    """Yield a timeline in lines."""
    for bar in bars:
        latest = "—" if bar.latest is None else bar.latest.isoformat()
        days = "" if bar.working_days is None else f" ({bar.working_days:g})"
        dates = (
            f"{_w('notice.earliest', language)} {bar.earliest} {_w('notice.latest', language)} {latest}{days}"
        )
        told = "".join(f"; {each[language]}" for each in bar.words)
        label = f"{_w(f'stage.{bar.stage}', language)} [{_w(f'clock.{bar.clock}', language)}]"
        yield Line(label, dates + told, bar.cite)


def _facts(values: Mapping[str, Scalar], language: Language) -> tuple[Line, ...]:
    return tuple(
        Line(_w(f"fact.{name}", language), value_words(name, values[name], language))
        for name in FACTS
        if name in values
    )


def _papers(answer: Answer, shared: Collection[str], language: Language) -> Iterator[Line]:
    for each in papers(answer, shared):
        stage = _w(f"document_stage.{each.stage}", language)
        bring = _documents(each.bring, language)
        yield Line(f"{stage}: {_w('notice.bring', language)}", bring)
        if each.not_asked:
            yield Line(f"{stage}: {_w('notice.not_asked', language)}", _documents(each.not_asked, language))
        if each.first:
            yield Line(f"{stage}: {_w('field.starts_with', language)}", _documents(each.first, language))


def _documents(names: Iterable[str], language: Language) -> str:
    told = _join((_w(f"document.{name}", language) for name in names), language)
    return told or _w("notice.no_papers", language)


def _stage(stage: Mapping[str, Any], language: Language) -> str:
    days = "" if stage["working_days"] is None else f" {stage['working_days']:g}"
    return _w(f"stage.{stage['id']}", language) + days


def _join(told: Iterable[str], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(told)


def _w(key: str, language: Language) -> str:
    return words(key)[language]
