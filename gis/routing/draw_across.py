"""Crossings of a path drawn: an arm at a right angle, or straight on over medians."""

from __future__ import annotations

import math
from typing import Final

from gis.corridors.drawn_joints import Place, arm_segments, distance_on_arm, place_on_arm
from gis.corridors.drawn_verges import DrawnVerges, compiled_inside
from gis.corridors.drawn_walk import (
    Pen,
    draw_walk,
    place_on_verge,
    put,
    put_place,
    spot_on_arm,
    xy_of,
)
from gis.routing.draw_steps import ACROSS, WALK, Steps, place_of

_TINY_M: Final = 1e-9
_CLEAR_M: Final = 1.0
"""An arm is crossed no nearer to its node than this, where several are crossed straight."""


@compiled_inside
def draw_across(pen: Pen, verges: DrawnVerges, steps: Steps, first: int) -> None:
    """Draw across an arm at a right angle, or straight across all that are crossed one after the other.

    Where the way comes to the arm elsewhere, it leads along the arm's verge first. Between two crossings at
    an acute corner it is straight: nothing leads out to the corner and back.
    """
    last = first
    while steps.over[last] and steps.kind[last + 1] != WALK:
        last += 1
    while steps.kind[last] != ACROSS:
        last -= 1
    begin, stop = steps.begin[first], steps.stop[last]
    near = place_on_arm(verges, begin, steps.across_m[first])
    far = place_on_arm(verges, stop, steps.across_m[last])
    if not math.isnan(steps.place[first, 0]):
        near = _come(pen, verges, steps, first, near)
    across = steps.kind[last + 1] == ACROSS
    from_place, to_place = near, far
    if first < last:
        from_place = _unbent(verges, begin, near, xy_of(verges, stop // 2, far))
        to_place = _unbent(verges, stop, far, xy_of(verges, begin // 2, from_place))
        put_place(pen, verges, begin // 2, near, first + 1)
        _walk_arm(pen, verges, begin, near, from_place, first + 1)
    put_place(pen, verges, begin // 2, from_place, first + 1)
    _straight(pen, verges, steps, (first, last), xy_of(verges, stop // 2, to_place))
    leg = last + 2 if across else last + 3
    if first < last:
        _walk_arm(pen, verges, stop, to_place, far, leg)
    if not math.isnan(steps.place[last, 3]):
        left = place_of(steps, last, 3)
        if not across or distance_on_arm(verges, stop, left) <= steps.across_m[last]:
            _walk_arm(pen, verges, stop, far, left, leg)


@compiled_inside
def _come(pen: Pen, verges: DrawnVerges, steps: Steps, first: int, near: Place) -> Place:
    """Draw from where the way meets the arm to where the arm is crossed; return the place."""
    begin, met = steps.begin[first], place_of(steps, first, 0)
    acute = _within_acute(verges, begin, near, met)
    if steps.kind[first - 1] != ACROSS or distance_on_arm(verges, begin, met) <= steps.across_m[first]:
        put_place(pen, verges, begin // 2, met, first + 1)
        if acute == near:
            _walk_arm(pen, verges, begin, met, near, first + 1)
    return acute


@compiled_inside
def _straight(
    pen: Pen, verges: DrawnVerges, steps: Steps, rows: tuple[int, int], goal: tuple[float, float]
) -> None:
    """Draw straight to a goal across the arms from one part to another, in proportion to their widths."""
    first, last = rows
    width_m, done_m = 0.0, 0.0
    for step in range(first, last + 1):
        width_m += _width_across(verges, steps, step)
    for step in range(first, last + 1):
        if first < last and steps.kind[step] == ACROSS:
            _put_on_arm(pen, verges, steps, step, goal)
        at, before_m = pen.used[0] - 1, done_m
        done_m += _width_across(verges, steps, step)
        part = (done_m - before_m) / max(width_m - before_m, _TINY_M)
        put(pen, pen.x[at] + part * (goal[0] - pen.x[at]), pen.y[at] + part * (goal[1] - pen.y[at]), step + 2)


@compiled_inside
def _unbent(verges: DrawnVerges, end: int, place: Place, goal: tuple[float, float]) -> Place:
    """Return a place on the way to a node from where a line straight to a goal cuts off no bend."""
    first, step, _ = arm_segments(verges, end)
    verge = end // 2
    # Who comes to the node along the verge has its block at one hand, and the road at the other.
    turn = (1.0 - 2.0 * (verge % 2)) * step
    while place.segment != first:
        segment = place.segment - step
        while segment != first and not verges.kept[verge % 2, segment]:
            segment -= step
        if not verges.kept[verge % 2, segment]:
            break
        ahead = place_on_verge(verges, verge, segment, math.inf * step)
        (x, y), (bx, by) = xy_of(verges, verge, place), xy_of(verges, verge, ahead)
        if ((goal[0] - x) * (by - y) - (goal[1] - y) * (bx - x)) * turn <= 0.0:
            break
        place = ahead
    return place


@compiled_inside
def _within_acute(verges: DrawnVerges, end: int, near: Place, met: Place) -> Place:
    """Return a place between a node and where the verges of two arms meet, nearer to its arm if need be.

    Beside a median there is no verge whose ``reach_m`` tells that the corner is acute.
    """
    near_m, met_m = distance_on_arm(verges, end, near), distance_on_arm(verges, end, met)
    if not 0.0 <= near_m < met_m:
        return near
    return Place(near.segment, near.station_m, min(near.offset_m, met.offset_m * near_m / met_m))


@compiled_inside
def _put_on_arm(pen: Pen, verges: DrawnVerges, steps: Steps, step: int, goal: tuple[float, float]) -> None:
    """Draw to the arm that is crossed, where a straight line to the goal passes its node on the other side.

    There it would cross another arm of the junction instead, or stay in the block that the way comes from.
    """
    end, at = steps.begin[step], pen.used[0] - 1
    segment, _, _ = arm_segments(verges, end)
    vertex, sense = segment + end // 4 + end % 2, 1.0 - 2.0 * (end % 2)
    ux, uy = sense * verges.ux[segment], sense * verges.uy[segment]
    dx, dy = goal[0] - pen.x[at], goal[1] - pen.y[at]
    gx, gy = pen.x[at] - verges.x[vertex], pen.y[at] - verges.y[vertex]
    sine = ux * dy - uy * dx
    if abs(sine) < _TINY_M:
        return
    out_m, part = (gx * dy - gy * dx) / sine, (gx * uy - gy * ux) / sine
    clear_m = min(_CLEAR_M, verges.length_m[segment] / 2.0)
    passed, comes_from_verge = 0.0 < part < 1.0, not steps.over[step - 1]
    if out_m < clear_m if passed else comes_from_verge:
        put(pen, verges.x[vertex] + clear_m * ux, verges.y[vertex] + clear_m * uy, step + 2)


@compiled_inside
def _width_across(verges: DrawnVerges, steps: Steps, step: int) -> float:
    """Return how wide a road is drawn where it is crossed; 0 over a median."""
    if steps.kind[step] != ACROSS:
        return 0.0
    near = place_on_arm(verges, steps.begin[step], steps.across_m[step])
    return float(near.offset_m + place_on_arm(verges, steps.stop[step], steps.across_m[step]).offset_m)


@compiled_inside
def _walk_arm(pen: Pen, verges: DrawnVerges, end: int, begin: Place, stop: Place, leg: int) -> None:
    """Draw along one verge of an arm, near its node."""
    draw_walk(pen, verges, end // 2, spot_on_arm(verges, end, begin), spot_on_arm(verges, end, stop), leg)
