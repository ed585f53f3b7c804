"""Coordinate columns of tables: which they are, how they are written, and the datum they name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from gis.dictionary.model import layers
from gis.errors import InputError, MappingError
from layers.sources.model import Source
from layers.sources.open import open_source


def opened(
    tmp_path: Path, text: str, *, layer: str = "transformers", stated: dict[str, str] | None = None
) -> Source:
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return open_source(path, layer=layers()[layer], stated=stated)


def places(source: Source) -> NDArray[np.object_]:
    chunk = next(source.chunks())
    assert chunk.geometry is not None
    assert source.has_geometry
    return chunk.geometry


@pytest.mark.parametrize(
    ("east", "north"),
    [
        ("lon", "lat"),
        ("经度", "纬度"),
        ("Longitude", "LATITUDE"),
        ("经度(°)", "纬度(°)"),
        ("X坐标(m)", "Y坐标(m)"),
        ("x", "y"),
        ("POINT_X", "point_y"),
        ("横坐标", "纵坐标"),
        ("东坐标", "北坐标"),
        ("Easting", "Northing"),
    ],
)
def test_coordinate_columns_are_known_and_taken_out(tmp_path: Path, east: str, north: str) -> None:
    source = opened(tmp_path, f"编号,{north},{east},容量\nT1,30.5,114.25,400\n")
    assert source.columns == ("编号", "容量")
    assert source.crs is None
    assert shapely.equals(places(source)[0], shapely.Point(114.25, 30.5))


def test_degrees_are_preferred_to_planes(tmp_path: Path) -> None:
    source = opened(tmp_path, "id,Easting,Northing,lat,lon\n1,500000,3380000,30.5,114.2\n")
    assert source.columns == ("id", "Easting", "Northing")
    assert shapely.equals(places(source)[0], shapely.Point(114.2, 30.5))


def test_a_lone_coordinate_is_no_place(tmp_path: Path) -> None:
    source = opened(tmp_path, "id,x\n1,5\n")
    assert not source.has_geometry
    assert next(source.chunks()).geometry is None


def test_coordinates_as_people_write_them(tmp_path: Path) -> None:
    text = (
        'id;x;y\n1;"-8\u202f445\u00a0879,449";"5 318 078,102"\n2;"-8445,5";"5,318"\n'
        "3;114°03'51.0\"E;30°30′N\n4;西经73°30分;-33.5\n5;114.5;\n6;?;30\n7;inf;30\n"
    )
    found = places(opened(tmp_path, text))
    expected = [
        (-8445879.449, 5318078.102),
        (-8445.5, 5.318),
        (114 + 3 / 60 + 51 / 3600, 30.5),
        (-73.5, -33.5),
        None,
        None,
        None,
    ]
    assert [None if each is None else (each.x, each.y) for each in found] == [
        each if each is None else pytest.approx(each) for each in expected
    ]


@pytest.mark.parametrize(
    ("words", "crs"),
    [
        ("GCJ02", "gcj02"),
        ("gcj-02", "gcj02"),
        ("BD09", "bd09"),
        ("WGS84", "EPSG:4326"),
        ("WGS-84", "EPSG:4326"),
        ("CGCS2000", "EPSG:4490"),
        ("EPSG:4547", "EPSG:4547"),
        ("地方坐标", "地方坐标"),
    ],
)
def test_a_column_may_name_the_datum(tmp_path: Path, words: str, crs: str) -> None:
    source = opened(tmp_path, f"编号,经度,纬度,坐标系\n1,114,30,{words}\n2,114,31,\n3,114,32,{words}\n")
    assert source.crs == crs
    assert source.columns == ("编号",)


def test_headers_may_name_the_datum(tmp_path: Path) -> None:
    assert opened(tmp_path, "编号,经度(GCJ-02),纬度(GCJ-02)\n1,114,30\n").crs == "gcj02"
    both = opened(tmp_path, "编号,lon_bd09,lat_wgs84,lat_bd09\n1,114.5,30.1,30.2\n")
    assert both.crs == "bd09"
    assert places(both)[0].y == 30.2


def test_several_datums_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="several coordinate systems") as caught:
        opened(tmp_path, "编号,经度,纬度,坐标系\n1,114,30,GCJ02\n2,114,30,WGS84\n")
    assert caught.value.faults == ("gcj02", "EPSG:4326")
    same = opened(tmp_path, "编号,经度,纬度,坐标系\n1,114,30,GCJ02\n2,114,30,gcj-02\n")
    assert same.crs == "gcj02"


def test_well_known_text_of_any_length(tmp_path: Path) -> None:
    ring = ",".join(f"{n / 10000} {n % 7}" for n in range(30000))
    text = f'名称;wkt\n甲;"LINESTRING({ring})"\n乙;SRID=4547;\n丙;POLYGON((0 0,\n'
    source = opened(tmp_path, text.replace("SRID=4547;", '"SRID=4547;LINESTRING(0 0, 1 1)"'), layer="feeders")
    found = places(source)
    assert source.columns == ("名称",)
    assert shapely.get_num_coordinates(found[0]) == 30000
    assert shapely.equals(found[1], shapely.LineString([(0, 0), (1, 1)]))
    assert found[2] is None


def test_hexadecimal_wkb_as_databases_export_it(tmp_path: Path) -> None:
    point = shapely.set_srid(shapely.Point(114, 30), 4326)
    text = f"id,geom\n1,{shapely.to_wkb(point, hex=True, include_srid=True)}\n2,\n3,01zz\n"
    found = places(opened(tmp_path, text))
    assert shapely.equals(found[0], point)
    assert found[1:].tolist() == [None, None]


def test_a_column_called_shape_may_be_an_attribute(tmp_path: Path) -> None:
    source = opened(tmp_path, "id,shape,lon,lat\n1,round,114,30\n")
    assert source.columns == ("id", "shape")
    assert places(source)[0].x == 114


def test_stated_columns_win(tmp_path: Path) -> None:
    text = "编号,lon,lat,e,n\n1,1,2,114,30\n"
    source = opened(tmp_path, text, stated={"lon": "E", "lat": "n", "id": "编号"})
    assert source.columns == ("编号", "lon", "lat")
    assert shapely.equals(places(source)[0], shapely.Point(114, 30))
    with pytest.raises(MappingError) as caught:
        opened(tmp_path, text, stated={"lon": "east"})
    assert len(caught.value.faults) == 2
    shape = opened(tmp_path, "编号,g\n1,POINT(1 2)\n", stated={"wkt": "g"})
    assert shapely.equals(places(shape)[0], shapely.Point(1, 2))


def test_a_layer_without_geometry_keeps_all_columns(tmp_path: Path) -> None:
    source = opened(tmp_path, "线路名称,lon,lat,坐标系\n甲线,1,2,WGS84\n乙线,1,2,GCJ02\n", layer="capacity")
    assert source.columns == ("线路名称", "lon", "lat", "坐标系")
    assert (source.has_geometry, source.crs) == (False, None)
