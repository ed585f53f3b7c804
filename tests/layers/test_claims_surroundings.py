"""What is read around a claim gives the same figures as the whole grid."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from gis.capacity.open_capacity import OpenCapacity, open_capacity
from gis.capacity.parameters import default_parameters
from layers.claims.surroundings import assets_of_site, roots_of, surroundings
from layers.queries.grid import CAPACITY_LAYERS, read_grid
from tests.gis.capacity.grids import ON, Rows, golden, random_rows
from tests.layers.stored_grid import store

FIGURES = ("limit_kva", "peak_kva", "pending_kva", "own_after_kva", "effective_kva")
WORDS = ("status", "reason", "upper_bound")


def clear(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("truncate grid.assets, grid.claims, grid.capacity cascade"))


def told(capacity: OpenCapacity, thing: str) -> dict[str, Any]:
    row = capacity.row_of(thing)
    least = int(capacity.bottleneck[row])
    figures = {name: round(float(getattr(capacity, name)[row]), 6) for name in FIGURES}
    words = {name: getattr(capacity, name)[row] for name in WORDS}
    chain = tuple(str(capacity.ids[each]) for each in capacity.assets.chain(row))
    known = {name: None if math.isnan(value) else value for name, value in figures.items()}
    return known | words | {"chain": chain, "bottleneck": None if least < 0 else str(capacity.ids[least])}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=random_rows(), draw=st.data())
def test_every_asset_has_the_figures_of_the_whole_grid(
    engine: Engine, rows: Rows, draw: st.DataObject
) -> None:
    for feeder in rows["feeders"]:
        share = feeder["n1_share"]
        feeder["n1_share"] = share if share is not None and share <= 1 else None
    clear(engine)
    store(engine, rows)
    whole = open_capacity(read_grid(engine, CAPACITY_LAYERS, geometry=False), ON, default_parameters())
    ids = [str(each) for each in whole.ids]
    if not ids:
        return
    asked = draw.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=2, unique=True))
    with engine.connect() as connection:
        roots = roots_of(connection, asked)
        around = open_capacity(surroundings(connection, roots, ON), ON, default_parameters())
    tops = {str(whole.ids[whole.assets.chain(whole.row_of(each))[-1]]) for each in asked}
    assert set(roots) == tops
    inside = [each for each in ids if whole.ids[whole.assets.chain(whole.row_of(each))[-1]] in tops]
    assert set(inside) <= {str(each) for each in around.ids}
    for each in inside:
        assert told(around, each) == told(whole, each)


def test_a_claim_of_the_same_site_elsewhere_is_read_and_its_asset_hangs_on_nothing(engine: Engine) -> None:
    rows = golden()
    rows["substations"].append({"id": "S2"})
    rows["feeders"].append({"id": "H", "substation_id": "S2", "voltage_kv": 10.0})
    rows["feeders"].append({"id": "I", "substation_id": "S", "main_transformer_id": "M9", "voltage_kv": 10.0})
    rows["main_transformers"].append({"id": "M9", "substation_id": "S2", "rated_kva": 50_000.0})
    rows["claims"] += [
        rows["claims"][1]
        | {"id": "C8", "asset_id": "H", "kva": 5_000.0, "site": " ｐ-C2".replace("ｐ", "Ｐ")},
        rows["claims"][1] | {"id": "C9", "asset_id": "I", "kva": 4_000.0},
    ]
    store(engine, rows)
    with engine.connect() as connection:
        assert roots_of(connection, ["D", "I"]) == ["S", "S2"]
        assert assets_of_site(connection, "P-C2", ON) == ["F", "H", "I"]
        grid = surroundings(connection, ["S"], ON)
    capacity = open_capacity(grid, ON, default_parameters())
    assert capacity.assets.chain(capacity.row_of("I")) == [capacity.row_of("I")]
    assert capacity.pending_kva[capacity.row_of("S")] == 60.0 + 2_240.0 + 2_500.0
    assert np.isnan(capacity.effective_kva[capacity.row_of("H")])
