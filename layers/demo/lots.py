"""What a lot is, and the ground that roads take from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.demo import plan
from layers.demo.streets import Place

SPECIAL: Final = "LT-9"
"""How the ids of the awkward lots begin."""


@dataclass(frozen=True, slots=True)
class Lot:
    """A planned parcel (规划地块), in local metres."""

    id: str
    name: str | None
    code: str
    far: float | None
    area_ha: float
    year: int | None
    load_kva: float | None
    important: bool
    shape: BaseGeometry
    zone: plan.Zone

    @property
    def special(self) -> bool:
        """Whether it is one of the awkward lots."""
        return self.id.startswith(SPECIAL)


@dataclass(frozen=True, slots=True)
class Roadway:
    """The ground that roads take, found by place."""

    shapes: NDArray[np.object_]
    tree: shapely.STRtree

    @classmethod
    def of(cls, place: Place, verge_m: float) -> Roadway:
        """Return the roads' ground widened by a verge."""
        lines = np.array([segment.line for segment in place.segments])
        half = np.array([segment.width_m / 2 + verge_m for segment in place.segments])
        shapes = shapely.buffer(lines, half, quad_segs=2)
        return cls(shapes, shapely.STRtree(shapes))

    def cut_from(self, area: BaseGeometry) -> BaseGeometry:
        """Return the area without the roads."""
        near = self.tree.query(area, predicate="intersects")
        return area.difference(shapely.union_all(self.shapes[np.sort(near)])) if len(near) else area
