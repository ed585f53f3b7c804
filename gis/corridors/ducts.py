"""The parts of ducts away from the streets, joined to them (路外管沟)."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
import shapely

from gis.compiled import compiled
from gis.corridors.lines import NO_ID, Cuts, Lines, Ways
from gis.corridors.noding_ends import nearest_shares
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Flags, Floats, Kind, Longs

_LEAST_M: Final = 5.0
"""A shorter piece away from the streets is no corridor of its own."""

_NEAR_STREET_M: Final = 30.0
"""A duct that ends this close to a street's centreline is meant to lead there."""

_STEEP: Final = 4.0
"""A duct over a street is beside it for at most this many reaches; a longer stretch runs along it."""

_APART_M: Final = 1.0
"""Between the measures of one line and of the next."""


class _Beside(NamedTuple):
    """Stretches of duct lines beside streets, by measure over all lines, shape (n,) each."""

    low_m: Floats
    high_m: Floats


class _Loose(NamedTuple):
    """End vertices of duct pieces, shape (n,), and how far away a street may be that they are led to."""

    end: Longs
    limit_m: Floats


def with_ducts(roads: Lines, ducts: Lines, ways: Ways, parameters: CorridorParameters) -> Lines:
    """Return the roads and, after them, the parts of ducts away from the streets, led to these.

    What lies within half a street's width and ``duct_beside_m`` of its centreline is part of its verge and
    left out, unless the duct merely crosses there. An end that was cut off, or that lies within 30 m of a
    street and at no other duct, goes on straight to the nearest point of the nearest street's centreline,
    which gets a vertex there. Pieces below 5 m are left out.

    Parameters
    ----------
    roads, ducts
        Lines of roads and railways, and of ducts.
    ways
        What they are.
    parameters
        ``duct_beside_m`` and ``join_tolerance_m``.
    """
    kinds = ways.kind[roads.way]
    segments = roads.segments
    segments = segments[(kinds == Kind.STREET)[roads.line[segments]]]
    reach_m = ways.width_m[roads.way[roads.line[segments]]] / 2 + parameters.duct_beside_m
    farthest_m = max(_NEAR_STREET_M, reach_m.max(initial=0.0))
    near = _within_box(roads, segments, ducts, farthest_m)
    segments, reach_m = segments[near], reach_m[near]
    tree = shapely.STRtree(roads.segment_geometry(segments))
    beside = _beside(roads, ducts, segments, reach_m, tree)
    pieces, severed = _away(ducts, beside)
    loose = _loose(pieces, severed, ducts, parameters.join_tolerance_m)
    return _led(roads, pieces, loose, segments, tree, farthest_m)


def _within_box(roads: Lines, segments: Longs, ducts: Lines, margin_m: float) -> Flags:
    near = np.ones(len(segments), dtype=bool)
    for values, asked in ((roads.x, ducts.x), (roads.y, ducts.y)):
        one, other = values[segments], values[segments + 1]
        near &= (np.maximum(one, other) >= asked.min() - margin_m) & (
            np.minimum(one, other) <= asked.max() + margin_m
        )
    return near


def _measure_m(lines: Lines) -> Floats:
    """Return the measure of each vertex over all lines, with room between them."""
    return lines.measure_m + lines.line * _APART_M


def _beside(roads: Lines, ducts: Lines, streets: Longs, reach_m: Floats, tree: shapely.STRtree) -> _Beside:
    tails = ducts.segments
    at, found = tree.query(
        ducts.segment_geometry(tails), predicate="dwithin", distance=reach_m.max(initial=0.0)
    )
    low, high, crossing = _reached(
        ducts.x, ducts.y, tails[at], roads.x, roads.y, streets[found], reach_m[found]
    )
    measure, line = _measure_m(ducts), ducts.line
    there = high > low
    tail, low, high, crossing = tails[at][there], low[there], high[there], crossing[there]
    length = measure[tail + 1] - measure[tail]
    low_m, high_m = measure[tail] + low * length, measure[tail] + high * length
    order = np.argsort(low_m, kind="stable")
    merged = _merged(
        low_m[order],
        high_m[order],
        line[tail][order],
        np.where(crossing, _STEEP * reach_m[found][there], 0.0)[order],
        measure[ducts.first],
        measure[ducts.last],
    )
    return _Beside(*merged)


