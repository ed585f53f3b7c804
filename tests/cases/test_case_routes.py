"""Routes of real districts, judged by what they look like on the map, without the graph they come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import pytest
import shapely

from gis.corridors.feeder_taps import TapKind
from gis.metric_zone import project
from gis.routing.paths import Paths, Table
from gis.routing.route import Piece, PieceKind, Route
from gis.routing.search import Search
from gis.routing.sweep import capacity_sweep
from layers.cluster import Cluster
from tests.cases.routes_case import CASES, LIMIT_M, Case, K, case_of, filled
from tests.cases.routes_laid import free_steps_m
from tests.cases.routes_oracle import crossings, on_island, stations, turns
from tests.conftest import Fresh
from tests.shared_demo import copied_demo

AT_M: Final = 0.01
INSIDE_M: Final = 1.0
SHORE_M: Final = 0.5
BESIDE_M: Final = 0.5
EXACT_M: Final = 0.005
ASIDE_M: Final = 1.0
"""An end in the corner of two roads is drawn so far beside where it is measured."""
OWN_M: Final = 10.0
"""A route out of a parcel's own road is drawn so far inside: about as far as the roads there are wide."""
MAIN: Final = ("primary", "secondary")


@pytest.fixture(scope="module", params=["wuhan", "malta", "demo"])
def case(
    request: pytest.FixtureRequest,
    run_folder: Path,
    cluster: Cluster,
    fresh_database: Fresh,
    tmp_path_factory: pytest.TempPathFactory,
) -> Case:
    """Import a district, find routes and draw some."""
    name = request.param
    if name != "demo" and not (CASES / name).is_dir():
        pytest.skip(f"the {name} case is not beside the checkout")
    if name == "demo":
        home = tmp_path_factory.mktemp(name)
        with copied_demo(run_folder, cluster, fresh_database, home) as engine:
            return case_of(name, engine, home)
    with filled(run_folder, cluster, name) as (engine, home):
        return case_of(name, engine, home)


def _joined(parts: list[Paths]) -> Paths:
    """Return what was found for one parcel after the other as one table."""
    columns, sizes, arc, corner = (
        np.concatenate(each, axis=-1)
        for each in zip(
            *((part.table.columns, np.diff(part.start), part.arc, part.corner) for part in parts), strict=True
        )
    )
    return Paths(Table(columns, np.append(0, np.cumsum(sizes)), arc, corner))


def test_all_parcels_at_once_get_what_each_gets_alone(case: Case) -> None:
    router, limit = case.router, round(LIMIT_M * 100)
    for criterion, (index, doors, searcher) in enumerate(
        zip(router.indexes, router.parcels.doors, router.searchers(), strict=True)
    ):
        swept = capacity_sweep(index, doors, case.load_kva, case.capacity_kva, k=K, limit=limit)
        alone = [
            searcher.nearest_feeders(doors, parcel, load, case.capacity_kva, k=K, limit=limit)
            for parcel, load in enumerate(case.load_kva.tolist())
        ]
        local = _joined(alone)
        assert len(swept) > len(case.load_kva) / 3.0
        for name in Table._fields:
            one, other = getattr(swept.table, name), getattr(local.table, name)
            assert np.array_equal(one, other), (case.name, router.criteria[criterion], name)


def test_a_parcel_alone_is_shown_the_connections_of_all(case: Case) -> None:
    found, searchers = case.connections, case.router.searchers()
    for parcel in np.unique(found.parcel[case.rows])[::3].tolist():
        alone = case.router.local_connections(
            searchers, parcel, float(case.load_kva[parcel]), case.capacity_kva, Search(K, LIMIT_M)
        )
        own = found.parcel == parcel
        for name in ("feeder", "tap", "criterion"):
            assert np.array_equal(getattr(alone, name), getattr(found, name)[own])
        assert np.array_equal(alone.measures.rows, found.measures.rows[:, own]), case.corridors.parcel_ids[
            parcel
        ]


def _wide_m(case: Case, *pieces: Piece) -> float:
    return sum(case.land.half_m(piece) for piece in pieces)


