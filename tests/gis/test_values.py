from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.dictionary.converted import Converted
from gis.dictionary.headers import match_headers
from gis.dictionary.model import layers
from gis.dictionary.numbers import CommaUse, read_number
from gis.dictionary.values import convert, looks_broken
from gis.units import DEFAULT_POWER_FACTOR


def converted(
    layer: str, field: str, header: str, values: list[object], stated: dict[str, str] | None = None
) -> Converted:
    mapping = match_headers(layers()[layer], [header], stated)
    binding = mapping.binding(field)
    assert binding is not None, f"{header} feeds {[each.field.name for each in mapping.bindings]}"
    texts = [value for value in values if isinstance(value, str)]
    return convert(binding, pd.DataFrame({header: values}), commas=CommaUse().learn(texts))


@pytest.mark.parametrize(
    ("header", "given_value", "kva"),
    [
        ("额定容量(kVA)", "400", 400),
        ("额定容量(MVA)", 0.4, 400),
        ("额定容量(VA)", 400_000, 400),
        ("额定容量", "400kVA", 400),
        ("额定容量(kVA)", "0.4 MVA", 400),
        ("额定容量(kVA)", "４００", 400),
        ("额定容量(kVA)", "1 250", 1250),
        ("额定容量(kVA)", "1,250.5", 1250.5),
        ("额定容量(kW)", 380, 380 / DEFAULT_POWER_FACTOR),
    ],
)
def test_a_figure_reaches_the_canonical_unit(header: str, given_value: object, kva: float) -> None:
    result = converted("transformers", "rated_kva", header, [given_value])
    assert result.column.tolist() == [pytest.approx(kva)]
    assert result.faults == []


def test_a_number_without_any_unit_is_refused_with_row_and_column() -> None:
    result = converted("transformers", "rated_kva", "额定容量", ["400", None, "315kVA"])
    assert np.isnan(result.column[0])
    assert result.column[2] == 315
    [fault] = result.faults
    assert (fault.check, fault.position, fault.rejects_row) == ("unit_unknown", 0, True)
    assert "额定容量" in fault.message


def test_stating_the_field_states_the_unit() -> None:
    assert converted("transformers", "rated_kva", "容量X", ["400"], {"rated_kva": "容量X"}).column[0] == 400
    assert converted("transformers", "rated_kva", "容量X", ["0.4"], {"rated_mva": "容量X"}).column[0] == 400


def test_an_energy_over_a_power_is_taken_and_told_until_it_is_stated() -> None:
    header = "可开放容量(kWh)"
    assumed = converted("capacity", "published_kva", header, [24.6])
    assert assumed.column.tolist() == [24.6]
    assert "kWh" in assumed.assumptions["energy_unit_assumed_power"]
    assert converted("capacity", "published_kva", header, [24.6], {"published_kva": header}).assumptions == {}


def test_a_power_factor_of_the_row_is_used_before_the_assumed_one() -> None:
    mapping = match_headers(layers()["capacity"], ["线路名称", "在途容量(kW)"])
    binding = mapping.binding("pending_kva")
    assert binding is not None
    rows = pd.DataFrame({"线路名称": ["a", "b"], "在途容量(kW)": [90.0, 95.0]})
    result = convert(binding, rows, power_factor=np.array([0.9, np.nan]))
    assert result.column.tolist() == [pytest.approx(100), pytest.approx(100)]
    assert "0.95" in result.assumptions["power_factor_assumed"]


@pytest.mark.parametrize("bad", ["-5", "0", "inf", "1e999", "abc", "4OO"])
def test_impossible_figures_become_unknown_and_are_told(bad: str) -> None:
    result = converted("transformers", "rated_kva", "额定容量(kVA)", [bad])
    assert np.isnan(result.column[0])
    assert len(result.faults) == 1


@pytest.mark.parametrize("null", [None, "", "-", "——", "/", "无", "NULL", "nan", float("nan")])
def test_words_for_nothing_are_null_without_a_fault(null: object) -> None:
    result = converted("transformers", "rated_kva", "额定容量(kVA)", [null])
    assert np.isnan(result.column[0])
    assert result.faults == []


def test_a_whole_number_is_wanted() -> None:
    result = converted("access_points", "spare_bays", "备用间隔数", ["2", "2.0", "1.5"])
    assert result.column[:2].tolist() == [2, 2]
    assert [fault.position for fault in result.faults] == [2]


