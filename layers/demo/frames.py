"""The layers with geometry of the demo district, worded as a planning bureau or a utility words them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from layers.demo import plan, uses
from layers.demo.curves import between, offset, parts, spline
from layers.demo.district import District
from layers.demo.waters import FRAME

DEGREES: Final = "EPSG:4326"

DUCTS: Final = (
    ("汀湖大道", 2_000.0, 6_400.0, 19.0),
    ("汀湖大道", 7_800.0, 10_600.0, -19.0),
    ("启园大道", 2_600.0, 4_700.0, 19.0),
    ("书院街", 3_700.0, 5_600.0, 15.0),
)
"""Road, from and to in metres along it, and how far left of its middle a duct (管沟) lies."""

INFRASTRUCTURE: Final = (
    ("LT-SS-01", "芦汀天然气门站", (1.35, 7.02), 70.0),
    ("LT-SS-02", "启园燃气调压计量站", (11.05, 5.32), 42.0),
    ("LT-SS-03", "汀湖大道加油加气站", (7.86, 5.36), 36.0),
    ("LT-SS-04", "芦汀自来水厂", (2.15, 8.1), 110.0),
)
"""Id, name, place in kilometres and side in metres of important infrastructure (重要基础设施)."""


def in_crs(shapes: Sequence[BaseGeometry]) -> gpd.GeoSeries:
    """Return local shapes in EPSG:4549, to the millimetre."""
    moved = shapely.transform(np.array(shapes, object), lambda path: np.round(path + plan.ORIGIN, 3))
    return gpd.GeoSeries(moved, crs=plan.CRS)


def in_degrees(shapes: Sequence[BaseGeometry]) -> gpd.GeoSeries:
    """Return local shapes in EPSG:4326, to eight decimals (1 mm)."""
    degrees = in_crs(shapes).to_crs(DEGREES)
    rounded = shapely.transform(degrees.to_numpy(), lambda path: np.round(path, 8))
    return gpd.GeoSeries(rounded, crs=DEGREES)


def _frame(rows: Sequence[dict[str, Any]], shapes: gpd.GeoSeries) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes)


def _yes(value: bool) -> str:
    return "是" if value else "否"


def roads(district: District) -> gpd.GeoDataFrame:
    """Return the road centrelines (道路中心线)."""
    segments = district.place.segments
    rows = [
        {
            "道路编号": segment.id,
            "道路名称": segment.street.name,
            "道路等级": plan.GRADE_ZH[segment.street.grade],
            "路宽": segment.width_m if segment.width_known else None,
            "层次": segment.level,
            "桥梁": _yes(segment.bridge),
            "隧道": _yes(segment.tunnel),
            "城市道路": _yes(segment.city),
        }
        for segment in segments
    ]
    return _frame(rows, in_crs([segment.line for segment in segments]))


def parcels(district: District) -> gpd.GeoDataFrame:
    """Return the planned parcels (规划地块)."""
    lots = district.land.lots
    rows = [
        {
            "地块编号": lot.id,
            "地块名称": lot.name,
            "用地代码": lot.code,
            "用地性质": uses.USES[lot.code][0],
            "容积率": lot.far,
            "用地面积_公顷": lot.area_ha,
            "规划年份": lot.year,
            "报装容量_kVA": lot.load_kva,
            "是否重要用户": _yes(lot.important),
            "所属乡镇街道": plan.TOWNS[lot.zone],
        }
        for lot in lots
    ]
    return _frame(rows, in_crs([lot.shape for lot in lots]))


def feeders(district: District) -> gpd.GeoDataFrame:
    """Return the feeders (中压线路)."""
    rows = [
        {
            "线路编号": feeder.id,
            "线路名称": feeder.name,
            "变电站": feeder.station,
            "所属主变": feeder.transformer,
            "电压等级": f"{feeder.voltage_kv}kV",
            "敷设方式": feeder.construction,
            "是否专线": _yes(feeder.dedicated),
        }
        for feeder in district.feeders
    ]
    return _frame(rows, in_crs([feeder.shape for feeder in district.feeders]))


def substations(district: District) -> gpd.GeoDataFrame:
    """Return the substations (变电站)."""
    sites = {site.station: site.shape for site in district.land.sites}
    bays = {"芦汀变电站": 1, "启园变电站": 0, "望汀变电站": 3}
    rows = [
        {
            "变电站编号": identity,
            "变电站名称": name,
            "电压等级(kV)": voltage,
            "备用间隔数": bays[name],
            "所在区域": area,
        }
        for identity, name, voltage, _, _, area in plan.STATIONS
    ]
    return _frame(rows, in_degrees([sites[str(row["变电站名称"])] for row in rows]))


def _named(kind: str, letters: str, things: Sequence[tuple[str, BaseGeometry]]) -> list[dict[str, Any]]:
    return [
        {f"{kind}编号": f"LT-{letters}-{number:03d}", f"{kind}名称": name}
        for number, (name, _) in enumerate(things, start=1)
    ]


def green(district: District) -> gpd.GeoDataFrame:
    """Return parks and green belts (绿地)."""
    things = district.land.green
    return _frame(_named("绿地", "LD", things), in_crs([shape for _, shape in things]))


def water(district: District) -> gpd.GeoDataFrame:
    """Return river, lake and canals (水系)."""
    things = district.place.nature.waters
    return _frame(_named("水系", "SX", things), in_crs([shape for _, shape in things]))


def railways(district: District) -> gpd.GeoDataFrame:
    """Return the railway (铁路)."""
    line = parts(district.place.nature.railway.intersection(FRAME))[0]
    return _frame([{"铁路编号": "LT-TL-001", "铁路名称": "芦望铁路"}], in_degrees([line]))


def infrastructure(district: District) -> gpd.GeoDataFrame:
    """Return gas stations and works that cables should keep away from (重要基础设施)."""
    del district
    rows = [{"设施编号": identity, "设施名称": name} for identity, name, _, _ in INFRASTRUCTURE]
    shapes = [
        shapely.Point(x * 1000, y * 1000).buffer(side / 2, cap_style="square")
        for _, _, (x, y), side in INFRASTRUCTURE
    ]
    return _frame(rows, in_degrees(shapes))


def ducts(district: District) -> gpd.GeoDataFrame:
    """Return the cable ducts (电力管沟) as a drawing has them: lines on a drawing layer, no attributes."""
    del district
    curves = {artery.name: spline(artery.points) for artery in plan.ARTERIES}
    lines: list[LineString] = []
    for road, start, end, away in DUCTS:
        part = between(curves[road], start, end)
        lines.append(offset(part, away))
    rows = [{"Layer": "DL-GUANGOU"} for _ in lines]
    return _frame(rows, in_crs(lines))


def city_area(district: District) -> gpd.GeoDataFrame:
    """Return the built-up area (城市建成区)."""
    del district
    area = Polygon(np.array(plan.CITY_AREA) * 1000)
    return _frame([{"区域编号": "LT-JCQ-1", "区域名称": "芦汀城市建成区"}], in_degrees([area]))


def jurisdictions(district: District) -> gpd.GeoDataFrame:
    """Return where the policy file holds (政策辖区): the whole district and a little more."""
    del district
    rows = [{"政策编号": "wujiang", "辖区名称": "苏州市吴江区（演示范围）"}]
    return _frame(rows, in_crs([FRAME.buffer(1_500, join_style="mitre")]))


def points_in_degrees(district: District, layer: str) -> tuple[np.ndarray[Any, np.dtype[np.float64]], ...]:
    """Return longitudes and latitudes of the access points or the transformers, WGS 84."""
    things = district.access_points if layer == "access_points" else district.transformers
    shapes = in_crs([shapely.Point(each.x, each.y) for each in things]).to_crs(DEGREES)
    return shapes.x.to_numpy(), shapes.y.to_numpy()
