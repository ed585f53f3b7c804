"""Where parcels and drawn things are entered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPoint, Point, Polygon, box

from gis.corridors.attachments import Access, Attachments
from gis.corridors.entries import drawn_entries, parcel_entries
from gis.corridors.moved_entry import moved_entry
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Kind, Streets
from gis.corridors.surroundings import Surroundings, Verges, surroundings
from gis.errors import InputError

EAST, NORTH = 500_000.0, 3_400_000.0
ORIGIN = np.array([EAST, NORTH])
MakeStreets = Callable[..., Streets]
Shape = shapely.Geometry | None

STREET = [(0.0, 0.0), (400.0, 0.0)]


def placed(shapes: Sequence[Shape]) -> np.ndarray:
    made = np.empty(len(shapes), dtype=object)
    made[:] = list(shapes)
    return np.asarray(shapely.transform(made, lambda xy: xy + ORIGIN), dtype=object)


def around_of(
    streets: Streets, parcels: Sequence[Shape], water: Sequence[Shape] = (), small: Sequence[int] = ()
) -> Surroundings:
    exists = np.repeat(np.isin(streets.kind, [Kind.STREET, Kind.DUCT]), 2)
    large = np.repeat(~np.isin(np.arange(streets.edges), small), 2)
    verges = Verges(np.repeat(streets.width_m / 2, 2), exists, large)
    return surroundings(streets, verges, placed(parcels), placed(water), CorridorParameters())


def ways(entries: Attachments, owner: int) -> list[tuple[int, int, float, float, float, float]]:
    """Edge, side, stations and depths of an owner's attachments."""
    rows = slice(entries.start[owner], entries.start[owner + 1])
    columns = (
        entries.edge,
        entries.side,
        entries.low_m,
        entries.high_m,
        entries.low_depth_m,
        entries.high_depth_m,
    )
    return list(zip(*(np.round(column[rows], 6).tolist() for column in columns), strict=True))


def same(one: Attachments, other: Attachments) -> bool:
    return all(
        np.array_equal(getattr(one, each.name), getattr(other, each.name)) for each in fields(Attachments)
    )


# Frontage


def test_a_corner_lot_fronts_two_streets(make_streets: MakeStreets) -> None:
    streets = make_streets([STREET, [(0.0, 0.0), (0.0, 200.0)]])
    entries = parcel_entries(around_of(streets, [box(8, 8, 60, 80)]))
    assert entries.access.tolist() == [Access.FRONTAGE]
    assert ways(entries, 0) == [(0, 0, 8.0, 60.0, 8.0, 8.0), (1, 1, 8.0, 80.0, 8.0, 8.0)]
    assert not entries.either_side.any()


def test_owners_keep_their_order_and_missing_ones_their_place(make_streets: MakeStreets) -> None:
    far = Polygon([(0, 10), (50, 10), (np.inf, 60)])
    parcels = [box(100, 10, 150, 40), None, Polygon(), far, box(10, -40, 60, -10)]
    entries = parcel_entries(around_of(make_streets([STREET]), parcels))
    assert entries.owners == 5
    assert entries.start.tolist() == [0, 1, 1, 1, 1, 2]
    assert entries.access.tolist() == [0, Access.NONE, Access.NONE, Access.NONE, Access.FRONTAGE]
    assert entries.segment.dtype == entries.edge.dtype == np.int32
    assert entries.side.tolist() == [0, 1]


def test_no_street_at_all(make_streets: MakeStreets) -> None:
    entries = parcel_entries(around_of(make_streets([]), [box(0, 0, 10, 10)]))
    assert entries.access.tolist() == [Access.NONE]


def test_a_lot_at_the_head_of_a_dead_end_fronts_it(make_streets: MakeStreets) -> None:
    entries = parcel_entries(around_of(make_streets([STREET]), [box(420, -30, 460, 30)]))
    assert entries.access.tolist() == [Access.FRONTAGE]
    assert ways(entries, 0) == [(0, 0, 400.0, 400.0, 20.0, 20.0)]


def test_a_lot_outside_a_bend_fronts_it(make_streets: MakeStreets) -> None:
    streets = make_streets([[(0.0, 0.0), (100.0, 0.0), (100.0, 100.0)]])
    entries = parcel_entries(around_of(streets, [box(110, -60, 150, -10)]))
    [way] = ways(entries, 0)
    assert way == (0, 1, 100.0, 100.0, 14.142136, 14.142136)


