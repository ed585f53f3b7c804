"""The load of a parcel that states none (地块负荷): its land use, area and FAR by a table of densities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.network.columns import Floats, Objects
from gis.settings_file import Number, Rule, Span, Stated, defaults, keys_of, overlaid

Pair = tuple[float, float]

USES: Final = (
    "residential",
    "commercial",
    "public",
    "industrial",
    "logistics",
    "roads",
    "utilities",
    "green",
)
"""Kinds of land use (用地类别) that the table knows."""

_GB_50137: Final[Mapping[str, str]] = {
    "R": "residential",
    "A": "public",
    "B": "commercial",
    "M": "industrial",
    "W": "logistics",
    "S": "roads",
    "U": "utilities",
    "G": "green",
    "H1": "residential",
}
"""Beginnings of the codes of GB 50137-2011; H1 is land of towns and villages."""

_NATURAL_RESOURCES: Final[Mapping[str, str]] = {
    "07": "residential",
    "08": "public",
    "09": "commercial",
    "10": "industrial",
    "11": "logistics",
    "12": "roads",
    "13": "utilities",
    "14": "green",
}
"""Beginnings of the national codes of 2020 and 2023 (用地用海分类)."""

_WORDS: Final[Mapping[str, str]] = {
    "residential": "residential",
    "commercial": "commercial",
    "retail": "commercial",
    "education": "public",
    "institutional": "public",
    "public": "public",
    "industrial": "industrial",
    "depot": "logistics",
    "logistics": "logistics",
    "port": "logistics",
    "garages": "roads",
    "railway": "roads",
    "recreation_ground": "green",
}
"""Words of OpenStreetMap's ``landuse``; that of construction or greenfield is open."""

_M2_PER_HA: Final = 10_000.0
_W_PER_KW: Final = 1_000.0


@dataclass(frozen=True, slots=True)
class LoadTable(Stated):
    """Load densities and what goes with them; a density is a range whose middle counts.

    Attributes
    ----------
    demand_factor
        What a density is multiplied by (需用系数).
    power_factor
        Turns kW into kVA (功率因数).
    lv_limit_kw
        Supply is at low voltage up to this, where no policy says.
    lv_radius_m
        A longer route at low voltage is offered with a warning (低压供电半径).
    floor_residential, floor_commercial, floor_public, floor_industrial, floor_logistics, floor_utilities
        W for each m2 of floor.
    land_residential, land_commercial, land_public, land_industrial, land_logistics, land_roads
        kW for each ha of land.
    land_utilities, land_green
        The same.
    """

    demand_factor: float
    power_factor: float
    lv_limit_kw: float
    lv_radius_m: float
    floor_residential: Pair
    floor_commercial: Pair
    floor_public: Pair
    floor_industrial: Pair
    floor_logistics: Pair
    floor_utilities: Pair
    land_residential: Pair
    land_commercial: Pair
    land_public: Pair
    land_industrial: Pair
    land_logistics: Pair
    land_roads: Pair
    land_utilities: Pair
    land_green: Pair

    def density(self, kind: str, use: str) -> float:
        """Return the middle of a range, ``kind`` floor (W/m2) or land (kW/ha); NaN where there is none."""
        span: Pair | None = getattr(self, f"{kind}_{use}", None)
        return float("nan") if span is None else (span[0] + span[1]) / 2.0


_SHARE: Final = Number(0.0, False, 1.0)
_RULES: Final[Mapping[str, Rule]] = {
    "demand_factor": _SHARE,
    "power_factor": _SHARE,
    "lv_limit_kw": Number(0.0, True, 1e6),
    "lv_radius_m": Number(0.0, True, 1e6),
} | {key: Span(1e6) for key in keys_of(LoadTable) if key.startswith(("floor_", "land_"))}


@cache
def default_table() -> LoadTable:
    """Return the defaults."""
    return defaults(LoadTable, "gis.siting", "loads.toml", _RULES)


def read_table(text: str, name: str) -> LoadTable:
    """Return the defaults with what a utility's own file states put over them.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    return overlaid(default_table(), text, name, _RULES)


def use_of(code: str | None) -> str | None:
    """Return the kind of land use that a code or word stands for, None where it is not known.

    >>> use_of("R2"), use_of("H14"), use_of("1001"), use_of("retail"), use_of("E2")
    ('residential', 'residential', 'industrial', 'commercial', None)
    """
    if code is None:
        return None
    text = code.strip()
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    upper = text.upper()
    if upper[:2].isdigit():
        return _NATURAL_RESOURCES.get(upper[:2])
    digits = upper[1:]
    if digits and not digits[0].isdigit():
        return None  # a word, not a code
    return _GB_50137.get(upper[:2]) or _GB_50137.get(upper[:1])


class Loads(NamedTuple):
    """The loads of parcels.

    Attributes
    ----------
    kva
        NaN where none can be told, shape (n,).
    source
        stated, land_use or argument; None where there is no load, shape (n,).
    """

    kva: Floats
    source: Objects


def planned_loads(stated_kva: Floats, uses: Objects, far: Floats, area_ha: Floats, table: LoadTable) -> Loads:
    """Return the load of each parcel: what it states, else by land use.

    ``floor density x area x FAR`` where the FAR is known and the use has a floor density, else ``land density
    x area``; the middle of the range, times the demand factor, divided by the power factor.

    Parameters
    ----------
    stated_kva
        NaN where it states none, shape (n,).
    uses
        Of ``use_of``, shape (n,).
    far
        Floor area ratio (容积率), NaN where not known, shape (n,).
    area_ha
        Land area, shape (n,).
    table
        Densities.
    """
    floor = {use: table.density("floor", use) for use in USES}
    land = {use: table.density("land", use) for use in USES}
    by_floor = np.array([floor.get(use, np.nan) for use in uses.tolist()], dtype=np.float64)
    by_land = np.array([land.get(use, np.nan) for use in uses.tolist()], dtype=np.float64)
    floor_kw = by_floor * area_ha * _M2_PER_HA * far / _W_PER_KW
    kw = np.where(np.isfinite(floor_kw) & (far > 0), floor_kw, by_land * area_ha)
    kva = kw * table.demand_factor / table.power_factor
    kva = np.where(kva > 0, kva, np.nan)
    given = np.isfinite(stated_kva) & (stated_kva > 0)
    source: NDArray[np.object_] = np.full(len(kva), None, dtype=object)
    source[np.isfinite(kva)] = "land_use"
    source[given] = "stated"
    return Loads(np.where(given, stated_kva, kva), source)
