"""A district for the tests of routes: its layers in the plane, and a sample of the routes found in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Engine

from api.operations.corridors import BuildWatch
from api.operations.corridors import corridors as corridors_of
from api.operations.imports import import_files
from gis.corridors.feeder_taps import FeederTaps, feeder_taps
from gis.corridors.model import Corridors
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Flags, Floats, Longs, Objects
from gis.metric_zone import MetricZone, project
from gis.network.model import Grid
from gis.routing.route import Piece, Route
from gis.routing.router import Connections, Router
from gis.routing.search import Search
from layers.cluster import Cluster
from layers.database import open_engine
from layers.intake.request import ImportRequest, Watch
from layers.queries.grid import read_grid
from tests.conftest import TEMPLATE, make_database
from tests.once import once

CASES: Final = Path(__file__).parents[2].parent / "shared" / "data" / "cases"
PARAMETERS: Final = CorridorParameters()
K: Final = 3
LIMIT_M: Final = 2_000.0

_SAMPLE: Final = 3_000
_SILENT: Final = Watch(lambda done, total: None, lambda: None)
QUIET: Final = BuildWatch(lambda _: None, lambda: None)
_DOUBT_M: Final = 4.0
_ROUND: Final = 0.85
_ROUND_DOUBT: Final = 0.05
_SIX_CORNERS: Final = 7


class Median(IntEnum):
    """Whether a face between two ways is a median or an island, by the widths that the design gives."""

    NO = 0
    DOUBTFUL = 1
    YES = 2


@dataclass(frozen=True)
class Land:
    """The layers that routes run through, in the plane.

    Attributes
    ----------
    zone
        The plane.
    row
        Id of a way -> its row in the arrays, roads before railways.
    lines, width_m, road_class, level, crossings, city
        Of the ways: line, width, class, (layer, bridge, tunnel), whether it is noded at crossings, and
        whether it counts as a city road.
    parcels, parcel_points, water, green
        Polygons, and a point within each parcel.
    faces
        What the ways enclose.
    """

    zone: MetricZone
    row: dict[str, int]
    lines: Objects
    width_m: Floats
    road_class: Objects
    level: list[tuple[float, bool, bool]]
    crossings: Flags
    city: Flags
    parcels: Objects
    parcel_points: shapely.STRtree
    water: Objects
    green: Objects
    faces: Objects
    way_tree: shapely.STRtree
    parcel_tree: shapely.STRtree
    water_tree: shapely.STRtree
    green_tree: shapely.STRtree
    face_tree: shapely.STRtree

    @classmethod
    def of(cls, grid: Grid, zone: MetricZone) -> Land:
        """Return the land of a grid."""
        roads, railways = grid["roads"], grid["railways"]
        lines = np.concatenate([_plane(grid, "roads", zone), _plane(grid, "railways", zone)])
        names = roads["class"].where(roads["class"].notna(), "other").tolist() + ["railway"] * len(railways)
        stated = np.concatenate([roads["width_m"].to_numpy(float), np.full(len(railways), np.nan)])
        default = np.array([PARAMETERS.default_width_m[name] for name in names])
        level = [
            (0.0 if pd.isna(layer) else float(layer), bridge is True, tunnel is True)
            for layer, bridge, tunnel in zip(roads["layer"], roads["bridge"], roads["tunnel"], strict=True)
        ]
        said = roads["city"].tolist() + [False] * len(railways)
        noding = roads["noding"].tolist() + ["shared"] * len(railways)
        parcels, water, green = (_plane(grid, name, zone) for name in ("parcels", "water", "green"))
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(lines))))
        return cls(
            zone=zone,
            row={each: row for row, each in enumerate([*roads["id"], *railways["id"]])},
            lines=lines,
            width_m=np.where(stated > 0, stated, default),
            road_class=np.array(names, dtype=object),
            level=level + [(0.0, False, False)] * len(railways),
            crossings=np.array([each == "crossings" for each in noding]),
            # No town is mapped in these cases but one, whose roads all say where they are.
            city=np.array(
                [
                    city if isinstance(city, bool) else name not in {"track", "railway"}
                    for city, name in zip(said, names, strict=True)
                ]
            ),
            parcels=parcels,
            parcel_points=shapely.STRtree(shapely.point_on_surface(parcels)),
            water=water,
            green=green,
            faces=faces,
            way_tree=shapely.STRtree(lines),
            parcel_tree=shapely.STRtree(parcels),
            water_tree=shapely.STRtree(water),
            green_tree=shapely.STRtree(green),
            face_tree=shapely.STRtree(faces),
        )

    def half_m(self, piece: Piece) -> float:
        """Return half the width of a piece's road; a duct has none."""
        row = self.row.get(piece.road_id)
        return 0.0 if row is None else float(self.width_m[row]) / 2.0

    def road(self, piece: Piece) -> shapely.LineString:
        """Return the centreline of a piece's road."""
        line: shapely.LineString = self.lines[self.row[piece.road_id]]
        return line

    def half_around_m(self, points: Objects) -> Floats:
        """Return half the width of the widest way that covers each of some points; 0 outside of all."""
        widest_m = float(self.width_m.max(initial=0.0)) / 2.0
        point, near = self.way_tree.query(points, predicate="dwithin", distance=widest_m)
        half = self.width_m[near] / 2.0
        covering = shapely.distance(self.lines[near], points[point]) <= half
        found = np.zeros(len(points))
        np.maximum.at(found, point[covering], half[covering])
        return found


def _plane(grid: Grid, layer: str, zone: MetricZone) -> Objects:
    return project(np.array(grid[layer]["geometry"].to_numpy(), dtype=object), zone)


