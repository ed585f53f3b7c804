"""OpenStreetMap files read into layers: geometry, ids, faults, damaged files, real extracts."""

from __future__ import annotations

import bz2
import csv
import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from numpy.typing import NDArray

from gis.dictionary.model import layers
from gis.errors import SourceError
from gis.findings import Severity
from layers.sources.osm import ATTRIBUTION, OsmSource, open_osm

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
MALTA = SHARED / "cases" / "malta"
HELGOLAND = SHARED / "raw" / "helgoland_osm_2024"

needs_malta = pytest.mark.skipif(not MALTA.is_dir(), reason="the Malta extract is not beside the checkout")
needs_helgoland = pytest.mark.skipif(
    not HELGOLAND.is_dir(), reason="the Helgoland extract is not beside the checkout"
)

Node = tuple[float, float]
Way = tuple[list[int], Mapping[str, str]]
Member = tuple[int, str]
Relation = tuple[list[Member], Mapping[str, str]]

SQUARE: dict[int, Node] = {1: (114.0, 30.0), 2: (114.01, 30.0), 3: (114.01, 30.01), 4: (114.0, 30.01)}
HOLE: dict[int, Node] = {
    5: (114.004, 30.004),
    6: (114.006, 30.004),
    7: (114.006, 30.006),
    8: (114.004, 30.006),
}
RING = [1, 2, 3, 4, 1]
INNER = [5, 6, 7, 8, 5]


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def osm_xml(
    nodes: Mapping[int, Node],
    ways: Mapping[int, Way] | None = None,
    relations: Mapping[int, Relation] | None = None,
    node_tags: Mapping[int, Mapping[str, str]] | None = None,
) -> str:
    parts = ['<osm version="0.6">']
    for number, (lon, lat) in nodes.items():
        inside = _tags((node_tags or {}).get(number, {}))
        parts.append(f'<node id="{number}" version="1" lon="{lon}" lat="{lat}">{inside}</node>')
    for number, (refs, tags) in (ways or {}).items():
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs) + _tags(tags)
        parts.append(f'<way id="{number}" version="1">{inside}</way>')
    for number, (members, tags) in (relations or {}).items():
        inside = "".join(f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members)
        parts.append(f'<relation id="{number}" version="1">{inside}{_tags(tags)}</relation>')
    return "\n".join([*parts, "</osm>"])


Layers = dict[str, pd.DataFrame]


def read(source: OsmSource) -> Layers:
    """Return all rows of each layer, indexed by id, with a column ``geometry``."""
    tables: dict[str, list[pd.DataFrame]] = {}
    for chunk in source.chunks():
        assert chunk.geometry is not None
        assert len(chunk.rows) == len(chunk.geometry) > 0
        tables.setdefault(chunk.layer, []).append(chunk.rows.assign(geometry=chunk.geometry))
    return {layer: pd.concat(parts).set_index("id") for layer, parts in tables.items()}


def read_text(folder: Path, text: str) -> tuple[Layers, OsmSource]:
    path = folder / "district.osm"
    path.write_text(text, encoding="utf-8")
    source = open_osm(path)
    return read(source), source


def checks(source: OsmSource) -> set[str]:
    return {finding.check for finding in source.findings}


def row(tables: Layers, layer: str, thing: str) -> dict[str, Any]:
    return {str(column): value for column, value in tables[layer].loc[thing].items()}


def test_a_road_has_its_columns_line_and_node_ids(tmp_path: Path) -> None:
    tags = {"highway": "secondary_link", "name": "解放大道", "width": "24 ft", "layer": "1", "bridge": "yes"}
    tables, source = read_text(tmp_path, osm_xml(SQUARE, {10: ([1, 2, 3], tags)}))
    road = row(tables, "roads", "way/10")
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
    assert road["geometry"].equals(shapely.LineString([SQUARE[1], SQUARE[2], SQUARE[3]]))
    assert source.findings == ()
    assert source.crs == "EPSG:4326"


