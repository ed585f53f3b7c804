"""What routes measure (路径指标), for any number of them at once, in whole centimetres."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.compiled import compiled
from gis.corridors.attachments import Attachments, Places
from gis.corridors.coverage import Column, Coverage
from gis.corridors.coverage_intervals import covered_between
from gis.corridors.coverage_places import PlaceMeasures
from gis.corridors.graph import ArcKind, CornerGraph
from gis.corridors.streets import Flags, Floats, Ints, Kind, Longs
from gis.routing.anchor_columns import AnchorColumns, anchor_columns
from gis.routing.field import Positions
from gis.routing.paths import ENTRY_END, ENTRY_POSITION, TAP_END, TAP_POSITION, Paths, Table, X, Y
from gis.table_row import TableRow

DIRECT = -1
"""In place of a verge's end: entry and tap lie on one verge, and no corner is passed."""

_VERGE = int(ArcKind.VERGE)
_DUCT = int(Kind.DUCT)
_LENGTH, _CROSSING, _CITY, _EXCAVATION, _GREEN, _MAIN, _INFRASTRUCTURE = (int(column) for column in Column)
_COUNT = len(Column)
_COLUMNS = _COUNT + 1
_SHOWN: Final = (_LENGTH, _CROSSING, _COUNT, _CITY, _EXCAVATION, _GREEN, _MAIN, _INFRASTRUCTURE)
"""The columns in the order of ``Measures``."""

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
    columns
        What is known of each place, as compiled loops read it.
    """

    attachments: Attachments
    places: Places
    measures: PlaceMeasures
    positions: Positions
    columns: AnchorColumns = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay out the columns, which are looked up for every single route."""
        object.__setattr__(self, "columns", anchor_columns(self.places, self.measures, self.positions))