def test_lines_are_as_long_as_said(case: Case) -> None:
    """Each corner is drawn at most the roads' half-widths away from where the graph has it."""
    relative, beyond = [], []
    for route in case.routes:
        scale = float(case.land.zone.scale_factor(route.geometry.coords[0][0]))
        gap_m = route.geometry.length / scale - route.length_m
        ends_m = case.land.half_around_m(shapely.get_point(route.geometry, [0, -1])).sum()
        neighbours = list(zip(route.pieces, route.pieces[1:], strict=False))
        if abs(gap_m) > ends_m + sum(_wide_m(case, *pair) for pair in neighbours):
            beyond.append((case.told(route), round(gap_m)))
        if route.length_m > 100.0:
            relative.append(abs(gap_m) / route.length_m)
    assert not beyond, beyond
    assert np.median(relative) < 0.03
    assert np.quantile(relative, 0.95) < 0.12


def test_pieces_are_as_long_as_said(case: Case) -> None:
    beyond = []
    for route in case.routes:
        scale = float(case.land.zone.scale_factor(route.geometry.coords[0][0]))
        for before, piece, after in zip(route.pieces, route.pieces[1:], route.pieces[2:], strict=False):
            gap_m = abs(piece.geometry.length / scale - piece.length_m)
            # The corner where a road is crossed may be that of a third one, which is not walked.
            corners = np.asarray(shapely.points(shapely.get_coordinates(piece.geometry)), dtype=object)
            around = case.land.half_around_m(corners)
            wide_m = max(case.land.half_m(before), case.land.half_m(after), *around) + case.land.half_m(piece)
            if gap_m > 2.0 * wide_m + 1.0:
                beyond.append((case.told(route), piece.kind.value, piece.length_m, round(gap_m)))
    assert len(beyond) <= 0.001 * sum(len(route.pieces) for route in case.routes), beyond


def test_roads_are_crossed_as_often_as_said(case: Case) -> None:
    counts = [(crossings(case.land, route), route) for route in case.routes]
    wrong = [
        (case.told(route), tuple(seen), route.crossing_count)
        for seen, route in counts
        if not seen.least <= route.crossing_count <= seen.most
    ]
    certain = [seen.least == seen.most for seen, _ in counts]
    assert np.mean(certain) > 0.7
    assert len(wrong) <= 0.02 * len(counts), wrong


def test_routes_begin_on_the_red_line(case: Case) -> None:
    wrong = []
    for route in case.routes:
        begin = shapely.get_point(route.geometry, 0)
        parcel = case.land.parcels[route.parcel]
        if shapely.boundary(parcel).distance(begin) <= AT_M:
            continue
        # On a road of the parcel's own the route begins where it leaves the parcel, unless it ends inside.
        on_own = parcel.contains(begin) and case.land.road(route.pieces[0]).distance(begin) <= AT_M
        inside_m = shapely.intersection(route.geometry, parcel).length
        ends_inside = parcel.intersects(shapely.get_point(route.geometry, -1))
        if not on_own or (inside_m > OWN_M and not ends_inside):
            wrong.append((case.told(route), round(inside_m, 1)))
    assert not wrong, wrong


def test_routes_end_at_their_tap(case: Case) -> None:
    zone, taps = case.land.zone, case.taps
    points = case.grid["access_points"]
    place = dict(zip(points["id"], project(np.array(points["geometry"], dtype=object), zone), strict=True))
    owner = dict(zip(points["id"], points["feeder_id"], strict=True))
    lines = project(np.array(case.grid["feeders"]["geometry"], dtype=object), zone)
    wrong = []
    for row, route in zip(case.rows, case.routes, strict=True):
        tap = int(case.connections.tap[row])
        end = shapely.get_point(route.geometry, -1)
        target = lines[route.feeder]
        if taps.kind[tap] == TapKind.ACCESS_POINT:
            target = place[taps.access_point_ids[tap]]
            assert owner[taps.access_point_ids[tap]] == taps.feeder_ids[route.feeder]
        if end.distance(target) > AT_M:
            wrong.append((case.told(route), TapKind(taps.kind[tap]).name, round(end.distance(target), 2)))
    assert not wrong, wrong


