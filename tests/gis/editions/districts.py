"""A small district for the tests of editions: as frames, and in a database."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Engine, text

from gis.capacity.open_capacity import OpenCapacity, open_capacity
from gis.capacity.parameters import CapacityParameters, default_parameters
from gis.dictionary.model import ASSET_LEVELS, layers
from gis.editions.disclosure import DisclosureSettings, default_settings
from gis.editions.frozen import Frozen, freeze
from gis.editions.header import Edition
from gis.network.model import Grid, empty_frame

Rows = dict[str, list[dict[str, Any]]]

ON: Final = date(2026, 11, 21)
READ: Final = date(2026, 9, 30)
LAYERS: Final = (
    "substations", "main_transformers", "feeders", "transformers", "parcels", "capacity", "claims",
)  # fmt: skip


def rows() -> Rows:
    """Return two substations; feeders that are public, dedicated, of one customer, of an important user.

    ========  =====================  ==========================================
    feeder    transformers           claims
    ========  =====================  ==========================================
    F1        D1, D2                 C1, C2 of two sites
    F2        D3                     C3, ordinary, and C4, important
    FD        none; dedicated        none
    FS        none                   C5 alone
    FI        D4                     C6, of an important parcel, alone
    G1        D5, of station S2      none
    ========  =====================  ==========================================
    """
    at = shapely.Point
    box = shapely.box
    made: Rows = {
        "substations": [
            {"id": "S1", "name": "东湖变电站", "voltage_kv": 110.0,
             "geometry": box(120.601, 31.101, 120.602, 31.102)},
            {"id": "S2", "name": "西湖变电站", "voltage_kv": 110.0, "geometry": at(120.652, 31.152)},
        ],
        "main_transformers": [
            {"id": f"M{n}", "name": f"{n}号主变", "substation_id": station, "rated_kva": 50_000.0}
            for n, station in ((1, "S1"), (2, "S1"), (3, "S2"), (4, "S2"))
        ],
        "feeders": [_feeder(*each) for each in FEEDERS],
        "transformers": [
            {"id": f"D{n}", "name": f"{n}号台区", "feeder_id": feeder, "rated_kva": 400.0,
             "geometry": at(120.6021 + 0.0031 * n, 31.1022 + 0.0017 * n)}
            for n, feeder in enumerate(("F1", "F1", "F2", "FI", "G1"), start=1)
        ],
        "parcels": [
            {"id": f"P{n}", "name": f"{n}号地块", "important": n in {4, 6},
             "geometry": box(120.61 + 0.002 * n, 31.11, 120.611 + 0.002 * n, 31.111)}
            for n in range(1, 9)
        ],
        "claims": [
            _claim(f"C{n}", feeder, f"P{n}", 100.0 * n)
            for n, feeder in enumerate(("F1", "F1", "F2", "F2", "FS", "FI"), start=1)
        ],
    }  # fmt: skip
    peaks = {"S1": 30_000.0, "S2": 20_000.0, "M1": 18_000.0, "M2": 17_000.0, "M3": 9_000.0, "M4": 12_000.0}
    figures = {each: {"peak_kva": peak} for each, peak in peaks.items()}
    figures |= {each[0]: {"limit_a": 400.0, "peak_a": 100.0 + 10 * n} for n, each in enumerate(FEEDERS)}
    figures |= {f"D{n}": {"peak_kva": 100.0 + 10 * n} for n in range(1, 6)}
    made["capacity"] = [
        {"id": f"R-{each}", "asset_id": each, "data_date": READ, **stated} for each, stated in figures.items()
    ]
    return made


FEEDERS: Final = (
    ("F1", "S1", "M1", False),
    ("F2", "S1", "M2", False),
    ("FD", "S1", "M1", True),
    ("FS", "S1", "M2", False),
    ("FI", "S1", "M2", False),
    ("G1", "S2", "M3", None),
)


def _feeder(thing: str, station: str, main: str, dedicated: bool | None) -> dict[str, Any]:
    ends = {"S1": (120.6012, 31.1013), "S2": (120.6521, 31.1522)}
    x, y = ends[station]
    shift = 0.0007 * sum(map(ord, thing)) / 100
    line = shapely.LineString([(x, y), (x + 0.013 + shift, y + 0.009 - shift)])
    return {
        "id": thing, "name": f"10kV{thing}线", "substation_id": station, "main_transformer_id": main,
        "voltage_kv": 10.0, "construction": "cable", "dedicated": dedicated, "geometry": line,
    }  # fmt: skip


def _claim(thing: str, asset: str, site: str, kva: float) -> dict[str, Any]:
    return {
        "id": thing, "asset_id": asset, "site": site, "kva": kva,
        "accepted_on": date(2026, 6, 1), "expires_on": date(2027, 6, 1),
    }  # fmt: skip


def put(made: Rows, layer: str, thing: str, **values: object) -> Rows:
    """Return the rows with values of one row changed; a reading is named by its asset."""
    changed = copy.deepcopy(made)
    key = "asset_id" if layer == "capacity" else "id"
    [row] = [each for each in changed[layer] if each[key] == thing]
    row.update(values)
    return changed


def without(made: Rows, layer: str, *things: str) -> Rows:
    """Return the rows without some."""
    changed = copy.deepcopy(made)
    changed[layer] = [each for each in changed[layer] if each["id"] not in things]
    return changed


def grid(made: Rows) -> Grid:
    """Return the rows as a grid."""
    return Grid({layer: _frame(layer, made.get(layer, [])) for layer in LAYERS})


def _frame(layer: str, each: list[dict[str, Any]]) -> pd.DataFrame:
    stored = [name for name in empty_frame(layer).columns if name != "geometry"]
    numeric = {field.name for field in layers()[layer].fields if field.type in {"number", "integer"}}
    frame = pd.DataFrame(
        {
            name: pd.Series([row.get(name) for row in each], dtype=np.float64 if name in numeric else object)
            for name in stored
        }
    )
    if not layers()[layer].geometry:
        return frame
    spatial: pd.DataFrame = gpd.GeoDataFrame(
        frame, geometry=[row["geometry"] for row in each], crs="EPSG:4326"
    )
    return spatial


def work_out(made: Rows, on: date = ON, parameters: CapacityParameters | None = None) -> OpenCapacity:
    """Return what is open."""
    return open_capacity(grid(made), on, parameters or default_parameters())


def frozen(
    made: Rows,
    on: date = ON,
    settings: DisclosureSettings | None = None,
    parameters: CapacityParameters | None = None,
) -> Frozen:
    """Return what an edition freezes."""
    capacity = work_out(made, on, parameters)
    return freeze(grid(made), capacity, settings or default_settings(), "2026-Q4-1")


def edition(number: int = 1, as_of: date = ON, **facts: object) -> Edition:
    """Return a header with the defaults."""
    stated: dict[str, object] = {
        "format": 1,
        "code_version": "0",
        "disclosed": "computed",
        "parameters": default_parameters().as_dict(),
        "settings": default_settings().as_dict(),
        "policies": {},
        "data": {"layers": {}, "dates": [None, None]},
        "withheld": {},
        "files": [],
    }
    before = f"2026-Q4-{number - 1}" if number > 1 else None
    return Edition(
        id=f"2026-Q4-{number}",
        number=number,
        as_of=as_of,
        created_at=datetime(2026, 11, 21, 8, 0, 0, 1, tzinfo=UTC),
        note=None,
        corrects=None,
        previous=before,
        previous_sha256="0" * 64 if before else None,
        rows=0,
        rows_sha256="",
        inputs_sha256="",
        facts=stated | facts,
    )


def fill(engine: Engine, made: Rows) -> None:
    """Put the rows into an empty database."""
    with engine.begin() as connection:
        batch = connection.scalar(
            text(
                "insert into grid.import_batches (layer, files, format, mapping, options, findings,"
                " rows_read, rows_inserted, rows_updated, rows_unchanged, rows_deleted, rows_rejected)"
                " values ('x', '[]', '', '{}', '{}', '[]', 0, 0, 0, 0, 0, 0) returning id"
            )
        )
        for layer in LAYERS:
            for row in made[layer]:
                if layer in ASSET_LEVELS:
                    level = {"id": row["id"], "level": ASSET_LEVELS[layer]}
                    connection.execute(text("insert into grid.assets values (:id, :level)"), level)
                values = {key: each for key, each in row.items() if key != "geometry"} | {"batch_id": batch}
                columns, marks = list(values), [f":{key}" for key in values]
                if "geometry" in row:
                    columns.append("geom")
                    marks.append("st_geomfromtext(:geom, 4326)")
                    values["geom"] = row["geometry"].wkt
                connection.execute(
                    text(f"insert into grid.{layer} ({', '.join(columns)}) values ({', '.join(marks)})"),
                    values,
                )
            connection.execute(
                text("insert into grid.layer_versions (layer, batch_id) values (:layer, :batch)"),
                {"layer": layer, "batch": batch},
            )
