"""Checks of how parcels lie at streets (临街核查)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import shapely

from gis.corridors.attachments import Access, Attachments
from gis.corridors.entries import parcel_entries
from gis.corridors.noding import noded_streets
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Kind, Streets
from gis.corridors.surroundings import Surroundings, Verges, surroundings
from gis.figures import figure
from gis.findings import Severity
from gis.metric_zone import project
from gis.network.checks.components import components
from gis.network.checks.model import Fault, check, faults
from gis.network.checks.subject import Subject, rows_where
from gis.network.columns import Flags, Floats

_PARAMETERS: Final = CorridorParameters()

_SMALL_SHARE: Final = 0.05
"""A piece of the network counts from this share of the longest piece on, however short it is."""


@check(Severity.WARNING, "地块无临街面")
def parcel_without_frontage(subject: Subject) -> Iterator[Fault]:
    """Find parcels that front no street: none lies within 50 m of the red line on its own side.

    Streets that are cut off from the network do not count, nor do expressways.
    """
    if not subject.size("roads") or subject.zone is None:
        return
    streets = noded_streets(subject.grid, _PARAMETERS)
    if not streets.edges:
        return
    parcels, water = (project(subject.geometry(layer), streets.zone) for layer in ("parcels", "water"))
    around = surroundings(streets, _verges(streets), parcels, water, _PARAMETERS)
    entries = parcel_entries(around)
    placed = ~shapely.is_missing(around.parcels)
    rows = rows_where(placed & (entries.access != Access.FRONTAGE))
    gap_m = _gaps(around, entries)
    told = [_words(Access(entries.access[row]), gap_m[row]) for row in rows]
    messages = [
        f"Parcel {label} fronts no street: {words}."
        for label, (words, _) in zip(subject.labels("parcels", rows), told, strict=True)
    ]
    yield from faults(subject, "parcels", rows, messages, [repair for _, repair in told])


def _words(access: Access, gap_m: float) -> tuple[str, str]:
    """Return what keeps a parcel from the streets, and the repair."""
    reach = f"{_PARAMETERS.reach_m:,.0f} m"
    if access == Access.NONE:
        return f"there is none within {reach}", "Import the street that serves it, or correct its place."
    if access == Access.BARRIER:
        return (
            f"before every one within {reach} lies a road, a railway, water or another parcel",
            "Add the street or the bridge that serves it; until then it has no route.",
        )
    away = f"the nearest verge that it reaches is {figure(gap_m)} m away"
    if gap_m <= _PARAMETERS.frontage_tolerance_m:
        return f"it lies behind a parcel that overlaps it, and {away}", "Correct the red line of either."
    return away, "Add the street that serves it, or correct its red line; until then it is led to that verge."


def _gaps(around: Surroundings, entries: Attachments) -> Floats:
    """Return how far the first attachment of each parcel is from its verge, metres; NaN where it has none."""
    gap_m = np.full(entries.owners, np.nan)
    has = np.diff(entries.start) > 0
    first = entries.start[:-1][has]
    half_m = around.half_width_m[entries.segment[first], entries.side[first]]
    gap_m[has] = np.maximum(entries.low_depth_m[first] - half_m, 0.0)
    return gap_m


def _verges(streets: Streets) -> Verges:
    """Return the verges of streets and ducts, each half the road's width from the centreline."""
    walked = np.isin(streets.kind, [Kind.STREET, Kind.DUCT])
    return Verges(
        half_width_m=np.repeat(streets.width_m / 2.0, 2),
        exists=np.repeat(walked, 2),
        large=np.repeat(_large(streets, walked), 2),
    )


def _large(streets: Streets, walked: Flags) -> Flags:
    """Return which edges lie in a connected piece of street long enough to matter."""
    tails, heads = streets.edge_from.astype(np.int64), streets.edge_to.astype(np.int64)
    label = components(streets.nodes, tails[walked], heads[walked])
    step_m = np.hypot(np.diff(streets.x, append=np.nan), np.diff(streets.y, append=np.nan))
    step_m[streets.vertex_start[1:] - 1] = 0.0
    length_m = np.add.reduceat(step_m, streets.vertex_start[:-1])
    piece = label[tails]
    total_m = np.bincount(piece[walked], length_m[walked], minlength=streets.nodes)
    least_m = min(_PARAMETERS.small_component_m, _SMALL_SHARE * total_m.max(initial=0.0))
    return np.asarray(total_m[piece] >= least_m, dtype=bool)


CHECKS = (parcel_without_frontage,)
"""Checks of how parcels lie at streets."""
