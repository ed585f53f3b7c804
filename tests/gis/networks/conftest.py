"""Small networks as a user would import them, drawn in metres around a point of the plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis.corridors.feeder_taps import feeder_taps
from gis.corridors.model import build_corridors
from gis.corridors.parameters import CorridorParameters
from gis.metric_zone import unproject, zone_from_epsg
from gis.network.model import Grid, empty_frame
from gis.routing.route import NoRoute, Route
from gis.routing.router import Router
from gis.routing.search import Search

ORIGIN = np.array([500_000.0, 3_400_000.0])
ZONE = zone_from_epsg(4547, 30.72)

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Road:
    line: Points
    width_m: float | None = 10.0
    road_class: str = "local"
    layer: int = 0
    bridge: bool = False
    tunnel: bool = False
    city: bool | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """Roads, parcels by id, and feeders by id: access points, or lines, or both.

    A line without a construction of its own is overhead; a feeder without a line is a cable.
    """

    roads: Sequence[Road]
    parcels: Mapping[str, Points] = field(default_factory=dict)
    taps: Mapping[str, Points] = field(default_factory=dict)
    lines: Mapping[str, Points] = field(default_factory=dict)
    construction: Mapping[str, str | None] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    spare_bays: Mapping[str, float] = field(default_factory=dict)
    transformers: Sequence[tuple[tuple[float, float], str | None]] = ()
    water: Sequence[Points] = ()
    railways: Sequence[Points] = ()
    ducts: Sequence[Points] = ()
    green: Sequence[Points] = ()
    noding: str = "crossings"

    def _road_columns(self) -> dict[str, Sequence[Any]]:
        return {
            "width_m": [np.nan if road.width_m is None else road.width_m for road in self.roads],
            "class": [road.road_class for road in self.roads],
            "layer": [float(road.layer) for road in self.roads],
            "bridge": [road.bridge for road in self.roads],
            "tunnel": [road.tunnel for road in self.roads],
            "city": [road.city for road in self.roads],
            "noding": [self.noding] * len(self.roads),
        }

    def grid(self) -> Grid:
        feeders = {**dict.fromkeys(self.taps), **self.lines}
        points = [(feeder, point) for feeder, several in self.taps.items() for point in several]
        return Grid(
            {
                "roads": _frame("roads", [_line(road.line) for road in self.roads], **self._road_columns()),
                "parcels": _frame(
                    "parcels", [_area(p) for p in self.parcels.values()], id=list(self.parcels)
                ),
                "feeders": _frame(
                    "feeders",
                    [None if line is None else _line(line) for line in feeders.values()],
                    id=list(feeders),
                    construction=[
                        self.construction.get(feeder, "cable" if line is None else "overhead")
                        for feeder, line in feeders.items()
                    ],
                ),
                "access_points": _frame(
                    "access_points",
                    [shapely.Point(point) for _, point in points],
                    feeder_id=[feeder for feeder, _ in points],
                    kind=[self.kinds.get(feeder, "ring_main_unit") for feeder, _ in points],
                    spare_bays=[self.spare_bays.get(feeder, 1.0) for feeder, _ in points],
                ),
                "transformers": _frame(
                    "transformers",
                    [shapely.Point(point) for point, _ in self.transformers],
                    feeder_id=[feeder for _, feeder in self.transformers],
                ),
                "water": _frame("water", [_area(p) for p in self.water]),
                "railways": _frame("railways", [_line(p) for p in self.railways]),
                "ducts": _frame("ducts", [_line(p) for p in self.ducts]),
                "green": _frame("green", [_area(p) for p in self.green]),
            }
        )


def _line(points: Points) -> shapely.LineString:
    return shapely.LineString(points)


def _area(points: Points) -> shapely.Polygon:
    return shapely.Polygon(points)


def _frame(
    of: str, geometry: Sequence[shapely.Geometry | None], **columns: Sequence[Any]
) -> gpd.GeoDataFrame:
    moved = [None if g is None else shapely.transform(g, lambda xy: xy + ORIGIN) for g in geometry]
    placed = unproject(np.array([*moved, None], dtype=object), ZONE)[:-1]
    given = {"id": [f"{of}-{at}" for at in range(len(geometry))], **columns}
    data = {
        name: np.array([*given[name], None], dtype=object)[:-1]
        if name in given
        else np.full(len(geometry), None)
        for name in [*dict.fromkeys([*empty_frame(of).columns, *given])]
        if name != "geometry"
    }
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(placed, crs="EPSG:4326"))


def box(west: float, south: float, east: float, north: float) -> Points:
    return [(west, south), (east, south), (east, north), (west, north)]


def kinds(route: Route) -> list[str]:
    return [piece.kind.value for piece in route.pieces]


def figures(route: Route) -> tuple[float, float, int]:
    return round(route.length_m, 1), round(route.crossing_m, 1), route.crossing_count


class Connected:
    """A network with everything built, asked for the routes of its parcels."""

    def __init__(self, network: Network) -> None:
        grid, parameters = network.grid(), CorridorParameters()
        self.corridors = build_corridors(grid, parameters)
        self.taps = feeder_taps(grid, self.corridors.graph, parameters)
        self.router = Router.of(self.corridors, self.taps)

    def routes(
        self, parcel: str, load_kva: float = 100.0, *, k: int = 1, limit_m: float = 2_000.0
    ) -> tuple[Route, ...] | NoRoute:
        row = int(np.flatnonzero(self.corridors.parcel_ids == parcel)[0])
        capacity = np.full(len(self.taps.feeder_ids), 1_000.0)
        return self.router.routes(row, load_kva, capacity, Search(k, limit_m))

    def route(self, parcel: str, **options: Any) -> Route:
        """Return the shortest route."""
        found = self.routes(parcel, **options)
        assert not isinstance(found, NoRoute), found
        return found[0]

    def drawn(self, route: Route) -> shapely.LineString:
        """Return the route's line in the metres of the test."""
        line: shapely.LineString = shapely.transform(route.geometry, lambda xy: xy - ORIGIN)
        return line


@pytest.fixture
def connected() -> Callable[[Network], Connected]:
    return Connected
