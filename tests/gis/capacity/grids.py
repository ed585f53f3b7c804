"""Grids of rows for the tests of the open capacity: the golden case, and random ones."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from gis.capacity.open_capacity import OpenCapacity, open_capacity
from gis.capacity.parameters import CapacityParameters, default_parameters
from gis.dictionary.model import layers
from gis.network.model import Grid, empty_frame

Row = dict[str, Any]
Rows = dict[str, list[Row]]

ON: Final = date(2026, 11, 21)
READ: Final = date(2026, 9, 30)
ACCEPTED: Final = date(2026, 6, 1)

ASSETS: Final = ("substations", "main_transformers", "feeders", "transformers")
_MORE: Final = {"feeders": ("n1_share",)}


def grid(rows: Rows) -> Grid:
    """Return the grid of the rows; what a row leaves out is missing."""
    return Grid({layer: _frame(layer, rows.get(layer, [])) for layer in (*ASSETS, "capacity", "claims")})


def _frame(layer: str, rows: list[Row]) -> pd.DataFrame:
    stored = [name for name in empty_frame(layer).columns if name != "geometry"]
    given = [*_MORE.get(layer, ()), "batch_id"]
    numeric = {field.name for field in layers()[layer].fields if field.type in {"number", "integer"}}
    columns = {}
    for name in (
        *stored,
        *(each for each in given if any(each in row for row in rows) and each not in stored),
    ):
        values = [row.get(name) for row in rows]
        number = name in numeric or name == "n1_share"
        columns[name] = pd.Series(values, dtype=np.float64 if number else object)
    return pd.DataFrame(columns)


def golden() -> Rows:
    """Return the golden case: 2 x 50 MVA, a feeder of 400 A at 210 A, a transformer of 400 kVA."""

    def read(asset: str, **figures: object) -> Row:
        return {"id": f"{asset}|{READ}", "asset_id": asset, "data_date": READ, **figures}

    def claim(thing: str, asset: str, kva: float) -> Row:
        return {"id": thing, "asset_id": asset, "site": f"P-{thing}", "kva": kva, "accepted_on": ACCEPTED}

    return {
        "substations": [{"id": "S", "name": "东湖变电站", "voltage_kv": 110.0}],
        "main_transformers": [
            {"id": "T1", "name": "1号主变", "substation_id": "S", "rated_kva": 50_000.0},
            {"id": "T2", "name": "2号主变", "substation_id": "S", "rated_kva": 50_000.0},
        ],
        "feeders": [
            {
                "id": "F",
                "name": "东湖线",
                "substation_id": "S",
                "main_transformer_id": "T1",
                "voltage_kv": 10.0,
            },
            {
                "id": "G",
                "name": "西湖线",
                "substation_id": "S",
                "main_transformer_id": "T1",
                "voltage_kv": 10.0,
            },
        ],
        "transformers": [{"id": "D", "name": "一台区", "feeder_id": "F", "rated_kva": 400.0}],
        "capacity": [
            read("S", peak_kva=38_000.0),
            read("T1", peak_kva=21_000.0),
            read("T2", peak_kva=17_000.0),
            read("F", limit_a=400.0, peak_a=210.0),
            read("G", limit_a=400.0, peak_a=100.0),
            read("D", peak_kva=190.0),
        ],
        "claims": [
            claim("C1", "D", 60.0),
            claim("C2", "F", 1_200.0),
            claim("C3", "G", 2_240.0),
            claim("C4", "T2", 2_500.0),
        ],
    }


def put(rows: Rows, layer: str, thing: str, **values: object) -> Rows:
    """Return the rows with values of one row changed; a reading is named by its asset."""
    changed = copy.deepcopy(rows)
    key = "asset_id" if layer == "capacity" else "id"
    [row] = [each for each in changed[layer] if each[key] == thing]
    row.update(values)
    return changed


def work_out(rows: Rows, on: date = ON, parameters: CapacityParameters | None = None) -> OpenCapacity:
    """Return what is open."""
    return open_capacity(grid(rows), on, default_parameters() if parameters is None else parameters)


def at(capacity: OpenCapacity, thing: str, what: str) -> Any:
    """Return one figure of one asset."""
    return getattr(capacity, what)[capacity.row_of(thing)]


# Random grids: few values, so that ties, gaps and borders are met.

_DATES = st.sampled_from(
    [None, date(2025, 8, 20), date(2025, 8, 21), date(2026, 3, 31), date(2026, 9, 30), date(2026, 11, 22)]
)


def _maybe(*values: object) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *values])


_READING = st.fixed_dictionaries(
    {
        "limit_a": _maybe(200.0, 400.0, 400.0),
        "limit_kva": st.sampled_from([None] * 5 + [0.0, 900.0, 40_000.0]),
        "rated_kva": _maybe(315.0, 6_000.0),
        "peak_a": _maybe(100.0, 320.0),
        "peak_kva": _maybe(0.0, 150.0, 3_000.0),
        "peak_kw": _maybe(120.0, 2_000.0),
        "power_factor": _maybe(0.9),
        "flagged": st.sampled_from([None, False, False, True]),
        "data_date": _DATES,
        "pending_kva": _maybe(0.0, 50.0, 2_000.0),
        "published_kva": _maybe(0.0, 500.0, -20.0),
    }
)

_CLAIM = st.fixed_dictionaries(
    {
        "site": _maybe("P1", "P2", "P3", " Ｐ2", "P4"),
        "kva": st.sampled_from([None, 50.0, 60.0, 60.0, 800.0, 2_500.0]),
        "ramped_kva": _maybe(10.0, 100.0),
        "accepted_on": _maybe(date(2026, 1, 1), date(2026, 5, 1), date(2026, 11, 21), date(2026, 11, 22)),
        "expires_on": _maybe(date(2026, 11, 20), date(2026, 11, 21), date(2027, 1, 1)),
        "energised_on": st.sampled_from([None] * 6 + [date(2026, 11, 21), date(2026, 11, 22)]),
        "withdrawn_on": st.sampled_from([None] * 6 + [date(2026, 11, 21), date(2026, 11, 22)]),
    }
)


@st.composite
def random_rows(draw: st.DrawFn) -> Rows:
    """Draw a small grid with every kind of gap."""
    number = {layer: draw(st.integers(0, most)) for layer, most in zip(ASSETS, (2, 3, 4, 4), strict=True)}
    ids = {layer: [f"{layer[0].upper()}{n}" for n in range(number[layer])] for layer in ASSETS}

    def ref(layer: str) -> str | None:
        return draw(st.sampled_from([*ids[layer] * 4, None, "nowhere"]))

    rows: Rows = {
        "substations": [{"id": each, "transfer_kva": draw(_maybe(1_000.0))} for each in ids["substations"]],
        "main_transformers": [
            {
                "id": each,
                "substation_id": ref("substations"),
                "rated_kva": draw(st.sampled_from([50_000.0, 31_500.0, 8_000.0, None])),
            }
            for each in ids["main_transformers"]
        ],
        "feeders": [
            {
                "id": each,
                "substation_id": ref("substations"),
                "main_transformer_id": ref("main_transformers"),
                "voltage_kv": draw(st.sampled_from([10.0, 10.0, 20.0, None])),
                "n1_share": draw(st.sampled_from([None, None, 0.5, 1.0, 50.0])),
            }
            for each in ids["feeders"]
        ],
        "transformers": [
            {"id": each, "feeder_id": ref("feeders"), "rated_kva": draw(_maybe(400.0, 400.0, 315.0))}
            for each in ids["transformers"]
        ],
    }
    known = [each for layer in ASSETS for each in ids[layer]]
    readings = draw(st.lists(st.tuples(st.sampled_from([*known, "nowhere", None]), _READING), max_size=12))
    plain = [(each, draw(_READING)) for each in known if draw(st.booleans())]
    rows["capacity"] = [
        {"id": f"R{n}", "asset_id": asset, **figures}
        for n, (asset, figures) in enumerate([*readings, *plain])
    ]
    claims = draw(st.lists(st.tuples(st.sampled_from([*known, "nowhere"]), _CLAIM), max_size=7))
    rows["claims"] = [{"id": f"C{n}", "asset_id": asset, **each} for n, (asset, each) in enumerate(claims)]
    return rows
