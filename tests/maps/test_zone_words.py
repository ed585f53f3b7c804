"""Every word of the zone map stands in both languages, and every word asked for exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import maps
from maps.style import CLASSES, STATUSES
from maps.words import failed_test_words, vocabulary, words
from maps.zone_data import FIGURES, TEXTS
from maps.zone_page import SWITCHES
from tests.maps.zones import heading

HOME = Path(maps.__file__).parent
CHINESE = re.compile(r"[\u4e00-\u9fff]")
REASONS = (
    "insufficient_capacity", "no_spare_bay", "unknown_capacity", "stale", "withheld", "access_point_missing",
    "no_entry", "no_route", "too_far", "unknown_load",
)  # fmt: skip


def test_both_languages_are_complete_and_take_the_same_values() -> None:
    alike = {"language", "language.of", "at_most"}
    for key, pair in vocabulary().items():
        assert pair.zh.strip(), key
        assert pair.en.strip(), key
        assert set(re.findall(r"\{\d\}", pair.zh)) == set(re.findall(r"\{\d\}", pair.en)), key
        if key not in alike:
            assert CHINESE.search(pair.zh), key
            assert not CHINESE.search(pair.en), key


def asked() -> set[str]:
    script = (HOME / "static" / "app" / "zone-page.js").read_text(encoding="utf-8")
    page = (HOME / "templates" / "zone_map.html.j2").read_text(encoding="utf-8")
    found = set(re.findall(r"\bsay\(\s*[\"']([a-z_.]+)[\"'][,)]", script + page))
    found |= set(re.findall(r"w\(\"([a-z_.]+)\"\)", page))
    found |= {
        key for pair in re.findall(r"say\(\w+ \? \"([a-z_.]+)\" : \"([a-z_.]+)\"\)", script) for key in pair
    }
    lists = re.findall(r"const (?:OWN_)?FIELDS = \[(.*?)\];", script, re.DOTALL)
    assert len(lists) == 2
    return found | {f"field.{name}" for name in re.findall(r"\[\"([a-z_]+)\"", " ".join(lists))}


def test_every_word_that_page_and_script_ask_for_exists() -> None:
    known = vocabulary().keys() | heading().words().keys()
    assert len(asked()) > 40
    assert asked() <= known
    assert {f"layer.{name}" for name in SWITCHES} <= known
    assert {f"class.{key}.meaning" for key in CLASSES} <= known
    assert {f"feeder.{key}" for key in STATUSES} <= known
    assert {f"field.{name}" for name in (*FIGURES, *TEXTS)} - {"field.asset_id"} <= known


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_words(reason: str) -> None:
    said = failed_test_words(reason)
    assert CHINESE.search(said.zh)
    assert said.en != reason


def test_a_test_of_the_policy_is_told_with_fact_operator_and_value() -> None:
    said = failed_test_words("route.city_road_crossing_m at_most 20")
    assert (said.zh, said.en) == ("穿越城市道路（米）：不超过 20", "city road crossed in m: at most 20")
    assert failed_test_words("area is rural").zh == "城乡：为 农村"
    assert failed_test_words("important is false").en == "important user: is no"
    assert failed_test_words("fact.unheard of 3").en == "fact.unheard of 3"


def test_the_heading_tells_what_is_missing() -> None:
    bare = heading(jurisdiction=None, data_date=None, edition=None, load_kva=None, map_number=None).words()
    assert bare["heading.title"].zh == "开门接电示范区图"
    assert bare["heading.load"].en == "each parcel with its own load"
    assert bare["heading.date"].en == "date of the data unknown"
    assert bare["heading.edition"].zh == "非公开期次数据"
    assert "审图号" in bare["heading.number"].zh
    full = heading(load_kva=1_234_567.5).words()
    assert full["heading.title"].zh == "望汀区开门接电示范区图"
    assert full["heading.load"].en == "load 1,234,567.5 kVA"
    assert full["heading.number"].zh == "审图号：GS(2026)0001号"


def test_a_word_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        words("no.such.word")
