"""Columns of figures: reading, units, and what cannot be a value of the field."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.dictionary.converted import Converted, ValueFault, as_text, where
from gis.dictionary.headers import Binding
from gis.dictionary.model import Field
from gis.dictionary.numbers import CommaUse, Reading, read_number
from gis.units import DEFAULT_POWER_FACTOR, Unit, parse_unit

_Figures = NDArray[np.float64]


def convert_figures(
    binding: Binding, values: pd.Series, commas: CommaUse, power_factor: _Figures | None
) -> Converted:
    """Convert a column of numbers to the field's own unit.

    Parameters
    ----------
    binding
        The field, and the unit its header states.
    values
        As in the source, shape (n,).
    commas
        What the whole column says about its comma.
    power_factor
        shape (n,), NaN where a row states none.

    Returns
    -------
    Converted
        float64, shape (n,), NaN for null and for every refused value.
    """
    result = Converted(np.full(len(values), np.nan))
    figures, units = _read(binding, values, commas, result)
    own = parse_unit(binding.field.unit) if binding.field.unit else None
    if own is None:
        result.column = figures
    else:
        factors = np.full(len(figures), np.nan) if power_factor is None else power_factor
        converted = np.full(len(figures), np.nan)
        given = ~np.isnan(figures)
        for unit in set(units):
            here = given & np.array([each == unit for each in units], dtype=bool)
            if not here.any():
                continue
            if unit is None:
                _refuse_without_unit(binding, figures, here, result)
            else:
                converted[here] = _in_own_unit(binding, figures[here], unit, own, factors[here], result)
        result.column = converted
    _refuse_impossible(binding, result)
    return result


def _read(
    binding: Binding, values: pd.Series, commas: CommaUse, result: Converted
) -> tuple[_Figures, list[Unit | None]]:
    """Return the bare figures and the unit of each."""
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        return values.to_numpy(dtype=np.float64, na_value=np.nan).copy(), [binding.unit] * len(values)
    texts = as_text(values)
    read = {text: _highest(text, commas, binding.field) for text in set(texts) if text is not None}
    figures = np.full(len(texts), np.nan)
    units: list[Unit | None] = [binding.unit] * len(texts)
    for position, text in enumerate(texts):
        if text is None:
            continue
        reading = read[text]
        if reading.fault:
            message = f"{where(binding)}: {reading.fault}"
            result.faults.append(ValueFault("value_unreadable", position, message))
        elif reading.value is not None:
            figures[position] = reading.value
            units[position] = reading.unit or binding.unit
    return figures, units


def _highest(text: str, commas: CommaUse, column: Field) -> Reading:
    """Read a number; of several voltages (``220000;110000``) the highest."""
    if column.unit == "kV" and ";" in text:
        readings = [read_number(part, commas) for part in text.split(";")]
        readable = [reading for reading in readings if reading.value is not None]
        if readable:
            return max(readable, key=lambda reading: reading.value or 0.0)
    return read_number(text, commas)


def _in_own_unit(
    binding: Binding, figures: _Figures, unit: Unit, own: Unit, power_factor: _Figures, result: Converted
) -> _Figures:
    """Convert figures of one unit; ``S = P / pf`` turns active into apparent power."""
    if not unit.becomes(own):
        message = f"{where(binding)}: {unit.symbol} cannot become {own.symbol}"
        result.faults += [ValueFault("unit_wrong", int(at), message) for at in range(len(figures))]
        return np.full(len(figures), np.nan)
    converted = figures * (unit.factor / own.factor)
    if unit.dimension == "energy" and not binding.stated:
        result.assumptions["energy_unit_assumed_power"] = (
            f"{where(binding)} states {unit.symbol}, an energy; its figures are taken as {own.symbol}"
        )
    if unit.dimension == "active_power" and own.dimension == "apparent_power":
        if np.isnan(power_factor).any():
            result.assumptions["power_factor_assumed"] = (
                f"{where(binding)} states {unit.symbol} for {binding.field.name}; power factor "
                f"{DEFAULT_POWER_FACTOR:g} is taken where a row states none"
            )
        converted /= np.where(np.isnan(power_factor), DEFAULT_POWER_FACTOR, power_factor)
    return converted


def _refuse_without_unit(
    binding: Binding, figures: _Figures, here: NDArray[np.bool_], result: Converted
) -> None:
    for position in np.flatnonzero(here).tolist():
        message = f"{where(binding)}: {figures[position]:g} has no unit, neither in the header nor beside it"
        result.faults.append(ValueFault("unit_unknown", position, message, rejects_row=True))


def _refuse_impossible(binding: Binding, result: Converted) -> None:
    """Null what is not finite, not whole where it must be, or out of the field's range."""
    figures = np.asarray(result.column, dtype=np.float64)
    field = binding.field
    bad: dict[str, NDArray[np.bool_]] = {"is not finite": np.isinf(figures)}
    if field.type == "integer":
        bad["is not a whole number"] = np.isfinite(figures) & (figures != np.round(figures))
    if field.range is not None:
        limits = field.range
        low = -np.inf if limits.low is None else limits.low
        high = np.inf if limits.high is None else limits.high
        below = figures < low if limits.low_included or limits.low is None else figures <= low
        above = figures > high if limits.high_included or limits.high is None else figures >= high
        bad[f"is not {limits}"] = np.isfinite(figures) & (below | above)
    for words, mask in bad.items():
        for position in np.flatnonzero(mask).tolist():
            figure = f"{figures[position]:g} {field.unit}".strip()
            message = f"{where(binding)}: {figure} {words}"
            result.faults.append(ValueFault("value_out_of_range", position, message))
        figures[mask] = np.nan
    result.column = figures
