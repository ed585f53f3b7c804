"""What holds for noding whatever the roads: against the union of shapely, and in any order."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis.corridors.noding import noded_streets
from gis.corridors.noding_places import coincident_places
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Streets
from gis.metric_zone import zone_from_epsg
from gis.network.model import Grid

ZONE = zone_from_epsg(4547, 30.5)
EAST, NORTH = 500_000.0, 3_375_000.0
SPACING_M = 100.0
"""On a lattice of so many metres no two crossings of lines are nearer than the tolerances."""

Point = tuple[float, float]

corners = st.tuples(st.integers(0, 4), st.integers(0, 4))
straight = st.lists(st.lists(corners, min_size=2, max_size=2, unique=True), min_size=1, max_size=7)
bent = st.lists(st.lists(corners, min_size=2, max_size=5, unique=True), min_size=1, max_size=5)
steady = settings(max_examples=100, deadline=None)


def lattice(paths: list[list[tuple[int, int]]]) -> list[shapely.LineString]:
    return [shapely.LineString(np.array(path) * SPACING_M) for path in paths]


def noded(lines: list[shapely.LineString], noding: str = "crossings") -> Streets:
    degrees = shapely.transform(
        np.array(lines), lambda xy: np.stack(ZONE.to_wgs84(xy[:, 0] + EAST, xy[:, 1] + NORTH), axis=1)
    )
    columns = {"id": [str(number) for number in range(len(lines))], "noding": noding}
    frame = gpd.GeoDataFrame(columns, geometry=degrees, crs="EPSG:4326")
    return noded_streets(Grid({"roads": frame}), CorridorParameters())


def drawn(streets: Streets) -> list[shapely.LineString]:
    points = np.stack([streets.x - EAST, streets.y - NORTH], axis=1)
    owner = np.repeat(np.arange(streets.edges), np.diff(streets.vertex_start))
    lines: list[shapely.LineString] = np.asarray(shapely.linestrings(points, indices=owner)).tolist()
    return lines


def wkb(lines: list[shapely.LineString]) -> list[bytes]:
    rounded = shapely.transform(np.array(lines), lambda xy: np.round(xy, 3) + 0.0)
    return sorted(shapely.to_wkb(shapely.normalize(rounded)).tolist())


def nodes(streets: Streets) -> set[Point]:
    east, north = np.round(streets.node_x - EAST, 3) + 0.0, np.round(streets.node_y - NORTH, 3) + 0.0
    return set(zip(east.tolist(), north.tolist(), strict=True))


def steps(lines: list[shapely.LineString]) -> Counter[frozenset[Point]]:
    """Return how often there is a segment between two points."""
    found: Counter[frozenset[Point]] = Counter()
    for line in lines:
        points = [tuple((np.round(point, 3) + 0.0).tolist()) for point in line.coords]
        found.update(frozenset(pair) for pair in pairwise(points))
    return found


@given(straight)
@steady
def test_straight_roads_are_the_lines_of_their_union(paths: list[list[tuple[int, int]]]) -> None:
    lines = lattice(paths)
    union = shapely.get_parts(shapely.union_all(lines))
    found = drawn(noded(lines))
    assert wkb(found) == wkb(list(union))
    assert np.isclose(shapely.length(found).sum(), shapely.length(union).sum())


@given(bent)
@steady
def test_bent_roads_have_the_segments_of_their_union_and_nodes_where_they_meet(
    paths: list[list[tuple[int, int]]],
) -> None:
    lines = lattice(paths)
    assume(all(np.isclose(shapely.union_all([line]).length, line.length) for line in lines))
    streets = noded(lines)
    expected = steps(list(shapely.get_parts(shapely.union_all(lines))))
    assert steps(drawn(streets)) == expected
    meeting = Counter(point for pair in expected for point in pair)
    ends = {line.coords[at] for line in lines for at in (0, -1)}
    assert nodes(streets) == {point for point, count in meeting.items() if count != 2} | ends


@given(bent, st.randoms(use_true_random=False), st.sampled_from(["crossings", "shared"]))
@steady
def test_the_order_and_the_direction_of_roads_do_not_matter(
    paths: list[list[tuple[int, int]]], random: np.random.Generator, noding: str
) -> None:
    lines = lattice(paths)
    mixed = [line.reverse() if random.random() < 0.5 else line for line in lines]
    random.shuffle(mixed)
    one, other = noded(lines, noding), noded(mixed, noding)
    assert nodes(one) == nodes(other)
    assert wkb(drawn(one)) == wkb(drawn(other))


@given(
    st.lists(st.tuples(st.integers(-60, 60), st.integers(-60, 60)), max_size=40),
    st.floats(-1e6, 4e6),
    st.sampled_from([0.0, 0.002, 0.01, 0.5]),
)
@steady
def test_places_are_the_clusters_that_steps_of_the_tolerance_join(
    offsets: list[tuple[int, int]], origin: float, tolerance_m: float
) -> None:
    # A quarter more than a whole number of millimetres is never near a tolerance.
    points = np.array(offsets, dtype=float).reshape(-1, 2) * 0.00325 + origin
    places = coincident_places(points[:, 0], points[:, 1], tolerance_m)
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    reach = apart <= tolerance_m
    for _ in range(6):
        reach = reach @ reach
    assert np.array_equal(reach, places.place[:, None] == places.place[None])
    for number in range(places.count):
        members = sorted(map(tuple, points[places.place == number].tolist()))
        assert members[0] == (places.x[number], places.y[number])
