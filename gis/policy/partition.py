"""Rows of a table held to the whole of their facts: no two answer alike, and nothing is left without a row.

Limits and words cut every fact into finitely many cells between which no test tells a difference. What holds
on each combination of cells holds everywhere, so overlaps and gaps are found exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis.policy.facts import EXCAVATION_AND_GREEN, LEVEL, LOWEST_HIGH_VOLTAGE_KV, ROUTE, TESTABLE, Fact
from gis.policy.model import Condition, Rule, Scalar, Test
from gis.policy.select import passes

MOST_CELLS: Final = 4_000_000
"""A table whose facts have more combinations than this is refused."""

Grid = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cell:
    """Values of a fact that no test of a table tells apart.

    Attributes
    ----------
    value
        One of them.
    low, high
        A number lies between them, or is both.
    words
        The cell for people.
    """

    value: Scalar
    low: float
    high: float
    words: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with the rows of a table.

    Attributes
    ----------
    rows
        Indices of the rows; none for a gap.
    what, repair
        In words.
    """

    rows: tuple[int, ...]
    what: str
    repair: str


def flaws(rules: Sequence[Rule]) -> Iterator[Flaw]:
    """Yield overlaps that are not declared, declared ones that are none, rows that never answer, and gaps.

    Parameters
    ----------
    rules
        Of one table, in the order in which they are tried. A table without rows has no flaw: it says that the
        document is silent.
    """
    if not rules:
        return
    tests = [test for rule in rules for test in rule.when.walk()]
    axes = {name: cells(fact, tests) for name, fact in TESTABLE.items() if any(t.fact == name for t in tests)}
    shape = tuple(len(each) for each in axes.values())
    if np.prod(shape, dtype=float) > MOST_CELLS:
        yield Flaw((), "its tests have too many combinations", "test fewer facts in one table")
        return
    possible = _possible(axes)
    holds = [np.broadcast_to(_holds(rule.when, axes), shape) & possible for rule in rules]
    overlaps = tuple(_overlaps(rules, holds, axes))
    yield from overlaps
    disputed = {at for flaw in overlaps for at in flaw.rows}
    for at, rule in enumerate(rules):
        if at not in disputed and not _ever_answers(at, rules, holds):
            yield Flaw((at,), f"{rule.id} never answers", "narrow the rows before it, or drop it")
    left = possible & ~np.logical_or.reduce(holds)
    if left.any():
        where = _where(left, left | ~possible, axes)
        yield Flaw(
            (), f"no row answers where {where}", "add a row, with silent: where the document says nothing"
        )


def cells(fact: Fact, tests: Sequence[Test]) -> tuple[Cell, ...]:
    """Return the cells into which tests cut a fact."""
    if fact.type == "boolean":
        return tuple(Cell(each, 0, 0, f"{fact.name} is {str(each).lower()}") for each in (True, False))
    if fact.choices:
        numbers = [each if isinstance(each, float) else 0.0 for each in fact.choices]
        return tuple(
            Cell(each, number, number, f"{fact.name} is {_plain(each)}")
            for each, number in zip(fact.choices, numbers, strict=True)
        )
    limits = {float(t.limit) for t in tests if t.fact == fact.name and isinstance(t.limit, int | float)}
    points = sorted(limits if fact.above_low else limits | {fact.low})
    bounds = [fact.low, *points] if fact.above_low else points
    found = [Cell(each, each, each, f"{fact.name} is {each:g}") for each in points]
    for low, high in zip(bounds, [*bounds[1:], fact.high], strict=True):
        middle = (low + high) / 2 if high < fact.high else low + 1
        above = f"above {low:g}" if high == fact.high else f"between {low:g} and {high:g}"
        found.append(Cell(middle, low, high, f"{fact.name} is {above}"))
    return tuple(sorted(found, key=lambda cell: (cell.low, cell.high)))


def _plain(value: Scalar) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _holds(condition: Condition, axes: Mapping[str, tuple[Cell, ...]]) -> Grid:
    found: Grid = np.ones((1,) * len(axes), bool)
    for test in condition.tests:
        along = np.array([passes(test, cell.value) for cell in axes[test.fact]])
        found = found & _along(along, axes, test.fact)
    for group in condition.groups:
        found = found & np.logical_or.reduce(np.broadcast_arrays(*(_holds(each, axes) for each in group)))
    return found


