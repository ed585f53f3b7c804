"""Where lines truly cross, touch or overlap they get a vertex (真交叉成网)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gis.compiled import compiled
from gis.corridors.lines import Cuts, Lines, Noding, Ways
from gis.corridors.noding_ends import nearest_share
from gis.corridors.noding_grid import segment_grid
from gis.corridors.streets import Flags, Floats, Longs

_CUTS_PER_PAIR = 4


def crossed(lines: Lines, ways: Ways, coincident_m: float) -> Lines:
    """Return the lines with a vertex wherever they meet between vertices.

    Only lines of one level are looked at, a line and itself too. Where they run on one another, each gets
    the vertices of the other, whatever their noding. Where at least one of them is noded by crossings, both
    get a vertex where they cross, and one gets the vertex of the other that lies on it.

    Parameters
    ----------
    lines, ways
        What meets.
    coincident_m
        A vertex this close to a segment lies on it.
    """
    asks = (ways.noding[lines.way] == Noding.CROSSINGS)[lines.line]
    level = ways.level[lines.way][lines.line]
    tails, alike = _distinct(lines, asks, level)
    grid = segment_grid(lines, tails[alike[tails] == tails], coincident_m)
    vertex, place = _cuts(grid.key, grid.tail, asks, level, lines.x, lines.y, coincident_m)
    row, same = _repeated(vertex, alike[tails])
    return lines.cut(Cuts(tails[same], *place[:, row]))


def _distinct(lines: Lines, asks: Flags, level: Longs) -> tuple[Longs, Longs]:
    """Return the segments, and of each vertex the first segment that is exactly its own, itself or another.

    Segments that repeat one another exactly cut each other nowhere, and are cut alike by all others: one of
    them stands for all, or lines drawn a thousand times over would be compared a million times.
    """
    tails = lines.segments
    table = pd.DataFrame(
        {
            "ax": lines.x[tails],
            "ay": lines.y[tails],
            "bx": lines.x[tails + 1],
            "by": lines.y[tails + 1],
            "asks": asks[tails],
            "level": level[tails],
        }
    )
    alike = np.arange(len(lines.x))
    repeated = np.flatnonzero(table.duplicated(keep=False).to_numpy())
    if len(repeated):
        number = table.iloc[repeated].groupby(list(table.columns), sort=False).ngroup().to_numpy()
        _, first = np.unique(number, return_index=True)
        alike[tails[repeated]] = tails[repeated[first[number]]]
    return tails, alike


def _repeated(vertex: Longs, alike: Longs) -> tuple[Longs, Longs]:
    """Return each cut with each segment that its own stands for: its row, and the place in ``alike``."""
    order = np.argsort(alike, kind="stable")
    begin = np.searchsorted(alike[order], vertex)
    counts = np.searchsorted(alike[order], vertex, side="right") - begin
    row = np.repeat(np.arange(len(vertex)), counts)
    within = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    return row, order[begin[row] + within]


@compiled
def _cuts(
    key: Longs, tail: Longs, asks: Flags, level: Longs, x: Floats, y: Floats, coincident_m: float
) -> tuple[Longs, Floats]:
    """Return segment, and share and place in three rows, of the cuts of all pairs in one cell each."""
    room, count = tail.size + _CUTS_PER_PAIR, 0
    vertex, place = np.empty(room, dtype=np.int64), np.empty((3, room))
    for at in range(key.size):
        after = at + 1
        while after < key.size and key[after] == key[at]:
            one, other = min(tail[at], tail[after]), max(tail[at], tail[after])
            after += 1
            if one == other or level[one] != level[other] or _apart(x, y, one, other, coincident_m):
                continue
            if count + _CUTS_PER_PAIR > room:
                vertex, place = np.append(vertex, vertex), np.concatenate((place, place), axis=1)
                room *= 2
            asked = asks[one] or asks[other]
            count = _meet((one, other), asked, x, y, coincident_m, vertex, place, count)
    return vertex[:count], place[:, :count]


@compiled
def _apart(x: Floats, y: Floats, one: int, other: int, margin_m: float) -> bool:
    """Say whether the boxes around two segments are apart."""
    apart: bool = (
        max(x[one], x[one + 1]) + margin_m < min(x[other], x[other + 1])
        or max(x[other], x[other + 1]) + margin_m < min(x[one], x[one + 1])
        or max(y[one], y[one + 1]) + margin_m < min(y[other], y[other + 1])
        or max(y[other], y[other + 1]) + margin_m < min(y[one], y[one + 1])
    )
    return apart


@compiled
def _meet(
    pair: tuple[int, int],
    asked: bool,
    x: Floats,
    y: Floats,
    coincident_m: float,
    vertex: Longs,
    place: Floats,
    count: int,
) -> int:
    """Write the cuts of two segments; return the new count."""
    one, other = pair
    before, touching = count, 0
    first_x, first_y, overlap = 0.0, 0.0, False
    for tail, guest in ((one, other), (other, one)):
        for end in (guest, guest + 1):
            touched, within, share = _touched(x, y, tail, end, coincident_m)
            if touched and touching == 0:
                first_x, first_y = x[end], y[end]
            # Two ends apart from one another on the other segment: they run on one another in between.
            overlap = overlap or (touched and np.hypot(x[end] - first_x, y[end] - first_y) > coincident_m)
            touching += touched
            if within:
                vertex[count], place[0, count], place[1, count], place[2, count] = tail, share, x[end], y[end]
                count += 1
    if not asked:
        return count if overlap else before
    if touching == 0 and _cross(x, y, one, other):
        px, py = _crossing(x, y, one, other)
        for tail in (one, other):
            share = nearest_share(x, y, tail, px, py)[0]
            vertex[count], place[0, count], place[1, count], place[2, count] = tail, share, px, py
            count += 1
    return count


@compiled
def _touched(x: Floats, y: Floats, tail: int, end: int, coincident_m: float) -> tuple[bool, bool, float]:
    """Say whether a vertex lies on a segment, whether it does so away from its ends, and where."""
    share, px, py = nearest_share(x, y, tail, x[end], y[end])
    touched = np.hypot(px - x[end], py - y[end]) <= coincident_m
    within = (
        touched
        and np.hypot(x[tail] - x[end], y[tail] - y[end]) > coincident_m
        and np.hypot(x[tail + 1] - x[end], y[tail + 1] - y[end]) > coincident_m
    )
    return touched, within, share


@compiled
def _side(x: Floats, y: Floats, tail: int, point: int) -> float:
    across, up = x[tail + 1] - x[tail], y[tail + 1] - y[tail]
    side: float = across * (y[point] - y[tail]) - up * (x[point] - x[tail])
    return side


@compiled
def _cross(x: Floats, y: Floats, one: int, other: int) -> bool:
    """Say whether two segments cross, none of whose ends lies on the other."""
    left, right = _side(x, y, one, other), _side(x, y, one, other + 1)
    if (left > 0.0) == (right > 0.0):
        return False
    left, right = _side(x, y, other, one), _side(x, y, other, one + 1)
    return (left > 0.0) != (right > 0.0)


@compiled
def _crossing(x: Floats, y: Floats, one: int, other: int) -> tuple[float, float]:
    """Return where two segments cross: the same to the last bit whatever their order and direction."""
    a, b = _eastward(x, y, one)
    c, d = _eastward(x, y, other)
    if x[c] < x[a] or (x[c] == x[a] and (y[c] < y[a] or (y[c] == y[a] and _before(x, y, d, b)))):
        a, b, c, d = c, d, a, b
    across, up = x[b] - x[a], y[b] - y[a]
    further, higher = x[d] - x[c], y[d] - y[c]
    share = ((x[c] - x[a]) * higher - (y[c] - y[a]) * further) / (across * higher - up * further)
    return x[a] + share * across, y[a] + share * up


@compiled
def _before(x: Floats, y: Floats, one: int, other: int) -> bool:
    before: bool = x[one] < x[other] or (x[one] == x[other] and y[one] < y[other])
    return before


@compiled
def _eastward(x: Floats, y: Floats, tail: int) -> tuple[int, int]:
    """Return the ends of a segment from west to east, from south to north where it is upright."""
    if _before(x, y, tail + 1, tail):
        return tail + 1, tail
    return tail, tail + 1
