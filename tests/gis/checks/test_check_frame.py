from __future__ import annotations

from pathlib import Path

import pyogrio
from shapely import Point

from gis.findings import Finding, Severity, warning
from gis.network.findings_frame import as_frame

PLACED = Finding(
    "road_class_unknown", Severity.WARNING, "roads", "R1", "Road R1 has no class.", "Fill in.", 114.3, 30.5
)
LAYER = warning("layer_empty", "roads", None, "Layer roads is empty.", "Import it.")


def test_findings_become_points() -> None:
    frame = as_frame([PLACED, LAYER])
    assert frame.crs == "EPSG:4326"
    assert list(frame.columns) == ["check", "severity", "layer", "id", "message", "repair", "geometry"]
    assert frame.geometry[0] == Point(114.3, 30.5)
    assert frame.geometry[1] is None
    assert frame["severity"].tolist() == ["warning", "warning"]


def test_no_findings_become_an_empty_frame() -> None:
    frame = as_frame([])
    assert len(frame) == 0
    assert frame.crs == "EPSG:4326"


def test_findings_without_any_place() -> None:
    assert as_frame([LAYER]).geometry.isna().all()


def test_a_frame_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / "findings.gpkg"
    as_frame([PLACED, LAYER]).to_file(file, driver="GPKG")
    back = pyogrio.read_dataframe(file)
    assert back["check"].tolist() == ["road_class_unknown", "layer_empty"]
    assert back.geometry.notna().tolist() == [True, False]
