"""A decision as the interface prints it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from gis.policy.decide import PARTS, Decision
from gis.policy.model import Jurisdiction, Kind
from gis.policy.schema import COLUMNS
from gis.policy.select import Answer, Outcome
from gis.words import Language, Words


def decision_as_json(decision: Decision, jurisdiction: Jurisdiction, language: Language) -> dict[str, Any]:
    """Return a decision as JSON knows it.

    Parameters
    ----------
    decision
        To show.
    jurisdiction
        The one that it was made under.
    language
        Of the words in it.
    """
    shown: dict[str, Any] = {
        part: answer_as_json(answer, jurisdiction, language) for part, answer in decision.parts.items()
    }
    return {
        "jurisdiction": decision.jurisdiction,
        "on": decision.on.isoformat(),
        **shown,
        "assumed": {name: plain(value) for name, value in decision.assumed.items()},
        "derived": {name: plain(value) for name, value in decision.derived.items()},
    }


def no_jurisdiction_as_json(on: date) -> dict[str, Any]:
    """Return the answer where no jurisdiction is known to decide: every part needs one."""

    def part(name: str) -> dict[str, Any]:
        fields = [each for each, column in COLUMNS.get(name, {}).items() if column.required]
        needs = {"tests": [], "citations": [], "needs": ["jurisdiction"]}
        return {"kind": Kind.NEEDS.value, **dict.fromkeys(fields), **needs}

    return {
        "jurisdiction": None,
        "on": on.isoformat(),
        **{name: part(name) for name in PARTS},
        "assumed": {},
        "derived": {},
    }


def answer_as_json(answer: Answer, jurisdiction: Jurisdiction, language: Language) -> dict[str, Any]:
    """Return one part of a decision as JSON knows it."""
    shown: dict[str, Any] = {
        "kind": answer.kind.value,
        **{name: plain(value) for name, value in answer.fields.items()},
        "tests": [test_as_json(test) for test in answer.tests],
        "citations": citations(answer.cite, jurisdiction, language),
    }
    if answer.since is not None:
        shown["in_force_from"] = answer.since.isoformat()
    if answer.needs:
        shown["needs"] = list(answer.needs)
    if answer.words:
        shown["words"] = (
            "；".join(_said(answer.words, language))
            if language == "zh"
            else "; ".join(_said(answer.words, language))
        )
    if answer.readings:
        shown["readings"] = [
            {
                **{name: plain(value) for name, value in reading.fields.items()},
                "words": reading.words[language],
            }
            for reading in answer.readings
        ]
    if answer.figures:
        shown["figures"] = {
            name: answer_as_json(each, jurisdiction, language) for name, each in answer.figures.items()
        }
    return shown


def citations(cite: Iterable[str], jurisdiction: Jurisdiction, language: Language) -> list[dict[str, str]]:
    """Return clauses as the interface prints them, each with its paraphrase."""
    return [
        {"document": jurisdiction.id, "clause": clause, "words": jurisdiction.clauses[clause][language]}
        for clause in cite
    ]


def test_as_json(outcome: Outcome) -> dict[str, Any]:
    """Return a test that was run as the interface prints it."""
    return {
        "fact": outcome.test.fact,
        "value": plain(outcome.value),
        "operator": outcome.test.operator,
        "limit": plain(outcome.test.limit),
        "passed": outcome.passed,
    }


def plain(value: object) -> object:
    """Return a value as JSON knows it; whole numbers without a fraction."""
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return value


def _said(told: Iterable[Words], language: Language) -> list[str]:
    return [each[language] for each in told]
