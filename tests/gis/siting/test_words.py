"""Every word of an assessment is there in both languages, none twice, and the notice asks for no other."""

from __future__ import annotations

import csv
import re
from importlib import resources
from pathlib import Path

import pytest
import yaml

from gis.capacity.words import LEVELS, Status
from gis.routing.route import PieceKind
from gis.siting.double import INDEPENDENCE
from gis.siting.words import vocabulary, words

HAN = re.compile(r"[\u4e00-\u9fff]")
ROOT = Path(__file__).parents[3]
CLASSES = ("plug_and_play", "filing", "approval", "restricted", "unreachable", "unknown")
REASONS = (
    "insufficient_capacity", "no_entry", "no_route", "no_spare_bay", "too_far", "unknown_capacity", "stale",
    "access_point_missing", "withheld", "unknown_load", "jurisdiction_missing", "policy_needs",
    "policy_not_in_force", "policy_silent", "second_supply", "geometry_missing",
)  # fmt: skip
WARNINGS = (
    "access_point_assumed", "side_assumed", "width_assumed", "beyond_frontage", "spare_bays_unknown",
    "upper_bound", "load_assumed", "power_factor_assumed", "jurisdiction_missing",
    "jurisdiction_unknown", "area_assumed",
    "city_area_assumed", "customer_assumed", "built_by_assumed", "approval_silent", "transformers_missing",
    "same_substation", "lv_limit_assumed", "lv_radius", "plug_and_play_m_assumed", "provisional_calendar",
)  # fmt: skip


def by_value() -> set[str]:
    """Return every key whose last part is a value of an assessment."""
    text = resources.files("gis.dictionary").joinpath("choices.csv").read_text(encoding="utf-8")
    kinds = [row["value"] for row in csv.DictReader(text.splitlines()) if row["column"] == "kind"]
    return {
        *(f"class.{each}" for each in CLASSES),
        *(f"class_why.{each}" for each in CLASSES),
        *(f"advice.{each}" for each in ("restricted", "unreachable", "unknown", "none")),
        *(f"reason.{each}" for each in REASONS),
        *(f"warning.{each}" for each in WARNINGS),
        *(f"access_point.{each}" for each in (*kinds, "assumed")),
        *(f"piece.{each.value}" for each in PieceKind),
        *(f"independence.{each}" for each in INDEPENDENCE),
        *(f"way.{each}" for each in ("route", "straight")),
        *(f"rejected.{each}" for each in ("short", "away")),
        *("site.drawn", "notice.valid", "town", "town.none"),
        *(f"column.{each}" for each in ("length", "crossed", "open", "procedure", "parcels")),
        *(f"said.{each}" for each in ("notice", "written", "stored", "repeated")),
        *(f"level.{each}" for each in LEVELS),
        *(f"status.{each}" for each in Status),
    }


def asked_for() -> set[str]:
    """Return every key of headings, labels and the map that the notice names."""
    modules = [*(ROOT / "maps").glob("notice*.py"), *(ROOT / "maps").glob("route_*.py")]
    text = "".join(path.read_text(encoding="utf-8") for path in modules)
    text += (ROOT / "maps" / "templates" / "notice.html.j2").read_text(encoding="utf-8")
    found = set(re.findall(r"[\"']((?:heading|label|map)\.[a-z_]+)[\"']", text))
    marks = ("route", "second", "crossing", "access_point", "other")
    measures = ("excavation", "green", "along_main_road", "along_infrastructure")
    return (
        found
        | {f"map.{each}" for each in marks}
        | {f"label.{each}" for each in (*measures, "noon", "provisional")}
    )


def test_the_vocabulary_is_complete_and_nothing_is_left_over() -> None:
    assert set(vocabulary()) == by_value() | asked_for()


def test_every_word_is_there_in_both_languages_with_the_same_places() -> None:
    for key, told in vocabulary().items():
        assert HAN.search(told.zh), key
        assert told.en.strip(), key
        assert not HAN.search(told.en), key
        assert sorted(re.findall(r"{\w+}", told.zh)) == sorted(re.findall(r"{\w+}", told.en)), key


def test_no_key_stands_twice() -> None:
    text = resources.files("gis.siting").joinpath("words.yaml").read_text(encoding="utf-8")
    root = yaml.compose(text, yaml.SafeLoader)
    assert root is not None
    keys = [str(key.value) for key, _ in root.value]
    assert len(keys) == len(set(keys))


def test_a_missing_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        words("class.none_such")