def _piece_at(route: Route, part: shapely.Geometry) -> Piece:
    at = route.geometry.project(shapely.point_on_surface(part))
    found = [piece for begin, end, piece in stations(route) if begin - AT_M <= at <= end + AT_M]
    return found[0]


def _road_runs(case: Case, piece: Piece, polygon: shapely.Geometry, part: shapely.Geometry) -> bool:
    """Return whether the road of a piece itself runs through a polygon beside a part of the route."""
    if piece.road_id not in case.land.row:
        return False
    inside = shapely.intersection(case.land.road(piece), polygon)
    return not inside.is_empty and inside.distance(part) <= 2.0 * case.land.half_m(piece) + INSIDE_M


def test_routes_run_through_no_other_parcel(case: Case) -> None:
    """A tap line may, as access points stand on parcels, and so may a duct that is there already."""
    land, wrong = case.land, []
    for route in case.routes:
        own = land.parcels[route.parcel]
        for row in land.parcel_tree.query(route.geometry, predicate="intersects"):
            if row == route.parcel:
                continue
            inner = shapely.intersection(route.geometry, shapely.buffer(land.parcels[row], -INSIDE_M))
            for part in shapely.get_parts(inner):
                if part.is_empty:
                    continue
                piece = _piece_at(route, part)
                overlapping = piece.kind == PieceKind.ENTRY and shapely.intersects(own, land.parcels[row])
                if piece.kind in {PieceKind.TAP, PieceKind.DUCT} or overlapping:
                    continue
                if not _road_runs(case, piece, land.parcels[row], part):
                    wrong.append((case.told(route), case.corridors.parcel_ids[row], piece.kind.value))
    assert not wrong, wrong


def test_routes_run_through_no_water(case: Case) -> None:
    land, wrong = case.land, []
    for route in case.routes:
        for row in land.water_tree.query(route.geometry, predicate="intersects"):
            wet = shapely.intersection(route.geometry, shapely.buffer(land.water[row], -SHORE_M))
            for part in shapely.get_parts(wet):
                piece = None if part.is_empty else _piece_at(route, part)
                if piece is not None and not _road_runs(case, piece, land.water[row], part):
                    wrong.append((case.told(route), piece.kind.value, round(part.length, 1)))
    assert not wrong, wrong


def test_no_route_is_shorter_than_the_straight_line(case: Case) -> None:
    """But by the steps that the graph makes at crossings and corners (``tests.cases.routes_laid``)."""
    wrong, shorter = [], 0
    for route, steps_m in zip(case.routes, free_steps_m(case), strict=True):
        ends = [shapely.get_point(route.geometry, at) for at in (0, -1)]
        scale = float(case.land.zone.scale_factor(ends[0].x))
        free_m = case.land.half_around_m(np.array(ends)).sum()
        short_m = ends[0].distance(ends[1]) / scale - route.length_m - free_m - ASIDE_M
        shorter += short_m > 0.0
        if short_m > steps_m / scale + EXACT_M * len(route.pieces):
            wrong.append((case.told(route), round(short_m, 1), round(steps_m, 1)))
    assert not wrong, wrong
    assert shorter <= 0.01 * len(case.routes)


def test_pieces_are_in_order_and_add_up(case: Case) -> None:
    between = {PieceKind.VERGE, PieceKind.CROSSING, PieceKind.DUCT}
    for route in case.routes:
        kinds = [piece.kind for piece in route.pieces]
        assert (kinds[0], kinds[-1]) == (PieceKind.ENTRY, PieceKind.TAP), case.told(route)
        assert set(kinds[1:-1]) <= between, case.told(route)
        lengths = [piece.length_m for piece in route.pieces]
        assert min(lengths) >= 0.0
        assert sum(lengths) == pytest.approx(route.length_m, abs=EXACT_M), case.told(route)
        drawn = sum(piece.geometry.length for piece in route.pieces)
        assert drawn == pytest.approx(route.geometry.length, abs=0.011), case.told(route)


