"""The dictionary's files hold together: every word that code relies on is an allowed one."""

from __future__ import annotations

from typing import get_args

import pytest

from gis.dictionary.model import ASSET_LEVELS, Field, FieldType, GeometryKind, IdRule, Layer, choices, layers
from gis.units import parse_unit

FIELDS = [field for layer in layers().values() for field in layer.fields]


@pytest.mark.parametrize("layer", layers().values(), ids=lambda layer: layer.name)
def test_a_layer_uses_known_words(layer: Layer) -> None:
    assert layer.fields
    assert set(layer.geometry) <= set(get_args(GeometryKind))
    assert layer.id_from in get_args(IdRule)
    names = [field.name for field in layer.fields]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: f"{field.layer}.{field.name}")
def test_a_field_uses_known_words(field: Field) -> None:
    assert field.type in get_args(FieldType)
    assert field.meaning
    assert field.meaning_zh
    if field.unit:
        unit = parse_unit(field.unit)
        assert unit is not None
        assert unit.factor == 1, "the canonical unit is the dimension's own"
        assert field.name.endswith(f"_{field.unit.lower()}") or field.name == "kva"
    if field.type == "choice":
        assert field.choices
    if field.type == "reference":
        assert field.target == "assets" or field.target in ASSET_LEVELS
    assert all(parse_unit(alias.unit) for alias in field.aliases if alias.unit)


def test_every_layer_of_the_contract_is_there() -> None:
    assets = "substations main_transformers feeders access_points transformers"
    land = "roads parcels green water railways infrastructure ducts city_area jurisdictions"
    assert list(layers()) == [*assets.split(), *land.split(), "capacity", "claims"]


def test_chinese_and_english_words_lead_to_the_same_choice() -> None:
    assert choices("construction")["架空"] == choices("construction")["overhead"] == "overhead"
    assert choices("class")["主干路"] == "primary"
    assert choices("boolean")["是"] == "true"


def test_no_word_stands_for_two_choices() -> None:
    for column in ("area", "construction", "kind", "class", "level", "boolean"):
        words = choices(column)
        assert set(words.values()) <= set(words), "a canonical value reads as itself"
        assert all(words[value] == value for value in words.values())


def test_a_range_says_itself() -> None:
    field = layers()["parcels"].field("load_kva")
    assert str(field.range) == "at least 0 and at most 1e+06"
