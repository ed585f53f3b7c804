"""What a drawn route says for itself: the roads it crosses, by the layers alone and without the graph.

Ways are the roads and railways of the layers as lines in the plane. A *passage* is where the route comes from
one side of a way to the other; ways passed over or under at another level are none.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from gis.routing.route import Piece, PieceKind, Route
from tests.cases.routes_case import PARAMETERS, Land, Median, islands, median_at

_EXACT_M: Final = 1e-6
_TOUCH_M: Final = 0.02
_AROUND_M: Final = 0.03
_NEAR_M: Final = 60.0
_GRAZE_DEG: Final = 20.0
_PARALLEL_DEG: Final = 30.0
_WALKED: Final = 2.0
_BESIDE_M: Final = 0.5
_MAJOR: Final = ("expressway", "primary", "secondary", "railway")


class Passage(NamedTuple):
    """Where a route comes from one side of ways to the other.

    Attributes
    ----------
    begin_m, end_m
        Along the drawn line; they differ where it runs on a centreline.
    ways
        Rows of the ways.
    roads
        How many roads that are.
    sure
        Neither at so acute an angle that the line rather runs beside the way, nor where the route begins or
        ends inside the width of a road, nor over a way that only lies inside the width of another.
    """

    begin_m: float
    end_m: float
    ways: frozenset[int]
    roads: int
    sure: bool


def stations(route: Route) -> list[tuple[float, float, Piece]]:
    """Return the pieces with where they begin and stop along the drawn line."""
    result, begin = [], 0.0
    for piece in route.pieces:
        end = begin + piece.geometry.length
        result.append((begin, end, piece))
        begin = end
    return result


def passages(land: Land, route: Route) -> list[Passage]:
    """Return all passages of a route in their order."""
    pieces = stations(route)
    hits = sorted(each for each in _hits(land, route) if not _apart(land, route, pieces, each))
    clusters: list[tuple[float, float, set[int]]] = []
    for begin, end, way in hits:
        if clusters and begin - clusters[-1][1] < _TOUCH_M:
            clusters[-1] = (clusters[-1][0], max(clusters[-1][1], end), clusters[-1][2] | {way})
        else:
            clusters.append((begin, end, {way}))
    # What lies inside the width of a road at either end costs nothing.
    free_m = land.half_around_m(shapely.get_point(route.geometry, [0, -1]))
    result = []
    for begin, end, ways in clusters:
        count = _sides_changed(land, route.geometry, begin, end, ways)
        # Whether a way is crossed or walked around at its very end, the line does not tell.
        round_end = not count and _passes_end(land, route.geometry, begin, end, ways)
        if count or round_end:
            grazing = _angle_deg(land, route.geometry, (begin + end) / 2.0, ways) <= _GRAZE_DEG
            free = begin < free_m[0] or route.geometry.length - end < free_m[1]
            free &= not any(a <= end and begin <= b and _crosses(piece) for a, b, piece in pieces)
            met = not _strange(land, route, pieces, (begin, end), ways)
            sure = met and not (grazing or free or round_end)
            result.append(Passage(begin, end, frozenset(ways), count or 1, sure))
    return result


def _crosses(piece: Piece) -> bool:
    return piece.kind == PieceKind.CROSSING


def _hits(land: Land, route: Route) -> list[tuple[float, float, int]]:
    points = shapely.get_coordinates(route.geometry)
    legs = np.asarray(shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1)), dtype=object)
    begin = np.append(0.0, np.cumsum(shapely.length(legs)))
    # A line drawn through a junction may miss by a rounding what meets there.
    leg, way = land.way_tree.query(legs, predicate="dwithin", distance=_EXACT_M)
    meeting = shapely.intersection(legs[leg], land.lines[way])
    missed = shapely.get_point(shapely.shortest_line(legs[leg], land.lines[way]), 0)
    meeting = np.where(shapely.is_empty(meeting), missed, meeting)
    parts, row = shapely.get_parts(meeting, return_index=True)
    result = []
    for part, at in zip(parts, row, strict=True):
        xy = shapely.get_coordinates(part)
        along = begin[leg[at]] + np.hypot(*(xy - points[leg[at]]).T)
        result.append((float(along.min()), float(along.max()), int(way[at])))
    return result


def _roads_at(land: Land, pieces: list[tuple[float, float, Piece]], at: float) -> list[int | None]:
    """Return the roads of the pieces at a place of the route; None for a duct."""
    return [land.row.get(each.road_id) for a, b, each in pieces if a - 0.01 <= at <= b + 0.01]


def _apart(
    land: Land, route: Route, pieces: list[tuple[float, float, Piece]], hit: tuple[float, float, int]
) -> bool:
    """Return whether a way is passed over or under: the road of the route does not meet it there."""
    begin, end, way = hit
    roads = _roads_at(land, pieces, begin)
    at = route.geometry.interpolate((begin + end) / 2.0)
    if way in roads or _met(land, roads, way, at):
        return False
    return any(road is not None and _near(_common(land, road, way), at, _NEAR_M) for road in roads)


def _strange(
    land: Land,
    route: Route,
    pieces: list[tuple[float, float, Piece]],
    place: tuple[float, float],
    ways: set[int],
) -> bool:
    """Return whether the road that the route keeps to has no junction with any of the ways there."""
    roads = _roads_at(land, pieces, place[0])
    at = route.geometry.interpolate(sum(place) / 2.0)
    return not any(way in roads or _met(land, roads, way, at) for way in ways)


def _met(land: Land, roads: list[int | None], way: int, at: shapely.Point) -> bool:
    return any(road is None or _meet(land, road, way, at, _NEAR_M) for road in roads)


def _common(land: Land, one: int, other: int) -> BaseGeometry:
    common: BaseGeometry = shapely.intersection(land.lines[one], land.lines[other])
    return common


def _near(geometry: BaseGeometry, at: shapely.Point, reach: float) -> bool:
    return not geometry.is_empty and geometry.distance(at) < reach


def _meet(land: Land, one: int, other: int, at: shapely.Point, reach: float) -> bool:
    """Return whether two ways have a junction near a point."""
    first, second = land.lines[one], land.lines[other]
    if (land.crossings[one] or land.crossings[other]) and land.level[one] == land.level[other]:
        return _near(_common(land, one, other), at, reach)
    corners, others = (shapely.get_coordinates(each) for each in (first, second))
    corners = corners[np.hypot(corners[:, 0] - at.x, corners[:, 1] - at.y) < reach]
    gaps = corners[:, None] - others
    return bool((np.hypot(gaps[..., 0], gaps[..., 1]) < _TOUCH_M).any())


def _sides_changed(land: Land, line: shapely.LineString, begin: float, end: float, ways: set[int]) -> int:
    """Return how many ways lie between where the route comes and where it goes; 0 where it only touches."""
    tips = [(begin, line.interpolate(0.0)), (line.length - end, line.interpolate(line.length))]
    for gap, tip in tips:
        # An owner on the centreline has no side.
        if gap < PARAMETERS.side_unknown_m:
            near = min(land.lines[way].distance(tip) for way in ways)
            return int(near >= PARAMETERS.side_unknown_m)
    there = substring(line, begin, end) if end > begin else line.interpolate(begin)
    ring = there.buffer(_AROUND_M)
    cut = shapely.union_all([ring.boundary, *(land.lines[way] for way in ways)])
    parts = shapely.get_parts(shapely.polygonize(shapely.get_parts(cut)))
    parts = parts[shapely.within(shapely.point_on_surface(parts), ring) & (shapely.area(parts) > 1e-6)]
    if len(parts) < 2:
        return 0
    come, go = line.interpolate(begin - 0.9 * _AROUND_M), line.interpolate(end + 0.9 * _AROUND_M)
    first, last = (int(np.argmin(shapely.distance(parts, tip))) for tip in (come, go))
    if len(parts) == 2:  # nearly always: what follows would say the same
        return int(first != last)
    steps, queue = {first: 0}, deque([first])
    while queue:
        part = queue.popleft()
        borders = shapely.length(shapely.intersection(parts[part], parts))
        for other in np.flatnonzero(borders > 1e-4).tolist():
            if other not in steps:
                steps[other] = steps[part] + 1
                queue.append(other)
    return steps.get(last, 1)


def _passes_end(land: Land, line: shapely.LineString, begin: float, end: float, ways: set[int]) -> bool:
    """Return whether a route passes the end of a single way, from one side to the other."""
    tip = line.interpolate(begin)
    if len(ways) != 1 or end - begin > _TOUCH_M or begin < _TOUCH_M or line.length - end < _TOUCH_M:
        return False
    (way,) = ways
    points = shapely.get_coordinates(land.lines[way])
    for last, before in ((points[0], points[1]), (points[-1], points[-2])):
        if shapely.Point(last).distance(tip) < _TOUCH_M:
            come, go = (line.interpolate(at) for at in (begin - _AROUND_M, end + _AROUND_M))
            ux, uy = last - before
            turn = [ux * (at.y - last[1]) - uy * (at.x - last[0]) for at in (come, go)]
            return bool(turn[0] * turn[1] < 0.0)
    return False


def _angle_deg(land: Land, line: shapely.LineString, at: float, ways: set[int]) -> float:
    """Return the widest angle between the route and the ways."""
    here = line.interpolate(at)
    own = _bearing(line, at)
    return max(_acute_deg(own - _bearing(land.lines[way], land.lines[way].project(here))) for way in ways)


def _acute_deg(angle_rad: float) -> float:
    turned = math.degrees(angle_rad) % 180.0
    return min(turned, 180.0 - turned)


def _bearing(line: shapely.LineString, at: float) -> float:
    # Over a metre, so that a corner counts with what it joins.
    (x, y), (x2, y2) = (line.interpolate(max(at - 0.5, 0.0)).coords[0], line.interpolate(at + 0.5).coords[0])
    return math.atan2(y2 - y, x2 - x)


class Crossings(NamedTuple):
    """How often a route crosses, at least and at most: they differ where a median or a side is doubtful."""

    least: int
    most: int


def crossings(land: Land, route: Route) -> Crossings:
    """Return how often a route crosses, medians and islands between two passages taken for one road."""
    found = passages(land, route)
    least = sum(each.roads for each in found if each.sure)
    most = sum(each.roads for each in found)
    kept = [_keeps_a_verge(land, route, each) for each in found]
    # A passage that may be none parts nothing: what lies between the sure ones beside it may be one median.
    joined = False
    for at, each in enumerate(found):
        verdict = _between(land, route, found[at - 1], each) if at else Median.NO
        if verdict == Median.YES and (kept[at - 1] or kept[at]):
            verdict = Median.DOUBTFUL
        joined = joined and verdict != Median.NO
        least -= joined and each.sure
        most -= verdict == Median.YES
        joined = joined or each.sure
    return Crossings(max(min(least, most), 0), most + _on_centrelines(land, route))


def _on_centrelines(land: Land, route: Route) -> int:
    """Return how many ends cross a road on whose centreline their owner lies: on which side is doubtful."""
    ends = [(route.pieces[:2], 0), (route.pieces[-2:], -1)]
    return sum(
        land.road(piece).distance(shapely.get_point(route.geometry, at)) < PARAMETERS.side_unknown_m
        for pieces, at in ends
        for piece in pieces
        if _crosses(piece)
    )


def _between(land: Land, route: Route, one: Passage, other: Passage) -> Median:
    """Return whether two passages lie on both sides of one median."""
    half = sum(max(float(land.width_m[way]) for way in each.ways) for each in (one, other)) / 4.0
    gap = other.begin_m - one.end_m
    verdict, wide = median_at(land, route.geometry.interpolate(one.end_m + gap / 2.0), half)
    # Along a median nothing is led: what is, tells a face that was not taken for one.
    if verdict == Median.YES and gap > _WALKED * wide + 10.0:
        return Median.DOUBTFUL
    # A block may be narrow where it is crossed.
    narrow = gap - 2.0 * half < PARAMETERS.median_width_m and _side_by_side(land, route, one, other)
    return Median.DOUBTFUL if verdict == Median.NO and narrow else verdict


def _side_by_side(land: Land, route: Route, one: Passage, other: Passage) -> bool:
    bearings = []
    for passage in (one, other):
        line = land.lines[min(passage.ways)]
        bearings.append(_bearing(line, line.project(route.geometry.interpolate(passage.begin_m))))
    return _acute_deg(bearings[0] - bearings[1]) < _PARALLEL_DEG


def _keeps_a_verge(land: Land, route: Route, passage: Passage) -> bool:
    """Return whether a minor street may have no block on either side: it keeps one verge all the same."""
    row = max(passage.ways, key=lambda way: float(land.width_m[way]))
    half = float(land.width_m[row]) / 2.0
    sides = (passage.begin_m - _BESIDE_M, passage.end_m + _BESIDE_M)
    faces = [median_at(land, route.geometry.interpolate(max(at, 0.0)), half)[0] for at in sides]
    return land.road_class[row] not in _MAJOR and Median.NO not in faces


def on_island(land: Land, line: shapely.LineString) -> float:
    """Return how many metres of a line lie inside islands of traffic."""
    return sum(
        float(shapely.intersection(line, face).length)
        for face in islands(land, line)
        if _at_one_level(land, face.exterior)
    )


def _at_one_level(land: Land, ring: shapely.LinearRing) -> bool:
    """Return whether the ways of a ring meet at junctions; others lie above one another."""
    near = land.way_tree.query(ring, predicate="intersects")
    ways = near[shapely.length(shapely.intersection(land.lines[near], ring)) > _TOUCH_M].tolist()
    for one, other in combinations(ways, 2):
        for place in shapely.get_parts(
            shapely.intersection(_common(land, one, other), ring.buffer(_TOUCH_M))
        ):
            if not _meet(land, one, other, shapely.point_on_surface(place), 1.0):
                return False
    return True


def turns(line: shapely.LineString, *, least_deg: float, least_m: float) -> list[float]:
    """Return where along a line it turns back: by at least an angle, between legs of at least a length."""
    points = shapely.get_coordinates(line)
    step = np.diff(points, axis=0)
    length = np.hypot(*step.T)
    heading = np.degrees(np.arctan2(step[:, 1], step[:, 0]))
    turn = np.abs((np.diff(heading) + 180.0) % 360.0 - 180.0)
    sharp = (turn >= least_deg) & (length[:-1] >= least_m) & (length[1:] >= least_m)
    return [float(at) for at in np.cumsum(length)[:-1][sharp]]