# Beyond


def test_the_nearest_verge_beyond_the_tolerance(make_streets: MakeStreets) -> None:
    streets = make_streets([STREET, [(0.0, 400.0), (400.0, 400.0)]])
    entries = parcel_entries(around_of(streets, [box(100, 150, 150, 200)]))
    assert entries.access.tolist() == [Access.BEYOND]
    [(edge, side, low, high, depth, _)] = ways(entries, 0)
    assert (edge, side, low, depth) == (0, 0, high, 150.0)
    assert (entries.low_x[0] - EAST, entries.low_y[0] - NORTH) == pytest.approx((low, 150))


def test_the_verge_counts_not_the_centreline(make_streets: MakeStreets) -> None:
    streets = make_streets([STREET, [(0.0, 400.0), (400.0, 400.0)]], widths=[10.0, 60.0])
    entries = parcel_entries(around_of(streets, [box(100, 190, 150, 200)]))
    assert ways(entries, 0)[0][:2] == (1, 1)


@pytest.mark.parametrize(
    ("between", "kind"),
    [
        ([(-500.0, 60.0), (900.0, 60.0)], Kind.RAILWAY),
        ([(-500.0, 60.0), (900.0, 60.0)], Kind.EXPRESSWAY),
    ],
)
def test_a_railway_or_expressway_between(
    make_streets: MakeStreets, between: list[tuple[float, float]], kind: Kind
) -> None:
    streets = make_streets([STREET, between], kinds=[Kind.STREET, kind])
    around = around_of(streets, [box(100, 150, 150, 200)])
    assert parcel_entries(around).access.tolist() == [Access.BARRIER]
    passed_under = replace(streets, raised=np.array([False, True]))
    assert parcel_entries(around_of(passed_under, [box(100, 150, 150, 200)])).access.tolist() == [
        Access.BEYOND
    ]


def test_a_street_between_is_the_nearer_verge(make_streets: MakeStreets) -> None:
    streets = make_streets([STREET, [(0.0, 60.0), (400.0, 60.0)]])
    assert ways(parcel_entries(around_of(streets, [box(100, 150, 150, 200)])), 0)[0][0] == 1


@pytest.mark.parametrize("river", [box(-900, 50, 900, 80), LineString([(-900, 60), (900, 70)])])
def test_a_river_leaves_the_street_on_the_own_bank(make_streets: MakeStreets, river: Shape) -> None:
    streets = make_streets([STREET, [(0.0, 600.0), (400.0, 600.0)]])
    parcel = box(100, 90, 150, 140)
    entries = parcel_entries(around_of(streets, [parcel], [river]))
    assert entries.access.tolist() == [Access.BEYOND]
    assert ways(entries, 0)[0][0] == 1
    assert parcel_entries(around_of(make_streets([STREET]), [parcel], [river])).access.tolist() == [
        Access.BARRIER
    ]


def test_many_nearer_streets_across_the_river_do_not_hide_the_one_on_the_own_bank(
    make_streets: MakeStreets,
) -> None:
    across = [[(10.0 * at, 0.0), (10.0 * at, -40.0)] for at in range(60)]
    streets = make_streets([*across, [(0.0, 500.0), (400.0, 500.0)]])
    entries = parcel_entries(around_of(streets, [box(200, 90, 250, 140)], [box(-2000, 20, 2000, 80)]))
    assert ways(entries, 0)[0][0] == 60


@pytest.mark.parametrize(("away", "access"), [(1004.9, Access.BEYOND), (1005.1, Access.NONE)])
def test_the_reach_ends(make_streets: MakeStreets, away: float, access: Access) -> None:
    around = around_of(make_streets([STREET]), [box(100, away, 150, away + 50)])
    assert parcel_entries(around).access.tolist() == [access]


def test_a_piece_of_the_network_too_small_to_matter(make_streets: MakeStreets) -> None:
    streets = make_streets([STREET, [(0.0, 300.0), (400.0, 300.0)]])
    parcels = [box(100, 310, 150, 340), box(100, 250, 150, 290)]
    entries = parcel_entries(around_of(streets, parcels, small=[1]))
    assert entries.access.tolist() == [Access.BARRIER, Access.BEYOND]
    assert ways(entries, 1)[0][0] == 0


