"""Small towns with everything a route needs, in a plane whose scale is as good as 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from gis.corridors.attachments import Access, Attachments
from gis.corridors.corners import Surrounding, corner_graph
from gis.corridors.coverage import Coverage, Overlays, coverage
from gis.corridors.coverage_places import place_measures
from gis.corridors.drawn_clear import cleared_offsets
from gis.corridors.drawn_offsets import draw_offsets
from gis.corridors.graph import CornerGraph
from gis.corridors.parameters import CorridorParameters
from gis.corridors.places import places
from gis.corridors.streets import ROAD_CLASSES, Floats, Kind, Streets
from gis.metric_zone import zone_from_epsg
from gis.routing.criteria import Criterion, costs, positions
from gis.routing.doors import index_entries
from gis.routing.draw import Sheet, routes
from gis.routing.draw_plan import draw_plan
from gis.routing.measure import Anchors, Measures, measures
from gis.routing.paths import Paths
from gis.routing.route import Route
from gis.routing.sweep import capacity_sweep
from gis.routing.taps import index_taps

EAST, NORTH = 500_000.0, 3_400_000.0

Line = Sequence[tuple[float, float]]
Stretch = tuple[int, int, int, float, float, float, float]
"""Edge, its segment, side, low and high station, low and high depth."""


@dataclass(frozen=True)
class Town:
    """A graph with owners at both ends, and what routes between them."""

    graph: CornerGraph
    offset_m: Floats
    overlays: Overlays
    coverage: Coverage
    parcels: Attachments
    feeders: Attachments
    land: NDArray[np.object_]

    def anchors(self, owners: Attachments, criterion: Criterion) -> Anchors:
        at = places(self.graph, owners)
        ways = place_measures(self.graph, self.overlays, owners, at)
        return Anchors(owners, at, ways, positions(self.graph, self.coverage, at, criterion))

    def ends(self, criterion: Criterion = Criterion.SHORTEST) -> tuple[Anchors, Anchors]:
        return self.anchors(self.parcels, criterion), self.anchors(self.feeders, criterion)

    def paths(self, criterion: Criterion = Criterion.SHORTEST, k: int = 3, limit: int = 500_000) -> Paths:
        entries, taps = self.ends(criterion)
        ready = index_taps(costs(self.graph, self.coverage, criterion), taps.positions)
        doors = index_entries(ready, entries.positions)
        loads, open_kva = np.ones(self.parcels.owners), np.full(self.feeders.owners, 10.0)
        return capacity_sweep(ready, doors, loads, open_kva, k=k, limit=limit)

    def measures(self, criterion: Criterion = Criterion.SHORTEST) -> tuple[Paths, Measures]:
        paths = self.paths(criterion)
        return paths, measures(self.graph, self.coverage, *self.ends(criterion), paths)

    def routes(self, criterion: Criterion = Criterion.SHORTEST) -> list[Route]:
        paths, measured = self.measures(criterion)
        plan = draw_plan(self.graph, self.offset_m)
        sheet = Sheet(self.graph, plan, *self.ends(criterion))
        return routes(sheet, paths, measured, np.arange(len(paths)))

    def centrelines(self) -> NDArray[np.object_]:
        streets = self.graph.streets
        owner = np.repeat(np.arange(streets.edges), np.diff(streets.vertex_start))
        lines = shapely.linestrings(streets.x, streets.y, indices=owner)
        return np.asarray(lines, dtype=object)


MakeTown = Callable[..., Town]


def _streets(lines: Sequence[Line], fields: dict[str, Any]) -> Streets:
    """Lines that meet at their ends only, metres from the origin of the tests."""
    count = len(lines)
    numbers: dict[tuple[float, float], int] = {}
    ends = [[numbers.setdefault(line[at], len(numbers)) for at in (0, -1)] for line in lines]
    vertices = np.array([point for line in lines for point in line], dtype=float).reshape(-1, 2)
    nodes = np.array(list(numbers), dtype=float).reshape(-1, 2)
    classes = np.broadcast_to(np.asarray(fields.get("classes", "local")), count)
    road = np.asarray(fields.get("road", np.arange(count)), dtype=np.int32)
    return Streets(
        zone=zone_from_epsg(4547, 30.7),
        node_x=nodes[:, 0] + EAST,
        node_y=nodes[:, 1] + NORTH,
        edge_from=np.array([end[0] for end in ends], dtype=np.int32),
        edge_to=np.array([end[1] for end in ends], dtype=np.int32),
        vertex_start=np.cumsum([0, *(len(line) for line in lines)]).astype(np.int64),
        x=vertices[:, 0] + EAST,
        y=vertices[:, 1] + NORTH,
        kind=np.broadcast_to(np.asarray(fields.get("kinds", Kind.STREET), dtype=np.int8), count).copy(),
        road_class=np.array([ROAD_CLASSES.index(str(name)) for name in classes], dtype=np.int8),
        width_m=np.broadcast_to(np.asarray(fields.get("widths", 10.0), dtype=float), count).copy(),
        width_assumed=np.broadcast_to(np.asarray(fields.get("assumed", False)), count).copy(),
        city=np.broadcast_to(np.asarray(fields.get("city", -1), dtype=np.int8), count).copy(),
        raised=np.zeros(count, dtype=bool),
        road=road,
        road_ids=np.array([f"road-{at}" for at in range(road.max() + 1)], dtype=object),
        road_names=np.array([None, *(f"{at}路" for at in range(1, road.max() + 1))], dtype=object),
    )


def _attachments(
    streets: Streets, owners: Sequence[Sequence[Stretch]], fields: dict[str, Any]
) -> Attachments:
    rows = [row for owner in owners for row in owner]
    edge, of_edge, side = (np.array([row[at] for row in rows], dtype=np.int64) for at in range(3))
    low, high, low_depth, high_depth = (
        np.array([row[at] for row in rows], dtype=float) for at in range(3, 7)
    )
    vertex = streets.vertex_start[edge] + of_edge
    ux, uy = streets.x[vertex + 1] - streets.x[vertex], streets.y[vertex + 1] - streets.y[vertex]
    length = np.hypot(ux, uy)
    ux, uy = ux / length, uy / length
    nx, ny = np.where(side == 0, -uy, uy), np.where(side == 0, ux, -ux)
    x, y = streets.x[vertex], streets.y[vertex]
    access = fields.get("access", [Access.FRONTAGE if owner else Access.NONE for owner in owners])
    return Attachments(
        start=np.cumsum([0, *(len(owner) for owner in owners)]).astype(np.int32),
        access=np.array(access, dtype=np.int8),
        edge=edge.astype(np.int32),
        segment=(vertex - edge).astype(np.int32),
        side=side.astype(np.int8),
        low_m=low,
        high_m=high,
        low_depth_m=low_depth,
        high_depth_m=high_depth,
        low_x=x + ux * low + nx * low_depth,
        low_y=y + uy * low + ny * low_depth,
        high_x=x + ux * high + nx * high_depth,
        high_y=y + uy * high + ny * high_depth,
        either_side=np.broadcast_to(np.asarray(fields.get("either_side", False)), len(rows)).copy(),
    )


def _layer(geometry: Sequence[shapely.Geometry]) -> NDArray[np.object_]:
    moved = np.empty(len(geometry), dtype=object)
    moved[:] = [shapely.transform(each, lambda xy: xy + np.array([EAST, NORTH])) for each in geometry]
    return moved


def town_of(
    lines: Sequence[Line],
    parcels: Sequence[Sequence[Stretch]],
    feeders: Sequence[Sequence[Stretch]],
    land: Sequence[shapely.Geometry] = (),
    **fields: Any,
) -> Town:
    """Return a town: lines and overlays in metres from the origin of the tests."""
    streets = _streets(lines, fields)
    ground = _layer(land)
    points = shapely.get_coordinates(shapely.point_on_surface(ground)).reshape(-1, 2)
    graph = corner_graph(streets, Surrounding(points, np.empty(0, dtype=object)), CorridorParameters())
    names = ("green", "infrastructure", "ducts", "city_area")
    overlays = Overlays(*(_layer(fields.get(name, ())) for name in names))
    offset_m = cleared_offsets(graph, draw_offsets(graph, ground), ground)
    return Town(
        graph=graph,
        offset_m=offset_m,
        overlays=overlays,
        coverage=coverage(graph, offset_m, overlays, CorridorParameters()),
        parcels=_attachments(streets, parcels, fields.get("parcel_fields", {})),
        feeders=_attachments(streets, feeders, fields.get("feeder_fields", {})),
        land=ground,
    )


@pytest.fixture
def make_town() -> MakeTown:
    return town_of


def random_town(seed: int, *, bent: bool = True, inset_m: float = 0.0) -> Town:
    """Return a town of skewed blocks with roads of all widths, and overlays of every kind at random places.

    With an inset every block is a parcel that ends so far from the centrelines, however wide the roads are.
    """
    dice = np.random.default_rng(seed)
    size = 4
    at = np.stack(np.meshgrid(np.arange(size), np.arange(size), indexing="ij"), axis=-1) * 120.0
    at = at + dice.uniform(-25.0, 25.0, at.shape)
    lines: list[list[tuple[float, float]]] = []
    for i in range(size):
        for j in range(size):
            for step in ((i + 1, j), (i, j + 1)):
                if max(step) < size and dice.random() > 0.1:
                    ends = [tuple(at[i, j].tolist()), tuple(at[step].tolist())]
                    middle = tuple(((at[i, j] + at[step]) / 2.0 + dice.uniform(-12.0, 12.0, 2)).tolist())
                    lines.append([ends[0], middle, ends[1]] if bent and dice.random() < 0.5 else ends)
    count = len(lines)

    def owner(deep: float) -> list[Stretch]:
        edge = int(dice.integers(count))
        part = int(dice.integers(len(lines[edge]) - 1))
        length = float(np.hypot(*np.subtract(lines[edge][part + 1], lines[edge][part])))
        # Nobody fronts a road in the middle of a junction.
        low, high = (
            np.sort(dice.uniform(min(25.0, length / 2.0), max(length - 25.0, length / 2.0), 2))
            .round(2)
            .tolist()
        )
        depths = dice.uniform(0.0, deep, 2).round(2).tolist()
        side = int(dice.integers(2))
        return [(edge, part, side, low, high, depths[0], depths[1])]

    def blobs(number: int) -> list[shapely.Geometry]:
        return [
            shapely.Point(*dice.uniform(-40.0, 400.0, 2)).buffer(dice.uniform(5.0, 60.0))
            for _ in range(number)
        ]

    blocks: list[shapely.Geometry] = []
    if inset_m:
        network = shapely.multilinestrings([shapely.LineString(line) for line in lines])
        blocks = list(
            shapely.buffer(shapely.get_parts(shapely.polygonize([network])), -inset_m, join_style="mitre")
        )
    return town_of(
        lines,
        [owner(40.0) for _ in range(8)],
        [owner(20.0) for _ in range(3)],
        blocks,
        widths=dice.choice([4.0, 8.0, 12.0, 20.0, 30.0], count),
        classes=dice.choice(["primary", "secondary", "tertiary", "local", "track"], count),
        city=dice.choice([-1, 0, 1], count),
        road=dice.integers(0, 6, count),
        assumed=dice.random(count) < 0.2,
        green=blobs(5),
        infrastructure=[*blobs(2), shapely.LineString(dice.uniform(0.0, 360.0, (3, 2)))],
        ducts=[shapely.LineString(dice.uniform(0.0, 360.0, (4, 2))) for _ in range(3)],
        city_area=blobs(3),
    )


@pytest.fixture
def make_random_town() -> Callable[..., Town]:
    return random_town
