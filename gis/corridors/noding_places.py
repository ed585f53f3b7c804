"""Which vertices are one place, and which of those at one place meet (共用节点)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gis.compiled import compiled
from gis.corridors.lines import NO_ID, Lines, Ways
from gis.corridors.streets import Flags, Floats, Longs

_CELL = 32
"""Side of a cell in tolerances: few points look beyond their own cell, few stand in one."""
_LEAST_CELL_M = 1e-3
_HASH_X, _HASH_Y = 73_856_093, 19_349_663


@dataclass(frozen=True, slots=True)
class Places:
    """Points grouped by where they are.

    Attributes
    ----------
    place
        Place of each point, counted in the order of the points, shape (n,).
    x, y
        Where it is: the westernmost of its points, then the southernmost, whatever their order.
    """

    place: Longs
    x: Floats
    y: Floats

    @property
    def count(self) -> int:
        """Number of places."""
        return len(self.x)


def coincident_places(x: Floats, y: Floats, coincident_m: float) -> Places:
    """Return the places of points: what is joined by steps of at most ``coincident_m`` is one place.

    Parameters
    ----------
    x, y
        Finite, metres, shape (n,).
    coincident_m
        At least 0.
    """
    root = _clustered(x, y, coincident_m)
    place, first = pd.factorize(root)
    count = len(first)
    west, south = np.full(count, np.inf), np.full(count, np.inf)
    _foremost(x, y, place, west, south)
    return Places(place, west, south)


@compiled
def _foremost(x: Floats, y: Floats, place: Longs, west: Floats, south: Floats) -> None:
    for at in range(x.size):
        p = place[at]
        if x[at] < west[p] or (x[at] == west[p] and y[at] < south[p]):
            west[p], south[p] = x[at], y[at]


@compiled
def _clustered(x: Floats, y: Floats, coincident_m: float) -> Longs:
    """Return a point of each point's cluster: a hash of cells holds the points that differ."""
    count = x.size
    cell = max(_CELL * coincident_m, _LEAST_CELL_M)
    size = 16
    while size < 2 * count:
        size *= 2
    head = np.full(size, -1, dtype=np.int64)
    following = np.full(count, -1, dtype=np.int64)
    parent = np.arange(count)
    for at in range(count):
        column, row = np.int64(np.floor(x[at] / cell)), np.int64(np.floor(y[at] / cell))
        own = (column * _HASH_X ^ row * _HASH_Y) & (size - 1)
        if _met(x, y, at, head[own], following, parent, coincident_m):
            continue
        west = np.int64(np.floor((x[at] - coincident_m) / cell)) - column
        east = np.int64(np.floor((x[at] + coincident_m) / cell)) - column
        south = np.int64(np.floor((y[at] - coincident_m) / cell)) - row
        north = np.int64(np.floor((y[at] + coincident_m) / cell)) - row
        for across in range(west, east + 1):
            for up in range(south, north + 1):
                key = ((column + across) * _HASH_X ^ (row + up) * _HASH_Y) & (size - 1)
                if key != own:
                    _met(x, y, at, head[key], following, parent, coincident_m)
        following[at] = head[own]
        head[own] = at
    for at in range(count):
        parent[at] = root_of(parent, at)
    return parent


@compiled
def _met(
    x: Floats, y: Floats, at: int, entry: int, following: Longs, parent: Longs, coincident_m: float
) -> bool:
    """Unite a point with those of one bucket that are near; say whether one is exactly there."""
    while entry >= 0:
        across, up = x[at] - x[entry], y[at] - y[entry]
        if across * across + up * up <= coincident_m * coincident_m:
            unite(parent, at, entry)
            if across == 0.0 and up == 0.0:
                return True
        entry = following[entry]
    return False


@compiled
def root_of(parent: Longs, at: int) -> int:
    """Return the root of a tree in a forest, and shorten the way to it."""
    while parent[at] != at:
        parent[at] = parent[parent[at]]
        at = parent[at]
    return at


