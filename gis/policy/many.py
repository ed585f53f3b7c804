"""Decisions for many facts at once: of many rows those that no boundary tells apart are decided once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.errors import FactsError
from gis.policy.decide import Decision, Part, decide, way_of_supply
from gis.policy.facts import (
    EXCAVATION_AND_GREEN,
    FACTS,
    LEVEL,
    POWER_AGREES,
    ROUNDING,
    ROUTE,
    Fact,
    Facts,
    read_facts,
)
from gis.policy.model import Jurisdiction
from gis.units import DEFAULT_POWER_FACTOR
from gis.words import Words

_DERIVED_LIMITS: Final = {"lv_limit_kw": "load_kw", "public_line_limit_kva": "load_kva"}
_DERIVED_FROM: Final = frozenset({"customer", "three_zeros"})
_LOADS: Final = ("load_kw", "load_kva", "power_factor")
_MOST_KINDS: Final = 2**62
_FEW: Final = 8
"""Rows that are decided sooner than they are told apart."""
_MOST_KEPT: Final = 32
"""Jurisdictions whose boundaries are kept."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions of many rows.

    Attributes
    ----------
    distinct
        Each made for one of its rows, of which its tests met the values; those of many rows differ.
    of_row
        Index into ``distinct``, shape (rows,).
    """

    distinct: tuple[Decision, ...]
    of_row: NDArray[np.intp]

    def field(self, part: Part, name: str) -> list[Any]:
        """Return a field of every row; a field ``kind`` is the kind of the part."""
        each = [
            decision.parts[part].kind.value if name == "kind" else decision.parts[part].fields.get(name)
            for decision in self.distinct
        ]
        return [each[at] for at in self.of_row.tolist()]


def decide_many(jurisdiction: Jurisdiction, on: date, columns: Mapping[str, ArrayLike]) -> Decisions:
    """Return what a jurisdiction decides for every row of facts on one day.

    Parameters
    ----------
    jurisdiction, on
        As for `decide`.
    columns
        Name of a fact (``route.length_m``) -> one value for all rows, or an array of shape (rows,); NaN and
        None are facts that are not told.

    Raises
    ------
    FactsError
        Arrays of different lengths, an unknown fact, or rows that are not in order: the first of each kind.
    """
    facts, of_row = _told_apart(jurisdiction, columns)
    return Decisions(tuple(decide(jurisdiction, on, each) for each in facts), of_row)


def ways_of_supply(
    jurisdiction: Jurisdiction, on: date, columns: Mapping[str, ArrayLike]
) -> list[str | None]:
    """Return the way of supply of every row; None where the jurisdiction does not tell it.

    Parameters and errors are those of ``decide_many``, which works out the other parts too.
    """
    facts, of_row = _told_apart(jurisdiction, columns)
    ways = [way_of_supply(jurisdiction, on, each) for each in facts]
    return [ways[at] for at in of_row.tolist()]


def _told_apart(
    jurisdiction: Jurisdiction, columns: Mapping[str, ArrayLike]
) -> tuple[list[Facts], NDArray[np.intp]]:
    """Return the facts of one row of each kind, the first, and the kind of every row.

    Boundaries tell rows of different kinds apart; of few rows each is of its own kind.
    """
    unknown = sorted(set(columns) - set(FACTS))
    if unknown:
        raise FactsError(
            Words(f"没有这些事实：{'、'.join(unknown)}", f"there are no such facts: {', '.join(unknown)}"),
            repair=Words(f"可用：{'、'.join(FACTS)}", f"use {', '.join(FACTS)}"),
        )
    arrays = {
        name: np.asarray(value, object if FACTS[name].type != "number" else float)
        for name, value in columns.items()
    }
    lengths = {array.shape[0] for array in arrays.values() if array.ndim}
    if len(lengths) > 1:
        raise FactsError(
            Words("各列的长度不同", "the columns have different lengths"),
            repair=Words("每行各给一个值", "give one value for each row"),
        )
    rows = lengths.pop() if lengths else 1
    wide = {name: np.broadcast_to(array, (rows,)) for name, array in arrays.items()}
    if rows <= _FEW:
        return [facts_of_row(wide, at) for at in range(rows)], np.arange(rows)
    bounds = _boundaries(jurisdiction)
    tested = _tested(jurisdiction)
    keyed = [
        _words_code(wide[name], None if name in tested else fact)
        for name, fact in FACTS.items()
        if name in wide and fact.type != "number"
    ]
    keyed += [_number_code(name, value, bounds) for name, value in _numbers(wide, rows).items()]
    keyed += [_range_code(FACTS[name], value) for name, value in wide.items() if FACTS[name].type == "number"]
    keyed += [_contradiction_code(wide, rows)]
    first, of_row = _distinct(np.column_stack(keyed))
    return [facts_of_row(wide, int(at)) for at in first], of_row


@lru_cache(maxsize=_MOST_KEPT)
def _boundaries(jurisdiction: Jurisdiction) -> dict[str, NDArray[np.float64]]:
    found: dict[str, set[float]] = {}
    for table, rules in jurisdiction.tables.items():
        for rule in rules:
            for test in rule.when.walk():
                if not isinstance(test.limit, str | bool | tuple):
                    found.setdefault(test.fact, set()).add(float(test.limit))
            for value in rule.values:
                for name, fact in _DERIVED_LIMITS.items():
                    if name in value.fields and table in ("lv_limit", "public_line_limit"):
                        found.setdefault(fact, set()).add(float(value.fields[name]))
    return {name: np.array(sorted(limits)) for name, limits in found.items() if name != LEVEL.name}


def _numbers(wide: Mapping[str, NDArray[Any]], rows: int) -> dict[str, NDArray[np.float64]]:
    """Return numbers that rules compare, derived ones included, worked out as `derive` does."""
    nothing = np.full(rows, np.nan)
    numbers = {
        name: array for name, array in wide.items() if FACTS[name].type == "number" and name not in _LOADS
    }
    kw, kva, factor = (wide.get(name, nothing) for name in _LOADS)
    factor = np.where(np.isnan(factor), DEFAULT_POWER_FACTOR, factor)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        numbers["load_kw"] = np.where(np.isnan(kw), kva * factor, kw)
        numbers["load_kva"] = np.where(np.isnan(kva), kw / factor, kva)
    parts = [wide.get(f"{ROUTE}{name}", nothing) for name in ("excavation_m", "green_m")]
    numbers[EXCAVATION_AND_GREEN] = parts[0] + parts[1]
    return numbers


def _number_code(
    name: str, value: NDArray[np.float64], bounds: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.int64]:
    """Return between or on which boundaries a value lies; -1 where it is not told."""
    if name == "voltage_kv":
        return _words_code(value)
    limits = bounds.get(name, np.empty(0))
    place = np.searchsorted(limits, value, "left") + np.searchsorted(limits, value, "right")
    code: NDArray[np.int64] = np.where(np.isnan(value), -1, place).astype(np.int64)
    return code


def _range_code(fact: Fact, value: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return whether a number is told and in range, so that one row of each kind is checked."""
    wrong = (
        (value < fact.low) | (value > fact.high) | (fact.above_low & (value == fact.low)) | np.isinf(value)
    )
    if fact.choices:
        wrong = ~np.isin(value, np.array(fact.choices, float))
    code: NDArray[np.int64] = np.where(np.isnan(value), -1, wrong).astype(np.int64)
    return code


