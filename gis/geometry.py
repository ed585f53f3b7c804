"""Geometries as files bring them, made into what a layer can hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from gis.dictionary.model import GeometryKind

_PARTS: dict[str, tuple[GeometryType, GeometryType]] = {
    "point": (GeometryType.POINT, GeometryType.MULTIPOINT),
    "line": (GeometryType.LINESTRING, GeometryType.MULTILINESTRING),
    "polygon": (GeometryType.POLYGON, GeometryType.MULTIPOLYGON),
}
_COLLECTION = GeometryType.GEOMETRYCOLLECTION
_TRIANGLE = 3


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Geometries a layer can hold, and what was done to get there.

    Attributes
    ----------
    geometry
        shape (n,), None where the row must be left out.
    refused
        shape (n,), the reason as ``check`` name, "" where there is none.
    repaired
        shape (n,), whether an invalid polygon was made valid.
    closed_line
        shape (n,), whether a closed line was taken as a polygon.
    lost_parts
        shape (n,), whether parts of another kind (slivers of a repair, labels) were left out.
    """

    geometry: NDArray[np.object_]
    refused: NDArray[np.object_]
    repaired: NDArray[np.bool_]
    closed_line: NDArray[np.bool_]
    lost_parts: NDArray[np.bool_]


def clean(geometry: NDArray[np.object_], kinds: Sequence[GeometryKind]) -> Cleaned:
    """Make geometries fit a layer: heights dropped, polygons valid, kinds as the layer wants them.

    Parameters
    ----------
    geometry
        shape (n,), shapely geometries or None, planar or degrees.
    kinds
        Kinds of geometry the layer holds.

    Notes
    -----
    A multi-part geometry stays one; a multi-point of one point becomes that point. Lines keep every vertex,
    because road vertices carry node ids.
    """
    flat = not (shapely.has_z(geometry) | shapely.has_m(geometry)).any()
    work = geometry.copy() if flat else shapely.force_2d(geometry)
    n = len(work)
    refused = np.full(n, "", dtype=object)
    no_flags = np.zeros(n, dtype=bool)
    refused[shapely.is_missing(work)] = "geometry_missing"
    refused[~shapely.is_missing(work) & shapely.is_empty(work)] = "geometry_empty"
    broken = (refused == "") & ~_finite(work)
    refused[broken] = "geometry_not_finite"
    work[refused != ""] = None
    if "any" in kinds:
        return Cleaned(work, refused, no_flags, no_flags, no_flags)
    closed = _close_lines(work) if "polygon" in kinds and "line" not in kinds else no_flags
    repaired = _repair(work) if "polygon" in kinds else no_flags
    lost = _keep_kinds(work, kinds, refused, repaired)
    _refuse_without_extent(work, refused)
    work[refused != ""] = None
    return Cleaned(work, refused, repaired & (refused == ""), closed & (refused == ""), lost)


def _finite(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    coordinates, index = shapely.get_coordinates(geometry, return_index=True)
    finite = np.ones(len(geometry), dtype=bool)
    finite[index[~np.isfinite(coordinates).all(axis=1)]] = False
    return finite


def _close_lines(work: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Turn closed lines, as drawings have them, into polygons, in place."""
    lines = shapely.get_type_id(work) == GeometryType.LINESTRING
    closed: NDArray[np.bool_] = (
        lines & shapely.is_closed(work) & (shapely.get_num_coordinates(work) > _TRIANGLE)
    )
    if closed.any():
        coordinates, owner = shapely.get_coordinates(work[closed], return_index=True)
        work[closed] = shapely.polygons(shapely.linearrings(coordinates, indices=owner))
    return closed


def _repair(work: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Make invalid polygons valid by their linework, in place."""
    areal = np.isin(shapely.get_type_id(work), [*_PARTS["polygon"], _COLLECTION])
    invalid: NDArray[np.bool_] = areal & ~shapely.is_valid(work)
    work[invalid] = shapely.make_valid(work[invalid], method="structure", keep_collapsed=False)
    return invalid


def _keep_kinds(
    work: NDArray[np.object_],
    kinds: Sequence[GeometryKind],
    refused: NDArray[np.object_],
    repaired: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Keep the parts of the wanted kinds, in place; return where others were left out."""
    types = shapely.get_type_id(work)
    lost = np.zeros(len(work), dtype=bool)
    wanted = [kind for each in kinds for kind in _PARTS[each]]
    single = (types == GeometryType.MULTIPOINT) & (shapely.get_num_geometries(work) == 1)
    work[single] = shapely.get_geometry(work[single], 0)
    wanted_now = [kind for kind in wanted if kind != GeometryType.MULTIPOINT]
    odd = np.flatnonzero((refused == "") & ~np.isin(shapely.get_type_id(work), wanted_now))
    for position in odd:
        parts = shapely.get_parts(work[position])
        while (shapely.get_type_id(parts) > GeometryType.POLYGON).any():
            parts = shapely.get_parts(parts)
        fitting = parts[np.isin(shapely.get_type_id(parts), wanted_now) & ~shapely.is_empty(parts)]
        if len(fitting) == 0 or kinds == ("point",):
            refused[position] = "geometry_collapsed" if repaired[position] else "geometry_wrong_kind"
        else:
            lost[position] = len(fitting) < len(parts)
            work[position] = fitting[0] if len(fitting) == 1 else _multi(fitting)
    return lost


def _multi(parts: NDArray[np.object_]) -> shapely.Geometry:
    polygons = parts[shapely.get_type_id(parts) == GeometryType.POLYGON]
    if len(polygons):
        return shapely.union_all(polygons)
    return shapely.MultiLineString(list(parts))


def _refuse_without_extent(work: NDArray[np.object_], refused: NDArray[np.object_]) -> None:
    types = shapely.get_type_id(work)
    lines = np.isin(types, _PARTS["line"])
    refused[lines & (shapely.length(work) == 0)] = "geometry_zero_length"
    areas = np.isin(types, _PARTS["polygon"])
    refused[areas & (shapely.area(work) == 0)] = "geometry_collapsed"


def first_coordinates(geometry: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the first coordinate of each geometry, shape (n, 2), NaN where there is none."""
    coordinates, index = shapely.get_coordinates(geometry, return_index=True)
    result = np.full((len(geometry), 2), np.nan)
    owners, first = np.unique(index, return_index=True)
    result[owners] = coordinates[first]
    return result