def test_of_several_voltages_the_highest_counts() -> None:
    result = converted("substations", "voltage_kv", "voltage", ["220000;110000", "110000", "10kV"])
    assert result.column.tolist() == [220, 110, 10]


def test_a_decimal_comma_is_settled_by_the_rest_of_the_column() -> None:
    assert converted("capacity", "peak_a", "PEAK_AMPS_CURRENT_YEAR", ["99,33", "1,234"]).column.tolist() == [
        99.33,
        1.234,
    ]
    assert converted("capacity", "peak_a", "最大电流(A)", ["1,234.5", "2,000"]).column.tolist() == [
        1234.5,
        2000,
    ]


def test_a_comma_that_could_be_either_is_refused() -> None:
    result = converted("capacity", "peak_a", "最大电流(A)", ["1,234"])
    assert np.isnan(result.column[0])
    assert "1.234 or 1234" in result.faults[0].message


def test_a_point_beside_decimal_commas_is_not_guessed() -> None:
    result = converted("capacity", "peak_a", "最大电流(A)", ["1.250,5", "1.250", "630"])
    assert result.column[[0, 2]].tolist() == [1250.5, 630]
    assert "1.25 or 1250" in result.faults[0].message


def test_narrow_blanks_part_thousands() -> None:
    assert read_number("-8\u202f445\u00a0879,449", CommaUse()).value == -8445879.449


@given(st.floats(min_value=-1e9, max_value=1e9, allow_nan=False).map(lambda value: round(value, 3)))
def test_a_number_reads_the_same_with_point_and_with_comma(value: float) -> None:
    text = f"{value:.2f}"
    assert read_number(text, CommaUse()).value == float(text)
    assert read_number(text.replace(".", ","), CommaUse(decimal=1)).value == float(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-03-31", date(2025, 3, 31)),
        ("2025/3/31", date(2025, 3, 31)),
        ("2025.3.31", date(2025, 3, 31)),
        ("20250331", date(2025, 3, 31)),
        ("2025年3月31日", date(2025, 3, 31)),
        ("2025-03-31 08:00:00", date(2025, 3, 31)),
        ("45747", date(2025, 3, 31)),
        ("-", None),
    ],
)
def test_dates_as_people_write_them(text: str, day: date | None) -> None:
    assert converted("capacity", "data_date", "更新日期", [text]).column.tolist() == [day]


@pytest.mark.parametrize("text", ["2025-02-30", "3/31/2025", "gestern", "31"])
def test_what_is_no_date_is_told(text: str) -> None:
    result = converted("capacity", "data_date", "更新日期", [text])
    assert result.column.tolist() == [None]
    assert [fault.check for fault in result.faults] == ["value_unreadable"]


def test_words_become_choices_and_unknown_words_are_told() -> None:
    result = converted("roads", "class", "道路等级", ["主干路", "residential", "PRIMARY", "未知", None])
    assert result.column.tolist() == ["primary", "local", "primary", None, None]
    assert [(fault.check, fault.position) for fault in result.faults] == [("choice_unknown", 3)]


def test_yes_and_no() -> None:
    values: list[object] = ["是", "否", "1", "0", True, "专线", None]
    assert converted("feeders", "dedicated", "是否专线", values).column.tolist() == [
        True,
        False,
        True,
        False,
        True,
        True,
        None,
    ]


def test_ids_are_kept_as_given() -> None:
    assert converted("parcels", "id", "地块编号", ["  007 ", "A-1"]).column.tolist() == ["007", "A-1"]
    assert converted("parcels", "id", "地块编号", [7.0, 8.0]).column.tolist() == ["7", "8"]


@pytest.mark.parametrize(
    "text", ["10kV北洋线".encode("gb18030").decode("latin-1"), "10kV\ufffd线", "锟斤拷", "åŒ—æ´‹"]
)
def test_text_decoded_wrongly_before_is_never_stored(text: str) -> None:
    assert looks_broken(text)
    result = converted("feeders", "name", "线路名称", [text])
    assert result.column.tolist() == [None]
    assert result.faults[0].rejects_row


@pytest.mark.parametrize(
    "text",
    [
        "10kV北洋线",
        "Ħal Luqa",
        "Żejtun",
        "Straße",
        "Müller & Söhne",
        "café crème",
        "Ångström",
        "AÇÃO DE ORAÇÃO",
    ],
)
def test_good_text_of_any_language_is_kept(text: str) -> None:
    assert not looks_broken(text)
