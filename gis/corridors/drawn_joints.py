"""Where the drawn verges of two arms meet at a corner."""

from __future__ import annotations

import math
from typing import NamedTuple

from gis.compiled import compiled
from gis.corridors.drawn_verges import DrawnVerges, compiled_inside
from gis.corridors.streets import Floats, Ints

_STRAIGHT = 1e-9
_SPIKE = 2.0
"""A corner farther from its node than this many offsets, away from both arms, is cut off."""
_FAR = 2.0
"""A corner this many times as far out on an arm as one may lie beyond the node is none, where a road goes on:
verges that meet far out are nearly parallel."""
_FAR_ACUTE = 8.0
"""The same at an acute corner, where verges part far out; beyond that they meet around a block."""
_LEFT_M = 0.01
_NEAR = 12
"""Segments of an arm that are looked at."""


class Place(NamedTuple):
    """A place beside a segment: station from its first vertex, and metres from the centreline."""

    segment: int
    station_m: float
    offset_m: float


@compiled_inside
def arm_segments(verges: DrawnVerges, end: int) -> tuple[int, int, int]:
    """Return the first segment of an arm, the step to the next one, and their number."""
    edge = end // 4
    first, last = verges.vertex_start[edge] - edge, verges.vertex_start[edge + 1] - edge - 2
    return (first, 1, last - first + 1) if end % 2 == 0 else (last, -1, last - first + 1)


@compiled_inside
def segment_on_arm(verges: DrawnVerges, end: int, distance_m: float) -> tuple[int, float]:
    """Return the segment at a distance from the node, and the station on it from its first vertex.

    Distances are along the centreline; one before the node lies on the first segment produced, one beyond the
    edge at its other end.
    """
    segment, step, count = arm_segments(verges, end)
    for _ in range(count - 1):
        if distance_m <= verges.length_m[segment]:
            break
        distance_m -= verges.length_m[segment]
        segment += step
    distance_m = min(distance_m, verges.length_m[segment])
    return segment, distance_m if step == 1 else verges.length_m[segment] - distance_m


@compiled_inside
def distance_on_arm(verges: DrawnVerges, end: int, place: Place) -> float:
    """Return how far from the node a place lies, along the centreline."""
    segment, step, _ = arm_segments(verges, end)
    distance = place.station_m if step == 1 else verges.length_m[place.segment] - place.station_m
    while segment != place.segment:
        distance += verges.length_m[segment]
        segment += step
    return float(distance)


@compiled_inside
def joint(verges: DrawnVerges, one: int, other: int) -> tuple[Place, Place]:
    """Return where two verges meet at a corner: a place on either one.

    Ends of verges are ``2 * verge + end``. Where they part farther from the node than the arms are straight,
    they are led towards the node. Where they meet nowhere near (roads that go straight on with different
    widths, the outside of a hairpin) each has its own place.
    """
    segment, step, count = arm_segments(verges, one)
    segment2, step2, count2 = arm_segments(verges, other)
    beyond = _SPIKE * max(_offset(verges, one, segment), _offset(verges, other, segment2))
    opposed = _cosine(verges, one, segment, other, segment2) < 0.0
    fewest, found = 2 * _NEAR, False
    best, best2 = Place(segment, 0.0, 0.0), Place(segment2, 0.0, 0.0)
    for along in range(min(count, _NEAR)):
        this = segment + step * along
        for along2 in range(min(count2, _NEAR, fewest - along)):
            that = segment2 + step2 * along2
            at, at2 = _meeting(verges, one, this, other, that)
            if _on(verges, one, this, at, beyond) and _on(verges, other, that, at2, beyond):
                place, place2 = _place(verges, one, this, at), _place(verges, other, that, at2)
                bound = beyond * (_FAR if opposed else _FAR_ACUTE)
                if max(distance_on_arm(verges, one, place), distance_on_arm(verges, other, place2)) > bound:
                    continue
                fewest, found = along + along2, True
                best, best2 = place, place2
    if found:
        return best, best2
    return _apart(verges, one, segment, other, segment2)


