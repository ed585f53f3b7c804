"""Facts that follow from others: load in kW and kVA, voltage level, voltage, the three zeros."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from gis.policy.facts import EXCAVATION_AND_GREEN, LOWEST_HIGH_VOLTAGE_KV, ROUTE, TESTABLE, Facts
from gis.policy.model import Jurisdiction, Kind, Scalar
from gis.policy.select import Missing, Selected, Value, answered
from gis.units import DEFAULT_POWER_FACTOR

ASSUMED: Final[Mapping[str, Scalar]] = MappingProxyType(
    {
        "supplies": 1.0,
        "important": False,
        "dedicated_line": False,
        "disturbing_load": False,
        "ev_charging": False,
        "power_factor": DEFAULT_POWER_FACTOR,
    }
)
"""What a fact is taken for that was not told; every other one is asked for."""

LOW, HIGH = "low_voltage", "high_voltage"
_LOW_KV: Final = 0.38
_MEDIUM_KV: Final = 10.0
_LV_CUSTOMERS: Final = ("resident", "lv_small_business", "lv_other")


@dataclass(frozen=True, slots=True)
class Derived:
    """Facts and what follows from them.

    Attributes
    ----------
    values
        Name of `TESTABLE` -> value, or what would tell it.
    assumed
        Facts that were not told, and what they are taken for.
    lv_limit, public_line_limit
        What the jurisdiction says of them.
    voltages_kv
        Voltages at which the load may be supplied, the conservative one first: several where the document
        does not say which; empty where the voltage is known.
    above_public_line
        Whether the load is more than a public line takes; None where that is not known.
    """

    values: Mapping[str, Value]
    assumed: Mapping[str, Scalar]
    lv_limit: Selected
    public_line_limit: Selected
    voltages_kv: tuple[float, ...]
    above_public_line: bool | None

    def at(self, voltage_kv: float) -> Mapping[str, Value]:
        """Return the values with supply at one voltage."""
        return MappingProxyType({**self.values, "voltage_kv": voltage_kv})


def derive(jurisdiction: Jurisdiction, on: date, facts: Facts) -> Derived:
    """Return the facts with what follows from them under a jurisdiction on a day.

    Parameters
    ----------
    jurisdiction, on
        Whose limits count, and on which day.
    facts
        In order, see `read_facts`.
    """
    assumed: dict[str, Scalar] = {name: value for name, value in ASSUMED.items() if name not in facts.values}
    values: dict[str, Value] = {name: Missing((name,)) for name in TESTABLE}
    values |= assumed
    values |= facts.values
    _loads(values, assumed)
    _digging(values)
    lv_limit, public = (
        answered(jurisdiction, name, on, values) for name in ("lv_limit", "public_line_limit")
    )
    within = _within(values["load_kw"], lv_limit, "lv_limit_kw")
    above = _above(values["load_kva"], public)
    values["level"] = _level(values, within)
    voltages: tuple[float, ...] = ()
    if "voltage_kv" not in facts.values:
        values["voltage_kv"], voltages = _voltage(values["level"], above, public)
    if "three_zeros" not in facts.values:
        values["three_zeros"] = _three_zeros(values["customer"], values["level"], within)
        if not isinstance(values["three_zeros"], Missing):
            assumed["three_zeros"] = values["three_zeros"]
    above_known = None if isinstance(above, Missing) else above
    return Derived(
        MappingProxyType(values), MappingProxyType(assumed), lv_limit, public, voltages, above_known
    )


def _loads(values: dict[str, Value], assumed: dict[str, Scalar]) -> None:
    kw, kva, factor = values["load_kw"], values["load_kva"], values["power_factor"]
    both = not isinstance(kw, Missing) and not isinstance(kva, Missing)
    if both or (isinstance(kw, Missing) and isinstance(kva, Missing)):
        assumed.pop("power_factor", None)  # nothing is converted by it
    if both or not isinstance(factor, float):
        return
    if isinstance(kva, float):
        values["load_kw"] = kva * factor
    elif isinstance(kw, float):
        values["load_kva"] = kw / factor


def _digging(values: dict[str, Value]) -> None:
    parts = [values[f"{ROUTE}{name}"] for name in ("excavation_m", "green_m")]
    missing = tuple(need for part in parts if isinstance(part, Missing) for need in part.needs)
    values[EXCAVATION_AND_GREEN] = (
        Missing(missing) if missing else sum(part for part in parts if isinstance(part, float))
    )


def _within(load_kw: Value, limit: Selected, name: str) -> bool | Missing | None:
    """Return whether a load is within a limit; None where there is no limit."""
    if limit.kind == Kind.NEEDS:
        if not isinstance(load_kw, float):
            return Missing((*limit.needs, "load_kw"))
        verdicts = {load_kw <= each[name] for each in limit.alternatives if name in each}
        return verdicts.pop() if len(verdicts) == 1 else Missing(limit.needs)
    if name not in limit.fields:
        return None
    return load_kw <= limit.fields[name] if isinstance(load_kw, float) else Missing(("load_kw",))


def _above(load_kva: Value, limit: Selected) -> bool | Missing:
    within = _within(load_kva, limit, "public_line_limit_kva")
    if isinstance(within, Missing):
        return Missing(tuple("load_kva" if name == "load_kw" else name for name in within.needs))
    return within is False


def _level(values: Mapping[str, Value], within: bool | Missing | None) -> Value:
    customer, voltage = values["customer"], values["voltage_kv"]
    of_low = customer in _LV_CUSTOMERS
    if customer == "hv":
        return HIGH
    if isinstance(voltage, float) and voltage < LOWEST_HIGH_VOLTAGE_KV:
        return LOW
    if within is False or (isinstance(voltage, float) and not of_low):
        return HIGH
    if isinstance(within, Missing) and not isinstance(values["load_kw"], Missing):
        return within
    # A medium voltage stated for a low-voltage customer is that of the line the works start from.
    return LOW if of_low else Missing(("customer",))


def _voltage(level: Value, above: bool | Missing, public: Selected) -> tuple[Value, tuple[float, ...]]:
    if isinstance(level, Missing):
        return level, ()
    if level == LOW:
        return _LOW_KV, ()
    if isinstance(above, Missing):
        return above, ()
    if not above:
        return _MEDIUM_KV, ()
    voltages = tuple(float(each) for each in public.fields["above_kv"])
    return Missing(("voltage_kv",)), voltages


def _three_zeros(customer: Value, level: Value, within: bool | Missing | None) -> Value:
    if isinstance(customer, Missing):
        return customer
    if isinstance(level, Missing):
        return level
    if level == HIGH:
        return False
    if customer == "resident":
        return True
    if customer != "lv_small_business":
        return False
    return within is not False if not isinstance(within, Missing) else within
