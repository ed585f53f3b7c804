from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from datetime import date
from hashlib import sha256
from importlib import resources
from typing import Any

import pytest

from gis.editions.disclosure import CADENCES, KEYS, default_settings, read_settings
from gis.editions.header import new_id, next_due, overdue_days
from gis.editions.metadata import metadata
from gis.editions.reliability import reliability
from gis.editions.withholding import Withheld
from gis.errors import InputError
from gis.policy.load import jurisdictions
from tests.gis.editions.districts import edition

TEXT = resources.files("gis.editions").joinpath("disclosure.toml").read_text(encoding="utf-8")


def test_the_hash_is_over_the_canonical_document() -> None:
    made = edition()
    line = made.canonical()
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    document = json.loads(line)
    assert list(document) == sorted(document)
    assert document["created_at"] == "2026-11-21T08:00:00.000001Z"
    assert made.sha256 == sha256(line).hexdigest()


@pytest.mark.parametrize(
    ("field", "value"),
    [("note", "x"), ("rows", 1), ("as_of", date(2026, 11, 20)), ("corrects", "2026-Q3-1"),
     ("rows_sha256", "a"),
     ("inputs_sha256", "a"), ("previous_sha256", "b"), ("number", 2), ("id", "2026-Q4-2"),
     ("facts", {"format": 1})],
)  # fmt: skip
def test_every_field_counts_in_the_hash(field: str, value: object) -> None:
    values: dict[str, Any] = {field: value}
    changed = replace(edition(), **values)
    assert changed.sha256 != edition().sha256


@pytest.mark.parametrize(
    ("day", "taken", "made"),
    [
        (date(2026, 11, 21), [], "2026-Q4-1"),
        (date(2026, 10, 1), ["2026-Q4-1", "2026-Q3-7"], "2026-Q4-2"),
        (date(2026, 3, 31), ["2026-Q1-9", "2026-Q1-10"], "2026-Q1-11"),
        (date(2027, 4, 1), ["2026-Q2-1"], "2027-Q2-1"),
    ],
)
def test_an_id_is_the_quarter_and_a_number_in_it(day: date, taken: list[str], made: str) -> None:
    assert new_id(day, taken) == made


@pytest.mark.parametrize(
    ("day", "cadence", "due"),
    [
        (date(2026, 11, 21), "quarterly", date(2027, 2, 21)),
        (date(2026, 11, 30), "quarterly", date(2027, 2, 28)),
        (date(2026, 8, 31), "half_yearly", date(2027, 2, 28)),
        (date(2028, 2, 29), "yearly", date(2029, 2, 28)),
        (date(2026, 12, 31), "monthly", date(2027, 1, 31)),
    ],
)
def test_the_next_edition_is_due_a_cadence_later(day: date, cadence: str, due: date) -> None:
    assert next_due(day, cadence) == due


def test_an_edition_is_late_from_the_day_after_it_is_due() -> None:
    made = edition()
    assert overdue_days(made, date(2027, 2, 21)) == 0
    assert overdue_days(made, date(2027, 2, 22)) == 1
    assert overdue_days(None, date(2030, 1, 1)) == 0


