from __future__ import annotations

import pytest

from gis.dictionary.headers import match_headers
from gis.dictionary.model import Layer, layers
from gis.errors import MappingError


def bound(
    layer: str, headers: str, stated: dict[str, str] | None = None, encoding: str = "UTF-8"
) -> dict[str, str]:
    """Return field -> "columns unit" for headers separated by commas."""
    mapping = match_headers(layers()[layer], headers.split(","), stated, encoding=encoding)
    return {
        each.field.name: "+".join(each.columns) + (f" {each.unit.symbol}" if each.unit else "")
        for each in mapping.bindings
    }


def test_the_headers_of_a_chinese_utility_are_known() -> None:
    assert bound(
        "capacity", "变电站,线路名称,可开放容量(kWh),限额电流(A),最大电流(A),在途容量(kVA),更新日期"
    ) == {
        "asset": "线路名称",
        "substation_id": "变电站",
        "limit_a": "限额电流(A) A",
        "peak_a": "最大电流(A) A",
        "data_date": "更新日期",
        "pending_kva": "在途容量(kVA) kVA",
        "published_kva": "可开放容量(kWh) kWh",
    }


@pytest.mark.parametrize(
    ("header", "field"),
    [("最大负荷(kVA)", "peak_kva"), ("最大负荷(MW)", "peak_kw"), ("最大负荷(A)", "peak_a")],
)
def test_the_unit_decides_which_field_a_header_feeds(header: str, field: str) -> None:
    assert field in bound("capacity", f"线路名称,{header}")


@pytest.mark.parametrize(
    "header",
    [
        "乡镇",
        "街道",
        "镇",
        "乡镇街道",
        "所属街道",
        "所属乡镇",
        "所在乡镇（街道）",
        "town",
        "Township",
        "subdistrict",
    ],
)
def test_the_town_of_a_parcel_is_known(header: str) -> None:
    assert bound("parcels", f"地块编号,{header}")["town"] == header


def test_a_header_cut_to_ten_bytes_is_known() -> None:
    assert (
        bound("claims", "申请编号,用电地址,受理日期,已投运容量", encoding="GBK")["ramped_kva"] == "已投运容量"
    )
    assert bound("access_points", "name,feeder_nam,kind", encoding="UTF-8")["feeder_id"] == "feeder_nam"


def test_a_cut_unit_is_no_unit() -> None:
    assert bound("transformers", "台区编号,额定容量(k", encoding="GBK")["rated_kva"] == "额定容量(k"


def test_case_width_and_joiners_do_not_matter() -> None:
    found = bound("feeders", "ＩＤ,Feeder Name,SUBSTATION-ID,voltage kv")
    assert found == {
        "id": "ＩＤ",
        "name": "Feeder Name",
        "substation_id": "SUBSTATION-ID",
        "voltage_kv": "voltage kv kV",
    }


def test_two_columns_make_one_id() -> None:
    assert bound("parcels", "osm_type,osm_id,landuse")["id"] == "osm_type+osm_id"


def test_conventional_units_of_headers_without_one() -> None:
    assert bound("substations", "name,voltage")["voltage_kv"] == "voltage V"
    assert bound("feeders", "线路名称,电压等级")["voltage_kv"] == "电压等级 kV"
    assert bound("transformers", "台区编号,额定容量")["rated_kva"] == "额定容量"


def test_the_user_states_column_and_unit() -> None:
    assert bound("transformers", "a,b", {"id": "a", "rated_mva": "b"}) == {"id": "a", "rated_kva": "b MVA"}
    assert bound("capacity", "x,y", {"asset": "x+y", "data_date": "=2025-03-31"}) == {
        "asset": "x+y",
        "data_date": "",
    }


def test_what_is_stated_wins_over_what_is_guessed() -> None:
    assert bound("substations", "name,变电站", {"name": "变电站"})["name"] == "变电站"


def test_every_wrong_statement_is_told_at_once() -> None:
    with pytest.raises(MappingError) as caught:
        bound("feeders", "a,b", {"nam": "a", "voltage_kv": "zzz"})
    assert len(caught.value.faults) == 2
    assert "'name'" in caught.value.faults[0]
    assert "zzz" in caught.value.faults[1]


def test_unmatched_columns_are_listed_with_what_they_may_be() -> None:
    mapping = match_headers(layers()["feeders"], ["线路名称", "馈线名", "备注"])
    assert [(each.column, each.suggestion) for each in mapping.unmatched] == [
        ("馈线名", "name (now fed by 线路名称)"),
        ("备注", None),
    ]


def test_a_reading_in_the_file_of_its_assets_says_where_it_belongs() -> None:
    mapping = match_headers(layers()["transformers"], ["设备编号", "最大负荷(kVA)"])
    assert [(each.column, each.suggestion) for each in mapping.unmatched] == [
        ("最大负荷(kVA)", "peak_kva of layer capacity: import this file there too")
    ]
    assert match_headers(layers()["parcels"], ["最大负荷(kVA)"]).unmatched[0].suggestion == "load_kva"


@pytest.mark.parametrize("layer", layers().values(), ids=lambda layer: layer.name)
def test_canonical_and_chinese_headers_feed_their_own_field(layer: Layer) -> None:
    for headers in ([field.name for field in layer.fields], [field.zh for field in layer.fields]):
        mapping = match_headers(layer, headers)
        assert [each.columns[0] for each in mapping.bindings] == headers
