"""How roads of several sources, railways and ducts meet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.corridors.noding import noded_streets
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Kind, Streets
from gis.metric_zone import zone_from_epsg
from gis.network.model import Grid

ZONE = zone_from_epsg(4547, 30.5)
EAST, NORTH = 500_000.0, 3_375_000.0

Row = dict[str, Any]
Point = tuple[float, float]
Path = list[Point]

WEST_EAST: Path = [(0, 0), (100, 0)]
BENT: Path = [(0, 0), (40, 0), (100, 0)]
NORTHWARD: Path = [(40, -50), (40, 50)]
NORTH_BENT: Path = [(40, -50), (40, 0), (40, 50)]


def frame(rows: Sequence[Path | Row]) -> gpd.GeoDataFrame:
    whole = [row if isinstance(row, dict) else {"at": row} for row in rows]
    points = [np.array(row["at"]) + np.array([EAST, NORTH]) for row in whole]
    lines = [shapely.LineString(np.stack(ZONE.to_wgs84(*each.T), axis=1)) for each in points]
    names = {name: None for row in whole for name in row if name != "at"}
    columns = {name: pd.Series([row.get(name) for row in whole], dtype=object) for name in names}
    columns["id"] = pd.Series([f"W{number}" for number in range(len(whole))], dtype=object)
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(lines, crs="EPSG:4326"))


def noded(
    *roads: Path | Row, railways: Sequence[Path | Row] = (), ducts: Sequence[Path | Row] = ()
) -> Streets:
    frames = {"roads": roads, "railways": railways, "ducts": ducts}
    grid = Grid({name: frame(rows) for name, rows in frames.items() if rows})
    return noded_streets(grid, CorridorParameters())


def shared(at: Path, **row: object) -> Row:
    return {"at": at, "noding": "shared", **row}


def numbered(at: Path, ids: list[int], **row: object) -> Row:
    return {"at": at, "noding": "nodes", "node_ids": ids, **row}


def paths(streets: Streets, *kinds: Kind) -> list[Path]:
    points = np.round(np.stack([streets.x - EAST, streets.y - NORTH], axis=1), 2) + 0.0
    found = [list(map(tuple, path.tolist())) for path in np.split(points, streets.vertex_start[1:-1])]
    wanted = np.isin(streets.kind, kinds) if kinds else np.ones(streets.edges, dtype=bool)
    return sorted(min(path, path[::-1]) for path, kept in zip(found, wanted, strict=True) if kept)


def joined(streets: Streets, at: Point) -> list[int]:
    """Return how many edges meet at each node of a place."""
    ends = np.bincount(np.concatenate([streets.edge_from, streets.edge_to]))
    here = np.hypot(streets.node_x - EAST - at[0], streets.node_y - NORTH - at[1]) < 0.02
    return sorted(ends[here].tolist())


# Roads of one source


def test_shared_noding_needs_a_common_vertex() -> None:
    assert noded(shared(WEST_EAST), shared(NORTHWARD)).edges == 2
    assert noded(shared(BENT), shared(NORTHWARD)).edges == 2
    assert noded(shared(BENT), shared(NORTH_BENT)).edges == 4


def test_an_end_on_a_shared_line_without_a_vertex_joins_it() -> None:
    assert joined(noded(shared(WEST_EAST), shared([(40, 50), (40, 0)])), (40, 0)) == [3]


def test_node_ids_decide_whatever_the_places() -> None:
    ids = [1, 2, 3]
    assert noded(numbered(BENT, ids), numbered(NORTH_BENT, [4, 2, 5])).edges == 4
    assert noded(numbered(BENT, ids), numbered(NORTH_BENT, [4, 9, 5])).edges == 2
    assert noded(numbered(WEST_EAST, [1, 3]), numbered(NORTHWARD, [4, 5])).edges == 2
    # By ids even a bridge may meet a road.
    assert noded(numbered(BENT, ids), numbered(NORTH_BENT, [4, 2, 5], bridge=True)).edges == 4


def test_an_id_repeated_in_one_road_is_a_junction() -> None:
    lollipop: Path = [(0, 0), (50, 0), (80, 30), (80, -30), (50, 0)]
    assert noded(numbered(lollipop, [1, 2, 3, 4, 2])).edges == 2


def test_an_id_at_two_places_is_two_nodes() -> None:
    assert noded(numbered(WEST_EAST, [1, 2]), numbered([(130, 0), (200, 0)], [2, 3])).nodes == 4


def test_dangling_ends_of_numbered_roads_stay() -> None:
    streets = noded(numbered(WEST_EAST, [1, 2]), numbered([(40, 50), (40, 0.5)], [3, 4]))
    assert (streets.edges, streets.nodes) == (2, 4)


def test_too_few_node_ids_are_no_node_ids() -> None:
    assert noded(numbered(BENT, [1, 2]), numbered(NORTH_BENT, [4, 2])).edges == 4
    assert noded(numbered(WEST_EAST, [1, 2, 3]), numbered(NORTHWARD, [4, 2, 5])).edges == 2


def test_numbered_roads_drawn_twice_with_other_ids_are_one() -> None:
    streets = noded(
        numbered(BENT, [1, 2, 3]),
        numbered(BENT[::-1], [6, 5, 4], **{"class": "primary"}),
        numbered([(40, 0), (40, 50)], [2, 7]),
        numbered([(40, -50), (40, 0)], [8, 5]),
    )
    assert streets.edges == 4
    assert streets.road.tolist() == [1, 1, 2, 3]
    assert joined(streets, (40, 0)) == [4]


def test_nodes_above_one_another_are_two() -> None:
    streets = noded(
        numbered(BENT, [1, 2, 3]),
        numbered([(40, 0), (40, 50)], [2, 4]),
        numbered(NORTH_BENT, [5, 6, 7], bridge=True),
        numbered([(40, 0), (140, 40)], [6, 8], bridge=True),
    )
    assert joined(streets, (40, 0)) == [3, 3]


def test_lines_of_two_levels_on_one_another_between_common_ends_are_one_edge() -> None:
    streets = noded(BENT, {"at": BENT, "tunnel": True, "class": "primary"})
    assert paths(streets) == [BENT]
    assert streets.road.tolist() == [1]


# Roads of several sources


def test_a_road_noded_by_crossings_meets_those_that_are_not() -> None:
    assert joined(noded(WEST_EAST, shared(NORTHWARD)), (40, 0)) == [4]
    assert joined(noded(WEST_EAST, numbered(NORTHWARD, [1, 2])), (40, 0)) == [4]
    assert joined(noded(WEST_EAST, numbered(NORTH_BENT, [1, 2, 3])), (40, 0)) == [4]
    assert noded(WEST_EAST, numbered(NORTHWARD, [1, 2], bridge=True)).edges == 2


SIDE: Path = [(40, 50), (40, 0)]


@pytest.mark.parametrize("road", [shared(BENT), numbered(BENT, [1, 2, 3]), {"at": BENT}])
@pytest.mark.parametrize("other", [shared(SIDE), numbered(SIDE, [8, 2]), {"at": SIDE}])
def test_an_end_of_one_source_joins_the_vertex_of_another(road: Row, other: Row) -> None:
    assert joined(noded(road, other), (40, 0)) == [3]


def test_an_end_of_one_source_that_misses_another_by_a_little_joins_it() -> None:
    side: Path = [(40, 50), (40, 0.6)]
    assert joined(noded(numbered(WEST_EAST, [1, 2]), shared(side)), (40, 0)) == [3]
    assert joined(noded(shared(WEST_EAST), numbered(side, [1, 2])), (40, 0)) == [3]


# Railways


def test_a_railway_and_a_road_meet_at_a_level_crossing() -> None:
    streets = noded(WEST_EAST, railways=[NORTHWARD])
    assert joined(streets, (40, 0)) == [4]
    assert streets.kind.tolist() == [Kind.STREET, Kind.STREET, Kind.RAILWAY, Kind.RAILWAY]
    assert streets.width_m[2:].tolist() == [10.0, 10.0]
    assert streets.width_assumed[2:].all()
    assert (streets.road.tolist(), streets.road_ids.tolist()) == ([0, 0, 1, 1], ["W0", "W0"])


@pytest.mark.parametrize("flag", [{"bridge": True}, {"tunnel": True}, {"layer": -1}])
def test_a_road_over_or_under_a_railway_does_not_meet_it(flag: Row) -> None:
    assert noded({"at": WEST_EAST, **flag}, railways=[NORTHWARD]).edges == 2
    assert noded({"at": BENT, **flag}, railways=[NORTH_BENT]).edges == 2


def test_a_noded_road_meets_a_railway_at_common_vertices_only() -> None:
    for make in (shared, lambda at: numbered(at, [1, 2, 3][: len(at)])):
        assert noded(make(WEST_EAST), railways=[NORTHWARD]).edges == 2
        assert joined(noded(make(BENT), railways=[NORTH_BENT]), (40, 0)) == [4]


def test_railways_neither_join_nor_are_joined_across_gaps() -> None:
    streets = noded(WEST_EAST, [(60, 50), (60, 20.5)], railways=[[(40, 50), (40, 0.5)], [(40, 20), (90, 20)]])
    assert (streets.edges, streets.nodes) == (4, 8)


def test_a_street_on_a_railway_stands_for_both() -> None:
    streets = noded({"at": WEST_EAST, "class": "track"}, railways=[[(0, 0), (40, 0), (100, 0), (150, 30)]])
    assert paths(streets, Kind.STREET) == [BENT]
    assert paths(streets, Kind.RAILWAY) == [[(100, 0), (150, 30)]]


# Ducts

STREET: Row = {"at": [(0, 0), (300, 0)], "width_m": 20.0}


def test_a_duct_beside_a_street_is_no_edge() -> None:
    assert noded(STREET, ducts=[[(0, 14.9), (300, 14.9)]]).edges == 1
    assert noded(STREET, ducts=[[(0, 0), (300, 0)]]).edges == 1


def test_a_duct_away_from_streets_is_an_edge_without_width() -> None:
    streets = noded(STREET, ducts=[{"at": [(50, 200), (250, 200)], "name": "一号廊道"}])
    assert paths(streets, Kind.DUCT) == [[(50, 200), (250, 200)]]
    assert streets.width_m.tolist() == [20.0, 0.0]
    assert streets.width_assumed.tolist() == [False, False]
    assert streets.road_names.tolist() == [None, "一号廊道"]


def test_a_duct_that_leaves_the_verge_is_led_back_to_the_street() -> None:
    streets = noded(STREET, ducts=[[(20, 12), (100, 12), (100, 80), (200, 80), (200, 12), (280, 12)]])
    assert paths(streets, Kind.DUCT) == [[(100, 0), (100, 15), (100, 80), (200, 80), (200, 15), (200, 0)]]
    assert joined(streets, (100, 0)) == [3]
    assert joined(streets, (200, 0)) == [3]


@pytest.mark.parametrize("street", [shared(STREET["at"], bridge=True), numbered(STREET["at"], [1, 2])])
def test_a_duct_is_led_to_a_street_of_any_noding_and_level(street: Row) -> None:
    assert joined(noded(street, ducts=[[(100, 5), (100, 80)]]), (100, 0)) == [3]


@pytest.mark.parametrize(("gap_m", "led"), [(29.0, True), (31.0, False)])
def test_a_duct_that_ends_near_a_street_is_led_to_it(gap_m: float, *, led: bool) -> None:
    streets = noded(STREET, ducts=[[(100, gap_m), (100, 90)]])
    assert joined(streets, (100, 0)) == ([3] if led else [])


def test_a_short_duct_beyond_the_verge_is_dropped() -> None:
    assert noded(STREET, ducts=[[(100, 0), (100, 19)]]).edges == 1
    assert noded(STREET, ducts=[[(100, 0), (100, 21)]]).edges == 3


def test_a_duct_over_a_street_crosses_it_at_one_node() -> None:
    streets = noded(STREET, ducts=[[(100, -80), (140, 80)]])
    assert paths(streets, Kind.DUCT) == [[(100, -80), (120, 0)], [(120, 0), (140, 80)]]


def test_a_duct_under_a_bridge_goes_on_below_it() -> None:
    streets = noded({**STREET, "bridge": True}, ducts=[[(100, -80), (140, 80)]])
    assert paths(streets, Kind.DUCT) == [[(100, -80), (140, 80)]]


def test_a_duct_meets_expressways_and_railways_where_it_crosses_them() -> None:
    streets = noded(
        {"at": [(0, 0), (300, 0)], "class": "expressway"},
        railways=[[(0, 40), (300, 40)]],
        ducts=[[(100, -80), (100, 80)], [(120, 5), (280, 5)]],
    )
    assert joined(streets, (100, 0)) == [4]
    assert joined(streets, (100, 40)) == [4]
    assert [(120, 5), (280, 5)] in paths(streets, Kind.DUCT)


def test_ducts_meet_one_another() -> None:
    streets = noded(
        STREET, ducts=[[(50, 200), (250, 200)], [(150, 150), (150, 250)], [(200, 200.7), (200, 300)]]
    )
    assert joined(streets, (150, 200)) == [4]
    assert joined(streets, (200, 200)) == [3]


def test_an_end_at_another_duct_is_not_led_to_the_street() -> None:
    streets = noded(STREET, ducts=[[(50, 22), (250, 22)], [(150, 22), (150, 100)]])
    assert joined(streets, (150, 22)) == [3]
    assert joined(streets, (150, 0)) == []


def test_a_duct_that_ends_near_a_dangling_street_does_not_keep_it_from_joining() -> None:
    streets = noded(STREET, [(150, 100), (150, 0.8)], ducts=[[(170, 50), (250, 50)]])
    assert joined(streets, (150, 0)) == [3]
    assert joined(streets, (150, 50)) == [3]
