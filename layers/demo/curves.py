"""Smooth curves and cuts of lines, in local metres."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely import LineString, MultiLineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

SAMPLES = 14
"""Points between two control points of a curve."""


def spline(points_km: Sequence[tuple[float, float]], *, closed: bool = False) -> LineString:
    """Return the Catmull-Rom curve through control points in kilometres, as a line in metres."""
    control = np.asarray(points_km, float) * 1000
    if closed:
        control = np.vstack([control[-1:], control, control[:2]])
    else:
        control = np.vstack([2 * control[0] - control[1], control, 2 * control[-1] - control[-2]])
    a, b, c, d = control[:-3, None], control[1:-2, None], control[2:-1, None], control[3:, None]
    t = np.linspace(0, 1, SAMPLES, endpoint=False)[None, :, None]
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    path = LineString(np.vstack([curve.reshape(-1, 2), control[-2:-1]]))
    return LineString(shapely.get_coordinates(path.simplify(0.4)))


def blob(points_km: Sequence[tuple[float, float]]) -> Polygon:
    """Return the area inside the closed smooth curve through the points."""
    return Polygon(spline(points_km, closed=True))


def parts(geometry: BaseGeometry) -> list[LineString]:
    """Return the lines of a geometry, longest first; points and areas are left out."""
    lines = [part for part in shapely.get_parts(geometry) if isinstance(part, LineString) and part.length > 0]
    if any(isinstance(part, MultiLineString) for part in shapely.get_parts(geometry)):
        lines = [line for part in shapely.get_parts(geometry) for line in parts(part)]
    return sorted(lines, key=lambda line: -line.length)


def polygons(geometry: BaseGeometry) -> list[Polygon]:
    """Return the polygons of a geometry, largest first."""
    found = [part for part in shapely.get_parts(geometry) if isinstance(part, Polygon) and part.area > 0]
    return sorted(found, key=lambda area: -area.area)


def offset(line: LineString, distance: float) -> LineString:
    """Return the longest part of the line moved sideways (left is positive), or the line if none is left."""
    if line.is_ring:
        side = distance if shapely.is_ccw(line) else -distance
        moved = Polygon(line).buffer(-side, join_style="mitre")
        return LineString(moved.exterior)
    found = parts(line.offset_curve(distance, join_style="mitre", mitre_limit=2.0))
    return found[0] if found and found[0].length > 0.6 * line.length else line


def extended(line: LineString, metres: float, *, at_start: bool) -> LineString:
    """Return the line made longer at one end, straight on."""
    path = shapely.get_coordinates(line)
    path = path if not at_start else path[::-1]
    step = path[-1] - path[-2]
    path = np.vstack([path, path[-1] + step / np.hypot(*step) * metres])
    return LineString(path if not at_start else path[::-1])


def between(line: LineString, start: float, end: float) -> LineString:
    """Return the part of a line between two distances along it."""
    return LineString(shapely.get_coordinates(substring(line, start, end)))


def shortened(line: LineString, metres: float, *, at_start: bool) -> LineString | None:
    """Return the line cut back at one end; None where nothing is left."""
    if line.length <= metres + 1:
        return None
    ends = (metres, line.length) if at_start else (0.0, line.length - metres)
    return between(line, *ends)


def bezier(start: np.ndarray, middle: np.ndarray, end: np.ndarray) -> LineString:
    """Return the quadratic curve from start to end that is drawn towards the middle."""
    t = np.linspace(0, 1, 12)[:, None]
    return LineString((1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end)
