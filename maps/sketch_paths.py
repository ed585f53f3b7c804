"""Geometry as compact SVG path data: projected, simplified, written as whole tenths of a pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

UNITS_PER_PX: Final = 10
"""Path data counts tenths of a pixel."""

TOLERANCE_PX: Final = 0.2

Shapes = NDArray[np.object_]
"""Array of shape (n,) of shapely geometries, None where there is none."""


@dataclass(frozen=True, slots=True)
class Window:
    """The map's window on the page (图框).

    Attributes
    ----------
    west, north
        Corner of the window, degrees.
    px_per_lon, px_per_lat
        Pixels per degree: equirectangular about the middle latitude.
    width, height
        Size in pixels.
    metres_per_px
        Scale at the middle latitude.
    """

    west: float
    north: float
    px_per_lon: float
    px_per_lat: float
    width: float
    height: float
    metres_per_px: float

    @classmethod
    def around(cls, bounds: Sequence[float], width: float, flattest: float, tallest: float) -> Window:
        """Return the window of a given width that shows the bounds with a margin.

        Parameters
        ----------
        bounds
            West, south, east, north in degrees.
        width
            Width in pixels.
        flattest, tallest
            Least and greatest height as a share of the width.
        """
        west, south, east, north = (float(bound) for bound in bounds)
        middle = np.deg2rad((south + north) / 2)
        # Metres per degree on the GRS80 ellipsoid, to 1 m: series in Snyder (1987), eq. 3-21 and 4-21.
        lat_m = 111_132.95 - 559.85 * np.cos(2 * middle) + 1.17 * np.cos(4 * middle)
        lon_m = 111_412.88 * np.cos(middle) - 93.5 * np.cos(3 * middle)
        across, up = max((east - west) * lon_m, 100.0) * 1.02, max((north - south) * lat_m, 100.0) * 1.02
        height = width * float(np.clip(up / across, flattest, tallest))
        metres = max(across / width, up / height)
        centre_lon, centre_lat = (west + east) / 2, (south + north) / 2
        return cls(
            west=centre_lon - width * metres / 2 / lon_m,
            north=centre_lat + height * metres / 2 / lat_m,
            px_per_lon=lon_m / metres,
            px_per_lat=lat_m / metres,
            width=width,
            height=height,
            metres_per_px=metres,
        )

    def place(self, lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return pixels from the window's top left corner of degrees, both of shape (n, 2)."""
        return np.column_stack(
            [(lon_lat[:, 0] - self.west) * self.px_per_lon, (self.north - lon_lat[:, 1]) * self.px_per_lat]
        )

    def shapes(self, degrees: Shapes) -> Shapes:
        """Return the shapes in pixels; empty ones, missing ones and those outside the window are left out."""
        there = np.array([shape for shape in degrees if shape is not None and not shape.is_empty], object)
        if not len(there):
            return there
        placed = np.asarray(shapely.transform(there, self.place), object)
        frame = shapely.box(-20, -20, self.width + 20, self.height + 20)
        bounds = shapely.bounds(placed)
        kept: Shapes = placed[
            np.isfinite(bounds).all(axis=1) & shapely.intersects(shapely.box(*bounds.T), frame)
        ]
        return kept


def _number(value: int) -> str:
    return str(value) if value < 0 else f" {value}"


def _run(points: NDArray[np.int64], *, closed: bool) -> str:
    """Return one subpath: an absolute start, then relative steps; nothing for a point."""
    steps = np.diff(points, axis=0)
    steps = steps[steps.any(axis=1)]
    if closed:
        steps = steps[:-1]
    if not len(steps):
        return ""
    body = "".join(map(_number, steps.ravel().tolist())).removeprefix(" ")
    return f"M{points[0, 0]}{_number(int(points[0, 1]))}l{body}{'z' if closed else ''}"


def _runs(rings: Shapes, *, closed: bool) -> str:
    coordinates, owner = shapely.get_coordinates(rings, return_index=True)
    units = np.rint(coordinates * UNITS_PER_PX).astype(np.int64)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    return "".join(_run(part, closed=closed) for part in np.split(units, starts[1:]))


def line_data(lines: Shapes) -> str:
    """Return path data of lines in pixels, those that meet end to end drawn as one."""
    parts = shapely.get_parts(lines)
    parts = parts[shapely.get_dimensions(parts) == 1]
    if not len(parts):
        return ""
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    return _runs(shapely.simplify(merged, TOLERANCE_PX, preserve_topology=False), closed=False)


def area_data(areas: Shapes) -> str:
    """Return path data of polygons in pixels: outlines one way round, holes the other (fill rule nonzero)."""
    parts = shapely.get_parts(areas)
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    parts = shapely.orient_polygons(shapely.simplify(parts, TOLERANCE_PX))
    parts = parts[~shapely.is_empty(parts)]
    return _runs(shapely.get_rings(parts), closed=True) if len(parts) else ""


def dot_data(points: NDArray[np.float64]) -> str:
    """Return path data of dots at pixels of shape (n, 2): steps of no length, which round caps make dots."""
    units = np.rint(points * UNITS_PER_PX).astype(np.int64)
    return "".join(f"M{x}{_number(y)}h0" for x, y in units.tolist())


def middles(shapes: Shapes) -> NDArray[np.float64]:
    """Return a point inside each shape, shape (n, 2)."""
    found: NDArray[np.float64] = shapely.get_coordinates(shapely.point_on_surface(shapes))
    return found


def geometry_of(frame: Any) -> Shapes:  # noqa: ANN401  # a GeoDataFrame, whose types are not published
    """Return the geometry of a frame, empty for a table without one."""
    if frame is None or "geometry" not in getattr(frame, "columns", ()):
        return np.array([], object)
    return np.asarray(frame["geometry"], object)
