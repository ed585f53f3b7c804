"""Figures that are known of real street networks, where their files are at hand."""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.corridors.noding import noded_streets
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Kind, Streets
from gis.network.model import Grid
from layers.sources.osm import open_osm

CASES = Path(__file__).parents[4] / "shared" / "data" / "cases"

Indices = NDArray[np.int32] | NDArray[np.int64]

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the real data is not beside the checkout")


@pytest.fixture(scope="module")
def wuhan(tmp_path_factory: pytest.TempPathFactory) -> gpd.GeoDataFrame:
    # Drivers may write beside what they read.
    file = shutil.copy(CASES / "wuhan" / "roads.gpkg", tmp_path_factory.mktemp("wuhan"))
    frame = gpd.read_file(file).rename(columns={"road_id": "id", "路宽": "width_m"})
    words = {"快速路": "expressway", "主干路": "primary", "次干路": "secondary", "支路": "local"}
    frame["class"] = frame["道路等级"].map(words)
    return frame


@pytest.fixture(scope="module")
def malta(tmp_path_factory: pytest.TempPathFactory) -> Grid:
    file = shutil.copy(CASES / "malta" / "malta-latest.osm.pbf", tmp_path_factory.mktemp("malta"))
    rows = defaultdict(list)
    for chunk in open_osm(Path(file)).chunks():
        rows[chunk.layer].append(gpd.GeoDataFrame(chunk.rows, geometry=chunk.geometry, crs="EPSG:4326"))
    return Grid({layer: pd.concat(rows[layer], ignore_index=True) for layer in ("roads", "railways")})


def pieces(tails: Indices, heads: Indices) -> int:
    """Return the number of connected pieces of what edges join."""
    _, ends = np.unique(np.stack([tails, heads]), return_inverse=True)
    size = int(ends.max()) + 1
    graph = coo_array((np.ones(len(tails)), tuple(ends.reshape(2, -1))), shape=(size, size))
    return int(connected_components(graph)[0])


def segments_m(streets: Streets) -> NDArray[np.float64]:
    steps = np.hypot(np.diff(streets.x), np.diff(streets.y))
    return np.delete(steps, streets.vertex_start[1:-1] - 1)


def noded(frame: gpd.GeoDataFrame, noding: str) -> Streets:
    roads = frame.to_crs(4326).assign(noding=noding)
    return noded_streets(Grid({"roads": roads}), CorridorParameters())


def test_streets_of_a_city_by_common_vertices(wuhan: gpd.GeoDataFrame) -> None:
    streets = noded(wuhan, "shared")
    assert streets.zone.epsg == 4547
    assert len(np.unique(np.stack([streets.x, streets.y], axis=1), axis=0)) == 82_891
    assert pieces(streets.edge_from, streets.edge_to) == 1
    # 92,667 in the source, 24 of them twice; and one that lies on two others.
    length_m = segments_m(streets)
    assert len(length_m) == 92_642
    points, road = shapely.get_coordinates(wuhan.geometry.to_numpy(), return_index=True)
    ends = np.round(np.concatenate([points[:-1], points[1:]], axis=1)[road[1:] == road[:-1]], 2)
    turned = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[turned] = ends[turned][:, [2, 3, 0, 1]]
    once = np.unique(ends, axis=0)
    total_m = np.hypot(once[:, 0] - once[:, 2], once[:, 1] - once[:, 3]).sum()
    assert length_m.sum() == pytest.approx(total_m, abs=50)
    # All roads are there but for the 25 that lie exactly on others, and two that lie on several.
    for kind, count in ((Kind.STREET, 26_768), (Kind.EXPRESSWAY, 2_812)):
        assert np.unique(streets.road[streets.kind == kind]).size == pytest.approx(count, abs=27)


def test_streets_of_a_city_by_crossings_gain_a_junction_at_each_bare_crossing(
    wuhan: gpd.GeoDataFrame,
) -> None:
    shared, crossing = noded(wuhan, "shared"), noded(wuhan, "crossings")
    # 4,026 pairs of roads cross without a common vertex; some do so more than once, some at one place.
    assert 4_026 <= crossing.nodes - shared.nodes <= 4_150
    assert segments_m(crossing).sum() == pytest.approx(segments_m(shared).sum(), abs=1)


def test_roads_of_a_country_by_their_node_ids(malta: Grid) -> None:
    streets = noded_streets(malta, CorridorParameters())
    assert streets.zone.epsg == 32633
    ids = malta["roads"]["node_ids"]
    counts = ids.map(len).to_numpy()
    codes, _ = pd.factorize(np.concatenate(ids.to_list()))
    first = np.cumsum(counts) - counts
    inner = np.delete(np.arange(len(codes)), first + counts - 1)
    ends = np.unique(np.sort(np.stack([codes[inner], codes[inner + 1]], axis=1), axis=1), axis=0)
    junctions = np.bincount(ends.ravel()) != 2
    junctions[codes[first]] = junctions[codes[first + counts - 1]] = True
    on_road = streets.kind != Kind.RAILWAY
    nodes = np.unique(np.concatenate([streets.edge_from[on_road], streets.edge_to[on_road]]))
    assert len(nodes) == junctions.sum()
    # Roads drawn over one another with nodes of their own are one.
    assert 0 <= len(ends) - (~junctions).sum() - on_road.sum() <= 2
    assert pieces(streets.edge_from[on_road], streets.edge_to[on_road]) == pieces(*ends.T)
