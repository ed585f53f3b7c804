"""One path drawn: from the owner's point over verges and crossings to the access point."""

from __future__ import annotations

import math

import numpy as np

from gis.compiled import compiled
from gis.corridors.drawn_joints import Place, distance_on_arm, place_on_arm
from gis.corridors.drawn_verges import DrawnArcs, DrawnVerges, compiled_inside
from gis.corridors.drawn_walk import (
    Pen,
    Spot,
    draw_walk,
    drawn,
    place_on_verge,
    put,
    put_place,
    spot_on_arm,
)
from gis.corridors.streets import Floats, Ints
from gis.routing.draw_across import draw_across
from gis.routing.draw_steps import ACROSS, WALK, DrawEnds, Steps, join_steps, path_steps, place_of


@compiled
def draw_path(
    verges: DrawnVerges, joins: DrawnArcs, entry: DrawEnds, tap: DrawEnds, at: int, arcs: Ints
) -> tuple[Floats, Floats, Ints]:
    """Return the points of a path and the leg that leads to each.

    Legs are numbered: 0 entry, 1 the crossing there, 2 the verge, then the arcs, and behind n arcs n + 3 the
    verge, n + 4 the crossing and n + 5 the tap. A path that passes no corner has n = 0.
    """
    steps = path_steps(joins, entry, tap, at, arcs)
    ends = _end_spot(verges, entry, at), _end_spot(verges, tap, at)
    join_steps(verges, steps, (ends[0].place, ends[1].place))
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
        if steps.kind[step] == ACROSS and not steps.over[step - 1]:
            draw_across(pen, verges, steps, step)
        elif steps.kind[step] == WALK:
            verge = steps.verge[step]
            begin = first if step == 0 else _spot(verges, steps, step, 0)
            stop = last if step == legs + 1 else _spot(verges, steps, step, 3)
            put_place(pen, verges, verge, begin.place, step + 2)
            draw_walk(pen, verges, verge, begin, stop, step + 2)
    _depart(pen, verges, tap, at, last, legs)
    return drawn(pen)


@compiled_inside
def _pen(verges: DrawnVerges, steps: Steps) -> Pen:
    room = 8
    for step in range(steps.kind.size):
        room += 8
        if steps.verge[step] >= 0:
            edge = steps.verge[step] // 2
            room += 8 * (verges.vertex_start[edge + 1] - verges.vertex_start[edge])
    return Pen(np.empty(room), np.empty(room), np.empty(room, np.int32), np.zeros(1, np.int32))


@compiled_inside
def _spot(verges: DrawnVerges, steps: Steps, step: int, column: int) -> Spot:
    """Return where a way begins (column 0) or stops (3): at a joint, else where the graph has the corner."""
    end = steps.begin[step] if column == 0 else steps.stop[step]
    if math.isnan(steps.place[step, column]):
        place = place_on_arm(verges, end, verges.setback_m[end])
    else:
        place = place_of(steps, step, column)
    return spot_on_arm(verges, end, place)


@compiled_inside
def _end_spot(verges: DrawnVerges, ends: DrawEnds, at: int) -> Spot:
    """Return where the entry or the tap comes to the verge that is walked."""
    place = place_on_verge(verges, ends.verge[at], ends.segment[at], ends.station_m[at])
    return Spot(place, -1.0)


@compiled_inside
def _kept_off(verges: DrawnVerges, steps: Steps, step: int, end: int, spot: Spot) -> Spot:
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
