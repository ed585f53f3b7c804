"""One path drawn: from the owner's point over verges and crossings to the access point."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.compiled import compiled
from gis.corridors.graph import ArcKind
from gis.corridors.streets import Flags, Floats, Ints, Longs
from gis.routing.draw_joints import (
    Place,
    arm_segments,
    crossing_distance,
    distance_on_arm,
    joint,
    place_on_arm,
)
from gis.routing.draw_verges import DrawnArcs, DrawnVerges, compiled_inside
from gis.routing.draw_walk import (
    Pen,
    Spot,
    draw_walk,
    drawn,
    place_on_verge,
    put,
    put_place,
    spot_on_arm,
)

_WALK, _ACROSS, _MEDIAN = 0, 1, 2
_TINY_M = 1e-9
_CLEAR_M = 1.0
"""An arm is crossed no nearer to its node than this, where several are crossed straight."""
_VERGE_ARC, _MEDIAN_ARC = int(ArcKind.VERGE), int(ArcKind.MEDIAN)


class DrawEnds(NamedTuple):
    """The ends of paths, arrays by result.

    Attributes
    ----------
    verge, end
        The verge that is walked, and the corner by which the path goes on; -1 passes none.
    segment, station_m
        Where on that verge.
    near_verge, near_segment, near_station_m
        The owner's own verge and where the owner attaches to it.
    crossed
        The own verge is another one: the road is crossed there.
    owner_x, owner_y
        The owner's point.
    """

    verge: Ints
    end: NDArray[np.int8]
    segment: Longs
    station_m: Floats
    near_verge: Longs
    near_segment: Longs
    near_station_m: Floats
    crossed: Flags
    owner_x: Floats
    owner_y: Floats


class _Steps(NamedTuple):
    """Parts of a path: along verges, across arms, over medians; the ends of verges where they begin and stop.

    ``place`` has six columns: segment, station and offset of the begin, then of the stop; NaN where the way
    begins or stops at no joint of two verges. ``over`` tells a part behind which a median is crossed: one
    goes straight on there, wherever the carriageways' corners lie. ``across_m`` tells how far from the node
    an arm is crossed.
    """

    kind: Ints
    verge: Ints
    begin: Ints
    stop: Ints
    place: Floats
    over: Flags
    across_m: Floats


@compiled
def draw_path(
    verges: DrawnVerges, joins: DrawnArcs, entry: DrawEnds, tap: DrawEnds, at: int, arcs: Ints
) -> tuple[Floats, Floats, Ints]:
    """Return the points of a path and the leg that leads to each.

    Legs are numbered: 0 entry, 1 the crossing there, 2 the verge, then the arcs, and behind n arcs n + 3 the
    verge, n + 4 the crossing and n + 5 the tap. A path that passes no corner has n = 0.
    """
    steps = _steps(joins, entry, tap, at, arcs)
    ends = _end_spot(verges, entry, at), _end_spot(verges, tap, at)
    _join(verges, steps, (ends[0].place, ends[1].place))
    pen = _pen(verges, steps)
    legs = arcs.size
    put(pen, entry.owner_x[at], entry.owner_y[at], 0)
    if entry.end[at] < 0:
        _arrive(pen, verges, entry, at, ends[0])
        draw_walk(pen, verges, entry.verge[at], ends[0], ends[1], 2)
        _depart(pen, verges, tap, at, ends[1], legs)
        return drawn(pen)
    first = _kept_off(verges, steps, 0, entry.end[at], ends[0])
    last = _kept_off(verges, steps, legs + 1, tap.end[at], ends[1])
    _arrive(pen, verges, entry, at, first)
    for step in range(legs + 2):
        if steps.kind[step] == _ACROSS and not steps.over[step - 1]:
            _draw_across(pen, verges, steps, step)
        elif steps.kind[step] == _WALK:
            verge = steps.verge[step]
            begin = first if step == 0 else _spot(verges, steps, step, 0)
            stop = last if step == legs + 1 else _spot(verges, steps, step, 3)
            put_place(pen, verges, verge, begin.place, step + 2)
            draw_walk(pen, verges, verge, begin, stop, step + 2)
    _depart(pen, verges, tap, at, last, legs)
    return drawn(pen)


@compiled_inside
def _steps(joins: DrawnArcs, entry: DrawEnds, tap: DrawEnds, at: int, arcs: Ints) -> _Steps:
    count = arcs.size + 2
    steps = _Steps(
        np.full(count, _WALK, np.int32),
        np.full(count, -1, np.int32),
        np.full(count, -1, np.int32),
        np.full(count, -1, np.int32),
        np.full((count, 6), math.nan),
        np.zeros(count, np.bool_),
        np.zeros(count),
    )
    if entry.end[at] < 0:
        steps.verge[0], steps.verge[1] = entry.verge[at], tap.verge[at]
        return steps
    verge = entry.verge[at]
    corner = joins.verge_a[verge] if entry.end[at] == 0 else joins.verge_b[verge]
    steps.verge[0], steps.stop[0] = verge, 2 * verge + entry.end[at]
    for step in range(1, count - 1):
        arc = arcs[step - 1]
        along = joins.arc_verge[arc]
        if along >= 0:
            end = 0 if joins.verge_a[along] == corner else 1
            steps.verge[step], steps.begin[step] = along, 2 * along + end
            steps.stop[step] = 2 * along + 1 - end
        elif joins.arc_kind[arc] == _MEDIAN_ARC:
            steps.kind[step] = _MEDIAN
        else:
            side = joins.arc_side[arc] if joins.arc_a[arc] == corner else 1 - joins.arc_side[arc]
            near = 2 * joins.arc_edge[arc] + side
            steps.kind[step], steps.verge[step] = _ACROSS, near
            steps.begin[step] = 2 * near + joins.arc_end[arc]
            steps.stop[step] = 2 * (near ^ 1) + joins.arc_end[arc]
        corner = joins.arc_b[arc] if joins.arc_a[arc] == corner else joins.arc_a[arc]
        steps.over[step] = joins.corner_median[corner] and steps.kind[step] != _WALK
    verge = tap.verge[at]
    steps.verge[count - 1], steps.begin[count - 1] = verge, 2 * verge + tap.end[at]
    return steps


@compiled_inside
def _join(verges: DrawnVerges, steps: _Steps, ends: tuple[Place, Place]) -> None:
    """Fill in where the parts of a path meet at corners, given where it comes to its first and last verge."""
    for step in range(steps.kind.size - 1):
        stop, begin = steps.stop[step], steps.begin[step + 1]
        if stop >= 0 and begin >= 0 and stop != begin and not steps.over[step]:
            one, other = joint(verges, stop, begin)
            _set(steps, step, 3, one)
            _set(steps, step + 1, 0, other)
    final = steps.kind.size - 1
    for step in range(steps.kind.size):
        if steps.kind[step] != _ACROSS:
            continue
        begin, stop = steps.begin[step], steps.stop[step]
        distance = _distance_across(verges, steps, step)
        # A way along the crossed arm stops, or begins, where it is crossed: at the end of the path if nearer.
        if steps.stop[step - 1] == begin:
            if step == 1:
                distance = min(distance, max(distance_on_arm(verges, begin, ends[0]), 0.0))
            _set(steps, step - 1, 3, place_on_arm(verges, begin, distance))
        if steps.begin[step + 1] == stop:
            if step == final - 1:
                distance = min(distance, max(distance_on_arm(verges, stop, ends[1]), 0.0))
            _set(steps, step + 1, 0, place_on_arm(verges, stop, distance))
        steps.across_m[step] = distance


@compiled_inside
def _set(steps: _Steps, step: int, column: int, place: Place) -> None:
    steps.place[step, column] = place.segment
    steps.place[step, column + 1], steps.place[step, column + 2] = place.station_m, place.offset_m


@compiled_inside
def _get(steps: _Steps, step: int, column: int) -> Place:
    row = steps.place[step]
    return Place(int(row[column]), row[column + 1], row[column + 2])


@compiled_inside
def _distance_across(verges: DrawnVerges, steps: _Steps, step: int) -> float:
    """Return how far from the node the path crosses an arm."""
    begin, stop = steps.begin[step], steps.stop[step]
    met, left = math.nan, math.nan
    # On a median there is no verge to meet.
    if steps.over[step - 1]:
        met = -math.inf
    elif not math.isnan(steps.place[step, 0]):
        met = distance_on_arm(verges, begin, _get(steps, step, 0))
    if steps.over[step]:
        left = -math.inf
    elif not math.isnan(steps.place[step, 3]):
        left = distance_on_arm(verges, stop, _get(steps, step, 3))
    return crossing_distance(verges, begin, met, stop, left)


@compiled_inside
def _pen(verges: DrawnVerges, steps: _Steps) -> Pen:
    room = 8
    for step in range(steps.kind.size):
        room += 8
        if steps.verge[step] >= 0:
            edge = steps.verge[step] // 2
            room += 8 * (verges.vertex_start[edge + 1] - verges.vertex_start[edge])
    return Pen(np.empty(room), np.empty(room), np.empty(room, np.int32), np.zeros(1, np.int32))


@compiled_inside
def _spot(verges: DrawnVerges, steps: _Steps, step: int, column: int) -> Spot:
    """Return where a way begins (column 0) or stops (3): at a joint, else where the graph has the corner."""
    end = steps.begin[step] if column == 0 else steps.stop[step]
    if math.isnan(steps.place[step, column]):
        place = place_on_arm(verges, end, verges.setback_m[end])
    else:
        place = _get(steps, step, column)
    return spot_on_arm(verges, end, place)


@compiled_inside
def _end_spot(verges: DrawnVerges, ends: DrawEnds, at: int) -> Spot:
    """Return where the entry or the tap comes to the verge that is walked."""
    place = place_on_verge(verges, ends.verge[at], ends.segment[at], ends.station_m[at])
    return Spot(place, -1.0)


@compiled_inside
def _kept_off(verges: DrawnVerges, steps: _Steps, step: int, end: int, spot: Spot) -> Spot:
    """Return an end of a path, moved off the corners of its verge.

    The one that the path goes on by it would overshoot and come back to; beyond the other lies the next road.
    """
    verge, place = steps.verge[step], spot.place
    corner = _spot(verges, steps, step, 3 if step == 0 else 0).place
    other = 2 * verge + 1 - end
    far_m = min(verges.join_m[other], max(verges.setback_m[other], 0.0))
    if distance_on_arm(verges, other, place) < far_m:
        place = place_on_arm(verges, other, far_m)
    if place.segment != corner.segment:
        return Spot(place, -1.0)
    station = max(place.station_m, corner.station_m) if end == 0 else min(place.station_m, corner.station_m)
    return Spot(place_on_verge(verges, verge, place.segment, station), -1.0)


@compiled_inside
def _arrive(pen: Pen, verges: DrawnVerges, ends: DrawEnds, at: int, spot: Spot) -> None:
    """Draw from the owner's point to the verge that is walked."""
    if ends.crossed[at]:
        _put_near(pen, verges, ends, at, spot.place, 0)
    put_place(pen, verges, ends.verge[at], spot.place, 1 if ends.crossed[at] else 0)


