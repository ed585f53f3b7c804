"""Two supplies: of different substations, else of different bus sections, else none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pytest

from gis.siting.assess import Assessment
from gis.siting.double import find_pairs
from gis.siting.options import find_options
from gis.siting.question import Question, planned
from gis.siting.screen import one_of
from tests.gis.siting.towns import ON, Bench, Row, along_one_street, line, plot, reading, refused, unit

KVA = 1_000.0


def bench_of(
    feeders: Mapping[str, tuple[str | None, float]], stated: Mapping[str, Row] | None = None
) -> Bench:
    """Return a bench with one parcel ending at 140, and a feeder of a main transformer at each place."""
    rows = {
        name: line(main) if main is not None else {"voltage_kv": 10.0, "construction": "cable"}
        for name, (main, _) in feeders.items()
    }
    town = along_one_street(
        parcels={"P": plot(100, 140)},
        feeders={name: {**row, **(stated or {}).get(name, {})} for name, row in rows.items()},
        access_points={f"at-{name}": unit(at, feeder=name) for name, (_, at) in feeders.items()},
        capacity={name: reading(5_000.0) for name in feeders},
    )
    return Bench(town)


def pairs(made: Assessment, bench: Bench) -> list[tuple[str, str, str | None]]:
    feeders = bench.network.levels["feeder"].ids
    return [
        (
            feeders[each.choice.owner],
            feeders[each.second.choice.owner] if each.second else "",
            each.independence,
        )
        for each in made.proposals
    ]


def test_different_substations_come_before_nearer_bus_sections() -> None:
    bench = bench_of({"A": ("T1", 160), "B": ("T2", 170), "C": ("T3", 300), "D": ("T4", 200)})
    made = bench.assess("P", KVA, supplies=2)
    assert pairs(made, bench) == [
        ("A", "D", "substation"),  # 20 m and 60 m
        ("B", "D", "substation"),  # 30 m and 60 m
        ("A", "C", "substation"),  # 20 m and 160 m
    ]
    assert (made.name, made.failed_test) == ("plug_and_play", None)
    assert refused(made, bench.desk) == {}


def test_bus_sections_of_one_substation_are_taken_where_no_two_substations_reach() -> None:
    bench = bench_of({"A": ("T1", 160), "B": ("T2", 170), "C": ("T1", 180)})
    made = bench.assess("P", KVA, supplies=2)
    assert pairs(made, bench) == [("A", "B", "bus_section"), ("B", "C", "bus_section")]
    assert all("same_substation" in each.warnings for each in made.proposals)


def test_no_second_supply_is_restricted_and_refuses_nobody_falsely() -> None:
    bench = bench_of({"A": ("T1", 160), "B": ("T1", 170)})
    made = bench.assess("P", KVA, supplies=2)
    assert (made.name, made.failed_test, made.proposals) == ("restricted", "second_supply", ())
    assert refused(made, bench.desk) == {}


def test_without_any_option_the_reason_is_that_of_a_single_supply() -> None:
    bench = bench_of({"A": ("T1", 160)})
    made = bench.assess("P", 6_000.0, supplies=2)
    assert (made.name, made.failed_test) == ("restricted", "insufficient_capacity")


def test_a_feeder_of_no_known_substation_is_no_proof_of_independence() -> None:
    bench = bench_of({"A": (None, 160), "B": ("T1", 170), "C": ("T3", 180)})
    for k in (1, 3):  # the best single option stands in no pair
        made = bench.assess("P", KVA, supplies=2, k=k)
        assert pairs(made, bench) == [("B", "C", "substation")]


def test_the_longer_of_both_routes_decides_the_class() -> None:
    bench = bench_of({"A": ("T1", 160), "D": ("T4", 400)})
    made = bench.assess("P", KVA, supplies=2)
    assert (made.name, made.failed_test) == ("filing", "route.length_m at_most 200")


def test_supplies_as_a_fact_and_as_an_option_are_the_same_question() -> None:
    bench = bench_of({"A": ("T1", 160), "D": ("T4", 200)})
    asked = bench.assess("P", KVA, facts={"supplies": 2})
    assert pairs(asked, bench) == [("A", "D", "substation")]
    screened = bench.screen(KVA, facts={"supplies": 2}).rows.iloc[0]
    assert (screened["class"], screened["asset_id"], screened["length_m"]) == ("plug_and_play", "A", 20.0)
    assert '"asset_id":"D"' in screened["options"]


@pytest.mark.parametrize("seed", range(4))
def test_a_screening_of_double_supplies_is_the_assessments_of_all(seed: int) -> None:
    chance = np.random.default_rng(seed)
    mains = [None, "T1", "T1", "T2", "T3", "T4"] if seed % 2 else ["T1", "T2", "T1", "T2"]
    places = chance.permutation(np.arange(-90, 1_800, 13))
    rows = {f"F{at}": line(main) if main else {"voltage_kv": 10.0} for at, main in enumerate(mains)}
    town = along_one_street(
        parcels={f"P{at}": plot(at, at + 40, load_kva=float(load)) for at, load in _LOADS.items()},
        feeders=rows,
        access_points={
            f"at-{name}": unit(float(at), feeder=name) for name, at in zip(rows, places, strict=False)
        },
        capacity={name: reading(float(chance.uniform(500.0, 4_000.0))) for name in rows},
    )
    bench = Bench(town)
    owners, told = bench.network.levels["feeder"].ids, set()
    for row in bench.screen(supplies=2).rows.to_dict("records"):
        made = bench.assess(row["parcel_id"], supplies=2)
        supplies = [each for one in made.proposals for each in (one, one.second) if each is not None]
        assert (row["class"], row["failed_test"]) == (made.name, made.failed_test)
        assert [(each["asset_id"], each["length_m"]) for each in json.loads(row["options"])] == [
            (owners[each.choice.owner], each.choice.measures()["length_m"]) for each in supplies
        ]
        told.add(made.failed_test)
    assert "second_supply" in told


_LOADS = {at: 300.0 + at * 4 for at in range(0, 1_000, 100)}


@pytest.mark.parametrize("seed", range(6))
def test_the_best_pairs_of_all_pairs(seed: int) -> None:
    """Beside every pair of every two routes, judged one by one."""
    chance = np.random.default_rng(seed)
    mains = [None, "T1", "T1", "T2", "T3", "T4"] if seed % 2 else ["T1", "T2", "T1", "T2"]
    feeders = {
        f"F{number}": (mains[int(chance.integers(len(mains)))], float(at))
        for number, at in enumerate(chance.permutation(np.arange(-90, 1_200, 13))[:6])
    }
    bench = bench_of(feeders)
    site = one_of(bench.loaded(KVA), 0)
    served = bench.network.levels["feeder"]
    for k in (1, 2, 4):
        question = Question.of(ON, k=k, supplies=2)
        plan = planned(site, question, bench.table)
        found = find_pairs(bench.network, bench.desk.offers, site, plan, question, bench.seeker(0))
        every = find_options(
            bench.network, bench.desk.offers, site, plan, Question.of(ON, k=20, supplies=2), bench.seeker(0)
        )
        rows = [
            (int(every.owner[row]), int(every.procedure[row]), int(every.measures.length_cm[row]))
            for row in range(len(every))
        ]
        expected: dict[frozenset[int], tuple[int, int]] = {}
        for level in ("substation_ids", "main_transformer_ids"):
            hung = getattr(served, level)
            for one, other in combinations(rows, 2):
                ends = (hung[one[0]], hung[other[0]])
                stations = (served.substation_ids[one[0]], served.substation_ids[other[0]])
                if None in ends or None in stations or ends[0] == ends[1]:
                    continue
                if level == "main_transformer_ids" and stations[0] != stations[1]:
                    continue
                told = (max(one[1], other[1]), one[2] + other[2])
                names = frozenset((one[0], other[0]))
                expected[names] = min(told, expected.get(names, told))
            if expected:
                break
        best = sorted(expected.values())[:k]
        assert [
            (
                max(each.first.procedure, each.second.procedure),
                round(100 * (each.first.length_m + each.second.length_m)),
            )
            for each in found
        ] == best
