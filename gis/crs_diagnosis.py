"""Whether the coordinates of a data set agree with the system it declares, and what to do where they do not.

Every reading of the coordinates (as declared, by the zone number in front of the easting, with swapped axes)
is tried; one that puts the data where its system is meant to be used wins over a declaration that does not.
What is certain is mended with a warning, what is not is refused with the repair.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.crs import SourceCrs, read_crs
from gis.findings import Finding, Severity, error, warning
from gis.gauss_kruger import GaussKrugerZone, prefix_of

MARGIN_DEG: Final = 1.5
"""How far beyond its area a system may be used without a word, degrees: half a 3-degree zone, because cities
keep their zone across its edge."""

_FAR_DEG: Final = 2 * MARGIN_DEG
_SAMPLE: Final = 20_000
_NO_DATA: Final = 1e9
_MOST: Final = 0.5
_ALMOST_ALL: Final = 0.9
_WEST_CHINA_SWAPPED: Final = (27.0, 54.0, 73.0)
"""Latitudes and lowest longitude of China's west. East of 90 degrees a swapped place is impossible as it is;
west of that it would lie in the Barents Sea, where nothing is supplied with power."""
_DEGREES: Final = (180.0, 90.0)
_GEOGRAPHIC_REPAIR: Final = (
    "Give the system that the file is in with --crs, as EPSG:4326, EPSG:4490 or gcj02."
)
_ZONE_REPAIR: Final = "Ask for the file's coordinate system and give it with --crs, as EPSG:4547."


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """How the coordinates are to be read.

    Attributes
    ----------
    crs
        The system to use: the declared one, or the mended one (other zone, swapped axes).
    findings
        What was found, errors and warnings.
    rejected
        Shape (n,), true where there is no place: missing, (0, 0), or nowhere on Earth.
    outside
        Shape (n,), true where a place lies beyond the area of the system and its margin.
    """

    crs: SourceCrs
    findings: tuple[Finding, ...]
    rejected: NDArray[np.bool_]
    outside: NDArray[np.bool_]

    @property
    def refused(self) -> bool:
        """Whether the data set cannot be used as it stands."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def is_null(x: ArrayLike, y: ArrayLike) -> NDArray[np.bool_]:
    """Return which coordinates, shape (n,), are missing: not finite, (0, 0), or a format's no-data value."""
    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    # NaN compares false, so this asks for what is right.
    good: NDArray[np.bool_] = (
        (np.abs(first) < _NO_DATA) & (np.abs(second) < _NO_DATA) & ((first != 0.0) | (second != 0.0))
    )
    return ~good


def diagnose(source: SourceCrs, x: ArrayLike, y: ArrayLike, layer: str) -> Diagnosis:
    """Compare coordinates with the system they are declared in.

    Parameters
    ----------
    source
        The declared system.
    x, y
        First and second coordinate as the file has them, shape (n,): all of them or one for each feature.
    layer
        The layer that the findings name.
    """
    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    null = is_null(first, second)
    usable = np.flatnonzero(~null)
    sample = usable[np.linspace(0, usable.size - 1, min(usable.size, _SAMPLE)).astype(np.int64)]
    reading = _best_reading(source, first[sample], second[sample])
    findings = list(_contradictions(source, reading, first[sample], second[sample], layer))
    nowhere = np.zeros(first.shape, dtype=bool)
    if findings:
        findings += _null_findings(null, layer)
        return Diagnosis(source, tuple(findings), null, nowhere)
    crs, findings = _mended(source, reading, first[usable], second[usable], layer)
    lon, lat, excess = _excess_deg(crs, first, second)
    rejected = null | ~np.isfinite(lon)
    outside = ~rejected & (excess > MARGIN_DEG)
    findings += _null_findings(rejected, layer)
    if outside.any():
        findings.append(_outside_finding(crs, lon, lat, np.where(rejected, 0.0, excess), layer))
    return Diagnosis(crs, tuple(findings), rejected, outside)


