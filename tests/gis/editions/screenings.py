"""A screening of the small district, as frames and in a database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import Connection, Engine

from gis.capacity.parameters import default_parameters
from gis.editions.screened import Found
from gis.siting.columns import COLUMNS
from layers.screenings import Run, rows_sha256, run_id, store
from tests.gis.editions.districts import ON

SECRETS: Final = ("F1", "10kVF1线", "FD", "S1", "东湖", "AP-9")
"""What stands in the rows of the screening and may not leave with them."""

_KINDS: Final = (
    ("P1", "plug_and_play", None, 800.0, "land_use", 120.4, "notification_commitment", 5.0),
    ("P2", "filing", "route.length_m at_most 200", 900.0, "stated", 210.1, "filing", 5.0),
    ("P3", "approval", "important equals false", 950.0, "argument", 380.0, "approval", None),
    ("P4", "plug_and_play", None, 1_000.0, "stated", 50.0, "notification_commitment", 5.0),
    ("P5", "restricted", "insufficient_capacity", 5_000.0, "land_use", None, None, None),
    ("P6", "plug_and_play", None, 1_000.0, "land_use", 50.0, "notification_commitment", 5.0),
    ("P7", "unreachable", "no_route", 700.0, "land_use", None, None, None),
    ("P8", "unknown", "unknown_load", None, None, None, None, None),
)


def screened_rows(on: date = ON) -> pd.DataFrame:
    """Return a row for each parcel: P4 and P6 are of important users, P2 and P4 state their load."""
    made = []
    for parcel, kind, failed, load, source, length, procedure, limit in _KINDS:
        served = procedure is not None
        told: dict[str, Any] = dict.fromkeys(COLUMNS)
        told |= {
            "parcel_id": parcel, "class": kind, "failed_test": failed, "load_kva": load,
            "load_source": source, "jurisdiction": "wujiang", "on": on.isoformat(), "options": "[]",
        }  # fmt: skip
        if served:
            option = {"asset_id": "F1", "asset_name": "10kVF1线", "access_point": {"id": "AP-9"}}
            told |= {
                "asset_id": "F1", "asset_name": "10kVF1线", "level": "feeder", "open_capacity_kva": 4_321.0,
                "bottleneck_level": "feeder", "length_m": length, "crossing_count": 1, "upper_bound": False,
                "procedure": procedure, "limit_working_days": limit, "decision_kind": "decided",
                "options": json.dumps([option], ensure_ascii=False),
            }  # fmt: skip
        made.append(told)
    frame = pd.DataFrame(made, columns=list(COLUMNS), dtype=object).drop(columns="run_id")
    numeric = [name for name in COLUMNS if name.endswith(("_kva", "_m"))]
    return frame.astype(dict.fromkeys(numeric, "float64"))


def screened_zones() -> dict[str, Any]:
    """Return two zones around each other, the outer one with a hole, as a run stores them."""
    inner = shapely.box(120.610123456789, 31.109, 120.620, 31.112)
    outer = shapely.difference(inner.buffer(0.003), inner)
    frame = gpd.GeoDataFrame(
        {"reach_m": [600.0, 200.0], "class": ["filing", "plug_and_play"], "load_kva": [875.0, 875.0]},
        geometry=[outer, inner],
        crs="EPSG:4326",
    )
    return dict(json.loads(frame.to_json(drop_id=True)))


def found(load_kva: float | None = 1_000.0) -> Found:
    """Return the screening as it is frozen."""
    return Found("run-1", load_kva, screened_rows(), screened_zones())


def run(inputs: Mapping[str, Any], on: date = ON, **asked: Any) -> Run:
    """Return the screening as it is stored: of some inputs, with the question changed."""
    parameters = default_parameters().as_dict()
    load = {"kva": 1_000.0, "kw": 950.0, "power_factor": 0.95}
    request = {"on": on.isoformat(), "load": load, "parameters": parameters} | asked
    rows = screened_rows(on)
    return Run(
        id=run_id(request, inputs),
        request=request,
        inputs=inputs,
        on=on,
        rows=len(rows),
        summary={"by_class": {}, "area_ha": {}},
        zones=screened_zones(),
        sha256=rows_sha256(rows),
    )


def put_run(engine: Engine | Connection, inputs: Mapping[str, Any], on: date = ON, **asked: Any) -> Run:
    """Store the screening."""
    made = run(inputs, on, **asked)
    if isinstance(engine, Connection):
        store(engine, made, screened_rows(on))
    else:
        with engine.begin() as connection:
            store(connection, made, screened_rows(on))
    return replace(made)
