"""Streets with what lies around them, prepared once for entries and taps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from gis.corridors.features import OBSTACLE, Features, features, of_parts, sound, subdivided
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Flags, Floats, Ints, Kind, Longs, Objects, Streets


class Verges(NamedTuple):
    """What each verge is, shape (2 * edges,), verge ``2 * edge + side``.

    Attributes
    ----------
    half_width_m
        From the centreline to the verge, plane metres.
    exists
        False for expressways, railways and the median sides of dual carriageways.
    large
        It does not lie in a connected piece too small to matter.
    """

    half_width_m: Floats
    exists: Flags
    large: Flags


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Streets, parcels and water, to be found by place.

    Segments are numbered over all edges: segment ``vertex_start[e] - e + j`` is the j-th of edge e. An edge
    off the ground (bridge, tunnel) is passed under and nothing fronts it; a duct blocks nothing.

    Attributes
    ----------
    streets, parameters
        What it was made from.
    edge
        Edge of each segment, shape (segments,).
    frame
        First vertex, unit vector along and length of each segment, plane metres, shape (segments, 5).
    half_width_m
        To the left and to the right, shape (segments, 2).
    widest_m
        The largest half-width.
    open
        Whether one may attach there: the edge lies on the ground, the verge exists and its connected piece is
        large enough, shape (segments, 2).
    blocks
        Whether an entry or a tap must not cross the segment, shape (segments,).
    ground
        The segments that the tree holds: those that block or may be attached to.
    tree
        Finds rows of ``ground``.
    parcels
        Stored parcels, valid, None where there is none, shape (parcels,).
    around
        Parts of the parcels, and of water as ``OBSTACLE``.
    """

    streets: Streets
    parameters: CorridorParameters
    edge: Ints
    frame: Floats
    half_width_m: Floats
    widest_m: float
    open: Flags
    blocks: Flags
    ground: Longs
    tree: shapely.STRtree
    parcels: Objects
    around: Features

    def water(self) -> Features:
        """Return the parts of water alone."""
        rows = self.around.owner == OBSTACLE
        return of_parts(self.around.parts[rows], self.around.owner[rows])


def surroundings(
    streets: Streets, verges: Verges, parcels: Objects, water: Objects, parameters: CorridorParameters
) -> Surroundings:
    """Return the surroundings of a street network.

    Parameters
    ----------
    streets
        The network.
    verges
        What its verges are.
    parcels
        Polygons in the streets' plane, None allowed, shape (parcels,). Invalid ones are mended.
    water
        Polygons and lines of water in the same plane, None allowed, shape (n,).
    parameters
        The tolerances.
    """
    edge, frame = segments(streets)
    raised = streets.raised[edge]
    may = (verges.exists & verges.large).reshape(-1, 2)[edge] & ~raised[:, None]
    blocks = ~raised & (streets.kind[edge] != Kind.DUCT)
    ground = np.flatnonzero(blocks | may.any(axis=1))
    first = ground + edge[ground]
    ends = np.stack([first, first + 1], axis=1)
    lines = shapely.linestrings(np.stack([streets.x[ends], streets.y[ends]], axis=2))
    land, wet = sound(parcels), subdivided(sound(water))
    owner = np.concatenate([np.arange(len(land)), np.full(len(wet), OBSTACLE)]).astype(np.int32)
    return Surroundings(
        streets=streets,
        parameters=parameters,
        edge=edge,
        frame=frame,
        half_width_m=verges.half_width_m.reshape(-1, 2)[edge],
        widest_m=float(verges.half_width_m.max(initial=0.0)),
        open=may,
        blocks=blocks,
        ground=ground,
        tree=shapely.STRtree(np.asarray(lines, dtype=object)),
        parcels=land,
        around=features(np.concatenate([land, wet]), owner),
    )


def segments(streets: Streets) -> tuple[Ints, Floats]:
    """Return the edge of each segment, and its first vertex, unit vector and length, shape (segments, 5)."""
    sizes = np.diff(streets.vertex_start) - 1
    edge = np.repeat(np.arange(streets.edges), sizes)
    first = np.arange(len(edge)) + edge
    x, y = streets.x[first], streets.y[first]
    along_x, along_y = streets.x[first + 1] - x, streets.y[first + 1] - y
    length = np.hypot(along_x, along_y)
    frame = np.stack([x, y, along_x / length, along_y / length, length], axis=1)
    return edge.astype(np.int32), frame


def normals(around: Surroundings, segment: Longs, side: Longs) -> tuple[Floats, Floats]:
    """Return the unit vector from the centreline towards a side of each segment."""
    sign = np.where(side == 0, 1.0, -1.0)
    return -around.frame[segment, 3] * sign, around.frame[segment, 2] * sign