def test_the_file_states_every_key_and_says_what_it_is_in_both_languages() -> None:
    assert set(tomllib.loads(TEXT)) == {"version", *KEYS}
    for key in KEYS:
        [comment] = re.findall(rf"((?:^#.*\n)+){key} = ", TEXT, re.MULTILINE)
        assert re.search("[\u4e00-\u9fff]", comment), key
        assert re.search(r"^# unit: .+; label: (assumed|published)", comment, re.MULTILINE), key
    assert set(CADENCES) == {"monthly", "quarterly", "half_yearly", "yearly"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("grid = 500", "grid: is no parameter; did you mean grid_m?"),
        ("grid_m = 10", "grid_m: 10 is out of range; write a whole number at least 100"),
        ("grid_m = 500.5", "is not a whole number"),
        ("bands_kva = [500, 1000]", "does not rise from 0"),
        ("bands_kva = [0, 1000, 1000]", "does not rise from 0"),
        ("bands_kva = [0, nan]", "does not rise from 0"),
        ('bands_kva = "0"', "is no list of numbers"),
        ('cadence = "weekly"', "cadence: 'weekly' is no word of it"),
        ("contact = 5", "contact: 5 is no text"),
        ('contact = "a\\nb"', "contact: is no text of one line"),
    ],
)
def test_a_fault_of_the_settings_names_the_key_and_the_repair(line: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_settings(line, "own.toml")
    [fault] = caught.value.faults
    assert words in fault


def test_a_utilitys_own_settings_go_over_the_defaults() -> None:
    made = read_settings('contact = "0512-1"\nbands_kva = [0, 500]\n', "own.toml")
    assert (made.contact, made.bands_kva, made.grid_m) == ("0512-1", (0.0, 500.0), default_settings().grid_m)
    assert made.overridden == ("bands_kva", "contact")
    assert made.as_dict()["values"]["bands_kva"] == [0.0, 500.0]


def test_the_metadata_says_all_that_a_reader_asks() -> None:
    settings = read_settings('contact = "0512-1"\nbands_kva = [0, 500]\n', "own.toml").as_dict()
    lines = metadata(edition(settings=settings, withheld={"dedicated": 3}))
    told = {line.key: line for line in lines}
    assert len(told) == len(lines)
    for key in ("granularity", "method", "cadence", "next_due", "contact", "hotlines", "disclaimer", "place"):
        assert told[key].value_zh, key
        assert told[key].value_en, key
    assert told["next_due"].value_en == "2027-02-21"
    assert "12398" in told["hotlines"].value_zh
    assert "95598" in told["hotlines"].value_zh
    assert told["withheld"].value_en == "3"
    assert told["withheld_dedicated"].zh.endswith(Withheld.DEDICATED.zh)
    assert "0 / 500" in told["bands"].value_zh
    assert not [key for key in told if key.startswith("reliability")]  # an edition that did not state them


def targets(ids: list[str], on: date) -> list[tuple[str, str, str, str]]:
    stated = reliability(ids, jurisdictions(), on)
    lines = [each for each in metadata(edition(as_of=on, reliability=stated)) if "reliability" in each.key]
    assert [each.key for each in lines] == [f"reliability_{at}" for at in range(1, len(lines) + 1)]
    return [(each.zh, each.value_zh, each.en, each.value_en) for each in lines]


def test_the_targets_of_a_jurisdiction_stand_with_their_clauses_in_both_languages() -> None:
    [(zh, value_zh, en, value_en)] = targets(["wujiang"], date(2026, 11, 21))
    assert (zh, en) == (
        "供电可靠性目标：江苏省苏州市吴江区", "Reliability target: Wujiang, Suzhou, Jiangsu",
    )  # fmt: skip
    assert value_zh.startswith("户均年停电时间上限：城区 5 小时/年，农村 7 小时/年（吴江区打造")
    assert value_zh.endswith("，二(五)，自 2021-12-31）")
    assert value_en.startswith(
        "average outage of a customer in a year, at most: urban 5 hours a year, rural 7"
    )
    assert value_en.endswith(", 二(五), from 2021-12-31)")


def test_targets_are_those_in_force_on_the_day() -> None:
    assert len(targets(["suzhou-anhui"], date(2021, 12, 31))) == 2
    assert len(targets(["suzhou-anhui"], date(2022, 12, 31))) == 4
    [(_, value_zh, _, value_en)] = targets(["wujiang"], date(2021, 12, 30))
    assert value_zh.startswith("2021-12-30 无有效目标")
    assert value_en.startswith("none in force on 2021-12-30")


def test_what_gives_no_target_is_said_plainly() -> None:
    [(_, value_zh, _, value_en)] = targets([], date(2026, 11, 21))
    assert (value_zh, value_en) == (
        "未导入政策辖区图层，未列目标", "not stated: no layer of jurisdictions was imported",
    )  # fmt: skip
    silent, unknown = targets(["xyz", "liangzihu"], date(2026, 11, 21))
    assert silent[3].startswith("none in force on 2026-11-21")
    assert unknown[1:] == (
        "没有此编号的政策文件",
        "Reliability target: xyz",
        "there is no policy file of this id",
    )