def median_at(land: Land, point: shapely.Point, half_m: float) -> tuple[Median, float]:
    """Return whether the face around a point is a median, and its width between the centrelines.

    Parameters
    ----------
    land
        The layers.
    point
        Within the face.
    half_m
        The mean of half the widths of the ways beside it.
    """
    rows = land.face_tree.query(point, predicate="within")
    if not len(rows):
        return Median.NO, math.inf
    face = land.faces[rows[0]]
    half, area = face.length / 2.0, face.area
    wide = half / 2.0 - math.sqrt(max(half**2 / 4.0 - area, 0.0)) if half**2 >= 4 * area else math.sqrt(area)
    if len(land.parcel_points.query(face, predicate="contains")):
        return Median.NO, wide
    over = wide - 2.0 * half_m - PARAMETERS.median_width_m
    roundness = 4.0 * math.pi * area / face.length**2
    island = area < PARAMETERS.median_area_m2 and len(face.exterior.coords) >= _SIX_CORNERS
    if over < -_DOUBT_M or (island and roundness > _ROUND + _ROUND_DOUBT):
        return Median.YES, wide
    doubtful = over < _DOUBT_M or (island and roundness > _ROUND - _ROUND_DOUBT)
    return (Median.DOUBTFUL if doubtful else Median.NO), wide


def islands(land: Land, line: shapely.LineString) -> list[shapely.Polygon]:
    """Return the islands of traffic that a line meets: faces that are round, small and no parcel's."""
    found = []
    for face in land.faces[land.face_tree.query(line, predicate="intersects")]:
        roundness = 4.0 * math.pi * face.area / face.length**2
        small = face.area < PARAMETERS.median_area_m2 and len(face.exterior.coords) >= _SIX_CORNERS
        round_ = small and roundness > _ROUND + _ROUND_DOUBT / 2.0
        if round_ and not len(land.parcel_points.query(face, predicate="contains")):
            found.append(face)
    return found


@dataclass(frozen=True)
class Case:
    """A district with its router, a sample of its drawn routes, and its layers in the plane."""

    name: str
    grid: Grid
    corridors: Corridors
    taps: FeederTaps
    router: Router
    load_kva: Floats
    capacity_kva: Floats
    connections: Connections
    rows: Longs
    routes: list[Route]
    land: Land

    def told(self, route: Route) -> str:
        """Return which route it is."""
        parcel, feeder = self.corridors.parcel_ids[route.parcel], self.taps.feeder_ids[route.feeder]
        return f"{self.name}: {parcel} to {feeder}, {route.length_m:.1f} m"


@contextmanager
def filled(run_folder: Path, cluster: Cluster, name: str) -> Iterator[tuple[Engine, Path]]:
    """Give the database of a district and the home of its corridors, which nobody changes.

    It is imported once for all workers of a run, and its corridors are built once.
    """
    database = f"kaimen_{name}"
    with once(run_folder, database) as first:
        url = make_database(cluster, database, TEMPLATE) if first else cluster.url(database)
        engine = open_engine(url)
        if first:
            _fill(name, engine)
    try:
        yield engine, run_folder / name
    finally:
        engine.dispose()


def _fill(name: str, engine: Engine) -> None:
    def bring(layer: str, file: str, **options: Any) -> None:
        import_files(engine, ImportRequest(layer, (CASES / name / file,), **options), _SILENT)

    {"wuhan": _wuhan, "malta": _malta}[name](bring)


def _wuhan(bring: Callable[..., None]) -> None:
    bring("roads", "roads.gpkg", noding="shared")
    bring("parcels", "parcels.gpkg")
    bring("green", "green.geojson")
    bring("feeders", "feeders.shp")
    bring("substations", "substations.geojson", stated={"name": "变电站"})
    bring("access_points", "access_points.csv", crs="gcj02")
    bring("transformers", "transformers.csv", crs="EPSG:4326")
    bring("capacity", "capacity.xlsx")
    bring("capacity", "transformers.csv")


def _malta(bring: Callable[..., None]) -> None:
    bring("osm", "malta-latest.osm.pbf")
    bring("feeders", "feeders.geojson")
    bring("parcels", "parcels.geojson")
    stations_at = {"where": {"role": "secondary"}, "stated": {"kind": "=switching_station"}}
    bring("access_points", "capacity.csv", **stations_at)
    # A row tells of a secondary substation and of the feeder before it.
    bring("capacity", "capacity.csv")
    of_feeders = {"asset": "feeder_id", "limit_a": "rating_a"}
    bring("capacity", "capacity.csv", where={"role": "secondary"}, stated=of_feeders)


def case_of(name: str, engine: Engine, home: Path) -> Case:
    """Return the case of a database: routes for made-up loads and capacities, some of them drawn."""
    grid = read_grid(engine)
    corridors = corridors_of(engine, home, PARAMETERS, QUIET)
    taps = feeder_taps(grid, corridors.graph, PARAMETERS)
    router = Router.of(corridors, taps)
    chance = np.random.default_rng(20261121)
    # Many equal loads and capacities, some unknown, as in lists of a utility.
    load_kva = np.round(chance.uniform(50, 4_000, len(corridors.parcel_ids)), -2)
    capacity_kva = np.round(chance.uniform(0, 6_000, len(taps.feeder_ids)), -2)
    load_kva[chance.random(len(load_kva)) < 0.02] = np.nan
    capacity_kva[chance.random(len(capacity_kva)) < 0.05] = np.nan
    found = router.connections(load_kva, capacity_kva, Search(K, LIMIT_M))
    rows = np.sort(chance.permutation(len(found.parcel))[:_SAMPLE]).astype(np.int64)
    routes = router.drawn_routes(found, rows)
    land = Land.of(grid, corridors.graph.streets.zone)
    return Case(name, grid, corridors, taps, router, load_kva, capacity_kva, found, rows, routes, land)
