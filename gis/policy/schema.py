"""Which fields the value of each table has, and how each is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import yaml

from gis.policy.facts import TESTABLE, Fact
from gis.policy.model import (
    DOCUMENT_STAGES,
    DOCUMENTS,
    INVESTED_TO,
    PROCEDURES,
    STAGES,
    Condition,
    Operator,
    Scalar,
    Test,
)
from gis.policy.strict_yaml import Reader, is_null

Read = Callable[[Reader, yaml.Node], Any]

ABOVE_KV: Final = (10.0, 20.0, 35.0, 66.0, 110.0)
"""Voltages at which a load may be supplied that is more than a public line takes."""

_OPERATORS: Final[Mapping[str, tuple[Operator, ...]]] = MappingProxyType(
    {
        "number": ("at_most", "less_than", "at_least", "more_than", "is"),
        "choice": ("is", "any_of"),
        "boolean": ("is",),
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a table's value: how it is read, and whether it must be stated."""

    read: Read
    required: bool = True


def _or_null(read: Read) -> Read:
    return lambda reader, node: None if is_null(node) else read(reader, node)


def _word(*choices: str) -> Read:
    return lambda reader, node: reader.choice(node, choices)


def _words(*choices: str) -> Read:
    return lambda reader, node: tuple(reader.choice(each, choices) for each in reader.items(node))


def _stages(reader: Reader, node: yaml.Node) -> tuple[Mapping[str, Any], ...]:
    found = []
    for each in reader.items(node):
        entry = reader.record(each, ("id",), ("working_days",))
        days = reader.number(entry["working_days"]) if "working_days" in entry else None
        name = reader.choice(entry["id"], STAGES) if "id" in entry else ""
        found.append(MappingProxyType({"id": name, "working_days": days}))
    return tuple(found)


def _by_stage(reader: Reader, node: yaml.Node) -> Mapping[str, tuple[str, ...]]:
    entries = reader.mapping(node, DOCUMENT_STAGES)
    read = _words(*DOCUMENTS)
    return MappingProxyType(
        {stage: read(reader, entries[stage]) for stage in DOCUMENT_STAGES if stage in entries}
    )


def _voltages(reader: Reader, node: yaml.Node) -> tuple[float, ...]:
    found = tuple(reader.number(each) for each in reader.items(node))
    if not set(found) <= set(ABOVE_KV):
        known = ", ".join(f"{each:g}" for each in ABOVE_KV)
        reader.fault(node, "a voltage is none that a larger load is supplied at", f"use {known}")
    return found


COLUMNS: Final[Mapping[str, Mapping[str, Column]]] = MappingProxyType(
    {
        "approval": {
            "procedure": Column(_word(*PROCEDURES)),
            "limit_working_days": Column(_or_null(Reader.number)),
        },
        "lv_limit": {"lv_limit_kw": Column(Reader.number)},
        "public_line_limit": {
            "public_line_limit_kva": Column(Reader.number),
            "above_kv": Column(_voltages),
        },
        "stages": {"count": Column(_or_null(Reader.number)), "stages": Column(_stages)},
        "stages_total": {"stages_total_working_days": Column(Reader.number)},
        "application_to_energised": {
            "application_to_energised_working_days": Column(Reader.number),
            "basis": Column(_word("average"), required=False),
        },
        "construction": {
            "construction_working_days": Column(Reader.number),
            "after": Column(_word(*STAGES), required=False),
        },
        "documents": {
            "by_stage": Column(_by_stage),
            "starts_with": Column(_words(*DOCUMENTS), required=False),
            "shared_not_asked_again": Column(Reader.boolean, required=False),
        },
        "investment": {
            "customer_pays_outside_red_line": Column(_or_null(Reader.boolean)),
            "utility_invests_to": Column(_or_null(_word(*INVESTED_TO))),
            "meter_included": Column(Reader.boolean, required=False),
        },
    }
)
"""Table -> name of a field -> how it is read."""

LIMIT_FACTS: Final = frozenset({"area"})
"""What the tables of limits may test: voltage and the three zeros are derived from them."""


def read_condition(reader: Reader, node: yaml.Node, allowed: frozenset[str] | None = None) -> Condition:
    """Return what must hold; unknown facts, operators that do not fit and limits out of range are faults.

    Parameters
    ----------
    reader
        Of the file.
    node
        Mapping of facts; ``any`` holds a list of mappings of which one must hold.
    allowed
        Facts that may be tested; None for all.
    """
    names = [name for name in TESTABLE if allowed is None or name in allowed]
    entries = reader.mapping(node, (*names, "any"))
    tests: list[Test] = []
    for name in names:
        if name in entries:
            tests += _tests(reader, TESTABLE[name], entries[name])
    groups: tuple[tuple[Condition, ...], ...] = ()
    if "any" in entries:
        groups = (tuple(read_condition(reader, each, allowed) for each in reader.items(entries["any"])),)
    return Condition(tuple(tests), groups)


def _tests(reader: Reader, fact: Fact, node: yaml.Node) -> list[Test]:
    entries = reader.mapping(node, _OPERATORS[fact.type])
    if not entries and isinstance(node, yaml.MappingNode) and not node.value:
        reader.fault(node, f"{fact.name} is compared with nothing", "write at_most: LIMIT, or is: VALUE")
    tests: list[Test] = []
    for operator in _OPERATORS[fact.type]:
        if operator in entries:
            limit: Scalar | tuple[Scalar, ...]
            if operator == "any_of":
                limit = tuple(_limit(reader, fact, each) for each in reader.items(entries[operator]))
            else:
                limit = _limit(reader, fact, entries[operator])
            tests.append(Test(fact.name, operator, limit))
    return tests


def _limit(reader: Reader, fact: Fact, node: yaml.Node) -> Scalar:
    if fact.type == "boolean":
        return reader.boolean(node)
    if fact.type == "choice":
        return reader.choice(node, [str(each) for each in fact.choices])
    return reader.number(node)