@compiled
def _reached(
    x: Floats, y: Floats, ducts: Longs, road_x: Floats, road_y: Floats, streets: Longs, reach_m: Floats
) -> tuple[Floats, Floats, Flags]:
    """Return the shares of duct segments within reach of street segments, and whether these cross.

    The places within reach of a segment are convex: a rectangle and two discs.
    """
    count = ducts.size
    low, high, crossing = np.ones(count), np.zeros(count), np.zeros(count, dtype=np.bool_)
    for at in range(count):
        d, s, reach = ducts[at], streets[at], reach_m[at]
        length = np.hypot(road_x[s + 1] - road_x[s], road_y[s + 1] - road_y[s])
        if length == 0.0:
            continue
        ux, uy = (road_x[s + 1] - road_x[s]) / length, (road_y[s + 1] - road_y[s]) / length
        px, py = x[d] - road_x[s], y[d] - road_y[s]
        qx, qy = x[d + 1] - road_x[s], y[d + 1] - road_y[s]
        along, off = px * ux + py * uy, py * ux - px * uy
        further, away = qx * ux + qy * uy - along, qy * ux - qx * uy - off
        first, last = _clipped(0.0, 1.0, along, further, 0.0, length)
        first, last = _clipped(first, last, off, away, -reach, reach)
        for centre in (0.0, length):
            enter, leave = _in_disc(along - centre, off, further, away, reach)
            if enter <= leave:
                first, last = (min(first, enter), max(last, leave)) if first <= last else (enter, leave)
        low[at], high[at] = first, last
        if off * (off + away) < 0.0:
            place = along - further * off / away
            crossing[at] = 0.0 <= place <= length
    return low, high, crossing


@compiled
def _clipped(
    first: float, last: float, begin: float, change: float, least: float, most: float
) -> tuple[float, float]:
    """Narrow an interval of shares to where ``begin + share * change`` lies between two values."""
    if change == 0.0:
        return (first, last) if least <= begin <= most else (1.0, 0.0)
    one, other = (least - begin) / change, (most - begin) / change
    return max(first, min(one, other)), min(last, max(one, other))


@compiled
def _in_disc(along: float, off: float, further: float, away: float, radius: float) -> tuple[float, float]:
    """Return the shares between which a segment lies in a disc around the origin; an empty one is turned."""
    a = further * further + away * away
    b = along * further + off * away
    c = along * along + off * off - radius * radius
    if a == 0.0 or b * b < a * c:
        return 1.0, 0.0
    root = np.sqrt(b * b - a * c)
    return max(0.0, (-b - root) / a), min(1.0, (-b + root) / a)


@compiled
def _merged(
    low_m: Floats, high_m: Floats, line: Longs, most_m: Floats, first_m: Floats, last_m: Floats
) -> tuple[Floats, Floats]:
    """Unite stretches that overlap; leave out those in which the duct only crosses over."""
    count = 0
    low, high = np.empty(low_m.size), np.empty(low_m.size)
    at = 0
    while at < low_m.size:
        begin, end, allowed = low_m[at], high_m[at], most_m[at]
        own = line[at]
        at += 1
        while at < low_m.size and line[at] == own and low_m[at] <= end:
            end, allowed = max(end, high_m[at]), max(allowed, most_m[at])
            at += 1
        inner = begin > first_m[own] and end < last_m[own]
        if inner and end - begin <= allowed:
            continue
        low[count], high[count] = begin, end
        count += 1
    return low[:count].copy(), high[:count].copy()


