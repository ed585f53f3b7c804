"""Laws that every decision keeps, whatever the facts."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from importlib import resources
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.errors import FactsError
from gis.policy.answer import decision_as_json
from gis.policy.decide import PARTS, Decision, decide
from gis.policy.facts import FACTS, Facts, read_facts
from gis.policy.load import jurisdictions, read_jurisdiction
from gis.policy.model import PROCEDURES, STATEMENTS, TABLES, Jurisdiction, Kind, Rule
from tests.policy.asked import ANY, COMPLETE, DAYS, ROUTE

EVERY = list(jurisdictions().values())
NAMES = st.sampled_from(EVERY)
LAWS = settings(deadline=None, max_examples=300)
NEVER_LIGHTER = {
    "wujiang": ("length_m", "along_main_road_m", "along_infrastructure_m"),
    "liangzihu": ("length_m", "city_road_crossing_m"),
    "wanzhou": ROUTE,
    "jilin-local-power": ROUTE,
    "suzhou-anhui": ("length_m", "excavation_m", "green_m"),
}


def weight(decision: Decision) -> int:
    procedure = decision.parts["approval"].fields["procedure"]
    return len(PROCEDURES) if procedure is None else PROCEDURES.index(procedure)


def same(one: Decision, other: Decision) -> bool:
    return all(
        (one.parts[part].kind, one.parts[part].fields, one.parts[part].needs)
        == (other.parts[part].kind, other.parts[part].fields, other.parts[part].needs)
        for part in PARTS
    )


@given(jurisdiction=NAMES, on=DAYS, facts=COMPLETE, data=st.data())
@LAWS
def test_a_longer_route_never_gets_a_lighter_procedure(
    jurisdiction: Jurisdiction, on: date, facts: dict[str, Any], data: st.DataObject
) -> None:
    measure = data.draw(st.sampled_from(NEVER_LIGHTER[jurisdiction.id]))
    more = data.draw(st.floats(0, 1_000))
    longer = {**facts, "route": {**facts["route"], measure: facts["route"][measure] + more}}
    before, after = (weight(decide(jurisdiction, on, read_facts(each))) for each in (facts, longer))
    assert before <= after


@given(jurisdiction=NAMES, on=DAYS, facts=COMPLETE, more=st.floats(0, 10_000))
@LAWS
def test_a_larger_load_never_gets_a_lighter_procedure_nor_a_lower_way_of_supply(
    jurisdiction: Jurisdiction, on: date, facts: dict[str, Any], more: float
) -> None:
    larger = {**facts, "load_kva": facts["load_kva"] + more}
    before, after = (decide(jurisdiction, on, read_facts(each)) for each in (facts, larger))
    ways = ["low_voltage", "public_line", "dedicated_or_higher"]
    one, two = (each.parts["supply"].fields["way"] for each in (before, after))
    assert (one is None) == (two is None)
    assert one is None or ways.index(one) <= ways.index(two)
    # Where low voltage is not mentioned (Wanzhou) there is no rule that could be monotone.
    silent = before.parts["approval"].fields["procedure"] is None
    assert silent or weight(before) <= weight(after)


@given(jurisdiction=NAMES, on=DAYS, facts=ANY, data=st.data())
@LAWS
def test_the_order_of_facts_and_of_rules_does_not_matter(
    jurisdiction: Jurisdiction, on: date, facts: dict[str, Any], data: st.DataObject
) -> None:
    try:
        first = decide(jurisdiction, on, read_facts(facts))
    except FactsError:
        return
    order = data.draw(st.permutations(list(facts)))
    shuffled = read_facts({name: facts[name] for name in order})
    reordered = Facts(MappingProxyType(dict(reversed(list(shuffled.values.items())))))
    assert same(first, decide(jurisdiction, on, reordered))


@given(jurisdiction=NAMES, facts=ANY, one=DAYS, other=DAYS)
@LAWS
def test_two_days_differ_only_where_a_value_has_changed_between(
    jurisdiction: Jurisdiction, facts: dict[str, Any], one: date, other: date
) -> None:
    try:
        told = read_facts(facts)
    except FactsError:
        return
    early, late = sorted((one, other))
    changes = [day for day in jurisdiction.changes if early < day <= late]
    if not same(decide(jurisdiction, early, told), decide(jurisdiction, late, told)):
        assert changes


@given(jurisdiction=NAMES, on=DAYS, facts=ANY)
@LAWS
def test_telling_what_a_decision_needs_leads_to_one_that_needs_nothing(
    jurisdiction: Jurisdiction, on: date, facts: dict[str, Any]
) -> None:
    rest: Mapping[str, Any] = {
        "customer": "hv",
        "load_kw": 500.0,
        "load_kva": 600.0,
        "area": "rural",
        "in_city_area": False,
        "in_plug_and_play_zone": False,
        "built_by": "customer",
        "voltage_kv": 10.0,
        "three_zeros": False,
    }
    try:
        told = read_facts(facts)
    except FactsError:
        return
    for _ in range(len(FACTS)):
        parts = decide(jurisdiction, on, told).parts.values()
        needs = {name for part in parts for name in part.needs}
        assert all((part.kind == Kind.NEEDS) == bool(part.needs) for part in parts)
        if not needs:
            return
        assert not needs & set(told.values)
        told = Facts(MappingProxyType({**told.values, **{name: rest.get(name, 1.0) for name in needs}}))
    pytest.fail("it never ends")


@given(jurisdiction=NAMES, on=DAYS, facts=ANY)
@LAWS
def test_every_answer_is_of_one_kind_and_says_why(
    jurisdiction: Jurisdiction, on: date, facts: dict[str, Any]
) -> None:
    try:
        decision = decide(jurisdiction, on, read_facts(facts))
    except FactsError:
        return
    for language in ("zh", "en"):
        assert decision_as_json(decision, jurisdiction, language)["on"] == on.isoformat()
    for answer in decision.parts.values():
        for each in (answer, *answer.figures.values()):
            if each.kind in (Kind.DECIDED, Kind.UNDECIDED):
                assert each.cite
                assert each.since is None or each.since <= on
            if each.kind == Kind.UNDECIDED:
                assert len(each.readings) > 1
            if each.kind in (Kind.UNDECIDED, Kind.SILENT, Kind.NOT_IN_FORCE):
                assert each.words


def turned(name: str) -> Jurisdiction:
    """Return a jurisdiction from its file with everything in it the other way round."""
    text = resources.files("gis.policy").joinpath("jurisdictions", f"{name}.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    around = {
        key: value[::-1] if key in (*TABLES, *STATEMENTS) else value for key, value in reversed(told.items())
    }
    return read_jurisdiction(f"{name}.yaml", yaml.safe_dump(around, allow_unicode=True, sort_keys=False))


TURNED = {name: turned(name) for name in jurisdictions()}


@pytest.mark.parametrize("name", list(jurisdictions()))
def test_the_order_of_everything_in_a_file_does_not_matter(name: str) -> None:
    one, other = TURNED[name], jurisdictions()[name]
    assert replace(one, tables=_sorted(one)) == replace(other, tables=_sorted(other))


def _sorted(jurisdiction: Jurisdiction) -> dict[str, tuple[Rule, ...]]:
    by_id = operator.attrgetter("id")
    return {name: tuple(sorted(rules, key=by_id)) for name, rules in jurisdiction.tables.items()}


@given(jurisdiction=NAMES, on=DAYS, facts=ANY)
@LAWS
def test_rows_that_stand_the_other_way_round_answer_the_same(
    jurisdiction: Jurisdiction, on: date, facts: dict[str, Any]
) -> None:
    try:
        told = read_facts(facts)
    except FactsError:
        return
    assert same(decide(jurisdiction, on, told), decide(TURNED[jurisdiction.id], on, told))


def _facts(**stated: Any) -> dict[str, Any]:
    route = dict.fromkeys(ROUTE, 10.0)
    base: dict[str, Any] = {
        "customer": "hv",
        "load_kva": 500.0,
        "supplies": 1,
        "important": False,
        "area": "urban",
        "in_city_area": False,
        "in_plug_and_play_zone": False,
        "built_by": "utility",
        "route": {**route, "along_main_road_m": 0.0, "along_infrastructure_m": 0.0},
    }
    return {**base, **stated}


OTHER: dict[str, Any] = {
    "customer": [_facts(load_kva=100.0), {"customer": "resident"}],
    "three_zeros": [_facts(customer="lv_other", load_kva=100.0), {"three_zeros": True}],
    "important": [_facts(), {"important": True}],
    "supplies": [_facts(), {"supplies": 2}],
    "dedicated_line": [_facts(), {"dedicated_line": True}],
    "disturbing_load": [_facts(), {"disturbing_load": True}],
    "ev_charging": [_facts(customer="lv_other", load_kva=100.0), {"ev_charging": True}],
    "area": [_facts(), {"area": "rural"}],
    "in_city_area": [_facts(), {"in_city_area": True}],
    "in_plug_and_play_zone": [_facts(), {"in_plug_and_play_zone": True}],
    "load_kw": [_facts(customer="lv_other", load_kva=None, load_kw=150.0), {"load_kw": 190.0}],
    "load_kva": [_facts(), {"load_kva": 4_100.0}],
    "power_factor": [_facts(customer="lv_other", load_kva=200.0, power_factor=0.7), {"power_factor": 0.9}],
    "voltage_kv": [_facts(voltage_kv=10), {"voltage_kv": 35}],
    "built_by": [_facts(in_city_area=True), {"built_by": "customer"}],
    **{
        f"route.{name}": [_facts(in_city_area=True), {"route": {**_facts()["route"], name: 700.0}}]
        for name in ROUTE
    },
}


@pytest.mark.parametrize("fact", list(FACTS))
def test_every_fact_matters_somewhere(fact: str) -> None:
    before, changed = OTHER[fact]
    told = [read_facts(each) for each in (before, {**before, **changed})]
    assert any(
        not same(*(decide(jurisdiction, date(2026, 11, 21), each) for each in told)) for jurisdiction in EVERY
    )


@pytest.mark.parametrize(
    ("given_facts", "said"),
    [
        ({"customer": "villain"}, "customer: 'villain' is none of resident"),
        ({"important": "yes"}, "important: 'yes' is neither true nor false"),
        ({"load_kw": "180"}, "load_kw: '180' is no finite number"),
        ({"load_kw": True}, "load_kw: True is no finite number"),
        ({"load_kva": 0}, "load_kva: 0 is not above 0"),
        ({"load_kva": 1_000_001}, "at most 1e+06"),
        ({"load_kva": float("nan")}, "no finite number"),
        ({"supplies": 3}, "supplies: 3 is none of 1, 2"),
        ({"voltage_kv": 11}, "voltage_kv: 11 is none of"),
        ({"power_factor": 1.1}, "power_factor: 1.1 is not above 0 and at most 1"),
        ({"route": {"length_m": -1}}, "route.length_m: -1 is not at least 0"),
        ({"route": 7}, "route: an object of lengths is needed"),
        ({"route": {"lenght_m": 7}}, "is route.length_m meant?"),
        ({"costumer": "hv"}, "is customer meant?"),
        ({"load_kw": 200, "load_kva": 100}, "no power factor is above 1"),
        ({"load_kw": 80, "load_kva": 100, "power_factor": 0.95}, "does not make 80 kW of 100 kVA"),
        ({"customer": "hv", "voltage_kv": 0.4}, "hv is not supplied at 0.4 kV"),
        ([], "an object of names and values is needed"),
    ],
)
def test_facts_that_are_not_in_order_are_refused(given_facts: Any, said: str) -> None:
    with pytest.raises(FactsError) as caught:
        read_facts(given_facts)
    assert any(said in each for each in caught.value.faults), caught.value.faults


def test_all_faults_of_facts_are_told_at_once() -> None:
    with pytest.raises(FactsError) as caught:
        read_facts({"customer": 1, "load_kw": -1, "area": "sea", "route": {"green_m": "x"}})
    assert len(caught.value.faults) == 4


def test_a_null_is_a_fact_that_was_not_told() -> None:
    assert read_facts({"customer": None, "route": None}) == read_facts({})


def test_days_of_change_are_ascending() -> None:
    for jurisdiction in EVERY:
        assert all(one < two for one, two in pairwise(jurisdiction.changes))


def test_every_clause_is_cited() -> None:
    for jurisdiction in EVERY:
        cited = {c for rows in jurisdiction.tables.values() for r in rows for v in r.values for c in v.cite}
        cited |= {c for rows in jurisdiction.statements.values() for row in rows for c in row.cite}
        cited |= set(jurisdiction.plug_and_play.citation or ())
        assert cited == set(jurisdiction.clauses)
