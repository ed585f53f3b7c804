"""Voltage and way of supply (供电方式), from load, customer and area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from gis.policy.derive import LOW, Derived
from gis.policy.model import Kind, Reading, Test
from gis.policy.select import Answer, Missing, Outcome, once
from gis.policy.words import words

_FIRST_ABOVE_MEDIUM_KV: Final = 35.0
_NAMES: Final = ("lv_limit_kw", "public_line_limit_kva")


def supply(derived: Derived) -> Answer:
    """Return the way of supply with the limits that decide it.

    Parameters
    ----------
    derived
        Facts with the limits of the day.
    """
    limits = (derived.lv_limit, derived.public_line_limit)
    named = once(each.words for each in limits if each.words)
    answer = Answer(
        kind=Kind.DECIDED,
        cite=once(clause for each in limits for clause in each.cite),
        words=named,
        tests=once(
            test for each in (*(limit.tests for limit in limits), _load_tests(derived)) for test in each
        ),
        since=max((each.since for each in limits if each.since), default=None),
        rules=tuple(
            f"{table}.{each.rule}"
            for table, each in zip(("lv_limit", "public_line_limit"), limits, strict=True)
            if each.rule
        ),
    )
    kinds = {each.kind for each in limits}
    if kinds <= {Kind.NOT_IN_FORCE, Kind.SILENT}:
        kind = Kind.NOT_IN_FORCE if Kind.NOT_IN_FORCE in kinds else Kind.SILENT
        return replace(
            answer, kind=kind, fields=_fields(derived, None), words=(words(f"kind.{kind}.reason"),)
        )
    missing, way = _way(derived)
    if missing:
        needs = tuple(sorted(set(missing)))
        return replace(answer, kind=Kind.NEEDS, fields=_fields(derived, way), needs=needs)
    if not derived.voltages_kv:
        return replace(answer, fields=_fields(derived, way))
    readings = tuple(
        Reading(words(f"reading.voltage_{kv:g}"), {**_fields(derived, way), "voltage_kv": kv})
        for kv in derived.voltages_kv
    )
    told = once((words("gap.voltage_above_public_line"), *named))
    return replace(answer, kind=Kind.UNDECIDED, fields=_fields(derived, way), readings=readings, words=told)


def _way(derived: Derived) -> tuple[tuple[str, ...], str | None]:
    """Return the facts that are missing, and the way as far as it is known."""
    level, voltage, load = (derived.values[name] for name in ("level", "voltage_kv", "load_kw"))
    if isinstance(level, Missing):
        return level.needs, None
    if level == LOW:
        unknown = load.needs if isinstance(load, Missing) else ()
        return (*unknown, *derived.lv_limit.needs), "low_voltage"
    if isinstance(voltage, float) and voltage >= _FIRST_ABOVE_MEDIUM_KV:
        return (), "dedicated_or_higher"
    if derived.above_public_line is None:
        return ("load_kva",), None
    return (), "dedicated_or_higher" if derived.above_public_line else "public_line"


def _fields(derived: Derived, way: str | None) -> Mapping[str, Any]:
    limits = (derived.lv_limit, derived.public_line_limit)
    return {"way": way, **{name: each.fields.get(name) for name, each in zip(_NAMES, limits, strict=True)}}


def _load_tests(derived: Derived) -> tuple[Outcome, ...]:
    outcomes = []
    for limit, name, fact in zip(
        (derived.lv_limit, derived.public_line_limit), _NAMES, ("load_kw", "load_kva"), strict=True
    ):
        value = derived.values[fact]
        if name in limit.fields:
            test = Test(fact, "at_most", limit.fields[name])
            known = value if isinstance(value, float) else None
            outcomes.append(Outcome(test, known, None if known is None else known <= limit.fields[name]))
    return tuple(outcomes)