@dataclass(frozen=True, slots=True)
class Measures:
    """The eight measures of routes, whole centimetres and a count, shape (n,) each.

    Attributes
    ----------
    rows
        All that follows, shape (8, n).
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

    rows: Ints

    length_cm = TableRow(0)
    crossing_cm = TableRow(1)
    crossing_count = TableRow(2)
    city_road_crossing_cm = TableRow(3)
    excavation_cm = TableRow(4)
    green_cm = TableRow(5)
    along_main_road_cm = TableRow(6)
    along_infrastructure_cm = TableRow(7)


MEASURE_NAMES: Final = tuple(name for name, each in vars(Measures).items() if isinstance(each, TableRow))


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
    end: Ints
    at_cm: Ints
    stub_cm: Ints
    stub_green_cm: Ints
    crossing_cm: Ints
    crossing_green_cm: Ints
    city: Flags


class MeasuredNetwork(NamedTuple):
    """What paths are measured by: columns of a corner graph and its coverage."""

    verge_a: Ints
    verge_b: Ints
    verge_cm: Ints
    main: Flags
    green: tuple[Ints, Ints, Ints]
    infrastructure: tuple[Ints, Ints, Ints]
    dug: tuple[Ints, Ints, Ints]
    corner_median: Flags
    arc_kind: NDArray[np.int8]
    arc_edge: Ints
    edge_kind: NDArray[np.int8]
    arc_measures: Ints


class Meter(NamedTuple):
    """What routes are measured by: the network, and the owners at both ends under one criterion."""

    network: MeasuredNetwork
    entries: AnchorColumns
    taps: AnchorColumns


def measures(
    graph: CornerGraph, coverage: Coverage, entries: Anchors, taps: Anchors, paths: Paths
) -> Measures:
    """Return the measures of all paths, exact to the centimetre, whatever weights they were found by."""
    meter = Meter(measured_network(graph, coverage), entries.columns, taps.columns)
    return Measures(measure_table(meter, paths))


def measure_table(meter: Meter, paths: Paths) -> Ints:
    """Return ``measures`` as one table with their columns as its rows, shape (8, n)."""
    table = np.empty((len(MEASURE_NAMES), len(paths)), dtype=np.int32)
    fill_measures(meter, paths.table, len(paths), table)
    return table


def both_ends(
    graph: CornerGraph,
    entries: Anchors,
    taps: Anchors,
    paths: Paths,
    rows: Ints | Longs | slice = slice(None),
) -> tuple[PathEnds, PathEnds]:
    """Return where the paths, or some rows of them, begin and end.

    A path that leaves by a corner begins at the end of its place that is cheaper for that corner. One that
    passes no corner has its positions from the search, in weighted centimetres: at the ends of the places
    they are the places' own, and where both are one point they stay one.
    """
    columns = np.ascontiguousarray(paths.table.columns[:, rows])
    return _path_ends(graph.verge_cm, entries.columns, taps.columns, columns, columns.shape[1])


@compiled
def _path_ends(
    verge_cm: Ints, entries: AnchorColumns, taps: AnchorColumns, columns: Ints, count: int
) -> tuple[PathEnds, PathEnds]:
    """Return ``both_ends`` of the first paths of a table."""
    entry = _new_ends(columns[ENTRY_POSITION, :count], columns[ENTRY_END, :count])
    tap = _new_ends(columns[TAP_POSITION, :count], columns[TAP_END, :count])
    for at in range(entry.row.size):
        one, other, x, y = entry.row[at], tap.row[at], columns[X, at], columns[Y, at]
        entry_cm = tap_cm = 0
        if entry.end[at] == DIRECT:
            entry_cm, tap_cm = _direct_cm(entries, one, x), _direct_cm(taps, other, y)
            if x == y and entries.low[one] < x < entries.high[one]:
                entry_cm = min(max(tap_cm, entries.low_cm[one]), entries.high_cm[one])
            elif x == y and taps.low[other] < y < taps.high[other]:
                tap_cm = min(max(entry_cm, taps.low_cm[other]), taps.high_cm[other])
        _fill_end(verge_cm, entries, entry, at, entry_cm)
        _fill_end(verge_cm, taps, tap, at, tap_cm)
    return entry, tap


@compiled
def _new_ends(row: Ints, end: Ints) -> PathEnds:
    count = row.size
    columns = np.empty((6, count), np.int32)  # one piece of memory: there are many short paths
    return PathEnds(
        row.astype(np.int64),
        np.empty(count, np.float64),
        columns[0],
        end,
        columns[1],
        columns[2],
        columns[3],
        columns[4],
        columns[5],
        np.empty(count, np.bool_),
    )


@compiled
def _direct_cm(places: AnchorColumns, row: int, weighted: int) -> int:
    """Return a position given in weighted centimetres in centimetres."""
    low, span = int(places.low[row]), int(places.high[row]) - places.low[row]
    along = min(max(weighted - low, 0), span) / max(span, 1)
    low_cm = int(places.low_cm[row])
    return low_cm + int(np.rint((places.high_cm[row] - low_cm) * along))


@compiled
def _fill_end(verge_cm: Ints, places: AnchorColumns, ends: PathEnds, at: int, direct_cm: int) -> None:
    row, end = ends.row[at], ends.end[at]
    low_cm, high_cm = int(places.low_cm[row]), int(places.high_cm[row])
    span = max(high_cm - low_cm, 1)
    at_cm, part = low_cm, 0
    if end == DIRECT:
        at_cm, part = direct_cm, direct_cm - low_cm
    else:
        # A path to a corner begins at the high end of its place where that is cheaper.
        turn = 1 if end == 0 else -1
        low = int(places.low_cost[row]) + turn * places.low[row]
        high = int(places.high_cost[row]) + turn * places.high[row]
        if low > high:
            at_cm, part = high_cm, span
    verge = places.verge[row]
    ends.share[at] = part / span
    ends.verge[at] = verge
    ends.at_cm[at] = min(at_cm, verge_cm[verge])
    ends.stub_cm[at] = _between(places.low_stub_cm[row], places.high_stub_cm[row], part, span)
    ends.stub_green_cm[at] = _between(places.stub_green_cm[0, row], places.stub_green_cm[1, row], part, span)
    ends.crossing_cm[at] = places.crossing_cm[row]
    ends.crossing_green_cm[at] = _between(
        places.crossing_green_cm[0, row], places.crossing_green_cm[1, row], part, span
    )
    ends.city[at] = places.city[0, row] if 2 * part < span else places.city[1, row]


@compiled
def _between(at_low: int, at_high: int, part: int, span: int) -> int:
    """Return what lies at a part of a span, to the nearest, halves up, as the search does."""
    rise = (int(at_high) - at_low) * part
    return at_low + (2 * rise + span) // (2 * span)


def measured_network(graph: CornerGraph, coverage: Coverage) -> MeasuredNetwork:
    """Return what paths over a graph are measured by; nothing is copied."""
    green, near, dug = coverage.green, coverage.infrastructure, coverage.dug
    return MeasuredNetwork(
        verge_a=graph.verge_a,
        verge_b=graph.verge_b,
        verge_cm=graph.verge_cm,
        main=coverage.main,
        green=(green.start, green.low_cm, green.high_cm),
        infrastructure=(near.start, near.low_cm, near.high_cm),
        dug=(dug.start, dug.low_cm, dug.high_cm),
        corner_median=graph.corner_median,
        arc_kind=graph.arc_kind,
        arc_edge=graph.arc_edge,
        edge_kind=graph.streets.kind,
        arc_measures=coverage.arc_measures,
    )


@compiled
def fill_measures(meter: Meter, paths: Table, count: int, table: Ints) -> None:
    """Fill in the measures of the first paths of a table, see ``measure_table``."""
    net = meter.network
    entry, tap = _path_ends(net.verge_cm, meter.entries, meter.taps, paths.columns, count)
    row, walks = np.empty(_COLUMNS, np.int32), np.empty((2, 3), np.int64)
    for at in range(count):
        row[:] = 0
        _add_stub(row, entry, at)
        _add_stub(row, tap, at)
        # Open: what came last was a crossing, and no corner but a median's has been passed since.
        open_run = entry.crossing_cm[at] > 0
        row[_COUNT] = 1 if open_run else 0
        if entry.end[at] == DIRECT:
            low, high = min(entry.at_cm[at], tap.at_cm[at]), max(entry.at_cm[at], tap.at_cm[at])
            _set_walk(walks[0], entry.verge[at], low, high)
            _set_walk(walks[1], tap.verge[at], 0, 0)
            open_run = open_run and high == low
        else:
            _walk_to_corner(walks[0], net.verge_cm, entry, at)
            _walk_to_corner(walks[1], net.verge_cm, tap, at)
            open_run = open_run and walks[0, 2] <= walks[0, 1]
            open_run = _add_arcs(row, net, paths, at, open_run)
            corner = net.verge_a[tap.verge[at]] if tap.end[at] == 0 else net.verge_b[tap.verge[at]]
            open_run = open_run and net.corner_median[corner] and walks[1, 2] <= walks[1, 1]
        # Here, not in a function: to hand it the network takes longer than what it would do.
        for walk in walks:
            verge, low_cm, high_cm = walk[0], walk[1], walk[2]
            row[_LENGTH] += high_cm - low_cm
            row[_EXCAVATION] += _covered(net.dug, verge, low_cm, high_cm)
            row[_GREEN] += _covered(net.green, verge, low_cm, high_cm)
            row[_INFRASTRUCTURE] += _covered(net.infrastructure, verge, low_cm, high_cm)
            row[_MAIN] += high_cm - low_cm if net.main[verge] else 0
        if tap.crossing_cm[at] > 0 and not open_run:
            row[_COUNT] += 1
        for column in range(len(_SHOWN)):
            table[column, at] = row[_SHOWN[column]]


@compiled
def _add_arcs(row: Ints, net: MeasuredNetwork, paths: Table, at: int, open_run: bool) -> bool:
    """Add what a path goes along, all corners but the last one; return whether a crossing is open then."""
    for step in range(paths.start[at], paths.start[at + 1]):
        this = paths.arc[step]
        open_run = open_run and net.corner_median[paths.corner[step]]
        for column in range(_COUNT):
            row[column] += net.arc_measures[this, column]
        if net.arc_kind[this] == _VERGE:
            open_run = False
        elif net.arc_measures[this, _CROSSING] > 0 and net.edge_kind[net.arc_edge[this]] != _DUCT:
            # A way over a median has no width: to pass its end crosses nothing.
            row[_COUNT] += 0 if open_run else 1
            open_run = True
    return open_run


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
def _walk_to_corner(walk: Longs, verge_cm: Ints, ends: PathEnds, at: int) -> None:
    """Set the walk along the verge between an end of the path and its corner."""
    verge = ends.verge[at]
    low = 0 if ends.end[at] == 0 else ends.at_cm[at]
    high = ends.at_cm[at] if ends.end[at] == 0 else verge_cm[verge]
    _set_walk(walk, verge, low, high)


@compiled
def _set_walk(walk: Longs, verge: int, low: int, high: int) -> None:
    walk[0], walk[1], walk[2] = verge, low, high


@compiled
def _covered(intervals: tuple[Ints, Ints, Ints], verge: int, low: int, high: int) -> int:
    return covered_between(intervals[0], intervals[1], intervals[2], verge, low, high)
