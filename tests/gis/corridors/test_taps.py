"""Where access points and overhead lines are tapped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiLineString, Point, box

from gis.corridors.attachments import Access, Attachments
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Kind, Streets
from gis.corridors.surroundings import Surroundings, Verges, surroundings
from gis.corridors.taps import access_point_taps, line_taps

EAST, NORTH = 500_000.0, 3_400_000.0
MakeStreets = Callable[..., Streets]
Shape = shapely.Geometry | None
Way = tuple[int, int, float, float, float, float, bool]

STREET = [(0.0, 0.0), (100.0, 0.0)]


def placed(shapes: Sequence[Shape]) -> np.ndarray:
    made = np.empty(len(shapes), dtype=object)
    made[:] = list(shapes)
    return np.asarray(shapely.transform(made, lambda xy: xy + np.array([EAST, NORTH])), dtype=object)


def around_of(
    streets: Streets, water: Sequence[Shape] = (), parcels: Sequence[Shape] = (), median: Sequence[int] = ()
) -> Surroundings:
    exists = np.repeat(np.isin(streets.kind, [Kind.STREET, Kind.DUCT]), 2)
    exists[list(median)] = False
    verges = Verges(np.repeat(streets.width_m / 2, 2), exists, np.ones(len(exists), dtype=bool))
    return surroundings(streets, verges, placed(parcels), placed(water), CorridorParameters())


def ways(taps: Attachments, owner: int = 0) -> list[Way]:
    rows = slice(taps.start[owner], taps.start[owner + 1])
    columns = (taps.edge, taps.side, taps.low_m, taps.high_m, taps.low_depth_m, taps.high_depth_m)
    rounded = [np.round(column[rows], 3).tolist() for column in columns]
    return list(zip(*rounded, taps.either_side[rows].tolist(), strict=True))


def tapped(around: Surroundings, x: float, y: float) -> tuple[Access, list[Way]]:
    taps = access_point_taps(around, placed([Point(x, y)]))
    return Access(taps.access[0]), ways(taps)


# Access points


@pytest.mark.parametrize(("y", "side"), [(12.0, 0), (-12.0, 1), (3.0, 0), (-3.0, 1)])
def test_an_access_point_beside_or_in_the_road(make_streets: MakeStreets, y: float, side: int) -> None:
    access, [way] = tapped(around_of(make_streets([STREET])), 40, y)
    assert access == Access.FRONTAGE
    assert way == (0, side, 40.0, 40.0, abs(y), abs(y), False)


@pytest.mark.parametrize("y", [0.0, 0.9, -0.9])
def test_the_side_of_a_point_on_the_centreline_is_unknown(make_streets: MakeStreets, y: float) -> None:
    _, [way] = tapped(around_of(make_streets([STREET])), 40, y)
    assert way[-1]
    assert way[1] == int(y < 0)


def test_the_side_is_known_where_there_is_only_one_verge(make_streets: MakeStreets) -> None:
    _, [way] = tapped(around_of(make_streets([STREET]), median=[0]), 40, 0.5)
    assert (way[1], way[-1]) == (1, False)


@pytest.mark.parametrize(("y", "access"), [(54.9, Access.FRONTAGE), (55.1, Access.NONE)])
def test_the_tolerance_is_measured_from_the_verge(
    make_streets: MakeStreets, y: float, access: Access
) -> None:
    assert tapped(around_of(make_streets([STREET])), 40, y)[0] == access


def test_the_nearest_verge_is_not_always_on_the_nearest_centreline(make_streets: MakeStreets) -> None:
    streets = make_streets([STREET, [(0.0, 50.0), (100.0, 50.0)]], widths=[8.0, 40.0])
    assert tapped(around_of(streets), 40, 23)[1][0][:2] == (1, 1)


def test_within_two_roads_the_nearer_centreline_counts_then_the_first_edge(make_streets: MakeStreets) -> None:
    streets = make_streets([STREET, [(0.0, 10.0), (100.0, 10.0)]], widths=40.0)
    assert tapped(around_of(streets), 40, 6)[1][0][0] == 1
    assert tapped(around_of(streets), 40, 4)[1][0][0] == 0
    assert tapped(around_of(streets), 40, 5)[1][0][0] == 0


def test_beyond_the_end_of_a_street(make_streets: MakeStreets) -> None:
    around = around_of(make_streets([STREET]))
    assert tapped(around, 110, 5)[1] == [(0, 0, 100.0, 100.0, 11.18, 11.18, False)]
    assert tapped(around, -10, -5)[1] == [(0, 1, 0.0, 0.0, 11.18, 11.18, False)]
    assert tapped(around, 110, 0)[1] == [(0, 0, 100.0, 100.0, 10.0, 10.0, False)]


def test_a_point_in_the_corner_of_a_junction_keeps_its_corner(make_streets: MakeStreets) -> None:
    # Outside an obtuse corner all arms are nearest at the junction itself.
    middle = (0.0, 0.0)
    streets = make_streets([[middle, (0.0, 90.0)], [(-90.0, 9.0), middle], [middle, (90.0, 9.0)]])
    for x in (-1.0, 1.0):
        [(edge, side, *_)] = tapped(around_of(streets), x, -20)[1]
        assert (edge, side) in {(1, 1), (2, 1)}


@pytest.mark.parametrize("kind", [Kind.RAILWAY, Kind.EXPRESSWAY, Kind.DUCT])
def test_what_lies_between_a_point_and_the_street(make_streets: MakeStreets, kind: Kind) -> None:
    streets = make_streets([STREET, [(-900.0, 10.0), (900.0, 10.0)]], kinds=[Kind.STREET, kind])
    access, found = tapped(around_of(streets), 40, 20)
    assert (access, [way[0] for way in found]) == (
        (Access.FRONTAGE, [1]) if kind == Kind.DUCT else (Access.BARRIER, [])
    )


def test_water_blocks_and_parcels_do_not(make_streets: MakeStreets) -> None:
    streets, between = make_streets([STREET]), box(-900, 8, 900, 12)
    assert tapped(around_of(streets, water=[between]), 40, 20)[0] == Access.BARRIER
    assert tapped(around_of(streets, parcels=[between]), 40, 20)[0] == Access.FRONTAGE


def test_a_bridge_is_not_tapped(make_streets: MakeStreets) -> None:
    streets = replace(make_streets([STREET]), raised=np.array([True]))
    assert tapped(around_of(streets), 40, 20)[0] == Access.NONE


def test_points_without_a_place_keep_their_row(make_streets: MakeStreets) -> None:
    points = placed([None, Point(40, 9), Point(), Point(np.inf, 9)])
    taps = access_point_taps(around_of(make_streets([STREET])), points)
    assert taps.start.tolist() == [0, 0, 1, 1, 1]
    assert taps.access.tolist() == [Access.NONE, Access.FRONTAGE, Access.NONE, Access.NONE]
    assert access_point_taps(around_of(make_streets([STREET])), placed([])).owners == 0


# Overhead lines


def lines_on(around: Surroundings, *lines: Shape) -> Attachments:
    return line_taps(around, placed(lines))


def test_a_line_beside_a_street(make_streets: MakeStreets) -> None:
    taps = lines_on(around_of(make_streets([STREET])), LineString([(-20, 8), (60, 8), (80, 28), (80, 200)]))
    assert taps.access.tolist() == [Access.FRONTAGE]
    along, away, *steep = ways(taps)
    assert along == (0, 0, 0.0, 60.0, 8.0, 8.0, False)
    assert away == (0, 0, 60.0, 80.0, 8.0, 28.0, False)
    assert all(way[3] - way[2] < 0.01 and way[4] == pytest.approx(28) for way in steep)


@pytest.mark.parametrize("y", [0.0, 1e-9, -1e-9, 0.8, -0.8])
def test_a_line_on_the_centreline_lies_on_either_side(make_streets: MakeStreets, y: float) -> None:
    [way] = ways(lines_on(around_of(make_streets([STREET])), LineString([(10, y), (90, y)])))
    assert way == (0, int(y < -1e-6), 10.0, 90.0, round(abs(y), 3), round(abs(y), 3), True)


def test_a_line_on_the_centreline_of_a_carriageway_has_its_one_verge(make_streets: MakeStreets) -> None:
    around = around_of(make_streets([STREET]), median=[0])
    [way] = ways(lines_on(around, LineString([(10, 0.5), (90, 0.5)])))
    assert way == (0, 1, 10.0, 90.0, 0.5, 0.5, False)


def test_a_line_that_leaves_the_centreline(make_streets: MakeStreets) -> None:
    found = ways(lines_on(around_of(make_streets([STREET])), LineString([(0, 0), (100, 10)])))
    assert found == [(0, 0, 0.0, 10.0, 0.0, 1.0, True), (0, 0, 10.0, 100.0, 1.0, 10.0, False)]


@pytest.mark.parametrize("lean", [0.0, 0.001, 0.3])
def test_a_line_across_a_street_is_tapped_where_it_crosses(make_streets: MakeStreets, lean: float) -> None:
    line = LineString([(40 - lean, -300), (40 + lean, 300)])
    found = ways(lines_on(around_of(make_streets([STREET])), line))
    assert any(way[-1] and way[4] == pytest.approx(0, abs=0.5) for way in found)
    assert all(abs(way[2] - 40) < 1 for way in found)


def test_lines_on_the_same_poles_do_not_hide_one_another(make_streets: MakeStreets) -> None:
    line, farther = LineString([(0, 8), (100, 8)]), LineString([(0, 12), (100, 12)])
    taps = lines_on(around_of(make_streets([STREET])), line, line, farther)
    assert ways(taps, 0) == ways(taps, 1) == [(0, 0, 0.0, 100.0, 8.0, 8.0, False)]
    assert ways(taps, 2) == [(0, 0, 0.0, 100.0, 12.0, 12.0, False)]


def test_of_a_line_in_parts_the_nearest_counts(make_streets: MakeStreets) -> None:
    parts = MultiLineString([[(0, 20), (100, 20)], [(30, 30), (30, 31)], [(50, 5), (100, 35)]])
    found = ways(lines_on(around_of(make_streets([STREET])), parts))
    assert found == [
        (0, 0, 0.0, 50.0, 20.0, 20.0, False),
        (0, 0, 50.0, 75.0, 5.0, 20.0, False),
        (0, 0, 75.0, 100.0, 20.0, 20.0, False),
    ]


def test_what_lies_between_a_line_and_the_street(make_streets: MakeStreets) -> None:
    line = LineString([(0, 20), (100, 20)])
    for kind, station in (
        (Kind.RAILWAY, 30.0),
        (Kind.EXPRESSWAY, 30.0),
        (Kind.STREET, 30.0),
        (Kind.DUCT, 100.0),
    ):
        streets = make_streets([STREET, [(30.0, 10.0), (900.0, 10.0)]], kinds=[Kind.STREET, kind])
        [way] = [way for way in ways(lines_on(around_of(streets), line)) if way[0] == 0]
        assert way == (0, 0, 0.0, station, 20.0, 20.0, False)
    around = around_of(make_streets([STREET]), water=[box(30, 5, 900, 9)], parcels=[box(0, 6, 100, 15)])
    assert ways(lines_on(around, line)) == [(0, 0, 0.0, 30.0, 20.0, 20.0, False)]


def test_a_line_of_many_vertices(make_streets: MakeStreets) -> None:
    x = np.linspace(0, 100, 1_001)
    line = LineString(np.stack([x, 20 + 5 * np.sin(x / 10)], axis=1))
    found = ways(lines_on(around_of(make_streets([STREET])), line))
    assert sum(way[3] - way[2] for way in found) == pytest.approx(100)
    # Straight to a centimetre, hence far fewer pieces than the line has.
    assert len(found) < 120
    for _, _, low, high, low_depth, high_depth, _ in found:
        assert (low_depth, high_depth) == pytest.approx(
            tuple(20 + 5 * np.sin(np.array([low, high]) / 10)), abs=2e-3
        )


def test_a_line_that_ends_before_the_head_of_a_street_is_tapped_there(make_streets: MakeStreets) -> None:
    taps = lines_on(
        around_of(make_streets([STREET])), LineString([(120, 3), (900, 3)]), LineString([(160, 3), (900, 3)])
    )
    assert taps.access.tolist() == [Access.FRONTAGE, Access.NONE]
    assert ways(taps) == [(0, 0, 100.0, 100.0, 20.224, 20.224, False)]


def test_lines_without_a_place_keep_their_row(make_streets: MakeStreets) -> None:
    taps = lines_on(around_of(make_streets([STREET])), None, LineString([(0, 9), (50, 9)]), LineString())
    assert taps.start.tolist() == [0, 0, 1, 1]
    assert taps.access.tolist() == [Access.NONE, Access.FRONTAGE, Access.NONE]