@compiled
def unite(parent: Longs, one: int, other: int) -> None:
    """Join two trees of a forest; the smaller root stays."""
    one, other = root_of(parent, one), root_of(parent, other)
    if one < other:
        parent[other] = one
    else:
        parent[one] = other


def meeting_points(lines: Lines, ways: Ways, places: Places) -> Longs:
    """Return the meeting point of each vertex: vertices with the same one are joined.

    At one place

    - vertices with the same node id meet, those with different ids do not;
    - vertices without an id meet on the same level, and all of them do where a line ends;
    - a vertex with an id and one without meet on the same level, or where either one's line ends;
    - neighbours on one line meet;
    - and where two whole segments of one level lie on one another, both their ends do.

    Parameters
    ----------
    lines
        Shape (vertices,) over all of them.
    ways
        Their levels.
    places
        The places of the vertices.

    Returns
    -------
    ndarray
        Shape (vertices,), counted from 0.
    """
    line = lines.line
    level = ways.level[lines.way]
    ends = np.zeros(len(lines.x), dtype=bool)
    opened = places.place[lines.first] != places.place[lines.last]
    ends[lines.first[opened]] = ends[lines.last[opened]] = True
    table = _runs(places.place, lines.node_id, level[line], ends)
    parent = np.arange(len(table.place))
    _meet(table.place, table.node_id, table.level, table.ends, parent)
    tails = lines.segments
    still = places.place[tails] == places.place[tails + 1]
    _unite_all(parent, table.run[tails[still]], table.run[tails[still] + 1])
    if (lines.node_id != NO_ID).any():
        _unite_coincident(table.run, parent, places.place, tails[~still], level[line[tails[~still]]])
    codes: Longs = pd.factorize(_roots(parent)[table.run])[0]
    return codes


@dataclass(frozen=True, slots=True)
class _Runs:
    """Vertices of one place, node id and level taken together, in order of their places.

    ``run`` has the run of each vertex, the others one entry a run.
    """

    run: Longs
    place: Longs
    node_id: Longs
    level: Longs
    ends: Flags


def _runs(place: Longs, node_id: Longs, level: Longs, ends: Flags) -> _Runs:
    order = np.lexsort((level, node_id, place))
    new = np.ones(len(order), dtype=bool)
    new[1:] = False
    for column in (place, node_id, level):
        new[1:] |= column[order[1:]] != column[order[:-1]]
    run = np.empty(len(order), dtype=np.int64)
    run[order] = np.cumsum(new) - 1
    with_end = np.zeros(int(new.sum()), dtype=bool)
    with_end[run[ends]] = True
    first = order[new]
    return _Runs(run, place[first], node_id[first], level[first], with_end)


@compiled
def _meet(place: Longs, node_id: Longs, level: Longs, ends: Flags, parent: Longs) -> None:
    for one in range(place.size):
        other = one + 1
        while other < place.size and place[other] == place[one]:
            if node_id[one] >= 0 and node_id[other] >= 0:
                meets = node_id[one] == node_id[other]
            else:
                meets = level[one] == level[other] or ends[one] or ends[other]
            if meets:
                unite(parent, one, other)
            other += 1


@compiled
def _unite_all(parent: Longs, one: Longs, other: Longs) -> None:
    for at in range(one.size):
        unite(parent, one[at], other[at])


@compiled
def _roots(parent: Longs) -> Longs:
    for at in range(parent.size):
        parent[at] = root_of(parent, at)
    return parent


def _unite_coincident(run: Longs, parent: Longs, place: Longs, tails: Longs, level: Longs) -> None:
    """Unite the ends of segments of one level between the same two places."""
    turned = place[tails] > place[tails + 1]
    low, high = np.where(turned, tails + 1, tails), np.where(turned, tails, tails + 1)
    several = pd.DataFrame({"low": place[low], "high": place[high], "level": level})
    rows = np.flatnonzero(several.duplicated(keep=False))
    first = pd.Series(rows).groupby([several[name].to_numpy()[rows] for name in several]).transform("first")
    for end in (low, high):
        _unite_all(parent, run[end[first.to_numpy(dtype=np.int64)]], run[end[rows]])
