"""The cases that an official can read: a question to a jurisdiction on a day, and what it must answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest

from gis.policy.answer import answer_as_json
from gis.policy.decide import Decision
from gis.policy.facts import TESTABLE
from gis.policy.load import jurisdictions
from tests.policy.cells import Cell, cells
from tests.policy.reach import CELLS, FILES, HERE, asked, decided, shows

FACTS = HERE.parents[1].parent / "shared" / "policy" / "FACTS.md"
KEYS = {"name", "day", "facts", "expect", "day_before", "statements", "figures", "reaches"}
AT_LEAST = 20
CLOSE = 0.001
"""A case beside a limit is within this share of it, or 1 (m, kW, kVA)."""


CASES = [
    pytest.param(content, case, id=f"{name}: {case['name']}")
    for name, content in FILES.items()
    for case in content["cases"]
]


@pytest.mark.parametrize(("content", "case"), CASES)
def test_a_case(content: dict[str, Any], case: dict[str, Any]) -> None:
    assert set(case) <= KEYS
    assert "expect" in case or "statements" in case
    jurisdiction = jurisdictions()[content["jurisdiction"]]
    on = asked(content, case)
    for days_before, wanted in enumerate((case.get("expect", {}), case.get("day_before", {}))):
        answers = decided(content, case, days_before).parts
        for part, expected in wanted.items():
            shown = answer_as_json(answers[part], jurisdiction, "zh")
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
def test_every_value_answers_a_case_on_its_first_day_that_also_asks_the_day_before(name: str) -> None:
    asked_for = {
        (rule, asked(FILES[name], case))
        for case in FILES[name]["cases"]
        for part, answer in decided(FILES[name], case).parts.items()
        if part in case.get("expect", {}) and part in case.get("day_before", {})
        for each in (answer, *answer.figures.values())
        for rule in each.rules
    }
    for table, rules in jurisdictions()[name].tables.items():
        for rule in rules:
            for value in rule.values:
                assert not value.cite or (f"{table}.{rule.id}", value.since) in asked_for, (
                    rule.id,
                    value.since,
                )


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


CLAIMS = [
    (cell, content, case)
    for content in FILES.values()
    for case in content["cases"]
    for cell in case.get("reaches", ())
]


@pytest.mark.parametrize(
    ("cell", "content", "case"),
    [pytest.param(*claim, id=f"{claim[0]}: {claim[2]['name']}") for claim in CLAIMS],
)
def test_a_case_shows_what_the_cell_says_that_it_claims_to_reach(
    cell: str, content: dict[str, Any], case: dict[str, Any]
) -> None:
    assert any(shows(cell, entry, content, case) for entry in CELLS[cell]["shown"])


@pytest.mark.parametrize("cell", CELLS)
def test_every_entry_of_every_cell_is_shown_by_a_case_that_claims_it(cell: str) -> None:
    claiming = [(content, case) for name, content, case in CLAIMS if name == cell]
    for entry in CELLS[cell]["shown"]:
        assert any(shows(cell, entry, content, case) for content, case in claiming), entry


WRONG = [
    ("4a wujiang: total: HV double", {"supplies": 1}, {"stages_total_working_days": 12}),
    ("4a wujiang: total: HV double", {"supplies": 2}, {"construction_working_days": 30}),
    ("4a wujiang: total: LV other", {"customer": "resident"}, {"stages_total_working_days": 5}),
]


@pytest.mark.parametrize(("cell", "facts", "limits"), WRONG)
def test_a_wrong_claim_is_noticed(cell: str, facts: dict[str, Any], limits: dict[str, Any]) -> None:
    case = {"facts": facts, "expect": {"time_limits": limits}}
    assert not any(shows(cell, entry, FILES["wujiang"], case) for entry in CELLS[cell]["shown"])


def test_a_claim_needs_the_clause_the_test_and_the_day_of_its_cell() -> None:
    cell, content = "1a jilin-local-power 2", FILES["jilin-local-power"]
    case = {"expect": {"approval": {"procedure": "parallel_approval", "limit_working_days": 10}}}
    (entry,) = CELLS[cell]["shown"]
    assert shows(cell, entry, content, case)
    assert not shows(cell, {**entry, "cites": ["三(一)5"]}, content, case)
    assert not shows(cell, {**entry, "tests": ["voltage_kv less_than 20"]}, content, case)
    assert not shows(cell, {**entry, "from": date(2022, 1, 26)}, content, case)


beside = pytest.mark.skipif(not FACTS.is_file(), reason="the table of facts lies beside the repository only")


def table() -> dict[str, Cell]:
    return {cell.name: cell for cell in cells(FACTS.read_text(encoding="utf-8"))}


@beside
def test_the_kept_cells_are_those_of_the_table() -> None:
    assert list(CELLS) == list(table())


@beside
@pytest.mark.parametrize("name", CELLS)
def test_a_kept_cell_has_every_figure_and_every_day_of_the_table(name: str) -> None:
    cell, kept = table()[name], CELLS[name]
    assert cell.figures() <= {*figures(kept["shown"]), *kept.get("aside", ())}
    days = {str(entry["from"]) for entry in kept["shown"] if "from" in entry}
    assert not figures(kept["shown"]) or cell.days() <= days
    cited = {clause for entry in (kept, *kept["shown"]) for clause in entry.get("cites", ())}
    named = cell.clauses()
    assert cited <= named
    assert cited or not named or "—" in cell.text


def figures(told_of: Any) -> set[float]:
    """Return every figure of an entry: values, facts and the limits of tests."""
    if isinstance(told_of, Mapping):
        return {number for each in told_of.values() for number in figures(each)}
    if isinstance(told_of, list):
        return {number for each in told_of for number in figures(each)}
    if isinstance(told_of, str):
        last = told_of.split(" ")[-1]
        return {float(last)} if re.fullmatch(r"\d+(\.\d+)?", last) else set()
    return {float(told_of)} if isinstance(told_of, int | float) and not isinstance(told_of, bool) else set()


@beside
def test_every_clause_of_the_table_is_cited_where_a_cell_is_shown() -> None:
    cited = {
        (of_whom(name), clause)
        for name, kept in CELLS.items()
        for entry in (kept, *kept["shown"])
        for clause in entry.get("cites", ())
    }
    for name, cell in table().items():
        assert {(of_whom(name), clause) for clause in cell.clauses()} <= cited, name


def of_whom(name: str) -> str:
    """Return the jurisdiction of a cell, the first of several."""
    return re.split("[ :,]+", name)[1]


def decisions(name: str) -> Iterator[Decision]:
    for case in FILES[name]["cases"]:
        yield decided(FILES[name], case)


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
    tables = {f"{table}.{rule.id}" for table, rules in jurisdiction.tables.items() for rule in rules}
    assert tables == answered
