"""An entry moved by hand (移动接入口)."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from gis.corridors.attachments import Attachments
from gis.corridors.streets import Floats, Longs
from gis.corridors.surroundings import Surroundings
from gis.errors import InputError

MOVE_LIMIT_M: Final = 100.0
"""An entry may be moved to a point at most this far from where its owner can be entered."""


def moved_entry(
    around: Surroundings, entries: Attachments, owner: int, x_m: float, y_m: float
) -> Attachments:
    """Return an owner's entry moved to a point, as one owner with one attachment.

    It goes to that station, of all from which the owner can be entered, whose line from the red line to the
    centreline is nearest to the point.

    Parameters
    ----------
    around
        The streets.
    entries
        Where owners can be entered.
    owner
        Position of the owner.
    x_m, y_m
        The point, plane metres.

    Raises
    ------
    InputError
        The owner has no entry, or none within ``MOVE_LIMIT_M`` of the point.
    """
    rows = np.arange(entries.start[owner], entries.start[owner + 1])
    if not len(rows):
        raise InputError("The parcel has no entry that could be moved.", repair="Add the street it lies at.")
    station, ends = _ways(around, entries, rows, x_m, y_m)
    ways = np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)), dtype=object)
    away = np.asarray(shapely.distance(ways, shapely.Point(x_m, y_m)))
    best = int(np.argmin(away))
    if away[best] > MOVE_LIMIT_M:
        raise InputError(
            f"The point lies {away[best]:,.0f} m from where the parcel can be entered "
            f"(at most {MOVE_LIMIT_M:g} m).",
            repair="Choose a point where the parcel fronts a street.",
        )
    one, row = slice(best, best + 1), slice(rows[best], rows[best] + 1)
    x, y, depth = ends[one, 0], ends[one, 1], np.asarray(shapely.length(ways[one]))
    return Attachments(
        start=np.array([0, 1], dtype=np.int32),
        access=entries.access[owner : owner + 1],
        edge=entries.edge[row],
        segment=entries.segment[row],
        side=entries.side[row],
        low_m=station[one],
        high_m=station[one],
        low_depth_m=depth,
        high_depth_m=depth,
        low_x=x,
        low_y=y,
        high_x=x,
        high_y=y,
        either_side=entries.either_side[row],
    )


def _ways(
    around: Surroundings, entries: Attachments, rows: Longs, x_m: float, y_m: float
) -> tuple[Floats, Floats]:
    """Return the station nearest to the point on each stretch, and the way there as x, y, x, y."""
    x, y, ux, uy, _ = around.frame[entries.segment[rows]].T
    low, high = entries.low_m[rows], entries.high_m[rows]
    station = np.clip((x_m - x) * ux + (y_m - y) * uy, low, high)
    share = (station - low) / np.where(high > low, high - low, 1.0)
    own_x = entries.low_x[rows] + (entries.high_x[rows] - entries.low_x[rows]) * share
    own_y = entries.low_y[rows] + (entries.high_y[rows] - entries.low_y[rows]) * share
    return station, np.stack([own_x, own_y, x + ux * station, y + uy * station], axis=1)