@compiled_inside
def _depart(pen: Pen, verges: DrawnVerges, ends: DrawEnds, at: int, spot: Spot, legs: int) -> None:
    """Draw from the verge that is walked to the owner's point."""
    if ends.crossed[at]:
        _put_near(pen, verges, ends, at, spot.place, legs + 4)
    put(pen, ends.owner_x[at], ends.owner_y[at], legs + 5)


@compiled_inside
def _put_near(pen: Pen, verges: DrawnVerges, ends: DrawEnds, at: int, far: Place, leg: int) -> None:
    """Draw to the owner's own verge, straight across the road from the place on the other one.

    An owner nearer to the centreline than the verge is met on the way: nothing leads out and back.
    """
    verge, segment, station = ends.near_verge[at], ends.near_segment[at], ends.near_station_m[at]
    near = place_on_verge(verges, verge, segment, station)
    if far.segment == segment and ends.verge[at] // 2 == verge // 2:
        near = Place(segment, far.station_m, near.offset_m)
    vertex, turn = segment + verge // 2, 1.0 - 2.0 * (verge % 2)
    dx, dy = ends.owner_x[at] - verges.x[vertex], ends.owner_y[at] - verges.y[vertex]
    depth = (dy * verges.ux[segment] - dx * verges.uy[segment]) * turn
    offset = min(near.offset_m, max(depth, 0.0))
    put_place(pen, verges, verge, Place(near.segment, near.station_m, offset), leg)


