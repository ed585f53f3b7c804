"""How long imports take, beside ``geopandas.read_file`` of the same file in the same run.

The target is 8 s for 200,000 polygons and 20 s for 1,000,000 lines on two cores: read, converted, checked,
written and indexed.
"""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from sqlalchemy import Engine

from layers.intake.request import ImportRequest, Watch
from layers.intake.run import run_import

POLYGONS, LINES = 200_000, 1_000_000
SILENT = Watch(lambda done, total: None, lambda: None)


def _polygons() -> gpd.GeoDataFrame:
    side = int(POLYGONS**0.5) + 1
    x, y = np.divmod(np.arange(POLYGONS), side)
    boxes = shapely.box(480_000 + x * 60, 3_430_000 + y * 60, 480_050 + x * 60, 3_430_050 + y * 60)
    columns: dict[str, Any] = {
        "地块编号": [f"P{n:06d}" for n in range(POLYGONS)],
        "用地代码": np.resize(["R2", "M1", "B1", "A3"], POLYGONS),
        "容积率": np.resize([1.5, 2.0, 2.5], POLYGONS),
        "用地面积_公顷": 0.25,
        "报装容量_kVA": np.resize([np.nan, 800.0], POLYGONS),
    }
    return gpd.GeoDataFrame(columns, geometry=boxes, crs="EPSG:4549")


def _lines() -> gpd.GeoDataFrame:
    rng = np.random.default_rng(1)
    start = rng.random((LINES, 2)) * 100_000 + [450_000, 3_400_000]
    steps = rng.normal(0, 40, (LINES, 4, 2)).cumsum(axis=1)
    vertices = np.concatenate([start[:, None], start[:, None] + steps], axis=1)
    lines = shapely.linestrings(vertices)
    columns: dict[str, Any] = {
        "道路编号": [f"R{n:07d}" for n in range(LINES)],
        "道路等级": np.resize(["支路", "次干路", "主干路"], LINES),
        "路宽": np.resize([9.0, 20.0, np.nan], LINES),
    }
    return gpd.GeoDataFrame(columns, geometry=lines, crs="EPSG:4549")


@pytest.mark.parametrize(
    ("layer", "made", "target_s"),
    [("parcels", _polygons, 8), ("roads", _lines, 20)],
    ids=["200k-polygons", "1M-lines"],
)
def test_import(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], layer: str, made: Any, target_s: float
) -> None:
    path = tmp_path / f"{layer}.gpkg"
    frame = made()
    frame.to_file(path)
    rows = len(frame)
    del frame
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    result = run_import(engine, ImportRequest(layer, (path,)), SILENT)
    import_s = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    gpd.read_file(path)
    read_s = time.perf_counter() - start
    assert result.total.inserted == rows
    with capsys.disabled():
        print(
            f"\n{layer}: {rows:,} rows imported, checked, indexed in {import_s:.1f} s (target {target_s} s),"
            f" {import_s / read_s:.1f} times geopandas.read_file; memory +{(peak - before) / 1024:.0f} MB"
        )