def _away(ducts: Lines, beside: _Beside) -> tuple[Lines, Flags]:
    """Return the pieces of ducts outside the stretches, and whether they were cut there, shape (n, 2)."""
    measure = _measure_m(ducts)
    bounds = np.concatenate([beside.low_m, beside.high_m])
    tail = np.searchsorted(measure, bounds, side="right") - 1
    tail = np.clip(tail, ducts.first[ducts.line[tail]], ducts.last[ducts.line[tail]] - 1)
    length = measure[tail + 1] - measure[tail]
    share = np.clip((bounds - measure[tail]) / length, 0.0, 1.0)
    x = ducts.x[tail] + share * (ducts.x[tail + 1] - ducts.x[tail])
    y = ducts.y[tail] + share * (ducts.y[tail + 1] - ducts.y[tail])
    whole = ducts.cut(Cuts(tail, share, x, y))
    measure, line = _measure_m(whole), whole.line
    tails = whole.segments
    middle = (measure[tails] + measure[tails + 1]) / 2
    inside = np.searchsorted(beside.low_m, middle, side="right") > np.searchsorted(beside.high_m, middle)
    tails = tails[~inside & (measure[tails + 1] > measure[tails])]
    begins = np.append(True, (np.diff(tails) > 1) | (np.diff(line[tails]) > 0))[: len(tails)]
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(tails))[: len(starts)] - 1
    long = measure[tails[ends] + 1] - measure[tails[starts]] >= _LEAST_M
    first, last = tails[starts][long], tails[ends][long] + 1
    severed = np.stack([first != whole.first[line[first]], last != whole.last[line[last]]], axis=1)
    return _pieces(whole, first, last), severed


def _pieces(lines: Lines, first: Longs, last: Longs) -> Lines:
    counts = last - first + 1
    start = np.append(0, np.cumsum(counts)).astype(np.int64)
    vertices = np.repeat(first - start[:-1], counts) + np.arange(start[-1])
    return Lines(
        lines.x[vertices],
        lines.y[vertices],
        np.full(len(vertices), NO_ID),
        start,
        lines.way[lines.line[first]],
    )


def _loose(pieces: Lines, severed: Flags, ducts: Lines, tolerance_m: float) -> _Loose:
    """Return the ends of pieces that were cut off or that no other duct is near."""
    ends = np.concatenate([pieces.first, pieces.last])
    cut = severed.T.ravel()
    points = shapely.points(pieces.x[ends], pieces.y[ends])
    whole = ducts.geometry(np.arange(ducts.count))
    number, _ = pd.factorize(shapely.to_wkb(whole))  # ducts drawn many times over are looked at once
    _, one = np.unique(number, return_index=True)
    at, found = shapely.STRtree(whole[one]).query(points, predicate="dwithin", distance=tolerance_m)
    alone = np.bincount(at, np.bincount(number)[found], len(ends)) == 1  # its own duct
    chosen = np.flatnonzero(cut | alone)
    chosen = chosen[np.argsort(ends[chosen])]
    return _Loose(ends[chosen], np.where(cut[chosen], np.inf, _NEAR_STREET_M))


def _led(
    roads: Lines, pieces: Lines, loose: _Loose, streets: Longs, tree: shapely.STRtree, farthest_m: float
) -> Lines:
    """Return roads and pieces, the loose ends of these led to the nearest street."""
    points = shapely.points(pieces.x[loose.end], pieces.y[loose.end])
    (at, found), distance_m = tree.query_nearest(points, max_distance=farthest_m, return_distance=True)
    meant = distance_m <= loose.limit_m[at]
    at, one = np.unique(at[meant], return_index=True)
    ends, street = loose.end[at], streets[found[meant][one]]
    share, x, y, _ = nearest_shares(roads, street, pieces.x[ends], pieces.y[ends])
    # A piece's first vertex is preceded, its last one followed by the foot on the street.
    place = np.where(np.isin(ends, pieces.first), ends, ends + 1)
    longer = Lines(
        np.insert(pieces.x, place, x),
        np.insert(pieces.y, place, y),
        np.insert(pieces.node_id, place, NO_ID),
        pieces.start + np.searchsorted(ends, pieces.start),
        pieces.way,
    )
    return roads.cut(Cuts(street, share, x, y)).followed_by(longer)
