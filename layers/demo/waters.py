"""Water and railway of the demo district: what streets cannot simply pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import shapely
from shapely import LineString, Polygon
from shapely.affinity import rotate, scale, translate
from shapely.geometry.base import BaseGeometry

from layers.demo import plan
from layers.demo.curves import blob, polygons, spline

SCRAP_M2: Final = 400.0

FRAME = shapely.box(0.0, 0.0, plan.SIZE_KM[0] * 1000, plan.SIZE_KM[1] * 1000)
"""The district's outline in local metres."""


@dataclass(frozen=True, slots=True)
class Nature:
    """Waters by name (水系), all of them as one area, the railway (铁路) and the river island (江心洲)."""

    waters: tuple[tuple[str, Polygon], ...]
    water: BaseGeometry
    railway: LineString
    island: Polygon


def _ellipse(middle_km: plan.Point, length_m: float, width_m: float) -> Polygon:
    x, y = middle_km
    circle = shapely.Point(0, 0).buffer(1, quad_segs=12)
    flat = scale(circle, width_m / 2, length_m / 2)
    return translate(rotate(flat, -4), x * 1000, y * 1000)


def nature() -> Nature:
    """Return the waters, cut so that they do not overlap, and the railway."""
    island = _ellipse(plan.ISLAND, 820, 250)
    course = spline(plan.RIVER).buffer(plan.RIVER_HALF_WIDTH_M, cap_style="flat")
    river = course.union(island.buffer(62)).difference(island)
    bodies: list[tuple[str, BaseGeometry]] = [
        ("汀河", river),
        ("月汀湖", blob(plan.LAKE)),
        ("荷园", blob(plan.POND)),
    ]
    bodies += [
        (name, spline(points).buffer(width / 2, cap_style="flat"))
        for name, (width, points) in plan.CANALS.items()
    ]
    named: list[tuple[str, Polygon]] = []
    taken: BaseGeometry = Polygon()
    for name, body in bodies:
        free = body.intersection(FRAME).difference(taken)
        named += [(name, part) for part in polygons(free) if part.area > SCRAP_M2]
        taken = taken.union(body)
    water = shapely.union_all([area for _, area in named])
    return Nature(tuple(named), water, spline(plan.RAILWAY), island)
