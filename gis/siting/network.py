"""What sites can be connected to, with the routes to it: transformers, feeders, substations (接入对象)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal

import numpy as np
import pandas as pd
import shapely

from gis.corridors.coverage import Overlays
from gis.corridors.coverage_places import place_measures
from gis.corridors.feeder_taps import FeederTaps, TapKind, feeder_taps
from gis.corridors.model import Corridors, surroundings_of
from gis.corridors.parameters import CorridorParameters
from gis.corridors.places import places
from gis.corridors.streets import Ints
from gis.corridors.taps import access_point_taps
from gis.metric_zone import project
from gis.network.columns import Flags, Floats, Objects, Rows, column, index_of, numbers, rows_of, texts, true
from gis.network.model import Grid
from gis.routing.criteria import Criterion
from gis.routing.router import Router

Level = Literal["transformer", "feeder", "substation"]

LEVELS: Final[tuple[Level, ...]] = ("transformer", "feeder", "substation")
"""From the smallest loads to the largest: a distribution transformer (台区) at low voltage, a public feeder,
a dedicated line (专线) from a substation."""

_ROUNDED_DOWN: Final = 1 - 1e-12

NETWORK_LAYERS: Final = (
    *("substations", "main_transformers", "feeders", "access_points", "transformers"),
    *("parcels", "water", "green", "city_area", "jurisdictions"),
)
"""Layers that the network is made from, besides the corridors."""


@dataclass(frozen=True)
class Served:
    """One level: what loads are connected to, and the routes to it.

    Attributes
    ----------
    level
        Which.
    corridors
        Where routes run.
    taps
        Where each owner can be tapped.
    ids, names
        Of the owners, in the order of the layer's frame, shape (owners,).
    voltage_kv
        At which they serve, NaN where not known.
    substation
        Row of the substation each hangs on, -1 where not known.
    main_transformer_ids
        Of the main transformer each hangs on, None where not known.
    substation_ids
        Of the substation each hangs on, None where not known.
    urban
        ``area`` of that substation: urban, rural or None.
    dedicated
        Whether it serves one customer alone (专线).
    shapes
        Where the owners lie, in the plane of the streets; None where not known.
    """

    level: Level
    corridors: Corridors
    taps: FeederTaps
    ids: Objects
    names: Objects
    voltage_kv: Floats
    substation: Rows
    substation_ids: Objects
    main_transformer_ids: Objects
    urban: Objects
    dedicated: Flags
    shapes: Objects

    @cached_property
    def router(self) -> Router:
        """Routes to taps that have a free bay, or may have one."""
        return Router.of(self.corridors, self.taps)

    @cached_property
    def any_bay(self) -> Router:
        """Shortest routes to all taps, free bay or not: tells what is near, and why it does not serve."""
        bays = np.full(len(self.taps.kind), np.nan)
        return Router.of(self.corridors, replace(self.taps, spare_bays=bays), (Criterion.SHORTEST,))

    @cached_property
    def tapped_pieces(self) -> Flags:
        """Which connected pieces of road any owner is tapped at, shape (pieces,)."""
        return self.pieces_of(self.taps.places.verge)

    @cached_property
    def _bounds(self) -> Floats:
        """Box around each owner's shape, plane metres, shape (owners, 4); NaN where it is not known."""
        return np.asarray(shapely.bounds(self.shapes), dtype=np.float64).reshape(-1, 4)

    def nearest_in_line(self, site: shapely.Geometry, count: int, left_out: Rows) -> list[tuple[int, float]]:
        """Return the owners nearest to a site as the crow flies, the nearest first.

        Parameters
        ----------
        site
            In the plane of the streets.
        count
            At most so many.
        left_out
            Owners that do not count.

        Returns
        -------
        (owner, straight line in metres); the first of those that lie equally far comes first.
        """
        (low_x, low_y, high_x, high_y), own = self._bounds.T, shapely.bounds(site)
        apart_x = np.maximum(np.maximum(low_x - own[2], own[0] - high_x), 0.0)
        apart_y = np.maximum(np.maximum(low_y - own[3], own[1] - high_y), 0.0)
        least = np.hypot(apart_x, apart_y) * _ROUNDED_DOWN  # no shape is nearer than its box
        least[np.isnan(least)] = np.inf
        least[left_out] = np.inf
        order = np.argsort(least, kind="stable")[: np.count_nonzero(np.isfinite(least))]
        looked_at = 2 * count
        while True:
            some = np.sort(order[:looked_at])
            away = shapely.distance(self.shapes[some], site)
            nearest = np.argsort(away, kind="stable")[:count]
            if looked_at >= len(order) or least[order[looked_at]] > away[nearest[-1]]:
                return list(zip(some[nearest].tolist(), away[nearest].tolist(), strict=True))
            looked_at *= 2

    def pieces_of(self, verges: Ints) -> Flags:
        """Return which connected pieces of road some verges belong to, shape (pieces,)."""
        graph = self.corridors.graph
        flags = np.zeros(len(graph.component_cm), dtype=bool)
        flags[graph.component[graph.verge_a[verges]]] = True
        return flags


