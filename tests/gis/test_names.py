from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.names import Named, NameIndex, normal_name


@pytest.mark.parametrize(
    "spelling",
    [
        "10kV北洋805北绿线",
        "１０ＫＶ北洋８０５北绿线",
        "10KV北洋805北绿",
        "10ｋＶ 北洋805北绿线",
        " 10kv北洋805北绿线\u3000",
    ],
)
def test_spellings_of_one_name_have_one_form(spelling: str) -> None:
    assert normal_name(spelling) == "10kV北洋805北绿"


def test_a_name_that_is_only_the_suffix_stays() -> None:
    assert normal_name("线") == "线"


@given(st.text(max_size=20))
def test_the_form_of_a_form_without_suffix_is_itself(text: str) -> None:
    form = normal_name(text)
    if not form.endswith("线"):
        assert normal_name(form) == form


INDEX = NameIndex(
    [
        Named("F1", "10kV甲线", ("S1", "东站"), "feeder"),
        Named("F2", "10kV甲线", ("S2", "西站"), "feeder"),
        Named("F3", "10kV乙线", ("S2", "西站"), "feeder"),
        Named("T9", "10kV乙线", (), "transformer"),
    ],
    aliases={normal_name("老丙线"): "10kV甲线"},
)


def test_an_id_wins() -> None:
    assert INDEX.resolve("F2").outcome == "id"


def test_a_name_of_two_things_is_ambiguous_until_its_home_is_given() -> None:
    match = INDEX.resolve("10kV甲线")
    assert (match.id, match.outcome, set(match.candidates)) == (None, "ambiguous", {"F1", "F2"})
    assert INDEX.resolve("10kV甲线", within="西站").id == "F2"
    assert INDEX.resolve("10kV甲线", within="S1").id == "F1"


def test_the_level_tells_things_of_one_name_apart() -> None:
    assert INDEX.resolve("10kV乙线", level="transformer").id == "T9"
    assert INDEX.resolve("F1", level="transformer").id is None


def test_a_name_under_another_substation_is_not_taken() -> None:
    assert INDEX.resolve("10kV乙线", within="东站", level="feeder").outcome == "unknown"


def test_another_spelling_is_told() -> None:
    match = INDEX.resolve("１０ＫＶ 乙", level="feeder")
    assert (match.id, match.spelling) == ("F3", "10kV乙线")
    assert INDEX.resolve("10kV乙线", level="feeder").spelling is None


def test_an_alias_leads_to_a_name_in_its_home() -> None:
    match = INDEX.resolve("老丙", within="东站")
    assert (match.id, match.outcome) == ("F1", "alias")


def test_the_nearest_names_are_offered_for_an_unknown_one() -> None:
    assert INDEX.resolve("10kV丁线").outcome == "unknown"
    assert "10kV甲线" in INDEX.nearest("10kV丁线")
    assert INDEX.nearest("xyz") == ()
