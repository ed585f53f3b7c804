"""Land cut into blocks and lots: recursive cuts across the longer side, each district in its own manner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely import LineString, Polygon

from layers.demo.curves import parts, polygons

DEEPEST: Final = 9
"""No area is cut more often than this."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a district is cut (街坊划分).

    Attributes
    ----------
    target_m2
        Areas below 1.6 times this are left whole.
    skew_deg
        Largest turn of a cut away from the square direction.
    bend
        Largest bulge of a cut as a share of its length.
    centre_spread
        How far from the middle a cut may lie, as a share of the length.
    snap_m
        A cut ends at an earlier junction within this distance.
    """

    target_m2: float
    skew_deg: float
    bend: float
    centre_spread: float
    snap_m: float


@dataclass(frozen=True, slots=True)
class Cut:
    """One cut: the line inside the area, and the area it was made in (how deep the recursion was)."""

    line: LineString
    depth: int


def _cut_line(area: Polygon, manner: Manner, rng: np.random.Generator) -> LineString:
    box = shapely.get_coordinates(shapely.oriented_envelope(area))
    sides = box[1:3] - box[:2]
    lengths = np.hypot(*sides.T)
    long = int(lengths[1] > lengths[0])
    direction = sides[long] / lengths[long]
    start = box[0] if long == 0 else box[1]
    middle = start + sides[1 - long] * (-0.5 if long else 0.5)
    share = 0.5 + rng.uniform(-1, 1) * manner.centre_spread
    at = middle + direction * lengths[long] * share
    turn = np.deg2rad(rng.uniform(-1, 1) * manner.skew_deg)
    normal = np.array([-direction[1], direction[0]])
    normal = np.array(
        [
            normal[0] * np.cos(turn) - normal[1] * np.sin(turn),
            normal[0] * np.sin(turn) + normal[1] * np.cos(turn),
        ]
    )
    half = 0.75 * lengths[1 - long] + 20
    t = np.linspace(-1, 1, 9)[:, None]
    bulge = direction * manner.bend * rng.uniform(-1, 1) * lengths[1 - long]
    return LineString(at + normal * half * t + bulge * (1 - t**2))


def _snapped(line: LineString, area: Polygon, junctions: list[np.ndarray], radius: float) -> LineString:
    """Lead the cut to where earlier streets meet the same sides, if they are near."""
    path = shapely.get_coordinates(line)
    shift = np.zeros((2, 2))
    if not junctions or radius <= 0:
        return line
    known = np.array(junctions)
    for end in (0, 1):
        away = np.hypot(*(known - path[-end]).T)
        nearest = int(np.argmin(away))
        if away[nearest] < radius:
            onto = shapely.shortest_line(area.exterior, shapely.Point(known[nearest]))
            shift[end] = shapely.get_coordinates(onto)[0] - path[-end]
    share = np.linspace(0, 1, len(path))[:, None]
    moved = path + shift[0] * (1 - share) + shift[1] * share
    return LineString(moved)


def divide(
    area: Polygon, manner: Manner, rng: np.random.Generator, junctions: list[np.ndarray], depth: int = 0
) -> tuple[list[Polygon], list[Cut]]:
    """Cut an area until its pieces are about as large as wanted.

    Parameters
    ----------
    area
        What to cut, in metres.
    manner
        How.
    rng
        Where chance comes from.
    junctions
        Ends of earlier cuts, each of shape (2,); the ends of new ones are added.
    depth
        Number of cuts made around this area before.

    Returns
    -------
    tuple
        The pieces, and the cuts between them.
    """
    if area.area < 1.6 * manner.target_m2 or depth > DEEPEST:
        return [area], []
    raw = parts(_cut_line(area, manner, rng).intersection(area))
    if not raw:
        return [area], []
    line = _snapped(raw[0], area, junctions, manner.snap_m)
    noded = shapely.union_all([area.exterior, line], grid_size=0.01)
    pieces = [
        piece
        for piece in polygons(shapely.polygonize([noded]))
        if area.contains(shapely.point_on_surface(piece))
    ]
    if not pieces[1:] or pieces[-1].area < 0.08 * area.area:
        return [area], []
    path = shapely.get_coordinates(line)
    junctions += [path[0], path[-1]]
    leaves: list[Polygon] = []
    cuts = [Cut(line, depth)]
    for piece in pieces:
        below, inner = divide(piece, manner, rng, junctions, depth + 1)
        leaves += below
        cuts += inner
    return leaves, cuts
