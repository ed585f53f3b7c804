"""What verges and crossings run through (路径属性): green, important infrastructure, ducts, city roads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.corridors.coverage_clip import (
    Lines,
    Parts,
    beside,
    inside,
    middle_inside,
    polygon_parts,
    straight_lines,
)
from gis.corridors.coverage_intervals import Intervals, both, united, whole, without
from gis.corridors.graph import ArcKind, CornerGraph
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import ROAD_CLASSES, Flags, Floats, Ints, Kind, Longs, Objects
from gis.corridors.verge_lines import VergeLines, verge_lines
from gis.metric_zone import project
from gis.network.model import Grid

_CM: Final = 100.0
_MAIN: Final = (ROAD_CLASSES.index("primary"), ROAD_CLASSES.index("secondary"))
_TRACK: Final = ROAD_CLASSES.index("track")


class Column(IntEnum):
    """Columns of ``Coverage.arc_measures``, whole centimetres."""

    LENGTH = 0
    CROSSING = 1
    CITY_CROSSING = 2
    EXCAVATION = 3
    GREEN = 4
    MAIN = 5
    INFRASTRUCTURE = 6


@dataclass(frozen=True, slots=True)
class Overlays:
    """Layers that the roads run through, plane metres in the zone of the streets; None among them allowed.

    Attributes
    ----------
    green
        Green land (绿地); only polygons count.
    infrastructure
        Important infrastructure (重要基础设施), of any kind of geometry.
    ducts
        Existing ducts (管沟).
    city_area
        The city area (城区); without any, every road above a track is a city road.
    """

    green: Objects
    infrastructure: Objects
    ducts: Objects
    city_area: Objects

    @classmethod
    def of_grid(cls, grid: Grid, graph: CornerGraph) -> Overlays:
        """Return the layers of a grid in the plane of a corner graph."""
        names = ("green", "infrastructure", "ducts", "city_area")
        return cls(*(project(grid[name]["geometry"].to_numpy(), graph.streets.zone) for name in names))


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the verges and the arcs of a corner graph run through.

    Attributes
    ----------
    green
        Intervals of verges inside green.
    infrastructure
        Intervals within ``infrastructure_m`` of important infrastructure.
    duct
        Intervals within ``duct_beside_m`` of a duct that goes along; the verges of a duct edge wholly.
    dug
        Intervals on city roads outside ducts and outside green: what is excavated.
    main
        The verge lies on a primary or secondary road (主次干道), shape (verges,).
    arc_measures
        Whole centimetres of each arc by ``Column``, shape (arcs, 7).
    """

    green: Intervals
    infrastructure: Intervals
    duct: Intervals
    dug: Intervals
    main: Flags
    arc_measures: Ints


class _Rows(NamedTuple):
    """What verges, or arcs that are straight lines, run through; ``urban``: which lie wholly in the city."""

    green: Intervals
    infrastructure: Intervals
    duct: Intervals
    dug: Intervals
    urban: Flags


def _row_measures(rows: _Rows) -> Ints:
    measures = np.zeros((len(rows.urban), len(Column)), dtype=np.int32)
    measures[:, Column.EXCAVATION] = rows.dug.total_cm
    measures[:, Column.GREEN] = rows.green.total_cm
    measures[:, Column.INFRASTRUCTURE] = rows.infrastructure.total_cm
    return measures


def coverage(
    graph: CornerGraph, offset_m: Floats, overlays: Overlays, parameters: CorridorParameters
) -> Coverage:
    """Return what the verges and arcs of a graph run through.

    A verge is taken as lines parallel to the segments of its edge, where cables are drawn; a crossing as the
    straight line between its corners.

    Parameters
    ----------
    graph
        The corner graph.
    offset_m
        From the centreline to where cables are drawn, shape (2, segments).
    overlays
        What they may run through.
    parameters
        How near counts as along.
    """
    verges = _verge_rows(graph, verge_lines(graph, offset_m), overlays, parameters)
    main_road = (graph.streets.kind == Kind.STREET) & np.isin(graph.streets.road_class, _MAIN)
    straight = np.flatnonzero(graph.arc_verge < 0)
    arcs = _arc_rows(graph, straight, overlays, parameters)
    measures = np.zeros((graph.arcs, len(Column)), dtype=np.int32)
    walked = np.flatnonzero(graph.arc_verge >= 0)
    measures[walked] = _row_measures(verges)[graph.arc_verge[walked]]
    measures[straight] = _row_measures(arcs)
    cm, along = graph.arc_cm, graph.arc_kind == ArcKind.VERGE
    measures[:, Column.LENGTH] = cm
    measures[:, Column.MAIN] = np.where(along & main_road[graph.arc_edge], cm, 0)
    measures[:, Column.CROSSING] = np.where(along, 0, cm)
    measures[~along, Column.INFRASTRUCTURE] = 0
    urban = straight[arcs.urban & ~along[straight]]
    measures[urban, Column.CITY_CROSSING] = cm[urban]
    main = np.repeat(main_road, 2)
    return Coverage(verges.green, verges.infrastructure, verges.duct, verges.dug, main, measures)


