"""What is seen from the centreline of a street."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, Polygon, box

from gis.corridors.frontage import frontage, parcel_rules, without_slivers
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Kind, Streets
from gis.corridors.stretches import Stretches
from gis.corridors.surroundings import Surroundings, Verges, surroundings

EAST, NORTH = 500_000.0, 3_400_000.0
TOLERANCE_M = 50.0
MakeStreets = Callable[..., Streets]
Shape = shapely.Geometry | None

STREET = [(0.0, 0.0), (100.0, 0.0)]


def placed(shapes: Sequence[Shape]) -> np.ndarray:
    made = np.empty(len(shapes), dtype=object)
    made[:] = list(shapes)
    return np.asarray(shapely.transform(made, lambda xy: xy + np.array([EAST, NORTH])), dtype=object)


def around_of(streets: Streets, parcels: Sequence[Shape], water: Sequence[Shape] = ()) -> Surroundings:
    exists = np.repeat(np.isin(streets.kind, [Kind.STREET, Kind.DUCT]), 2)
    verges = Verges(np.repeat(streets.width_m / 2, 2), exists, np.ones(len(exists), dtype=bool))
    return surroundings(streets, verges, placed(parcels), placed(water), CorridorParameters())


def seen(around: Surroundings) -> Stretches:
    found = frontage(around, around.around, parcel_rules(), TOLERANCE_M)
    return without_slivers(found, len(around.parcels))


def shown(around: Surroundings) -> list[tuple[int, int, int, float, float, float, float]]:
    """Owner, segment, side, stations and depths of each stretch, sorted."""
    found = seen(around)
    columns = (found.low_m, found.high_m, found.low_depth_m, found.high_depth_m)
    rows = zip(
        found.owner,
        found.segment,
        found.side,
        *(np.round(column, 6) + 0.0 for column in columns),
        strict=True,
    )
    return sorted(tuple(value.item() for value in row) for row in rows)


# Seen cases


def test_a_parcel_beside_a_street(make_streets: MakeStreets) -> None:
    around = around_of(make_streets([STREET]), [box(20, 12, 60, 40)])
    found = seen(around)
    assert shown(around) == [(0, 0, 0, 20.0, 60.0, 12.0, 12.0)]
    assert (found.low_x[0] - EAST, found.low_y[0] - NORTH) == pytest.approx((20, 12))
    assert (found.high_x[0] - EAST, found.high_y[0] - NORTH) == pytest.approx((60, 12))


def test_a_slanted_red_line_to_the_right(make_streets: MakeStreets) -> None:
    around = around_of(make_streets([STREET]), [Polygon([(20, -10), (60, -30), (60, -40), (20, -40)])])
    assert shown(around) == [(0, 0, 1, 20.0, 60.0, 10.0, 30.0)]


def test_every_vertex_of_a_red_line_counts_unless_it_lies_on_a_straight(make_streets: MakeStreets) -> None:
    ring = [(20, 10), (30, 10.004), (40, 10), (50, 20), (60, 10), (60, 40), (20, 40)]
    around = around_of(make_streets([STREET]), [Polygon(ring)])
    assert shown(around) == [
        (0, 0, 0, 20.0, 40.0, 10.0, 10.0),
        (0, 0, 0, 40.0, 50.0, 10.0, 20.0),
        (0, 0, 0, 50.0, 60.0, 20.0, 10.0),
    ]


@pytest.mark.parametrize(("away", "fronts"), [(54.99, True), (55.01, False)])
def test_the_tolerance_is_measured_from_the_verge(
    make_streets: MakeStreets, away: float, fronts: bool
) -> None:
    around = around_of(make_streets([STREET], widths=10.0), [box(20, away, 60, 90)])
    assert bool(shown(around)) is fronts


def test_the_first_parcel_hides_what_lies_behind(make_streets: MakeStreets) -> None:
    around = around_of(make_streets([STREET]), [box(20, 10, 60, 20), box(40, 20, 80, 40)])
    assert shown(around) == [(0, 0, 0, 20.0, 60.0, 10.0, 10.0), (1, 0, 0, 60.0, 80.0, 20.0, 20.0)]


def test_parcels_that_overlap_share_the_front(make_streets: MakeStreets) -> None:
    around = around_of(make_streets([STREET]), [box(20, 10, 60, 40), box(50, 12, 80, 40)])
    assert shown(around) == [(0, 0, 0, 20.0, 60.0, 10.0, 10.0), (1, 0, 0, 60.0, 80.0, 12.0, 12.0)]


def test_red_lines_that_coincide_both_front(make_streets: MakeStreets) -> None:
    around = around_of(make_streets([STREET]), [box(20, 10, 60, 40), box(30, 10.005, 50, 40)])
    assert [row[0] for row in shown(around)] == [0, 1]


def test_crossing_red_lines_change_places_where_they_cross(make_streets: MakeStreets) -> None:
    one = Polygon([(20, 10), (60, 30), (60, 45), (20, 45)])
    other = Polygon([(20, 30), (60, 10), (60, 45), (20, 45)])
    rows = shown(around_of(make_streets([STREET]), [one, other]))
    assert rows == [(0, 0, 0, 20.0, 40.0, 10.0, 20.0), (1, 0, 0, 40.0, 60.0, 20.0, 10.0)]


def test_a_parcel_in_parts_fronts_with_each(make_streets: MakeStreets) -> None:
    parts = MultiPolygon([box(10, 10, 30, 20), box(50, -20, 80, -8)])
    rows = shown(around_of(make_streets([STREET]), [None, parts]))
    assert rows == [(1, 0, 0, 10.0, 30.0, 10.0, 10.0), (1, 0, 1, 50.0, 80.0, 8.0, 8.0)]


def test_a_red_line_that_crosses_itself(make_streets: MakeStreets) -> None:
    bow = Polygon([(20, 10), (60, 30), (60, 10), (20, 30)])
    rows = shown(around_of(make_streets([STREET]), [bow]))
    assert rows == [(0, 0, 0, 20.0, 40.0, 10.0, 20.0), (0, 0, 0, 40.0, 60.0, 20.0, 10.0)]


def test_a_street_inside_a_hole_is_fronted_by_the_inner_ring(make_streets: MakeStreets) -> None:
    ring = Polygon(box(-40, -40, 140, 40).exterior, [box(-10, -15, 110, 12).exterior])
    rows = shown(around_of(make_streets([STREET]), [ring]))
    assert rows == [(0, 0, 0, 0.0, 100.0, 12.0, 12.0), (0, 0, 1, 0.0, 100.0, 15.0, 15.0)]


@pytest.mark.parametrize("kind", [Kind.STREET, Kind.EXPRESSWAY, Kind.RAILWAY, Kind.DUCT])
def test_what_runs_between(make_streets: MakeStreets, kind: Kind) -> None:
    between = [(30.0, 8.0), (120.0, 8.0)]
    streets = make_streets([STREET, between], kinds=[Kind.STREET, kind])
    rows = [row for row in shown(around_of(streets, [box(20, 12, 60, 40)])) if row[1] == 0]
    blocked = [(0, 0, 0, 20.0, 30.0, 12.0, 12.0)]
    assert rows == ([(0, 0, 0, 20.0, 60.0, 12.0, 12.0)] if kind == Kind.DUCT else blocked)


def test_a_bridge_hides_nothing_and_has_no_frontage(make_streets: MakeStreets) -> None:
    streets = make_streets([STREET, [(0.0, 8.0), (100.0, 8.0)]])
    streets = replace(streets, raised=np.array([False, True]))
    assert shown(around_of(streets, [box(20, 12, 60, 40)])) == [(0, 0, 0, 20.0, 60.0, 12.0, 12.0)]


def test_an_expressway_has_no_frontage(make_streets: MakeStreets) -> None:
    streets = make_streets([STREET], kinds=Kind.EXPRESSWAY)
    assert shown(around_of(streets, [box(20, 12, 60, 40)])) == []


@pytest.mark.parametrize("water", [box(40, 6, 110, 9), LineString([(40, 7), (110, 7)]), box(40, -6, 110, 9)])
def test_water_between_or_under_the_street(make_streets: MakeStreets, water: Shape) -> None:
    around = around_of(make_streets([STREET]), [box(20, 12, 60, 40)], [water])
    assert shown(around) == [(0, 0, 0, 20.0, 40.0, 12.0, 12.0)]


def test_a_river_of_many_vertices(make_streets: MakeStreets) -> None:
    angle = np.linspace(0, 2 * np.pi, 5_000, endpoint=False)
    lake = Polygon(np.stack([500 + 460 * np.cos(angle), 500 * np.sin(angle)], axis=1))
    around = around_of(make_streets([STREET]), [box(0, 10, 100, 40)], [lake])
    assert around.around.outlines.xy.shape[0] > 5_000  # halved, with new borders
    [row] = shown(around)
    # At a depth of 10 m the shore lies at 500 - 460 cos(asin(10 / 500)); on the street itself at 40 m.
    assert row[3] == 0.0
    assert row[4] == pytest.approx(40.0, abs=1e-3)


def test_a_hairpin_bend_hides_what_lies_behind_its_other_leg(make_streets: MakeStreets) -> None:
    streets = make_streets([[(0.0, 0.0), (100.0, 0.0), (0.0, 20.0)]])
    rows = shown(around_of(streets, [box(20, 30, 60, 40)]))
    assert {row[1] for row in rows} == {1}


def test_the_next_segment_of_a_street_hides_nothing(make_streets: MakeStreets) -> None:
    streets = make_streets([[(0.0, 0.0), (50.0, 0.0), (100.0, 0.0), (100.0, 60.0)]])
    rows = shown(around_of(streets, [box(0, 10, 90, 40)]))
    assert rows == [
        (0, 0, 0, 0.0, 50.0, 10.0, 10.0),
        (0, 1, 0, 0.0, 40.0, 10.0, 10.0),
        (0, 2, 0, 10.0, 40.0, 10.0, 10.0),
    ]


def test_a_duct_is_fronted_on_both_sides(make_streets: MakeStreets) -> None:
    around = around_of(
        make_streets([STREET], widths=0.0, kinds=Kind.DUCT), [box(0, 49, 9, 60), box(0, -60, 9, -51)]
    )
    assert shown(around) == [(0, 0, 0, 0.0, 9.0, 49.0, 49.0)]


# Parcels that hold the centreline


def test_a_parcel_over_the_centreline_is_at_both_verges(make_streets: MakeStreets) -> None:
    rows = shown(around_of(make_streets([STREET]), [box(20, -3, 60, 40)]))
    assert rows == [(0, 0, 0, 20.0, 60.0, 0.0, 0.0), (0, 0, 1, 20.0, 60.0, 0.0, 0.0)]


@pytest.mark.parametrize(("reaches", "fronts"), [(-4.9, True), (-5.1, False)])
def test_it_hides_the_parcel_opposite_only_beyond_the_verge(
    make_streets: MakeStreets, reaches: float, fronts: bool
) -> None:
    around = around_of(make_streets([STREET]), [box(20, reaches, 60, 40), box(20, -30, 60, -8)])
    assert ((1, 0, 1, 20.0, 60.0, 8.0, 8.0) in shown(around)) is fronts


def test_a_parcel_nested_in_one_that_holds_the_street(make_streets: MakeStreets) -> None:
    rows = shown(around_of(make_streets([STREET]), [box(-200, -200, 300, 200), box(20, 10, 60, 30)]))
    assert rows == [
        (0, 0, 0, 0.0, 100.0, 0.0, 0.0),
        (0, 0, 1, 0.0, 100.0, 0.0, 0.0),
        (1, 0, 0, 20.0, 60.0, 10.0, 10.0),
    ]


@pytest.mark.parametrize("shift", [0.0, 0.004, -0.004])
def test_parcels_that_meet_on_the_centreline_front_on_their_own_side(
    make_streets: MakeStreets, shift: float
) -> None:
    around = around_of(make_streets([STREET]), [box(20, shift, 60, 40), box(20, -40, 60, shift)])
    sides = [(row[0], row[2]) for row in shown(around)]
    assert sides == [(0, 0), (1, 1)]


# Slivers


def test_slivers_go_unless_there_is_nothing_else(make_streets: MakeStreets) -> None:
    thin, both = box(20, 10, 20.006, 30), MultiPolygon([box(40, 10, 40.006, 20), box(60, 10, 80, 20)])
    rows = shown(around_of(make_streets([STREET]), [thin, both]))
    assert [(row[0], row[4] - row[3]) for row in rows] == [(0, 0.0), (1, 20.0)]
