"""Access points that stand on a median: their cable crosses one carriageway to its outer verge."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from gis.corridors.streets import Kind, Longs, Objects
from gis.corridors.stretches import Stretches
from gis.corridors.surroundings import Surroundings

_SLACK_M: Final = 1.0


def median_taps(around: Surroundings, points: Objects, rows: Longs) -> Stretches:
    """Return where points between the carriageways of a road attach, with the rows as owners.

    Such a point attaches to the side of the nearer carriageway that has no verge: what is left is the way
    across that carriageway. One that lies outside of every median is left out.

    Parameters
    ----------
    around
        Streets.
    points
        In the streets' plane, shape (points,).
    rows
        Which of them, shape (n,).
    """
    streets = around.streets
    drivable = (streets.kind[around.edge] == Kind.STREET) & (streets.width_m[around.edge] > 0.0)
    bordered = around.open.sum(axis=1) == 1
    segment = np.flatnonzero(drivable & bordered & ~streets.raised[around.edge])
    if not len(segment) or not len(rows):
        return _none()
    x, y, ux, uy, length = around.frame[segment].T
    ends = np.stack([x, y, x + ux * length, y + uy * length], axis=1).reshape(-1, 2, 2)
    tree = shapely.STRtree(np.asarray(shapely.linestrings(ends), dtype=object))
    at, near = tree.query_nearest(points[rows], max_distance=around.parameters.tap_tolerance_m)
    order = np.lexsort((near, at))
    at, first = np.unique(at[order], return_index=True)
    near = near[order][first]
    px, py = shapely.get_x(points[rows[at]]), shapely.get_y(points[rows[at]])
    along = (px - x[near]) * ux[near] + (py - y[near]) * uy[near]
    across = (py - y[near]) * ux[near] - (px - x[near]) * uy[near]
    side = np.where(across >= 0.0, 0, 1)
    # The half-width towards a median is at most half of the median.
    inside = np.abs(across) <= 2.0 * around.half_width_m[segment[near], side] + _SLACK_M
    inside &= ~around.open[segment[near], side] & (along >= 0.0) & (along <= length[near])
    kept = np.flatnonzero(inside)
    near, depth, px, py = near[kept], np.abs(across[kept]), px[kept], py[kept]
    return Stretches(
        owner=rows[at[kept]],
        segment=segment[near],
        side=side[kept],
        low_m=along[kept],
        high_m=along[kept],
        low_depth_m=depth,
        high_depth_m=depth,
        low_x=px,
        low_y=py,
        high_x=px,
        high_y=py,
        either_side=np.zeros(len(kept), dtype=bool),
    )


def _none() -> Stretches:
    whole, real = np.empty(0, dtype=np.int64), np.empty(0)
    return Stretches(whole, whole, whole, *(real,) * 8, np.empty(0, dtype=bool))
