"""The decision (政策判定): six parts, each of one kind, with its clauses and the tests it ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Literal

from gis.policy.derive import derive
from gis.policy.facts import Facts
from gis.policy.model import Jurisdiction, Kind, Reading, Scalar
from gis.policy.schema import COLUMNS
from gis.policy.select import Answer, Missing, Selected, Value, answered, once
from gis.policy.supply import supply
from gis.policy.words import words

Part = Literal["approval", "supply", "stages", "time_limits", "documents", "investment"]

PARTS: Final[tuple[Part, ...]] = ("approval", "supply", "stages", "time_limits", "documents", "investment")
_OF_ONE_TABLE: Final[tuple[Part, ...]] = ("approval", "stages", "documents", "investment")
_TIME_LIMITS: Final = ("stages_total", "application_to_energised", "construction")
_WORST: Final = (Kind.NEEDS, Kind.UNDECIDED, Kind.DECIDED, Kind.NOT_IN_FORCE, Kind.SILENT)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a jurisdiction answers for facts on a day.

    Attributes
    ----------
    jurisdiction, on, facts
        What was asked.
    parts
        Name in `PARTS` -> answer.
    assumed
        Facts that were not told, and what they were taken for.
    derived
        Load, level, voltage and three zeros as they were worked out; without what is not known.
    """

    jurisdiction: str
    on: date
    facts: Facts
    parts: Mapping[Part, Answer]
    assumed: Mapping[str, Scalar]
    derived: Mapping[str, Scalar]


def decide(jurisdiction: Jurisdiction, on: date, facts: Facts) -> Decision:
    """Return what a jurisdiction answers for facts on a day.

    Parameters
    ----------
    jurisdiction
        Whose policy.
    on
        The day; it selects among dated values.
    facts
        In order, see `read_facts`.
    """
    derived = derive(jurisdiction, on, facts)
    parts: dict[Part, Answer]
    if derived.voltages_kv:
        readings = [_parts(jurisdiction, on, derived.at(voltage)) for voltage in derived.voltages_kv]
        parts = {
            part: _merged({kv: each[part] for kv, each in zip(derived.voltages_kv, readings, strict=True)})
            for part in readings[0]
        }
    else:
        parts = _parts(jurisdiction, on, derived.values)
    parts["supply"] = supply(derived)
    worked_out = {
        name: value
        for name in ("load_kw", "load_kva", "level", "voltage_kv", "three_zeros")
        if not isinstance(value := derived.values[name], Missing)
    }
    return Decision(
        jurisdiction.id,
        on,
        facts,
        MappingProxyType({part: parts[part] for part in PARTS}),
        derived.assumed,
        MappingProxyType(worked_out),
    )


def way_of_supply(jurisdiction: Jurisdiction, on: date, facts: Facts) -> str | None:
    """Return the way of supply that `decide` answers; None where the jurisdiction does not tell it."""
    way: str | None = supply(derive(jurisdiction, on, facts)).fields.get("way")
    return way


def _parts(jurisdiction: Jurisdiction, on: date, values: Mapping[str, Value]) -> dict[Part, Answer]:
    def answer(table: str) -> Answer:
        return _answer(table, answered(jurisdiction, table, on, values))

    parts: dict[Part, Answer] = {part: answer(part) for part in _OF_ONE_TABLE}
    parts["time_limits"] = _together({name: answer(name) for name in _TIME_LIMITS})
    return parts


def _answer(table: str, chosen: Selected) -> Answer:
    names = {name: None for name, column in COLUMNS[table].items() if column.required}
    told = (chosen.words,) if chosen.words else ()
    if chosen.kind in (Kind.SILENT, Kind.NOT_IN_FORCE) and not told:
        told = (words(f"kind.{chosen.kind}.reason"),)
    return Answer(
        kind=chosen.kind,
        cite=chosen.cite,
        fields=MappingProxyType({**names, **chosen.fields}),
        readings=chosen.readings,
        words=told,
        tests=chosen.tests,
        needs=chosen.needs,
        since=chosen.since,
        rules=(f"{table}.{chosen.rule}",) if chosen.rule else (),
    )


def _together(figures: Mapping[str, Answer]) -> Answer:
    every = figures.values()
    kinds = {each.kind for each in every}
    fields: dict[str, Any] = {}
    for each in every:
        fields |= each.fields
    days = [each.since for each in every if each.since]
    cited = any(each.cite for each in every)  # then what is merely absent needs no words
    return Answer(
        kind=next(kind for kind in _WORST if kind in kinds),
        cite=once(clause for each in every for clause in each.cite),
        fields=MappingProxyType(fields),
        readings=tuple(reading for each in every for reading in each.readings),
        words=once(told for each in every for told in each.words if each.cite or not cited),
        tests=once(test for each in every for test in each.tests),
        needs=tuple(sorted({need for each in every for need in each.needs})),
        figures=MappingProxyType(dict(figures)),
        since=max(days, default=None),
        rules=once(rule for each in every for rule in each.rules),
    )


def _merged(by_voltage: Mapping[float, Answer]) -> Answer:
    """Return one answer for several voltages: undecided where they differ, the first one its fields."""
    first = next(iter(by_voltage.values()))
    if all((each.kind, each.fields) == (first.kind, first.fields) for each in by_voltage.values()):
        return first
    if Kind.NEEDS in (needing := {each.kind: each for each in by_voltage.values()}):
        return replace(needing[Kind.NEEDS], cite=once(c for each in by_voltage.values() for c in each.cite))
    readings = tuple(
        Reading(words(f"reading.voltage_{kv:g}"), each.fields) for kv, each in by_voltage.items()
    )
    return Answer(
        kind=Kind.UNDECIDED,
        cite=once(clause for each in by_voltage.values() for clause in each.cite),
        fields=first.fields,
        readings=readings,
        words=once((words("gap.voltage_above_public_line"), *first.words)),
        tests=once(test for each in by_voltage.values() for test in each.tests),
        figures=MappingProxyType(
            {
                name: _merged({kv: each.figures[name] for kv, each in by_voltage.items()})
                for name in first.figures
            }
        ),
        since=first.since,
        rules=once(rule for each in by_voltage.values() for rule in each.rules),
    )
