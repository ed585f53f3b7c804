"""Readings (负荷读数) of the demo district: feeders, main transformers, substations, transformers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from layers.demo import plan
from layers.demo.devices import Transformer
from layers.demo.feeders import Feeder
from layers.demo.land import HIGH_KV

MARGIN: Final = 0.8
"""Share of a rating that may be used."""

RESTRICTED: Final = {"LT-XL-618": 1.05, "LT-XL-716": 0.93, "LT-XL-820": 0.88, "LT-XL-612": 0.86}
"""Feeder -> highest current as a share of its limit; LT-XL-618 stands above its rating."""

TIGHT: Final = frozenset({"LT-XL-611", "LT-XL-615", "LT-XL-622", "LT-XL-718", "LT-XL-813"})
"""Feeders that have little left."""

NO_PEAK: Final = "LT-XL-719"
NO_ROW: Final = "LT-XL-812"
STALE: Final = frozenset({"LT-XL-616", "LT-XL-817"})
OTHER_FIGURE: Final = frozenset({"LT-XL-623", "LT-XL-717"})
"""Feeders whose published figure does not follow from the reading."""

HEAVY: Final = "启园变2号主变"
"""Main transformer whose peak leaves little of its limit."""

OVERLOADED: Final = 3
UNREAD: Final = 6
"""Distribution transformers above their rating, and those without a reading."""

OLD: Final = date(2024, 6, 30)
DATES: Final = (date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30), date(2026, 10, 31))


@dataclass(frozen=True, slots=True)
class FeederReading:
    """A row of the list of open capacities."""

    station: str
    name: str
    limit_a: int
    peak_a: float | None
    pending_kva: float
    published_kva: float
    on: date


@dataclass(frozen=True, slots=True)
class PowerReading:
    """A peak in power of a main transformer or a substation; MVA and MW."""

    station: str
    name: str
    rated_mva: float | None
    limit_mva: float | None
    peak_mw: float
    power_factor: float
    on: date


@dataclass(frozen=True, slots=True)
class TransformerReading:
    """A peak of a distribution transformer."""

    id: str
    rated_kva: int
    peak_kw: float
    power_factor: float
    on: date


def spelling(feeder: Feeder) -> str:
    """Return the feeder's name as the list of open capacities spells it: three in another way."""
    if feeder.id == "LT-XL-619":
        wide = "".join(chr(ord(letter) + 0xFEE0) if letter.isascii() else letter for letter in feeder.name)
        return wide.removesuffix("线")
    if feeder.id == "LT-XL-721":
        return feeder.name.replace("kV", "KV ")
    return feeder.name.removesuffix("线") if feeder.id == "LT-XL-815" else feeder.name


def _loading(feeder: Feeder, rng: np.random.Generator) -> float:
    usual, tight = rng.uniform(0.14, 0.4), rng.uniform(0.6, 0.76)
    if feeder.id in RESTRICTED:
        return RESTRICTED[feeder.id]
    return float(tight if feeder.id in TIGHT else usual)


def feeder_readings(feeders: tuple[Feeder, ...], pending: dict[str, float]) -> tuple[FeederReading, ...]:
    """Return the readings of the feeders, one row each but for one that is left out."""
    rng = plan.generator(10)
    rows = []
    for feeder in feeders:
        limit = int(rng.choice([400, 480] if feeder.construction == "架空" else [480, 530, 600]))
        peak = round(limit * _loading(feeder, rng), 1)
        kva_per_a = np.sqrt(3) * feeder.voltage_kv
        promised = round(pending.get(feeder.name, 0.0), 1)
        left = max(0.0, (MARGIN * limit - peak) * kva_per_a - promised)
        published = round(left * (1.35 if feeder.id in OTHER_FIGURE else 1.0), 1)
        day = OLD if feeder.id in STALE else DATES[2]
        if feeder.id == NO_ROW:
            continue
        rows.append(
            FeederReading(
                station=feeder.station,
                name=spelling(feeder),
                limit_a=limit,
                peak_a=None if feeder.id == NO_PEAK else peak,
                pending_kva=promised,
                published_kva=published,
                on=day,
            )
        )
    return tuple(rows)


def main_transformers() -> list[tuple[str, str, str, float]]:
    """Return id, name, substation and rating in MVA of each main transformer (主变)."""
    return [
        (f"LT-ZB-{index}{number}", f"{name[:2]}变{number}号主变", name, float(rating))
        for index, (_, name, _, _, ratings, _) in enumerate(plan.STATIONS, start=1)
        for number, rating in enumerate(ratings, start=1)
    ]


def power_readings() -> tuple[tuple[PowerReading, ...], tuple[PowerReading, ...]]:
    """Return the readings of the main transformers and of the substations."""
    rng = plan.generator(11)
    transformers = []
    total: dict[str, float] = {}
    for _, name, station, rated in main_transformers():
        share = 0.73 if name == HEAVY else float(rng.uniform(0.33, 0.42))
        factor = round(float(rng.uniform(0.95, 0.98)), 2)
        peak = round(rated * share * factor, 1)
        total[station] = total.get(station, 0.0) + peak
        transformers.append(PowerReading(station, name, rated, None, peak, factor, DATES[2]))
    stations = [
        PowerReading(
            name,
            name,
            None,
            130.0 if voltage >= HIGH_KV else None,
            round(total[name] * 0.94, 1),
            0.96,
            DATES[2],
        )
        for _, name, voltage, _, _, _ in plan.STATIONS
    ]
    return tuple(transformers), tuple(stations)


def transformer_readings(transformers: tuple[Transformer, ...]) -> tuple[TransformerReading, ...]:
    """Return the readings of the distribution transformers; a few are missing, old or above the rating."""
    rng = plan.generator(12)
    share = rng.beta(2.6, 3.4, len(transformers))
    special = rng.permutation(len(transformers))
    share[special[:OVERLOADED]] = (1.04, 1.11, 1.22)
    unread = set(special[OVERLOADED : OVERLOADED + UNREAD].tolist())
    old = set(special[OVERLOADED + UNREAD : OVERLOADED + UNREAD + 12].tolist())
    factors = np.round(rng.uniform(0.88, 0.97, len(transformers)), 2)
    days = rng.integers(0, len(DATES), len(transformers))
    return tuple(
        TransformerReading(
            each.id,
            each.rated_kva,
            round(float(each.rated_kva * share[i] * factors[i]), 1),
            float(factors[i]),
            OLD if i in old else DATES[int(days[i])],
        )
        for i, each in enumerate(transformers)
        if i not in unread
    )
