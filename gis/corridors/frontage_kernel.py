"""What is seen from the centreline of a street: the lower envelope of everything beside it.

Beside a segment every place has a station s along it and a depth d from it. A ray leaves the centreline at
each station at a right angle. The pieces of all outlines, clipped to the strip that counts, are straight:
between two neighbouring end points or crossings of theirs a ray meets them in one and the same order.

Everything compiled here stands in this module: what numba keeps is renewed when the module changes that holds
the outermost function, not when another one does that it calls.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.corridors.features import Outlines
from gis.corridors.streets import Floats, Ints, Longs

_THIN_M: Final = 1e-9
"""Two stations this close are one."""

_CENTRE_M: Final = 1e-6
"""A line of an owner this close to the centreline belongs to the left side alone."""

_STEEP_M: Final = 1e-3
"""A piece of an owner's line that covers less of the segment counts as this wide, at its near end."""

_ROAD: Final = -1

_Piece = tuple[float, float, float, float]


class Strips(NamedTuple):
    """Segments and what lies near them.

    Attributes
    ----------
    frame
        First vertex, unit vector along and length, shape (n, 5).
    depth_m
        How far the strips to the left and right reach; 0 where nothing is looked for, shape (n, 2).
    half_width_m
        From the centreline to the verges, shape (n, 2).
    part_start, part
        Compressed rows: segment -> parts of the outlines near it.
    road_start, road
        Compressed rows: segment -> other road segments near it as x, y, x, y.
    """

    frame: Floats
    depth_m: Floats
    half_width_m: Floats
    part_start: Longs
    part: Longs
    road_start: Longs
    road: Floats


class Rules(NamedTuple):
    """How owners are seen.

    Attributes
    ----------
    opaque
        Owners are areas and hide one another; otherwise they are lines and do not.
    near_m
        An area's outline this close to the centreline lies on it; two outlines this close coincide.
    side_unknown_m
        A line this close to the centreline lies on either side.
    merge_m
        Neighbouring stretches become one where no depth changes by more.
    """

    opaque: bool
    near_m: float
    side_unknown_m: float
    merge_m: float


class _View(NamedTuple):
    """One side of a segment: pieces as s, d, s, d with s ascending, and the position in ``parts`` of each.

    A fifth column is -1 where the piece lies on the other side and is taken over, else 1. What a piece means
    changes at ``level_m``: the half-width for areas, where the side is known for lines.
    """

    pieces: Floats
    of: Longs
    parts: Longs
    level_m: float


@compiled
def visible(strips: Strips, outlines: Outlines, rules: Rules) -> tuple[Floats, Ints]:
    """Return the stretches of each owner that are seen.

    Returns
    -------
    Station, depth, station, depth of the ends of each and two working columns, shape (m, 6); and row of the
    strip, side, owner, 1 where the side is unknown, and 1 where it lies on the other one, shape (m, 5).
    """
    found, which = np.empty((256, 6)), np.empty((256, 5), np.int32)
    count = 0
    for row in range(strips.frame.shape[0]):
        parts = strips.part[strips.part_start[row] : strips.part_start[row + 1]]
        for side in range(2):
            if strips.depth_m[row, side] <= 0.0:
                continue
            pieces, of = _pieces(strips, outlines, rules, row, side)
            level_m = strips.half_width_m[row, side] if rules.opaque else rules.side_unknown_m
            view = _View(pieces, of, parts, level_m)
            stations = _stations(view, outlines, strips.frame[row, 4])
            lone = strips.depth_m[row, 1 - side] <= 0.0
            begin = count
            for step in range(stations.size - 1):
                low, high = stations[step], stations[step + 1]
                if high - low < _THIN_M:
                    continue
                middle = (low + high) / 2.0
                inside = _insides(strips.frame[row], side, middle, view, outlines, rules)
                depth, piece = _seen(view, outlines, rules, middle, inside)
                for at in range(parts.size):
                    if depth[at] == np.inf:
                        continue
                    if count == found.shape[0]:
                        found, which = _grown(found, which)
                    _put(found[count], view, piece[at], low, high)
                    which[count, 0], which[count, 1], which[count, 2] = row, side, outlines.owner[parts[at]]
                    unknown = not rules.opaque and not lone and depth[at] <= rules.side_unknown_m
                    which[count, 3] = 1 if unknown else 0
                    which[count, 4] = 1 if piece[at] >= 0 and pieces[piece[at], 4] < 0.0 else 0
                    if not _merged(found, which, begin, count, rules.merge_m):
                        count += 1
    return found[:count], which[:count]


