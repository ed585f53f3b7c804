"""Checks of geometry as such: missing, invalid, far away, measured far from the meridian (图形核查)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import shapely

from gis.figures import figure
from gis.findings import Severity
from gis.network.checks.model import Fault, check, faults, layer_fault
from gis.network.checks.subject import SPATIAL, Subject, rows_where
from gis.network.columns import Floats

_EARTH_RADIUS_M: Final = 6_371_008.8
"""Mean radius of GRS 80."""

_MEASURED: Final = ("roads", "feeders", "ducts")
"""Layers whose lengths are measured."""

_MOST = 0.5


@check(Severity.WARNING, "缺少图形")
def geometry_missing(subject: Subject) -> Iterator[Fault]:
    """Find rows of a layer with geometry that have none; feeders have a check of their own."""
    for layer in SPATIAL:
        if layer == "feeders":
            continue
        rows = rows_where(np.asarray(shapely.is_missing(subject.geometry(layer))))
        messages = [f"Row {label} of {layer} has no geometry." for label in subject.labels(layer, rows)]
        yield from faults(subject, layer, rows, messages, "Import it again with its place.")


@check(Severity.WARNING, "图形无效")
def geometry_invalid(subject: Subject) -> Iterator[Fault]:
    """Find geometries that are not valid: a ring that crosses itself, a line without length."""
    for layer in SPATIAL:
        rows = rows_where(~subject.valid(layer))
        reasons = shapely.is_valid_reason(subject.geometry(layer)[rows])
        messages = [
            f"The geometry of {label} in {layer} is invalid: {reason}."
            for label, reason in zip(subject.labels(layer, rows), reasons, strict=True)
        ]
        yield from faults(
            subject, layer, rows, messages, "Redraw it there; areas are measured on a mended copy."
        )


@check(Severity.WARNING, "位置远离其余数据")
def far_from_the_rest(subject: Subject) -> Iterator[Fault]:
    """Find things far away from the middle of the roads (else of everything); jurisdictions may be."""
    distances = {layer: distances_m(subject, layer) for layer in SPATIAL if layer != "jurisdictions"}
    roads, every = distances["roads"], np.concatenate(list(distances.values()))
    ours = roads if np.isfinite(roads).any() else every
    if not np.isfinite(ours).any():
        return
    limit_m = max(subject.parameters.far_m, subject.parameters.far_ratio * float(np.nanmedian(ours)))
    repair = "Correct its place, or import the layer again with the right --crs."
    for layer, metres in distances.items():
        rows = rows_where(metres > limit_m)
        if len(rows) > 1 and len(rows) > _MOST * len(metres):
            nearest = figure(float(np.min(metres[rows])) / 1000)
            message = (
                f"{len(rows):,} of {len(metres):,} rows of {layer} lie {nearest} km or more from the rest."
            )
            yield layer_fault(layer, message, repair)
            continue
        messages = [
            f"{label} of {layer} lies {figure(metres[row] / 1000)} km from the middle of the data."
            for row, label in zip(rows, subject.labels(layer, rows), strict=True)
        ]
        yield from faults(subject, layer, rows, messages, repair)


def distances_m(subject: Subject, layer: str) -> Floats:
    """Return how far each thing lies from the middle of the data on a sphere, metres (haversine)."""
    if subject.middle is None:
        return np.full(subject.size(layer), np.nan)
    lon, lat = np.radians(subject.middle)
    theirs = np.radians(subject.centres(layer))
    half = np.sin((theirs[:, 1] - lat) / 2) ** 2
    half += np.cos(lat) * np.cos(theirs[:, 1]) * np.sin((theirs[:, 0] - lon) / 2) ** 2
    return np.asarray(2 * _EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


@check(Severity.WARNING, "平面长度与实测长度不符")
def planar_length_differs(subject: Subject) -> Iterator[Fault]:
    """Find layers whose planar lengths differ from the measured ones, far from the central meridian."""
    if subject.zone is None:
        return
    for layer in _MEASURED:
        plane = subject.plane(layer)
        planar = shapely.length(plane)
        bounds = shapely.bounds(plane).reshape(-1, 4)
        scale = subject.zone.scale_factor((bounds[:, 0] + bounds[:, 2]) / 2)
        measured = float(np.nansum(planar / scale))
        difference = float(np.nansum(planar)) / measured - 1.0 if measured else 0.0
        if abs(difference) > subject.parameters.length_difference_share:
            yield layer_fault(
                layer,
                f"In the plane (EPSG:{subject.zone.epsg}) the {layer} are {abs(difference):.2%} "
                f"{'longer' if difference > 0 else 'shorter'} than on the ground "
                f"({figure(measured / 1000)} km): the data lies far from the central meridian "
                f"{subject.zone.central_meridian_deg:g}°.",
                "Nothing to mend: lengths on the ground are used; figures taken from the plane will differ.",
            )


CHECKS = (geometry_missing, geometry_invalid, far_from_the_rest, planar_length_differs)
"""Checks of geometry as such."""
