"""The cases that an official can read: a question to a jurisdiction on a day, and what it must answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from gis.policy.answer import answer_as_json
from gis.policy.decide import Decision, decide
from gis.policy.facts import TESTABLE, read_facts
from gis.policy.load import jurisdictions
from tests.policy.cells import cells

HERE = Path(__file__).parent
FACTS = HERE.parents[1].parent / "shared" / "policy" / "FACTS.md"
KEYS = {"name", "day", "facts", "expect", "statements", "figures", "reaches"}
AT_LEAST = 20
CLOSE = 0.001
"""A case beside a limit is within this share of it, or 1 (m, kW, kVA)."""


def files() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((HERE / "cases").glob("*.yaml")):
        yield path.stem, yaml.safe_load(path.read_text(encoding="utf-8"))


FILES = dict(files())
CASES = [
    pytest.param(content, case, id=f"{name}: {case['name']}")
    for name, content in FILES.items()
    for case in content["cases"]
]


def told(content: Mapping[str, Any], case: Mapping[str, Any]) -> dict[str, Any]:
    stated = case.get("facts", {})
    route = {**content["facts"]["route"], **stated.get("route", {})}
    return {**content["facts"], **stated, "route": route}


@pytest.mark.parametrize(("content", "case"), CASES)
def test_a_case(content: dict[str, Any], case: dict[str, Any]) -> None:
    assert set(case) <= KEYS
    assert "expect" in case or "statements" in case
    jurisdiction = jurisdictions()[content["jurisdiction"]]
    on = case.get("day", content["day"])
    decision = decide(jurisdiction, on, read_facts(told(content, case)))
    for part, expected in case.get("expect", {}).items():
        shown = answer_as_json(decision.parts[part], jurisdiction, "zh")
        assert seen(shown, expected) == expected, f"{part}: {shown}"
    for kind, ids in case.get("statements", {}).items():
        assert [row.id for row in jurisdiction.in_force(kind, on)] == ids
    rows = {row.id: row for row in jurisdiction.in_force("reliability", on)}
    for name, figures in case.get("figures", {}).items():
        assert dict(rows[name].figures) == figures


def seen(shown: dict[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    """Return of an answer what a case speaks of, in the words of the case."""
    stages = shown.get("stages") or ()
    clauses = [cited["clause"] for cited in shown["citations"]]
    also = {
        "stages": [stage["id"] for stage in stages],
        "days": [stage["working_days"] for stage in stages],
        "readings": len(shown.get("readings", ())),
        "other": {name: shown.get("readings", [{}])[-1].get(name) for name in expected.get("other", ())},
        "cites": [clause for clause in expected.get("cites", ()) if clause in clauses],
    }
    return {name: also[name] if name in also else shown[name] for name in expected}


@pytest.mark.parametrize("name", list(jurisdictions()))
def test_every_jurisdiction_has_cases_enough(name: str) -> None:
    assert FILES[name]["jurisdiction"] == name
    assert len(FILES[name]["cases"]) >= AT_LEAST
    names = [case["name"] for case in FILES[name]["cases"]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", list(jurisdictions()))
def test_every_day_of_change_is_asked_on_that_day_and_the_day_before(name: str) -> None:
    asked = {case.get("day", FILES[name]["day"]) for case in FILES[name]["cases"]}
    for day in jurisdictions()[name].changes:
        assert day in asked
        assert day.fromordinal(day.toordinal() - 1) in asked


@pytest.mark.parametrize("name", list(jurisdictions()))
def test_every_value_is_in_force_from_the_day_that_the_cases_state(name: str) -> None:
    jurisdiction = jurisdictions()[name]
    found: dict[date, set[str]] = {day: set() for day in jurisdiction.changes}
    for table, rules in jurisdiction.tables.items():
        for rule in rules:
            for value in rule.values:
                if value.cite:  # what is not said has no day
                    found[value.since].add(f"{table}.{rule.id}")
    for kind, rows in jurisdiction.statements.items():
        for row in rows:
            found[row.since].add(f"{kind}.{row.id}")
    assert {day: set(rows) for day, rows in FILES[name]["from_day"].items()} == found


def reached() -> set[str]:
    return {
        cell for content in FILES.values() for case in content["cases"] for cell in case.get("reaches", ())
    }


def test_every_cell_of_the_table_of_facts_is_reached() -> None:
    kept = (HERE / "cells.txt").read_text(encoding="utf-8").splitlines()
    assert len(kept) == len(set(kept))
    assert reached() == set(kept)


@pytest.mark.skipif(not FACTS.is_file(), reason="the table of facts lies beside the repository only")
def test_the_kept_list_of_cells_is_that_of_the_table() -> None:
    kept = (HERE / "cells.txt").read_text(encoding="utf-8").splitlines()
    assert kept == list(cells(FACTS.read_text(encoding="utf-8")))


def decisions(name: str) -> Iterator[Decision]:
    jurisdiction, content = jurisdictions()[name], FILES[name]
    for case in content["cases"]:
        yield decide(jurisdiction, case.get("day", content["day"]), read_facts(told(content, case)))


@pytest.mark.parametrize("name", list(jurisdictions()))
def test_every_threshold_is_asked_at_its_limit_and_close_on_either_side(name: str) -> None:
    met: dict[tuple[str, float], set[float]] = {}
    for decision in decisions(name):
        for outcome in (test for part in decision.parts.values() for test in part.tests):
            fact, limit, value = outcome.test.fact, outcome.test.limit, outcome.value
            if TESTABLE[fact].type == "number" and not TESTABLE[fact].choices and value is not None:
                assert isinstance(limit, int | float)
                assert isinstance(value, float)
                met.setdefault((fact, float(limit)), set()).add(value)
    limits = {
        (test.fact, float(test.limit))
        for rules in jurisdictions()[name].tables.values()
        for rule in rules
        for test in rule.when.walk()
        if isinstance(test.limit, int | float) and TESTABLE[test.fact].type == "number"
        if not TESTABLE[test.fact].choices
    }
    assert limits <= set(met)
    for (fact, limit), values in met.items():
        near = [value - limit for value in values if abs(value - limit) <= max(CLOSE * limit, 1)]
        sides = {-1, 0, 1} if limit else {0, 1}
        assert {(each > 0) - (each < 0) for each in near} == sides, (fact, limit, sorted(values))


@pytest.mark.parametrize("name", list(jurisdictions()))
def test_every_rule_answers_a_case(name: str) -> None:
    jurisdiction = jurisdictions()[name]
    answered: set[str] = set()
    for decision in decisions(name):
        for part in decision.parts.values():
            for each in (part, *part.figures.values()):
                answered |= set(each.rules)
    tables = {
        f"{table}.{rule.id}"
        for table, rules in jurisdiction.tables.items()
        if table not in ("lv_limit", "public_line_limit")
        for rule in rules
    }
    assert tables <= answered
