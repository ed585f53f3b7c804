"""Geometry small enough to stand inside a page: whole numbers of Web Mercator, written as steps.

The world is 2^27 units wide (0.3 m at the equator, half a pixel at zoom 18). A layer is three flat lists:
parts per feature, points per part, and the steps from point to point, on through all parts. Rings are not
closed; outlines run one way round and holes the other (fill rule nonzero).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from maps.sketch_paths import Shapes

WORLD_BITS: Final = 27
_LATITUDE_LIMIT: Final = 85.05

KINDS: Final = {"point": 1, "line": 2, "area": 3}
"""Kind of a layer -> its number, as vector tiles count them."""

_TYPES: Final = {
    "point": (shapely.GeometryType.POINT,),
    "line": (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING),
    "area": (shapely.GeometryType.POLYGON,),
}


@dataclass(frozen=True, slots=True)
class InlineGeometry:
    """The shapes of a layer as flat lists.

    Attributes
    ----------
    kind
        point, line or area.
    parts
        Parts of each feature, shape (n,): rings, lines or points; 0 where it has no geometry.
    lengths
        Points of each part, shape (m,).
    steps
        x and y in turn, each the step from the point before, the first from 0 0.
    """

    kind: str
    parts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    steps: NDArray[np.int64]

    def as_json(self) -> dict[str, Any]:
        """Return the lists as the browser's script reads them."""
        return {
            "kind": KINDS[self.kind],
            "parts": self.parts.tolist(),
            "lengths": self.lengths.tolist(),
            "steps": self.steps.tolist(),
        }


def to_world(lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return world units from the north-west corner of Web Mercator (EPSG:3857) of degrees, both (n, 2)."""
    size = float(2**WORLD_BITS)
    latitude = np.deg2rad(np.clip(lon_lat[:, 1], -_LATITUDE_LIMIT, _LATITUDE_LIMIT))
    northing = np.arcsinh(np.tan(latitude)) / np.pi
    return np.column_stack([(lon_lat[:, 0] / 360 + 0.5) * size, (1 - northing) / 2 * size])


def units_per_metre(latitude: float) -> float:
    """Return how many world units a metre on the ground measures at a latitude in degrees."""
    return float(2**WORLD_BITS / (40_075_016.686 * np.cos(np.deg2rad(latitude))))


def encode(shapes: Shapes, kind: str, tolerance_m: float = 0.0) -> InlineGeometry:
    """Return shapes in degrees as flat lists.

    Parameters
    ----------
    shapes
        Geometries of shape (n,); None, empty ones and parts of another kind leave no part.
    kind
        point, line or area.
    tolerance_m
        Douglas-Peucker tolerance in metres on the ground.
    """
    given = np.array([shapely.Point() if each is None else each for each in shapes], object)
    world = np.asarray(shapely.transform(given, to_world), object)
    pieces, owner = shapely.get_parts(world, return_index=True)
    right = np.isin(shapely.get_type_id(pieces), _TYPES[kind]) & ~shapely.is_empty(pieces)
    pieces, owner = pieces[right], owner[right]
    heights = shapely.get_coordinates(given)[:, 1]
    if tolerance_m and len(heights) and kind != "point":
        # Piece by piece: to keep the topology of a city's roads as one shape takes minutes.
        units = tolerance_m * units_per_metre(float(np.median(heights)))
        pieces = np.asarray(shapely.simplify(pieces, units, preserve_topology=kind == "area"), object)
    if kind == "area":
        pieces, ring_owner = shapely.get_rings(shapely.orient_polygons(pieces), return_index=True)
        owner = owner[ring_owner]
    return _flat(kind, len(given), pieces, owner)


def _flat(kind: str, count: int, pieces: Shapes, owner: NDArray[np.int64]) -> InlineGeometry:
    points, part = shapely.get_coordinates(pieces, return_index=True)
    whole = np.rint(points).astype(np.int64)
    kept = np.ones(len(whole), bool)
    same_part = part[1:] == part[:-1]
    kept[1:] = ~(same_part & (whole[1:] == whole[:-1]).all(axis=1))
    first = np.flatnonzero(np.diff(part, prepend=-1))
    if kind == "area" and len(whole):
        last = np.append(first[1:], len(whole)) - 1
        kept[last[last > first]] = False
        kept[first] = True
    whole, part = whole[kept], part[kept]
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), np.int64))
    return InlineGeometry(
        kind,
        np.bincount(owner, minlength=count),
        np.bincount(part, minlength=len(pieces)),
        steps.ravel(),
    )