@compiled
def _grown(found: Floats, which: Ints) -> tuple[Floats, Ints]:
    more, more_which = np.empty((2 * found.shape[0], 6)), np.empty((2 * found.shape[0], 5), np.int32)
    more[: found.shape[0]], more_which[: found.shape[0]] = found, which
    return more, more_which


@compiled
def _put(found: Floats, view: _View, piece: int, low: float, high: float) -> None:
    """Fill a row of ``found``; an owner that holds the centreline has no piece and the depth 0."""
    found[0], found[1], found[2], found[3] = low, 0.0, high, 0.0
    found[4], found[5] = -np.inf, np.inf
    if piece >= 0:
        found[1] = max(_depth(view.pieces, piece, low), 0.0)
        found[3] = max(_depth(view.pieces, piece, high), 0.0)


@compiled
def _merged(found: Floats, which: Ints, begin: int, count: int, merge_m: float) -> bool:
    """Append the stretch at ``count`` to the last one of its owner where both lie on one line."""
    for at in range(count - 1, begin - 1, -1):
        if which[at, 2] != which[count, 2]:
            continue
        low, depth, end, end_depth, flattest, steepest = found[at]
        begins, begins_depth, high, high_depth = found[count, :4]
        alike = which[at, 3] == which[count, 3] and which[at, 4] == which[count, 4]
        if not alike or begins - end > _CENTRE_M:
            return False
        # Every end point in between allows slopes that pass it within the tolerance.
        reach = end - low
        flattest = max(flattest, (max(end_depth, begins_depth) - merge_m - depth) / reach)
        steepest = min(steepest, (min(end_depth, begins_depth) + merge_m - depth) / reach)
        slope = (high_depth - depth) / (high - low)
        if not flattest <= slope <= steepest:
            return False
        found[at, 2], found[at, 3], found[at, 4], found[at, 5] = high, high_depth, flattest, steepest
        return True
    return False


@compiled
def _pieces(strips: Strips, outlines: Outlines, rules: Rules, row: int, side: int) -> tuple[Floats, Longs]:
    """Return the pieces of all outlines within one side's strip."""
    parts = strips.part[strips.part_start[row] : strips.part_start[row + 1]]
    roads = strips.road[strips.road_start[row] : strips.road_start[row + 1]]
    room = roads.shape[0]
    for part in parts:
        first, last = outlines.part_start[part], outlines.part_start[part + 1]
        room += 2 * (outlines.ring_start[last] - outlines.ring_start[first])
    pieces, of = np.ones((room, 5)), np.empty(room, np.int64)
    count = 0
    frame, depth_m = strips.frame[row], strips.depth_m[row, side]
    for at in range(roads.shape[0]):
        s0, d0 = _local(frame, side, roads[at, 0], roads[at, 1])
        s1, d1 = _local(frame, side, roads[at, 2], roads[at, 3])
        of[count] = _ROAD
        count += _clip(pieces[count], (s0, d0, s1, d1), frame[4], 0.0, depth_m)
    lone = strips.depth_m[row, 1 - side] <= 0.0
    for at in range(parts.size):
        part = parts[at]
        for ring in range(outlines.part_start[part], outlines.part_start[part + 1]):
            begin, end = outlines.ring_start[ring], outlines.ring_start[ring + 1]
            s0, d0 = _local(frame, side, outlines.xy[begin, 0], outlines.xy[begin, 1])
            for vertex in range(begin + 1, end):
                s1, d1 = _local(frame, side, outlines.xy[vertex, 0], outlines.xy[vertex, 1])
                piece = (s0, d0, s1, d1)
                s0, d0 = s1, d1
                of[count] = at
                if outlines.area[part]:
                    count += _clip(pieces[count], piece, frame[4], rules.near_m, depth_m)
                elif outlines.owner[part] < 0:
                    count += _clip(pieces[count], piece, frame[4], 0.0, depth_m)
                else:
                    # The centreline itself belongs to one side only.
                    nearest = -_CENTRE_M if side == 0 else _CENTRE_M
                    count += _clip_line(pieces[count], piece, frame[4], nearest, depth_m)
                    if lone:
                        of[count] = at
                        turned = (piece[0], -piece[1], piece[2], -piece[3])
                        if _clip_line(pieces[count], turned, frame[4], _CENTRE_M, rules.side_unknown_m):
                            pieces[count, 4] = -1.0
                            count += 1
    return pieces[:count], of[:count]


