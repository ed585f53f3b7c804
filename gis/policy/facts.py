"""Facts a policy is asked about (办电事实): names, types, ranges; every fault of an input at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, Literal

from gis.errors import FactsError
from gis.policy.model import Scalar
from gis.units import MOST_KVA
from gis.words import Words

FactType = Literal["choice", "boolean", "number"]

ROUTE: Final = "route."
"""Prefix of the facts of a route; they stand in an object of their own."""

LOWEST_HIGH_VOLTAGE_KV: Final = 6.0
"""Supply from here on is high voltage (高压); the documents know 380 V and below, and 10 kV and above."""

_MOST_M: Final = 1_000_000.0
POWER_AGREES: Final = 0.01
"""A load in kW, one in kVA and a power factor agree within this share."""

ROUNDING: Final = 1e-9
"""Share by which a load in kW may exceed that in kVA where the power factor is 1."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact.

    Attributes
    ----------
    name
        Key in the request; facts of a route begin with ``route.``.
    type
        What it holds.
    choices
        Allowed words, or allowed numbers; empty where a range holds.
    low, high
        Least and greatest number; ``low`` itself is refused where ``above_low``.
    above_low
        Whether a number must lie above ``low``.
    """

    name: str
    type: FactType
    choices: tuple[Scalar, ...] = ()
    low: float = 0.0
    high: float = 0.0
    above_low: bool = False


def _metres(name: str) -> Fact:
    return Fact(f"{ROUTE}{name}", "number", high=_MOST_M)


FACTS: Final[Mapping[str, Fact]] = MappingProxyType(
    {
        fact.name: fact
        for fact in (
            Fact("customer", "choice", ("resident", "lv_small_business", "lv_other", "hv")),
            Fact("three_zeros", "boolean"),
            Fact("important", "boolean"),
            Fact("supplies", "number", (1.0, 2.0)),
            Fact("dedicated_line", "boolean"),
            Fact("disturbing_load", "boolean"),
            Fact("ev_charging", "boolean"),
            Fact("area", "choice", ("urban", "rural")),
            Fact("in_city_area", "boolean"),
            Fact("in_plug_and_play_zone", "boolean"),
            Fact("load_kw", "number", high=MOST_KVA, above_low=True),
            Fact("load_kva", "number", high=MOST_KVA, above_low=True),
            Fact("power_factor", "number", high=1.0, above_low=True),
            Fact(
                "voltage_kv",
                "number",
                (0.22, 0.38, 0.4, 6.0, 10.0, 20.0, 35.0, 66.0, 110.0, 220.0, 330.0, 500.0),
            ),
            Fact("built_by", "choice", ("utility", "customer")),
            _metres("length_m"),
            _metres("city_road_crossing_m"),
            _metres("excavation_m"),
            _metres("green_m"),
            _metres("along_main_road_m"),
            _metres("along_infrastructure_m"),
        )
    }
)
"""Every fact by name, in the order in which people are told of them."""

LEVEL: Final = Fact("level", "choice", ("low_voltage", "high_voltage"))
"""Whether supply is at low or high voltage (低压、高压): derived from voltage, load and customer."""

EXCAVATION_AND_GREEN: Final = f"{ROUTE}excavation_m+{ROUTE}green_m"
"""Metres of city road dug open and of green occupied, together."""

TESTABLE: Final[Mapping[str, Fact]] = MappingProxyType(
    {**FACTS, LEVEL.name: LEVEL, EXCAVATION_AND_GREEN: Fact(EXCAVATION_AND_GREEN, "number", high=2 * _MOST_M)}
)
"""What a rule may test."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts that are in order; a name that is missing was not told."""

    values: Mapping[str, Scalar]

    def with_(self, **stated: Scalar) -> Facts:
        """Return the facts with others stated instead; a fact of a route needs `read_facts`."""
        return Facts(MappingProxyType({**self.values, **stated}))


