"""How roads meet: every way to cross, touch, overlap and miss, by drawings of a few lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.corridors.noding import noded_streets
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import ROAD_CLASSES, Kind, Streets
from gis.errors import InputError
from gis.metric_zone import zone_from_epsg
from gis.network.model import Grid, empty_frame

ZONE = zone_from_epsg(4547, 30.5)
EAST, NORTH = 500_000.0, 3_375_000.0

Row = dict[str, Any]
Point = tuple[float, float]
Path = list[Point]


def degrees(metres: shapely.Geometry | None) -> shapely.Geometry | None:
    if metres is None:
        return None
    return shapely.transform(
        metres, lambda xy: np.stack(ZONE.to_wgs84(xy[:, 0] + EAST, xy[:, 1] + NORTH), axis=1)
    )


def frame(rows: Sequence[Path | Row]) -> gpd.GeoDataFrame:
    whole = [row if isinstance(row, dict) else {"at": row} for row in rows]
    shapes = [row["at"] for row in whole]
    lines = [shapely.LineString(at) if isinstance(at, list) else at for at in shapes]
    names = {name: None for row in whole for name in row if name != "at"}
    columns = {name: pd.Series([row.get(name) for row in whole], dtype=object) for name in names}
    columns["id"] = pd.Series([f"W{number}" for number in range(len(whole))], dtype=object)
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(map(degrees, lines), crs="EPSG:4326"))


def noded(*roads: Path | Row, **thresholds: float) -> Streets:
    parameters = replace(CorridorParameters(), **thresholds)  # type: ignore[arg-type]  # thresholds are numbers
    return sound(noded_streets(Grid({"roads": frame(roads)}), parameters))


def sound(streets: Streets) -> Streets:
    """Hold what every network keeps."""
    first, last = streets.vertex_start[:-1], streets.vertex_start[1:] - 1
    assert (last > first).all()
    for end, at in ((streets.edge_from, first), (streets.edge_to, last)):
        assert np.array_equal(streets.node_x[end], streets.x[at])
        assert np.array_equal(streets.node_y[end], streets.y[at])
    steps = np.hypot(np.diff(streets.x), np.diff(streets.y))
    assert (np.delete(steps, last[:-1]) > 0).all()
    ends = np.concatenate([streets.edge_from, streets.edge_to])
    assert np.array_equal(np.unique(ends), np.arange(streets.nodes))
    assert (np.diff(streets.road) >= 0).all()
    return streets


def paths(streets: Streets) -> list[Path]:
    """Return the edges from their western or southern end, to the centimetre."""
    points = np.round(np.stack([streets.x - EAST, streets.y - NORTH], axis=1), 2) + 0.0
    found = [list(map(tuple, path.tolist())) for path in np.split(points, streets.vertex_start[1:-1])]
    return sorted(min(path, path[::-1]) for path in found)


def nodes(streets: Streets) -> list[Point]:
    east, north = np.round(streets.node_x - EAST, 2) + 0.0, np.round(streets.node_y - NORTH, 2) + 0.0
    return sorted(zip(east.tolist(), north.tolist(), strict=True))


WEST_EAST: Path = [(0, 0), (100, 0)]


def test_a_tee_cuts_the_through_road() -> None:
    streets = noded(WEST_EAST, [(40, 50), (40, 0)])
    assert paths(streets) == [[(0, 0), (40, 0)], [(40, 0), (40, 50)], [(40, 0), (100, 0)]]
    assert streets.road.tolist() == [0, 0, 1]
    assert streets.edge_from.tolist() == [0, 1, 3]
    assert streets.edge_to.tolist() == [1, 2, 1]


def test_a_cross_is_one_node() -> None:
    streets = noded(WEST_EAST, [(40, -50), (40, 50)])
    assert nodes(streets) == [(0, 0), (40, -50), (40, 0), (40, 50), (100, 0)]
    assert streets.edges == 4


def test_staggered_tees_stay_apart_however_close() -> None:
    streets = noded(WEST_EAST, [(40, 50), (40, 0)], [(40.8, -50), (40.8, 0)])
    assert nodes(streets) == [(0, 0), (40, 0), (40, 50), (40.8, -50), (40.8, 0), (100, 0)]


def test_three_roads_through_one_point_have_one_node() -> None:
    streets = noded([(0, 0), (90, 70)], [(0, 70), (90, 0)], [(0, 35), (90, 35)])
    assert (streets.edges, streets.nodes) == (6, 7)
    assert (45, 35) in nodes(streets)


@pytest.mark.parametrize("flag", [{"bridge": True}, {"tunnel": True}, {"layer": 1}, {"layer": -2.0}])
def test_an_overpass_does_not_meet_the_road_below(flag: Row) -> None:
    streets = noded(WEST_EAST, {"at": [(40, -50), (40, 50)], **flag})
    assert (streets.edges, streets.nodes) == (2, 4)
    assert streets.raised.tolist() == [False, True]


def test_two_roads_on_one_bridge_deck_meet() -> None:
    deck = {"bridge": True, "layer": 1}
    assert noded({"at": WEST_EAST, **deck}, {"at": [(40, -50), (40, 50)], **deck}).edges == 4


def test_a_bridge_continues_the_road_at_its_ends() -> None:
    streets = noded([(0, 0), (50, 0)], {"at": [(50, 0), (150, 0)], "bridge": True}, [(150.6, 0), (200, 0)])
    assert (streets.edges, streets.nodes) == (3, 4)


def test_a_bridge_that_ends_on_a_road_meets_it_at_a_vertex_only() -> None:
    bridge: Row = {"at": [(40, 0), (40, 50)], "bridge": True}
    assert noded(WEST_EAST, bridge).nodes == 4
    assert noded([(0, 0), (40, 0), (100, 0)], bridge).nodes == 4
    assert paths(noded(WEST_EAST, bridge))[0] == WEST_EAST
    assert paths(noded([(0, 0), (40, 0), (100, 0)], bridge))[0] == [(0, 0), (40, 0)]


def test_vertices_above_one_another_do_not_meet() -> None:
    streets = noded([(0, 0), (40, 0), (100, 0)], {"at": [(40, -50), (40, 0), (40, 50)], "bridge": True})
    assert (streets.edges, streets.nodes) == (2, 4)


def test_a_ring_is_one_edge() -> None:
    streets = noded([(0, 0), (60, 0), (60, 60), (0, 0)])
    assert (streets.edges, streets.nodes) == (1, 1)
    assert streets.edge_from[0] == streets.edge_to[0]


def test_a_lollipop_is_a_stem_and_a_ring() -> None:
    streets = noded([(0, 0), (50, 0), (80, 30), (80, -30), (50, 0)])
    assert paths(streets) == [[(0, 0), (50, 0)], [(50, 0), (80, -30), (80, 30), (50, 0)]]


def test_a_ring_that_misses_its_stem_by_a_little_is_closed() -> None:
    streets = noded([(0, 0), (50, 0), (80, 30), (80, -30), (40.3, -0.5)])
    assert [(0, 0), (40.3, 0)] in paths(streets)
    assert (streets.edges, streets.nodes) == (2, 2)


def test_a_figure_of_eight_crosses_itself_without_a_vertex() -> None:
    streets = noded([(0, 0), (80, 40), (80, 0), (0, 40), (0, 0)])
    assert (streets.edges, streets.nodes) == (3, 2)
    assert (40, 20) in nodes(streets)


def test_a_road_that_touches_itself_between_vertices_is_cut_there() -> None:
    streets = noded([(0, 0), (100, 0), (100, 50), (40, 50), (40, 0)])
    assert paths(streets) == [
        [(0, 0), (40, 0)],
        [(40, 0), (40, 50), (100, 50), (100, 0), (40, 0)],
    ]


def test_a_road_that_runs_back_on_itself_counts_once() -> None:
    assert paths(noded([(0, 0), (100, 0), (30, 0)])) == [[(0, 0), (30, 0)], [(30, 0), (100, 0)]]


@pytest.mark.parametrize("again", [[(0, 0), (50, 20), (100, 0)], [(100, 0), (50, 20), (0, 0)]])
@pytest.mark.parametrize("noding", ["crossings", "shared"])
def test_a_road_drawn_twice_is_one_edge(again: Path, noding: str) -> None:
    streets = noded(
        {"at": [(0, 0), (50, 20), (100, 0)], "class": "local", "noding": noding},
        {"at": again, "class": "primary", "noding": noding},
    )
    assert paths(streets) == [[(0, 0), (50, 20), (100, 0)]]
    assert streets.road.tolist() == [1]


def test_of_roads_that_coincide_the_higher_the_wider_the_first_stands() -> None:
    lower, wider, first = (
        noded(*({"at": WEST_EAST, **row} for row in rows)).road.tolist()
        for rows in (
            ({"class": "track", "width_m": 40}, {"class": "tertiary", "width_m": 3}),
            ({"class": "local", "width_m": 7}, {"class": "local", "width_m": 9}),
            ({"class": "local"}, {"class": "local"}),
        )
    )
    assert (lower, wider, first) == ([1], [1], [0])


@pytest.mark.parametrize("noding", ["crossings", "shared"])
def test_a_partial_overlap_is_cut_where_it_begins_and_ends(noding: str) -> None:
    streets = noded({"at": WEST_EAST, "noding": noding}, {"at": [(60, 0), (160, 0)], "noding": noding})
    assert paths(streets) == [[(0, 0), (60, 0)], [(60, 0), (100, 0)], [(100, 0), (160, 0)]]
    assert streets.road.tolist() == [0, 0, 1]


def test_roads_that_share_a_stretch_with_vertices_of_their_own_are_one_there() -> None:
    streets = noded(
        {"at": [(0, 50), (10, 0), (40, 0), (90, 0), (100, 50)], "noding": "shared"},
        {"at": [(0, -50), (10, 0), (60, 0), (70, 0), (90, 0), (100, -50)], "noding": "shared"},
    )
    assert [(10, 0), (40, 0), (60, 0), (70, 0), (90, 0)] in paths(streets)
    assert streets.edges == 5


def test_parallel_ways_between_two_nodes_stay() -> None:
    streets = noded([(0, 0), (50, 20), (100, 0)], [(0, 0), (50, -20), (100, 0)], WEST_EAST)
    assert (streets.edges, streets.nodes) == (3, 2)


@pytest.mark.parametrize("noding", ["crossings", "shared"])
@pytest.mark.parametrize(("gap_m", "joined"), [(0.9, True), (1.1, False)])
def test_an_end_that_misses_a_road_by_a_little_is_joined(gap_m: float, *, joined: bool, noding: str) -> None:
    streets = noded({"at": WEST_EAST, "noding": noding}, {"at": [(40, 50), (40, gap_m)], "noding": noding})
    assert (streets.edges, streets.nodes) == ((3, 4) if joined else (2, 4))
    assert ([(40, 0), (40, 50)] in paths(streets)) is joined


@pytest.mark.parametrize(("gap_m", "joined"), [(0.9, True), (1.1, False)])
def test_two_ends_that_miss_one_another_by_a_little_are_joined(gap_m: float, *, joined: bool) -> None:
    streets = noded(WEST_EAST, [(100 + gap_m, 0), (200, 0)])
    assert streets.nodes == (3 if joined else 4)


def test_an_end_prefers_another_end_to_the_line_before_it() -> None:
    streets = noded(WEST_EAST, [(180, 40), (99.6, 0.3)])
    assert nodes(streets) in ([(0, 0), (99.6, 0.3), (180, 40)], [(0, 0), (100, 0), (180, 40)])


def test_an_end_that_overshoots_by_a_little_leaves_no_stub() -> None:
    streets = noded(WEST_EAST, [(40, 50), (40, -0.5)])
    assert nodes(streets) == [(0, 0), (40, 0), (40, 50), (100, 0)]


def test_a_bridge_near_a_road_below_is_not_joined_to_it() -> None:
    assert noded(WEST_EAST, {"at": [(40, 50), (40, 0.5)], "bridge": True}).edges == 2


def test_a_road_shorter_than_the_tolerance_is_kept() -> None:
    streets = noded(WEST_EAST, [(40, 0), (40, 0.8)])
    assert [(40, 0), (40, 0.8)] in paths(streets)


def test_an_island_is_a_component_of_its_own() -> None:
    streets = noded(WEST_EAST, [(0, 500), (100, 500)])
    assert (streets.edges, streets.nodes) == (2, 4)


def test_places_a_centimetre_apart_are_one_across_any_rounding_border() -> None:
    for shift in np.arange(0, 0.02, 0.00125):
        at = 50 + float(shift)
        streets = noded(
            {"at": [(0, 0), (at, 0)], "noding": "shared"},
            {"at": [(at + 0.008, 0.004), (100, 0)], "noding": "shared"},
            join_tolerance_m=0.0,
        )
        assert streets.nodes == 3


def test_parts_heights_and_repeated_vertices() -> None:
    parts = shapely.MultiLineString([[(0, 0), (40, 0), (40, 0), (40.004, 0)], [(40, 0), (40, 50)]])
    rows = frame([{"at": parts, "name": "环路"}, {"at": shapely.LineString()}, {"at": None}])
    rows = rows.set_geometry(shapely.force_3d(rows.geometry.to_numpy(), 7.0), crs="EPSG:4326")
    assert rows.geometry.has_z.any()
    streets = sound(noded_streets(Grid({"roads": rows}), CorridorParameters()))
    assert paths(streets) == [[(0, 0), (40, 0)], [(40, 0), (40, 50)]]
    assert streets.road.tolist() == [0, 0]
    assert streets.road_ids.tolist() == ["W0", "W1", "W2"]
    assert streets.road_names.tolist() == ["环路", None, None]


def test_what_is_no_line_is_skipped() -> None:
    good = frame([WEST_EAST])
    texts = ["POINT (114 30)", "LINESTRING (114 30, nan 31)", "LINESTRING (114 30, 114 30)"]
    texts += ["LINESTRING (114 30, inf 30)", "POLYGON ((114 30, 115 30, 115 31, 114 30))"]
    with np.errstate(invalid="ignore"):
        odd = shapely.from_wkt(texts)
    rows = pd.concat([good, gpd.GeoDataFrame({"id": list("abcde")}, geometry=odd, crs="EPSG:4326")])
    streets = sound(noded_streets(Grid({"roads": rows}), CorridorParameters()))
    assert paths(streets) == [WEST_EAST]


def test_vertices_denser_than_the_tolerance_keep_the_shape() -> None:
    angle = np.linspace(0, np.pi, 20_000)
    streets = noded(list(zip(20 * np.cos(angle), 20 * np.sin(angle), strict=True)))
    length = np.hypot(np.diff(streets.x), np.diff(streets.y)).sum()
    assert length == pytest.approx(20 * np.pi, abs=0.01)


def test_attributes_of_edges() -> None:
    streets = noded(
        {"at": [(0, 0), (10, 0)], "class": "expressway", "city": True, "width_m": 30.0},
        {"at": [(0, 10), (10, 10)], "class": "secondary", "city": False, "width_m": 0.0},
        {"at": [(0, 20), (10, 20)], "class": "cycleway", "width_m": float("nan")},
    )
    assert streets.kind.tolist() == [Kind.EXPRESSWAY, Kind.STREET, Kind.STREET]
    assert [ROAD_CLASSES[code] for code in streets.road_class] == ["expressway", "secondary", "other"]
    assert streets.width_m.tolist() == [30.0, 16.0, 8.0]
    assert streets.width_assumed.tolist() == [False, True, True]
    assert streets.city.tolist() == [1, 0, -1]
    assert streets.zone.epsg == 4547


def test_a_grid_without_roads_is_an_empty_network() -> None:
    parcels = frame([{"at": shapely.box(0, 0, 50, 50)}])
    streets = noded_streets(Grid({"parcels": parcels, "railways": frame([WEST_EAST])}), CorridorParameters())
    assert (streets.edges, streets.nodes, len(streets.x)) == (0, 0, 0)
    assert streets.vertex_start.tolist() == [0]
    assert streets.zone.epsg == 4547
    roads = pd.concat([empty_frame("roads")])
    assert noded_streets(Grid({"roads": roads, "parcels": parcels}), CorridorParameters()).edges == 0


def test_a_grid_without_a_place_is_refused() -> None:
    with pytest.raises(InputError, match="Repair"):
        noded_streets(Grid({}), CorridorParameters())
