"""Taps (接火点): where access points and overhead lines come to the verges of streets."""

from __future__ import annotations

import numpy as np
import shapely

from gis.corridors.attachments import Access, Attachments
from gis.corridors.barriers import Things
from gis.corridors.features import Features, features, of_parts, sound
from gis.corridors.frontage import frontage, line_rules
from gis.corridors.median_taps import median_taps
from gis.corridors.reach import Reached, reached
from gis.corridors.streets import Objects
from gis.corridors.stretches import Stretches, attached
from gis.corridors.surroundings import Surroundings


def access_point_taps(around: Surroundings, points: Objects) -> Attachments:
    """Return where each access point (环网柜、分支箱、杆) attaches: the nearest verge within the tolerance.

    Parameters
    ----------
    around
        Streets and water; parcels do not matter.
    points
        Points in the streets' plane, metres, None allowed, shape (points,).

    Returns
    -------
    Attachments
        One owner for each point, with at most one attachment. The straight tap line crosses no other road,
        no railway and no water; of verges equally far the one whose centreline is nearer is taken, then the
        first segment. Within ``side_unknown_m`` of the centreline the side is unknown. A point on a median
        attaches to the carriageway beside it, on the side that has no verge.
    """
    access = np.full(len(points), Access.NONE, dtype=np.int8)
    clean = sound(points)
    rows = np.flatnonzero(~shapely.is_missing(clean))
    found = _nearest(around, clean[rows])
    access[rows] = found.access
    between = median_taps(around, clean, rows[found.access != Access.FRONTAGE])
    access[between.owner] = Access.FRONTAGE
    return attached(around, access, Stretches.joined([found.way.of(rows[found.way.owner]), between]))


def line_taps(around: Surroundings, lines: Objects) -> Attachments:
    """Return where each overhead line (架空线) can be tapped: wherever it lies beside a verge.

    Parameters
    ----------
    around
        Streets and water; parcels do not matter.
    lines
        Lines or multi-lines in the streets' plane, metres, None allowed, shape (lines,).

    Returns
    -------
    Attachments
        One owner for each line: a stretch wherever it lies within the tolerance of a verge, on that side,
        with no other road, railway or water between. Lines do not hide one another. Within
        ``side_unknown_m`` of the centreline the side is unknown. A line that runs beside no street has the
        nearest verge within the tolerance, if there is one.
    """
    parameters = around.parameters
    clean = sound(lines)
    things = _joined(features(clean, np.arange(len(lines), dtype=np.int32)), around.water())
    seen = frontage(around, things, line_rules(parameters.side_unknown_m), parameters.tap_tolerance_m)
    access = np.full(len(lines), Access.NONE, dtype=np.int8)
    access[seen.owner] = Access.FRONTAGE
    rest = np.flatnonzero((access == Access.NONE) & ~shapely.is_missing(clean))
    found = _nearest(around, clean[rest])
    access[rest] = found.access
    return attached(around, access, Stretches.joined([seen, found.way.of(rest[found.way.owner])]))


def _nearest(around: Surroundings, geometry: Objects) -> Reached:
    things = Things(geometry, np.full(len(geometry), -1), by_parcels=False)
    return reached(around, things, around.parameters.tap_tolerance_m)


def _joined(one: Features, other: Features) -> Features:
    return of_parts(np.concatenate([one.parts, other.parts]), np.concatenate([one.owner, other.owner]))
