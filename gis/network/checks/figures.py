"""Checks of figures: ratings, peaks and the dates of readings (数值核查)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from gis.figures import figure
from gis.findings import Severity
from gis.network.checks.model import Fault, check, faults
from gis.network.checks.readings import LEVEL_WORDS, asset_words, newest
from gis.network.checks.subject import Subject, rows_where
from gis.network.columns import Flags, Floats


def _read(subject: Subject, table: pd.DataFrame, messages: list[str], repair: str) -> Iterator[Fault]:
    yield from faults(subject, "capacity", table["row"].tolist(), messages, repair)


@check(Severity.WARNING, "峰值超过额定值")
def peak_above_rating(subject: Subject) -> Iterator[Fault]:
    """Find assets whose newest peak is above their rating or their limit."""
    table = newest(subject)
    rating = table["rated_kva"].fillna(table["own_rated_kva"]).fillna(table["limit_amps_kva"])
    in_amps = table["peak_a"] > table["limit_a"]
    above_rating = ~in_amps & (table["load_kva"] > rating) & ~(table["peak_a"] <= table["limit_a"])
    above_limit = ~in_amps & ~above_rating & (table["load_kva"] > table["limit_kva"])
    slip = _slips(subject, table)
    for mask, peak, bound, unit, word in (
        (in_amps, table["peak_a"], table["limit_a"], "A", "limit"),
        (above_rating, table["load_kva"], rating, "kVA", "rating"),
        (above_limit, table["load_kva"], table["limit_kva"], "kVA", "limit"),
    ):
        found = mask & ~slip
        messages = [
            f"{who} peaks at {figure(high)} {unit}, above its {word} of {figure(low)} {unit}."
            for who, high, low in zip(asset_words(table[found]), peak[found], bound[found], strict=True)
        ]
        yield from _read(
            subject,
            table[found],
            messages,
            "Confirm the reading and the rating; flag a peak that fell in a transfer.",
        )


def _slips(subject: Subject, table: pd.DataFrame) -> pd.Series[bool]:
    rating = table["rated_kva"].fillna(table["own_rated_kva"]).fillna(table["limit_amps_kva"])
    bound = rating.fillna(table["limit_kva"])
    ratio = subject.parameters.peak_slip_ratio
    in_amps = table["peak_a"] >= ratio * table["limit_a"]
    return in_amps | ((table["load_kva"] >= ratio * bound) & (bound > 0))


@check(Severity.WARNING, "峰值单位疑误")
def peak_unit_slip(subject: Subject) -> Iterator[Fault]:
    """Find peaks that are so many times the rating that a unit must be wrong."""
    table = newest(subject)
    table = table[_slips(subject, table)]
    times = f"{subject.parameters.peak_slip_ratio:g} times"
    messages = [
        f"{who} peaks at {figure(load)} kVA, beyond {times} its rating."
        if np.isfinite(load)
        else f"{who} peaks at {figure(amps)} A, beyond {times} its limit."
        for who, load, amps in zip(asset_words(table), table["load_kva"], table["peak_a"], strict=True)
    ]
    yield from _read(
        subject, table, messages, "Correct the unit of the peak or of the rating (W, kW, MW; A, kA)."
    )


@check(Severity.WARNING, "两种单位的峰值不符")
def peak_units_disagree(subject: Subject) -> Iterator[Fault]:
    """Find peaks given in two units that do not agree."""
    table = newest(subject)
    by_power = table["peak_kw"] / table["power_factor"]
    loads = np.stack([table["peak_kva"], table["amps_kva"], by_power], axis=1)
    several = np.isfinite(loads).sum(axis=1) > 1
    high = np.where(np.isfinite(loads), loads, -np.inf).max(axis=1, initial=-np.inf)
    low = np.where(np.isfinite(loads), loads, np.inf).min(axis=1, initial=np.inf)
    margin = 1.0 + subject.parameters.peak_difference_share
    impossible = table["peak_kw"] > margin * table["peak_kva"].fillna(table["amps_kva"])
    found = (several & (high > low * margin)) | impossible.to_numpy()
    table = table[found]
    messages = [
        f"{who} has a peak of {_in_units(row)}, which do not agree."
        for who, row in zip(asset_words(table), table.to_dict("records"), strict=True)
    ]
    yield from _read(subject, table, messages, "Keep the metered figure and leave the others empty.")


def _in_units(row: dict[str, float]) -> str:
    words = []
    if np.isfinite(row["peak_kva"]):
        words.append(f"{figure(row['peak_kva'])} kVA")
    if np.isfinite(row["peak_a"]):
        words.append(f"{figure(row['peak_a'])} A ({figure(row['amps_kva'])} kVA)")
    if np.isfinite(row["peak_kw"]):
        factor = row["power_factor"]
        given = (
            f" at power factor {factor:g} ({figure(row['peak_kw'] / factor)} kVA)"
            if np.isfinite(factor)
            else ""
        )
        words.append(f"{figure(row['peak_kw'])} kW{given}")
    return " and ".join(words)


@check(Severity.WARNING, "读数与台账额定容量不符")
def rating_mismatch(subject: Subject) -> Iterator[Fault]:
    """Find assets whose rating in the readings differs from that in their own layer."""
    table = newest(subject)
    difference = (table["rated_kva"] - table["own_rated_kva"]).abs()
    table = table[difference > subject.parameters.rating_difference_share * table["own_rated_kva"]]
    messages = [
        f"{who} is rated {figure(own)} kVA in its own layer, but {figure(read)} kVA in its reading."
        for who, own, read in zip(asset_words(table), table["own_rated_kva"], table["rated_kva"], strict=True)
    ]
    yield from _read(subject, table, messages, "Correct whichever of the two is wrong.")


@check(Severity.WARNING, "线路限额电流疑误")
def feeder_limit_implausible(subject: Subject) -> Iterator[Fault]:
    """Find feeders whose limit in A lies outside what a feeder can have."""
    low, high = subject.parameters.feeder_limit_min_a, subject.parameters.feeder_limit_max_a
    table = newest(subject)
    limit = table["limit_a"]
    table = table[(table["layer"] == "feeders") & limit.notna() & ~limit.between(low, high)]
    messages = [
        f"{who} has a limit of {figure(amps)} A, outside {figure(low)} to {figure(high)} A."
        for who, amps in zip(asset_words(table), table["limit_a"], strict=True)
    ]
    yield from _read(
        subject, table, messages, "Check the unit of the limit (A or kA) and the column it came from."
    )


@check(Severity.WARNING, "线路电压等级少见")
def feeder_voltage_unusual(subject: Subject) -> Iterator[Fault]:
    """Find feeders whose voltage is no usual nominal voltage."""
    voltages = subject.numbers("feeders", "voltage_kv")
    usual = np.array(subject.parameters.feeder_voltages_kv)
    off = ~np.isclose(voltages[:, None], usual[None, :], rtol=1e-3).any(axis=1)
    yield from _implausible(
        subject,
        "feeders",
        voltages,
        off & np.isfinite(voltages),
        "has a voltage of {} kV, which no feeder has",
    )


@check(Severity.WARNING, "配变额定容量疑误")
def transformer_rating_implausible(subject: Subject) -> Iterator[Fault]:
    """Find distribution transformers with a rating that none has."""
    rated, limits = subject.numbers("transformers", "rated_kva"), subject.parameters
    off = (rated < limits.transformer_rating_min_kva) | (rated > limits.transformer_rating_max_kva)
    yield from _implausible(
        subject, "transformers", rated, off, "is rated {} kVA, which no distribution transformer is"
    )


@check(Severity.WARNING, "主变额定容量疑误")
def main_transformer_rating_implausible(subject: Subject) -> Iterator[Fault]:
    """Find main transformers with a rating that none has."""
    rated, limits = subject.numbers("main_transformers", "rated_kva"), subject.parameters
    off = (rated < limits.main_transformer_rating_min_kva) | (rated > limits.main_transformer_rating_max_kva)
    yield from _implausible(
        subject, "main_transformers", rated, off, "is rated {} kVA, which no main transformer is"
    )


def _implausible(subject: Subject, layer: str, values: Floats, mask: Flags, words: str) -> Iterator[Fault]:
    rows = rows_where(mask)
    messages = [
        f"{LEVEL_WORDS[layer]} {label} {words.format(figure(values[row]))}."
        for label, row in zip(subject.labels(layer, rows), rows, strict=True)
    ]
    yield from faults(
        subject, layer, rows, messages, "Check the unit (VA, kVA, MVA; V, kV) and the column it came from."
    )


@check(Severity.WARNING, "在途超过公布的可开放容量")
def pending_above_published(subject: Subject) -> Iterator[Fault]:
    """Find assets where more is pending than the utility's own open capacity."""
    table = newest(subject)
    table = table[table["pending_kva"] > table["published_kva"]]
    figures = zip(asset_words(table), table["pending_kva"], table["published_kva"], strict=True)
    messages = [
        f"{who} has {figure(pending)} kVA pending, but the utility publishes {figure(published)} kVA as open."
        for who, pending, published in figures
    ]
    yield from _read(
        subject, table, messages, "Ask whether the published figure already has the pending load taken off."
    )


CHECKS = (
    peak_above_rating,
    peak_unit_slip,
    peak_units_disagree,
    rating_mismatch,
    feeder_limit_implausible,
    feeder_voltage_unusual,
    transformer_rating_implausible,
    main_transformer_rating_implausible,
    pending_above_published,
)
"""Checks of figures."""
