from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis.corridors.coverage import Overlays
from gis.corridors.entries import drawn_entries
from gis.corridors.model import surroundings_of
from gis.corridors.moved_entry import moved_entry
from gis.corridors.parameters import CorridorParameters
from gis.routing.measure import MEASURE_NAMES
from gis.routing.route import NoRoute
from gis.routing.search import Search
from tests.gis.networks.conftest import ORIGIN, Connected, Network, Road, box

Connect = Callable[[Network], Connected]


def town() -> Network:
    """Blocks of 100 m with lots, three feeders with units here and there."""
    stops = [0, 100, 200, 300, 400]
    wide = {200: (20.0, "primary")}
    roads = [
        Road(line, *wide.get(at, (8.0, "local")))
        for at in stops
        for line in ([(at, -40), (at, 440)], [(-40, at), (440, at)])
    ]
    parcels = {
        f"{i}-{j}-{k}": box(100 * i + 15 + 35 * k, 100 * j + 15, 100 * i + 45 + 35 * k, 100 * j + 80)
        for i in range(4)
        for j in range(4)
        for k in range(2)
    }
    taps = {"A": [(7, 50), (207, 350)], "B": [(393, 250)], "C": [(150, 7), (350, 393)]}
    return Network(roads, parcels, taps)


@pytest.fixture(scope="module")
def linked() -> Connected:
    return Connected(town())


CAPACITY = np.array([500.0, 2_000.0, 900.0])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), k=st.integers(1, 3), limit_m=st.sampled_from([150.0, 400.0, 2_000.0]))
def test_one_parcel_has_what_all_parcels_have(
    linked: Connected, data: st.DataObject, k: int, limit_m: float
) -> None:
    count = len(linked.corridors.parcel_ids)
    loads = np.array(
        data.draw(st.lists(st.sampled_from([100.0, 500.0, 800.0, 3_000.0]), min_size=count, max_size=count))
    )
    everything = linked.router.connections(loads, CAPACITY, Search(k, limit_m))
    searchers = linked.router.searchers()
    for parcel in range(count):
        one = linked.router.local_connections(
            searchers, parcel, float(loads[parcel]), CAPACITY, Search(k, limit_m)
        )
        rows = np.flatnonzero(everything.parcel == parcel)
        assert one.feeder.tolist() == everything.feeder[rows].tolist()
        assert one.tap.tolist() == everything.tap[rows].tolist()
        for name in MEASURE_NAMES:
            together = getattr(everything.measures, name)[rows]
            assert getattr(one.measures, name).tolist() == together.tolist()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parcel=st.integers(0, 31), load=st.floats(1, 2_500), more=st.floats(0, 1_000))
def test_more_load_never_shortens_a_route(linked: Connected, parcel: int, load: float, more: float) -> None:
    searchers = linked.router.searchers()

    def shortest(kva: float) -> float:
        found = linked.router.local_connections(searchers, parcel, kva, CAPACITY, Search(1, 3_000))
        return float(found.measures.length_cm.min()) if len(found.parcel) else np.inf

    assert shortest(load + more) >= shortest(load)


def test_routes_are_ranked_and_none_is_beaten(linked: Connected) -> None:
    found = linked.router.connections(np.full(32, 100.0), CAPACITY, Search(3, 2_000))
    m = found.measures
    table = np.stack([m.length_cm, m.crossing_cm, m.excavation_cm, m.along_main_road_cm], axis=1)
    for parcel in range(32):
        rows = np.flatnonzero(found.parcel == parcel)
        assert set(found.feeder[rows].tolist()) == {0, 1, 2}
        assert (np.diff(m.length_cm[rows]) >= 0).all()
        for one in rows:
            rivals = [row for row in rows if row != one and found.feeder[row] == found.feeder[one]]
            assert not any((table[row] <= table[one]).all() for row in rivals)


