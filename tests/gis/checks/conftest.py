"""A small grid without a fault, and the means to put faults into it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.dictionary.model import layers
from gis.findings import Finding
from gis.metric_zone import zone_from_epsg
from gis.network.check import CHECKS, check
from gis.network.checks.parameters import CheckParameters
from gis.network.checks.subject import Subject
from gis.network.model import Grid, empty_frame

ON = date(2026, 11, 21)
ZONE = zone_from_epsg(4547, 30.5)
ORIGIN = (500_000.0, 3_375_000.0)

Row = dict[str, Any]


def degrees(metres: shapely.Geometry | None) -> shapely.Geometry | None:
    """Return a geometry in metres from the origin as one in degrees."""
    if metres is None:
        return None
    return shapely.transform(
        metres, lambda xy: np.stack(ZONE.to_wgs84(xy[:, 0] + ORIGIN[0], xy[:, 1] + ORIGIN[1]), axis=1)
    )


def clean_rows() -> dict[str, list[Row]]:
    """Return the rows of a grid that no check has anything to say about; ``at`` is in metres."""
    return _assets() | _land() | _records()


def _assets() -> dict[str, list[Row]]:
    line, point, box = shapely.LineString, shapely.Point, shapely.box
    return {
        "substations": [
            {"id": "S1", "name": "东湖变电站", "voltage_kv": 110.0, "at": box(-20, -20, 20, 20)},
            {"id": "S2", "name": "西湖变电站", "voltage_kv": 35.0, "at": point(2000, 0)},
        ],
        "main_transformers": [
            {"id": "T1", "name": "1号主变", "substation_id": "S1", "rated_kva": 50_000},
            {"id": "T2", "name": "1号主变", "substation_id": "S2", "rated_kva": 31_500},
        ],
        "feeders": [
            {
                "id": "F1",
                "name": "10kV东湖线",
                "substation_id": "S1",
                "main_transformer_id": "T1",
                "voltage_kv": 10.0,
                "construction": "cable",
                "at": line([(20, 0), (800, 0)]),
            },
            {
                "id": "F2",
                "name": "10kV西湖线",
                "substation_id": "S2",
                "main_transformer_id": "T2",
                "voltage_kv": 10.0,
                "construction": "overhead",
                "at": line([(2000, 0), (1200, 0)]),
            },
        ],
        "access_points": [
            {
                "id": "A1",
                "name": "1号环网柜",
                "feeder_id": "F1",
                "kind": "ring_main_unit",
                "at": point(400, 5),
            },
            {"id": "A2", "name": "7号杆", "feeder_id": "F2", "kind": "pole", "at": point(1500, -5)},
        ],
        "transformers": [
            {"id": "D1", "name": "一台区", "feeder_id": "F1", "rated_kva": 400, "at": point(600, 20)},
            {"id": "D2", "name": "二台区", "feeder_id": "F2", "rated_kva": 315, "at": point(1300, 20)},
        ],
    }


def _land() -> dict[str, list[Row]]:
    line, box = shapely.LineString, shapely.box
    return {
        "roads": [
            {"id": "R1", "at": line([(-100, -20), (450, -20), (1000, -20)])},
            {"id": "R2", "at": line([(1000, -20), (2100, -20)])},
            {"id": "R3", "at": line([(1000, -20), (1000, 500)])},
        ],
        "parcels": [
            {"id": "P1", "land_use": "R2", "area_ha": 1.0, "load_kva": 1000, "at": box(100, 50, 200, 150)},
            {"id": "P2", "land_use": "B1", "area_ha": 1.0, "load_kva": 500, "at": box(200, 50, 300, 150)},
        ],
        "jurisdictions": [
            {"id": "wujiang", "name": "东区", "at": box(500, -5000, 5000, 5000)},
            {"id": "liangzihu", "name": "西区", "at": box(-5000, -5000, 500, 5000)},
        ],
    }


def _records() -> dict[str, list[Row]]:
    read = date(2026, 9, 30)
    return {
        "capacity": [
            {"asset_id": "S1", "limit_kva": 50_000, "peak_kva": 38_000, "data_date": read},
            {"asset_id": "S2", "limit_kva": 31_500, "peak_kva": 12_000, "data_date": read},
            {"asset_id": "T1", "peak_kva": 21_000, "data_date": read},
            {
                "asset_id": "T2",
                "rated_kva": 31_500,
                "peak_kw": 9_500,
                "power_factor": 0.95,
                "data_date": read,
            },
            {"asset_id": "F1", "limit_a": 400, "peak_a": 210, "data_date": read},
            {"asset_id": "F2", "limit_a": 400, "peak_a": 330, "data_date": read},
            {"asset_id": "D1", "peak_kva": 190, "data_date": read},
            {"asset_id": "D2", "peak_kva": 100, "data_date": read},
        ],
        "claims": [
            {"id": "C1", "asset_id": "F1", "site": "P1", "kva": 1260.0, "accepted_on": date(2026, 6, 1)},
            {"id": "C2", "asset_id": "D1", "site": "P2", "kva": 60.0, "accepted_on": date(2026, 6, 1)},
        ],
    }


def _complete(rows: dict[str, list[Row]]) -> None:
    """Fill in what the rows share: names, widths, references in words."""
    for road in rows["roads"]:
        road |= {"class": "secondary", "width_m": 42.0, "layer": 0, "city": True}
    for layer, each in ((layer, row) for layer, several in rows.items() for row in several):
        each.setdefault("id", each.get("asset_id"))
        each.setdefault("name", each["id"])
        for stem in ("substation", "main_transformer", "feeder", "asset"):
            if f"{stem}_id" in each:
                each.setdefault(f"{stem}_ref", each[f"{stem}_id"])
        assert layer in layers()


@dataclass
class Bench:
    """A grid as rows that a test may change."""

    rows: dict[str, list[Row]] = field(default_factory=clean_rows)

    def __post_init__(self) -> None:
        _complete(self.rows)

    def row(self, layer: str, thing: str) -> Row:
        """Return the first row of an id."""
        return next(row for row in self.rows[layer] if row["id"] == thing)

    def put(self, layer: str, thing: str, /, **values: object) -> None:
        """Change values of a row."""
        self.row(layer, thing).update(values)

    def add(self, layer: str, like: str, /, **values: object) -> None:
        """Add a row like another one; a name that is the id follows the id."""
        row = self.row(layer, like) | values
        if row["name"] == like:
            row["name"] = row["id"]
        self.rows[layer].append(row)

    def unjoin(self, layer: str, thing: str, stem: str, words: str | None) -> None:
        """Let a reference point nowhere."""
        self.put(layer, thing, **{f"{stem}_ref": words, f"{stem}_id": None})

    def grid(self) -> Grid:
        """Return the grid of the rows."""
        return Grid({layer: self._frame(layer) for layer in layers()})

    def _frame(self, layer: str) -> pd.DataFrame:
        rows = self.rows.get(layer, [])
        empty = empty_frame(layer)
        names = [*(name for name in empty.columns if name != "geometry"), *self._extras(layer)]
        columns = {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in names}
        frame = pd.DataFrame(columns)
        if not layers()[layer].geometry:
            return frame
        places = [degrees(row.get("at")) for row in rows]
        spatial: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(places, crs="EPSG:4326"))
        return spatial

    def _extras(self, layer: str) -> list[str]:
        return ["node_ids", "noding"] if layer == "roads" else []

    def find(self, name: str, on: date = ON, **thresholds: float) -> list[Finding]:
        """Return what one check finds."""
        parameters = replace(CheckParameters(), **thresholds)  # type: ignore[arg-type]  # counts are floats here
        return CHECKS[name](Subject(self.grid(), on, parameters))

    def the(self, name: str, **thresholds: float) -> Finding:
        """Return the one thing that a check finds."""
        [finding] = self.find(name, ON, **thresholds)
        return finding

    def check(self) -> list[Finding]:
        """Return what all checks find."""
        return check(self.grid(), ON)


@pytest.fixture
def bench() -> Bench:
    """Give a grid without a fault."""
    return Bench()


@pytest.fixture(scope="session")
def new_bench() -> Callable[[], Bench]:
    """Give the maker of grids without a fault, for tests that need several."""
    return Bench
