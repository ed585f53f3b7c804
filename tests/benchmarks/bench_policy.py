"""How long 100,000 decisions take, each row with facts of its own, as the screening of a city asks them.

Times are CPU time of one process, medians of several rounds; the files are read once before.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from gis.policy.load import jurisdictions
from gis.policy.many import Decisions, decide_many
from tests.benchmarks.figures import cpu_seconds

ROWS, ROUNDS, MOST_S = 100_000, 3, 2.0
ON = date(2026, 11, 21)
LONGEST_M = {
    "length_m": 1_500,
    "city_road_crossing_m": 80,
    "excavation_m": 300,
    "green_m": 100,
    "along_main_road_m": 400,
    "along_infrastructure_m": 20,
}


@pytest.fixture(scope="module")
def city() -> dict[str, Any]:
    """Draw parcels with loads from a shop to a factory, and routes of which some measures are 0."""
    rng = np.random.default_rng(20261121)
    return {
        "customer": rng.choice(["resident", "lv_small_business", "lv_other", "hv"], ROWS),
        "load_kva": rng.lognormal(5.5, 1.3, ROWS).clip(1, 50_000),
        "area": rng.choice(["urban", "rural"], ROWS),
        "in_city_area": rng.random(ROWS) < 0.5,
        "in_plug_and_play_zone": rng.random(ROWS) < 0.2,
        "important": rng.random(ROWS) < 0.05,
        "supplies": rng.integers(1, 3, ROWS).astype(float),
        "built_by": "utility",
        **{
            f"route.{name}": rng.uniform(0, most, ROWS) * (rng.random(ROWS) < 0.7)
            for name, most in LONGEST_M.items()
        },
    }


@pytest.mark.parametrize("name", list(jurisdictions()))
def test_a_city_is_decided_in_two_seconds(name: str, city: dict[str, Any]) -> None:
    jurisdiction = jurisdictions()[name]
    answers: list[Decisions] = []

    def run() -> None:
        decided = decide_many(jurisdiction, ON, city)
        decided.field("approval", "procedure")
        decided.field("approval", "limit_working_days")
        decided.field("approval", "kind")
        answers.append(decided)

    taken = cpu_seconds({name: run}, ROUNDS)[name]
    distinct = len(answers[-1].distinct)
    print(f"{name}: {ROWS:,} rows, {distinct:,} distinct, {taken:.2f} s (at most {MOST_S:g} s)")
    assert len(answers[-1].of_row) == ROWS
