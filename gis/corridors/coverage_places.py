"""The ways between owners and verges, and straight across the road: where they lie, what they run through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.corridors.attachments import Attachments, Places
from gis.corridors.coverage import Overlays, city_crossings
from gis.corridors.coverage_clip import Lines, inside, straight_lines
from gis.corridors.coverage_intervals import united
from gis.corridors.graph import CornerGraph
from gis.corridors.streets import Flags, Floats, Ints, Longs, Objects

_CM: Final = 100.0


class StubLines(NamedTuple):
    """From owners to their own verges and across the road, plane metres, shape (n,) each.

    Attributes
    ----------
    segment, station_m
        Where the owner attaches, and the station along that segment.
    side
        The side of the own verge.
    owner_x, owner_y
        The owner's point.
    verge_x, verge_y
        The point on its own verge.
    far_x, far_y
        The point across the road; the one on the own verge where nothing is crossed.
    """

    segment: Longs
    station_m: Floats
    side: Longs
    owner_x: Floats
    owner_y: Floats
    verge_x: Floats
    verge_y: Floats
    far_x: Floats
    far_y: Floats


@dataclass(frozen=True, slots=True)
class PlaceMeasures:
    """What the ways from owners to their places run through, at both ends of each place.

    Attributes
    ----------
    stub_green_cm
        Inside green between owner and own verge: at ``low_cm``, then at ``high_cm``, shape (2, places).
    crossing_green_cm
        The same of the way across the road.
    city
        What is crossed there is a city road.
    """

    stub_green_cm: Ints
    crossing_green_cm: Ints
    city: Flags


def stub_lines(
    graph: CornerGraph, attachments: Attachments, places: Places, row: Longs, share: Floats
) -> StubLines:
    """Return where the ways lie from owners to places.

    Parameters
    ----------
    graph, attachments, places
        The corner graph and who attaches to it.
    row
        Rows of the places, shape (n,).
    share
        Where within the place: 0 at ``low_cm``, 1 at ``high_cm``, shape (n,).
    """
    at = places.attachment[row]
    part = _between(places.low_part[row], places.high_part[row], share)
    segment, edge = attachments.segment[at].astype(np.int64), attachments.edge[at].astype(np.int64)
    station = _between(attachments.low_m[at], attachments.high_m[at], part)
    crossed = places.crossing_cm[row] > 0
    side = np.where(crossed, attachments.side[at], places.verge[row] % 2).astype(np.int64)
    streets, vertex = graph.streets, segment + edge
    ux, uy = streets.x[vertex + 1] - streets.x[vertex], streets.y[vertex + 1] - streets.y[vertex]
    length = np.hypot(ux, uy)
    ux, uy = ux / length, uy / length
    turn = np.where(side == 0, 1.0, -1.0)
    nx, ny = -uy * turn, ux * turn
    half = graph.half_width_m[2 * edge + side]
    verge_x = streets.x[vertex] + ux * station + nx * half
    verge_y = streets.y[vertex] + uy * station + ny * half
    across = places.crossing_cm[row] / _CM * streets.zone.scale_factor(verge_x)
    return StubLines(
        segment=segment,
        station_m=station,
        side=side,
        owner_x=_between(attachments.low_x[at], attachments.high_x[at], part),
        owner_y=_between(attachments.low_y[at], attachments.high_y[at], part),
        verge_x=verge_x,
        verge_y=verge_y,
        far_x=verge_x - nx * across,
        far_y=verge_y - ny * across,
    )


def place_measures(
    graph: CornerGraph, overlays: Overlays, attachments: Attachments, places: Places
) -> PlaceMeasures:
    """Return what the ways to the places run through.

    A way counts by its length between owner and verge; what lies inside the half-width of the road has none.
    """
    count = len(places.verge)
    rows = np.arange(count, dtype=np.int64)
    stub_green = np.zeros((2, count), dtype=np.int32)
    crossing_green = np.zeros((2, count), dtype=np.int32)
    city = np.zeros((2, count), dtype=bool)
    for end, stub_cm in ((0, places.low_stub_cm), (1, places.high_stub_cm)):
        ways = stub_lines(graph, attachments, places, rows, np.full(count, float(end)))
        some = np.flatnonzero(stub_cm > 0)
        lines = straight_lines(ways.owner_x[some], ways.owner_y[some], *_verge(ways, some))
        stub_green[end, some] = _inside_cm(lines, stub_cm[some], overlays.green)
        over = np.flatnonzero(places.crossing_cm > 0)
        across = straight_lines(*_verge(ways, over), ways.far_x[over], ways.far_y[over])
        crossing_green[end, over] = _inside_cm(across, places.crossing_cm[over], overlays.green)
        city[end, over] = _city(graph, attachments, places, over, across, overlays)
    return PlaceMeasures(stub_green, crossing_green, city)


def _between(low: Floats, high: Floats, share: Floats) -> Floats:
    return np.asarray(np.where(share == 1.0, high, low + (high - low) * share), dtype=np.float64)


def _verge(ways: StubLines, rows: Longs) -> tuple[Floats, Floats]:
    return ways.verge_x[rows], ways.verge_y[rows]


def _inside_cm(lines: Lines, length_cm: Ints, green: Objects) -> Ints:
    """Return how much of each line lies inside the polygons, by the length that it counts with."""
    parts = inside(lines, green)
    low, high = np.rint(parts.low * length_cm[parts.row]), np.rint(parts.high * length_cm[parts.row])
    return united(len(length_cm), parts.row, low.astype(np.int32), high.astype(np.int32)).total_cm


def _city(
    graph: CornerGraph,
    attachments: Attachments,
    places: Places,
    rows: Longs,
    across: Lines,
    overlays: Overlays,
) -> NDArray[np.bool_]:
    """Return where a city road is crossed; of two carriageways, one in the city is enough."""
    near = attachments.edge[places.attachment[rows]]
    far = np.where(places.far_edge[rows] < 0, near, places.far_edge[rows])
    return city_crossings(graph, near, across, overlays) | city_crossings(graph, far, across, overlays)
