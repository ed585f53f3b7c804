"""Measures of many paths at once, against the same path walked by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely

from gis.corridors.coverage_intervals import Intervals
from gis.corridors.graph import ArcKind
from gis.corridors.streets import Kind
from gis.routing.criteria import Criterion
from gis.routing.measure import DIRECT, MEASURE_NAMES, Anchors, Measures
from gis.routing.paths import Paths

MakeTown = Callable[..., Any]


def row_of(measured: Measures, row: int) -> dict[str, int]:
    return {name: int(getattr(measured, name)[row]) for name in MEASURE_NAMES}


# ---- by hand


def inside(intervals: Intervals, verge: int, low: int, high: int) -> int:
    rows = range(intervals.start[verge], intervals.start[verge + 1])
    spans = [(int(intervals.low_cm[at]), int(intervals.high_cm[at])) for at in rows]
    return sum(1 for cm in range(low, high) if any(begin <= cm < end for begin, end in spans))


def nearest_end(anchors: Anchors, row: int, end: int) -> int:
    """0 where the low end of the place is no dearer for a corner, else 1."""
    at = anchors.positions
    toward = 1 if end == 0 else -1
    low = int(at.low_cost[row]) + toward * int(at.low[row])
    high = int(at.high_cost[row]) + toward * int(at.high[row])
    return 0 if low <= high else 1


class Walk:
    """One path, walked piece by piece."""

    def __init__(self, town: Any) -> None:
        self.town = town
        self.total = dict.fromkeys(MEASURE_NAMES, 0)
        self.words: list[str] = []

    def along(self, verge: int, low: int, high: int) -> None:
        over, total = self.town.coverage, self.total
        total["length_cm"] += high - low
        total["excavation_cm"] += inside(over.dug, verge, low, high)
        total["green_cm"] += inside(over.green, verge, low, high)
        total["along_infrastructure_cm"] += inside(over.infrastructure, verge, low, high)
        total["along_main_road_cm"] += high - low if over.main[verge] else 0
        if high > low:
            self.words.append("verge")

    def end(self, anchors: Anchors, place: int, by: int) -> None:
        which = nearest_end(anchors, place, by)
        at, ways, total = anchors.places, anchors.measures, self.total
        crossing, green = int(at.crossing_cm[place]), int(ways.crossing_green_cm[which, place])
        total["length_cm"] += int((at.low_stub_cm, at.high_stub_cm)[which][place]) + crossing
        total["crossing_cm"] += crossing
        total["green_cm"] += int(ways.stub_green_cm[which, place]) + green
        if ways.city[which, place]:
            total["city_road_crossing_cm"] += crossing
            total["excavation_cm"] += crossing - green
        verge, position = int(at.verge[place]), int((at.low_cm, at.high_cm)[which][place])
        self.along(verge, *((0, position) if by == 0 else (position, int(self.town.graph.verge_cm[verge]))))

    def pass_corner(self, corner: int) -> None:
        self.words.append("median" if self.town.graph.corner_median[corner] else "corner")

    def arc(self, arc: int) -> None:
        graph = self.town.graph
        values = self.town.coverage.arc_measures[arc].tolist()
        for name, value in zip((*MEASURE_NAMES[:2], *MEASURE_NAMES[3:]), values, strict=True):
            self.total[name] += value
        if graph.arc_kind[arc] == ArcKind.VERGE:
            self.words.append("verge")
        elif graph.streets.kind[graph.arc_edge[arc]] != Kind.DUCT:
            self.words.append("crossing")

    def crossings(self) -> int:
        runs = " ".join(self.words).replace(" median", "").replace("median ", "")
        while "crossing crossing" in runs:
            runs = runs.replace("crossing crossing", "crossing")
        return runs.split().count("crossing")


def by_hand(town: Any, entries: Anchors, taps: Anchors, paths: Paths, row: int) -> dict[str, int]:
    walk = Walk(town)
    entry, tap = int(paths.entry_position[row]), int(paths.tap_position[row])
    if entries.places.crossing_cm[entry]:
        walk.words.append("crossing")
    walk.end(entries, entry, int(paths.entry_end[row]))
    for step in range(paths.start[row], paths.start[row + 1]):
        walk.pass_corner(int(paths.corner[step]))
        walk.arc(int(paths.arc[step]))
    last = (town.graph.verge_a if paths.tap_end[row] == 0 else town.graph.verge_b)[taps.places.verge[tap]]
    walk.pass_corner(int(last))
    walk.end(taps, tap, int(paths.tap_end[row]))
    if taps.places.crossing_cm[tap]:
        walk.words.append("crossing")
    return walk.total | {"crossing_count": walk.crossings()}


@pytest.mark.parametrize("criterion", list(Criterion))
def test_measures_are_what_a_walk_along_the_path_finds(
    make_random_town: MakeTown, criterion: Criterion
) -> None:
    seen = dict.fromkeys(MEASURE_NAMES, 0)
    for seed in range(6):
        town = make_random_town(seed)
        entries, taps = town.ends(criterion)
        paths, measured = town.measures(criterion)
        for row in np.flatnonzero(paths.entry_end != DIRECT):
            found = row_of(measured, int(row))
            assert found == by_hand(town, entries, taps, paths, int(row))
            seen = {name: seen[name] + (value > 0) for name, value in found.items()}
    assert min(seen.values()) > 0


def test_the_length_of_the_shortest_is_its_cost(make_random_town: MakeTown) -> None:
    direct = 0
    for seed in range(12):
        paths, measured = make_random_town(seed).measures(Criterion.SHORTEST)
        direct += int((paths.entry_end == DIRECT).sum())
        # An arc without a length still costs a centimetre.
        short = paths.cost - measured.length_cm
        assert (short >= 0).all()
        assert (short <= np.diff(paths.start)).all()
    assert direct > 0


def test_no_other_criterion_finds_anything_shorter(make_random_town: MakeTown) -> None:
    for seed in range(6):
        town = make_random_town(seed)
        least = {}
        paths, measured = town.measures(Criterion.SHORTEST)
        for parcel, feeder, length in zip(paths.parcel, paths.feeder, measured.length_cm, strict=True):
            least[parcel, feeder] = length
        for criterion in (Criterion.FEW_CROSSINGS, Criterion.QUIET):
            paths, measured = town.measures(criterion)
            for parcel, feeder, length in zip(paths.parcel, paths.feeder, measured.length_cm, strict=True):
                assert length >= least[parcel, feeder] - 20


# ---- small towns


ONE_ROAD = [[(0.0, 0.0), (200.0, 0.0)]]


def only(town: Any, criterion: Criterion = Criterion.SHORTEST) -> dict[str, int]:
    _, measured = town.measures(criterion)
    assert len(measured.length_cm) == 1
    return row_of(measured, 0)


def test_a_tap_on_the_same_side_is_reached_along_the_verge(make_town: MakeTown) -> None:
    town = make_town(ONE_ROAD, [[(0, 0, 0, 20.0, 60.0, 15.0, 15.0)]], [[(0, 0, 0, 100.0, 100.0, 9.0, 9.0)]])
    assert only(town)["length_cm"] == 1000 + 4000 + 400


@pytest.mark.parametrize("criterion", list(Criterion))
def test_an_entry_opposite_the_tap_is_taken_within_the_stretch(
    make_town: MakeTown, criterion: Criterion
) -> None:
    town = make_town(
        ONE_ROAD,
        [[(0, 0, 0, 20.0, 160.0, 15.0, 29.0)]],
        [[(0, 0, 0, 90.0, 90.0, 9.0, 9.0)]],
        classes="primary",
    )
    # At 90 m the red line is 22 m from the centreline; to walk less of it does not pay where a metre of
    # depth is saved by every ten metres.
    assert only(town, criterion)["length_cm"] == 2200 - 500 + 400


def test_straight_across_the_road_is_one_crossing(make_town: MakeTown) -> None:
    town = make_town(
        ONE_ROAD,
        [[(0, 0, 0, 50.0, 50.0, 15.0, 15.0)]],
        [[(0, 0, 1, 80.0, 80.0, 9.0, 9.0)]],
        widths=12.0,
        classes="primary",
        city=1,
        green=[shapely.box(40.0, -1.0, 60.0, 12.0)],
    )
    assert only(town) == {
        "length_cm": 900 + 1200 + 3000 + 300,
        "crossing_cm": 1200,
        "crossing_count": 1,
        "city_road_crossing_cm": 1200,
        # Crossed where the tap is: 30 m of the left verge, its first 10 m in green.
        "excavation_cm": 2000 + 1200,
        "green_cm": 600 + 1000,
        "along_main_road_cm": 3000,
        "along_infrastructure_cm": 0,
    }


def test_green_on_a_crossed_city_road_is_not_dug(make_town: MakeTown) -> None:
    town = make_town(
        ONE_ROAD,
        [[(0, 0, 0, 50.0, 50.0, 15.0, 15.0)]],
        [[(0, 0, 1, 50.0, 50.0, 9.0, 9.0)]],
        city=1,
        green=[shapely.box(40.0, -2.0, 60.0, 1.0)],
    )
    found = only(town)
    assert (found["crossing_cm"], found["green_cm"], found["excavation_cm"]) == (1000, 300, 700)


@pytest.mark.parametrize("at", [61.13, 77.88, 100.13, 123.38])
def test_entry_and_tap_at_one_point_are_no_distance_apart(make_town: MakeTown, at: float) -> None:
    # At 104 percent the rounding of weighted centimetres shifts these places by a centimetre.
    point, stretch = (0, 0, 0, at, at, 5.0, 5.0), (0, 0, 0, 52.34, 165.43, 5.0, 5.0)
    near = [shapely.Point(100.0, 24.9)]
    for parcel, feeder in ((point, stretch), (stretch, point)):
        town = make_town(ONE_ROAD, [[parcel]], [[feeder]], infrastructure=near)
        assert only(town, Criterion.QUIET)["length_cm"] == 0


def test_entry_and_tap_are_neither_dug_nor_along_anything(make_town: MakeTown) -> None:
    town = make_town(
        ONE_ROAD,
        [[(0, 0, 0, 50.0, 50.0, 25.0, 25.0)]],
        [[(0, 0, 0, 50.0, 50.0, 35.0, 35.0)]],
        classes="primary",
        city=1,
        green=[shapely.box(40.0, 15.0, 60.0, 90.0)],
        infrastructure=[shapely.Point(50.0, 10.0)],
    )
    expected = dict.fromkeys(MEASURE_NAMES, 0) | {"length_cm": 5000, "green_cm": 3000}
    assert only(town) == expected


@pytest.mark.parametrize(
    ("city", "area", "expected"),
    [(1, [], 1000), (0, [], 0), (-1, [], 1000), (-1, [(49.0, 51.0)], 1000), (-1, [(90.0, 99.0)], 0)],
)
def test_a_crossing_of_a_city_road_by_the_road_or_the_area(
    make_town: MakeTown, city: int, area: list[tuple[float, float]], expected: int
) -> None:
    town = make_town(
        ONE_ROAD,
        [[(0, 0, 0, 50.0, 50.0, 15.0, 15.0)]],
        [[(0, 0, 1, 50.0, 50.0, 9.0, 9.0)]],
        city=city,
        city_area=[shapely.box(low, -50.0, high, 50.0) for low, high in area],
    )
    assert only(town)["city_road_crossing_cm"] == expected


DUAL = [
    [(0.0, 0.0), (200.0, 0.0)],
    [(0.0, 14.0), (200.0, 14.0)],
    [(200.0, 0.0), (400.0, 0.0)],
    [(200.0, 14.0), (400.0, 14.0)],
    [(0.0, 0.0), (0.0, 14.0)],
    [(200.0, 0.0), (200.0, 14.0)],
    [(400.0, 0.0), (400.0, 14.0)],
    [(0.0, 0.0), (-150.0, 0.0)],
    [(400.0, 0.0), (500.0, 0.0)],
    [(200.0, 0.0), (200.0, -150.0)],
    [(200.0, 14.0), (200.0, 150.0)],
]


def test_over_a_median_a_crossing_counts_once_at_a_junction(make_town: MakeTown) -> None:
    south, north = [[(9, 0, 1, 100.0, 100.0, 10.0, 10.0)]], [[(10, 0, 0, 100.0, 100.0, 15.0, 15.0)]]
    found = only(make_town(DUAL, south, north))
    assert found["crossing_count"] == 1
    assert found["crossing_cm"] == 2400
    assert found["length_cm"] == 500 + 9500 + 2400 + 9500 + 1000


def test_over_a_median_a_crossing_counts_once_between_junctions(make_town: MakeTown) -> None:
    south, north = [[(0, 0, 1, 60.0, 60.0, 10.0, 10.0)]], [[(1, 0, 0, 70.0, 70.0, 15.0, 15.0)]]
    found = only(make_town(DUAL, south, north, city=1))
    assert found["crossing_count"] == 1
    assert found["crossing_cm"] == found["city_road_crossing_cm"] == 2400
    assert found["length_cm"] == 500 + 2400 + 1000 + 1000


def test_around_the_corner_two_roads_are_two_crossings(make_town: MakeTown) -> None:
    lines = [
        [(0.0, 0.0), (200.0, 0.0)],
        [(0.0, 0.0), (0.0, 200.0)],
        [(0.0, 0.0), (-200.0, 0.0)],
        [(0.0, 0.0), (0.0, -200.0)],
    ]
    found = only(make_town(lines, [[(0, 0, 0, 20.0, 20.0, 5.0, 5.0)]], [[(2, 0, 0, 20.0, 20.0, 5.0, 5.0)]]))
    assert found["crossing_count"] == 2
    assert found["crossing_cm"] == 2000
    assert found["length_cm"] == 2 * 1500 + 2000


def test_a_duct_is_walked_without_digging_and_passed_without_crossing(make_town: MakeTown) -> None:
    lines = [[(0.0, 0.0), (100.0, 0.0)], [(100.0, 0.0), (200.0, 0.0)], [(100.0, 0.0), (100.0, 90.0)]]
    lines.append([(100.0, 90.0), (200.0, 90.0)])
    fields = {
        "kinds": [Kind.STREET, Kind.STREET, Kind.DUCT, Kind.STREET],
        "widths": [10.0, 10.0, 0.0, 10.0],
        "classes": ["local", "local", "other", "local"],
        "city": 1,
    }
    past = make_town(
        lines, [[(0, 0, 0, 50.0, 50.0, 5.0, 5.0)]], [[(1, 0, 0, 50.0, 50.0, 5.0, 5.0)]], **fields
    )
    found = only(past)
    assert found["crossing_count"] == found["crossing_cm"] == 0
    assert found["length_cm"] == found["excavation_cm"] == 10_000
    into = make_town(
        lines, [[(0, 0, 0, 50.0, 50.0, 5.0, 5.0)]], [[(3, 0, 1, 50.0, 50.0, 5.0, 5.0)]], **fields
    )
    found = only(into)
    # The duct begins at the street's verge, and ends at the verge of the street around the corner.
    assert found["excavation_cm"] == 5_000 + 5_000
    assert found["length_cm"] == found["excavation_cm"] + 8_000