def test_coordinates_are_exact_to_the_last_digit(tmp_path: Path) -> None:
    nodes = {1: (114.1234567, 30.7654321), 2: (-0.0000001, -89.9999999)}
    tables, _ = read_text(tmp_path, osm_xml(nodes, {10: ([1, 2], {"highway": "road"})}))
    assert list(row(tables, "roads", "way/10")["geometry"].coords) == list(nodes.values())


def test_roads_share_the_ids_of_their_common_nodes_across_chunks(tmp_path: Path) -> None:
    path = tmp_path / "grid.osm"
    ways: dict[int, Way] = {10 + i: ([1 + i, 2 + i], {"highway": "road"}) for i in range(3)}
    path.write_text(osm_xml(SQUARE, ways), encoding="utf-8")
    chunks = list(open_osm(path, chunk_rows=1).chunks())
    assert [chunk.rows["node_ids"].iloc[0].tolist() for chunk in chunks] == [[1, 2], [2, 3], [3, 4]]
    assert [chunk.rows.index.tolist() for chunk in chunks] == [[1], [2], [3]]


def test_nodes_that_are_missing_are_dropped_and_counted(tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        10: ([1, 99, 2], {"highway": "road"}),
        11: ([98, 1], {"highway": "road"}),
        12: ([97, 96], {"railway": "rail"}),
    }
    tables, source = read_text(tmp_path, osm_xml(SQUARE, ways))
    assert list(tables) == ["roads"]
    assert tables["roads"].index.tolist() == ["way/10"]
    assert row(tables, "roads", "way/10")["node_ids"].tolist() == [1, 2]
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


def test_a_repeated_node_is_one_vertex_and_a_line_without_length_is_refused(tmp_path: Path) -> None:
    nodes = {**SQUARE, 9: SQUARE[1]}
    ways: dict[int, Way] = {
        10: ([1, 1, 2, 2, 1], {"highway": "road"}),
        11: ([1, 1], {"highway": "road"}),
        12: ([1, 9], {"highway": "road"}),
        13: ([], {"highway": "road"}),
    }
    tables, source = read_text(tmp_path, osm_xml(nodes, ways))
    assert tables["roads"].index.tolist() == ["way/10"]
    assert row(tables, "roads", "way/10")["node_ids"].tolist() == [1, 2, 1]
    assert source.rejected == {"roads": 3}


def test_substations_are_nodes_closed_ways_and_relations(tmp_path: Path) -> None:
    text = osm_xml(
        {**SQUARE, **HOLE, 9: (114.02, 30.02)},
        {
            10: (RING, {"power": "sub_station", "voltage": "33000;11000", "name": "东站"}),
            11: ([1, 2, 3], {}),
            12: ([3, 4, 1], {}),
            13: (RING, {"power": "plant"}),
        },
        {20: ([(11, "outer"), (12, "outer")], {"type": "multipolygon", "power": "substation"})},
        {9: {"power": "station", "name": "Mc. Donalds", "voltage": "11 kV"}},
    )
    tables, source = read_text(tmp_path, text)
    rows = tables["substations"]
    assert sorted(rows.index) == ["node/9", "relation/20", "way/10"]
    assert [row(tables, "substations", "way/10")[key] for key in ("name", "voltage_kv")] == ["东站", 33.0]
    assert rows["name"].drop("way/10").dropna().tolist() == ["Mc. Donalds"]
    assert rows["voltage_kv"].dropna().to_dict() == {"node/9": 11.0, "way/10": 33.0}
    assert rows[["area", "spare_bays", "transfer_kva"]].isna().to_numpy().all()
    assert row(tables, "substations", "node/9")["geometry"].equals(shapely.Point(114.02, 30.02))
    for thing in ("way/10", "relation/20"):
        shape = row(tables, "substations", thing)["geometry"]
        assert shape.geom_type == "Polygon"
        assert shape.equals(shapely.Polygon(list(SQUARE.values())))
    assert source.findings == ()


def test_a_substation_without_a_place_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "district.opl"
    path.write_text("n1 v1 dV Tpower=substation\nn2 v1 dV Tpower=substation x114.0 y30.0\n", encoding="utf-8")
    source = open_osm(path)
    assert read(source)["substations"].index.tolist() == ["node/2"]
    assert [finding.check for finding in source.findings] == ["osm_point_unusable"]
    assert source.rejected == {"substations": 1}


