"""Many decisions at once are those that each row would get alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.errors import FactsError
from gis.policy.decide import PARTS, decide
from gis.policy.facts import FACTS, read_facts
from gis.policy.load import jurisdictions
from gis.policy.many import decide_many
from tests.policy.asked import ANY, DAYS

ON = date(2026, 11, 21)


def columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    flat = [
        {**{f"route.{name}": value for name, value in row.get("route", {}).items()}, **row} for row in rows
    ]
    told = [name for name in FACTS if any(name in row for row in flat)]
    return {name: [row.get(name) for row in flat] for name in told}


def in_order(facts: dict[str, Any]) -> bool:
    try:
        read_facts(facts)
    except FactsError:
        return False
    return True


@given(
    name=st.sampled_from(list(jurisdictions())),
    on=DAYS,
    rows=st.lists(ANY.filter(in_order), min_size=1, max_size=12),
)
@settings(deadline=None, max_examples=150)
def test_each_row_is_decided_as_if_it_were_alone(name: str, on: date, rows: list[dict[str, Any]]) -> None:
    told = columns(rows)
    if not told:
        return
    jurisdiction = jurisdictions()[name]
    decided = decide_many(jurisdiction, on, told)
    assert len(decided.of_row) == len(rows)
    for row, at in zip(rows, decided.of_row, strict=True):
        alone, among = decide(jurisdiction, on, read_facts(row)), decided.distinct[at]
        for part in PARTS:
            one, other = alone.parts[part], among.parts[part]
            assert (one.kind, one.fields, one.needs, one.cite) == (
                other.kind,
                other.fields,
                other.needs,
                other.cite,
            )
            assert [(t.test, t.passed) for t in one.tests] == [(t.test, t.passed) for t in other.tests]


def test_many_columns_are_numbered_anew_before_they_overflow(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = np.random.default_rng(5).uniform(0.0, 1_200.0, 300)
    customers = ["hv", "resident"] * 150
    told: dict[str, Any] = {"customer": customers, "load_kva": 100.0, "route.length_m": lengths}
    once = decide_many(jurisdictions()["wujiang"], ON, told)
    monkeypatch.setattr("gis.policy.many._MOST_KINDS", 2)
    assert decide_many(jurisdictions()["wujiang"], ON, told).of_row.tolist() == once.of_row.tolist()
    assert len(once.distinct) > 2


def test_rows_that_no_boundary_tells_apart_are_decided_once() -> None:
    lengths = np.linspace(10, 599, 5_000)
    decided = decide_many(
        jurisdictions()["wujiang"],
        ON,
        {"customer": "hv", "load_kva": 500.0, "route.length_m": lengths, "route.along_main_road_m": 0.0},
    )
    assert len(decided.distinct) == 1
    assert decided.field("supply", "way") == ["public_line"] * 5_000
    assert set(decided.field("approval", "kind")) == {"needs"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"load_kva": [500.0, -1.0]},
        {"load_kva": [500.0, float("inf")]},
        {"load_kva": [500.0, 2e6]},
        {"customer": ["hv", "villain"]},
        {"important": [True, 1]},
        {"built_by": ["utility", "nobody"]},
        {"supplies": [1.0, 3.0]},
        {"load_kva": [500.0, 100.0], "load_kw": [400.0, 400.0]},
        {"load_kva": [500.0, 500.0], "load_kw": [400.0, 400.0], "power_factor": [0.8, 0.9]},
        {"customer": ["hv", "hv"], "voltage_kv": [10.0, 0.4]},
        {"load_kva": [500.0, 500.0, 500.0], "customer": ["hv", "hv"]},
        {"costumer": ["hv"]},
    ],
)
@pytest.mark.parametrize("name", ["wujiang", "wanzhou"])
def test_a_row_that_is_not_in_order_is_refused(name: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(FactsError):
        decide_many(jurisdictions()[name], ON, wrong)


def test_no_facts_are_one_row() -> None:
    assert len(decide_many(jurisdictions()["wujiang"], ON, {}).distinct) == 1
