"""Where parcels and feeders come to the roads: stretches of one side of an edge (接入段)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from gis.corridors.streets import Flags, Floats, Ints


class Access(IntEnum):
    """How an owner came to its attachments, or why it has none."""

    FRONTAGE = 0
    """It lies at a verge, within the tolerance."""
    BEYOND = 1
    """It fronts no verge; the nearest one that it can reach was taken."""
    BARRIER = 2
    """Verges are near, but a road, water, a railway or another parcel lies between."""
    NONE = 3
    """No verge within reach."""


@dataclass(frozen=True, slots=True)
class Attachments:
    """Stretches of an edge's side from which an owner can be reached, grouped by owner.

    A stretch lies within one segment of the edge. The way from owner to centreline is ``low_depth_m`` long at
    station ``low_m``, ``high_depth_m`` at ``high_m``, and linear in between; what lies inside the half-width
    of the road costs nothing. A point has ``low_m == high_m``.

    Attributes
    ----------
    start
        Offsets by owner, shape (owners + 1,).
    access
        ``Access`` of each owner, shape (owners,).
    edge, segment
        Edge, and segment over all edges (``vertex_start[edge] - edge + j``), shape (n,).
    side
        0 left or 1 right of the edge, seen from its first vertex.
    low_m, high_m
        Stations along the segment from its first vertex, plane metres.
    low_depth_m, high_depth_m
        Length of the line from owner to centreline at either station, plane metres, at least 0.
    low_x, low_y, high_x, high_y
        The owner's points there, plane metres.
    either_side
        The owner lies on the centreline: its side is unknown, the verge on the other side serves as well.
    """

    start: Ints
    access: NDArray[np.int8]
    edge: Ints
    segment: Ints
    side: NDArray[np.int8]
    low_m: Floats
    high_m: Floats
    low_depth_m: Floats
    high_depth_m: Floats
    low_x: Floats
    low_y: Floats
    high_x: Floats
    high_y: Floats
    either_side: Flags

    @property
    def owners(self) -> int:
        """Number of owners, those without an attachment included."""
        return len(self.start) - 1


@dataclass(frozen=True, slots=True)
class Places:
    """Attachments as positions on verges, in whole centimetres: on the own verge and on the one opposite.

    Attributes
    ----------
    start
        Offsets by owner, shape (owners + 1,).
    attachment
        Row of the attachment, shape (n,).
    verge
        Verge that the position lies on.
    low_cm, high_cm
        Between them it may be attached to, from the verge's first corner, ``low_cm <= high_cm``.
    low_stub_cm, high_stub_cm
        Length from the owner to its own verge, there.
    low_part, high_part
        Where along the attachment's stretch these are: 0 at its ``low_m``, 1 at its ``high_m``. They differ
        from 0 and 1 where the stretch goes on beside a junction, and fall where the verge runs the other way.
    crossing_cm
        Length from the own verge straight across the road to this one; 0 on the own verge.
    far_edge
        Where the road has two carriageways, the edge of the far one; else -1.
    """

    start: Ints
    attachment: Ints
    verge: Ints
    low_cm: Ints
    high_cm: Ints
    low_stub_cm: Ints
    high_stub_cm: Ints
    low_part: Floats
    high_part: Floats
    crossing_cm: Ints
    far_edge: Ints