def _best_reading(source: SourceCrs, x: NDArray[np.float64], y: NDArray[np.float64]) -> SourceCrs:
    """Return how the coordinates are most likely meant."""
    readings = [source] if source.zone is None else [source, replace(source, by_prefix=True)]
    # max() keeps the first of equals: the declaration stands where nothing is better.
    best = max(readings, key=lambda reading: _share_inside(reading, x, y))
    if _share_inside(best, x, y) >= _MOST:
        return best
    swapped = [replace(reading, axes_swapped=not reading.axes_swapped) for reading in readings]
    other = max(swapped, key=lambda reading: _share_inside(reading, x, y))
    return other if _share_inside(other, x, y) >= _ALMOST_ALL else best


def _share_inside(crs: SourceCrs, x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return the share of places that a reading puts within the system's area; 1 where there is nothing."""
    lon, lat, excess = _excess_deg(crs, x, y)
    inside = excess <= MARGIN_DEG
    if crs.kind == "geographic":
        low, high, west = _WEST_CHINA_SWAPPED
        inside &= ~((lon >= low) & (lon <= high) & (lat >= west))
    return float(inside.mean()) if inside.size else 1.0


def _excess_deg(
    crs: SourceCrs, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude, latitude, and degrees beyond the area: 0 inside, infinite for what is no place."""
    lon, lat = crs.to_wgs84(x, y)
    if crs.area is None:
        return lon, lat, np.where(np.isfinite(lon), 0.0, np.inf)
    west, south, east, north = crs.area
    middle, half = np.full(lon.shape, (west + east) / 2), np.full(lon.shape, (east - west) / 2)
    if crs.by_prefix:
        prefix = prefix_of(crs.east_north(x, y)[0])
        for number in np.unique(prefix[prefix > 0]).tolist():
            zone = GaussKrugerZone(number, prefixed=True)
            rows = prefix == number
            middle[rows], half[rows] = zone.central_meridian_deg, zone.width_deg / 2
    beyond = np.maximum.reduce([np.abs(lon - middle) - half, south - lat, lat - north, np.zeros(lon.shape)])
    return lon, lat, np.where(np.isfinite(beyond), beyond, np.inf)


def _contradictions(
    source: SourceCrs, reading: SourceCrs, x: NDArray[np.float64], y: NDArray[np.float64], layer: str
) -> Iterator[Finding]:
    """Yield an error where the numbers cannot be what the system says."""
    if not x.size:
        return
    in_degrees = _look_like_degrees(x, y)
    example = f"{x[0]:.10g}, {y[0]:.10g}"
    if source.kind == "projected" and in_degrees >= _ALMOST_ALL:
        # Even where such metres are within the area: no data set lies within 180 m of a plane's origin.
        message = f"{source.label} is in metres, but the coordinates are degrees, such as {example}."
        yield error("coordinates_contradict_crs", layer, None, message, _GEOGRAPHIC_REPAIR)
    elif source.kind == "geographic" and in_degrees < _MOST:
        message = f"{source.label} is in degrees, but the coordinates are metres, such as {example}."
        yield error("coordinates_contradict_crs", layer, None, message, _plane_repair(x, y))
    elif reading.by_prefix and source.zone is not None:
        meridian = source.zone.central_meridian_deg
        found = _zones(reading, x, y, source.zone)
        if all(zone.central_meridian_deg != meridian for zone in found):
            message = (
                f"{source.label} is the zone of {meridian} E, but the eastings carry the numbers of other "
                f"zones: {_named(found)}."
            )
            codes = " or ".join(f"EPSG:{zone.epsg}" for zone in found)
            repair = f"Give the zone of the coordinates with --crs, here {codes}."
            yield error("coordinates_outside_zone", layer, None, message, repair)


def _look_like_degrees(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return the share of pairs that are degrees in one order or the other."""
    larger, smaller = np.maximum(np.abs(x), np.abs(y)), np.minimum(np.abs(x), np.abs(y))
    return float(((larger <= _DEGREES[0]) & (smaller <= _DEGREES[1])).mean())


def _plane_repair(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    """Return the repair, with the code where the eastings carry their zone."""
    for easting in (x, y):
        numbers = prefix_of(easting)
        number = int(np.median(numbers))
        # A northing in China is below 6,000,000 m, so it never looks like a zone's number.
        if number > 0 and (numbers == number).mean() >= _MOST:
            code = GaussKrugerZone(number, prefixed=True).epsg
            return f"Give the zone with --crs: EPSG:{code} if the data are CGCS2000, zone {number}."
    return _ZONE_REPAIR


def _zones(
    reading: SourceCrs, x: NDArray[np.float64], y: NDArray[np.float64], declared: GaussKrugerZone
) -> list[GaussKrugerZone]:
    """Return the zones that the eastings name, those without prefix as the declared one."""
    numbers = np.unique(prefix_of(reading.east_north(x, y)[0]))
    return [
        GaussKrugerZone(number or declared.number, prefixed=number > 0)
        for number in numbers.tolist()
        if number >= 0
    ]


def _named(zones: list[GaussKrugerZone]) -> str:
    return ", ".join(str(zone.number) if zone.prefixed else "none" for zone in zones)


def _mended(
    source: SourceCrs, reading: SourceCrs, x: NDArray[np.float64], y: NDArray[np.float64], layer: str
) -> tuple[SourceCrs, list[Finding]]:
    """Return the system to use and a warning for each thing that was mended."""
    crs, findings = reading, []
    if reading.axes_swapped is not source.axes_swapped:
        order = "latitude first" if source.kind == "geographic" else "northing first"
        message = f"The axes are swapped ({order}), as in {x[0]:.10g}, {y[0]:.10g}; they were swapped back."
        repair = "Nothing is to be done if the map looks right; else write the file with the easting first."
        findings.append(
            _at("axes_swapped", Severity.WARNING, layer, (message, repair), reading.to_wgs84(x, y))
        )
    if reading.by_prefix and source.zone is not None:
        zones = _zones(reading, x, y, source.zone)
        if len(zones) == 1:
            crs = replace(read_crs(zones[0].epsg), axes_swapped=reading.axes_swapped)
        used = "each by its own zone" if len(zones) > 1 else f"as {crs.label}"
        message = (
            f"{source.label} has eastings {'with' if source.zone.prefixed else 'without'} the number of zone "
            f"{source.zone.number}, but these carry: {_named(zones)}; they were read {used}."
        )
        codes = ", ".join(f"EPSG:{zone.epsg}" for zone in zones)
        findings.append(
            warning("zone_prefix", layer, None, message, f"Declare the system they are in: {codes}.")
        )
    return crs, findings


def _null_findings(rejected: NDArray[np.bool_], layer: str) -> list[Finding]:
    if not rejected.any():
        return []
    message = (
        f"{np.count_nonzero(rejected)} of {rejected.size} coordinates are missing, (0, 0) or no place on "
        f"Earth; the first is number {int(np.argmax(rejected)) + 1}."
    )
    severity = error if rejected.all() else warning
    return [severity("coordinates_null", layer, None, message, "Give these things a place in the file.")]


def _outside_finding(
    crs: SourceCrs,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    excess: NDArray[np.float64],
    layer: str,
) -> Finding:
    """Return the finding at the farthest place: an error where most are far outside a plane's area."""
    west, south, east, north = crs.area or (-180.0, -90.0, 180.0, 90.0)
    counted, worst = np.count_nonzero(excess > MARGIN_DEG), int(np.argmax(excess))
    most_are_far = bool((excess[np.isfinite(lon)] > _FAR_DEG).mean() >= _MOST)
    severity = Severity.ERROR if most_are_far and crs.kind == "projected" else Severity.WARNING
    message = (
        f"{counted} of {excess.size} coordinates lie more than {MARGIN_DEG:g} degrees outside the area of "
        f"{crs.label} ({west:g} to {east:g} E, {south:g} to {north:g} N), the farthest at "
        f"{lon[worst]:.5f}, {lat[worst]:.5f}."
    )
    place = lon[worst : worst + 1], lat[worst : worst + 1]
    return _at("coordinates_outside_zone", severity, layer, (message, _ZONE_REPAIR), place)


def _at(
    check: str,
    severity: Severity,
    layer: str,
    words: tuple[str, str],
    place: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Finding:
    """Return a finding at the first of the places."""
    return Finding(check, severity, layer, None, *words, lon=float(place[0][0]), lat=float(place[1][0]))
