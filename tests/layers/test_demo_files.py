"""The demo district's files: what an importer and its checks rely on."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

from gis.datum import gcj02_to_wgs84
from gis.dictionary.model import Layer, choices, layers
from gis.names import normal_name
from layers.cluster import Cluster
from layers.demo import DemoFile, write_demo
from tests.shared_demo import demo_files

ZONE = "EPSG:4549"


@pytest.fixture(scope="session")
def written(run_folder: Path, cluster: Cluster, template: str) -> tuple[DemoFile, ...]:
    return demo_files(run_folder, cluster)


@pytest.fixture(scope="session")
def folder(written: tuple[DemoFile, ...]) -> Path:
    return written[0].files[0].parent


@pytest.fixture(scope="session")
def roads(folder: Path) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(folder / "道路.shp", encoding="GBK")


@pytest.fixture(scope="session")
def parcels(folder: Path) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(folder / "规划地块.gpkg", layer="规划地块").set_index("地块编号")


@pytest.fixture(scope="session")
def feeders(folder: Path) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(folder / "中压线路.shp", encoding="GBK")


@pytest.fixture(scope="session")
def access_points(folder: Path) -> gpd.GeoDataFrame:
    rows = pd.read_csv(folder / "接入点.csv", encoding="gb18030")
    lon, lat = gcj02_to_wgs84(rows["经度"].to_numpy(), rows["纬度"].to_numpy())
    places = gpd.GeoSeries(shapely.points(lon, lat), crs="EPSG:4326").to_crs(ZONE)
    return gpd.GeoDataFrame(rows, geometry=places).set_index("接入点编号")


def _rows(path: Path, name: str | None = None) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(path)
    page = book[name] if name else book.worksheets[0]
    return list(page.iter_rows(values_only=True))


def _sheet(path: Path, name: str, header_row: int) -> pd.DataFrame:
    rows = _rows(path, name)
    return pd.DataFrame(rows[header_row:], columns=[str(cell) for cell in rows[header_row - 1]])


def _headers(file: DemoFile) -> list[str]:
    path = file.files[0]
    if path.suffix == ".xlsx":
        rows = _rows(path, file.options.get("layer_name"))
        return next([str(cell) for cell in row] for row in rows if row[1] is not None)
    if path.suffix == ".csv":
        with path.open(encoding=file.options.get("encoding", "utf-8-sig"), newline="") as text:
            return next(csv.reader(text))
    encoding = "GBK" if path.suffix == ".shp" else None
    return [str(name) for name in pyogrio.read_info(path, encoding=encoding)["fields"]]


def _known(layer: Layer) -> dict[str, str]:
    """Return header without its unit -> field; where two fields share a word, the unit tells."""
    words: dict[str, str] = {}
    for field in layer.fields:
        for text in (*(alias.text for alias in field.aliases), field.zh.partition("(")[0]):
            words.setdefault(text, field.name)
    return words


def test_every_import_names_files_that_exist_and_known_options(written: tuple[DemoFile, ...]) -> None:
    assert [file.layer for file in written] == [
        "jurisdictions", "city_area", "water", "railways", "green", "infrastructure", "roads", "ducts",
        "substations", "main_transformers", "feeders", "access_points", "transformers", "parcels",
        "capacity", "capacity", "capacity", "capacity", "claims",
    ]  # fmt: skip
    assert all(path.exists() for file in written for path in file.files)
    assert {key for file in written for key in file.options} <= {"crs", "encoding", "layer_name", "noding"}


def test_required_columns_are_known_by_their_chinese_headers(written: tuple[DemoFile, ...]) -> None:
    for file in written:
        layer = layers()[file.layer]
        if file.files[0].suffix == ".dxf":
            continue
        known = _known(layer)
        found = Counter(known.get(re.split(r"[(_]", header)[0]) for header in _headers(file))
        missing = [field.name for field in layer.fields if field.required and not found[field.name]]
        assert missing == [], file
        doubled = {name for name, count in found.items() if name and count > 1}
        assert doubled <= {"land_use"}, file


def test_the_same_bytes_every_time(folder: Path, tmp_path: Path) -> None:
    write_demo(tmp_path)
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    differing = [name for name in names if (folder / name).read_bytes() != (tmp_path / name).read_bytes()]
    assert differing == []


def test_the_readme_gives_a_command_for_each_import(written: tuple[DemoFile, ...], folder: Path) -> None:
    text = (folder / "README.txt").read_text(encoding="utf-8")
    assert text.count("kaimen import ") == len(written)
    assert "kaimen import access_points 接入点.csv --crs gcj02 --encoding gb18030" in text
    assert "kaimen import capacity 可开放容量.xlsx --layer 主变负荷" in text


def test_roads_are_gbk_and_do_not_say_so(folder: Path) -> None:
    assert not (folder / "道路.cpg").exists()
    assert (folder / "中压线路.cpg").read_text() == "GBK"
    raw = (folder / "道路.dbf").read_bytes()
    assert raw[29] == 0
    assert "道路名称".encode("gbk") in raw
    assert "CGCS2000_3_Degree_GK_CM_120E" in (folder / "道路.prj").read_text()


def test_roads_have_the_attributes_that_they_should(roads: gpd.GeoDataFrame) -> None:
    assert 3_000 <= len(roads) <= 5_000
    assert roads["道路编号"].is_unique
    classes = set(roads["道路等级"].map(choices("class")))
    assert classes == {"expressway", "primary", "secondary", "tertiary", "local", "track"}
    assert 0.1 < roads["路宽"].isna().mean() < 0.25
    assert set(roads["层次"]) == {-1, 0, 1}
    assert (roads.loc[roads["层次"] < 0, "隧道"] == "是").all()
    assert (roads.loc[roads["层次"] > 0, "桥梁"] == "是").all()


def test_roads_meet_at_their_ends_alone(roads: gpd.GeoDataFrame) -> None:
    lines = roads.geometry.to_numpy()
    first, second = shapely.STRtree(lines).query(lines, predicate="crosses")
    level = roads["层次"].to_numpy()
    crossing = first < second
    assert not (level[first[crossing]] == level[second[crossing]]).any()
    assert crossing.sum() >= 10
    assert shapely.length(lines).min() > 1


def test_roads_are_one_network_and_one_island(roads: gpd.GeoDataFrame) -> None:
    ends = [(line.coords[0], line.coords[-1]) for line in roads.geometry]
    network = {point: point for pair in ends for point in pair}

    def root(point: tuple[float, ...]) -> tuple[float, ...]:
        while network[point] != point:
            point = network[point]
        return point

    for start, end in ends:
        network[root(start)] = root(end)
    sizes = Counter(root(start) for start, _ in ends)
    assert len(sizes) == 2
    assert min(sizes.values()) < 20


def test_the_district_lies_in_wujiang(roads: gpd.GeoDataFrame, folder: Path) -> None:
    west, south, east, north = roads.to_crs("EPSG:4326").total_bounds
    assert 120.60 < west < east < 120.73
    assert 31.12 < south < north < 31.21
    area = pyogrio.read_dataframe(folder / "政策辖区.gpkg")
    assert area["政策编号"].tolist() == ["wujiang"]
    assert area.geometry[0].contains(shapely.box(*roads.total_bounds))


def test_feeders_follow_the_streets_and_leave_their_substations(
    feeders: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, folder: Path
) -> None:
    assert 38 <= len(feeders) <= 45
    assert set(feeders["敷设方式"].map(choices("construction"))) == {"cable", "overhead", "mixed"}
    assert (feeders["是否专线"] == "是").sum() == 3
    assert set(feeders["电压等级"]) == {"10kV", "20kV"}
    stations = gpd.read_file(folder / "变电站.geojson").to_crs(ZONE).set_index("变电站名称")
    assert sorted(stations["电压等级(kV)"]) == [110, 110, 220]
    yards = stations.geometry.loc[feeders["变电站"]].to_numpy()
    assert shapely.distance(feeders.geometry.to_numpy(), yards).max() == 0
    streets = shapely.STRtree(roads.geometry.to_numpy())
    for line in shapely.get_parts(feeders.geometry.to_numpy()):
        spots = shapely.line_interpolate_point(line, np.arange(0, line.length, 40.0))
        _, away = streets.query_nearest(spots, return_distance=True, all_matches=False)
        assert (away < 30).mean() > 0.85
    transformers = _sheet(folder / "主变压器.xlsx", "主变", 1)
    assert set(feeders["所属主变"]) <= set(transformers["主变名称"])
    assert transformers["额定容量(MVA)"].between(40, 80).all()


def test_access_points_stand_beside_their_feeders(
    access_points: gpd.GeoDataFrame, feeders: gpd.GeoDataFrame
) -> None:
    named = feeders.assign(key=feeders["线路名称"].map(normal_name)).set_index("key").geometry
    lines = named.loc[access_points["所属线路"].map(normal_name)].to_numpy()
    away = pd.Series(shapely.distance(access_points.geometry.to_numpy(), lines), access_points.index)
    assert away.max() < 8.1
    spelt = set(access_points["所属线路"]) - set(feeders["线路名称"])
    assert len(spelt) == 3
    assert set(access_points["类型"]) == {"环网柜", "分支箱", "开闭所", "杆"}
    full = access_points[access_points["所属线路"].str.contains("启园716")]
    assert (full["备用间隔数"] == 0).all()
    assert access_points["备用间隔数"].max() == 3


def test_parcels_have_codes_loads_and_important_users(parcels: gpd.GeoDataFrame) -> None:
    assert 1_400 <= len(parcels) <= 1_800
    assert parcels["用地代码"].str.fullmatch(r"[A-Z]\d{1,2}").all()
    assert 0.1 < parcels["报装容量_kVA"].notna().mean() < 0.2
    assert 5 < (parcels["是否重要用户"] == "是").sum() < 40
    ordinary = parcels[~parcels.index.str.startswith("LT-9")]
    assert np.allclose(ordinary.geometry.area / 10_000, ordinary["用地面积_公顷"], rtol=0.03, atol=0.02)
    assert ordinary.geometry.is_valid.all()


def test_awkward_parcels_are_as_awkward_as_they_say(
    parcels: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, folder: Path
) -> None:
    shape = parcels.geometry
    streets = roads[roads["道路等级"] != "快速路"].geometry.reset_index(drop=True)
    assert streets.distance(shape["LT-9001"]).min() > 60
    [ring] = shapely.get_parts(shape["LT-9002"])
    assert shapely.Polygon(ring.interiors[0]).contains(shape["LT-9001"].buffer(-1))
    assert len(shapely.get_parts(shape["LT-9003"])) == 2
    others = shape[~shape.index.str.startswith("LT-9")]
    assert others.buffer(0.1).contains(shape["LT-9004"]).any()
    assert 500 < others.intersection(shape["LT-9005"]).area.sum() < 0.2 * shape["LT-9005"].area
    assert not shape["LT-9006"].is_valid
    water = pyogrio.read_dataframe(folder / "水系.gpkg")
    river = shapely.union_all(water.loc[water["水系名称"] == "汀河"].geometry.to_numpy())
    nearest = streets[int(streets.distance(shape["LT-9007"]).idxmin())]
    assert shapely.shortest_line(shape["LT-9007"], nearest).crosses(river)
    beside = streets[streets.distance(shape["LT-9009"]) < 10]
    assert beside.buffer(10).intersection(shape["LT-9009"]).area.sum() > 500
    assert (streets.distance(shape["LT-9010"]) < 20).sum() >= 2
    island = shape["LT-9008"].buffer(70).boundary
    assert island.intersection(river).length > 0.9 * island.length


def test_some_parcels_lie_straight_across_the_road_from_an_access_point(
    parcels: gpd.GeoDataFrame, access_points: gpd.GeoDataFrame, roads: gpd.GeoDataFrame
) -> None:
    shapes = parcels.geometry.to_numpy()
    tree, streets = shapely.STRtree(shapes), shapely.STRtree(roads.geometry.to_numpy())
    points = access_points.geometry.to_numpy()
    point, parcel = tree.query(points, predicate="dwithin", distance=45)
    ways = shapely.shortest_line(points[point], shapes[parcel])
    crossed = np.bincount(streets.query(ways, predicate="crosses")[0], minlength=len(ways))
    assert ((crossed == 1) & (shapely.length(ways) < 40)).sum() > 50


def test_capacity_rows_stand_below_a_title_and_hold_the_promised_slips(
    folder: Path, feeders: gpd.GeoDataFrame
) -> None:
    book = folder / "可开放容量.xlsx"
    first = _rows(book, "可开放容量")[0]
    assert "统计表" in str(first[0])
    assert first[1] is None
    rows = _sheet(book, "可开放容量", 2)
    assert len(rows) == len(feeders) - 1
    assert (rows["最大电流(A)"] > rows["限额电流(A)"]).sum() == 1
    assert rows["最大电流(A)"].isna().sum() == 1
    days = rows["更新日期"].map(lambda value: value.date() if isinstance(value, datetime) else value)
    assert (days == date(2024, 6, 30)).sum() == 2
    assert len(set(rows["线路名称"]) - set(feeders["线路名称"])) == 3
    assert set(rows["线路名称"].map(normal_name)) <= set(feeders["线路名称"].map(normal_name))


def test_the_mix_of_statuses_lets_every_map_colour_appear(folder: Path, feeders: gpd.GeoDataFrame) -> None:
    rows = _sheet(folder / "可开放容量.xlsx", "可开放容量", 2)
    voltage = feeders.assign(key=feeders["线路名称"].map(normal_name)).set_index("key")["电压等级"]
    kva_per_a = np.sqrt(3) * voltage.loc[rows["线路名称"].map(normal_name)].str.removesuffix("kV").astype(
        float
    )
    before = (0.8 * rows["限额电流(A)"] - rows["最大电流(A)"]).to_numpy(float) * kva_per_a.to_numpy()
    after = before - rows["在途容量(kVA)"].to_numpy(float)
    read = np.isfinite(before)
    assert (before[read] <= 0).sum() == 4
    assert 5 <= ((before[read] > 0) & (after[read] < 2_000)).sum() <= 12
    assert (after[read] >= 2_000).sum() > 0.5 * len(rows)


def test_main_transformers_and_substations_are_read_in_mva_and_mw(folder: Path) -> None:
    mains = _sheet(folder / "可开放容量.xlsx", "主变负荷", 2)
    stations = _sheet(folder / "可开放容量.xlsx", "变电站负荷", 2)
    assert set(mains["设备层级"]) == {"主变"}
    assert set(stations["设备层级"]) == {"变电站"}
    load = mains["最大负荷(MW)"] / mains["功率因数"] / mains["额定容量(MVA)"]
    assert ((load > 0.7) & (load < 0.8)).sum() == 1
    assert load.max() < 0.8
    assert stations["限额容量(MVA)"].notna().sum() == 1


def test_transformer_readings_have_gaps_and_peaks_above_the_rating(folder: Path) -> None:
    assert (folder / "台区.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    boxes = pd.read_csv(folder / "台区.csv", encoding="utf-8-sig").set_index("台区编号")
    readings = pd.read_csv(folder / "台区负荷.csv", encoding="utf-8-sig").set_index("台区编号")
    assert 750 <= len(boxes) <= 950
    assert len(boxes) - len(readings) == 6
    assert boxes["额定容量(kVA)"].between(100, 1250).all()
    share = readings["最大负荷(kW)"] / readings["功率因数"] / readings["额定容量(kVA)"]
    assert (share > 1).sum() == 3
    assert (readings["数据日期"] == "2024-06-30").sum() == 12


def test_claims_cover_every_fate(folder: Path, parcels: gpd.GeoDataFrame, feeders: gpd.GeoDataFrame) -> None:
    rows = _sheet(folder / "在途申请.xlsx", "在途申请", 1)
    assert len(rows) == 60
    assert rows["申请编号"].is_unique
    assert rows["地块编号"].isin(parcels.index).all()
    assert rows["地块编号"].duplicated().sum() == 2
    unknown = ~rows["接入设备"].isin(feeders["线路名称"]) & ~rows["接入设备"].str.startswith("LT-TQ-")
    assert not unknown.any()
    assert rows["送电日期"].notna().sum() == 7
    assert rows["撤销日期"].notna().sum() == 5
    assert rows["已投运容量(kVA)"].notna().sum() == 2
    expired = [value.date() < date(2026, 11, 1) for value in rows["有效期至"]]
    assert sum(expired) >= 6


def test_ducts_are_a_drawing_without_a_crs(written: tuple[DemoFile, ...], folder: Path) -> None:
    info = pyogrio.read_info(folder / "电力管沟.dxf")
    assert info["crs"] is None
    [ducts] = [file for file in written if file.layer == "ducts"]
    assert ducts.options["crs"] == ZONE
    lines = pyogrio.read_dataframe(folder / "电力管沟.dxf").geometry
    assert lines.length.sum() > 5_000
