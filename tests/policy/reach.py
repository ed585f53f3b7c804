"""Whether a case shows what a cell of the table of facts says: facts, value, clause and first day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from gis.policy.decide import PARTS, Decision, decide
from gis.policy.facts import read_facts
from gis.policy.load import jurisdictions
from gis.policy.model import Statement
from gis.policy.select import Answer

HERE = Path(__file__).parent
CELLS: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "cells.yaml").read_text(encoding="utf-8"))
FILES: dict[str, dict[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((HERE / "cases").glob("*.yaml"))
}


def told(content: Mapping[str, Any], case: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a case: those of its file, with its own instead."""
    stated = case.get("facts", {})
    route = {**content["facts"]["route"], **stated.get("route", {})}
    return {**content["facts"], **stated, "route": route}


def asked(content: Mapping[str, Any], case: Mapping[str, Any]) -> date:
    """Return the day of a case."""
    day = case.get("day", content["day"])
    assert isinstance(day, date)
    return day


def decided(content: Mapping[str, Any], case: Mapping[str, Any], days_before: int = 0) -> Decision:
    """Return what the jurisdiction of a case decides, on its day or before."""
    jurisdiction = jurisdictions()[content["jurisdiction"]]
    on = asked(content, case) - timedelta(days=days_before)
    return decide(jurisdiction, on, read_facts(told(content, case)))


def shows(name: str, entry: Mapping[str, Any], content: Mapping[str, Any], case: Mapping[str, Any]) -> bool:
    """Whether a case expects all that an entry of a cell asks for, and the answer has its clauses and day."""
    if not _holds(entry.get("facts", {}), told(content, case)) or not _expects(entry, case):
        return False
    answers = list(_answers(entry, decided(content, case)))
    shown: list[Answer | Statement] = [*answers, *_rows(entry, content, case)]
    cited = {clause for each in shown for clause in each.cite}
    tested = {
        f"{each.test.fact} {each.test.operator} {each.test.limit}" for part in answers for each in part.tests
    }
    since = {each.since for each in shown}
    return (
        set(entry.get("cites", CELLS[name].get("cites", ()))) <= cited
        and set(entry.get("tests", ())) <= tested
        and ("from" not in entry or since == {entry["from"]})
    )


def _holds(part: Any, whole: Any) -> bool:
    """Whether a value stands in another: mappings key by key, all else as it is."""
    if isinstance(part, Mapping):
        inside = isinstance(whole, Mapping)
        return inside and all(key in whole and _holds(each, whole[key]) for key, each in part.items())
    return bool(part == whole and isinstance(part, bool) == isinstance(whole, bool))


def _expects(entry: Mapping[str, Any], case: Mapping[str, Any]) -> bool:
    parts = {part: entry[part] for part in PARTS if part in entry}
    expected, stated = case.get("expect", {}), case.get("statements", {})
    if "absent" in entry:
        by_stage = expected.get("documents", {}).get("by_stage")
        if by_stage is None or entry["absent"] in by_stage:
            return False
    listed = all(
        kind in stated and set(ids) <= set(stated[kind]) and bool(ids) == bool(stated[kind])
        for kind, ids in entry.get("statements", {}).items()
    )
    return listed and _holds(parts, expected) and _holds(entry.get("figures", {}), case.get("figures", {}))


def _answers(entry: Mapping[str, Any], decision: Decision) -> Iterator[Answer]:
    for part in PARTS:
        if part not in entry:
            continue
        answer = decision.parts[part]
        named = [
            figure
            for figure in answer.figures.values()
            if set(figure.fields) & {*entry[part], *entry[part].get("other", ())}
        ]
        yield from named or [answer]


def _rows(
    entry: Mapping[str, Any], content: Mapping[str, Any], case: Mapping[str, Any]
) -> Iterator[Statement]:
    jurisdiction = jurisdictions()[content["jurisdiction"]]
    for kind, ids in entry.get("statements", {}).items():
        for row in jurisdiction.in_force(kind, asked(content, case)):
            if row.id in ids:
                yield row
