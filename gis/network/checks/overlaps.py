"""Pairs of polygons of one layer that share area (重叠)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gis.network.checks.subject import Subject
from gis.network.columns import Flags, Floats, Rows

_DRAWN_M = 0.01
"""Boundaries are drawn to this precision."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Pairs of polygons that share area.

    Attributes
    ----------
    left, right
        shape (n,), rows of the two; the left one is the smaller, between equals the later id.
    area_m2
        shape (n,), what they share.
    share
        shape (n,), the part of the smaller one that is shared, 0-1.
    """

    left: Rows
    right: Rows
    area_m2: Floats
    share: Floats

    def where(self, mask: Flags) -> Overlap:
        """Return the pairs at which the mask holds."""
        return Overlap(self.left[mask], self.right[mask], self.area_m2[mask], self.share[mask])


def overlaps(subject: Subject, layer: str) -> Overlap:
    """Return the pairs of polygons of a layer that overlap deeper than the precision of drawing."""
    polygons = subject.sound(layer)
    # Most neighbours touch along an edge: shrunk ones do not meet, far faster than intersecting them.
    shrunk = shapely.buffer(polygons, -_DRAWN_M, quad_segs=1, join_style="mitre")
    pairs = np.sort(subject.tree(layer).query(shrunk, predicate="intersects"), axis=0)
    left, right = np.unique(pairs[:, pairs[0] < pairs[1]], axis=1)
    area = shapely.area(shapely.intersection(polygons[left], polygons[right]))
    own = shapely.area(polygons)
    size, ids = np.round(own, 1), subject.ids(layer).astype(str)
    swap = (size[left] > size[right]) | ((size[left] == size[right]) & (ids[left] < ids[right]))
    left, right = np.where(swap, right, left), np.where(swap, left, right)
    some = area > 0
    left, right, area = left[some], right[some], area[some]
    return Overlap(left, right, area, area / own[left])
