"""``kaimen claims`` as it is called."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from api.clock import today
from tests.gis.capacity.grids import golden
from tests.layers.stored_grid import drift, store

CLAIM = {
    "id",
    "asset_id",
    "site",
    "kva",
    "accepted_on",
    "expires_on",
    "energised_on",
    "withdrawn_on",
    "ramped_kva",
}
EVENT = {
    "seq",
    "claim_id",
    "what",
    "recorded_at",
    "effective_on",
    "who",
    "why",
    "override",
    "source",
    "state",
}
RECORDED = {"claim", "event", "state", "instead", "capacity", "warnings"}


@pytest.fixture
def claims(engine: Engine, kaimen: Any) -> Any:
    """Call ``kaimen claims`` on the golden case, read a week ago."""
    rows = golden()
    for reading in rows["capacity"]:
        reading["data_date"] = today() - timedelta(days=7)
    for claim in rows["claims"]:
        claim["accepted_on"] = today() - timedelta(days=7)
    store(engine, rows)

    def run(*arguments: object) -> Any:
        return kaimen("claims", *arguments)

    return run


def day(days: int) -> str:
    return str(today() + timedelta(days=days))


def test_a_claim_from_its_acceptance_to_its_end(claims: Any, engine: Engine) -> None:
    made = claims(
        "accept", "--asset", "F", "--site", "新地块", "--kva", 600, "--expires-on", day(30),
        "--who", "王五", "--why", "报装", "--json",
    )  # fmt: skip
    told = made.json
    assert (made.code, set(told), set(told["claim"]), set(told["event"])) == (0, RECORDED, CLAIM, EVENT)
    thing = told["claim"]["id"]
    assert (told["claim"]["accepted_on"], told["event"]["what"], told["state"]) == (
        day(0),
        "accepted",
        "counts",
    )
    assert told["capacity"]["left_kva"] == pytest.approx(45.2559, abs=1e-3)
    assert told["capacity"]["bottleneck_id"] == "F"
    extended = claims("extend", thing, "--expires-on", day(60), "--kva", 640, "--json").json
    assert (extended["claim"]["expires_on"], extended["claim"]["kva"]) == (day(60), 640)
    part = claims("energise", thing, "--ramped-kva", 300, "--json").json
    assert (part["event"]["what"], part["claim"]["ramped_kva"]) == ("ramped", 300)
    assert claims("energise", thing, "--on", day(0), "--json").json["claim"]["energised_on"] == day(0)
    events = claims("history", thing, "--json").json["events"]
    assert [each["what"] for each in events] == ["accepted", "extended", "ramped", "energised"]
    assert events[0]["recorded_at"].endswith("+08:00")
    assert (events[0]["who"], events[0]["why"]) == ("王五", "报装")
    assert drift(engine) == []


def test_words_for_people(claims: Any) -> None:
    made = claims("accept", "--asset", "东湖", "--site", "P-9", "--kva", 600, "--id", "C9")
    assert made.code == 0
    assert made.out.splitlines() == [
        f"Claim C9 is accepted (受理): 600 kVA at F for P-9, effective {day(0)}",
        f"  45.3 kVA are left, F is the bottleneck ({day(0)})",
    ]
    listed = claims("list")
    assert listed.code == 0
    assert "counts 在途" in listed.out
    assert "5 counts" in listed.err
    told = claims("history", "C9").out
    assert "accepted 受理" in told
    gone = claims("withdraw", "C9", "--why", "客户撤回")
    assert gone.out.startswith("Claim C9 is withdrawn (撤销)")
    assert "网架.csv" in claims("history", "C1").out
    assert claims("expire").err.strip() == "0 claims have expired"


def test_a_refusal_names_what_would_fit(claims: Any) -> None:
    refused = claims("accept", "--asset", "F", "--site", "P-9", "--kva", 700, "--json")
    assert refused.code == 1
    assert refused.error["title"] == "The open capacity does not allow this"
    assert "ask for at most 645.2 kVA" in refused.error["detail"]
    assert refused.error["faults"] == ["feeder F 东湖线 has 645.2 kVA left, 54.8 kVA too little"]
    forced = claims(
        "accept", "--asset", "F", "--site", "P-9", "--kva", 700, "--override", "重点工程", "--json"
    )
    assert (forced.code, forced.json["event"]["override"]) == (0, "重点工程")
    assert forced.json["capacity"]["fits"] is False
    assert forced.json["warnings"] == ["recorded beyond the open capacity, as an override"]


def test_faults_come_together(claims: Any) -> None:
    refused = claims("accept", "--asset", "X9", "--site", "", "--kva", "nan", "--id", "C1", "--json")
    assert refused.code == 1
    assert len(refused.error["faults"]) == 4
    assert (
        claims("extend", "nobody", "--kva", 5, "--json")
        .error["detail"]
        .startswith("claim 'nobody' is not known")
    )
    assert claims("history", "nobody", "--json").code == 1
    assert claims("list", "--asset", "nobody", "--json").code == 1


@pytest.mark.parametrize(
    "wrong",
    [
        ("accept", "--site", "P", "--kva", "5"),
        ("accept", "--asset", "F", "--site", "P", "--kva", "many"),
        ("accept", "--asset", "F", "--site", "P", "--kva", "5", "--expires-on", "tomorrow"),
        ("extend", "C1"),
        ("withdraw", "C1"),
        ("energise",),
        ("forget", "C1"),
        ("list", "--as-known", "2026-13-01"),
    ],
)
def test_what_is_not_understood(claims: Any, wrong: tuple[str, ...]) -> None:
    answer = claims(*wrong, "--json")
    assert answer.code == 2
    assert answer.error["title"] == "The command is not understood"


def test_the_list_of_an_asset_and_of_a_past_day(claims: Any) -> None:
    claims("accept", "--asset", "D", "--site", "P-9", "--kva", 10, "--id", "C9")
    claims("withdraw", "C2", "--why", "退")
    below = claims("list", "--asset", "F", "--json").json
    assert [(each["id"], each["state"], each["pending_kva"]) for each in below["claims"]] == [
        ("C1", "counts", 60),
        ("C9", "counts", 10),
    ]
    everything = claims("list", "--asset", "F", "--all", "--json").json["claims"]
    assert [(each["id"], each["state"]) for each in everything][1] == ("C2", "withdrawn")
    assert claims("list", "--as-known", day(-1), "--json").json == {
        "on": day(-1),
        "as_known": day(-1),
        "claims": [],
    }
    now = claims("list", "--as-known", day(0), "--on", day(1), "--json").json
    assert [each["id"] for each in now["claims"]] == ["C1", "C3", "C4", "C9"]


def test_a_utilitys_own_coefficients_count(claims: Any, table: Any) -> None:
    own = table("own.toml", "k_d = 0.5")
    assert claims("accept", "--asset", "F", "--site", "P-9", "--kva", 1_900, "--json").code == 1
    done = claims("accept", "--asset", "F", "--site", "P-9", "--kva", 1_900, "--parameters", own, "--json")
    assert done.json["capacity"]["added_kva"] == 950
    assert claims("list", "--parameters", table("bad.toml", "k_e = 1"), "--json").code == 1
