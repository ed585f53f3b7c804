"""Entries (接入口): where parcels and drawn things come to the verges of streets."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from shapely import GeometryType

from gis.corridors.attachments import Access, Attachments
from gis.corridors.barriers import Things, overlapping
from gis.corridors.features import OBSTACLE, Features, features, of_parts, sound
from gis.corridors.frontage import frontage, parcel_rules, without_slivers
from gis.corridors.reach import reached
from gis.corridors.streets import Longs, Objects
from gis.corridors.stretches import Stretches, attached
from gis.corridors.surroundings import Surroundings
from gis.errors import InputError
from gis.words import Words

_POINT_HALF_M: Final = 0.01
"""A point is entered as a square of twice this side."""


def parcel_entries(around: Surroundings) -> Attachments:
    """Return where each stored parcel can be entered.

    Parameters
    ----------
    around
        Streets, parcels and water.

    Returns
    -------
    Attachments
        One owner for each parcel. A parcel seen from a verge within the tolerance has ``FRONTAGE``: a stretch
        for every part of its red line (红线) that is the first thing beside the road. One that is not has the
        nearest verge that a straight line reaches without crossing another road, a railway, water or a parcel
        that does not overlap it: ``FRONTAGE`` within the tolerance (at the head of a dead end, in the outside
        of a bend), else, or through a parcel that overlaps it, ``BEYOND``.
    """
    parameters = around.parameters
    seen = frontage(around, around.around, parcel_rules(), parameters.frontage_tolerance_m)
    return _entries(around, seen, around.parcels, np.arange(len(around.parcels)))


def drawn_entries(around: Surroundings, shape: shapely.Geometry) -> Attachments:
    """Return where a drawn polygon or point can be entered, as one owner.

    Stored parcels block it as they block one another, except those that overlap it.

    Parameters
    ----------
    around
        Streets, parcels and water.
    shape
        Polygon, multi-polygon or point in the streets' plane, metres.

    Raises
    ------
    InputError
        It is empty, has no area or is of another kind.
    """
    drawn = _drawn(shape)
    widest = around.widest_m + around.parameters.frontage_tolerance_m
    west, south, east, north = shapely.bounds(drawn[0])
    box = shapely.box(west - widest, south - widest, east + widest, north + widest)
    segment = np.unique(around.ground[around.tree.query(box)])
    near = np.sort(around.around.tree.query(box))
    owner = around.around.owner[near]
    blocking = owner == OBSTACLE
    stored, of = np.unique(owner[~blocking], return_inverse=True)
    overlaps = overlapping(around, np.repeat(drawn, len(stored)), stored.astype(np.int64))
    blocking[~blocking] = ~overlaps[of.ravel()]
    things = _with(drawn, around.around, near[blocking])
    seen = frontage(around, things, parcel_rules(), around.parameters.frontage_tolerance_m, segment)
    return _entries(around, seen.taken(seen.owner == 0), drawn, np.array([-1]))


def _drawn(shape: shapely.Geometry) -> Objects:
    """Return what was drawn as one sound area, shape (1,)."""
    kinds = (GeometryType.POINT, GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
    if shapely.is_empty(shape) or shapely.get_type_id(shape) not in kinds:
        raise InputError(
            Words("所绘图形既不是多边形也不是点。", "What was drawn is no polygon and no point."),
            repair=Words("请绘制多边形或点。", "Draw a polygon or a point."),
        )
    area = shape
    if shapely.get_type_id(shape) == GeometryType.POINT:
        area = shapely.buffer(shape, _POINT_HALF_M, cap_style="square")
    made = sound(np.array([area], dtype=object))
    if made[0] is None or not shapely.area(made[0]) > 0.0:
        raise InputError(
            Words("所绘多边形没有面积。", "The polygon has no area."),
            repair=Words("请依次绘制各个角点。", "Draw its corners one after the other."),
        )
    return made


def _with(drawn: Objects, around: Features, rows: Longs) -> Features:
    """Return the drawn thing as owner 0 among parts of the stored ones."""
    own = features(drawn, np.zeros(1, dtype=np.int32))
    owner = np.where(around.owner[rows] == OBSTACLE, OBSTACLE, around.owner[rows] + 1)
    return of_parts(np.concatenate([own.parts, around.parts[rows]]), np.concatenate([own.owner, owner]))


def _entries(around: Surroundings, seen: Stretches, things: Objects, parcel: Longs) -> Attachments:
    """Return the attachments of things by what was seen, and by the nearest verge for the others."""
    seen = without_slivers(seen, len(things))
    access = np.full(len(things), Access.NONE, dtype=np.int8)
    access[seen.owner] = Access.FRONTAGE
    rest = np.flatnonzero((access == Access.NONE) & ~shapely.is_missing(things))
    found = reached(around, Things(things[rest], parcel[rest], by_parcels=True), around.parameters.reach_m)
    access[rest] = found.access
    beyond = found.through | (found.gap_m > around.parameters.frontage_tolerance_m)
    access[rest[found.way.owner[beyond]]] = Access.BEYOND
    return attached(around, access, Stretches.joined([seen, found.way.of(rest[found.way.owner])]))
