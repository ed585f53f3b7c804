"""Thresholds and default widths of the corridors (走廊参数)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

DEFAULT_WIDTH_M: Final[Mapping[str, float]] = MappingProxyType(
    {
        "expressway": 24.0,
        "primary": 20.0,
        "secondary": 16.0,
        "tertiary": 12.0,
        "local": 8.0,
        "track": 4.0,
        "other": 8.0,
        "railway": 10.0,
        "duct": 0.0,
    }
)
"""Width between the outer verges of a road that states none (缺省路宽), by class; the route says so."""


@dataclass(frozen=True, slots=True)
class CorridorParameters:
    """What the corner graph is built by; a unit is the name's suffix.

    Attributes
    ----------
    default_width_m
        Class -> width of a road that states none; ``other`` is a road without a class.
    join_tolerance_m
        A road end this close to another road, or to another end, meets it.
    coincident_m
        Two places this close are one.
    median_width_m
        A face between carriageways narrower than this, measured between the verges, is a median (中央分隔带).
    median_area_m2
        A face smaller than this is an island (渠化岛、环岛): crossed, never walked, as a median is.
    frontage_tolerance_m
        A parcel fronts a verge at most this far from its red line.
    reach_m
        A parcel that fronts no verge looks for one at most this far away.
    tap_tolerance_m
        An access point, or an overhead line, attaches to a verge at most this far away.
    side_unknown_m
        A tap this close to the centreline lies on either side.
    duct_beside_m
        A duct this close to a verge makes it a corridor without excavation.
    infrastructure_m
        A verge this close to important infrastructure runs along it.
    data_edge_m
        A dead end this close to the hull of all roads is where the data ends, not the road.
    barrier_m
        A dead end this close to a railway, an expressway or water ends at it.
    small_component_m
        A connected piece with less road than this, and less than a twentieth of the longest piece, is too
        small to matter.
    """

    default_width_m: Mapping[str, float] = field(default_factory=lambda: DEFAULT_WIDTH_M)
    join_tolerance_m: float = 1.0
    coincident_m: float = 0.01
    median_width_m: float = 12.0
    median_area_m2: float = 5_000.0
    frontage_tolerance_m: float = 50.0
    reach_m: float = 1_000.0
    tap_tolerance_m: float = 50.0
    side_unknown_m: float = 1.0
    duct_beside_m: float = 5.0
    infrastructure_m: float = 20.0
    data_edge_m: float = 5.0
    barrier_m: float = 15.0
    small_component_m: float = 500.0