@dataclass(frozen=True)
class Network:
    """A grid made ready for siting; no capacity is in it, so that a new reading leaves it as it is.

    Attributes
    ----------
    corridors, parameters
        Where routes run, and what they were built by.
    grid
        The layers ``NETWORK_LAYERS``.
    """

    corridors: Corridors
    parameters: CorridorParameters
    grid: Grid

    @cached_property
    def levels(self) -> dict[Level, Served]:
        """Every level; a router is made when it is first asked for."""
        return {
            "transformer": self._transformers(),
            "feeder": self._feeders(),
            "substation": self._stations(),
        }

    def _feeders(self) -> Served:
        frame = self.grid["feeders"]
        taps = feeder_taps(self.grid, self.corridors.graph, self.parameters)
        return self._served("feeder", frame, taps, column(frame, "substation_id"), frame)

    def _transformers(self) -> Served:
        """Return transformers: tapped where they stand, hanging on what their feeder hangs on."""
        frame, feeders = self.grid["transformers"], self.grid["feeders"]
        row = rows_of(index_of(texts(feeders["id"])), texts(column(frame, "feeder_id")))
        station = np.append(texts(column(feeders, "substation_id")), np.array([None], dtype=object))[row]
        taps = self._own_taps(frame, np.full(len(frame), np.nan), self.parameters)
        return self._served(
            "transformer", frame, taps, pd.Series(station, dtype=object), feeders.iloc[:0], feeder_row=row
        )

    def _stations(self) -> Served:
        """Return substations: tapped at their own place, however far the nearest street is."""
        frame = self.grid["substations"]
        wide = replace(self.parameters, tap_tolerance_m=self.parameters.reach_m)
        taps = self._own_taps(frame, numbers(column(frame, "spare_bays")), wide)
        return self._served("substation", frame, taps, column(frame, "id"), frame.iloc[:0])

    def _own_taps(
        self, frame: pd.DataFrame, spare_bays: Floats, parameters: CorridorParameters
    ) -> FeederTaps:
        """Return each thing as a tap of its own."""
        graph = self.corridors.graph
        water = project(_geometry(self.grid["water"]), graph.streets.zone)
        around = surroundings_of(graph, np.empty(0, dtype=object), water, parameters)
        attachments = access_point_taps(around, project(_geometry(frame), graph.streets.zone))
        on_verges = places(graph, attachments)
        return FeederTaps(
            feeder_ids=texts(frame["id"]),
            start=np.arange(len(frame) + 1, dtype=np.int32),
            kind=np.full(len(frame), TapKind.ACCESS_POINT, dtype=np.int8),
            access_point_ids=texts(frame["id"]),
            access_point_kinds=np.full(len(frame), None, dtype=object),
            spare_bays=spare_bays,
            attachments=attachments,
            places=on_verges,
            measures=place_measures(graph, Overlays.of_grid(self.grid, graph), attachments, on_verges),
        )

    def _served(
        self,
        level: Level,
        frame: pd.DataFrame,
        taps: FeederTaps,
        station_ids: pd.Series,
        dedicated_in: pd.DataFrame,
        *,
        feeder_row: Rows | None = None,
    ) -> Served:
        stations = self.grid["substations"]
        ids = texts(station_ids)
        row = rows_of(index_of(texts(stations["id"])), ids)
        area = np.append(texts(column(stations, "area")), np.array([None], dtype=object))
        main = texts(column(frame, "main_transformer_id"))
        if feeder_row is not None:
            own = texts(column(self.grid["feeders"], "main_transformer_id"))
            main = np.append(own, np.array([None], dtype=object))[feeder_row]
        named = texts(column(frame, "name"))
        identity = texts(frame["id"])
        alone = true(column(dedicated_in, "dedicated")) if len(dedicated_in) else np.zeros(len(frame), bool)
        return Served(
            level=level,
            corridors=self.corridors,
            taps=taps,
            ids=identity,
            names=np.where(pd.isna(named), identity, named),
            voltage_kv=_voltage(level, frame),
            substation=row,
            substation_ids=ids,
            main_transformer_ids=main,
            urban=area[row],
            dedicated=alone,
            shapes=self._shapes(level, frame),
        )

    def _shapes(self, level: Level, frame: pd.DataFrame) -> Objects:
        """Return where owners lie; a feeder that is not drawn lies at its access points."""
        zone = self.corridors.graph.streets.zone
        shapes = project(_geometry(frame), zone)
        if level != "feeder":
            return shapes
        points = self.grid["access_points"]
        place = project(_geometry(points), zone)
        owner = rows_of(index_of(texts(frame["id"])), texts(column(points, "feeder_id")))
        for row in np.flatnonzero(shapely.is_missing(shapes) | shapely.is_empty(shapes)):
            shapes[row] = shapely.MultiPoint(shapely.get_coordinates(place[owner == row]))
        return shapes


_LOW_KV: Final = 0.38


def _voltage(level: Level, frame: pd.DataFrame) -> Floats:
    """Return the voltage that is served at: a substation's own is the one it is fed by, and tells nothing."""
    if level == "transformer":
        return np.full(len(frame), _LOW_KV)
    if level == "substation":
        return np.full(len(frame), np.nan)
    return numbers(column(frame, "voltage_kv"))


def _geometry(frame: pd.DataFrame) -> Objects:
    return np.array(frame["geometry"].to_numpy(), dtype=object)