def city_edges(graph: CornerGraph, overlays: Overlays) -> NDArray[np.int8]:
    """Return for each edge 1 where it is a city road, 0 where not, -1 where the city area decides.

    An edge that does not state it belongs to the city inside the city area. Without such a layer every edge
    above a track does, railways and expressways too.
    """
    city = graph.streets.city.copy()
    if not len(polygon_parts(overlays.city_area)):
        unknown = city < 0
        city[unknown] = graph.streets.road_class[unknown] != _TRACK
    return city


def city_crossings(graph: CornerGraph, edge: Ints, lines: Lines, overlays: Overlays) -> Flags:
    """Return which crossings of edges are crossings of city roads: by the edge, else by the line's middle.

    Parameters
    ----------
    graph
        The corner graph.
    edge
        The crossed edges, shape (n,).
    lines
        Where they are crossed, shape (n,).
    overlays
        The city area.
    """
    city = city_edges(graph, overlays)[edge]
    return np.asarray((city == 1) | ((city < 0) & middle_inside(lines, overlays.city_area)), dtype=bool)


def _verge_rows(
    graph: CornerGraph, verges: VergeLines, overlays: Overlays, parameters: CorridorParameters
) -> _Rows:
    count = len(graph.verge_cm)

    def placed(parts: Parts) -> Intervals:
        begin, kept = verges.begin_cm[parts.row], verges.kept_cm[parts.row]
        low, high = begin + np.rint(parts.low * kept), begin + np.rint(parts.high * kept)
        return united(count, verges.verge[parts.row], low.astype(np.int32), high.astype(np.int32))

    walked = graph.verge_a >= 0
    on_duct = np.repeat(graph.streets.kind == Kind.DUCT, 2) & walked
    green = placed(inside(verges.lines, overlays.green))
    near = placed(beside(verges.lines, overlays.infrastructure, parameters.infrastructure_m, along=False))
    duct = placed(beside(verges.lines, overlays.ducts, parameters.duct_beside_m, along=True))
    duct = both(duct, whole(graph.verge_cm, on_duct))
    city = np.repeat(city_edges(graph, overlays), 2)
    wholly = walked & (city == 1)
    urban = whole(graph.verge_cm, wholly)
    if (city < 0).any():
        parts = inside(verges.lines, overlays.city_area)
        open_row = np.flatnonzero(city[verges.verge[parts.row]] < 0)
        urban = both(urban, placed(Parts(parts.row[open_row], parts.low[open_row], parts.high[open_row])))
    return _Rows(green, near, duct, without(without(urban, duct), green), wholly)


def _arc_lines(graph: CornerGraph, arcs: Longs) -> Lines:
    a, b = graph.arc_a[arcs], graph.arc_b[arcs]
    return straight_lines(graph.corner_x[a], graph.corner_y[a], graph.corner_x[b], graph.corner_y[b])


def _arc_rows(graph: CornerGraph, arcs: Longs, overlays: Overlays, parameters: CorridorParameters) -> _Rows:
    """Return the same for arcs that are straight lines: crossings, medians, the ways around dead ends."""
    lines, length = _arc_lines(graph, arcs), graph.arc_cm[arcs]

    def placed(parts: Parts) -> Intervals:
        low, high = np.rint(parts.low * length[parts.row]), np.rint(parts.high * length[parts.row])
        return united(len(arcs), parts.row, low.astype(np.int32), high.astype(np.int32))

    around = graph.arc_kind[arcs] == ArcKind.VERGE
    green = placed(inside(lines, overlays.green))
    near = placed(beside(lines, overlays.infrastructure, parameters.infrastructure_m, along=False))
    parts = beside(lines, overlays.ducts, parameters.duct_beside_m, along=True)
    walked = np.flatnonzero(around[parts.row])
    duct = placed(Parts(parts.row[walked], parts.low[walked], parts.high[walked]))
    city = city_crossings(graph, graph.arc_edge[arcs], lines, overlays)
    return _Rows(green, near, duct, without(without(whole(length, city), duct), green), city)