@compiled_inside
def _on(verges: DrawnVerges, end: int, segment: int, at: float, beyond_m: float) -> bool:
    """Return whether a verge is drawn at a place of a segment; its first part is produced beyond the node."""
    side = (end // 2) % 2
    if not verges.kept[side, segment] or math.isnan(at):
        return False
    low, high = verges.begin_m[side, segment], verges.end_m[side, segment]
    if end % 2 == 1:
        low, high = verges.length_m[segment] - high, verges.length_m[segment] - low
    nearer, step, _ = arm_segments(verges, end)
    while nearer != segment and not verges.kept[side, nearer]:
        nearer += step
    return bool(at <= high and at >= (low - beyond_m if nearer == segment else low))


@compiled_inside
def _cosine(verges: DrawnVerges, one: int, segment: int, other: int, segment2: int) -> float:
    """Return the cosine of the angle between two arms: negative where a road goes on."""
    _, _, ux, uy = _line(verges, one, segment)
    _, _, ux2, uy2 = _line(verges, other, segment2)
    return float(ux * ux2 + uy * uy2)


@compiled_inside
def _place(verges: DrawnVerges, end: int, segment: int, at: float) -> Place:
    """Return a place given by its distance from the segment's nearer vertex."""
    station = at if end % 2 == 0 else verges.length_m[segment] - at
    return Place(segment, station, _offset(verges, end, segment))


@compiled_inside
def _offset(verges: DrawnVerges, end: int, segment: int) -> float:
    return float(verges.offset_m[(end // 2) % 2, segment])


@compiled_inside
def _line(verges: DrawnVerges, end: int, segment: int) -> tuple[float, float, float, float]:
    """Return the point of a drawn verge beside the nearer vertex of a segment, and the way off the node."""
    edge, side = end // 4, (end // 2) % 2
    across = _offset(verges, end, segment) * (1.0 - 2.0 * side)
    ux, uy = verges.ux[segment], verges.uy[segment]
    vertex = segment + edge + end % 2
    sense = 1.0 - 2.0 * (end % 2)
    # The side is seen along the edge, also where the way off the node runs against it.
    return verges.x[vertex] - uy * across, verges.y[vertex] + ux * across, ux * sense, uy * sense


@compiled_inside
def _meeting(verges: DrawnVerges, one: int, segment: int, other: int, segment2: int) -> tuple[float, float]:
    """Return where the lines of two segments meet, along either from its nearer vertex; NaN if nowhere."""
    px, py, ux, uy = _line(verges, one, segment)
    px2, py2, ux2, uy2 = _line(verges, other, segment2)
    sine = ux * uy2 - uy * ux2
    if abs(sine) < _STRAIGHT:
        return math.nan, math.nan
    bx, by = px2 - px, py2 - py
    return (bx * uy2 - by * ux2) / sine, (bx * uy - by * ux) / sine


@compiled_inside
def _apart(verges: DrawnVerges, one: int, segment: int, other: int, segment2: int) -> tuple[Place, Place]:
    """Return places at a corner where the verges do not meet nearby."""
    at, at2 = _meeting(verges, one, segment, other, segment2)
    wide = max(_offset(verges, one, segment), _offset(verges, other, segment2))
    if at > 0.0 and at2 > 0.0 and _cosine(verges, one, segment, other, segment2) > 0.0:
        part = min(1.0, verges.length_m[segment] / at, verges.length_m[segment2] / at2)
        near, near2 = _place(verges, one, segment, at * part), _place(verges, other, segment2, at2 * part)
        return (
            Place(segment, near.station_m, near.offset_m * part),
            Place(segment2, near2.station_m, near2.offset_m * part),
        )
    opposed = _cosine(verges, one, segment, other, segment2) < 0.0
    close = max(abs(at), abs(at2)) <= _SPIKE * wide
    beyond = not opposed and at < 0.0 and at2 < 0.0
    if not close and not beyond:
        at, at2 = 0.0, 0.0
    return (
        _place(verges, one, segment, min(max(at, -wide), verges.length_m[segment])),
        _place(verges, other, segment2, min(max(at2, -wide), verges.length_m[segment2])),
    )


@compiled
def fill_setbacks(verges: DrawnVerges, setback_m: Floats) -> None:
    """Fill in ``verges.setback_m`` from the setbacks of the segments, shape (2, 2, segments) by end and side.

    A setback longer than its segment goes on into the next one, so the verge begins where something is left.
    """
    for end in range(verges.setback_m.size):
        side = (end // 2) % 2
        segment, step, count = arm_segments(verges, end)
        gone = 0.0
        for _ in range(count):
            own, opposite = setback_m[end % 2, side, segment], setback_m[1 - end % 2, side, segment]
            verges.setback_m[end] = gone + own
            if verges.length_m[segment] > own + opposite + _LEFT_M:
                break
            gone += verges.length_m[segment]
            segment += step


@compiled
def fill_reach(verges: DrawnVerges, neighbour: Ints) -> None:
    """Fill in ``reach_m`` and ``join_m`` of the verges, given the other end at the corner of each end."""
    for end in range(neighbour.size):
        verges.reach_m[end], verges.join_m[end] = 0.0, 0.0
        if neighbour[end] < 0:
            continue
        place = joint(verges, end, neighbour[end])[0]
        distance = distance_on_arm(verges, end, place)
        verges.join_m[end] = max(distance, 0.0)
        if distance > 0.0 and place.offset_m > 0.0:
            # Led towards the node in proportion: at the full offset the verges would part farther away.
            verges.reach_m[end] = distance * _offset(verges, end, place.segment) / place.offset_m


@compiled_inside
def place_on_arm(verges: DrawnVerges, end: int, distance_m: float) -> Place:
    """Return where a verge is drawn at a distance from the node: narrower short of an acute corner."""
    segment, station = segment_on_arm(verges, end, distance_m)
    full, reach = _offset(verges, end, segment), verges.reach_m[end]
    near_m = max(distance_m, 0.0)
    return Place(segment, station, full * near_m / reach if reach > near_m else full)


@compiled_inside
def crossing_distance(verges: DrawnVerges, end: int, met_m: float, other: int, other_met_m: float) -> float:
    """Return how far from the node an arm is crossed, so that the verges on both sides are met.

    Parameters
    ----------
    verges
        The drawn verges.
    end, other
        The same end of the edge's two verges.
    met_m, other_met_m
        Where the route meets them; NaN where it walks along them, so that the corner counts as the graph
        measures it; minus infinity on a median, where there is nothing to meet.
    """
    graph_m = max(verges.setback_m[end], verges.setback_m[other], 0.0)
    first = verges.setback_m[end] if math.isnan(met_m) else met_m
    second = verges.setback_m[other] if math.isnan(other_met_m) else other_met_m
    return float(min(max(first, second, 0.0), graph_m))