def read_facts(given: object) -> Facts:
    """Return facts from the object of a request.

    Parameters
    ----------
    given
        A mapping as JSON gives it: names of `FACTS`, those of the route inside ``route``; a null is a fact
        that was not told.

    Raises
    ------
    FactsError
        Every fact that is unknown, of the wrong type or out of range, and every contradiction, at once.
    """
    faults: list[Words] = []
    found: dict[str, Scalar] = {}
    for name, value in _flat(given, faults):
        fact = FACTS.get(name)
        if fact is None:
            near = get_close_matches(name, FACTS, 1)
            zh, en = (f"；是否指 {near[0]}？", f"; is {near[0]} meant?") if near else ("", "")
            faults.append(Words(f"{name}：没有此事实{zh}", f"{name}: there is no such fact{en}"))
        elif value is not None:
            checked = _checked(fact, value, faults)
            if checked is not None:
                found[name] = checked
    faults += _contradictions(found)
    if faults:
        raise FactsError(
            Words("所给事实不符合要求", "the facts are not in order"),
            repair=Words("更正所列各项", "correct what is listed"),
            faults=faults,
        )
    return Facts(MappingProxyType({name: found[name] for name in FACTS if name in found}))


def _flat(given: object, faults: list[Words]) -> Iterator[tuple[str, object]]:
    if not isinstance(given, Mapping):
        faults.append(Words("facts：须为名称和值的对象", "facts: an object of names and values is needed"))
        return
    for name, value in given.items():
        if name != ROUTE[:-1]:
            yield str(name), value
        elif isinstance(value, Mapping):
            yield from ((f"{ROUTE}{inner}", inside) for inner, inside in value.items())
        elif value is not None:
            faults.append(Words("route：须为各项长度的对象", "route: an object of lengths is needed"))


def _checked(fact: Fact, value: object, faults: list[Words]) -> Scalar | None:
    if fact.type == "number":
        return _number(fact, value, faults)
    if fact.type == "boolean":
        if isinstance(value, bool):
            return value
        faults.append(
            Words(
                f"{fact.name}：{value!r} 不是 true 或 false",
                f"{fact.name}: {value!r} is neither true nor false",
            )
        )
    elif isinstance(value, str) and value in fact.choices:
        return value
    else:
        faults.append(_none_of(fact.name, repr(value), [str(each) for each in fact.choices]))
    return None


def _none_of(name: str, value: str, choices: Sequence[str]) -> Words:
    return Words(
        f"{name}：{value} 不是 {'、'.join(choices)} 之一", f"{name}: {value} is none of {', '.join(choices)}"
    )


def _number(fact: Fact, value: object, faults: list[Words]) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        faults.append(
            Words(f"{fact.name}：{value!r} 不是有限数值", f"{fact.name}: {value!r} is no finite number")
        )
        return None
    if fact.choices:
        if value in fact.choices:
            return float(value)
        faults.append(_none_of(fact.name, f"{value:g}", [f"{each:g}" for each in fact.choices]))
        return None
    if value < fact.low or value > fact.high or (fact.above_low and value == fact.low):
        zh, en = ("大于", "above") if fact.above_low else ("不小于", "at least")
        faults.append(
            Words(
                f"{fact.name}：{value:g} 须{zh} {fact.low:g} 且不大于 {fact.high:g}",
                f"{fact.name}: {value:g} is not {en} {fact.low:g} and at most {fact.high:g}",
            )
        )
        return None
    return float(value)


def _contradictions(found: Mapping[str, Scalar]) -> Iterator[Words]:
    kw, kva, factor = found.get("load_kw"), found.get("load_kva"), found.get("power_factor")
    if isinstance(kw, float) and isinstance(kva, float):
        if kw > kva * (1 + ROUNDING):
            yield Words(
                f"load_kw：{kw:g} 大于 load_kva {kva:g}；功率因数不会大于 1",
                f"load_kw: {kw:g} is more than load_kva {kva:g}; no power factor is above 1",
            )
        elif isinstance(factor, float) and abs(kva * factor - kw) > POWER_AGREES * kw:
            yield Words(
                f"power_factor：按 {factor:g}，{kva:g} kVA 不等于 {kw:g} kW；请去掉其中一项",
                f"power_factor: {factor:g} does not make {kw:g} kW of {kva:g} kVA; leave one of them out",
            )
    voltage, customer = found.get("voltage_kv"), found.get("customer")
    if isinstance(voltage, float) and voltage < LOWEST_HIGH_VOLTAGE_KV and customer == "hv":
        yield Words(
            f"customer：hv 用户不以 {voltage:g} kV 供电；请改写 customer 或 voltage_kv",
            f"customer: hv is not supplied at {voltage:g} kV; state another customer or voltage_kv",
        )