def _beside(case: Case, route: Route, at: int) -> bool:
    """Return whether a verge is drawn beside its road; near corners the neighbours' widths count as well."""
    piece, land = route.pieces[at], case.land
    road, half_m = land.road(piece), land.half_m(piece)
    around_m = max(half_m, land.half_m(route.pieces[at - 1]), land.half_m(route.pieces[at + 1]))
    length = piece.geometry.length
    along = np.arange(2.0 * around_m, length - 2.0 * around_m, 1.0)
    points = shapely.line_interpolate_point(piece.geometry, along)
    far = points[shapely.distance(points, road) > half_m + BESIDE_M]
    # At the outside of a bend the line is led around the vertex.
    nearest = shapely.get_point(shapely.shortest_line(road, far), 0)
    vertices = shapely.multipoints(shapely.get_coordinates(road))
    return bool((shapely.distance(nearest, vertices) <= AT_M).all())


def test_verges_lie_beside_their_roads(case: Case) -> None:
    verges = [
        (route, at)
        for route in case.routes
        for at, piece in enumerate(route.pieces)
        if piece.kind == PieceKind.VERGE and piece.geometry.length
    ]
    wrong = [
        (case.told(route), route.pieces[at].road_id) for route, at in verges if not _beside(case, route, at)
    ]
    assert len(wrong) <= 0.001 * len(verges), wrong


def _sum_m(route: Route, kinds: set[PieceKind], chosen: Callable[[Piece], bool]) -> float:
    return sum(piece.length_m for piece in route.pieces if piece.kind in kinds and chosen(piece))


def test_measures_are_those_of_the_pieces(case: Case) -> None:
    land = case.land

    def main(piece: Piece) -> bool:
        return bool(land.road_class[land.row[piece.road_id]] in MAIN)

    def city(piece: Piece) -> bool:
        return bool(land.city[land.row[piece.road_id]])

    for route in case.routes:
        crossing, verge = {PieceKind.CROSSING}, {PieceKind.VERGE}
        exact = {
            "crossing_m": _sum_m(route, crossing, lambda _: True),
            "along_main_road_m": _sum_m(route, verge, main),
            "city_road_crossing_m": _sum_m(route, crossing, city),
        }
        for name, value in exact.items():
            assert getattr(route, name) == pytest.approx(value, abs=EXACT_M), (case.told(route), name)
        assert (route.crossing_count > 0) == (route.crossing_m > 0.0), case.told(route)
        dug_m = _sum_m(route, crossing | verge, city)
        assert route.excavation_m <= dug_m + EXACT_M, case.told(route)
        if route.green_m == 0.0 and not len(case.grid["ducts"]):
            assert route.excavation_m == pytest.approx(dug_m, abs=EXACT_M), case.told(route)


def test_green_is_what_the_line_runs_through(case: Case) -> None:
    """Of a piece that is drawn longer or shorter than it is measured, the same share is green."""
    gaps, wrong = [], []
    for route in case.routes:
        green = shapely.union_all(case.land.green[case.land.green_tree.query(route.geometry)])
        green_m = sum(
            shapely.intersection(piece.geometry, green).length / piece.geometry.length * piece.length_m
            for piece in route.pieces
            if piece.geometry.length
        )
        if green_m or route.green_m:
            gaps.append(abs(green_m - route.green_m))
            if gaps[-1] > max(10.0, 0.1 * green_m):
                wrong.append((case.told(route), round(green_m, 1), route.green_m))
    assert gaps
    assert not wrong, wrong


def test_no_cable_lies_on_an_island(case: Case) -> None:
    wrong = [
        (case.told(route), round(length_m, 1))
        for route in case.routes
        for piece in route.pieces
        if piece.kind == PieceKind.VERGE and (length_m := on_island(case.land, piece.geometry)) > INSIDE_M
    ]
    assert not wrong, wrong


def test_no_cable_turns_back(case: Case) -> None:
    """No line engineer leads a cable out and back along itself."""
    wrong = [
        (case.told(route), [round(at) for at in back])
        for route in case.routes
        if (back := turns(route.geometry, least_deg=160.0, least_m=INSIDE_M))
    ]
    assert len(wrong) <= 0.01 * len(case.routes), wrong