def test_feeders_have_voltage_construction_and_no_substation(tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        10: ([1, 2], {"power": "minor_line", "voltage": "10000", "ref": "城01"}),
        11: ([2, 3], {"power": "cable", "voltage": "20 kV"}),
        12: ([3, 4], {"power": "line", "voltage": "110000"}),
        13: ([3, 4], {"power": "line"}),
    }
    tables, source = read_text(tmp_path, osm_xml(SQUARE, ways))
    rows = tables["feeders"]
    assert rows.index.tolist() == ["way/10", "way/11"]
    assert rows["construction"].tolist() == ["overhead", "cable"]
    assert rows["voltage_kv"].tolist() == [10.0, 20.0]
    assert rows.loc["way/10", "name"] == "城01"
    assert rows["substation_id"].isna().all()
    assert [(f.check, f.layer) for f in source.findings] == [("osm_line_without_voltage", "feeders")]
    assert "1 object: way/13." in source.findings[0].message


def test_an_area_with_a_hole_and_a_second_part(tmp_path: Path) -> None:
    apart = {number + 10: (lon + 0.05, lat) for number, (lon, lat) in SQUARE.items()}
    text = osm_xml(
        {**SQUARE, **HOLE, **apart},
        {10: (RING, {}), 11: (INNER, {}), 12: ([number + 10 for number in RING], {})},
        {
            20: (
                [(10, "outer"), (11, "inner"), (12, "outer")],
                {"type": "multipolygon", "landuse": "industrial", "name": "开发区"},
            )
        },
    )
    tables, _ = read_text(tmp_path, text)
    assert tables["parcels"].index.tolist() == ["relation/20"]
    parcel = row(tables, "parcels", "relation/20")
    assert (parcel["name"], parcel["land_use"]) == ("开发区", "industrial")
    shape = parcel["geometry"]
    holed = shapely.Polygon(list(SQUARE.values()), [list(HOLE.values())])
    assert shape.geom_type == "MultiPolygon"
    assert shape.equals(shapely.MultiPolygon([holed, shapely.Polygon(list(apart.values()))]))


def test_an_outline_and_its_relation_are_one_area(tmp_path: Path) -> None:
    industrial = {"landuse": "industrial"}
    text = osm_xml(
        {**SQUARE, **HOLE},
        {10: (RING, industrial), 11: (INNER, {"landuse": "retail"})},
        {20: ([(10, "outer"), (11, "inner")], {"type": "multipolygon", **industrial})},
    )
    tables, source = read_text(tmp_path, text)
    assert sorted(tables["parcels"].index) == ["relation/20", "way/11"]
    whole, part = (row(tables, "parcels", thing)["geometry"] for thing in ("relation/20", "way/11"))
    assert whole.intersection(part).area == 0
    assert source.findings == ()


def test_an_outline_stands_in_for_a_relation_that_cannot_be_built(tmp_path: Path) -> None:
    park = {"leisure": "park"}
    text = osm_xml(
        SQUARE,
        {10: (RING, park)},
        {20: ([(10, "outer"), (77, "outer")], {"type": "multipolygon", **park})},
    )
    tables, source = read_text(tmp_path, text)
    assert tables["green"].index.tolist() == ["way/10"]
    assert [f.check for f in source.findings] == ["osm_area_unusable"]
    assert "relation/20" in source.findings[0].message
    assert source.rejected == {"green": 1}


def test_an_outline_of_another_layer_keeps_its_own_area(tmp_path: Path) -> None:
    text = osm_xml(
        SQUARE,
        {10: (RING, {"natural": "water"})},
        {20: ([(10, "outer")], {"type": "multipolygon", "leisure": "park"})},
    )
    tables, _ = read_text(tmp_path, text)
    assert tables["green"].index.tolist() == ["relation/20"]
    assert tables["water"].index.tolist() == ["way/10"]


