"""``kaimen capacity``: the figure of an asset in words, and all of them in counts."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text

from api.operations.capacity import explained
from gis.capacity.open_capacity import open_capacity
from gis.capacity.parameters import default_parameters
from layers.queries.grid import CAPACITY_LAYERS, read_grid
from tests.gis.capacity.grids import ON, golden
from tests.layers.stored_grid import store


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """Store the golden case."""
    store(engine, golden())
    return engine


def test_the_golden_feeder_in_both_languages(stored: Engine, kaimen: Any) -> None:
    chinese = kaimen("capacity", "F", "--on", ON, "--language", "zh")
    assert chinese.code == 0
    assert "可开放容量: 645.3 kVA" in chinese.out.splitlines()
    assert "数据 limit_a F = 400 A (台账所列, 2026-09-30, 网架.csv)" in chinese.out.splitlines()
    english = kaimen("capacity", "东湖线", "--on", ON).out.splitlines()
    assert english[0] == "Feeder F 东湖线 (2026-11-21, parameters default 2026.1)"
    assert "  Claim C2 (F, site P-C2): 1,200 kVA, 2026-06-01–, 网架.csv" in english


def test_the_structure_as_json(stored: Engine, kaimen: Any) -> None:
    told = kaimen("capacity", "F", "--on", ON, "--language", "zh", "--json").json
    assert (told["asset_id"], told["status"], told["reason"]) == ("F", "tight", "below_threshold")
    assert told["effective_kva"] == pytest.approx(645.2559, abs=1e-3)
    assert [each["asset_id"] for each in told["ancestors"]] == ["T1", "S"]
    assert {each["source"] for each in told["inputs"] if each["asset_id"]} == {"网架.csv"}
    assert told["text"].startswith("线路 F 东湖线")


def test_a_claim_of_the_register_names_the_register(stored: Engine, kaimen: Any) -> None:
    with stored.begin() as connection:
        connection.execute(
            text("insert into grid.claims (id, asset_id, site, kva) values ('K1', 'F', 'Q', 5)")
        )
    told = explained(stored, "F", ON, default_parameters(), "en")
    assert [(each.id, each.source) for each in told.pending.counted if each.id == "K1"] == [
        ("K1", "claims register")
    ]


def test_the_n_1_share_of_a_feeder_is_stored_and_taken(stored: Engine, kaimen: Any) -> None:
    with stored.begin() as connection:
        connection.execute(text("update grid.feeders set n1_share = 0.5 where id = 'F'"))
    told = kaimen("capacity", "F", "--on", ON, "--json").json
    assert told["steps"][0]["formula"] == "0.5 × √3 × 10 kV × 400 A"
    [share] = [each for each in told["inputs"] if each["name"] == "n1_share"]
    assert (share["value"], share["source"]) == (0.5, "网架.csv")


def test_counts_by_level_and_status(stored: Engine, kaimen: Any) -> None:
    told = kaimen("capacity", "--on", ON, "--json").json
    assert told["levels"] == {
        "substation": {"open": 1, "tight": 0, "restricted": 0, "unknown": 0},
        "main_transformer": {"open": 2, "tight": 0, "restricted": 0, "unknown": 0},
        "feeder": {"open": 0, "tight": 2, "restricted": 0, "unknown": 0},
        "transformer": {"open": 0, "tight": 1, "restricted": 0, "unknown": 0},
    }
    assert (told["on"], told["parameters"]) == (str(ON), "default 2026.1")
    drawn = kaimen("capacity", "--on", ON)
    assert "restricted" in drawn.out
    assert "main transformer" in drawn.out
    assert "too old" not in drawn.out + drawn.err
    later = kaimen("capacity", "--on", date(ON.year + 2, 1, 1))
    assert f"{told['newest']}: --on DATE" in later.out + later.err
    drawn = kaimen("capacity", "--on", ON, "--language", "zh")
    assert "不受限" in drawn.out
    assert "主变" in drawn.out


def test_own_coefficients_and_refusals(stored: Engine, kaimen: Any, table: Any) -> None:
    own = table("县公司.toml", 'version = "3"', "derate_feeder = 1.0", encoding="utf-8-sig")
    told = kaimen("capacity", "F", "--on", ON, "--parameters", own, "--json").json
    assert told["parameters"] == "县公司.toml 3"
    assert told["effective_kva"] == pytest.approx(math.sqrt(3) * 10 * (400 - 210) - 1_260, abs=1e-3)
    wrong = kaimen("capacity", "F", "--parameters", table("bad.toml", "rho = 7"), "--json")
    assert (wrong.code, len(wrong.error["faults"])) == (1, 1)
    assert kaimen("capacity", "F", "--parameters", "nowhere.toml", "--json").code == 1
    unknown = kaimen("capacity", "东湖县", "--json")
    assert unknown.code == 1
    assert "nearest:" in unknown.error["detail"]
    assert kaimen("capacity", "F", "--language", "fr", "--json").code == 2
    assert kaimen("capacity", "F", "--on", "soon", "--json").code == 2


def test_an_empty_database_has_nothing_to_count(engine: Engine, kaimen: Any) -> None:
    levels = kaimen("capacity", "--json").json["levels"]
    assert not any(number for statuses in levels.values() for number in statuses.values())
    assert "the database has no assets yet" in kaimen("capacity", "F", "--json").error["detail"]


def test_the_grid_keeps_where_its_rows_came_from(stored: Engine) -> None:
    grid = read_grid(stored, CAPACITY_LAYERS, geometry=False)
    assert {batch for name in CAPACITY_LAYERS for batch in grid[name]["batch_id"]} == {1}
    assert not any("geometry" in grid[name] for name in CAPACITY_LAYERS)
    placed = read_grid(stored, ("feeders", "roads"))
    assert "geometry" in placed["feeders"]
    assert "batch_id" not in placed["roads"]
    assert open_capacity(grid, ON, default_parameters()).effective_kva.tolist() == pytest.approx(
        open_capacity(read_grid(stored), ON, default_parameters()).effective_kva.tolist(), nan_ok=True
    )