@compiled
def _local(frame: Floats, side: int, x: float, y: float) -> tuple[float, float]:
    """Return the station and the depth towards the side."""
    east, north = x - frame[0], y - frame[1]
    left = frame[2] * north - frame[3] * east
    return east * frame[2] + north * frame[3], left if side == 0 else -left


@compiled
def _clip(kept: Floats, piece: _Piece, length_m: float, nearest_m: float, depth_m: float) -> int:
    """Put the part of a piece within the strip into ``kept``; return 0 where it covers no station."""
    s0, d0, s1, d1 = piece
    if s0 > s1:
        s0, d0, s1, d1 = s1, d1, s0, d0
    if s1 <= 0.0 or s0 >= length_m or s1 - s0 < _THIN_M:
        return 0
    if max(d0, d1) < nearest_m or min(d0, d1) > depth_m:
        return 0
    slope = (d1 - d0) / (s1 - s0)
    low, high = max(s0, 0.0), min(s1, length_m)
    if slope != 0.0:
        one, other = s0 + (nearest_m - d0) / slope, s0 + (depth_m - d0) / slope
        low, high = max(low, min(one, other)), min(high, max(one, other))
    if high - low < _THIN_M:
        return 0
    kept[0], kept[1], kept[2], kept[3] = low, d0 + slope * (low - s0), high, d0 + slope * (high - s0)
    return 1


@compiled
def _clip_line(kept: Floats, piece: _Piece, length_m: float, nearest_m: float, depth_m: float) -> int:
    """Clip a piece of an owner's line; one at a right angle to the centreline covers a station too."""
    s0, d0, s1, d1 = piece
    if abs(s1 - s0) >= _STEEP_M:
        return _clip(kept, piece, length_m, nearest_m, depth_m)
    near, far = min(d0, d1), max(d0, d1)
    if far < nearest_m or near > depth_m:
        return 0
    middle, near = (s0 + s1) / 2.0, max(near, nearest_m)
    flat = (middle - _STEEP_M / 2.0, near, middle + _STEEP_M / 2.0, near)
    return _clip(kept, flat, length_m, nearest_m, depth_m)