def test_outlines_that_form_no_area_are_counted(tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        10: ([1, 2, 3, 4], {"landuse": "industrial"}),
        11: ([1, 3, 2, 4, 1], {"landuse": "industrial"}),
        12: (RING, {"landuse": "industrial", "area": "no"}),
        13: (RING, {"landuse": "retail"}),
        14: ([1, 2, 3], {"natural": "water"}),
    }
    relations: dict[int, Relation] = {
        20: ([(14, "outer"), (99, "outer")], {"type": "multipolygon", "natural": "water"}),
        21: ([(88, "outer")], {"type": "multipolygon", "building": "yes"}),
    }
    tables, source = read_text(tmp_path, osm_xml(SQUARE, ways, relations))
    assert tables["parcels"].index.tolist() == ["way/13"]
    assert source.rejected == {"parcels": 3, "water": 1}
    messages = {f.layer: f.message for f in source.findings}
    assert all(thing in messages["parcels"] for thing in ("way/10", "way/11", "way/12"))
    assert "1 object: relation/20." in messages["water"]


def test_an_object_of_two_rules_is_in_both_layers_once(tmp_path: Path) -> None:
    tags = {"landuse": "industrial", "power": "substation", "leisure": "park", "natural": "wood"}
    tables, _ = read_text(tmp_path, osm_xml(SQUARE, {10: (RING, tags)}))
    assert {layer: rows.index.tolist() for layer, rows in tables.items()} == {
        "substations": ["way/10"],
        "parcels": ["way/10"],
        "green": ["way/10"],
    }


def test_water_is_areas_and_lines_and_railways_are_lines(tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        10: (RING, {"natural": "water", "name": "梁子湖"}),
        11: ([1, 2], {"waterway": "river"}),
        12: ([1, 3], {"railway": "rail"}),
        13: ([1, 3], {"railway": "subway", "tunnel": "yes"}),
        14: (RING, {"waterway": "canal", "area": "yes"}),
        15: (INNER, {"waterway": "canal"}),
    }
    tables, source = read_text(tmp_path, osm_xml({**SQUARE, **HOLE}, ways))
    kinds = {thing: shape.geom_type for thing, shape in tables["water"]["geometry"].items()}
    assert kinds == {
        "way/10": "Polygon",
        "way/11": "LineString",
        "way/14": "Polygon",
        "way/15": "LineString",
    }
    assert tables["railways"].index.tolist() == ["way/12"]
    assert tables["railways"].columns.tolist() == ["name", "geometry"]
    assert source.findings == ()


def test_values_that_cannot_be_read_are_told_with_their_text(tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        number: ([1, 2], {"highway": "road", "width": "narrow", "layer": "0;1"}) for number in range(10, 17)
    }
    ways[17] = ([1, 2], {"highway": "yes"})
    text = osm_xml(SQUARE, ways, node_tags={3: {"power": "substation", "voltage": "10000;mv"}})
    tables, source = read_text(tmp_path, text)
    assert tables["roads"][["width_m", "layer"]].isna().to_numpy().all()
    assert tables["substations"].loc["node/3", "voltage_kv"] == 10
    messages = {f.check: f.message for f in source.findings}
    assert "7 objects: way/10 'narrow'" in messages["osm_width_unreadable"]
    assert messages["osm_width_unreadable"].endswith("way/14 'narrow', ….")
    assert "way/10 '0;1'" in messages["osm_level_unreadable"]
    assert "1 object: way/17 'yes'." in messages["osm_class_unknown"]
    assert "1 object: node/3 '10000;mv'." in messages["osm_voltage_unreadable"]
    assert source.rejected == {"roads": 1}


def test_a_file_whose_nodes_reach_far_beyond_its_roads_is_told(tmp_path: Path) -> None:
    nodes = {**SQUARE, 9: (120.0, 36.0)}
    ways: dict[int, Way] = {10: ([1, 2, 3], {"highway": "road"}), 11: ([1, 9], {"route": "ferry"})}
    tables, source = read_text(tmp_path, osm_xml(nodes, ways))
    assert tables["roads"].index.tolist() == ["way/10"]
    (finding,) = source.findings
    assert (finding.check, finding.severity, finding.layer) == (
        "osm_extent_hostile",
        Severity.WARNING,
        "roads",
    )
    assert "114.00 to 120.00" in finding.message
    assert "114.00 to 114.01" in finding.message
    assert finding.lon == pytest.approx(114.005)
    assert finding.lat == pytest.approx(30.005)


