"""GeoPackage, GeoJSON, FlatGeobuf, FileGDB, KML and GeoParquet; and what is none of them."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from numpy.typing import NDArray

from gis.dictionary.model import layers
from gis.errors import InputError, SourceError, TextEncodingError
from layers.sources import vector
from layers.sources.model import Source
from layers.sources.open import open_source

ROADS = layers()["roads"]
PARCELS = layers()["parcels"]


def frame(count: int = 3, *, kind: str = "point") -> gpd.GeoDataFrame:
    points = [shapely.Point(n, n) for n in range(count)]
    lines = [shapely.LineString([(n, n), (n + 1, n)]) for n in range(count)]
    columns = {
        "名称": [f"路{n}" if n else None for n in range(count)],
        "whole": pd.array([2**60 + 1 if n else None for n in range(count)], dtype="Int64"),
        "share": [n / 2 for n in range(count)],
    }
    return gpd.GeoDataFrame(columns, geometry=points if kind == "point" else lines, crs=4547)


def read(source: Source) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    chunks = list(source.chunks())
    rows = pd.concat([chunk.rows for chunk in chunks])
    assert source.row_count == len(rows)
    assert tuple(rows.columns) == source.columns
    shapes = [chunk.geometry for chunk in chunks if chunk.geometry is not None]
    return rows, np.concatenate(shapes) if shapes else np.empty(0, dtype=object)


@pytest.mark.parametrize(
    ("name", "driver", "format_name"),
    [
        ("t.gpkg", "GPKG", "GeoPackage"),
        ("t.fgb", "FlatGeobuf", "FlatGeobuf"),
        ("t.geojson", "GeoJSON", "GeoJSON"),
        ("t.json", "GeoJSON", "GeoJSON"),
    ],
)
def test_formats_of_gdal(tmp_path: Path, name: str, driver: str, format_name: str) -> None:
    options = {"SPATIAL_INDEX": "NO"} if driver == "FlatGeobuf" else {}
    frame().to_file(tmp_path / name, driver=driver, **options)
    source = open_source(tmp_path / name, layer=ROADS)
    rows, shapes = read(source)
    assert (source.format, source.crs, source.encoding) == (format_name, "EPSG:4547", "UTF-8")
    assert (source.layer_name, source.has_geometry, source.findings) == ("", True, ())
    assert rows.index.tolist() == [1, 2, 3]
    assert rows["名称"].tolist() == [None, "路1", "路2"]
    assert rows["whole"].fillna(-1).tolist() == [-1, 2**60 + 1, 2**60 + 1]
    assert rows["share"].dtype == float
    assert shapely.equals(shapes, frame().geometry.to_numpy()).all()
    again, _ = read(source)
    pd.testing.assert_frame_equal(rows, again)


def test_dates_flags_and_bytes(tmp_path: Path) -> None:
    made = frame()
    made["day"] = [dt.date(2024, 1, 2), None, dt.date(2024, 1, 4)]
    made["flag"] = [True, False, True]
    path = tmp_path / "t.gpkg"
    made.to_file(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("alter table t add column raw blob")
        connection.commit()
    rows, _ = read(open_source(path, layer=ROADS))
    assert rows["day"].tolist() == ["2024-01-02", None, "2024-01-04"]
    assert rows["flag"].tolist() == [True, False, True]
    assert "raw" not in rows


def test_rows_come_in_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector, "CHUNK_ROWS", 10)
    frame(25).to_file(tmp_path / "t.gpkg")
    chunks = list(open_source(tmp_path / "t.gpkg", layer=ROADS).chunks())
    assert [(chunk.rows.index[0], len(chunk.rows)) for chunk in chunks] == [(1, 10), (11, 10), (21, 5)]


def test_a_filegdb_as_folder_and_packed(tmp_path: Path) -> None:
    folder = tmp_path / "t.gdb"
    frame(kind="line").drop(columns="whole").to_file(folder, driver="OpenFileGDB", layer="道路")
    frame().drop(columns="whole").to_file(folder, driver="OpenFileGDB", layer="杆塔", mode="a")
    shutil.make_archive(str(folder), "zip", tmp_path, "t.gdb")
    shutil.copy(tmp_path / "t.gdb.zip", tmp_path / "other.zip")
    for name in ("t.gdb", "t.gdb.zip", "other.zip"):
        source = open_source(tmp_path / name, layer=ROADS)
        assert (source.format, source.layer_name, source.row_count) == ("FileGDB", "道路", 3)
        assert read(source)[0]["名称"].tolist() == [None, "路1", "路2"]


def test_kml(tmp_path: Path) -> None:
    place = "<Placemark><name>甲杆</name><Point><coordinates>114.5,30.5</coordinates></Point></Placemark>"
    text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>d</name>{place}</Document></kml>'
    (tmp_path / "t.kml").write_text(text, encoding="utf-8")
    source = open_source(tmp_path / "t.kml", layer=layers()["access_points"])
    rows, shapes = read(source)
    assert (source.crs, source.columns[0]) == ("EPSG:4326", "Name")
    assert "id" not in source.columns
    assert (rows["Name"].tolist(), shapes[0].x) == (["甲杆"], 114.5)


def several(tmp_path: Path) -> Path:
    path = tmp_path / "city.gpkg"
    frame().to_file(path, layer="poles")
    frame(kind="line").to_file(path, layer="lines_a", mode="a")
    fitting = frame(kind="line").rename(columns={"名称": "道路等级"})
    fitting.to_file(path, layer="lines_b", mode="a")
    return path


def test_the_layer_that_fits_is_chosen(tmp_path: Path) -> None:
    path = several(tmp_path)
    assert open_source(path, layer=ROADS).layer_name == "lines_b"
    assert open_source(path, layer=ROADS, layer_name="poles").layer_name == "poles"
    assert open_source(path, layer=layers()["access_points"]).layer_name == "poles"
    with pytest.raises(InputError, match="no layer 'x'") as caught:
        open_source(path, layer=ROADS, layer_name="x")
    assert caught.value.faults == ("poles (point)", "lines_a (line)", "lines_b (line)")
    with pytest.raises(InputError, match="none or several") as caught:
        open_source(path, layer=PARCELS)
    assert "--layer" in caught.value.repair
    frame(kind="line").to_file(path, layer="道路", mode="a")
    assert open_source(path, layer=ROADS).layer_name == "道路"


def test_layers_that_fit_equally_well_are_asked_about(tmp_path: Path) -> None:
    for name in ("a", "b"):
        frame(kind="line").to_file(tmp_path / "t.gpkg", layer=name, mode="a" if name == "b" else "w")
    with pytest.raises(InputError):
        open_source(tmp_path / "t.gpkg", layer=ROADS)


def test_a_table_without_geometry(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    frame().to_file(path, layer="poles")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute('create table readings (fid integer primary key, "线路名称" text, limit_a real)')
        connection.execute("insert into readings values (1, '甲线', 400)")
        connection.execute(
            "insert into gpkg_contents (table_name, data_type) values ('readings', 'attributes')"
        )
        connection.commit()
    source = open_source(path, layer=layers()["capacity"])
    rows, _ = read(source)
    assert (source.layer_name, source.has_geometry, source.crs) == ("readings", False, None)
    assert rows.to_dict("records") == [{"线路名称": "甲线", "limit_a": 400.0}]
    assert next(source.chunks()).geometry is None


def with_geometry(path: Path, wkb: list[bytes]) -> Path:
    """Write a GeoPackage and put other geometry in place of its own."""
    frame(len(wkb)).to_file(path, layer="t")
    with closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            connection.execute(f'drop trigger "{name}"')
        for number, each in enumerate(wkb, 1):
            blob = b"GP\x00\x01" + struct.pack("<i", 4547) + each
            connection.execute("update t set geom = ? where fid = ?", (blob, number))
        connection.execute("update gpkg_geometry_columns set geometry_type_name = 'GEOMETRY'")
        connection.commit()
    return path


def test_curves_become_lines_and_what_is_unreadable_becomes_none(tmp_path: Path) -> None:
    arc = struct.pack("<2I6d", 8, 3, 0, 0, 1, 1, 2, 0)
    whole = b"\x01" + struct.pack("<2I10d", 8, 5, 0, 0, 1, 1, 2, 0, 1, -1, 0, 0)
    surface = b"\x01" + struct.pack("<2I", 10, 1) + whole
    point = shapely.to_wkb(shapely.Point(5, 6), byte_order=1)
    path = with_geometry(tmp_path / "t.gpkg", [b"\x01" + arc, surface, point])
    _, shapes = read(open_source(path, layer=ROADS))
    assert shapely.length(shapes[0]) == pytest.approx(np.pi, rel=1e-3)
    assert shapely.area(shapes[1]) == pytest.approx(np.pi, rel=1e-2)
    assert shapely.equals(shapes[2], shapely.Point(5, 6))
    broken = with_geometry(tmp_path / "u.gpkg", [point[:12], point])
    assert [each is None for each in read(open_source(broken, layer=ROADS))[1]] == [True, False]


def test_a_damaged_geopackage_does_not_end_early_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    frame(20_000).to_file(path, SPATIAL_INDEX="NO")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200_000] = b"\xa5" * 200_000
    path.write_bytes(data)
    with pytest.raises(SourceError, match="damaged"):
        read(open_source(path, layer=ROADS))
    path.write_bytes(data[:50_000])
    with pytest.raises(SourceError, match="damaged"):
        open_source(path, layer=ROADS)


def test_a_stale_count_of_a_geopackage_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    frame().to_file(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("update gpkg_ogr_contents set feature_count = 7")
        connection.commit()
    assert sum(len(chunk.rows) for chunk in open_source(path, layer=ROADS).chunks()) == 3


def test_text_that_is_not_utf_8_in_a_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    frame().to_file(path, SPATIAL_INDEX="NO")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("update t set 名称 = cast(x'b1b1d1f3' as text) where fid = 2")
        connection.commit()
    with pytest.raises(TextEncodingError, match=r"'名称' is not UTF-8.*row 2 holds the bytes B1 B1"):
        read(open_source(path, layer=ROADS))


def geojson(*features: str, head: str = "") -> str:
    return f'{{"type":"FeatureCollection",{head}"features":[{",".join(features)}]}}'


def feature(name: str, more: str = "", at: str = "[114,30]") -> str:
    shape = f'{{"type":"Point","coordinates":{at}}}'
    return f'{{"type":"Feature","properties":{{"名称":"{name}"{more}}},"geometry":{shape}}}'


def opened(
    tmp_path: Path, data: str | bytes, *, name: str = "t.geojson", encoding: str | None = None
) -> Source:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return open_source(path, layer=layers()["access_points"], encoding=encoding)


@pytest.mark.parametrize(
    ("codec", "name"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gbk", "GB18030"), ("utf-16", "UTF-16")]
)
def test_encodings_of_geojson(tmp_path: Path, codec: str, name: str) -> None:
    source = opened(tmp_path, geojson(feature("北洋线")).encode(codec))
    assert source.encoding == name
    assert source.path == tmp_path / "t.geojson"
    assert read(source)[0]["名称"].tolist() == ["北洋线"]


def test_geojson_of_no_encoding(tmp_path: Path) -> None:
    with pytest.raises(TextEncodingError):
        opened(tmp_path, geojson(feature("X")).encode().replace(b"X", b"\xff\xff"))


def test_copies_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = tmp_path / "tmp"
    stages.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(stages))
    source = opened(tmp_path, geojson(feature("北洋线")).encode("gbk"))
    assert len(list(stages.iterdir())) == 1
    del source
    assert list(stages.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "crs"),
    [
        ("urn:ogc:def:crs:EPSG::4547", "EPSG:4547"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("GCJ02", "gcj02"),
        ("BD-09", "bd09"),
        ("武汉城建坐标系", "武汉城建坐标系"),
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_the_crs_a_geojson_names(tmp_path: Path, name: str, crs: str, *, last: bool) -> None:
    member = f'"crs":{{"type":"name","properties":{{"name":"{name}"}}}}'
    text = geojson(feature("a"), head="" if last else f"{member},")
    assert opened(tmp_path, f"{text[:-1]},{member}}}" if last else text).crs == crs


def test_awkward_geojson(tmp_path: Path) -> None:
    odd = '{"type":"Feature","properties":null,"geometry":null}'
    nested = feature("a", ',"list":[1,2],"record":{"x":1},"none":null')
    rows, shapes = read(opened(tmp_path, geojson(nested, odd, feature("b", at='["x"]'))))
    assert rows["list"].tolist() == ["[1, 2]", None, None]
    assert json.loads(rows["record"].iloc[0]) == {"x": 1}
    assert rows["名称"].tolist() == ["a", None, "b"]
    assert shapes[1] is None
    assert shapes[2] is None
    nothing = opened(tmp_path, geojson())
    assert (nothing.row_count, nothing.columns, list(nothing.chunks())) == (0, (), [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (geojson(feature("a"))[:-40], "damaged"),
        ('{"type":"FeatureCollection",\n"features":[{"type": }]}', "line 2"),
        ('{"a": 1}', "damaged, or of another format"),
        ("<html></html>", "damaged, or of another format"),
        ("<OGRVRTDataSource></OGRVRTDataSource>", "points to other files"),
        ('{"type": "gdal_streamed_alg", "command_line": "gdal vector read x.gpkg"}', "points to other files"),
    ],
)
def test_what_is_no_geojson(tmp_path: Path, text: str, words: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SourceError, match=words):
        opened(tmp_path, text)
    assert capfd.readouterr() == ("", "")


def test_a_feature_a_line(tmp_path: Path) -> None:
    lines = [feature("甲"), "", feature("乙"), ""]
    source = opened(tmp_path, "\n".join(lines), name="t.geojsonl")
    assert source.format == "GeoJSONSeq"
    assert read(source)[0]["名称"].tolist() == ["甲", "乙"]
    lines[2] = lines[2][:-10]
    with pytest.raises(SourceError, match="no JSON in line 3"):
        opened(tmp_path, "\n".join(lines), name="t.geojsonl")
    records = "".join(f"\x1e{each}\n" for each in lines if each.endswith("}}"))
    assert opened(tmp_path, records, name="t.geojsons").row_count == 1