@compiled_inside
def _draw_across(pen: Pen, verges: DrawnVerges, steps: _Steps, first: int) -> None:
    """Draw across an arm at a right angle, or straight across all that are crossed one after the other.

    Where the way comes to the arm elsewhere, it leads along the arm's verge first. Between two crossings at
    an acute corner it is straight: nothing leads out to the corner and back.
    """
    last, width_m = first, _width_across(verges, steps, first)
    while steps.over[last] and steps.kind[last + 1] != _WALK:
        last += 1
        width_m += _width_across(verges, steps, last)
    while steps.kind[last] != _ACROSS:
        last -= 1
    begin, stop = steps.begin[first], steps.stop[last]
    near_m, far_m = steps.across_m[first], steps.across_m[last]
    near, far = place_on_arm(verges, begin, near_m), place_on_arm(verges, stop, far_m)
    if not math.isnan(steps.place[first, 0]):
        met = _get(steps, first, 0)
        if steps.kind[first - 1] != _ACROSS or distance_on_arm(verges, begin, met) <= near_m:
            put_place(pen, verges, begin // 2, met, first + 1)
            _walk_arm(pen, verges, begin, met, near, first + 1)
    put_place(pen, verges, begin // 2, near, first + 1)
    at = pen.used[0] - 1
    put_place(pen, verges, stop // 2, far, last + 2)
    x, y = pen.x[at + 1], pen.y[at + 1]
    pen.used[0], done_m = at + 1, 0.0
    for step in range(first, last + 1):
        if first < last and steps.kind[step] == _ACROSS:
            _put_on_arm(pen, verges, steps, step, (x, y))
        at, before_m = pen.used[0] - 1, done_m
        done_m += _width_across(verges, steps, step)
        part = (done_m - before_m) / max(width_m - before_m, _TINY_M)
        put(pen, pen.x[at] + part * (x - pen.x[at]), pen.y[at] + part * (y - pen.y[at]), step + 2)
    if not math.isnan(steps.place[last, 3]):
        left, across = _get(steps, last, 3), steps.kind[last + 1] == _ACROSS
        if not across or distance_on_arm(verges, stop, left) <= far_m:
            _walk_arm(pen, verges, stop, far, left, last + 2 if across else last + 3)


@compiled_inside
def _put_on_arm(pen: Pen, verges: DrawnVerges, steps: _Steps, step: int, goal: tuple[float, float]) -> None:
    """Draw to the arm that is crossed, where a straight line to the goal passes its node on the other side.

    There it would cross another arm of the junction instead.
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
    if out_m < clear_m and 0.0 < part < 1.0:
        put(pen, verges.x[vertex] + clear_m * ux, verges.y[vertex] + clear_m * uy, step + 2)


@compiled_inside
def _width_across(verges: DrawnVerges, steps: _Steps, step: int) -> float:
    """Return how wide a road is drawn where it is crossed; 0 over a median."""
    if steps.kind[step] != _ACROSS:
        return 0.0
    near = place_on_arm(verges, steps.begin[step], steps.across_m[step])
    return float(near.offset_m + place_on_arm(verges, steps.stop[step], steps.across_m[step]).offset_m)


@compiled_inside
def _walk_arm(pen: Pen, verges: DrawnVerges, end: int, begin: Place, stop: Place, leg: int) -> None:
    """Draw along one verge of an arm, near its node."""
    draw_walk(pen, verges, end // 2, spot_on_arm(verges, end, begin), spot_on_arm(verges, end, stop), leg)
