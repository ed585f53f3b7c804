"""What routes measure (路径指标), for any number of them at once, in whole centimetres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.compiled import compiled
from gis.corridors.attachments import Attachments, Places
from gis.corridors.coverage import Column, Coverage
from gis.corridors.coverage_intervals import covered_between
from gis.corridors.coverage_places import PlaceMeasures
from gis.corridors.graph import ArcKind, CornerGraph
from gis.corridors.streets import Flags, Floats, Ints, Kind, Longs
from gis.routing.field import Positions
from gis.routing.paths import Paths

DIRECT = -1
"""In place of a verge's end: entry and tap lie on one verge, and no corner is passed."""

_VERGE = int(ArcKind.VERGE)
_DUCT = int(Kind.DUCT)
_LENGTH, _CROSSING, _CITY, _EXCAVATION, _GREEN, _MAIN, _INFRASTRUCTURE = (int(column) for column in Column)
_COUNT = len(Column)
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Anchors:
    """Owners on one end of the routes (parcels by entries, or feeders by taps), under one criterion.

    Attributes
    ----------
    attachments
        Where they come to the roads.
    places
        The same as positions on verges.
    measures
        What the ways to the places run through.
    positions
        The places as the search saw them.
    """

    attachments: Attachments
    places: Places
    measures: PlaceMeasures
    positions: Positions


@dataclass(frozen=True, slots=True)
class Measures:
    """The eight measures of routes, one row each, whole centimetres and a count.

    Attributes
    ----------
    length_cm
        Entry, verges, crossings and tap.
    crossing_cm
        Metres across roads, outer verge to outer verge.
    crossing_count
        Crossings; those separated only by a median count once.
    city_road_crossing_cm
        Of these metres, those across city roads.
    excavation_cm
        Verges and crossings of city roads outside ducts and outside green.
    green_cm
        Everything inside green, entry and tap included.
    along_main_road_cm
        Verges of primary and secondary roads.
    along_infrastructure_cm
        Verges along important infrastructure.
    """

    length_cm: Ints
    crossing_cm: Ints
    crossing_count: Ints
    city_road_crossing_cm: Ints
    excavation_cm: Ints
    green_cm: Ints
    along_main_road_cm: Ints
    along_infrastructure_cm: Ints


class PathEnds(NamedTuple):
    """Where paths leave the entry's verge, or come to the tap's, arrays by result.

    Attributes
    ----------
    row
        Row of the place.
    share
        Where within the place: 0 at ``low_cm``, 1 at ``high_cm``.
    verge, end
        The verge, and the corner by which the path goes on (0, 1, or ``DIRECT``).
    at_cm
        Position on the verge.
    stub_cm, stub_green_cm
        Between owner and own verge: length, and how much of it lies inside green.
    crossing_cm, crossing_green_cm, city
        Straight across the road: length, green, and whether the road is a city road.
    """

    row: Longs
    share: Floats
    verge: Ints
    end: NDArray[np.int8]
    at_cm: Ints
    stub_cm: Ints
    stub_green_cm: Ints
    crossing_cm: Ints
    crossing_green_cm: Ints
    city: Flags


class _Network(NamedTuple):
    verge_a: Ints
    verge_b: Ints
    verge_cm: Ints
    main: Flags
    green: tuple[Ints, Ints, Ints]
    infrastructure: tuple[Ints, Ints, Ints]
    dug: tuple[Ints, Ints, Ints]
    corner_median: Flags
    arc_a: Ints
    arc_b: Ints
    arc_kind: NDArray[np.int8]
    arc_edge: Ints
    edge_kind: NDArray[np.int8]
    arc_measures: Ints


def measures(
    graph: CornerGraph, coverage: Coverage, entries: Anchors, taps: Anchors, paths: Paths
) -> Measures:
    """Return the measures of all paths, exact to the centimetre, whatever weights they were found by."""
    network = _network(graph, coverage)
    entry, tap = both_ends(graph, entries, taps, paths)
    table = np.zeros((len(entry.row), _COUNT + 1), dtype=np.int32)
    _measure(network, entry, tap, paths.start, paths.arc, table)
    columns = [np.ascontiguousarray(table[:, at]) for at in range(_COUNT + 1)]
    return Measures(
        length_cm=columns[_LENGTH],
        crossing_cm=columns[_CROSSING],
        crossing_count=columns[_COUNT],
        city_road_crossing_cm=columns[_CITY],
        excavation_cm=columns[_EXCAVATION],
        green_cm=columns[_GREEN],
        along_main_road_cm=columns[_MAIN],
        along_infrastructure_cm=columns[_INFRASTRUCTURE],
    )