def test_a_park_a_few_kilometres_off_is_no_hostile_extent(tmp_path: Path) -> None:
    nodes = {**SQUARE, 9: (114.3, 30.2)}
    _, source = read_text(tmp_path, osm_xml(nodes, {10: ([1, 2], {"highway": "road"})}))
    assert source.findings == ()


def test_a_file_without_anything_of_use_says_so(tmp_path: Path) -> None:
    for text in (osm_xml({}), osm_xml(SQUARE, {10: (RING, {"building": "yes"})})):
        tables, source = read_text(tmp_path, text)
        assert tables == {}
        assert checks(source) == {"osm_nothing_found"}


def test_reading_again_starts_anew(tmp_path: Path) -> None:
    ways: dict[int, Way] = {10: ([1, 2], {"highway": "road", "width": "x"}), 11: (RING, {"leisure": "park"})}
    tables, source = read_text(tmp_path, osm_xml(SQUARE, ways))
    first = source.findings
    again = read(source)
    assert source.findings == first
    assert {layer: len(rows) for layer, rows in again.items()} == {
        layer: len(rows) for layer, rows in tables.items()
    }


def test_reading_may_stop_early(tmp_path: Path) -> None:
    path = tmp_path / "grid.osm"
    ways: dict[int, Way] = {number: ([1, 2], {"highway": "road"}) for number in range(10, 500)}
    path.write_text(osm_xml(SQUARE, ways), encoding="utf-8")
    chunks = open_osm(path, chunk_rows=10).chunks()
    assert len(next(iter(chunks)).rows) == 10
    del chunks
    assert len(read(open_osm(path))["roads"]) == 490


def test_progress_counts_the_objects(tmp_path: Path) -> None:
    path = tmp_path / "grid.osm"
    ways: dict[int, Way] = {number: ([1, 2], {"highway": "road"}) for number in range(10, 20_020)}
    path.write_text(osm_xml(SQUARE, ways), encoding="utf-8")
    told: list[int] = []
    read(open_osm(path, progress=told.append))
    assert told == [10_000, 20_000, 20_010]


def _pbf(text: str, folder: Path) -> bytes:
    plain, packed = folder / "plain.osm", folder / "packed.osm.pbf"
    plain.write_text(text, encoding="utf-8")
    with osmium.SimpleWriter(str(packed), overwrite=True) as writer:
        for thing in osmium.FileProcessor(str(plain)):
            writer.add(thing)
    return packed.read_bytes()


@pytest.mark.parametrize("suffix", [".osm", ".osm.gz", ".osm.bz2", ".osm.pbf", ".pbf"])
def test_every_common_format_gives_the_same_rows(tmp_path: Path, suffix: str) -> None:
    ways: dict[int, Way] = {
        10: ([1, 2], {"highway": "road", "name": "中山路"}),
        11: (RING, {"leisure": "park"}),
    }
    text = osm_xml(SQUARE, ways)
    packed = {
        ".osm": text.encode(),
        ".osm.gz": gzip.compress(text.encode()),
        ".osm.bz2": bz2.compress(text.encode()),
    }
    path = tmp_path / f"洪山区 路网{suffix}"
    path.write_bytes(packed[suffix] if suffix in packed else _pbf(text, tmp_path))
    tables = read(open_osm(path))
    assert tables["roads"].loc["way/10", "name"] == "中山路"
    assert tables["green"].index.tolist() == ["way/11"]


