"""The formulas of one asset with its numbers in them, and the inputs they come from (计算过程)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from gis.capacity.breakdown import Breakdown, Sources
from gis.capacity.limits import KINDS
from gis.capacity.numerals import day_of, kva, plain
from gis.capacity.open_capacity import OpenCapacity
from gis.capacity.readings import PEAKS
from gis.capacity.words import LEVELS, Label, LimitKind


@dataclass(frozen=True, slots=True)
class Input:
    """One figure that went in.

    Attributes
    ----------
    name
        Column of the dictionary or coefficient of the model.
    asset_id
        Asset it belongs to; None for a coefficient.
    value, unit
        As it went in.
    stated_on
        Day of the reading; None where it has none.
    label
        How sure it is.
    source
        Words for where it came from; None where not known.
    """

    name: str
    asset_id: str | None
    value: float
    unit: str
    stated_on: date | None
    label: Label
    source: str | None


_UNITS = {"limit_a": "A", "peak_a": "A", "peak_kw": "kW", "power_factor": "", "voltage_kv": "kV"}


def limit_formula(capacity: OpenCapacity, row: int) -> str:
    """Return the right side of the limit."""
    limits, parameters = capacity.limits, capacity.parameters
    kind, transfer = KINDS[limits.kind[row]], kva(limits.transfer_kva[row])
    if kind is LimitKind.UNKNOWN:
        return "—"
    if kind is LimitKind.STATED:
        return kva(limits.limit_kva[row])
    rho, rated = plain(parameters.rho), kva(limits.rated_kva[row])
    if kind is LimitKind.SINGLE:
        return f"{rho} × {rated}" if parameters.single_transformer == "rated" else f"{rho} × 0 + {transfer}"
    if kind is LimitKind.N_1:
        each = " + ".join(kva(limits.rated_kva[child]) for child in _main_transformers(capacity, row))
        return f"{rho} × ({each} − {kva(limits.largest_kva[row])}) + {transfer}"
    share = plain(limits.share[row])
    if kind is LimitKind.CURRENT:
        return f"{share} × √3 × {plain(capacity.assets.voltage_kv[row])} kV × {plain(limits.amps[row])} A"
    return f"{share} × {rated}"


def peak_formula(capacity: OpenCapacity, row: int) -> str:
    """Return the right side of the peak."""
    if math.isnan(capacity.peak_kva[row]):
        return "—"
    if capacity.peaks.children[row] >= 0:
        return f"{plain(capacity.parameters.simultaneity)} × {kva(capacity.peaks.children_kva[row])}"
    unit, figure, factor = _metered(capacity, row)
    if unit == "peak_kw":
        return f"{plain(figure)} kW ÷ {plain(factor)}"
    if unit == "peak_a":
        return f"√3 × {plain(capacity.assets.voltage_kv[row])} kV × {plain(figure)} A"
    return kva(figure)


def pending_formula(parts: Breakdown) -> str:
    """Return the right side of what is pending."""
    each = [line.pending_kva for line in parts.counted] + [line.kva for line in parts.aggregates]
    return " + ".join(kva(value) for value in each) or "0"


def _main_transformers(capacity: OpenCapacity, row: int) -> list[int]:
    return [
        int(each)
        for each in capacity.assets.children(row)
        if LEVELS[capacity.assets.level[each]] == "main_transformer"
    ]


def _metered(capacity: OpenCapacity, row: int) -> tuple[str, float, float]:
    """Return the column the peak was taken from, its figure, and the power factor."""
    readings, reading = capacity.readings, int(capacity.readings.newest["peak"][row])
    unit = PEAKS[readings.unit[reading]]
    stated = float(readings.figures["power_factor"][reading])
    factor = capacity.parameters.power_factor if math.isnan(stated) else stated
    return unit, float(readings.figures[unit][reading]), factor


def inputs(capacity: OpenCapacity, row: int, sources: Sources) -> tuple[Input, ...]:
    """Return what the limit and the peak of an asset came from, and the utility's own figure."""
    made = [*_limit_inputs(capacity, row, sources), *_peak_inputs(capacity, row, sources)]
    if capacity.readings.newest["published_kva"][row] >= 0:
        made.append(_read(capacity, row, "published_kva", Label.PUBLISHED, sources))
    return tuple(made)


