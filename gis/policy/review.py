"""A jurisdiction as an official reviews it (规则复核): every value with its day, its clause and its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from gis.policy.answer import plain
from gis.policy.model import (
    STATEMENTS,
    TABLES,
    Condition,
    Dated,
    Fields,
    Jurisdiction,
    Kind,
    Rule,
    Statement,
    Test,
)
from gis.policy.notice import field_value
from gis.policy.words import figure_words, value_words, words
from gis.words import Language, Words

_AS_PARTS = ("approval", "stages", "documents", "investment")


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a jurisdiction for review.

    Attributes
    ----------
    table
        Question that it answers.
    where
        Condition in words; "" for a statement.
    since
        First day in force, as YYYY-MM-DD; "" for what is not said.
    value
        In words.
    clauses
        That say it.
    told
        Gap, reading or silence in words, or "".
    """

    table: str
    where: str
    since: str
    value: str
    clauses: tuple[str, ...]
    told: str


def review(jurisdiction: Jurisdiction, language: Language) -> Iterator[Row]:
    """Yield every value of a jurisdiction, table by table, row by row, day by day."""
    for name in TABLES:
        title = table_title(name, language)
        rules = jurisdiction.tables[name]
        if not rules:
            yield Row(title, "", "", words("kind.silent.reason")[language], (), "")
        for rule in rules:
            where = condition_words(rule.when, language) or words("review.otherwise")[language]
            for value in rule.values:
                told = "" if value.words is None else value.words[language]
                since = value.since.isoformat() if value.cite else ""
                yield Row(title, where, since, _value(value, language), value.cite, told)
    for name in STATEMENTS:
        for row in jurisdiction.statements[name]:
            told = ", ".join(figure_words(*each, language) for each in row.figures.items())
            title = table_title(name, language)
            yield Row(title, "", row.since.isoformat(), row.words[language], row.cite, told)
    yield _plug_and_play(jurisdiction, language)


def _plug_and_play(jurisdiction: Jurisdiction, language: Language) -> Row:
    near = jurisdiction.plug_and_play
    value = f"{words('review.length_m')[language]}: {near.length_m:g}"
    told = words("review.assumed")[language] if near.assumed else ""
    return Row(words("review.plug_and_play")[language], "", "", value, near.citation or (), told)


def table_title(name: str, language: Language) -> str:
    """Return the title of a table or of a kind of statement."""
    return words(f"part.{name}" if name in _AS_PARTS else f"table.{name}")[language]


def condition_words(condition: Condition, language: Language) -> str:
    """Return a condition in words; "" where nothing is asked."""
    said = [_test(test, language) for test in condition.tests]
    for group in condition.groups:
        alternatives = " / ".join(condition_words(each, language) for each in group)
        said.append(f"{words('review.any')[language]}({alternatives})")
    return f" {words('review.and')[language]} ".join(said)


def jurisdiction_as_json(jurisdiction: Jurisdiction, language: Language) -> dict[str, Any]:
    """Return all of a jurisdiction as JSON knows it."""
    return {
        **summary(jurisdiction, language),
        "clauses": {clause: told[language] for clause, told in jurisdiction.clauses.items()},
        "tables": {name: [_rule(rule, language) for rule in jurisdiction.tables[name]] for name in TABLES},
        **{name: [_stated(row, language) for row in jurisdiction.statements[name]] for name in STATEMENTS},
        "plug_and_play": {
            "length_m": plain(jurisdiction.plug_and_play.length_m),
            "assumed": jurisdiction.plug_and_play.assumed,
            "cite": list(jurisdiction.plug_and_play.citation or ()),
        },
    }


def summary(jurisdiction: Jurisdiction, language: Language) -> dict[str, Any]:
    """Return what a list says of a jurisdiction."""
    document = jurisdiction.document
    return {
        "id": jurisdiction.id,
        "name": jurisdiction.name[language],
        "region": jurisdiction.region,
        "document": {
            "title": document.title[language],
            "issuer": document.issuer[language],
            "number": document.number or None,
            "dated": None if document.dated is None else document.dated.isoformat(),
            "words": None if document.words is None else document.words[language],
        },
        "in_force_from": jurisdiction.first_day.isoformat(),
        "changes": [day.isoformat() for day in jurisdiction.changes],
    }


def _rule(rule: Rule, language: Language) -> dict[str, Any]:
    return {
        "id": rule.id,
        "before": list(rule.before),
        "where": condition_words(rule.when, language),
        "tests": [plain(asdict(test)) for test in rule.when.walk()],
        "values": [_dated(value, language) for value in rule.values],
    }


def _dated(value: Dated, language: Language) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "from": value.since.isoformat() if value.cite else None,
        "cite": list(value.cite),
        "kind": value.kind.value,
        **{name: plain(each) for name, each in value.fields.items()},
    }
    if value.words is not None:
        shown["words"] = value.words[language]
    if value.readings:
        shown["readings"] = [
            {**{name: plain(each) for name, each in reading.fields.items()}, "words": reading.words[language]}
            for reading in value.readings
        ]
    return shown


def _stated(row: Statement, language: Language) -> dict[str, Any]:
    return {
        "id": row.id,
        "from": row.since.isoformat(),
        "cite": list(row.cite),
        "words": row.words[language],
        "figures": dict(row.figures),
    }


def _value(value: Dated, language: Language) -> str:
    if value.kind == Kind.SILENT:
        return words("kind.silent")[language]
    if value.kind == Kind.UNDECIDED:
        told = "; ".join(
            f"{each.words[language]}: {_fields(each.fields, language)}" for each in value.readings
        )
        return f"{words('kind.undecided')[language]}: {told}"
    return _fields(value.fields, language)


def _fields(fields: Fields, language: Language) -> str:
    said: list[tuple[Words, str]] = [
        (words(f"field.{name}"), "—" if value is None else field_value(name, value, language))
        for name, value in fields.items()
    ]
    return ", ".join(f"{label[language]}: {value}" for label, value in said)


def _test(test: Test, language: Language) -> str:
    limits = test.limit if isinstance(test.limit, tuple) else (test.limit,)
    told = ", ".join(value_words(test.fact, limit, language) for limit in limits)
    return f"{words(f'fact.{test.fact}')[language]} {words(f'operator.{test.operator}')[language]} {told}"