def _along(values: Grid, axes: Mapping[str, tuple[Cell, ...]], *names: str) -> Grid:
    """Return values of one or more facts, in their order, placed on the axes of all."""
    order = sorted(range(len(names)), key=lambda at: list(axes).index(names[at]))
    shape = [len(cells) if name in names else 1 for name, cells in axes.items()]
    return values.transpose(order).reshape(shape)


def _possible(axes: Mapping[str, tuple[Cell, ...]]) -> Grid:
    """Return which combinations facts can have at all."""
    found: Grid = np.ones(tuple(len(each) for each in axes.values()), bool)
    for names, may in _TOGETHER:
        if set(names) <= set(axes):
            shape = [len(axes[name]) for name in names]
            flat = [
                may(*(axes[name][at] for name, at in zip(names, place, strict=True)))
                for place in np.ndindex(*shape)
            ]
            found = found & _along(np.array(flat).reshape(shape), axes, *names)
    return found


def _served(customer: Cell, level: Cell) -> bool:
    return (customer.value, level.value) != ("hv", "low_voltage")


def _at_level(level: Cell, voltage: Cell) -> bool:
    return level.value == "low_voltage" or voltage.low >= LOWEST_HIGH_VOLTAGE_KV


def _at_voltage(customer: Cell, voltage: Cell) -> bool:
    return customer.value != "hv" or voltage.low >= LOWEST_HIGH_VOLTAGE_KV


def _not_above(less: Cell, more: Cell) -> bool:
    return less.low < more.high or less.high == less.low == more.low == more.high


def _adds_up(one: Cell, other: Cell, total: Cell) -> bool:
    low, high = one.low + other.low, one.high + other.high
    if low == high:
        return total.low == low == total.high or total.low < low < total.high
    return max(low, total.low) < min(high, total.high) or low < total.low == total.high < high


_DUG, _GREEN = f"{ROUTE}excavation_m", f"{ROUTE}green_m"
_TOGETHER: Final[tuple[tuple[tuple[str, ...], Callable[..., bool]], ...]] = (
    (("customer", LEVEL.name), _served),
    ((LEVEL.name, "voltage_kv"), _at_level),
    (("customer", "voltage_kv"), _at_voltage),
    (("load_kw", "load_kva"), _not_above),
    ((_DUG, EXCAVATION_AND_GREEN), _not_above),
    ((_GREEN, EXCAVATION_AND_GREEN), _not_above),
    ((_DUG, _GREEN, EXCAVATION_AND_GREEN), _adds_up),
)
"""Facts that bear on each other, and whether a cell of each can be met together."""


def _overlaps(
    rules: Sequence[Rule], holds: Sequence[Grid], axes: Mapping[str, tuple[Cell, ...]]
) -> Iterator[Flaw]:
    for (at, rule), (other_at, other) in combinations(enumerate(rules), 2):
        both = holds[at] & holds[other_at]
        declared = other.id in rule.before or rule.id in other.before
        if both.any() and not declared:
            yield Flaw(
                (at, other_at),
                f"{rule.id} and {other.id} both answer where {_where(both, both, axes)}",
                f"narrow one of them, or write before: [{other.id}] in {rule.id}",
            )
        elif declared and not both.any():
            yield Flaw((at, other_at), f"{rule.id} and {other.id} never both answer", "take it out of before")


def _ever_answers(at: int, rules: Sequence[Rule], holds: Sequence[Grid]) -> bool:
    for value in rules[at].values:
        day = value.since if value.cite else date.max  # a silence must hold when all is in force
        taken = [holds[i] for i, rule in enumerate(rules[:at]) if rule.on(day) is not None]
        if (holds[at] & ~np.logical_or.reduce([np.zeros_like(holds[at]), *taken])).any():
            return True
    return False


def _where(met: Grid, allowed: Grid, axes: Mapping[str, tuple[Cell, ...]]) -> str:
    """Return one region in words, without the facts that do not matter in it."""
    first = np.argwhere(met)[0]
    region = [slice(at, at + 1) for at in first]
    words = []
    for axis, (at, each) in enumerate(zip(first, axes.values(), strict=True)):
        wider = [*region[:axis], slice(None), *region[axis + 1 :]]
        if allowed[tuple(wider)].all():
            region = wider
        else:
            words.append(each[at].words)
    return ", ".join(words) or "anything is told"
