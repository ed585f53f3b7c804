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
    crossing_distance,
    distance_on_arm,
    joint,
    place_on_arm,
    segment_on_arm,
)
from gis.routing.draw_verges import DrawnArcs, DrawnVerges, compiled_inside
from gis.routing.draw_walk import Pen, Spot, draw_walk, place_on_verge, put, put_place, without_repeats

_WALK, _ACROSS, _MEDIAN = 0, 1, 2
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
    begins or stops at no joint of two verges.
    """

    kind: Ints
    verge: Ints
    begin: Ints
    stop: Ints
    place: Floats


@compiled
def draw_path(
    verges: DrawnVerges, joins: DrawnArcs, entry: DrawEnds, tap: DrawEnds, at: int, arcs: Ints
) -> tuple[Floats, Floats, Ints]:
    """Return the points of a path and the leg that leads to each.

    Legs are numbered: 0 entry, 1 the crossing there, 2 the verge, then the arcs, and behind n arcs n + 3 the
    verge, n + 4 the crossing and n + 5 the tap. A path that passes no corner has n = 0.
    """
    steps = _steps(joins, entry, tap, at, arcs)
    _join(verges, steps)
    pen = _pen(verges, steps)
    legs = arcs.size
    put(pen, entry.owner_x[at], entry.owner_y[at], 0)
    if entry.end[at] < 0:
        first, last = _end_spot(verges, entry, at), _end_spot(verges, tap, at)
        _arrive(pen, verges, entry, at, first)
        draw_walk(pen, verges, entry.verge[at], first, last, 2)
        _depart(pen, verges, tap, at, last, legs)
        return without_repeats(pen)
    first = _kept_off(verges, steps, 0, entry.end[at], _end_spot(verges, entry, at))
    last = _kept_off(verges, steps, legs + 1, tap.end[at], _end_spot(verges, tap, at))
    _arrive(pen, verges, entry, at, first)
    for step in range(legs + 2):
        if steps.kind[step] == _ACROSS:
            _draw_across(pen, verges, steps, step)
        elif steps.kind[step] == _WALK:
            verge = steps.verge[step]
            begin = first if step == 0 else _spot(verges, steps, step, 0)
            stop = last if step == legs + 1 else _spot(verges, steps, step, 3)
            put_place(pen, verges, verge, begin.place, step + 2)
            draw_walk(pen, verges, verge, begin, stop, step + 2)
    _depart(pen, verges, tap, at, last, legs)
    return without_repeats(pen)


@compiled_inside
def _steps(joins: DrawnArcs, entry: DrawEnds, tap: DrawEnds, at: int, arcs: Ints) -> _Steps:
    count = arcs.size + 2
    steps = _Steps(
        np.full(count, _WALK, np.int32),
        np.full(count, -1, np.int32),
        np.full(count, -1, np.int32),
        np.full(count, -1, np.int32),
        np.full((count, 6), math.nan),
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
        if joins.corner_median[corner] and steps.kind[step] == _ACROSS:
            # Over a median one goes straight on, wherever the carriageways' corners lie.
            steps.place[step, 3] = math.inf
    verge = tap.verge[at]
    steps.verge[count - 1], steps.begin[count - 1] = verge, 2 * verge + tap.end[at]
    return steps


@compiled_inside
def _join(verges: DrawnVerges, steps: _Steps) -> None:
    """Fill in where the parts of a path meet at corners."""
    for step in range(steps.kind.size - 1):
        stop, begin = steps.stop[step], steps.begin[step + 1]
        if math.isinf(steps.place[step, 3]):
            steps.place[step, 3] = math.nan
        elif stop >= 0 and begin >= 0 and stop != begin:
            one, other = joint(verges, stop, begin)
            _set(steps, step, 3, one)
            _set(steps, step + 1, 0, other)
    for step in range(steps.kind.size):
        if steps.kind[step] != _ACROSS:
            continue
        begin, stop = steps.begin[step], steps.stop[step]
        distance = _distance_across(verges, steps, step)
        # A way along the crossed arm itself stops, or begins, where it is crossed.
        if steps.stop[step - 1] == begin:
            _set(steps, step - 1, 3, place_on_arm(verges, begin, distance))
        if steps.begin[step + 1] == stop:
            _set(steps, step + 1, 0, place_on_arm(verges, stop, distance))


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
    if not math.isnan(steps.place[step, 0]):
        met = distance_on_arm(verges, begin, _get(steps, step, 0))
    if not math.isnan(steps.place[step, 3]):
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
    full = -1.0
    if verges.reach_m[end] > distance_on_arm(verges, end, place) >= 0.0:
        segment, station = segment_on_arm(verges, end, verges.reach_m[end])
        full = station if segment == place.segment else -1.0
    return Spot(place, full)


@compiled_inside
def _end_spot(verges: DrawnVerges, ends: DrawEnds, at: int) -> Spot:
    """Return where the entry or the tap comes to the verge that is walked."""
    place = place_on_verge(verges, ends.verge[at], ends.segment[at], ends.station_m[at])
    return Spot(place, -1.0)


@compiled_inside
def _kept_off(verges: DrawnVerges, steps: _Steps, step: int, end: int, spot: Spot) -> Spot:
    """Return an end of a path, moved off a corner that it would otherwise overshoot and come back to."""
    corner, place = _spot(verges, steps, step, 3 if step == 0 else 0).place, spot.place
    if place.segment != corner.segment:
        return spot
    station = max(place.station_m, corner.station_m) if end == 0 else min(place.station_m, corner.station_m)
    return Spot(place_on_verge(verges, steps.verge[step], place.segment, station), -1.0)


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
def _draw_across(pen: Pen, verges: DrawnVerges, steps: _Steps, step: int) -> None:
    """Draw across an arm, at a right angle, and along it where the verges meet it elsewhere.

    Between two crossings at an acute corner the way is straight: nothing leads out to the corner and back.
    """
    begin, stop = steps.begin[step], steps.stop[step]
    distance = _distance_across(verges, steps, step)
    near, far = place_on_arm(verges, begin, distance), place_on_arm(verges, stop, distance)
    if not math.isnan(steps.place[step, 0]):
        met = _get(steps, step, 0)
        if steps.kind[step - 1] != _ACROSS or distance_on_arm(verges, begin, met) <= distance:
            put_place(pen, verges, begin // 2, met, step + 1)
            draw_walk(pen, verges, begin // 2, Spot(met, -1.0), Spot(near, -1.0), step + 1)
    put_place(pen, verges, begin // 2, near, step + 1)
    put_place(pen, verges, stop // 2, far, step + 2)
    if not math.isnan(steps.place[step, 3]):
        left, across = _get(steps, step, 3), steps.kind[step + 1] == _ACROSS
        if not across or distance_on_arm(verges, stop, left) <= distance:
            leg = step + 2 if across else step + 3
            draw_walk(pen, verges, stop // 2, Spot(far, -1.0), Spot(left, -1.0), leg)
