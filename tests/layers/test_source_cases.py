"""Files of real utilities and cities, where they lie beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import shapely

from gis.dictionary.model import layers
from layers.sources.open import open_source

DATA = Path(__file__).parents[3] / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the test data are not beside the checkout")


@pytest.mark.parametrize(
    ("file", "layer", "rows", "encoding", "crs"),
    [
        ("cases/wuhan/roads.gpkg", "roads", 29_580, "UTF-8", "EPSG:4547"),
        ("cases/wuhan/substations.geojson", "substations", 109, "UTF-8", "EPSG:4326"),
        ("cases/wuhan/capacity.xlsx", "capacity", 1_062, "UTF-8", None),
        ("cases/wuhan/feeders.shp", "feeders", 1_062, "GBK", "EPSG:4547"),
        ("cases/wuhan/access_points.csv", "access_points", 5_265, "GB18030", "gcj02"),
        ("cases/wuhan/transformers.csv", "transformers", 3_000, "UTF-8", None),
        ("cases/wuhan/parcels.gpkg", "parcels", 3_829, "UTF-8", "EPSG:4547"),
        ("cases/wuhan/green.geojson", "green", 50, "UTF-8", "EPSG:4326"),
        ("cases/malta/capacity.csv", "capacity", 77, "UTF-8", None),
        ("cases/malta/feeders.geojson", "feeders", 63, "UTF-8", "EPSG:4326"),
        ("cases/malta/parcels.geojson", "parcels", 195, "UTF-8", "EPSG:4326"),
        ("raw/nationalgrid_ny_feeders/OH.csv", "capacity", 1_000, "UTF-8", None),
        ("raw/nationalgrid_ny_feeders/UG.csv", "capacity", 87, "UTF-8", None),
        ("raw/nationalgrid_ny_feeders/Substations.csv", "substations", 518, "UTF-8", None),
        ("raw/wuhan_feeder_open_capacity/111.csv", "capacity", 3_242, "UTF-8", None),
        ("raw/wuhan_feeder_open_capacity/111.txt", "capacity", 3_242, "UTF-8", None),
        ("raw/nged_connections/substation_locations_raw_NGED.csv", "substations", 2_042, "UTF-8", None),
        ("raw/npg_primaries_dfes2019/primaries-unique.geojson", "city_area", 532, "UTF-8", "EPSG:4326"),
    ],
)
def test_every_row_is_read_and_has_its_place(
    file: str, layer: str, rows: int, encoding: str, crs: str | None
) -> None:
    wanted = layers()[layer]
    source = open_source(DATA / file, layer=wanted)
    chunks = list(source.chunks())
    assert (source.row_count, sum(len(chunk.rows) for chunk in chunks)) == (rows, rows)
    assert (source.encoding, source.crs, source.findings) == (encoding, crs, ())
    assert source.has_geometry is bool(wanted.geometry)
    for chunk in chunks:
        assert tuple(chunk.rows.columns) == source.columns
        if chunk.geometry is not None:
            assert not shapely.is_missing(chunk.geometry).any()


def test_chinese_headers_and_texts_of_a_shapefile() -> None:
    source = open_source(DATA / "cases/wuhan/feeders.shp", layer=layers()["feeders"])
    rows = pd.concat([chunk.rows for chunk in source.chunks()])
    assert source.columns == ("线路名称", "变电站", "电压等级", "敷设方式", "线路总长度", "运行单位名")
    assert rows["敷设方式"].value_counts().to_dict() == {"电缆": 646, "架空": 416}


def test_thousands_parted_by_narrow_blanks() -> None:
    source = open_source(DATA / "raw/nationalgrid_ny_feeders/Substations.csv", layer=layers()["substations"])
    chunk = next(source.chunks())
    assert chunk.geometry is not None
    assert (chunk.geometry[0].x, chunk.geometry[0].y) == (-8445879.449, 5318078.102)


def test_dates_and_whole_numbers_of_a_workbook() -> None:
    source = open_source(DATA / "cases/wuhan/capacity.xlsx", layer=layers()["capacity"])
    rows = pd.concat([chunk.rows for chunk in source.chunks()])
    assert (source.layer_name, rows.index[-1]) == ("可开放容量", 1_063)
    assert rows["更新日期"].value_counts()["2023-12-31"] == 44


def test_fields_that_tell_the_datum_are_kept() -> None:
    path = DATA / "raw/china_admin_datav_gcj02/county_500101.json"
    assert {"adcode", "acroutes"} <= set(open_source(path, layer=layers()["jurisdictions"]).columns)