def _refusal(path: Path) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(open_osm(path))
    assert path.name in caught.value.detail
    assert caught.value.repair
    return caught.value


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text.osm.pbf", b"This is a letter, not a map.\n" * 20),
        ("short.osm.pbf", b"\x00\x00\x00"),
        ("page.osm", b"<html><body>404 Not Found</body></html>"),
        ("cut.osm", b'<osm version="0.6"><node id="1" lat="30" lon="114"/><way'),
        ("nonsense.osm.bz2", b"BZh91AYnonsense"),
        ("nonsense.osm.gz", b"\x1f\x8bnonsense"),
        ("number.osm", b'<osm version="0.6"><node id="x" version="1" lat="30" lon="114"/></osm>'),
        ("text.opl", b"zzz\n"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert "damaged" in _refusal(path).detail


def test_a_missing_an_empty_and_a_nameless_file_are_refused(tmp_path: Path) -> None:
    assert "not a file" in _refusal(tmp_path / "missing.osm.pbf").detail
    assert "not a file" in _refusal(tmp_path).detail
    empty = tmp_path / "empty.osm.pbf"
    empty.touch()
    assert "empty" in _refusal(empty).detail
    nameless = tmp_path / "extract.dat"
    nameless.write_text("x", encoding="utf-8")
    assert ".osm.pbf" in _refusal(nameless).repair


@pytest.mark.parametrize("suffix", [".osh", ".osc"])
def test_a_history_or_change_file_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"district{suffix}"
    path.write_text(osm_xml(SQUARE), encoding="utf-8")
    assert "several versions" in _refusal(path).detail


def test_a_name_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    plain = tmp_path / "gbk.opl"
    plain.write_bytes(
        b"n1 v1 dV T x114.0 y30.0\nn2 v1 dV T x114.1 y30.0\nw1 v1 dV Thighway=road,name=\xd6\xd0 Nn1,n2\n"
    )
    assert "damaged" in _refusal(plain).detail


def test_a_truncated_file_yields_nothing(tmp_path: Path) -> None:
    ways: dict[int, Way] = {number: ([1, 2], {"highway": "road"}) for number in range(10, 3000)}
    whole = _pbf(osm_xml(SQUARE, ways), tmp_path)
    for size in (5, len(whole) // 2, len(whole) - 1):
        path = tmp_path / "cut.osm.pbf"
        path.write_bytes(whole[:size])
        assert "damaged" in _refusal(path).detail


def test_too_little_room_for_the_index_is_told_before_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        free = 1 << 20

    monkeypatch.setattr("layers.sources.osm.shutil.disk_usage", lambda _: Full)
    path = tmp_path / "district.osm"
    path.write_text(osm_xml(SQUARE), encoding="utf-8")
    assert "TMPDIR" in _refusal(path).repair


def test_the_attribution_names_openstreetmap() -> None:
    assert ATTRIBUTION == "© OpenStreetMap contributors"


def _figures(lines: Iterable[NDArray[np.int64]]) -> tuple[int, int, int]:
    """Return nodes, edges (consecutive node pairs) and connected components."""
    parts = list(lines)
    ends = np.concatenate([part[:-1] for part in parts]), np.concatenate([part[1:] for part in parts])
    ids, dense = np.unique(np.concatenate(ends), return_inverse=True)
    start, end = np.split(dense, 2)
    label = np.arange(len(ids))
    while (label[start] != label[end]).any():
        least = np.minimum(label[start], label[end])
        np.minimum.at(label, label[start], least)
        np.minimum.at(label, label[end], least)
        while (label != label[label]).any():
            label = label[label]
    return len(ids), len(start), len(np.unique(label))


@pytest.fixture(scope="module")
def malta() -> tuple[Layers, OsmSource]:
    source = open_osm(MALTA / "malta-latest.osm.pbf")
    return read(source), source


def _malta_ways() -> dict[str, tuple[dict[str, str], NDArray[np.int64]]]:
    processor = osmium.FileProcessor(str(MALTA / "malta-latest.osm.pbf"), osmium.osm.WAY)
    processor.with_filter(osmium.filter.KeyFilter("highway"))
    return {
        f"way/{way.id}": (dict(way.tags), np.array([node.ref for node in way.nodes]))
        for way in processor
        if isinstance(way, osmium.osm.Way)
    }


@needs_malta
def test_malta_roads_are_the_published_figures_less_areas_plus_pedestrian_streets(
    malta: tuple[Layers, OsmSource],
) -> None:
    tables, _ = malta
    foot = {"footway", "cycleway", "path", "steps", "pedestrian", "platform", "raceway"}
    ways = _malta_ways()
    published = {thing for thing, (tags, _) in ways.items() if tags["highway"] not in foot}
    assert _figures(ways[thing][1] for thing in published) == (82_536, 91_963, 270)

    areas = {thing for thing, (tags, _) in ways.items() if tags.get("area") == "yes"}
    pedestrian = {thing for thing, (tags, _) in ways.items() if tags["highway"] == "pedestrian"}
    assert set(tables["roads"].index) == (published | pedestrian) - areas
    assert _figures(tables["roads"]["node_ids"]) == (80_943, 89_190, 286)
    for thing, nodes in tables["roads"]["node_ids"].items():
        assert np.array_equal(nodes, ways[str(thing)][1])


@needs_malta
def test_malta_substations_hold_every_one_of_the_capacity_table(malta: tuple[Layers, OsmSource]) -> None:
    tables, _ = malta
    with (MALTA / "capacity.csv").open(encoding="utf-8") as file:
        listed = {f"{row['osm_type']}/{row['osm_id']}": row for row in csv.DictReader(file)}
    rows = tables["substations"]
    assert (len(rows), len(listed)) == (79, 77)
    assert set(listed) < set(rows.index)
    others = rows.drop(index=list(listed))
    assert sorted(others["voltage_kv"]) == [132.0, 132.0]
    assert rows.loc[list(listed), "voltage_kv"].isna().sum() == sum(
        not row["voltage"] for row in listed.values()
    )
    assert "Mc. Donalds" in set(rows["name"])


@needs_malta
def test_malta_parcels_are_the_published_ones(malta: tuple[Layers, OsmSource]) -> None:
    tables, _ = malta
    features = json.loads((MALTA / "parcels.geojson").read_text(encoding="utf-8"))["features"]
    expected = {f"{each['properties']['osm_type']}/{each['properties']['osm_id']}": each for each in features}
    rows = tables["parcels"]
    assert set(rows.index) == set(expected)
    assert rows["land_use"].value_counts().to_dict() == {
        "industrial": 181,
        "commercial": 7,
        "retail": 3,
        "construction": 3,
        "greenfield": 1,
    }
    for thing, feature in expected.items():
        ours = row(tables, "parcels", thing)
        theirs = shapely.geometry.shape(feature["geometry"])
        assert ours["land_use"] == feature["properties"]["landuse"]
        assert ours["geometry"].symmetric_difference(theirs).area == 0, thing


@needs_malta
def test_malta_is_read_without_losing_anything(malta: tuple[Layers, OsmSource]) -> None:
    tables, source = malta
    assert source.rejected == {}
    assert checks(source) == {"osm_width_unreadable"}
    assert source.data_until == "2016-11-09T20:28:02Z"
    assert set(tables) == {"roads", "substations", "feeders", "parcels", "green", "water", "railways"}
    for rows in tables.values():
        assert rows.index.is_unique
        assert shapely.is_valid(rows["geometry"].to_numpy()).all()


@needs_malta
def test_a_truncated_extract_is_refused_before_the_first_row(tmp_path: Path) -> None:
    whole = (MALTA / "malta-latest.osm.pbf").read_bytes()
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(whole[: len(whole) * 3 // 4])
    with pytest.raises(SourceError, match="damaged"):
        next(iter(open_osm(path, chunk_rows=1).chunks()))


@needs_helgoland
def test_helgoland_tells_its_hostile_extent_and_keeps_to_the_island() -> None:
    source = open_osm(HELGOLAND / "helgoland.pbf")
    tables = read(source)
    (finding,) = (each for each in source.findings if each.check == "osm_extent_hostile")
    assert "-4.04 to 15.04" in finding.message
    assert "47.27 to 61.03" in finding.message
    west, south, east, north = shapely.total_bounds(tables["roads"]["geometry"].to_numpy())
    assert 7.8 < west < east < 8.0
    assert 54.1 < south < north < 54.3
    assert finding.lon == pytest.approx((west + east) / 2)


@needs_helgoland
def test_the_corrupted_extract_is_refused() -> None:
    assert "damaged" in _refusal(HELGOLAND / "Corrupted_Osm.pbf").detail