def test_drawn_routes_keep_the_order_of_the_rows(linked: Connected) -> None:
    found = linked.router.connections(np.full(32, 100.0), CAPACITY, Search(2, 2_000))
    rows = np.arange(len(found.parcel))[::-7]
    drawn = linked.router.drawn_routes(found, rows)
    assert [route.parcel for route in drawn] == found.parcel[rows].tolist()
    assert [round(route.length_m * 100) for route in drawn] == found.measures.length_cm[rows].tolist()
    for route in drawn:
        assert sum(piece.length_m for piece in route.pieces) == pytest.approx(route.length_m, abs=0.005)


def test_feeders_that_are_not_allowed_are_not_found(linked: Connected) -> None:
    allowed = np.array([False, True, True])
    found = linked.router.connections(np.full(32, 100.0), CAPACITY, Search(3, 2_000, allowed))
    assert set(found.feeder.tolist()) == {1, 2}
    routes = linked.router.routes(0, 100.0, CAPACITY, Search(3, 2_000, allowed))
    assert not isinstance(routes, NoRoute)
    assert {route.feeder for route in routes} == {1, 2}


def test_parcels_without_a_load_ask_for_nothing(linked: Connected) -> None:
    loads = np.full(32, np.nan)
    loads[5] = 100.0
    found = linked.router.connections(loads, CAPACITY, Search(1, 2_000))
    assert set(found.parcel.tolist()) == {5}


def test_a_drawn_copy_of_a_parcel_has_the_parcel_s_routes(linked: Connected) -> None:
    grid, graph = town().grid(), linked.corridors.graph
    none = np.empty(0, dtype=object)
    around = surroundings_of(graph, none, none, CorridorParameters())
    shape = shapely.transform(shapely.Polygon(town().parcels["1-2-0"]), lambda xy: xy + ORIGIN)
    entrants = linked.router.drawn(drawn_entries(around, shape), Overlays.of_grid(grid, graph))
    drawn = linked.router.routes(0, 100.0, CAPACITY, Search(2, 2_000), entrants=entrants)
    stored = linked.routes("1-2-0", k=2)
    assert not isinstance(drawn, NoRoute)
    assert not isinstance(stored, NoRoute)
    # Its twin stands beside it: a wall less, so no route is longer.
    assert drawn[0].length_m <= stored[0].length_m + 0.02


def test_a_point_on_the_map_has_routes(linked: Connected) -> None:
    grid, graph = town().grid(), linked.corridors.graph
    none = np.empty(0, dtype=object)
    around = surroundings_of(graph, none, none, CorridorParameters())
    point = shapely.Point(ORIGIN[0] + 20.0, ORIGIN[1] + 50.0)
    entrants = linked.router.drawn(drawn_entries(around, point), Overlays.of_grid(grid, graph))
    found = linked.router.routes(0, 100.0, CAPACITY, Search(1, 2_000), entrants=entrants)
    assert not isinstance(found, NoRoute)
    # 20 m to the centreline less 4, straight over to the unit at the other side's verge: 7 - 4 beyond it.
    assert found[0].length_m == pytest.approx(16 + 3, abs=0.05)


def test_a_moved_entry_begins_where_the_user_put_it(linked: Connected) -> None:
    grid, graph, corridors = town().grid(), linked.corridors.graph, linked.corridors
    none = np.empty(0, dtype=object)
    around = surroundings_of(graph, none, none, CorridorParameters())
    row = int(np.flatnonzero(corridors.parcel_ids == "0-0-0")[0])
    moved = moved_entry(around, corridors.entries, row, ORIGIN[0] + 30.0, ORIGIN[1] + 14.0)
    entrants = linked.router.drawn(moved, Overlays.of_grid(grid, graph))
    found = linked.router.routes(0, 100.0, CAPACITY, Search(1, 2_000), entrants=entrants)
    assert not isinstance(found, NoRoute)
    start = np.array(found[0].geometry.coords[0]) - ORIGIN
    assert start.tolist() == pytest.approx([30.0, 15.0], abs=0.02)