def test_the_through_side_of_a_junction_is_not_entered_from_the_side_street(
    make_streets: MakeStreets,
) -> None:
    # The main road bends away from the lot: all three arms are nearest at the junction.
    junction = (0.0, 0.0)
    streets = make_streets([[junction, (0.0, 200.0)], [(-200.0, 5.0), junction], [junction, (200.0, 5.0)]])
    entries = parcel_entries(around_of(streets, [box(-0.05, -40, 0.05, -20)]))
    [(edge, side, *_)] = ways(entries, 0)
    assert (edge, side) in {(1, 1), (2, 1)}
    main = replace(streets, kind=np.array([Kind.STREET, Kind.EXPRESSWAY, Kind.EXPRESSWAY], dtype=np.int8))
    assert parcel_entries(around_of(main, [box(-0.05, -40, 0.05, -20)])).access.tolist() == [Access.BARRIER]


# Parcels among parcels


def test_a_parcel_that_another_surrounds(make_streets: MakeStreets) -> None:
    outer = Polygon(box(50, 10, 350, 300).exterior, [box(150, 100, 250, 200).exterior])
    entries = parcel_entries(around_of(make_streets([STREET]), [outer, box(150, 100, 250, 200)]))
    assert entries.access.tolist() == [Access.FRONTAGE, Access.BARRIER]
    loose = box(152, 102, 248, 198)  # a gap of 2 m all round
    entries = parcel_entries(around_of(make_streets([STREET]), [outer, loose]))
    assert entries.access.tolist() == [Access.FRONTAGE, Access.BARRIER]


def test_a_parcel_nested_in_another_passes_through_it(make_streets: MakeStreets) -> None:
    entries = parcel_entries(
        around_of(make_streets([STREET]), [box(50, 10, 350, 300), box(100, 30, 150, 60)])
    )
    assert entries.access.tolist() == [Access.FRONTAGE, Access.BEYOND]
    assert ways(entries, 1)[0][4] == 30.0


def test_a_back_lot_looks_past_the_front_lot(make_streets: MakeStreets) -> None:
    parcels = [box(0, 10, 400, 60), box(100, 60, 150, 100)]
    streets = make_streets([STREET, [(0.0, 400.0), (400.0, 400.0)]])
    entries = parcel_entries(around_of(streets, parcels))
    assert entries.access.tolist() == [Access.FRONTAGE, Access.BEYOND]
    assert ways(entries, 1)[0][:2] == (1, 1)


def test_a_lot_between_is_passed_along_its_border(make_streets: MakeStreets) -> None:
    parcels = [box(0, 10, 120, 100), box(120, 10, 400, 100), box(100, 100, 140, 150)]
    streets = make_streets([STREET, [(120.0, -200.0), (120.0, -1.0)]])
    assert parcel_entries(around_of(streets, parcels)).access[2] == Access.BARRIER


def test_land_in_the_road_hides_no_one_opposite(make_streets: MakeStreets) -> None:
    # The neighbour opposite reaches 4 m over the centreline of a road 10 m wide.
    parcels = [box(0, -40, 400, 4), box(100, 70, 150, 100)]
    entries = parcel_entries(around_of(make_streets([STREET]), parcels))
    assert entries.access.tolist() == [Access.FRONTAGE, Access.BEYOND]


# Drawn things


def test_a_drawn_polygon_is_entered_as_a_stored_one(make_streets: MakeStreets) -> None:
    others = [box(0, 10, 90, 60), box(160, 10, 400, 60), box(100, 60, 400, 90)]
    streets, drawn = make_streets([STREET]), box(80, 30, 170, 55)
    stored = parcel_entries(around_of(streets, [box(90, 30, 160, 55), *others]))
    entries = drawn_entries(around_of(streets, others), placed([box(90, 30, 160, 55)])[0])
    assert ways(entries, 0) == ways(stored, 0)
    assert entries.owners == 1
    # Those that it overlaps do not block.
    wider = drawn_entries(around_of(streets, others), placed([drawn])[0])
    assert ways(wider, 0) == [(0, 0, 80.0, 170.0, 30.0, 30.0)]


