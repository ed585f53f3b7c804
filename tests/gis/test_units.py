from __future__ import annotations

import pytest

from gis.units import Unit, parse_unit, split_header, split_measure


@pytest.mark.parametrize(
    ("word", "symbol", "factor"),
    [
        ("kVA", "kVA", 1),
        ("ＭＶＡ", "MVA", 1000),
        ("千伏安", "kVA", 1),
        ("万千伏安", "万kVA", 10_000),
        ("MW", "MW", 1000),
        ("Amps", "A", 1),
        ("V", "V", 0.001),
        ("公里", "km", 1000),
        ("㎡", "m2", 0.0001),
        ("亩", "亩", 1 / 15),
    ],
)
def test_a_unit_is_known_in_every_spelling(word: str, symbol: str, factor: float) -> None:
    unit = parse_unit(word)
    assert unit is not None
    assert unit.symbol == symbol
    assert unit.factor == pytest.approx(factor)


@pytest.mark.parametrize(
    ("header", "words", "symbol"),
    [
        ("额定容量(kVA)", "额定容量", "kVA"),
        ("额定容量（MVA）", "额定容量", "MVA"),
        ("额定容量[单位:kVA]", "额定容量", "kVA"),
        ("报装容量_kVA", "报装容量", "kVA"),
        ("FEEDER_SN_RATING_AMPS", "FEEDER_SN_RATING", "A"),
        ("Operating Voltage (kV)", "Operating Voltage", "kV"),
        ("限额电流(A", "限额电流", "A"),
        ("名称(中文)", "名称(中文)", None),
        ("备用间隔数", "备用间隔数", None),
        ("a", "a", None),
    ],
)
def test_a_header_is_split_into_words_and_unit(header: str, words: str, symbol: str | None) -> None:
    base, unit = split_header(header)
    assert (base, unit.symbol if unit else None) == (words, symbol)


def test_a_value_may_carry_its_unit() -> None:
    assert split_measure("10kV") == ("10", parse_unit("kV"))
    assert split_measure("0.4 MVA") == ("0.4", parse_unit("MVA"))
    assert split_measure("10号") == ("10号", None)


def test_only_what_the_power_factor_bridges_becomes_another_dimension() -> None:
    def unit(word: str) -> Unit:
        found = parse_unit(word)
        assert found is not None
        return found

    assert unit("kW").becomes(unit("kVA"))
    assert unit("kWh").becomes(unit("kVA"))
    assert not unit("kVA").becomes(unit("kW"))
    assert not unit("A").becomes(unit("kVA"))
