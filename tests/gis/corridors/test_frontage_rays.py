"""What is seen from a street, against rays that shapely follows one by one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, Polygon

from gis.corridors.features import features, of_parts
from gis.corridors.frontage import frontage, line_rules, parcel_rules
from gis.corridors.frontage_kernel import Rules
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Kind, Streets
from gis.corridors.stretches import Stretches
from gis.corridors.surroundings import Surroundings, Verges, surroundings

EAST, NORTH = 500_000.0, 3_400_000.0
TOLERANCE_M = 50.0
EXACT_M = 1e-9
MakeStreets = Callable[..., Streets]
Shape = shapely.Geometry | None

stateless = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
seeds = st.integers(0, 2**32 - 1)


def placed(shapes: Sequence[Shape]) -> np.ndarray:
    made = np.empty(len(shapes), dtype=object)
    made[:] = list(shapes)
    return np.asarray(shapely.transform(made, lambda xy: xy + np.array([EAST, NORTH])), dtype=object)


def around_of(streets: Streets, parcels: Sequence[Shape], water: Sequence[Shape]) -> Surroundings:
    exists = np.repeat(np.isin(streets.kind, [Kind.STREET, Kind.DUCT]), 2)
    verges = Verges(np.repeat(streets.width_m / 2, 2), exists, np.ones(len(exists), dtype=bool))
    return surroundings(streets, verges, placed(parcels), placed(water), CorridorParameters())


def rays_hit(
    around: Surroundings, rules: Rules, segment: int, side: int, station: float, owners: Sequence[Shape]
) -> dict[int, float] | None:
    """Depth of every owner seen at a station; None where two things are too near one another to tell."""
    x, y, ux, uy, _ = around.frame[segment]
    half = float(around.half_width_m[segment, side])
    normal = np.array([-uy, ux]) * (1 if side == 0 else -1)
    centre = np.array([x, y]) + np.array([ux, uy]) * station
    end = centre + normal * (half + TOLERANCE_M)

    def hits(shape: shapely.Geometry, begin_m: float) -> list[float]:
        ray = LineString([centre + normal * begin_m, end])
        points = shapely.get_coordinates(shapely.intersection(ray, shape))
        return sorted((points - centre) @ normal)

    def holds(area: shapely.Geometry) -> bool:
        return bool(shapely.contains_xy(area, *(centre + normal * rules.near_m)))

    others = [at for at in np.flatnonzero(around.blocks) if at != segment]
    starts = around.frame[others]
    stops = [[fx + fux * length, fy + fuy * length] for fx, fy, fux, fuy, length in starts]
    roads = [LineString([frame[:2], stop]) for frame, stop in zip(starts, stops, strict=True)]
    depths = list(itertools.chain.from_iterable(hits(road, 0.0) for road in roads))
    walls: dict[int, float] = {-1: min(depths, default=np.inf) - rules.near_m}
    for part in around.water().parts:
        inside = shapely.get_dimensions(part) == 2 and holds(part)
        first = 0.0 if inside else min(hits(shapely.boundary(part), rules.near_m), default=np.inf)
        depths.append(first)
        walls[-1] = min(walls[-1], first - rules.near_m)
    shown: dict[int, float] = {}
    for owner, shape in enumerate(owners):
        for part in shapely.get_parts(shape):
            area = shapely.get_dimensions(part) == 2
            first, second = [
                *hits(shapely.boundary(part) if area else part, rules.near_m if area else 0.0),
                np.inf,
                np.inf,
            ][:2]
            depths += [first, second]
            inside = area and holds(part)
            shown[owner] = min(shown.get(owner, np.inf), 0.0 if inside else first)
            wall = first + rules.near_m
            if inside:
                wall = second + rules.near_m if first <= half else first - rules.near_m
            if rules.opaque:
                walls[owner] = min(walls.get(owner, np.inf), wall)
    finite = np.sort([depth for depth in depths if 0.0 < depth < np.inf])
    if (finite < 0.03).any():
        return None
    if (np.diff(finite) < 0.03).any() or (np.abs(finite - half) < 1e-3).any():
        return None
    return {
        owner: depth
        for owner, depth in shown.items()
        if np.isfinite(depth)
        and depth < walls[-1]
        and all(depth <= wall for other, wall in walls.items() if other not in (owner, -1))
    }


def found_at(found: Stretches, segment: int, side: int, station: float) -> dict[int, float]:
    here = (
        (found.segment == segment)
        & (found.side == side)
        & (found.low_m <= station)
        & (station <= found.high_m)
    )
    some = found.taken(here)
    share = (station - some.low_m) / np.maximum(some.high_m - some.low_m, 1e-12)
    depth = some.low_depth_m + (some.high_depth_m - some.low_depth_m) * share
    assert len(set(some.owner.tolist())) == len(some.owner)
    return dict(zip(some.owner.tolist(), depth.tolist(), strict=True))


def blob(rng: np.random.Generator, size: float) -> shapely.Geometry:
    corners = int(rng.integers(3, 9))
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    radius = rng.uniform(0.3, 1.0, corners) * size
    middle = rng.uniform([-20, -60], [140, 60])
    ring = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    shape = Polygon(ring + middle)
    if rng.random() < 0.3:
        shape = Polygon(shape.exterior, [ring[::-1] * 0.5 + middle]) if shape.is_valid else shape
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)


def network(rng: np.random.Generator, make_streets: MakeStreets) -> Streets:
    lines = []
    for _ in range(int(rng.integers(1, 5))):
        steps = rng.uniform([10, -25], [60, 25], (int(rng.integers(1, 4)), 2))
        turn = rng.uniform(0, 2 * np.pi)
        path = np.cumsum([rng.uniform([-20, -50], [120, 50]), *steps], axis=0)
        about = path[0]
        turned = (path - about) @ np.array(
            [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
        ) + about
        lines.append([tuple(point) for point in turned.tolist()])
    kinds = rng.choice([Kind.STREET, Kind.STREET, Kind.EXPRESSWAY, Kind.RAILWAY, Kind.DUCT], len(lines))
    kinds[0] = Kind.STREET
    streets = make_streets(lines, kinds=kinds, widths=rng.uniform(4, 30, len(lines)))
    return replace(streets, raised=rng.random(len(lines)) < 0.15)


def agree(
    around: Surroundings, rules: Rules, found: Stretches, owners: Sequence[Shape], rng: np.random.Generator
) -> int:
    told = 0
    for segment, side in itertools.product(range(len(around.edge)), (0, 1)):
        for station in rng.uniform(0, around.frame[segment, 4], 4):
            ends = np.concatenate(
                [found.low_m[found.segment == segment], found.high_m[found.segment == segment]]
            )
            expected = rays_hit(around, rules, segment, side, station, owners)
            if expected is None or (np.abs(ends - station) < 1e-5).any():
                continue
            got = found_at(found, segment, side, station)
            if not around.open[segment, side]:
                assert got == {}
                continue
            assert got == pytest.approx(expected, abs=1e-6)
            told += len(expected)
    return told


@stateless
@given(seed=seeds)
def test_parcels_are_seen_as_rays_see_them(seed: int, make_streets: MakeStreets) -> None:
    rng = np.random.default_rng(seed)
    parcels = [blob(rng, 40) for _ in range(int(rng.integers(1, 7)))]
    water = [blob(rng, 30) for _ in range(int(rng.integers(0, 3)))]
    around = around_of(network(rng, make_streets), parcels, water)
    rules = parcel_rules(EXACT_M)
    found = frontage(around, around.around, rules, TOLERANCE_M)
    agree(around, rules, found, list(around.parcels), rng)


def path(rng: np.random.Generator) -> shapely.Geometry:
    steps = rng.normal(0, 25, (int(rng.integers(2, 6)), 2))
    return LineString(rng.uniform([-20, -40], [120, 40]) + np.cumsum(steps, axis=0))


@stateless
@given(seed=seeds)
def test_lines_are_seen_as_rays_see_them(seed: int, make_streets: MakeStreets) -> None:
    rng = np.random.default_rng(seed)
    lines = placed([path(rng) for _ in range(int(rng.integers(1, 4)))])
    water = [blob(rng, 20) for _ in range(int(rng.integers(0, 2)))]
    around = around_of(network(rng, make_streets), [], water)
    own, wet = features(lines, np.arange(len(lines), dtype=np.int32)), around.water()
    things = of_parts(np.concatenate([own.parts, wet.parts]), np.concatenate([own.owner, wet.owner]))
    rules = line_rules(1.0, EXACT_M)
    agree(around, rules, frontage(around, things, rules, TOLERANCE_M), list(lines), rng)


@stateless
@given(seed=seeds)
def test_a_street_turned_round_sees_the_same_from_its_other_side(
    seed: int, make_streets: MakeStreets
) -> None:
    rng = np.random.default_rng(seed)
    parcels, streets = [blob(rng, 40) for _ in range(4)], network(rng, make_streets)
    turned = replace(
        streets, edge_from=streets.edge_to, edge_to=streets.edge_from, x=streets.x.copy(), y=streets.y.copy()
    )
    for begin, end in itertools.pairwise(streets.vertex_start):
        turned.x[begin:end], turned.y[begin:end] = streets.x[begin:end][::-1], streets.y[begin:end][::-1]
    totals = []
    for each in (streets, turned):
        around = around_of(each, parcels, [])
        found = frontage(around, around.around, parcel_rules(EXACT_M), TOLERANCE_M)
        side = found.side if each is streets else 1 - found.side
        key = (found.owner * 100 + around.edge[found.segment]) * 2 + side
        totals.append(np.bincount(key, found.high_m - found.low_m, minlength=2_000))
    assert totals[0] == pytest.approx(totals[1], abs=1e-6)


corners = st.tuples(st.integers(0, 12), st.integers(1, 6), st.integers(-4, 40), st.integers(1, 30)).map(
    lambda c: (c[0], c[0] + c[1], c[2], c[2] + c[3])
)


@stateless
@given(rectangles=st.lists(corners, min_size=1, max_size=6))
def test_rectangles_that_share_borders(
    rectangles: list[tuple[int, int, int, int]], make_streets: MakeStreets
) -> None:
    parcels = [shapely.box(west, south, east, north) for west, east, south, north in rectangles]
    around = around_of(make_streets([[(0.0, 0.0), (20.0, 0.0)]], widths=10.0), parcels, [])
    found = frontage(around, around.around, parcel_rules(EXACT_M), TOLERANCE_M)
    for station in np.arange(0.5, 20):
        here = [
            (at, south, north)
            for at, (west, east, south, north) in enumerate(rectangles)
            if west < station < east and north > 0
        ]
        depth = {at: float(max(south, 0)) for at, south, _ in here}
        wall = {
            at: south + 0.01 if south > 0 else np.inf if north <= 5 else north - 0.01
            for at, south, north in here
        }
        expected = {
            at: depth[at] for at in depth if all(depth[at] <= wall[other] for other in wall if other != at)
        }
        assert found_at(found, 0, 0, station) == pytest.approx(expected, abs=1e-6)