def _contradiction_code(wide: Mapping[str, NDArray[Any]], rows: int) -> NDArray[np.int64]:
    """Return whether the loads of a row agree, so that one row of those that do not is checked."""
    nothing = np.full(rows, np.nan)
    kw, kva, factor = (wide.get(name, nothing) for name in _LOADS)
    with np.errstate(invalid="ignore", over="ignore"):
        more = kw > kva * (1 + ROUNDING)
        apart = np.abs(kva * factor - kw) > POWER_AGREES * kw
    code: NDArray[np.int64] = (more | apart).astype(np.int64)
    return code


def _words_code(value: NDArray[Any], only_checked: Fact | None = None) -> NDArray[np.int64]:
    """Return a number for each distinct value; of a fact that is only checked, whether it is in order."""
    if len(value) and not value.strides[0]:  # one value for all rows
        return np.zeros(len(value), np.int64)
    seen: dict[Any, int] = {}
    listed = value.tolist()
    if value.dtype.kind == "f":
        listed = [None if math.isnan(each) else each for each in listed]
    if only_checked is not None:
        right = (True, False) if only_checked.type == "boolean" else only_checked.choices
        keys = [(type(each), each in right) for each in listed]
    else:
        keys = [(type(each), each) for each in listed]
    return np.fromiter((seen.setdefault(each, len(seen)) for each in keys), np.int64, len(listed))


def _tested(jurisdiction: Jurisdiction) -> frozenset[str]:
    """Return the facts that a jurisdiction's answers depend on."""
    return _DERIVED_FROM.union(*jurisdiction.tested.values())


def _distinct(codes: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first row of each kind, in the order of rows, and the kind of every row."""
    folded, kinds = np.zeros(len(codes), np.int64), 1
    for column in codes.T if len(codes) else ():
        narrow = column - column.min()
        width = int(narrow.max()) + 1
        if kinds * width > _MOST_KINDS:  # numbered anew, so that they do not overflow
            seen, folded = np.unique(folded, return_inverse=True)
            kinds = len(seen)
        folded, kinds = folded * width + narrow, kinds * width
    _, first, of_row = np.unique(folded, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[of_row]


def facts_of_row(columns: Mapping[str, Any], at: int) -> Facts:
    """Return the facts of one row of columns, as `decide_many` takes them; NaN and None are not told.

    Raises
    ------
    FactsError
        They are not in order.
    """
    given: dict[str, Any] = {}
    route: dict[str, Any] = {}
    for name, values in columns.items():
        value = values[at] if isinstance(values, np.ndarray) else values
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or (isinstance(value, float) and math.isnan(value)):
            continue
        if name.startswith(ROUTE):
            route[name.removeprefix(ROUTE)] = value
        else:
            given[name] = value
    return read_facts({**given, "route": route})
