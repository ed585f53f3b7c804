"""The main roads of the demo district: dual carriageways, level changes, a roundabout, an interchange."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from layers.demo import plan
from layers.demo.curves import bezier, extended, offset, parts, spline
from layers.demo.waters import FRAME, Nature

SCRAP_M: Final = 5.0
"""Shorter pieces that a cut leaves are dropped."""

REACH_M: Final = 260.0
"""How far from its target the drawn end of a main road may lie."""


@dataclass(frozen=True, slots=True)
class Street:
    """A street or a piece of one (道路), in local metres, before its junctions are made."""

    name: str
    grade: plan.Grade
    line: LineString
    level: int = 0
    width_m: float | None = None


@dataclass(frozen=True, slots=True)
class Arteries:
    """Main roads, and the base line of each by name."""

    streets: tuple[Street, ...]
    bases: dict[str, LineString]
    expressway: LineString


def _reaching(line: LineString, others: BaseGeometry, *, at_start: bool) -> LineString:
    """Lead an end inside the frame on to the road it was drawn towards, and a little across it."""
    path = shapely.get_coordinates(line)
    path = path[::-1] if at_start else path
    end = shapely.Point(path[-1])
    if not FRAME.contains(end):
        return line
    length = line.length
    near = line.line_interpolate_point(REACH_M if at_start else length - REACH_M)
    tail = substring(line, 0, REACH_M) if at_start else shapely.ops.substring(line, length - REACH_M, length)
    if tail.intersects(others) and near.distance(others) > 1:
        return extended(line, 25.0, at_start=at_start)
    target = shapely.get_coordinates(shapely.shortest_line(end, others))[1]
    path = np.vstack([path[:-1], target])
    return extended(LineString(path[::-1] if at_start else path), 25.0, at_start=at_start)


def _bases() -> dict[str, LineString]:
    bases = {artery.name: spline(artery.points, closed=artery.closed) for artery in plan.ARTERIES}
    final = {}
    for artery in plan.ARTERIES:
        line = bases[artery.name]
        others = shapely.union_all([other for name, other in bases.items() if name != artery.name])
        if not artery.closed:
            line = _reaching(line, others, at_start=True)
            line = _reaching(line, others, at_start=False)
        final[artery.name] = line
    return final


def _centrelines(artery: plan.Artery, base: LineString) -> list[LineString]:
    gap = plan.CARRIAGEWAY_OFFSET_M.get(artery.grade)
    lines = [base] if gap is None else [offset(base, gap), offset(base, -gap)]
    return [part for line in lines for part in parts(line.intersection(FRAME))]


def _roundabouts(streets: list[Street], bases: dict[str, LineString]) -> list[Street]:
    for first, second, radius in plan.ROUNDABOUTS:
        middle = shapely.get_parts(bases[first].intersection(bases[second]))[0]
        disk = middle.buffer(radius, quad_segs=8)
        cut = [
            replace(street, line=part)
            for street in streets
            for part in parts(street.line.difference(disk))
            if part.length > SCRAP_M
        ]
        name = f"{first.removesuffix('路')}环岛"
        streets = [*cut, Street(name, "secondary", LineString(disk.exterior), width_m=14.0)]
    return streets


def _split_by(street: Street, corridor: BaseGeometry, level: int) -> list[Street]:
    """Lift (or sink) the part of a street inside a corridor to another level."""
    if street.level or not street.line.intersects(corridor):
        return [street]
    outside = [replace(street, line=part) for part in parts(street.line.difference(corridor))]
    inside = [replace(street, line=part, level=level) for part in parts(street.line.intersection(corridor))]
    return outside + inside


def _levels(streets: list[Street], nature: Nature, expressway: LineString) -> list[Street]:
    over = expressway.buffer(48, cap_style="flat")
    rail = nature.railway.buffer(42, cap_style="flat")
    at_railway = {artery.name: (1 if artery.at_railway == "bridge" else -1) for artery in plan.ARTERIES}
    lifted: list[Street] = []
    for street in streets:
        if street.grade == "expressway":
            lifted.append(street)
            continue
        for piece in _split_by(street, over, 1):
            lifted += _split_by(piece, rail, at_railway.get(street.name, -1))
    return lifted


def _ramps(streets: list[Street], bases: dict[str, LineString]) -> list[Street]:
    """Return the four ramps (匝道) of the diamond interchange."""
    through, over = (bases[name] for name in plan.INTERCHANGE)
    crossing = shapely.get_parts(through.intersection(over))[0]
    lanes = np.array([street.line for street in streets if street.name == plan.INTERCHANGE[0]])
    roads = np.array([s.line for s in streets if s.name == plan.INTERCHANGE[1] and s.level == 0])
    along, across = through.project(crossing), over.project(crossing)
    ramps = []
    for number, (side_along, side_across) in enumerate(((-1, -1), (-1, 1), (1, -1), (1, 1)), start=1):
        start = through.line_interpolate_point(along + side_along * 330)
        end = over.line_interpolate_point(across + side_across * 150)
        lane = lanes[int(np.argmin(shapely.distance(lanes, end)))]
        road = roads[int(np.argmin(shapely.distance(roads, end) * 5 + shapely.distance(roads, start)))]
        ends = [
            shapely.get_coordinates(shapely.shortest_line(point, line))[1]
            for point, line in ((start, lane), (end, road))
        ]
        corner = np.array(crossing.coords[0]) * 0.62 + (ends[0] + ends[1]) * 0.19
        ramp = bezier(ends[0], corner, ends[1])
        ramps.append(Street(f"汀湖快速路{number}号匝道", "expressway", ramp, width_m=8.0))
    return ramps


def arteries(nature: Nature) -> Arteries:
    """Return the main roads with their level changes."""
    bases = _bases()
    streets = [
        Street(artery.name, artery.grade, line)
        for artery in plan.ARTERIES
        for line in _centrelines(artery, bases[artery.name])
    ]
    streets = _roundabouts(streets, bases)
    expressway = bases[plan.INTERCHANGE[0]]
    streets = _levels(streets, nature, expressway)
    streets += _ramps(streets, bases)
    return Arteries(tuple(streets), bases, expressway)


def faces(main: Arteries, nature: Nature) -> list[Polygon]:
    """Return the areas between main roads, banks, railway and the district's edge, without water."""
    lines: list[BaseGeometry] = [street.line for street in main.streets]
    lines += [shapely.boundary(nature.water), nature.railway, shapely.boundary(FRAME)]
    noded = shapely.union_all(lines, grid_size=0.01)
    found = shapely.get_parts(shapely.polygonize([noded]))
    inside = shapely.point_on_surface(found)
    dry = shapely.contains(FRAME, inside) & ~shapely.intersects(nature.water, inside)
    return sorted(found[dry], key=lambda face: tuple(np.round(face.centroid.coords[0], 0)))
