"""The parts of a path that is drawn, and where they meet at corners."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from gis.corridors.drawn_joints import Place, crossing_distance, distance_on_arm, joint, place_on_arm
from gis.corridors.drawn_verges import DrawnArcs, DrawnVerges, compiled_inside
from gis.corridors.graph import ArcKind
from gis.corridors.streets import Flags, Floats, Ints, Longs

WALK: Final = 0
ACROSS: Final = 1
MEDIAN: Final = 2
"""Kinds of parts: along a verge, across an arm, over a median."""
_MEDIAN_ARC: Final = int(ArcKind.MEDIAN)


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
    end: Ints
    segment: Longs
    station_m: Floats
    near_verge: Longs
    near_segment: Longs
    near_station_m: Floats
    crossed: Flags
    owner_x: Floats
    owner_y: Floats


class Steps(NamedTuple):
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


@compiled_inside
def path_steps(joins: DrawnArcs, entry: DrawEnds, tap: DrawEnds, at: int, arcs: Ints) -> Steps:
    """Return the parts of a path, given its ends by result, the row of this one and its arcs."""
    count = arcs.size + 2
    steps = Steps(
        np.full(count, WALK, np.int32),
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
            steps.kind[step] = MEDIAN
        else:
            end = joins.arm_end[arc]
            near = 2 * joins.arc_edge[arc] + (end if joins.arc_a[arc] == corner else 1 - end)
            steps.kind[step], steps.verge[step] = ACROSS, near
            steps.begin[step], steps.stop[step] = 2 * near + end, 2 * (near ^ 1) + end
        corner = joins.arc_b[arc] if joins.arc_a[arc] == corner else joins.arc_a[arc]
        steps.over[step] = joins.corner_median[corner] and steps.kind[step] != WALK
    verge = tap.verge[at]
    steps.verge[count - 1], steps.begin[count - 1] = verge, 2 * verge + tap.end[at]
    return steps


@compiled_inside
def join_steps(verges: DrawnVerges, steps: Steps, ends: tuple[Place, Place]) -> None:
    """Fill in where the parts of a path meet at corners, given where it comes to its first and last verge."""
    for step in range(steps.kind.size - 1):
        stop, begin = steps.stop[step], steps.begin[step + 1]
        if stop >= 0 and begin >= 0 and stop != begin and not steps.over[step]:
            one, other = joint(verges, stop, begin)
            _set(steps, step, 3, one)
            _set(steps, step + 1, 0, other)
    final = steps.kind.size - 1
    for step in range(steps.kind.size):
        if steps.kind[step] != ACROSS:
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
def _set(steps: Steps, step: int, column: int, place: Place) -> None:
    steps.place[step, column] = place.segment
    steps.place[step, column + 1], steps.place[step, column + 2] = place.station_m, place.offset_m


@compiled_inside
def place_of(steps: Steps, step: int, column: int) -> Place:
    """Return where a part begins (column 0) or stops (3), where that is a joint or an end of the path."""
    row = steps.place[step]
    return Place(int(row[column]), row[column + 1], row[column + 2])


@compiled_inside
def _distance_across(verges: DrawnVerges, steps: Steps, step: int) -> float:
    """Return how far from the node the path crosses an arm."""
    begin, stop = steps.begin[step], steps.stop[step]
    met, left = math.nan, math.nan
    # On a median there is no verge to meet.
    if steps.over[step - 1]:
        met = -math.inf
    elif not math.isnan(steps.place[step, 0]):
        met = distance_on_arm(verges, begin, place_of(steps, step, 0))
    if steps.over[step]:
        left = -math.inf
    elif not math.isnan(steps.place[step, 3]):
        left = distance_on_arm(verges, stop, place_of(steps, step, 3))
    return crossing_distance(verges, begin, met, stop, left)
