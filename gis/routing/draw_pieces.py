"""The pieces of drawn routes."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import shapely

from gis.corridors.graph import ArcKind, CornerGraph
from gis.corridors.streets import Floats, Ints, Kind, Longs
from gis.routing.measure import DIRECT, PathEnds
from gis.routing.route import Piece, PieceKind, shown_class

_CM: Final = 100.0
_FIRST_ARC: Final = 3
"""Legs before the first arc of a path, and behind its last one."""
_ENTRY, _VERGE, _CROSSING = PieceKind.ENTRY, PieceKind.VERGE, PieceKind.CROSSING
_DUCT, _TAP = PieceKind.DUCT, PieceKind.TAP
_NO_LINE: Final = shapely.LineString()


class Legs(NamedTuple):
    """Parts of one path as ``draw_path`` numbers them, shape (legs,).

    Attributes
    ----------
    kind, edge, length_cm
        Of each.
    crossing
        Which crossing of the path it belongs to, from 1 on as ``measure`` counts them; 0 for none.
    """

    kind: tuple[PieceKind, ...]
    edge: tuple[int, ...]
    length_cm: tuple[int, ...]
    crossing: tuple[int, ...]


def legs_of(
    graph: CornerGraph,
    ends: tuple[PathEnds, PathEnds],
    at: int,
    near_edge: tuple[int, int],
    way: tuple[Ints, Ints],
) -> Legs:
    """Return the legs of a path.

    Parameters
    ----------
    graph
        The corner graph.
    ends, at
        Ends of paths at entry and tap, and the row of this one.
    near_edge
        The edges that the owners at either end attach to.
    way
        Arcs in between, and the corner from which each is followed.
    """
    (entry, tap), (arcs, corners) = ends, way
    verge = (int(entry.verge[at]), int(tap.verge[at]))
    if entry.end[at] == DIRECT:
        walks = [abs(int(entry.at_cm[at]) - int(tap.at_cm[at])), 0]
    else:
        walks = [_to_corner(graph, each, at) for each in ends]
    edge = [near_edge[0], near_edge[0], verge[0] // 2]
    edge += [*graph.arc_edge[arcs].tolist(), verge[1] // 2, near_edge[1], near_edge[1]]
    on_duct = (graph.streets.kind[edge] == Kind.DUCT).tolist()
    along = [_DUCT if each else _VERGE for each in on_duct]
    walked = (graph.arc_kind[arcs] == ArcKind.VERGE).tolist()
    over = [along[_FIRST_ARC + leg] if each else _CROSSING for leg, each in enumerate(walked)]
    kind = (_ENTRY, _CROSSING, along[2], *over, along[-_FIRST_ARC], _CROSSING, _TAP)
    length = [int(entry.stub_cm[at]), int(entry.crossing_cm[at]), walks[0], *graph.arc_cm[arcs].tolist()]
    length += [walks[1], int(tap.crossing_cm[at]), int(tap.stub_cm[at])]
    last = graph.verge_a if tap.end[at] == 0 else graph.verge_b
    passed = [] if entry.end[at] == DIRECT else [*corners.tolist(), int(last[verge[1]])]
    bare = Legs(kind, tuple(edge), tuple(length), ())
    return bare._replace(crossing=_crossings(graph, bare, on_duct, passed))


def _crossings(graph: CornerGraph, legs: Legs, on_duct: list[bool], passed: list[int]) -> tuple[int, ...]:
    """Return which crossing each leg belongs to: over medians it goes on, anything else ends it.

    Parameters
    ----------
    graph
        The corner graph.
    legs, on_duct
        Of one path, and which of them lie on ducts.
    passed
        The corner before each leg from the first arc on; none on a path without corners.
    """
    numbers, count, open_run = [0], 0, False
    arcs = range(_FIRST_ARC, len(legs.kind) - _FIRST_ARC)
    median = [True] * _FIRST_ARC + (graph.corner_median[passed] != 0).tolist()
    for leg in range(1, len(legs.kind) - 1):
        open_run = open_run and (leg >= len(median) or median[leg])
        number = 0
        if legs.kind[leg] is not _CROSSING:
            # An arc along a verge ends a crossing however short it is; at the ends there may be none.
            open_run = open_run and legs.length_cm[leg] <= 0 and leg not in arcs
        elif legs.length_cm[leg] > 0 and not (on_duct[leg] and leg in arcs):
            count += 0 if open_run else 1
            number, open_run = count, True
        numbers.append(number)
    return (*numbers, 0)


def kept_legs(legs: Legs) -> list[int]:
    """Return the legs that make pieces: entry, tap and whatever has a length."""
    last = len(legs.kind) - 1
    return [leg for leg, length in enumerate(legs.length_cm) if length > 0 or leg in {0, last}]


def pieces(graph: CornerGraph, legs: Legs, points: Floats, leg: Ints) -> tuple[Piece, ...]:
    """Return the pieces of a drawn path; neighbours of one kind and crossing on one road are one piece.

    Parameters
    ----------
    graph
        The corner graph.
    legs
        The legs of the path.
    points, leg
        Its points, shape (n, 2), and the leg that leads to each, ascending.
    """
    road = graph.streets.road[list(legs.edge)].tolist()
    groups: list[list[int]] = []
    before = None
    for each in kept_legs(legs):
        about = legs.kind[each], legs.crossing[each], road[each]
        if about == before:
            groups[-1].append(each)
        else:
            groups.append([each])
        before = about
    stops = np.searchsorted(leg, [group[-1] for group in groups], side="right")
    starts = np.maximum(np.append(0, stops[:-1]) - 1, 0)
    lines = _lines(points, starts, stops)
    return tuple(_piece(graph, legs, group, line) for group, line in zip(groups, lines, strict=True))


def _lines(points: Floats, starts: Longs, stops: Longs) -> list[shapely.LineString]:
    """Return the lines through some runs of points, shape (n,) each; through one point there is none."""
    sizes = stops - starts
    lines = np.full(len(sizes), _NO_LINE, dtype=object)
    drawn = np.flatnonzero(sizes > 1)
    owner = np.repeat(np.arange(len(drawn)), sizes[drawn])
    within = np.arange(len(owner)) - np.repeat(np.cumsum(sizes[drawn]) - sizes[drawn], sizes[drawn])
    lines[drawn] = shapely.linestrings(points[np.repeat(starts[drawn], sizes[drawn]) + within], indices=owner)
    told: list[shapely.LineString] = lines.tolist()
    return told


def _piece(graph: CornerGraph, legs: Legs, group: list[int], line: shapely.LineString) -> Piece:
    streets, edge = graph.streets, legs.edge[group[0]]
    road = streets.road[edge]
    name = streets.road_names[road]
    return Piece(
        kind=legs.kind[group[0]],
        road_id=str(streets.road_ids[road]),
        road_name=None if name is None else str(name),
        road_class=shown_class(int(streets.kind[edge]), int(streets.road_class[edge])),
        length_m=sum(legs.length_cm[leg] for leg in group) / _CM,
        crossing=legs.crossing[group[0]],
        geometry=line,
    )


def _to_corner(graph: CornerGraph, ends: PathEnds, at: int) -> int:
    """Return the centimetres between an end of a path and the corner of its verge."""
    along = int(ends.at_cm[at])
    return along if ends.end[at] == 0 else int(graph.verge_cm[ends.verge[at]]) - along