def both_ends(
    graph: CornerGraph, entries: Anchors, taps: Anchors, paths: Paths, rows: Longs | slice = slice(None)
) -> tuple[PathEnds, PathEnds]:
    """Return where the paths, or some rows of them, begin and end.

    A path that leaves by a corner begins at the end of its place that is cheaper for that corner. One that
    passes no corner has its positions from the search, in weighted centimetres: at the ends of the places
    they are the places' own, and where both are one point they stay one.
    """
    entry_row = paths.entry_position[rows].astype(np.int64)
    tap_row = paths.tap_position[rows].astype(np.int64)
    x, y = paths.x[rows], paths.y[rows]
    entry_cm, tap_cm = _direct_cm(entries, entry_row, x), _direct_cm(taps, tap_row, y)
    met = x == y
    entry_inner = met & _inner(entries.positions, entry_row, x)
    entry_cm = np.where(entry_inner, _within(entries.places, entry_row, tap_cm), entry_cm)
    tap_inner = met & ~entry_inner & _inner(taps.positions, tap_row, y)
    tap_cm = np.where(tap_inner, _within(taps.places, tap_row, entry_cm), tap_cm)
    return (
        _ends(graph, entries, entry_row, paths.entry_end[rows], entry_cm),
        _ends(graph, taps, tap_row, paths.tap_end[rows], tap_cm),
    )


def _direct_cm(anchors: Anchors, row: Longs, weighted: Ints) -> Longs:
    """Return positions given in weighted centimetres in centimetres."""
    positions, places = anchors.positions, anchors.places
    low, high = positions.low[row].astype(np.int64), positions.high[row].astype(np.int64)
    low_cm, high_cm = places.low_cm[row].astype(np.int64), places.high_cm[row].astype(np.int64)
    along = np.clip(weighted - low, 0, high - low) / np.maximum(high - low, 1)
    return np.asarray(low_cm + np.rint((high_cm - low_cm) * along), dtype=np.int64)


def _inner(positions: Positions, row: Longs, weighted: Ints) -> Flags:
    return np.asarray((weighted > positions.low[row]) & (weighted < positions.high[row]), dtype=bool)


def _within(places: Places, row: Longs, at_cm: Longs) -> Longs:
    return np.asarray(np.clip(at_cm, places.low_cm[row], places.high_cm[row]), dtype=np.int64)


def _from_high(positions: Positions, row: Longs, end: NDArray[np.int8]) -> Flags:
    """Return whether a path to a corner begins at the high end of its place: where that is cheaper."""
    low, high = positions.low[row].astype(np.int64), positions.high[row].astype(np.int64)
    low_cost, high_cost = positions.low_cost[row].astype(np.int64), positions.high_cost[row].astype(np.int64)
    turn = np.where(end == 0, 1, -1)
    return np.asarray(low_cost + turn * low > high_cost + turn * high, dtype=bool)


