"""Setbacks (退距): how much shorter, or longer, than its centreline a verge is at corners and bends.

Where two arms meet at the angle t, their verges meet ``(w_b + w_a cos t) / sin t`` from the node along arm a,
with w the half-widths towards the sector (the intersection of two lines parallel to the arms). Arms that
leave in nearly one direction have no such point, nor have roads of different width that go straight on: there
the formula is used with the mean half-width, which stays bounded and keeps the length of curves, and is 0
where the road is straight.
"""

from __future__ import annotations

import math

import numpy as np

from gis.compiled import compiled
from gis.corridors.arms import Arms
from gis.corridors.streets import Floats, Ints, Longs, Streets

_SLIGHT = 0.2


@compiled
def setback_m(angle_rad: float, own_m: float, other_m: float, bound_m: float) -> float:
    """Return the setback along an arm whose neighbour leaves at this angle, within plus and minus the bound.

    Parameters
    ----------
    angle_rad
        From the arm to its neighbour through the sector, in (0, 2 pi].
    own_m, other_m
        Half-widths of the arm and of the neighbour towards the sector.
    bound_m
        Half of the wider road.
    """
    sine, cosine = math.sin(angle_rad), math.cos(angle_rad)
    if abs(sine) >= _SLIGHT:
        exact = (other_m + own_m * cosine) / sine
    elif cosine < 0.0:
        # cot(t / 2) = (1 + cos t) / sin t, which is 0 where the road goes straight on.
        exact = (own_m + other_m) / 2.0 / math.tan(angle_rad / 2.0)
    else:
        exact = 0.0
    return min(max(exact, -bound_m), bound_m)


def corner_setbacks(streets: Streets, arms: Arms, half_width_m: Floats) -> tuple[Floats, Floats]:
    """Return the setbacks of each arm towards its left and right neighbour, metres, shape (arms,) each."""
    left, right = np.zeros(len(arms.node)), np.zeros(len(arms.node))
    _corner_setbacks(arms.following, arms.bearing_rad, half_width_m, streets.width_m, left, right)
    return left, right


@compiled
def _corner_setbacks(
    following: Ints, bearing: Floats, half_width: Floats, width: Floats, left: Floats, right: Floats
) -> None:
    for arm in range(following.size):
        other = following[arm]
        if other == arm:
            continue
        turn = bearing[other] - bearing[arm]
        angle = turn if turn > 0.0 else turn + 2.0 * math.pi
        bound = max(width[arm // 2], width[other // 2]) / 2.0
        # Arm and verge share a number: the verge at an arm's left; at its right lies the edge's other one.
        own, across = half_width[arm], half_width[other ^ 1]
        left[arm] = setback_m(angle, own, across, bound)
        right[other] = setback_m(angle, across, own, bound)


@compiled
def segment_setbacks(
    vertex_start: Longs,
    x: Floats,
    y: Floats,
    length_m: Floats,
    half_width: Floats,
    left: Floats,
    right: Floats,
    setback: Floats,
) -> None:
    """Fill in what is taken off every segment at both of its ends, on both sides.

    A setback longer than its segment goes on into the next one; an edge shorter than its setbacks has nothing
    left.

    Parameters
    ----------
    vertex_start, x, y
        Vertices of the edges.
    length_m
        Length of each segment on the ellipsoid, shape (segments,).
    half_width
        Per verge, shape (verges,).
    left, right
        Setbacks of the arms.
    setback
        Filled: shape (2, 2, segments), by end and side.
    """
    for edge in range(vertex_start.size - 1):
        first_vertex = vertex_start[edge]
        begin, end = first_vertex - edge, vertex_start[edge + 1] - edge - 1
        for side in range(2):
            at_a, at_b = setback[0, side], setback[1, side]
            at_a[begin] = left[2 * edge] if side == 0 else right[2 * edge]
            at_b[end - 1] = right[2 * edge + 1] if side == 0 else left[2 * edge + 1]
            wide = half_width[2 * edge + side]
            for segment in range(begin + 1, end):
                at = first_vertex + segment - begin
                back = math.atan2(y[at - 1] - y[at], x[at - 1] - x[at])
                ahead = math.atan2(y[at + 1] - y[at], x[at + 1] - x[at])
                turn = back - ahead if side == 0 else ahead - back
                angle = turn if turn > 0.0 else turn + 2.0 * math.pi
                bend = setback_m(angle, wide, wide, wide)
                at_b[segment - 1], at_a[segment] = bend, bend
            _carry(length_m, at_a, at_b, begin, end)


@compiled
def _carry(length: Floats, at_a: Floats, at_b: Floats, begin: int, end: int) -> None:
    over = 0.0
    for segment in range(begin, end):
        wanted = at_a[segment] + over
        room = max(length[segment] - at_b[segment], 0.0)
        at_a[segment] = min(wanted, room)
        over = wanted - at_a[segment]
    over = 0.0
    for step in range(end - begin):
        segment = end - 1 - step
        wanted = at_b[segment] + over
        room = max(length[segment] - at_a[segment], 0.0)
        at_b[segment] = min(wanted, room)
        over = wanted - at_b[segment]