def _limit_inputs(capacity: OpenCapacity, row: int, sources: Sources) -> list[Input]:
    limits, level = capacity.limits, LEVELS[capacity.assets.level[row]]
    kind = KINDS[limits.kind[row]]
    if kind is LimitKind.UNKNOWN:
        return []
    if kind is LimitKind.STATED:
        return [_read(capacity, row, "limit_kva", Label.STATED, sources)]
    if kind in {LimitKind.N_1, LimitKind.SINGLE}:
        made = [_rated(capacity, each, sources) for each in _main_transformers(capacity, row)]
        return [*made, _transfer(capacity, row, sources), _coefficient(capacity, "rho")]
    if kind is LimitKind.CURRENT:
        volts = _own(capacity, row, "voltage_kv", float(capacity.assets.voltage_kv[row]), "kV", sources)
        rating = [_read(capacity, row, "limit_a", Label.STATED, sources), volts]
    else:
        rating = [_rated(capacity, row, sources)]
    own = float(capacity.assets.n1_share[row])
    if level == "feeder" and not math.isnan(own):
        return [*rating, _own(capacity, row, "n1_share", own, "", sources)]
    return [*rating, _coefficient(capacity, f"derate_{level}")]


def _peak_inputs(capacity: OpenCapacity, row: int, sources: Sources) -> list[Input]:
    if math.isnan(capacity.peak_kva[row]):
        return []
    peaks = capacity.peaks
    if peaks.children[row] >= 0:
        total, day = float(peaks.children_kva[row]), day_of(peaks.day[row])
        sum_of = Input("peak_kva", capacity.ids[row], total, "kVA", day, Label.ESTIMATED, None)
        return [sum_of, _coefficient(capacity, "simultaneity")]
    unit, _, factor = _metered(capacity, row)
    made = [_read(capacity, row, unit, Label.MEASURED, sources, "peak")]
    if unit == "peak_kw" and capacity.peak_label[row] is not Label.ASSUMED:
        made.append(_read(capacity, row, "power_factor", Label.MEASURED, sources, "peak"))
    elif unit == "peak_kw":
        made.append(Input("power_factor", None, factor, "", None, Label.ASSUMED, str(capacity.parameters)))
    return made


def _read(
    capacity: OpenCapacity, row: int, name: str, label: Label, sources: Sources, newest: str = ""
) -> Input:
    readings = capacity.readings
    reading = int(readings.newest[newest or name][row])
    return Input(
        name=name,
        asset_id=capacity.ids[row],
        value=float(readings.figures[name][reading]),
        unit=_UNITS.get(name, "kVA"),
        stated_on=day_of(readings.day[reading]),
        label=label,
        source=sources.get(readings.batch[reading]),
    )


def _own(capacity: OpenCapacity, row: int, name: str, value: float, unit: str, sources: Sources) -> Input:
    source = sources.get(capacity.assets.batch[row])
    return Input(name, capacity.ids[row], value, unit, None, Label.STATED, source)


def _rated(capacity: OpenCapacity, row: int, sources: Sources) -> Input:
    if capacity.readings.newest["rated_kva"][row] >= 0:
        return _read(capacity, row, "rated_kva", Label.STATED, sources)
    return _own(capacity, row, "rated_kva", float(capacity.assets.rated_kva[row]), "kVA", sources)


def _transfer(capacity: OpenCapacity, row: int, sources: Sources) -> Input:
    own = float(capacity.assets.transfer_kva[row])
    if not math.isnan(own):
        return _own(capacity, row, "transfer_kva", own, "kVA", sources)
    return _coefficient(capacity, "transfer_kva", "kVA")


def _coefficient(capacity: OpenCapacity, name: str, unit: str = "") -> Input:
    parameters = capacity.parameters
    label = Label.STATED if name in parameters.overridden else Label.ASSUMED
    return Input(name, None, float(getattr(parameters, name)), unit, None, label, str(parameters))


def effective_formula(capacity: OpenCapacity, row: int) -> str:
    """Return the right side of the open capacity: the least margin up the tree."""
    if math.isnan(capacity.effective_kva[row]):
        return "—"
    known = [each for each in capacity.assets.chain(row) if np.isfinite(capacity.own_after_kva[each])]
    return f"max(0, min({'; '.join(kva(capacity.own_after_kva[each]) for each in known)}))"
