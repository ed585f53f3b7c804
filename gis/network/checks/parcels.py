"""Checks of parcels (地块核查)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

import numpy as np
import pandas as pd
import shapely

from gis.dictionary.land_uses import OSM_USES
from gis.figures import figure
from gis.findings import Severity
from gis.network.checks.model import Fault, check, faults, layer_fault
from gis.network.checks.overlaps import Overlap, overlaps
from gis.network.checks.subject import Subject, lonlat, mended, present, rows_where
from gis.network.checks.twins import twins
from gis.network.columns import Floats
from gis.policy.load import jurisdictions

_M2_PER_HA = 10_000.0

_NAMED = 5
"""Parcels that one finding names."""

_LAND_USE_CODE: Final = re.compile(r"([RABMWSUGHE]\d{0,3}[a-z]?)([/+,;、，；·\-]?[RABMWSUGHE]\d{0,3}[a-z]?)*")
"""Codes of GB 50137-2011 (R A B M W S U G of urban land, H E of the town table), also of a mixed use."""


def measured_m2(subject: Subject) -> Floats:
    """Return the area of each parcel on the ellipsoid, NaN where it has no geometry."""
    plane = subject.plane("parcels")
    if subject.zone is None:
        return np.full(len(plane), np.nan)
    areas = np.where(shapely.is_missing(plane), np.nan, shapely.area(subject.sound("parcels")))
    eastings = shapely.get_x(shapely.centroid(plane))
    return np.asarray(areas / subject.zone.scale_factor(eastings) ** 2)


def _found(subject: Subject, pairs: Overlap, words: str, repair: str) -> Iterator[Fault]:
    """Yield a fault for each pair at the place that the two share."""
    degrees = subject.geometry("parcels")
    shared = shapely.intersection(mended(degrees[pairs.left]), mended(degrees[pairs.right]))
    ids = subject.ids("parcels")
    one, other = subject.labels("parcels", pairs.left), subject.labels("parcels", pairs.right)
    for row, left, right, area, share, lon, lat in zip(
        pairs.left, one, other, pairs.area_m2, pairs.share, *lonlat(shared), strict=True
    ):
        message = words.format(one=left, other=right, area=figure(area), share=f"{share:.1%}")
        yield Fault("parcels", ids[row], message, repair, lon, lat)


def _overlapping(subject: Subject) -> Overlap:
    return subject.once("overlaps", "parcels", "", lambda: _overlaps(subject))


def _overlaps(subject: Subject) -> Overlap:
    """Return the pairs that overlap, twins apart, in each the smaller parcel first."""
    pairs = overlaps(subject, "parcels")
    number = twins(subject.geometry("parcels"))
    same = (number[pairs.left] >= 0) & (number[pairs.left] == number[pairs.right])
    limits = subject.parameters
    return pairs.where(~same & (pairs.area_m2 > limits.overlap_m2) & (pairs.share > limits.overlap_share))


@check(Severity.WARNING, "地块重叠")
def parcels_overlap(subject: Subject) -> Iterator[Fault]:
    """Find parcels that overlap; parcels that touch along a boundary do not."""
    pairs = _overlapping(subject)
    return _found(
        subject,
        pairs.where(pairs.share < subject.parameters.nested_share),
        "Parcel {one} and parcel {other} share {area} m2, {share} of the smaller one.",
        "Correct the boundary of either.",
    )


@check(Severity.WARNING, "地块嵌套")
def parcel_nested(subject: Subject) -> Iterator[Fault]:
    """Find parcels that lie inside another one: their land and load count twice."""
    pairs = _overlapping(subject)
    return _found(
        subject,
        pairs.where(pairs.share >= subject.parameters.nested_share),
        "Parcel {one} lies inside parcel {other} ({area} m2).",
        "Cut it out of the larger parcel, or remove one of the two.",
    )


@check(Severity.WARNING, "地块图形重复")
def parcel_duplicate_geometry(subject: Subject) -> Iterator[Fault]:
    """Find parcels with the geometry of another one."""
    table = pd.DataFrame({"twin": twins(subject.geometry("parcels")), "id": subject.ids("parcels")})
    table = table[table["twin"] >= 0].sort_values(["twin", "id"])
    first = table.groupby("twin")["id"].transform("first")
    others = table.duplicated("twin")
    rows = table.index[others].tolist()
    messages = [
        f"Parcel {label} has the same geometry as parcel {other}."
        for label, other in zip(subject.labels("parcels", rows), first[others], strict=True)
    ]
    yield from faults(subject, "parcels", rows, messages, "Remove one of them.")


@check(Severity.WARNING, "地块面积不符")
def parcel_area_mismatch(subject: Subject) -> Iterator[Fault]:
    """Find parcels whose stated area differs from the measured one."""
    stated, measured = subject.numbers("parcels", "area_ha"), measured_m2(subject) / _M2_PER_HA
    limit = subject.parameters.area_difference_share
    rows = rows_where(np.abs(stated - measured) > limit * measured)
    messages = [
        f"Parcel {label} states {stated[row]:,.4g} ha, but its geometry measures {measured[row]:,.4g} ha."
        for row, label in zip(rows, subject.labels("parcels", rows), strict=True)
    ]
    repair = "Correct area_ha (check its unit: ha, m2, mu) or the boundary."
    yield from faults(subject, "parcels", rows, messages, repair)


@check(Severity.WARNING, "地块过小")
def parcel_tiny(subject: Subject) -> Iterator[Fault]:
    """Find parcels so small that they are slivers."""
    measured, limit = measured_m2(subject), subject.parameters.tiny_parcel_m2
    rows = rows_where(measured < limit)
    messages = [
        f"Parcel {label} measures {figure(measured[row])} m2 (at least {limit:g} m2)."
        for row, label in zip(rows, subject.labels("parcels", rows), strict=True)
    ]
    yield from faults(
        subject, "parcels", rows, messages, "Remove the sliver, or merge it into its neighbour."
    )


@check(Severity.WARNING, "用地代码未知")
def land_use_unknown(subject: Subject) -> Iterator[Fault]:
    """Find parcels whose land use is neither a code of GB 50137 nor a word of OpenStreetMap."""
    codes = subject.texts("parcels", "land_use")
    known = {
        code: _LAND_USE_CODE.fullmatch(code) is not None or code.lower() in OSM_USES
        for code in set(codes[present(codes)])
    }
    rows = rows_where(np.array([code is not None and not known[code] for code in codes], dtype=bool))
    messages = [
        f"Parcel {label} has the land use '{codes[row]}', which is no code of GB 50137."
        for row, label in zip(rows, subject.labels("parcels", rows), strict=True)
    ]
    repair = "Give the code (R2, B1, M1, ...); without one no load can be derived."
    yield from faults(subject, "parcels", rows, messages, repair)


@check(Severity.ERROR, "政策辖区重叠")
def jurisdictions_overlap(subject: Subject) -> Iterator[Fault]:
    """Find jurisdictions that overlap: which policy applies cannot be told there."""
    limits = subject.parameters
    pairs = overlaps(subject, "jurisdictions")
    large = pairs.area_m2 > limits.jurisdiction_overlap_m2
    pairs = pairs.where(large | ((pairs.share > limits.overlap_share) & (pairs.area_m2 > limits.overlap_m2)))
    messages = [
        f"Jurisdictions {one} and {other} share {figure(area / _M2_PER_HA)} ha."
        for one, other, area in zip(
            subject.labels("jurisdictions", pairs.left),
            subject.labels("jurisdictions", pairs.right),
            pairs.area_m2,
            strict=True,
        )
    ]
    repair = "Correct the border, so that one policy applies at each place."
    yield from faults(subject, "jurisdictions", pairs.left.tolist(), messages, repair)


@check(Severity.WARNING, "政策辖区无对应政策文件")
def jurisdiction_unknown(subject: Subject) -> Iterator[Fault]:
    """Find jurisdictions whose id no policy file has: no procedure can be decided there."""
    if not subject.size("jurisdictions"):
        return
    policies = list(jurisdictions())
    ids = subject.ids("jurisdictions")
    rows = [row for row, each in enumerate(ids.tolist()) if each is not None and each not in policies]
    named = subject.labels("jurisdictions", rows)
    messages = [f"No policy file has the id of jurisdiction {label}." for label in named]
    near = [get_close_matches(ids[row], policies, 1) for row in rows]
    there = f"Give it the id of its policy file: there are {', '.join(policies)}."
    repairs = [f"Is {each[0]} meant? {there}" if each else there for each in near]
    yield from faults(subject, "jurisdictions", rows, messages, repairs)


@check(Severity.WARNING, "地块不在任何政策辖区")
def parcel_outside_jurisdictions(subject: Subject) -> Iterator[Fault]:
    """Find parcels that no jurisdiction covers, as one finding."""
    if not subject.size("jurisdictions"):
        return
    plane = subject.plane("parcels")
    points = shapely.point_on_surface(plane)
    covered = np.zeros(len(plane), dtype=bool)
    covered[subject.tree("jurisdictions").query(points, predicate="intersects")[0]] = True
    rows = rows_where(~covered & ~shapely.is_missing(plane))
    if not rows:
        return
    rows.sort(key=lambda row: str(subject.ids("parcels")[row]))
    named = ", ".join(subject.labels("parcels", rows[:_NAMED])) + (", ..." if len(rows) > _NAMED else "")
    [lon], [lat] = subject.places("parcels", rows[:1])
    yield layer_fault(
        "parcels",
        f"{len(rows):,} of {len(plane):,} parcels lie in no jurisdiction: {named}.",
        "Import the jurisdiction that covers them.",
    )._replace(lon=lon, lat=lat)


CHECKS = (
    parcels_overlap,
    parcel_nested,
    parcel_duplicate_geometry,
    parcel_area_mismatch,
    parcel_tiny,
    land_use_unknown,
    jurisdictions_overlap,
    jurisdiction_unknown,
    parcel_outside_jurisdictions,
)
"""Checks of parcels."""
