"""Roads and feeders: columns, lines, ids of nodes, and values that cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.dictionary.model import layers
from gis.findings import Severity
from layers.sources.osm import open_osm

if TYPE_CHECKING:
    from tests.layers.osm.conftest import OsmBench, Way


def test_a_road_has_its_columns_line_and_node_ids(osm: OsmBench, tmp_path: Path) -> None:
    tags = {"highway": "secondary_link", "name": "解放大道", "width": "24 ft", "layer": "1", "bridge": "yes"}
    tables, source = osm.read_text(tmp_path, osm.xml(osm.square, {10: ([1, 2, 3], tags)}))
    road = osm.row(tables, "roads", "way/10")
    assert list(tables) == ["roads"]
    assert list(tables["roads"].columns) == [
        *(column.name for column in layers()["roads"].fields if column.name != "id"),
        "node_ids",
        "geometry",
    ]
    assert (road["name"], road["class"], road["width_m"]) == ("解放大道", "secondary", 7.315)
    assert (road["layer"], road["bridge"], road["tunnel"], road["city"]) == (1, True, False, None)
    assert road["node_ids"].dtype == np.int64
    assert road["node_ids"].tolist() == [1, 2, 3]
    assert road["geometry"].equals(shapely.LineString([osm.square[1], osm.square[2], osm.square[3]]))
    assert source.findings == ()
    assert source.crs == "EPSG:4326"


def test_coordinates_are_exact_to_the_last_digit(osm: OsmBench, tmp_path: Path) -> None:
    nodes = {1: (114.1234567, 30.7654321), 2: (-0.0000001, -89.9999999)}
    tables, _ = osm.read_text(tmp_path, osm.xml(nodes, {10: ([1, 2], {"highway": "road"})}))
    assert list(osm.row(tables, "roads", "way/10")["geometry"].coords) == list(nodes.values())


def test_roads_share_the_ids_of_their_common_nodes_across_chunks(osm: OsmBench, tmp_path: Path) -> None:
    path = tmp_path / "grid.osm"
    ways: dict[int, Way] = {10 + i: ([1 + i, 2 + i], {"highway": "road"}) for i in range(3)}
    path.write_text(osm.xml(osm.square, ways), encoding="utf-8")
    chunks = list(open_osm(path, chunk_rows=1).chunks())
    assert [chunk.rows["node_ids"].iloc[0].tolist() for chunk in chunks] == [[1, 2], [2, 3], [3, 4]]
    assert [chunk.rows.index.tolist() for chunk in chunks] == [[1], [2], [3]]


def test_nodes_that_are_missing_are_dropped_and_counted(osm: OsmBench, tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        10: ([1, 99, 2], {"highway": "road"}),
        11: ([98, 1], {"highway": "road"}),
        12: ([97, 96], {"railway": "rail"}),
    }
    tables, source = osm.read_text(tmp_path, osm.xml(osm.square, ways))
    assert list(tables) == ["roads"]
    assert tables["roads"].index.tolist() == ["way/10"]
    assert osm.row(tables, "roads", "way/10")["node_ids"].tolist() == [1, 2]
    lost = {(f.layer, f.check): f.message for f in source.findings}
    assert set(lost) == {
        ("roads", "osm_nodes_missing"),
        ("roads", "osm_line_unusable"),
        ("railways", "osm_nodes_missing"),
        ("railways", "osm_line_unusable"),
    }
    assert "2 objects: way/10, way/11." in lost["roads", "osm_nodes_missing"]
    assert "1 object: way/11." in lost["roads", "osm_line_unusable"]
    assert source.rejected == {"roads": 1, "railways": 1}
    assert all(f.severity is Severity.WARNING and f.repair for f in source.findings)


def test_a_repeated_node_is_one_vertex_and_a_line_without_length_is_refused(
    osm: OsmBench, tmp_path: Path
) -> None:
    nodes = {**osm.square, 9: osm.square[1]}
    ways: dict[int, Way] = {
        10: ([1, 1, 2, 2, 1], {"highway": "road"}),
        11: ([1, 1], {"highway": "road"}),
        12: ([1, 9], {"highway": "road"}),
        13: ([], {"highway": "road"}),
    }
    tables, source = osm.read_text(tmp_path, osm.xml(nodes, ways))
    assert tables["roads"].index.tolist() == ["way/10"]
    assert osm.row(tables, "roads", "way/10")["node_ids"].tolist() == [1, 2, 1]
    assert source.rejected == {"roads": 3}


def test_feeders_have_voltage_construction_and_no_substation(osm: OsmBench, tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        10: ([1, 2], {"power": "minor_line", "voltage": "10000", "ref": "城01"}),
        11: ([2, 3], {"power": "cable", "voltage": "20 kV"}),
        12: ([3, 4], {"power": "line", "voltage": "110000"}),
        13: ([3, 4], {"power": "line"}),
    }
    tables, source = osm.read_text(tmp_path, osm.xml(osm.square, ways))
    rows = tables["feeders"]
    assert rows.index.tolist() == ["way/10", "way/11"]
    assert rows["construction"].tolist() == ["overhead", "cable"]
    assert rows["voltage_kv"].tolist() == [10.0, 20.0]
    assert rows.loc["way/10", "name"] == "城01"
    assert rows["substation_id"].isna().all()
    assert [(f.check, f.layer) for f in source.findings] == [("osm_line_without_voltage", "feeders")]
    assert "1 object: way/13." in source.findings[0].message


def test_values_that_cannot_be_read_are_told_with_their_text(osm: OsmBench, tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        number: ([1, 2], {"highway": "road", "width": "narrow", "layer": "0;1"}) for number in range(10, 17)
    }
    ways[17] = ([1, 2], {"highway": "yes"})
    text = osm.xml(osm.square, ways, node_tags={3: {"power": "substation", "voltage": "10000;mv"}})
    tables, source = osm.read_text(tmp_path, text)
    assert tables["roads"][["width_m", "layer"]].isna().to_numpy().all()
    assert tables["substations"].loc["node/3", "voltage_kv"] == 10
    messages = {f.check: f.message for f in source.findings}
    assert "7 objects: way/10 'narrow'" in messages["osm_width_unreadable"]
    assert messages["osm_width_unreadable"].endswith("way/14 'narrow', ….")
    assert "way/10 '0;1'" in messages["osm_level_unreadable"]
    assert "1 object: way/17 'yes'." in messages["osm_class_unknown"]
    assert "1 object: node/3 '10000;mv'." in messages["osm_voltage_unreadable"]
    assert source.rejected == {"roads": 1}
