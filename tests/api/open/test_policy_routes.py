"""``/api/v1/policy``: the contract's answer, and every fault of a question at once."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from api.operations.policy import question_from_text
from api.schemas.policy import DecisionFacts, JurisdictionDetail, JurisdictionList, PolicyDecision, RouteFacts
from gis.errors import FactsError
from gis.policy.facts import FACTS, ROUTE

PATH = "/api/v1/policy/decision"
QUESTION: dict[str, Any] = {
    "jurisdiction": "wujiang",
    "on": "2022-03-01",
    "facts": {
        "customer": "lv_small_business", "load_kw": 180, "load_kva": None, "voltage_kv": 10,
        "area": "urban", "in_city_area": True, "in_plug_and_play_zone": False, "built_by": "utility",
        "supplies": 1,
        "route": {
            "length_m": 350, "city_road_crossing_m": 20, "excavation_m": 80, "green_m": 0,
            "along_main_road_m": 0, "along_infrastructure_m": 0,
        },
    },
}  # fmt: skip


def asked(client: TestClient, **changed: Any) -> Any:
    return client.post(PATH, json=QUESTION | changed)


def test_a_decision_has_the_six_parts_of_the_contract(open_client: TestClient) -> None:
    told = asked(open_client).json()
    PolicyDecision.model_validate(told)
    assert "timeline" not in told
    assert told["approval"]["procedure"] == "authorised_filing"
    length = {"fact": "route.length_m", "value": 350, "operator": "at_most", "limit": 600, "passed": True}
    assert length in told["approval"]["tests"]
    assert {"document": "wujiang", "clause": "三(一)2"}.items() <= told["approval"]["citations"][0].items()
    assert (told["supply"]["way"], told["supply"]["lv_limit_kw"]) == ("low_voltage", 200)
    assert told["stages"]["stages"][0] == {"id": "accept_and_sign", "working_days": None}
    assert told["time_limits"]["application_to_energised_working_days"] == 10
    assert told["documents"]["by_stage"] == {"acceptance": ["identity", "title"]}
    assert told["investment"]["utility_invests_to"] == "meter_box"


def test_the_timeline_comes_where_a_start_is_stated(open_client: TestClient) -> None:
    bars = asked(open_client, start="2022-03-05").json()["timeline"]
    assert {bar["clock"] for bar in bars} <= {"utility", "government", "construction"}
    assert bars[0]["earliest"] >= "2022-03-05"
    for year in (1900, 2200):
        assert asked(open_client, start=f"{year}-12-31").status_code == 200


def test_words_are_in_the_language_asked_for(open_client: TestClient) -> None:
    words = {
        language: open_client.post(f"{PATH}?lang={language}", json=QUESTION).json()["approval"]["citations"][
            0
        ]["words"]
        for language in ("zh", "en")
    }
    assert words["zh"] != words["en"]
    assert words["en"].isascii()


def test_every_fault_is_told_at_once(open_client: TestClient) -> None:
    facts = {"customer": "x", "load_kw": -1, "supplies": 3, "costumer": "hv", "route": {"length_m": "far"}}
    answer = asked(open_client, jurisdiction="wujang", on="2022-13-01", facts=facts, start="x", more=1)
    assert answer.status_code == 422
    told = " | ".join(answer.json()["faults"])
    for words in (
        *("is wujiang meant", "on:", "start:", "more:", "customer:", "load_kw:", "supplies:"),
        *("is customer meant", "route.length_m:"),
    ):
        assert words in told


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"{",
            b"[]",
            b"null",
            b'"x"',
            b"\xff",
            b'{"jurisdiction": []}',
            b'{"facts": {"load_kw": NaN}}',
        ),
        *(b'{"on": "2022-03-01", "on": "2022-03-02"}', b'{"facts": {"\\ud800": 1}}', b"[" * 60_000),
        b'{"jurisdiction": "wujiang", "on": "2022-03-01", "facts": {"load_kw": 1' + b"0" * 5_000 + b"}}",
        b'{"jurisdiction": "wujiang", "on": "2022-03-01", "facts": {"load_kw": 1e999}}',
        b'{"jurisdiction": "wujiang", "on": "2022-03-01", "facts": {"load_kw": 1' + b"0" * 310 + b"}}",
        b'{"jurisdiction": "wujiang", "on": "2022-W10-1"}',
        b'{"jurisdiction": "wujiang", "on": 20220301}',
        b'{"jurisdiction": "wujiang", "on": "2022-03-01", "start": "9999-12-31"}',
    ],
)
def test_a_question_that_cannot_be_read_is_refused(open_client: TestClient, body: bytes) -> None:
    answer = open_client.post(PATH, content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}  # what is no JSON does not come so far
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_question_that_is_too_long_is_refused(open_client: TestClient) -> None:
    assert open_client.post(PATH, json=QUESTION | {"more": "x" * 70_000}).status_code == 413


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FACTS, "route", "x"]), inner)
        ),
        max_leaves=8,
    )
)
def test_no_facts_break_it(facts: object) -> None:
    with suppress(FactsError):  # what is not in order is refused
        question = question_from_text(json.dumps(QUESTION | {"facts": facts}))
        assert set(question.facts.values) <= set(FACTS)


def test_the_described_facts_are_the_facts() -> None:
    described = {name for name in DecisionFacts.model_fields if name != "route"}
    described |= {f"{ROUTE}{name}" for name in RouteFacts.model_fields}
    assert described == set(FACTS)


def test_jurisdictions_are_listed_and_shown(open_client: TestClient) -> None:
    listed = open_client.get("/api/v1/policy/jurisdictions?lang=zh")
    JurisdictionList.model_validate(listed.json())
    assert "wujiang" in [each["id"] for each in listed.json()["jurisdictions"]]
    for each in listed.json()["jurisdictions"]:
        shown = open_client.get(f"/api/v1/policy/jurisdictions/{each['id']}?lang=zh").json()
        JurisdictionDetail.model_validate(shown)
        assert shown["name"] == each["name"]
        assert shown["clauses"]
    english = open_client.get("/api/v1/policy/jurisdictions?lang=en")
    assert english.headers["etag"] != listed.headers["etag"]
    same = open_client.get(
        "/api/v1/policy/jurisdictions?lang=zh", headers={"if-none-match": listed.headers["etag"]}
    )
    assert same.status_code == 304


def test_a_jurisdiction_that_is_not_there_is_not_found(open_client: TestClient) -> None:
    for language, words in (("zh", "没有辖区"), ("en", "there is no jurisdiction")):
        answer = open_client.get(f"/api/v1/policy/jurisdictions/atlantis?lang={language}")
        assert answer.status_code == 404
        assert words in answer.json()["detail"]
        assert "wujiang" in answer.json()["detail"]
