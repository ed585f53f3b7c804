"""Routes as the corner graph lays them: strokes of the length that counts, and steps that cost nothing.

A crossing costs the road's width, also where its two corners are set back unequally; and where the verges of
a corner do not meet in one point (a setback that is bounded, roads of different width that go straight on),
the step from one to the other costs nothing. By so much, and no more, may a route be shorter than a straight
line.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from gis.corridors.drawn_offsets import nominal_offsets
from gis.corridors.drawn_verges import DrawPlan
from gis.corridors.graph import ArcKind, CornerGraph
from gis.corridors.streets import Floats, Ints
from gis.corridors.verge_lines import verge_lines
from gis.routing.measure import PathEnds, both_ends
from tests.cases.routes_case import Case

_CM = 100.0


class _Stroke(NamedTuple):
    """From one place to another; what it costs, plane metres."""

    begin: Floats
    end: Floats
    cost_m: float


class Laid:
    """The verges of a graph by its setbacks and half-widths."""

    def __init__(self, graph: CornerGraph, plan: DrawPlan) -> None:
        self._graph, self._verges, self._arm_end = graph, plan.verges, plan.arcs.arm_end
        parts = verge_lines(graph, nominal_offsets(graph))
        order = np.lexsort((parts.begin_cm, parts.verge))
        self._first = np.searchsorted(parts.verge[order], np.arange(len(graph.verge_cm) + 1))
        self._low_cm, self._high_cm = parts.begin_cm[order], (parts.begin_cm + parts.kept_cm)[order]
        lines = parts.lines
        self._from = np.stack([lines.ax, lines.ay], axis=1)[order]
        self._to = np.stack([lines.bx, lines.by], axis=1)[order]

    def free_m(self, ends: tuple[PathEnds, PathEnds], row: int, arcs: Ints) -> float:
        """Return the metres of a path's steps, between where it comes to its first verge and leaves its last.

        Parameters
        ----------
        ends, row
            Ends of paths at entry and tap, and the row of this one.
        arcs
            Arcs in between.
        """
        strokes = self._strokes(ends, row, arcs)
        steps = [np.hypot(*(two.begin - one.end)) for one, two in pairwise(strokes)]
        saved = [np.hypot(*(each.end - each.begin)) - each.cost_m for each in strokes]
        return float(sum(steps) + sum(max(each, 0.0) for each in saved))

    def _strokes(self, ends: tuple[PathEnds, PathEnds], row: int, arcs: Ints) -> list[_Stroke]:
        graph, (entry, tap) = self._graph, ends
        verges = int(entry.verge[row]), int(tap.verge[row])
        at_cm = int(entry.at_cm[row]), int(tap.at_cm[row])
        if entry.end[row] < 0:
            return self._walk(verges[0], *at_cm)
        last = [
            int(graph.verge_cm[verge]) if each.end[row] else 0
            for each, verge in zip(ends, verges, strict=True)
        ]
        strokes = self._walk(verges[0], at_cm[0], last[0])
        corner = int((graph.verge_a, graph.verge_b)[entry.end[row]][verges[0]])
        for arc in arcs.tolist():
            forward = int(graph.arc_a[arc]) == corner
            strokes += self._arc(arc, forward=forward)
            corner = int((graph.arc_b if forward else graph.arc_a)[arc])
        return strokes + self._walk(verges[1], last[1], at_cm[1])

    def _walk(self, verge: int, from_cm: int, to_cm: int) -> list[_Stroke]:
        """Return the strokes along a verge; those that are begun count whole, as steps lie between them."""
        rows = np.arange(self._first[verge], self._first[verge + 1])
        low, high = min(from_cm, to_cm), max(from_cm, to_cm)
        rows = rows[(self._low_cm[rows] < high) & (self._high_cm[rows] > low)]
        forth = [_Stroke(self._from[at], self._to[at], np.inf) for at in rows]
        return forth if from_cm < to_cm else [_Stroke(each.end, each.begin, np.inf) for each in forth[::-1]]

    def _arc(self, arc: int, *, forward: bool) -> list[_Stroke]:
        graph = self._graph
        edge, along = int(graph.arc_edge[arc]), int(graph.arc_verge[arc])
        if along >= 0:
            ways = 0, int(graph.verge_cm[along])
            return self._walk(along, *(ways if forward else ways[::-1]))
        if graph.arc_kind[arc] == ArcKind.MEDIAN:
            ends = self._median_ends(arc)
        else:
            end = int(self._arm_end[arc])
            ends = [2 * (2 * edge + side) + end for side in (end, 1 - end)]
        begin, stop = (self._place(each) for each in ends)
        cost_m = float(graph.arc_cm[arc] / _CM * graph.streets.zone.scale_factor(begin[0]))
        return [_Stroke(begin, stop, cost_m) if forward else _Stroke(stop, begin, cost_m)]

    def _median_ends(self, arc: int) -> list[int]:
        """Return the ends of the verge along a median, in the order of the arc."""
        graph, edge = self._graph, int(self._graph.arc_edge[arc])
        first = graph.arcs - 2 * graph.streets.edges + 2 * edge
        corners = int(graph.arc_a[arc]), int(graph.arc_b[arc])
        left = int(graph.arc_a[first]), int(graph.arc_b[first + 1])
        right = int(graph.arc_b[first]), int(graph.arc_a[first + 1])
        for verge, own in ((2 * edge, left), (2 * edge + 1, right)):
            if own in (corners, corners[::-1]):
                return [2 * verge, 2 * verge + 1] if own == corners else [2 * verge + 1, 2 * verge]
        raise AssertionError(arc)

    def _place(self, end: int) -> Floats:
        """Return where a verge has its corner (``2 * verge + end``), as the graph sees it from this arm."""
        verges, verge, at_last = self._verges, end // 2, end % 2
        edge, side = verge // 2, verge % 2
        first, last = verges.vertex_start[edge] - edge, verges.vertex_start[edge + 1] - edge - 2
        away_m, segment = float(verges.setback_m[end]), last if at_last else first
        while away_m > verges.length_m[segment] and segment != (first if at_last else last):
            away_m -= float(verges.length_m[segment])
            segment += -1 if at_last else 1
        station_m = verges.length_m[segment] - away_m if at_last else away_m
        ux, uy = verges.ux[segment], verges.uy[segment]
        across_m = self._graph.half_width_m[verge] * (1.0 - 2.0 * side)
        vertex = segment + edge
        x = verges.x[vertex] + ux * station_m - uy * across_m
        return np.array([x, verges.y[vertex] + uy * station_m + ux * across_m])


def free_steps_m(case: Case) -> list[float]:
    """Return for each route of a case the metres of its steps, on the plane."""
    router, found = case.router, case.connections
    laid, result = Laid(case.corridors.graph, router.plan), np.zeros(len(case.rows))
    for criterion, paths in enumerate(found.paths):
        at = np.flatnonzero(found.criterion[case.rows] == criterion)
        rows = found.row[case.rows[at]]
        anchors = router.parcels.anchors[criterion], router.tap_anchors[criterion]
        ends = both_ends(case.corridors.graph, *anchors, paths, rows)
        for each, (place, row) in enumerate(zip(at, rows, strict=True)):
            arcs = paths.arc[paths.start[row] : paths.start[row + 1]]
            result[place] = laid.free_m(ends, each, arcs)
    return result.tolist()
