"""Units of the field: what a header or a value says, and conversion to the canonical unit.

Canonical units are those of the column names: kVA, kW, A, kV, m, ha. Factors are exact by definition
(mu 亩 = 1/15 ha).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Dimension = Literal["apparent_power", "active_power", "energy", "current", "voltage", "length", "area"]

MOST_KVA = 1_000_000.0
"""No load, claim or question is larger, kVA."""

DEFAULT_POWER_FACTOR = 0.95
"""Power factor (功率因数) where the data states none; every use of it is reported."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure.

    Attributes
    ----------
    symbol
        How people write it.
    dimension
        What it measures.
    factor
        Multiply by it to reach the dimension's canonical unit: kVA, kW, kWh, A, kV, m or ha.
    """

    symbol: str
    dimension: Dimension
    factor: float

    def becomes(self, other: Unit) -> bool:
        """Whether figures in this unit can be told in the other: as they are, or by the power factor.

        An energy (kWh) over a power is a slip that real disclosures contain; it is taken and reported.
        """
        taken = {"apparent_power": ("active_power", "energy"), "active_power": ("energy",)}
        return self.dimension == other.dimension or self.dimension in taken.get(other.dimension, ())


_UNITS: tuple[tuple[Unit, str], ...] = (
    (Unit("VA", "apparent_power", 1e-3), "va 伏安"),
    (Unit("kVA", "apparent_power", 1.0), "kva 千伏安"),
    (Unit("MVA", "apparent_power", 1e3), "mva 兆伏安"),
    (Unit("万kVA", "apparent_power", 1e4), "万kva 万千伏安"),
    (Unit("W", "active_power", 1e-3), "w 瓦"),
    (Unit("kW", "active_power", 1.0), "kw 千瓦"),
    (Unit("MW", "active_power", 1e3), "mw 兆瓦"),
    (Unit("万kW", "active_power", 1e4), "万kw 万千瓦"),
    (Unit("kWh", "energy", 1.0), "kwh kw·h kw.h 千瓦时 度"),
    (Unit("MWh", "energy", 1e3), "mwh 兆瓦时"),
    (Unit("A", "current", 1.0), "a 安 安培 amp amps ampere amperes"),
    (Unit("kA", "current", 1e3), "ka 千安"),
    (Unit("V", "voltage", 1e-3), "v 伏 伏特 volt volts"),
    (Unit("kV", "voltage", 1.0), "kv 千伏"),
    (Unit("mm", "length", 1e-3), "mm 毫米"),
    (Unit("cm", "length", 1e-2), "cm 厘米"),
    (Unit("m", "length", 1.0), "m 米 metre metres meter meters"),
    (Unit("km", "length", 1e3), "km 千米 公里"),
    (Unit("m2", "area", 1e-4), "m2 sqm 平方米 平米"),
    (Unit("km2", "area", 1e2), "km2 sqkm 平方公里 平方千米"),
    (Unit("ha", "area", 1.0), "ha 公顷 hectare hectares"),
    (Unit("亩", "area", 1 / 15), "亩 mu"),
)

_BY_WORD: dict[str, Unit] = {word: unit for unit, words in _UNITS for word in words.split()}

_BRACKETED = re.compile(r"^(?P<base>.*?)\s*[(\[{](?P<inner>[^()\[\]{}]*)[)\]}]?\s*$")
_SUFFIXED = re.compile(r"^(?P<base>.+?)[\s_\-/:]+(?P<unit>[^\s_\-/:]+)$")
_MEASURE = re.compile(r"^(?P<number>[+-]?[\d.,\s]*\d(?:[eE][+-]?\d+)?)\s*(?P<unit>[^\d\s.,+-].*)$")


def parse_unit(text: str) -> Unit | None:
    """Return the unit a word stands for, whatever its width and case; None for any other word.

    >>> parse_unit("ＭＶＡ").symbol
    'MVA'
    >>> parse_unit("公顷").dimension
    'area'
    >>> parse_unit("名称") is None
    True
    """
    return _BY_WORD.get(unicodedata.normalize("NFKC", text).strip().lower())


def split_header(header: str) -> tuple[str, Unit | None]:
    """Split a column header into its words and the unit it states.

    >>> split_header("额定容量（kVA）")[0], split_header("额定容量（kVA）")[1].symbol
    ('额定容量', 'kVA')
    >>> split_header("报装容量_kVA")[0], split_header("名称(中文)")
    ('报装容量', ('名称(中文)', None))
    """
    text = unicodedata.normalize("NFKC", header).strip()
    bracketed = _BRACKETED.match(text)
    if bracketed:
        unit = parse_unit(bracketed["inner"].removeprefix("单位:").removeprefix("单位"))
        return (bracketed["base"], unit) if unit else (text, None)
    suffixed = _SUFFIXED.match(text)
    if suffixed:
        unit = parse_unit(suffixed["unit"])
        if unit:
            return suffixed["base"], unit
    return text, None


def split_measure(text: str) -> tuple[str, Unit | None]:
    """Split a value such as ``400 kVA`` into its number and its unit.

    >>> split_measure("10kV")[0], split_measure("10kV")[1].symbol, split_measure("12.5")
    ('10', 'kV', ('12.5', None))
    """
    match = _MEASURE.match(text)
    if match:
        unit = parse_unit(match["unit"])
        if unit:
            return match["number"].strip(), unit
    return text, None
