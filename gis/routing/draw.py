"""Routes drawn on the side of the road where the cable lies (路径绘制).

A line begins on the red line and ends at the access point. Along a verge it runs parallel to the centreline
at half of the road's width, or nearer where a parcel is nearer (``draw_offsets``), and meets the
next verge where the two lines meet. It crosses a road at a right angle, at the corner that lies farther from
the node. So it may be longer or shorter than ``length_m``, which is measured along the graph. Where no parcel
narrows the verges:

- along an edge, and around a corner to the next verge, both are the same where the graph did not have to
  bound a setback;
- at a crossing the line walks to the farther corner: at most the sum of the half-widths of the roads that
  meet there longer, for each corner passed;
- at either end by the half-width at most: what lies inside it costs nothing, but is drawn.

Where an acute corner lies farther out than the graph reckons, the line cuts it off and is shorter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gis.corridors.attachments import Access
from gis.corridors.coverage_places import stub_lines
from gis.corridors.drawn_verges import DrawPlan
from gis.corridors.graph import CornerGraph
from gis.corridors.streets import Floats, Ints, Longs
from gis.routing.draw_path import draw_path
from gis.routing.draw_pieces import Legs, kept_legs, legs_of, pieces
from gis.routing.draw_steps import DrawEnds
from gis.routing.measure import Anchors, Measures, PathEnds, both_ends
from gis.routing.paths import Paths
from gis.routing.route import Route

_CM: Final = 100.0
_LEAST_M: Final = 0.01
"""Length of the line of a route that has none."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What routes are drawn on.

    Attributes
    ----------
    graph
        The corner graph.
    plan
        Its verges as they are drawn.
    entries, taps
        The owners at both ends, under the criterion of the paths.
    """

    graph: CornerGraph
    plan: DrawPlan
    entries: Anchors
    taps: Anchors


def routes(sheet: Sheet, paths: Paths, measured: Measures, rows: Longs) -> list[Route]:
    """Return the routes of some paths.

    Parameters
    ----------
    sheet
        What they are drawn on.
    paths
        What the search found, with paths.
    measured
        The measures of all of them.
    rows
        Which are drawn, shape (n,).
    """
    graph = sheet.graph
    entry, tap = both_ends(graph, sheet.entries, sheet.taps, paths, rows)
    entry_drawn, tap_drawn = _drawn_ends(graph, sheet.entries, entry), _drawn_ends(graph, sheet.taps, tap)
    result = []
    for at, row in enumerate(rows):
        steps = slice(paths.start[row], paths.start[row + 1])
        arcs = paths.arc[steps]
        x, y, leg = draw_path(*sheet.plan, entry_drawn, tap_drawn, at, arcs)
        near = int(entry_drawn.near_verge[at]) // 2, int(tap_drawn.near_verge[at]) // 2
        legs = legs_of(graph, (entry, tap), at, near, (arcs, paths.corner[steps]))
        result.append(_route(sheet, paths, measured, int(row), legs, (x, y, leg)))
    return result


def _drawn_ends(graph: CornerGraph, anchors: Anchors, ends: PathEnds) -> DrawEnds:
    attachments, places = anchors.attachments, anchors.places
    ways = stub_lines(graph, attachments, places, ends.row, ends.share)
    near_verge = 2 * attachments.edge[places.attachment[ends.row]].astype(np.int64) + ways.side
    segment, station = ways.segment.copy(), ways.station_m.copy()
    for at in np.flatnonzero(places.far_edge[ends.row] >= 0):
        segment[at], station[at] = _located(graph, int(ends.verge[at]), int(ends.at_cm[at]))
    return DrawEnds(
        verge=ends.verge,
        end=ends.end,
        segment=segment,
        station_m=station,
        near_verge=near_verge,
        near_segment=ways.segment,
        near_station_m=ways.station_m,
        crossed=near_verge != ends.verge,
        owner_x=ways.owner_x,
        owner_y=ways.owner_y,
    )


def _located(graph: CornerGraph, verge: int, at_cm: int) -> tuple[int, float]:
    """Return segment and station of a position on a verge."""
    streets, edge, side = graph.streets, verge // 2, verge % 2
    first, last = streets.vertex_start[edge] - edge, streets.vertex_start[edge + 1] - edge - 2
    begins = graph.begin_cm[side, first : last + 1]
    segment = int(first + max(np.searchsorted(begins, at_cm, side="right") - 1, 0))
    along_cm = at_cm - graph.begin_cm[side, segment] + graph.setback_a_cm[side, segment]
    scale = streets.zone.scale_factor(streets.x[segment + edge])
    return segment, float(along_cm / _CM * scale)


def _route(
    sheet: Sheet, paths: Paths, measured: Measures, row: int, legs: Legs, drawn: tuple[Floats, Floats, Ints]
) -> Route:
    x, y, leg = drawn
    points = np.stack([x, y], axis=1)
    parcel, feeder = int(paths.parcel[row]), int(paths.feeder[row])
    entries, taps = sheet.entries, sheet.taps
    entry = int(entries.places.attachment[paths.entry_position[row]])
    tap = int(taps.places.attachment[paths.tap_position[row]])
    edges = [legs.edge[each] for each in kept_legs(legs)]
    return Route(
        parcel=parcel,
        feeder=feeder,
        entry_attachment=entry,
        tap_attachment=tap,
        zone=sheet.graph.streets.zone,
        geometry=_line(points),
        length_m=measured.length_cm[row] / _CM,
        crossing_m=measured.crossing_cm[row] / _CM,
        crossing_count=int(measured.crossing_count[row]),
        city_road_crossing_m=measured.city_road_crossing_cm[row] / _CM,
        excavation_m=measured.excavation_cm[row] / _CM,
        green_m=measured.green_cm[row] / _CM,
        along_main_road_m=measured.along_main_road_cm[row] / _CM,
        along_infrastructure_m=measured.along_infrastructure_cm[row] / _CM,
        width_assumed=bool(sheet.graph.streets.width_assumed[edges].any()),
        side_assumed=bool(entries.attachments.either_side[entry] or taps.attachments.either_side[tap]),
        beyond_frontage=bool(entries.attachments.access[parcel] == Access.BEYOND),
        pieces=pieces(sheet.graph, legs, points, leg),
    )


def _line(points: Floats) -> shapely.LineString:
    """Return a valid line through the points; one that goes nowhere goes a centimetre out and back."""
    if len(points) > 1:
        return shapely.LineString(points)
    return shapely.LineString([points[0], points[0] + [_LEAST_M, 0.0], points[0]])
