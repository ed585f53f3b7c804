"""``kaimen policy``: list, show, decide, and how they refuse."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

FACTS = {
    "customer": "lv_small_business",
    "load_kw": 180,
    "voltage_kv": 10,
    "area": "urban",
    "in_city_area": True,
    "in_plug_and_play_zone": False,
    "built_by": "utility",
    "route": {
        "length_m": 350,
        "city_road_crossing_m": 20,
        "excavation_m": 80,
        "green_m": 0,
        "along_main_road_m": 0,
        "along_infrastructure_m": 0,
    },
}
IDS = ["jilin-local-power", "liangzihu", "suzhou-anhui", "wanzhou", "wujiang"]


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(FACTS), encoding="utf-8")
    return path


def test_the_list_names_every_jurisdiction(run_kaimen: Any) -> None:
    listed = run_kaimen("policy", "list", "--json").json["jurisdictions"]
    assert [each["id"] for each in listed] == IDS
    assert all(each["changes"][0] == each["in_force_from"] for each in listed)
    shown = run_kaimen("policy", "list").out
    assert all(identity in shown for identity in IDS)


@pytest.mark.parametrize("identity", IDS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_show_tells_value_day_clause_and_words(run_kaimen: Any, identity: str, language: str) -> None:
    shown = run_kaimen("policy", "show", identity, "--language", language)
    told = run_kaimen("policy", "show", identity, "--language", language, "--json").json
    assert shown.code == 0
    for rows in told["tables"].values():
        for row in rows:
            assert row["where"] in shown.out
            for value in row["values"]:
                if value["cite"]:
                    assert value["from"] in shown.out
                    assert f"[{', '.join(value['cite'])}]" in shown.out
                else:  # what is not said has neither day nor clause
                    assert (value["kind"], value["from"]) == ("silent", None)
                    assert value["words"]
                assert value.get("words", "") in shown.out
    assert all(words in shown.out for words in told["clauses"].values())
    assert told["plug_and_play"] == {"length_m": 200, "assumed": True, "cite": []}
    assert ": 200" in shown.out


def test_a_decision_has_six_parts_and_a_timeline(run_kaimen: Any, facts: Path) -> None:
    told = run_kaimen(
        "policy", "decide", "--jurisdiction", "wujiang", "--on", "2022-03-01", "--facts", facts, "--json"
    ).json
    assert told["approval"]["procedure"] == "authorised_filing"
    assert told["approval"]["limit_working_days"] == 0
    length = {"fact": "route.length_m", "value": 350, "operator": "at_most", "limit": 600, "passed": True}
    assert length in told["approval"]["tests"]
    assert {"document": "wujiang", "clause": "三(一)2"}.items() <= told["approval"]["citations"][0].items()
    assert told["supply"]["way"] == "low_voltage"
    assert (told["supply"]["lv_limit_kw"], told["supply"]["public_line_limit_kva"]) == (200, 4000)
    assert told["stages"]["stages"][0] == {"id": "accept_and_sign", "working_days": None}
    assert told["time_limits"]["application_to_energised_working_days"] == 10
    assert told["documents"]["by_stage"] == {"acceptance": ["identity", "title"]}
    assert told["investment"]["utility_invests_to"] == "meter_box"
    assert all(bar["clock"] in ("utility", "government", "construction") for bar in told["timeline"])
    assert told["assumed"]["three_zeros"] is True


def test_facts_may_come_by_standard_input(run_kaimen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(FACTS)))
    asked = ("policy", "decide", "--jurisdiction", "wanzhou", "--on", "2022-03-01", "--facts", "-")
    shown = run_kaimen(*asked, "--shared", "identity")
    assert shown.code == 0
    assert "One-off notice" in shown.out


def test_a_calendar_of_ones_own_settles_a_year(run_kaimen: Any, facts: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("date,kind\n2027-01-01,holiday\n", encoding="utf-8")
    asked = (
        "policy",
        "decide",
        "--jurisdiction",
        "wujiang",
        "--on",
        "2026-12-30",
        "--facts",
        facts,
        "--json",
    )
    before = run_kaimen(*asked).json["timeline"]
    after = run_kaimen(*asked, "--calendar", own).json["timeline"]
    assert any(bar["provisional"] for bar in before)
    assert not any(bar["provisional"] for bar in after)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no JSON"),
        ("[]", "not in order"),
        ('{"customer": "hv", "customer": "hv"}', "stated twice: customer"),
        ('{"costumer": "hv"}', "not in order"),
        ('{"load_kw": NaN}', "not in order"),
    ],
)
def test_facts_that_cannot_be_used_are_refused(run_kaimen: Any, tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "facts.json"
    path.write_text(text, encoding="utf-8")
    shown = run_kaimen(
        "policy", "decide", "--jurisdiction", "wujiang", "--on", "2022-03-01", "--facts", path, "--json"
    )
    assert shown.code == 1
    assert said in shown.error["detail"]


def test_a_jurisdiction_that_is_not_there_is_refused_with_the_nearest(run_kaimen: Any) -> None:
    shown = run_kaimen("policy", "show", "wujang", "--json")
    assert shown.code == 1
    assert "is wujiang meant?" in shown.error["detail"]


def test_a_day_is_required(run_kaimen: Any, facts: Path) -> None:
    assert run_kaimen("policy", "decide", "--jurisdiction", "wujiang", "--facts", facts).code == 2
