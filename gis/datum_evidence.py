"""Evidence that a layer declared WGS 84 is really in GCJ-02 (火星坐标) or BD-09 (百度坐标).

Such a layer stands some 500 m or 1 km beside the roads that it should follow. Distances to the nearest road
alone say little, because in a city every place is near some road. What says much is how many places lie *at*
a road: it jumps when the right conversion is undone and stays the same under any other shift. So the share of
places within 15 m of a road is measured as given, after each conversion, and, for comparison, after shifts as
long as that of GCJ-02 in 23 other directions, which no datum explains.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gis.coordinates import Pair
from gis.datum import bd09_to_wgs84, gcj02_to_wgs84
from gis.findings import Finding, warning
from gis.metric_zone import MetricZone

NEAR_M: Final = 15.0
"""What lies at a road: half a wide road and the error of a map."""
CLEAR_DEVIATIONS: Final = 5.0
"""By how many standard deviations of the other directions a conversion must stand out."""
CLEAR_RATIO: Final = 1.3
"""How many times as many places at a road it must give as the best other direction and the layer as given."""

_REACH_M: Final = 1000.0
_SAMPLE: Final = 2000
_FEWEST: Final = 20
_DIRECTIONS: Final = 24
_DATAV_FIELDS: Final = frozenset({"adcode", "acroutes"})


@dataclass(frozen=True, slots=True)
class DatumEvidence:
    """What the roads say about a layer's datum.

    Attributes
    ----------
    places
        How many places were measured: those within 1 km of a road, at most 2,000.
    median_as_given_m, median_as_gcj02_m, median_as_bd09_m
        Median distance to the nearest road as given, and read as GCJ-02 or BD-09; NaN without places.
    near_as_given, near_as_gcj02, near_as_bd09
        Share of places within 15 m of a road, 0-1.
    near_by_chance
        The highest such share of the 23 other directions.
    verdict
        The datum that the layer is in by clear evidence; ``none`` where there is none.
    """

    places: int
    median_as_given_m: float
    median_as_gcj02_m: float
    median_as_bd09_m: float
    near_as_given: float
    near_as_gcj02: float
    near_as_bd09: float
    near_by_chance: float
    verdict: Literal["none", "gcj02", "bd09"]

    def finding(self, layer: str) -> Finding | None:
        """Return the warning that the evidence makes for a layer, None where it makes none."""
        if self.verdict == "none":
            return None
        near, median_m = (
            (self.near_as_gcj02, self.median_as_gcj02_m)
            if self.verdict == "gcj02"
            else (self.near_as_bd09, self.median_as_bd09_m)
        )
        message = (
            f"The coordinates seem to be {self.verdict}: read so, {near:.0%} of {self.places} places lie at "
            f"a road (median {median_m:.0f} m); as declared {self.near_as_given:.0%} "
            f"({self.median_as_given_m:.0f} m)."
        )
        return warning(
            "undeclared_datum", layer, None, message, f"Import the file with --crs {self.verdict}."
        )


def undeclared_gcj02(
    lon: ArrayLike, lat: ArrayLike, roads: shapely.STRtree, zone: MetricZone
) -> DatumEvidence:
    """Measure whether places declared WGS 84 fit the roads better as GCJ-02 or BD-09.

    Parameters
    ----------
    lon, lat
        Places of the layer, degrees, shape (n,): points, or vertices of lines or outlines.
    roads
        The roads, known to be WGS 84, as lines in metres in ``zone``.
    zone
        The metric zone of ``roads``.

    Notes
    -----
    The verdict is given where the share of places at a road stands out from the other directions by
    ``CLEAR_DEVIATIONS`` and is ``CLEAR_RATIO`` times what any of them, or the layer as given, reaches. Places
    that have nothing to do with roads give none, right or wrong.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    finite = _thinned(np.flatnonzero(np.isfinite(x) & np.isfinite(y)), 4 * _SAMPLE)
    chosen = _thinned(finite[_is_within(roads, zone, (x[finite], y[finite]), _REACH_M)], _SAMPLE)
    given = x[chosen], y[chosen]
    if chosen.size < _FEWEST:
        nothing = float("nan")
        return DatumEvidence(
            chosen.size, nothing, nothing, nothing, nothing, nothing, nothing, nothing, "none"
        )
    readings = [given, gcj02_to_wgs84(*given), bd09_to_wgs84(*given)]
    near = [_share_near(roads, zone, places) for places in readings]
    chance = np.array([_share_near(roads, zone, places) for places in _other_directions(given, readings[1])])
    return DatumEvidence(
        places=chosen.size,
        median_as_given_m=_median_distance_m(roads, zone, readings[0]),
        median_as_gcj02_m=_median_distance_m(roads, zone, readings[1]),
        median_as_bd09_m=_median_distance_m(roads, zone, readings[2]),
        near_as_given=near[0],
        near_as_gcj02=near[1],
        near_as_bd09=near[2],
        near_by_chance=float(chance.max()),
        verdict=_verdict(near, chance, chosen.size),
    )


