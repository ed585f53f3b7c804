"""Routes from parcels to feeders (接入路径): the searches of all criteria over corridors and taps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import accumulate

import numpy as np

from gis.corridors.attachments import Access, Attachments, Places
from gis.corridors.coverage import Overlays
from gis.corridors.coverage_places import PlaceMeasures, place_measures
from gis.corridors.drawn_verges import DrawPlan
from gis.corridors.feeder_taps import FeederTaps, offered
from gis.corridors.model import Corridors
from gis.corridors.places import places
from gis.corridors.streets import Flags, Floats, Ints, Longs
from gis.held import Held, hold
from gis.routing.choice import chosen
from gis.routing.criteria import Criterion, costs, positions
from gis.routing.doors import Doors, index_entries
from gis.routing.draw import Sheet, routes
from gis.routing.draw_plan import draw_plan
from gis.routing.local import Searcher
from gis.routing.local_state import Asker
from gis.routing.measure import (
    Anchors,
    MeasuredNetwork,
    Measures,
    Meter,
    measure_table,
    measured_network,
)
from gis.routing.nearby import Nearby, nearby
from gis.routing.paths import Paths, some_paths
from gis.routing.route import NoRoute, Route, why_no_route
from gis.routing.search import Search
from gis.routing.sweep import capacity_sweep
from gis.routing.taps import Taps, index_taps


@dataclass(frozen=True, slots=True)
class Entrants:
    """Who wants a route: parcels, or what a user drew, where they come to the roads, ready for all searches.

    Attributes
    ----------
    attachments, places
        Where they come to the roads; owners are the parcels.
    anchors, doors, askers
        The same under each criterion, in the order of the router's criteria.
    """

    attachments: Attachments
    places: Places
    anchors: tuple[Anchors, ...]
    doors: tuple[Doors, ...]
    askers: tuple[Held[Asker], ...]


@dataclass(frozen=True, slots=True)
class Connections:
    """Routes of many parcels: none is beaten by another of the same parcel and feeder.

    Rows are ordered by parcel, then length, then feeder.

    Attributes
    ----------
    parcel, feeder
        Numbers of the owners at both ends, shape (n,).
    tap
        Number of the tap among the router's taps.
    criterion
        Index of the criterion that found the route.
    row
        Row of its path among ``paths[criterion]``.
    measures
        What the routes measure, rows as here.
    paths
        What each search found.
    """

    parcel: Ints
    feeder: Ints
    tap: Ints
    criterion: Ints
    row: Ints
    measures: Measures
    paths: tuple[Paths, ...]


@dataclass(frozen=True)
class Router:
    """Corridors and taps, ready for searches by several criteria; capacities come with each question.

    Attributes
    ----------
    corridors
        The corner graph and the parcels' entries.
    taps
        The taps of all feeders; only those that may have a free bay are searched for.
    criteria
        What routes look for.
    tap_anchors, indexes
        The taps under each criterion.
    """

    corridors: Corridors
    taps: FeederTaps
    criteria: tuple[Criterion, ...]
    tap_anchors: tuple[Anchors, ...]
    indexes: tuple[Taps, ...]

    @classmethod
    def of(
        cls, corridors: Corridors, taps: FeederTaps, criteria: Sequence[Criterion] = tuple(Criterion)
    ) -> Router:
        """Return a router over corridors and the taps of their grid.

        Parameters
        ----------
        corridors, taps
            Made from one grid.
        criteria
            What routes look for, all by default.
        """
        graph, coverage = corridors.graph, corridors.coverage
        kept_places, kept_measures = _by_feeder(taps)
        anchors = tuple(
            Anchors(
                taps.attachments, kept_places, kept_measures, positions(graph, coverage, kept_places, each)
            )
            for each in criteria
        )
        return cls(
            corridors=corridors,
            taps=taps,
            criteria=tuple(criteria),
            tap_anchors=anchors,
            indexes=tuple(
                index_taps(costs(graph, coverage, each), anchor.positions)
                for each, anchor in zip(criteria, anchors, strict=True)
            ),
        )

    @cached_property
    def parcels(self) -> Entrants:
        """The stored parcels."""
        corridors = self.corridors
        return self._entrants(corridors.entries, corridors.entry_places, corridors.entry_measures)

    def drawn(self, attachments: Attachments, overlays: Overlays) -> Entrants:
        """Return what a user drew, or moved, as entrants.

        Parameters
        ----------
        attachments
            Of ``gis.corridors.entries.drawn_entries`` or ``gis.corridors.moved_entry``.
        overlays
            What its entries may run through.
        """
        on_verges = places(self.corridors.graph, attachments)
        measured = place_measures(self.corridors.graph, overlays, attachments, on_verges)
        return self._entrants(attachments, on_verges, measured)

    def _entrants(self, attachments: Attachments, on_verges: Places, measured: PlaceMeasures) -> Entrants:
        graph, coverage = self.corridors.graph, self.corridors.coverage
        anchors = tuple(
            Anchors(attachments, on_verges, measured, positions(graph, coverage, on_verges, each))
            for each in self.criteria
        )
        doors = tuple(
            index_entries(index, anchor.positions)
            for index, anchor in zip(self.indexes, anchors, strict=True)
        )
        askers = tuple(
            hold(Asker(each, meter)) for each, meter in zip(doors, self._meters(anchors), strict=True)
        )
        return Entrants(attachments, on_verges, anchors, doors, askers)

    def _meters(self, anchors: Sequence[Anchors]) -> list[Meter]:
        """Return what routes from entrants are measured by, under each criterion; nothing is copied."""
        return [
            Meter(self._network, each.columns, taps.columns)
            for each, taps in zip(anchors, self.tap_anchors, strict=True)
        ]

    @cached_property
    def nearby(self) -> tuple[Nearby, ...]:
        """What local searches know beforehand, under each criterion: made when one is asked for first."""
        return tuple(nearby(index) for index in self.indexes)

    def searchers(self) -> tuple[Searcher, ...]:
        """Return the working memory of local searches; a thread needs its own."""
        return tuple(Searcher(index, known) for index, known in zip(self.indexes, self.nearby, strict=True))

    def connections(
        self,
        load_kva: Floats,
        capacity_kva: Floats,
        search: Search,
        entrants: Entrants | None = None,
    ) -> Connections:
        """Return the routes of all parcels at once, each with its own load.

        Parameters
        ----------
        load_kva
            Of each parcel; nan asks for nothing.
        capacity_kva
            Open capacity of each feeder; nan offers nothing.
        search
            What is looked for.
        entrants
            Who asks; the stored parcels by default.
        """
        who = entrants or self.parcels
        k, limit, allowed = search.k, search.limit, search.allowed
        found = tuple(
            capacity_sweep(index, doors, load_kva, capacity_kva, k=k, limit=limit, allowed=allowed)
            for index, doors in zip(self.indexes, who.doors, strict=True)
        )
        measured = [
            measure_table(meter, paths) for meter, paths in zip(self._meters(who.anchors), found, strict=True)
        ]
        return self._chosen(found, measured)

    def local_connections(
        self,
        searchers: Sequence[Searcher],
        parcel: int,
        load_kva: float,
        capacity_kva: Floats,
        search: Search,
        entrants: Entrants | None = None,
    ) -> Connections:
        """Return the routes of one parcel: what ``connections`` has for it."""
        who = entrants or self.parcels
        k, limit, allowed = search.k, search.limit, search.allowed
        found = [
            searcher.measured_feeders(
                asker, parcel, load_kva, capacity_kva, k=k, limit=limit, allowed=allowed
            )
            for searcher, asker in zip(searchers, who.askers, strict=True)
        ]
        return self._chosen(tuple(paths for paths, _ in found), [table for _, table in found])

    def _chosen(self, found: tuple[Paths, ...], measured: Sequence[Ints]) -> Connections:
        first = np.array([0, *accumulate(len(paths) for paths in found[:-1])])
        columns = _joined([paths.rows for paths in found])
        head, kept = chosen(columns, _joined(measured), self._tap_of, first)
        parcel, feeder, tap, criterion, row = head
        return Connections(parcel, feeder, tap, criterion, row, Measures(kept), found)

    @cached_property
    def _network(self) -> MeasuredNetwork:
        return measured_network(self.corridors.graph, self.corridors.coverage)

    @cached_property
    def _tap_of(self) -> Ints:
        """The tap of each position."""
        attachment = self.tap_anchors[0].places.attachment
        tap = np.searchsorted(self.taps.attachments.start, attachment, side="right") - 1
        return np.asarray(tap, dtype=np.int32)

    @cached_property
    def plan(self) -> DrawPlan:
        """The verges as they are drawn: made when a route is drawn first."""
        return draw_plan(self.corridors.graph, self.corridors.draw_offset_m)

    def drawn_routes(
        self, connections: Connections, rows: Longs, entrants: Entrants | None = None
    ) -> list[Route]:
        """Return some connections as routes with pieces and geometry, in the order of the rows."""
        who = entrants or self.parcels
        result: list[Route | None] = [None] * len(rows)
        for criterion, paths in enumerate(connections.paths):
            at = np.flatnonzero(connections.criterion[rows] == criterion)
            if not len(at):
                continue
            sheet = Sheet(
                self.corridors.graph, self.plan, who.anchors[criterion], self.tap_anchors[criterion]
            )
            chosen_paths = some_paths(paths, connections.row[rows[at]])
            drawn = routes(sheet, chosen_paths, rows_of(connections.measures, rows[at]), np.arange(len(at)))
            for place, route in zip(at, drawn, strict=True):
                result[place] = route
        return [route for route in result if route is not None]

    def routes(
        self,
        parcel: int,
        load_kva: float,
        capacity_kva: Floats,
        search: Search,
        *,
        entrants: Entrants | None = None,
        searchers: Sequence[Searcher] | None = None,
    ) -> tuple[Route, ...] | NoRoute:
        """Return the drawn routes of one parcel, the shortest first, or why there is none.

        Parameters
        ----------
        parcel
            Number of the parcel among the entrants.
        load_kva, capacity_kva, search, entrants
            See ``connections``.
        searchers
            Of ``searchers()``; new ones by default.
        """
        who = entrants or self.parcels
        found = self.local_connections(
            searchers or self.searchers(), parcel, load_kva, capacity_kva, search, who
        )
        if len(found.parcel):
            return tuple(self.drawn_routes(found, np.arange(len(found.parcel)), who))
        able = capacity_kva >= load_kva
        return self._why(
            who, parcel, able if search.allowed is None else able & search.allowed, search.limit_m
        )

    def _why(self, who: Entrants, parcel: int, able: Flags, limit_m: float) -> NoRoute:
        graph = self.corridors.graph
        taps = self.tap_anchors[0].places
        feeder = np.repeat(np.arange(len(taps.start) - 1), np.diff(taps.start))
        own = slice(who.places.start[parcel], who.places.start[parcel + 1])
        return why_no_route(
            Access(int(who.attachments.access[parcel])),
            graph.component[graph.verge_a[who.places.verge[own]]],
            graph.component[graph.verge_a[taps.verge[able[feeder]]]],
            limit_m=limit_m,
        )


def _by_feeder(taps: FeederTaps) -> tuple[Places, PlaceMeasures]:
    """Return the places of the taps that may have a free bay, grouped by feeder."""
    tap = np.repeat(np.arange(len(taps.kind)), np.diff(taps.places.start))
    rows = np.flatnonzero(offered(taps)[tap])
    columns = {field.name: getattr(taps.places, field.name)[rows] for field in fields(Places)[1:]}
    start = np.searchsorted(tap[rows], taps.start).astype(np.int32)
    measured = taps.measures
    return Places(start=start, **columns), PlaceMeasures(
        measured.stub_green_cm[:, rows], measured.crossing_green_cm[:, rows], measured.city[:, rows]
    )


def _joined(parts: Sequence[Ints]) -> Ints:
    """Return arrays one after the other, along their last axis."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)


def rows_of(measured: Measures, rows: Longs) -> Measures:
    """Return some rows of a table."""
    return Measures(measured.rows[:, rows])
