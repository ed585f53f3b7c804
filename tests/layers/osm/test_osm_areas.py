"""Substations, parcels, green and water: closed ways, relations, and outlines that form no area."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import shapely

from layers.sources.osm import open_osm

if TYPE_CHECKING:
    from tests.layers.osm.conftest import OsmBench, Relation, Way


def test_substations_are_nodes_closed_ways_and_relations(osm: OsmBench, tmp_path: Path) -> None:
    text = osm.xml(
        {**osm.square, **osm.hole, 9: (114.02, 30.02)},
        {
            10: (osm.ring, {"power": "sub_station", "voltage": "33000;11000", "name": "东站"}),
            11: ([1, 2, 3], {}),
            12: ([3, 4, 1], {}),
            13: (osm.ring, {"power": "plant"}),
        },
        {20: ([(11, "outer"), (12, "outer")], {"type": "multipolygon", "power": "substation"})},
        {9: {"power": "station", "name": "Mc. Donalds", "voltage": "11 kV"}},
    )
    tables, source = osm.read_text(tmp_path, text)
    rows = tables["substations"]
    assert sorted(rows.index) == ["node/9", "relation/20", "way/10"]
    assert [osm.row(tables, "substations", "way/10")[key] for key in ("name", "voltage_kv")] == ["东站", 33.0]
    assert rows["name"].drop("way/10").dropna().tolist() == ["Mc. Donalds"]
    assert rows["voltage_kv"].dropna().to_dict() == {"node/9": 11.0, "way/10": 33.0}
    assert rows[["area", "spare_bays", "transfer_kva"]].isna().to_numpy().all()
    assert osm.row(tables, "substations", "node/9")["geometry"].equals(shapely.Point(114.02, 30.02))
    for thing in ("way/10", "relation/20"):
        shape = osm.row(tables, "substations", thing)["geometry"]
        assert shape.geom_type == "Polygon"
        assert shape.equals(shapely.Polygon(list(osm.square.values())))
    assert source.findings == ()


def test_a_substation_without_a_place_is_counted(osm: OsmBench, tmp_path: Path) -> None:
    path = tmp_path / "district.opl"
    path.write_text("n1 v1 dV Tpower=substation\nn2 v1 dV Tpower=substation x114.0 y30.0\n", encoding="utf-8")
    source = open_osm(path)
    assert osm.read(source)["substations"].index.tolist() == ["node/2"]
    assert [finding.check for finding in source.findings] == ["osm_point_unusable"]
    assert source.rejected == {"substations": 1}


def test_an_area_with_a_hole_and_a_second_part(osm: OsmBench, tmp_path: Path) -> None:
    apart = {number + 10: (lon + 0.05, lat) for number, (lon, lat) in osm.square.items()}
    text = osm.xml(
        {**osm.square, **osm.hole, **apart},
        {10: (osm.ring, {}), 11: (osm.inner, {}), 12: ([number + 10 for number in osm.ring], {})},
        {
            20: (
                [(10, "outer"), (11, "inner"), (12, "outer")],
                {"type": "multipolygon", "landuse": "industrial", "name": "开发区"},
            )
        },
    )
    tables, _ = osm.read_text(tmp_path, text)
    assert tables["parcels"].index.tolist() == ["relation/20"]
    parcel = osm.row(tables, "parcels", "relation/20")
    assert (parcel["name"], parcel["land_use"]) == ("开发区", "industrial")
    shape = parcel["geometry"]
    holed = shapely.Polygon(list(osm.square.values()), [list(osm.hole.values())])
    assert shape.geom_type == "MultiPolygon"
    assert shape.equals(shapely.MultiPolygon([holed, shapely.Polygon(list(apart.values()))]))


def test_an_outline_and_its_relation_are_one_area(osm: OsmBench, tmp_path: Path) -> None:
    industrial = {"landuse": "industrial"}
    text = osm.xml(
        {**osm.square, **osm.hole},
        {10: (osm.ring, industrial), 11: (osm.inner, {"landuse": "retail"})},
        {20: ([(10, "outer"), (11, "inner")], {"type": "multipolygon", **industrial})},
    )
    tables, source = osm.read_text(tmp_path, text)
    assert sorted(tables["parcels"].index) == ["relation/20", "way/11"]
    whole, part = (osm.row(tables, "parcels", thing)["geometry"] for thing in ("relation/20", "way/11"))
    assert whole.intersection(part).area == 0
    assert source.findings == ()


def test_an_outline_stands_in_for_a_relation_that_cannot_be_built(osm: OsmBench, tmp_path: Path) -> None:
    park = {"leisure": "park"}
    text = osm.xml(
        osm.square,
        {10: (osm.ring, park)},
        {20: ([(10, "outer"), (77, "outer")], {"type": "multipolygon", **park})},
    )
    tables, source = osm.read_text(tmp_path, text)
    assert tables["green"].index.tolist() == ["way/10"]
    assert [f.check for f in source.findings] == ["osm_area_unusable"]
    assert "relation/20" in source.findings[0].message
    assert source.rejected == {"green": 1}


def test_an_outline_of_another_layer_keeps_its_own_area(osm: OsmBench, tmp_path: Path) -> None:
    text = osm.xml(
        osm.square,
        {10: (osm.ring, {"natural": "water"})},
        {20: ([(10, "outer")], {"type": "multipolygon", "leisure": "park"})},
    )
    tables, _ = osm.read_text(tmp_path, text)
    assert tables["green"].index.tolist() == ["relation/20"]
    assert tables["water"].index.tolist() == ["way/10"]


def test_outlines_that_form_no_area_are_counted(osm: OsmBench, tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        10: ([1, 2, 3, 4], {"landuse": "industrial"}),
        11: ([1, 3, 2, 4, 1], {"landuse": "industrial"}),
        12: (osm.ring, {"landuse": "industrial", "area": "no"}),
        13: (osm.ring, {"landuse": "retail"}),
        14: ([1, 2, 3], {"natural": "water"}),
    }
    relations: dict[int, Relation] = {
        20: ([(14, "outer"), (99, "outer")], {"type": "multipolygon", "natural": "water"}),
        21: ([(88, "outer")], {"type": "multipolygon", "building": "yes"}),
    }
    tables, source = osm.read_text(tmp_path, osm.xml(osm.square, ways, relations))
    assert tables["parcels"].index.tolist() == ["way/13"]
    assert source.rejected == {"parcels": 3, "water": 1}
    messages = {f.layer: f.message for f in source.findings}
    assert all(thing in messages["parcels"] for thing in ("way/10", "way/11", "way/12"))
    assert "1 object: relation/20." in messages["water"]


def test_an_object_of_two_rules_is_in_both_layers_once(osm: OsmBench, tmp_path: Path) -> None:
    tags = {"landuse": "industrial", "power": "substation", "leisure": "park", "natural": "wood"}
    tables, _ = osm.read_text(tmp_path, osm.xml(osm.square, {10: (osm.ring, tags)}))
    assert {layer: rows.index.tolist() for layer, rows in tables.items()} == {
        "substations": ["way/10"],
        "parcels": ["way/10"],
        "green": ["way/10"],
    }


def test_water_is_areas_and_lines_and_railways_are_lines(osm: OsmBench, tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        10: (osm.ring, {"natural": "water", "name": "梁子湖"}),
        11: ([1, 2], {"waterway": "river"}),
        12: ([1, 3], {"railway": "rail"}),
        13: ([1, 3], {"railway": "subway", "tunnel": "yes"}),
        14: (osm.ring, {"waterway": "canal", "area": "yes"}),
        15: (osm.inner, {"waterway": "canal"}),
    }
    tables, source = osm.read_text(tmp_path, osm.xml({**osm.square, **osm.hole}, ways))
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
