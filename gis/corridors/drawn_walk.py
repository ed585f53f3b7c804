"""Points of drawn verges, written one after the other."""

from __future__ import annotations

import math
from typing import NamedTuple

from gis.corridors.drawn_joints import Place, distance_on_arm, segment_on_arm
from gis.corridors.drawn_verges import DrawnVerges, compiled_inside
from gis.corridors.streets import Floats, Ints

_TOUCH_M = 1e-4
"""Points nearer to one another are one."""
_BACK = -0.9
"""Cosine of the turn beyond which a line comes back."""
_HOP_M = 3.0
"""Out and back this far apart are beside one another."""


class Pen(NamedTuple):
    """Points drawn so far: their places, the leg that leads to each, and in ``used[0]`` their number."""

    x: Floats
    y: Floats
    leg: Ints
    used: Ints


class Spot(NamedTuple):
    """Where a way along a verge begins or stops.

    ``full_m`` is the station at which the line reaches its full offset, where that is farther along because
    the corner is acute; -1 at others.
    """

    place: Place
    full_m: float


@compiled_inside
def spot_on_arm(verges: DrawnVerges, end: int, place: Place) -> Spot:
    """Return a place near the node of an arm as a spot of the verge that begins there."""
    full = -1.0
    if verges.reach_m[end] > distance_on_arm(verges, end, place) >= 0.0:
        segment, station = segment_on_arm(verges, end, verges.reach_m[end])
        full = station if segment == place.segment else -1.0
    return Spot(place, full)


@compiled_inside
def put(pen: Pen, x: float, y: float, leg: int) -> None:
    """Draw a line to a point."""
    count = pen.used[0]
    pen.x[count], pen.y[count], pen.leg[count] = x, y, leg
    pen.used[0] = count + 1


@compiled_inside
def drawn(pen: Pen) -> tuple[Floats, Floats, Ints]:
    """Return the points and their legs, each place once, and nothing led out and back along itself."""
    _drop_repeats(pen)
    again = True
    while again:
        again = False
        # What led to a spike may be one, now that it is cut off.
        for at in range(pen.used[0] - 2, 0, -1):
            again |= _cut_spike(pen, at)
        _drop_repeats(pen)
    count = pen.used[0]
    return pen.x[:count], pen.y[:count], pen.leg[:count]


@compiled_inside
def _drop_repeats(pen: Pen) -> None:
    """Keep of the points at one place the first, but the last point of all."""
    count, final = 1, pen.used[0] - 1
    for at in range(1, final + 1):
        gap = max(abs(pen.x[count - 1] - pen.x[at]), abs(pen.y[count - 1] - pen.y[at]))
        if gap >= _TOUCH_M or (at == final and count == 1 and gap > 0.0):
            pen.x[count], pen.y[count], pen.leg[count] = pen.x[at], pen.y[at], pen.leg[at]
            count += 1
        elif at == final and count > 1:
            pen.x[count - 1], pen.y[count - 1] = pen.x[at], pen.y[at]
    pen.used[0] = count


@compiled_inside
def _cut_spike(pen: Pen, at: int) -> bool:
    """Move a point from which the line comes back along itself to where it left; return whether it does.

    Lines turn back where a crossing leads past a tap inside the road, and at corners between narrow verges.
    An entry leads to the verge all the same, also where the tap line leads straight back.
    """
    if pen.leg[at] == 0 and pen.leg[at + 1] == pen.leg[pen.used[0] - 1]:
        return False
    ux, uy = pen.x[at] - pen.x[at - 1], pen.y[at] - pen.y[at - 1]
    vx, vy = pen.x[at + 1] - pen.x[at], pen.y[at + 1] - pen.y[at]
    out, back = math.hypot(ux, uy), math.hypot(vx, vy)
    along, across = ux * vx + uy * vy, abs(ux * vy - uy * vx)
    if min(out, back) < _TOUCH_M or along > _BACK * out * back or across > _HOP_M * max(out, back):
        return False
    if back <= out:
        part = along / out**2
        pen.x[at], pen.y[at] = pen.x[at] + part * ux, pen.y[at] + part * uy
    else:
        part = -along / back**2
        pen.x[at], pen.y[at] = pen.x[at] + part * vx, pen.y[at] + part * vy
    return True