def _ends(
    graph: CornerGraph, anchors: Anchors, row: Longs, end: NDArray[np.int8], direct_cm: Longs
) -> PathEnds:
    places, ways = anchors.places, anchors.measures
    from_high = (end != DIRECT) & _from_high(anchors.positions, row, end)
    low_cm, high_cm = places.low_cm[row].astype(np.int64), places.high_cm[row].astype(np.int64)
    span = np.maximum(high_cm - low_cm, 1)
    part = np.where(end == DIRECT, direct_cm - low_cm, np.where(from_high, span, 0))

    def between(at_low: Ints, at_high: Ints) -> Ints:
        # To the nearest, halves up, in whole numbers as the search does.
        rise = (at_high.astype(np.int64) - at_low) * part
        return np.asarray(at_low + (2 * rise + span) // (2 * span), dtype=np.int32)

    share = part / span
    at_cm = np.where(from_high, high_cm, low_cm + np.where(end == DIRECT, part, 0))
    return PathEnds(
        row=row,
        share=share,
        verge=places.verge[row],
        end=end,
        at_cm=np.minimum(at_cm, graph.verge_cm[places.verge[row]]).astype(np.int32),
        stub_cm=between(places.low_stub_cm[row], places.high_stub_cm[row]),
        stub_green_cm=between(ways.stub_green_cm[0, row], ways.stub_green_cm[1, row]),
        crossing_cm=places.crossing_cm[row],
        crossing_green_cm=between(ways.crossing_green_cm[0, row], ways.crossing_green_cm[1, row]),
        city=np.where(share < _HALF, ways.city[0, row], ways.city[1, row]),
    )


def _network(graph: CornerGraph, coverage: Coverage) -> _Network:
    green, near, dug = coverage.green, coverage.infrastructure, coverage.dug
    return _Network(
        verge_a=graph.verge_a,
        verge_b=graph.verge_b,
        verge_cm=graph.verge_cm,
        main=coverage.main,
        green=(green.start, green.low_cm, green.high_cm),
        infrastructure=(near.start, near.low_cm, near.high_cm),
        dug=(dug.start, dug.low_cm, dug.high_cm),
        corner_median=graph.corner_median,
        arc_a=graph.arc_a,
        arc_b=graph.arc_b,
        arc_kind=graph.arc_kind,
        arc_edge=graph.arc_edge,
        edge_kind=graph.streets.kind,
        arc_measures=coverage.arc_measures,
    )


@compiled
def _measure(net: _Network, entry: PathEnds, tap: PathEnds, start: Longs, arc: Ints, table: Ints) -> None:
    for at in range(table.shape[0]):
        row = table[at]
        _add_stub(row, entry, at)
        _add_stub(row, tap, at)
        # Open: what came last was a crossing, and no corner but a median's has been passed since.
        open_run = entry.crossing_cm[at] > 0
        row[_COUNT] = 1 if open_run else 0
        if entry.end[at] == DIRECT:
            low, high = min(entry.at_cm[at], tap.at_cm[at]), max(entry.at_cm[at], tap.at_cm[at])
            _add_walk(row, net, entry.verge[at], low, high)
            open_run = open_run and high == low
        else:
            open_run = _add_end(row, net, entry, at) and open_run
            corner = net.verge_a[entry.verge[at]] if entry.end[at] == 0 else net.verge_b[entry.verge[at]]
            open_run = open_run and net.corner_median[corner]
            for step in range(start[at], start[at + 1]):
                this = arc[step]
                for column in range(_COUNT):
                    row[column] += net.arc_measures[this, column]
                if net.arc_kind[this] != _VERGE and net.edge_kind[net.arc_edge[this]] != _DUCT:
                    row[_COUNT] += 0 if open_run else 1
                    open_run = True
                elif net.arc_kind[this] == _VERGE:
                    open_run = False
                corner = net.arc_b[this] if net.arc_a[this] == corner else net.arc_a[this]
                open_run = open_run and net.corner_median[corner]
            open_run = _add_end(row, net, tap, at) and open_run
        if tap.crossing_cm[at] > 0 and not open_run:
            row[_COUNT] += 1


@compiled
def _add_stub(row: Ints, ends: PathEnds, at: int) -> None:
    crossing, green = ends.crossing_cm[at], ends.crossing_green_cm[at]
    row[_LENGTH] += ends.stub_cm[at] + crossing
    row[_CROSSING] += crossing
    row[_GREEN] += ends.stub_green_cm[at] + green
    if ends.city[at]:
        row[_CITY] += crossing
        row[_EXCAVATION] += crossing - green


@compiled
def _add_end(row: Ints, net: _Network, ends: PathEnds, at: int) -> bool:
    """Add the verge between an end of the path and its corner; return whether it has no length."""
    verge = ends.verge[at]
    low = 0 if ends.end[at] == 0 else ends.at_cm[at]
    high = ends.at_cm[at] if ends.end[at] == 0 else net.verge_cm[verge]
    _add_walk(row, net, verge, low, high)
    return bool(high <= low)


@compiled
def _add_walk(row: Ints, net: _Network, verge: int, low: int, high: int) -> None:
    row[_LENGTH] += high - low
    row[_EXCAVATION] += _covered(net.dug, verge, low, high)
    row[_GREEN] += _covered(net.green, verge, low, high)
    row[_INFRASTRUCTURE] += _covered(net.infrastructure, verge, low, high)
    if net.main[verge]:
        row[_MAIN] += high - low


@compiled
def _covered(intervals: tuple[Ints, Ints, Ints], verge: int, low: int, high: int) -> int:
    return covered_between(intervals[0], intervals[1], intervals[2], verge, low, high)
