"""Rows of a table answer each combination of facts exactly once: overlaps and gaps are found exactly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.errors import PolicyError
from gis.policy.derive import derive
from gis.policy.facts import EXCAVATION_AND_GREEN, read_facts
from gis.policy.load import jurisdictions, read_jurisdiction
from gis.policy.model import Condition, Dated, Jurisdiction, Kind, Rule
from gis.policy.model import Test as Boundary
from gis.policy.partition import flaws
from gis.policy.select import Missing, Value, passes, select
from tests.policy.asked import COMPLETE
from tests.policy.sixth import SIXTH

DAY = date(2025, 3, 1)
LENGTH, GREEN, DUG = "route.length_m", "route.green_m", "route.excavation_m"
EVERY = st.sampled_from(list(jurisdictions().values()))


def rule(identity: str, *tests: Boundary, before: tuple[str, ...] = (), since: date = DAY) -> Rule:
    value = Dated(since, ("一",), Kind.DECIDED, {})
    return Rule(identity, Condition(tests), (value,), before)


def told(*rules: Rule) -> list[str]:
    return [flaw.what for flaw in flaws(rules)]


def holds(condition: Condition, values: dict[str, Value]) -> bool:
    for test in condition.tests:
        value = values[test.fact]
        assert not isinstance(value, Missing)
        if not passes(test, value):
            return False
    return all(any(holds(each, values) for each in group) for group in condition.groups)


@given(jurisdiction=EVERY, facts=COMPLETE)
@settings(deadline=None, max_examples=300)
def test_facts_that_are_known_meet_one_row_of_every_table_that_has_any(
    jurisdiction: Jurisdiction, facts: dict[str, Any]
) -> None:
    derived = derive(jurisdiction, date(2026, 11, 21), read_facts(facts))
    voltages = derived.voltages_kv or (derived.values["voltage_kv"],)
    for voltage, rules in product(voltages, jurisdiction.tables.values()):
        values = {**derived.values, "voltage_kv": voltage}
        met = [each for each in rules if holds(each.when, values)]
        ahead = {other for each in met for other in each.before}
        assert len([each for each in met if each.id not in ahead]) == (1 if rules else 0)


TESTS = st.one_of(
    st.builds(
        Boundary,
        st.sampled_from([LENGTH, GREEN]),
        st.sampled_from(["at_most", "less_than", "at_least", "more_than", "is"]),
        st.sampled_from([0, 1.0, 2.0, 3.0]),
    ),
    st.builds(Boundary, st.just("important"), st.just("is"), st.booleans()),
    st.builds(
        Boundary,
        st.just("customer"),
        st.just("any_of"),
        st.sampled_from([("hv",), ("resident", "hv"), ("lv_other", "lv_small_business", "resident")]),
    ),
)
CONDITIONS = st.builds(
    lambda tests, groups: Condition(tuple(tests), tuple(tuple(map(_alone, group)) for group in groups)),
    st.lists(TESTS, max_size=2),
    st.lists(st.lists(TESTS, min_size=1, max_size=2), max_size=1),
)
METRES = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 9.0)
CUSTOMERS = ("resident", "lv_small_business", "lv_other", "hv")


def _alone(test: Boundary) -> Condition:
    return Condition((test,))


@given(conditions=st.lists(CONDITIONS, min_size=2, max_size=4))
@settings(deadline=None, max_examples=300)
def test_overlaps_and_gaps_are_those_of_an_enumeration(conditions: list[Condition]) -> None:
    rules = [
        Rule(f"row{at}", each, (Dated(DAY, ("一",), Kind.DECIDED, {}),)) for at, each in enumerate(conditions)
    ]
    pairs, gap = set(), False
    for length, green, important, customer in product(METRES, METRES, (True, False), CUSTOMERS):
        values: dict[str, Value] = {
            LENGTH: length,
            GREEN: green,
            "important": important,
            "customer": customer,
        }
        met = [each.id for each in rules if holds(each.when, values)]
        pairs |= {(one, other) for at, one in enumerate(met) for other in met[at + 1 :]}
        gap = gap or not met
    found = told(*rules)
    assert {tuple(each.split(" both answer")[0].split(" and ")) for each in found if "both" in each} == pairs
    assert any(each.startswith("no row answers") for each in found) == gap


def length(operator: Any, limit: float) -> Boundary:
    return Boundary(LENGTH, operator, limit)


def test_a_limit_that_two_rows_share_is_an_overlap_at_it() -> None:
    found = told(rule("near", length("at_most", 200)), rule("far", length("at_least", 200)))
    assert found == ["near and far both answer where route.length_m is 200"]


def test_a_limit_that_neither_row_includes_is_a_gap_at_it() -> None:
    found = told(rule("near", length("less_than", 200)), rule("far", length("more_than", 200)))
    assert found == ["no row answers where route.length_m is 200"]


def test_rows_that_meet_at_a_limit_are_in_order() -> None:
    assert told(rule("near", length("at_most", 200)), rule("far", length("more_than", 200))) == []


def test_an_overlap_that_is_declared_is_in_order_and_one_that_is_none_is_not() -> None:
    assert told(rule("near", length("at_most", 200), before=("other",)), rule("other")) == []
    near, far = rule("near", length("at_most", 9), before=("far",)), rule("far", length("more_than", 9))
    assert told(near, far) == ["near and far never both answer"]


def test_a_row_that_another_always_answers_for_never_answers() -> None:
    first, second = rule("first", before=("second",)), rule("second", length("at_most", 200))
    assert told(first, second) == ["second never answers"]
    late = rule("first", before=("second",), since=date(2026, 1, 1))
    assert told(late, second) == []  # it answers until the other is in force


def test_a_fact_that_no_answer_hangs_on_is_not_asked_for() -> None:
    near, far = rule("near", length("at_most", 200)), rule("far", length("more_than", 200))
    answer = select([near, far], DAY, DAY, {})
    assert (answer.kind, answer.needs, answer.cite) == (Kind.DECIDED, (), ("一",))
    other = Rule("far", far.when, (Dated(DAY, ("二",), Kind.DECIDED, {"procedure": "filing"}),))
    answer = select([near, other], DAY, DAY, {})
    assert (answer.kind, answer.needs, answer.cite) == (Kind.NEEDS, (LENGTH,), ("一", "二"))
    late = rule("far", length("more_than", 200), since=date(2026, 1, 1))
    assert select([near, late], DAY, DAY, {}).kind == Kind.NEEDS


def test_lengths_that_cannot_add_up_are_no_gap() -> None:
    most = Boundary(EXCAVATION_AND_GREEN, "at_most", 100)
    more, dug = Boundary(EXCAVATION_AND_GREEN, "more_than", 100), Boundary(DUG, "more_than", 100)
    rest = Boundary(DUG, "at_most", 100)
    assert told(rule("little", most), rule("dug", dug), rule("much", more, rest)) == []
    assert told(rule("little", most), rule("dug", dug)) == [
        "no row answers where route.excavation_m is 0, route.excavation_m+route.green_m is above 100"
    ]


def test_facts_that_exclude_each_other_are_no_gap() -> None:
    low, high = Boundary("level", "is", "low_voltage"), Boundary("level", "is", "high_voltage")
    users = Boundary("customer", "any_of", ("resident", "lv_small_business", "lv_other"))
    assert told(rule("low", low, users), rule("high", high)) == []
    assert told(rule("low", low), rule("high", high, Boundary("voltage_kv", "at_least", 6.0))) == []


def test_too_many_combinations_are_refused() -> None:
    facts = (LENGTH, GREEN, DUG, "load_kva", "load_kw")
    rules = [
        rule(f"row{at}", *(Boundary(fact, "at_most", at * 10.0 + 5) for fact in facts)) for at in range(12)
    ]
    assert told(*rules) == ["its tests have too many combinations"]


FAR = "- id: other\n    when: {route.length_m: {more_than: 50}}"


@pytest.mark.parametrize(
    ("other", "row", "said", "repair"),
    [
        ("- id: other", "id: filing", "other and filing both answer where route.length_m is 0", "narrow one"),
        (FAR, "id: other", "no row answers where route.length_m is 50", "add a row, with silent"),
    ],
)
def test_a_file_with_an_overlap_or_a_gap_is_refused_with_its_line_and_repair(
    other: str, row: str, said: str, repair: str
) -> None:
    text = SIXTH.replace("    before: [other]\n", "").replace("- id: other", other)
    with pytest.raises(PolicyError) as caught:
        read_jurisdiction("sixth.yaml", text)
    (fault,) = caught.value.faults
    file, line, told_of = fault.split(":", 2)
    assert file == "sixth.yaml"
    assert row in text.splitlines()[int(line) - 1]
    assert told_of.startswith(f" approval: {said}")
    assert f"; {repair}" in told_of


def every_table() -> Iterator[tuple[str, tuple[Rule, ...]]]:
    for name, jurisdiction in jurisdictions().items():
        for table, rules in jurisdiction.tables.items():
            if rules:
                yield f"{name}.{table}", rules


@pytest.mark.parametrize(("rules"), [pytest.param(rules, id=name) for name, rules in every_table()])
def test_no_row_of_any_file_can_be_left_out_unnoticed(rules: tuple[Rule, ...]) -> None:
    for at, each in enumerate(rules):
        rest = [*rules[:at], *rules[at + 1 :]]
        falls_back = set(each.before) & {other.id for other in rest}
        named = any(each.id in other.before for other in rest)  # then its name is no other row's
        assert falls_back or named or not rest or list(flaws(rest))