@compiled_inside
def put_place(pen: Pen, verges: DrawnVerges, verge: int, place: Place, leg: int) -> None:
    """Draw a line to a place beside a segment."""
    x, y = xy_of(verges, verge, place)
    put(pen, x, y, leg)


@compiled_inside
def xy_of(verges: DrawnVerges, verge: int, place: Place) -> tuple[float, float]:
    """Return where a place beside a segment lies, plane metres."""
    vertex, across = place.segment + verge // 2, place.offset_m * (1.0 - 2.0 * (verge % 2))
    ux, uy = verges.ux[place.segment], verges.uy[place.segment]
    x = verges.x[vertex] + ux * place.station_m - uy * across
    return x, verges.y[vertex] + uy * place.station_m + ux * across


@compiled_inside
def place_on_verge(verges: DrawnVerges, verge: int, segment: int, station_m: float) -> Place:
    """Return the place on a drawn verge that is nearest to a station of a segment.

    Bends take some of a segment, and tight curves all of it; on the way to a narrower neighbour the line
    comes nearer to the centreline.
    """
    edge, side = verge // 2, verge % 2
    last = verges.vertex_start[edge + 1] - edge - 2
    while segment < last and not verges.kept[side, segment]:
        segment, station_m = segment + 1, -math.inf
    while not verges.kept[side, segment]:
        segment, station_m = segment - 1, math.inf
    low, high = verges.begin_m[side, segment], verges.end_m[side, segment]
    station = min(max(station_m, low), high)
    rising = verges.begin_offset_m[side, segment] + station - low
    falling = verges.end_offset_m[side, segment] + high - station
    return Place(segment, station, min(verges.offset_m[side, segment], rising, falling))


@compiled_inside
def draw_walk(pen: Pen, verges: DrawnVerges, verge: int, begin: Spot, end: Spot, leg: int) -> None:
    """Draw along a verge from one place to another, in either direction; not to the first place itself."""
    low, high = begin.place, end.place
    if (low.segment, low.station_m) <= (high.segment, high.station_m):
        _between(pen, verges, verge, begin, end, leg)
    else:
        first = pen.used[0]
        _between(pen, verges, verge, end, begin, leg)
        last = pen.used[0] - 1
        while first < last:
            pen.x[first], pen.x[last] = pen.x[last], pen.x[first]
            pen.y[first], pen.y[last] = pen.y[last], pen.y[first]
            first, last = first + 1, last - 1
    put_place(pen, verges, verge, end.place, leg)


@compiled_inside
def _between(pen: Pen, verges: DrawnVerges, verge: int, low: Spot, high: Spot, leg: int) -> None:
    """Draw what lies between two places, the first of which comes first along the edge."""
    side, first, final = verge % 2, low.place.segment, high.place.segment
    for segment in range(first, final + 1):
        if segment not in (first, final) and not verges.kept[side, segment]:
            continue
        begin = Place(segment, verges.begin_m[side, segment], verges.begin_offset_m[side, segment])
        end = Place(segment, verges.end_m[side, segment], verges.end_offset_m[side, segment])
        rise, fall = -1.0, -1.0
        if segment == first:
            begin, rise = low.place, low.full_m
        else:
            put_place(pen, verges, verge, begin, leg)
        if segment == final:
            end, fall = high.place, high.full_m
        full = verges.offset_m[side, segment]
        # To the full offset and back: where an acute corner ends, else at 45 degrees where there is room.
        rise = rise if rise >= 0.0 else begin.station_m + full - begin.offset_m
        fall = fall if fall >= 0.0 else end.station_m - full + end.offset_m
        if begin.station_m < rise <= min(fall, end.station_m):
            put_place(pen, verges, verge, Place(segment, rise, full), leg)
        if max(rise, begin.station_m) <= fall < end.station_m:
            put_place(pen, verges, verge, Place(segment, fall, full), leg)
        if segment != final:
            put_place(pen, verges, verge, end, leg)
