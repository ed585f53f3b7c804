"""Tables of the demo district, worded as a utility words them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gis.datum import wgs84_to_gcj02
from layers.demo.district import District
from layers.demo.frames import points_in_degrees
from layers.demo.readings import PowerReading, main_transformers

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its name, a title above the header (or ""), the header and the rows."""

    name: str
    title: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]


def access_points(district: District) -> Sheet:
    """Return the access points with coordinates in GCJ-02."""
    lon, lat = wgs84_to_gcj02(*points_in_degrees(district, "access_points"))
    rows = tuple(
        (each.id, each.name, each.feeder, each.kind, each.spare_bays, x, y, "GCJ02")
        for each, x, y in zip(
            district.access_points, np.round(lon, 7).tolist(), np.round(lat, 7).tolist(), strict=True
        )
    )
    header = ("接入点编号", "设备名称", "所属线路", "类型", "备用间隔数", "经度", "纬度", "坐标系")
    return Sheet("接入点", "", header, rows)


def transformers(district: District) -> Sheet:
    """Return the distribution transformers with coordinates in WGS 84."""
    lon, lat = points_in_degrees(district, "transformers")
    rows = tuple(
        (each.id, each.name, x, y, each.rated_kva, each.feeder)
        for each, x, y in zip(
            district.transformers, np.round(lon, 7).tolist(), np.round(lat, 7).tolist(), strict=True
        )
    )
    header = ("台区编号", "台区名称", "经度", "纬度", "额定容量(kVA)", "所属线路")
    return Sheet("台区", "", header, rows)


def transformer_readings(district: District) -> Sheet:
    """Return the readings of the distribution transformers."""
    rows = tuple(
        (each.id, each.rated_kva, each.peak_kw, each.power_factor, each.on.isoformat())
        for each in district.transformer_readings
    )
    header = ("台区编号", "额定容量(kVA)", "最大负荷(kW)", "功率因数", "数据日期")
    return Sheet("台区负荷", "", header, rows)


def main_transformer_list() -> Sheet:
    """Return the main transformers."""
    header = ("主变编号", "主变名称", "所属变电站", "额定容量(MVA)")
    return Sheet("主变", "", header, tuple(main_transformers()))


def feeder_capacity(district: District) -> Sheet:
    """Return the list of open capacities of the feeders."""
    rows = tuple(
        (each.station, each.name, each.limit_a, each.peak_a, each.pending_kva, each.published_kva, each.on)
        for each in district.feeder_readings
    )
    header = (
        "变电站",
        "线路名称",
        "限额电流(A)",
        "最大电流(A)",
        "在途容量(kVA)",
        "可开放容量(kVA)",
        "更新日期",
    )
    return Sheet("可开放容量", "芦汀供电所10(20)千伏线路可开放容量统计表（演示数据）", header, rows)


def _power(readings: Sequence[PowerReading], level: str) -> tuple[Row, ...]:
    return tuple(
        (
            each.station,
            each.name,
            level,
            each.rated_mva,
            each.limit_mva,
            each.peak_mw,
            each.power_factor,
            each.on,
        )
        for each in readings
    )


POWER_HEADER: Final = (
    "变电站", "设备名称", "设备层级", "额定容量(MVA)", "限额容量(MVA)", "最大负荷(MW)", "功率因数",
    "数据日期",
)  # fmt: skip


def main_transformer_capacity(district: District) -> Sheet:
    """Return the readings of the main transformers."""
    rows = _power(district.main_transformer_readings, "主变")
    return Sheet("主变负荷", "主变压器负荷统计表（演示数据）", POWER_HEADER, rows)


def substation_capacity(district: District) -> Sheet:
    """Return the readings of the substations."""
    rows = _power(district.substation_readings, "变电站")
    return Sheet("变电站负荷", "变电站负荷统计表（演示数据）", POWER_HEADER, rows)


def claims(district: District) -> Sheet:
    """Return the accepted applications."""
    rows = tuple(
        (each.id, each.asset, each.site, each.kva, each.accepted, each.expires, each.energised,
         each.withdrawn, each.ramped_kva, each.note)
        for each in district.claims
    )  # fmt: skip
    header = (
        "申请编号",
        "接入设备",
        "地块编号",
        "申请容量(kVA)",
        "受理日期",
        "有效期至",
        "送电日期",
        "撤销日期",
    )
    return Sheet("在途申请", "", (*header, "已投运容量(kVA)", "备注"), rows)