def datav_signature(columns: Collection[str]) -> bool:
    """Return whether a file has the fields of DataV.GeoAtlas, which publishes GCJ-02 labelled as WGS 84."""
    return {column.casefold() for column in columns} >= _DATAV_FIELDS


def datav_finding(layer: str) -> Finding:
    """Return the warning for a layer whose file has the fields of DataV.GeoAtlas."""
    message = "The fields adcode and acroutes are DataV.GeoAtlas', whose files say WGS 84 and are GCJ-02."
    repair = "Import the file with --crs gcj02, unless it has been converted."
    return warning("undeclared_datum", layer, None, message, repair)


def _verdict(near: list[float], chance: NDArray[np.float64], places: int) -> Literal["none", "gcj02", "bd09"]:
    """Return the conversion that stands out from chance."""
    middle = float(chance.mean())
    # A few places cannot tell apart shares closer than their own binomial spread.
    likely = max(middle, 1.0 / places)
    deviation = max(float(chance.std(ddof=1)), float(np.sqrt(likely * (1.0 - likely) / places)))
    share = max(near[1], near[2])
    stands_out = share - middle >= CLEAR_DEVIATIONS * deviation
    if not stands_out or share < CLEAR_RATIO * max(near[0], float(chance.max())):
        return "none"
    return "gcj02" if near[1] >= near[2] else "bd09"


def _other_directions(given: Pair, converted: Pair) -> list[Pair]:
    """Return the places shifted as far as the conversion shifts them, in the other directions."""
    narrowing = np.cos(np.radians(given[1]))
    shift = (converted[0] - given[0]) * narrowing + 1j * (converted[1] - given[1])
    shifts = [shift * np.exp(2j * np.pi * step / _DIRECTIONS) for step in range(1, _DIRECTIONS)]
    return [(given[0] + turned.real / narrowing, given[1] + turned.imag) for turned in shifts]


def _thinned(rows: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """Return at most so many of the rows, evenly spread."""
    return rows[np.linspace(0, rows.size - 1, min(rows.size, most)).astype(np.intp)]


def _share_near(roads: shapely.STRtree, zone: MetricZone, places: Pair) -> float:
    return float(_is_within(roads, zone, places, NEAR_M).mean())


def _is_within(
    roads: shapely.STRtree, zone: MetricZone, places: Pair, distance_m: float
) -> NDArray[np.bool_]:
    """Return which places, shape (n,), have a road within a distance."""
    points = shapely.points(np.column_stack(zone.to_metric(*places)))
    found = np.zeros(places[0].shape, dtype=np.bool_)
    found[roads.query(points, predicate="dwithin", distance=distance_m)[0]] = True
    return found


def _median_distance_m(roads: shapely.STRtree, zone: MetricZone, places: Pair) -> float:
    points = shapely.points(np.column_stack(zone.to_metric(*places)))
    return float(np.median(roads.query_nearest(points, return_distance=True, all_matches=False)[1]))