@compiled
def _contains(outlines: Outlines, part: int, x: float, y: float) -> bool:
    inside = False
    for ring in range(outlines.part_start[part], outlines.part_start[part + 1]):
        for vertex in range(outlines.ring_start[ring], outlines.ring_start[ring + 1] - 1):
            x0, y0 = outlines.xy[vertex]
            x1, y1 = outlines.xy[vertex + 1]
            if (y0 > y) != (y1 > y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
                inside = not inside
    return inside


@compiled
def _depth(pieces: Floats, at: int, station: float) -> float:
    s0, d0, s1, d1 = pieces[at, :4]
    depth: float = d0 + (d1 - d0) * (station - s0) / (s1 - s0)
    return depth


@compiled
def _stations(view: _View, outlines: Outlines, length_m: float) -> Floats:
    """Return the stations between which the order along the rays does not change, ascending."""
    pieces, count = view.pieces, view.of.size
    crossings = [0.0, length_m]
    for one in range(count):
        crossings.append(pieces[one, 0])
        crossings.append(pieces[one, 2])
        gap_low, gap_high = pieces[one, 1] - view.level_m, pieces[one, 3] - view.level_m
        if gap_low * gap_high < 0.0:
            crossings.append(_between(pieces[one, 0], pieces[one, 2], gap_low, gap_high))
        for other in range(one):
            low, high = max(pieces[one, 0], pieces[other, 0]), min(pieces[one, 2], pieces[other, 2])
            if high - low < _THIN_M or not _may_cross(view, outlines, one, other):
                continue
            gap_low = _depth(pieces, one, low) - _depth(pieces, other, low)
            gap_high = _depth(pieces, one, high) - _depth(pieces, other, high)
            if gap_low * gap_high < 0.0:
                crossings.append(_between(low, high, gap_low, gap_high))
    return np.sort(np.array(crossings))


@compiled
def _between(low: float, high: float, gap_low: float, gap_high: float) -> float:
    """Return the station at which a gap of opposite signs at the ends is none."""
    return low + (high - low) * gap_low / (gap_low - gap_high)


@compiled
def _may_cross(view: _View, outlines: Outlines, one: int, other: int) -> bool:
    """Tell whether two pieces can cross and whether it matters: an owner's piece must be one of them."""
    first, second = view.of[one], view.of[other]
    if first == second:
        return first != _ROAD and not bool(outlines.area[view.parts[first]])
    owned = first != _ROAD and bool(outlines.owner[view.parts[first]] >= 0)
    return owned or (second != _ROAD and bool(outlines.owner[view.parts[second]] >= 0))


@compiled
def _insides(
    frame: Floats, side: int, station: float, view: _View, outlines: Outlines, rules: Rules
) -> np.ndarray:
    """Return which areas hold the point at which the ray begins, shape (parts,)."""
    away = rules.near_m if side == 0 else -rules.near_m
    x = frame[0] + frame[2] * station - frame[3] * away
    y = frame[1] + frame[3] * station + frame[2] * away
    inside = np.zeros(view.parts.size, np.bool_)
    for at in range(view.parts.size):
        part = view.parts[at]
        west, south, east, north = outlines.bounds[part]
        if outlines.area[part] and west <= x <= east and south <= y <= north:
            inside[at] = _contains(outlines, part, x, y)
    return inside


@compiled
def _seen(
    view: _View, outlines: Outlines, rules: Rules, station: float, inside: np.ndarray
) -> tuple[Floats, Longs]:
    """Return the depth at which each owner's part is seen, infinite where it is not, and by which piece."""
    parts = view.parts
    size = parts.size
    depth, wall, piece = np.full(size, np.inf), np.full(size, np.inf), np.full(size, -1)
    obstacle = _first_two(view, _ROAD, station)[0]
    for at in range(size):
        first, second, nearest = _first_two(view, at, station)
        if outlines.owner[parts[at]] < 0:
            obstacle = min(obstacle, 0.0 if inside[at] else first)
            continue
        depth[at] = 0.0 if inside[at] else first
        piece[at] = -1 if inside[at] else nearest
        if rules.opaque:
            wall[at] = _wall(inside[at], first, second, view.level_m, rules.near_m)
    shown = depth.copy()
    for at in range(size):
        own = outlines.owner[parts[at]]
        hidden = depth[at] >= obstacle - rules.near_m
        for other in range(size):
            if outlines.owner[parts[other]] != own:
                hidden = hidden or depth[at] > wall[other]
            elif other != at:
                # Of one owner's parts the nearest counts, and of equal ones the first.
                nearer = depth[other] < depth[at] or (depth[other] == depth[at] and other < at)
                hidden = hidden or nearer
        if hidden:
            shown[at] = np.inf
    return shown, piece


@compiled
def _wall(inside: bool, first: float, second: float, half_width_m: float, near_m: float) -> float:
    """Return the depth beyond which an area hides others.

    One that holds the centreline holds public street: others may lie in it, or behind it where it ends within
    the half-width of the road, but not beyond its far side.
    """
    if not inside:
        return first + near_m
    if first <= half_width_m:
        return second + near_m
    return first - near_m


@compiled
def _first_two(view: _View, part: int, station: float) -> tuple[float, float, int]:
    """Return the two least depths of a part's pieces at a station, and the piece of the least."""
    first, second, nearest = np.inf, np.inf, -1
    for at in range(view.of.size):
        if view.of[at] == part and view.pieces[at, 0] <= station <= view.pieces[at, 2]:
            depth = _depth(view.pieces, at, station)
            if depth < first:
                first, second, nearest = depth, first, at
            else:
                second = min(second, depth)
    return first, second, nearest
