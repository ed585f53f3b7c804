"""What a land use is called: words of OpenStreetMap, codes of two standards, what is neither."""

from __future__ import annotations

import re

import pytest

from gis.dictionary.land_uses import LETTERS, OSM_USES
from gis.siting.land_use import land_letter, land_use_words
from gis.siting.loads import use_of
from layers.sources.osm_tags import DEVELOPMENT_LAND


@pytest.mark.parametrize(
    ("code", "zh", "en", "letter"),
    [
        ("residential", "居住用地", "residential", "R"),
        ("Industrial", "工业用地", "industrial", "M"),
        (" retail ", "零售商业用地", "retail", "B"),
        ("recreation_ground", "休闲活动场地", "recreation ground", "G"),
        ("greenfield", "待开发用地", "greenfield", ""),
        ("brownfield", "棕地（待再开发）", "brownfield", ""),
        ("R2", "居住用地 R2", "residential R2", "R"),
        ("B1B2", "商业服务用地 B1B2", "commercial B1B2", "B"),
        ("H14", "村庄建设用地 H14", "village H14", "H"),
        ("1001", "工业用地 1001", "industrial 1001", "M"),
        ("salt_pond", "salt_pond", "salt_pond", ""),
        ("Mall", "Mall", "Mall", ""),
        ("E2", "E2", "E2", ""),
    ],
)
def test_a_land_use_is_called_by_its_term(code: str, zh: str, en: str, letter: str) -> None:
    told = land_use_words(code)
    assert told is not None
    assert (told.zh, told.en) == (zh, en)
    assert land_letter(code) == letter


@pytest.mark.parametrize("code", [None, "", "  "])
def test_none_is_called_nothing(code: str | None) -> None:
    assert land_use_words(code) is None
    assert land_letter(code) == ""


def test_every_word_is_chinese_and_has_a_load_where_the_table_knows_its_kind() -> None:
    for value, told in {**OSM_USES, **LETTERS}.items():
        assert re.fullmatch(r"[\u4e00-\u9fff（）]+", told.zh), value
        assert re.fullmatch(r"[a-z ]+", told.en), value
    assert set(DEVELOPMENT_LAND) <= set(OSM_USES)
    assert {each for each in OSM_USES if use_of(each)} == {each for each in OSM_USES if land_letter(each)}