cells = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), min_size=1, max_size=12, unique=True)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=cells, inset=st.sampled_from([0.0, 0.7, 2.0]))
def test_drawing_a_stored_parcel_again_gives_its_entries(
    taken: list[tuple[int, int]], inset: float, make_streets: MakeStreets
) -> None:
    streets = make_streets([STREET, [(400.0, 0.0), (400.0, 300.0)], [(-60.0, 210.0), (300.0, 240.0)]])
    parcels = [
        box(40 * col + inset, 8 + 40 * row + inset, 40 * col + 40 - inset, 48 + 40 * row - inset)
        for col, row in taken
    ]
    water = [LineString([(0, 200), (200, 190)])]
    stored = parcel_entries(around_of(streets, parcels, water))
    for at, parcel in enumerate(parcels):
        others = around_of(streets, [each for each in parcels if each is not parcel], water)
        drawn = drawn_entries(others, placed([parcel])[0])
        assert drawn.access[0] == stored.access[at]
        assert ways(drawn, 0) == ways(stored, at)


def test_a_point_is_entered_where_it_stands(make_streets: MakeStreets) -> None:
    around = around_of(make_streets([STREET]), [box(80, 10, 170, 60), box(0, 10, 70, 20)])
    within = drawn_entries(around, placed([Point(100, 30)])[0])
    [(edge, side, low, high, depth, _)] = ways(within, 0)
    assert (edge, side) == (0, 0)
    assert (low, high, depth) == pytest.approx((99.99, 100.01, 29.99))
    behind = drawn_entries(around, placed([Point(30, 40)])[0])
    assert behind.access.tolist() == [Access.BARRIER]
    assert drawn_entries(around, placed([Point(75, 300)])[0]).access.tolist() == [Access.BEYOND]


@pytest.mark.parametrize(
    "shape",
    [
        Point(),
        Polygon(),
        LineString([(0, 0), (9, 9)]),
        MultiPoint([(0, 0)]),
        Polygon([(0, 0), (1, 1), (2, 2)]),
    ],
)
def test_what_cannot_be_entered_is_refused(make_streets: MakeStreets, shape: shapely.Geometry) -> None:
    with pytest.raises(InputError) as told:
        drawn_entries(around_of(make_streets([STREET]), []), shape)
    assert told.value.repair


# A moved entry


def test_an_entry_moves_along_its_stretch(make_streets: MakeStreets) -> None:
    around = around_of(make_streets([STREET]), [None, Polygon([(20, 10), (60, 30), (60, 60), (20, 60)])])
    entries = parcel_entries(around)
    for point, station in (((40, 20), 40), ((40, 3), 40), ((30, 90), 30), ((90, 10), 60)):
        moved = moved_entry(around, entries, 1, EAST + point[0], NORTH + point[1])
        depth = 10 + (station - 20) / 2
        assert ways(moved, 0) == [(0, 0, station, station, depth, depth)]
        assert (moved.low_x[0] - EAST, moved.low_y[0] - NORTH) == pytest.approx((station, depth))
        assert moved.owners == 1


def test_an_entry_moves_to_the_nearest_of_several_streets(make_streets: MakeStreets) -> None:
    streets = make_streets([STREET, [(0.0, 0.0), (0.0, 200.0)]])
    around = around_of(streets, [box(8, 8, 60, 80)])
    moved = moved_entry(around, parcel_entries(around), 0, EAST + 9, NORTH + 50)
    assert ways(moved, 0) == [(1, 1, 50.0, 50.0, 8.0, 8.0)]


@pytest.mark.parametrize("point", [(40, 111), (161, 10)])
def test_an_entry_does_not_move_far(make_streets: MakeStreets, point: tuple[float, float]) -> None:
    around = around_of(make_streets([STREET]), [box(20, 10, 60, 200), None])
    with pytest.raises(InputError, match=r"10[01] m from"):
        moved_entry(around, parcel_entries(around), 0, EAST + point[0], NORTH + point[1])
    with pytest.raises(InputError, match="no entry"):
        moved_entry(around, parcel_entries(around), 1, EAST, NORTH)


def test_the_same_comes_out_twice(make_streets: MakeStreets) -> None:
    streets = make_streets([STREET, [(0.0, 400.0), (400.0, 400.0)]])
    parcels = [box(40 * at, 150 + at, 40 * at + 30, 200) for at in range(8)]
    assert same(parcel_entries(around_of(streets, parcels)), parcel_entries(around_of(streets, parcels)))
