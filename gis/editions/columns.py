"""The columns of an edition: what the public sees, and what the reasons of changes rest on (公开字段).

Every value of an edition is a text in one form, the form in which it is stored, hashed and written: kVA with
one decimal, days in ISO 8601, words as they are, a place or an area as hexadecimal EWKB. Missing is null.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["text", "word", "number", "day", "flag", "place", "area"]

NUMBER_DIGITS: Final = 18
"""Digits that a number may have in all."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an edition.

    Attributes
    ----------
    name
        In tables, in the canonical bytes and in English files.
    zh
        Header in Chinese files.
    kind
        What stands in it; a ``word`` has a reading in both languages, a ``place`` is one ring, an ``area``
        any polygons.
    decimals
        Of a number.
    """

    name: str
    zh: str
    kind: Kind
    decimals: int = 0


PUBLISHED: Final = (
    Column("asset_id", "设备编号", "text"),
    Column("level", "设备层级", "word"),
    Column("name", "设备名称", "text"),
    Column("substation", "变电站", "text"),
    Column("voltage_kv", "电压等级(kV)", "number", 3),
    Column("rated_kva", "额定容量(kVA)", "number", 1),
    Column("limit_kva", "限额容量(kVA)", "number", 1),
    Column("open_capacity_kva", "可开放容量(kVA)", "number", 1),
    Column("status", "状态", "word"),
    Column("reason", "原因", "word"),
    Column("bottleneck_level", "瓶颈层级", "word"),
    Column("data_date", "数据日期", "day"),
    Column("edition_id", "公开期次", "text"),
    Column("geometry", "概化位置", "place"),
)
"""All that leaves of the grid: nothing else of it stands in a public table or file."""

PARCELS: Final = (
    Column("parcel_id", "地块编号", "text"),
    Column("name", "地块名称", "text"),
    Column("land_use", "用地代码", "text"),
    Column("area_ha", "用地面积(ha)", "number", 4),
    Column("class", "地块分类", "word"),
    Column("failed_test", "未通过的检验", "text"),
    Column("load_kva", "负荷(kVA)", "number", 1),
    Column("level", "接入层级", "word"),
    Column("length_m", "路径长度(m)", "number", 1),
    Column("procedure", "办理方式", "word"),
    Column("limit_working_days", "办理时限(工作日)", "number", 1),
    Column("decision_kind", "决定类型", "word"),
    Column("jurisdiction", "适用政策", "text"),
    Column("on", "评估日期", "day"),
    Column("run_id", "筛查编号", "text"),
    Column("edition_id", "公开期次", "text"),
    Column("geometry", "红线", "area"),
)
"""All that leaves of a screened parcel: no asset, access point or option, no load that a customer states."""

ZONES: Final = (
    Column("zone_id", "分区编号", "text"),
    Column("class", "地块分类", "word"),
    Column("reach_m", "可达距离(m)", "number", 1),
    Column("load_kva", "负荷(kVA)", "number", 1),
    Column("edition_id", "公开期次", "text"),
    Column("geometry", "范围", "area"),
)
"""All that leaves of a zone."""

INPUTS: Final = (
    Column("asset_id", "", "text"),
    Column("level", "", "word"),
    Column("withheld", "", "word"),
    Column("parent_id", "", "text"),
    Column("rated_kva", "", "number", 3),
    Column("limit_kva", "", "number", 3),
    Column("limit_kind", "", "word"),
    Column("peak_kva", "", "number", 3),
    Column("peak_label", "", "word"),
    Column("peak_date", "", "day"),
    Column("pending_kva", "", "number", 3),
    Column("own_before_kva", "", "number", 3),
    Column("own_after_kva", "", "number", 3),
    Column("effective_kva", "", "number", 3),
    Column("published_kva", "", "number", 3),
    Column("disclosed_kva", "", "number", 3),
    Column("disclosed_label", "", "word"),
    Column("bottleneck_id", "", "text"),
    Column("status", "", "word"),
    Column("reason", "", "word"),
    Column("upper_bound", "", "flag"),
)
"""What each asset's figures were worked out from, withheld ones too; never public."""

CLAIMS: Final = (
    Column("claim_id", "", "text"),
    Column("asset_id", "", "text"),
    Column("site", "", "text"),
    Column("kva", "", "number", 3),
    Column("pending_kva", "", "number", 3),
    Column("accepted_on", "", "day"),
    Column("expires_on", "", "day"),
    Column("energised_on", "", "day"),
    Column("withdrawn_on", "", "day"),
)
"""Every claim as it stood, and what counted of it; never public."""
