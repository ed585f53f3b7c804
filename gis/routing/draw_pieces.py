"""The pieces of drawn routes."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import shapely

from gis.corridors.graph import ArcKind, CornerGraph
from gis.corridors.streets import Floats, Ints, Kind
from gis.routing.measure import DIRECT, PathEnds
from gis.routing.route import Piece, PieceKind, shown_class

_CM: Final = 100.0


class Legs(NamedTuple):
    """Parts of one path as ``draw_path`` numbers them: kind, edge and centimetres of each, shape (legs,)."""

    kind: tuple[PieceKind, ...]
    edge: tuple[int, ...]
    length_cm: tuple[int, ...]


def legs_of(
    graph: CornerGraph, ends: tuple[PathEnds, PathEnds], at: int, near_edge: tuple[int, int], arcs: Ints
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
    arcs
        Arcs in between.
    """
    entry, tap = ends
    verge = (int(entry.verge[at]), int(tap.verge[at]))
    if entry.end[at] == DIRECT:
        walks = [abs(int(entry.at_cm[at]) - int(tap.at_cm[at])), 0]
    else:
        walks = [_to_corner(graph, each, at) for each in ends]
    kind = [PieceKind.ENTRY, PieceKind.CROSSING, _along(graph, verge[0] // 2)]
    edge = [near_edge[0], near_edge[0], verge[0] // 2]
    length = [int(entry.stub_cm[at]), int(entry.crossing_cm[at]), walks[0]]
    for arc in arcs.tolist():
        crossed = int(graph.arc_edge[arc])
        walked = graph.arc_kind[arc] == ArcKind.VERGE
        kind.append(_along(graph, crossed) if walked else PieceKind.CROSSING)
        edge.append(crossed)
        length.append(int(graph.arc_cm[arc]))
    kind += [_along(graph, verge[1] // 2), PieceKind.CROSSING, PieceKind.TAP]
    edge += [verge[1] // 2, near_edge[1], near_edge[1]]
    length += [walks[1], int(tap.crossing_cm[at]), int(tap.stub_cm[at])]
    return Legs(tuple(kind), tuple(edge), tuple(length))


def kept_legs(legs: Legs) -> list[int]:
    """Return the legs that make pieces: entry, tap and whatever has a length."""
    last = len(legs.kind) - 1
    return [leg for leg, length in enumerate(legs.length_cm) if length > 0 or leg in {0, last}]


def pieces(graph: CornerGraph, legs: Legs, points: Floats, leg: Ints) -> tuple[Piece, ...]:
    """Return the pieces of a drawn path; neighbours of one kind on one road are one piece.

    Parameters
    ----------
    graph
        The corner graph.
    legs
        The legs of the path.
    points, leg
        Its points, shape (n, 2), and the leg that leads to each, ascending.
    """
    road = graph.streets.road
    groups: list[list[int]] = []
    for each in kept_legs(legs):
        before = groups[-1][-1] if groups else None
        same = before is not None and legs.kind[before] == legs.kind[each]
        if before is not None and same and road[legs.edge[before]] == road[legs.edge[each]]:
            groups[-1].append(each)
        else:
            groups.append([each])
    stops = np.searchsorted(leg, [group[-1] for group in groups], side="right")
    starts = np.maximum(np.append(0, stops[:-1]) - 1, 0)
    return tuple(
        _piece(graph, legs, group, points[start:stop])
        for group, start, stop in zip(groups, starts, stops, strict=True)
    )


def _piece(graph: CornerGraph, legs: Legs, group: list[int], points: Floats) -> Piece:
    streets, edge = graph.streets, legs.edge[group[0]]
    road = streets.road[edge]
    name = streets.road_names[road]
    return Piece(
        kind=legs.kind[group[0]],
        road_id=str(streets.road_ids[road]),
        road_name=None if name is None else str(name),
        road_class=shown_class(int(streets.kind[edge]), int(streets.road_class[edge])),
        length_m=sum(legs.length_cm[leg] for leg in group) / _CM,
        geometry=shapely.LineString(points if len(points) > 1 else None),
    )


def _along(graph: CornerGraph, edge: int) -> PieceKind:
    return PieceKind.DUCT if graph.streets.kind[edge] == Kind.DUCT else PieceKind.VERGE


def _to_corner(graph: CornerGraph, ends: PathEnds, at: int) -> int:
    """Return the centimetres between an end of a path and the corner of its verge."""
    along = int(ends.at_cm[at])
    return along if ends.end[at] == 0 else int(graph.verge_cm[ends.verge[at]]) - along
