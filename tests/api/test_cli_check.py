"""``kaimen check`` and ``kaimen draw``: what is told, and the files that are left."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pytest
import shapely

from api.operations import checks

SQUARE = shapely.box(120, 31, 120.001, 31.001)


@pytest.fixture
def grid(kaimen: Any, drawn: Any, table: Any) -> Any:
    """Give the command line over a small grid: an overload, an old reading, a feeder far from its place."""
    kaimen(
        "import",
        "feeders",
        drawn(
            "f.geojson",
            (
                {"线路名称": "10kV甲线", "变电站": "东站", "电压等级": "10kV"},
                shapely.LineString([(120, 31), (120.01, 31)]),
            ),
        ),
    )
    kaimen("import", "parcels", drawn("p.geojson", ({"id": "P1"}, SQUARE), ({"id": "P2"}, SQUARE)))
    kaimen(
        "import",
        "capacity",
        table("c.csv", "线路名称,最大电流(A),限额电流(A),更新日期", "10kV甲线,30,20,2026-01-31"),
    )
    return kaimen


def test_the_answer_has_the_fields_of_the_contract(grid: Any) -> None:
    told = grid("check", "--json")
    assert (told.code, told.err) == (0, "")
    assert set(told.json) == {"findings", "errors", "warnings"}
    severities = Counter(each["severity"] for each in told.json["findings"])
    assert severities == {"error": told.json["errors"], "warning": told.json["warnings"]}
    for finding in told.json["findings"]:
        assert set(finding) == {"check", "severity", "layer", "id", "message", "repair", "lon", "lat"}
    [twins] = [each for each in told.json["findings"] if each["check"] == "parcel_duplicate_geometry"]
    assert (twins["lon"], twins["lat"]) == (
        pytest.approx(120.0005, abs=1e-3),
        pytest.approx(31.0005, abs=1e-3),
    )


@pytest.mark.parametrize("severity", ["error", "warning"])
def test_only_the_severity_asked_for(grid: Any, severity: str) -> None:
    every = grid("check", "--json").json["findings"]
    told = grid("check", "--severity", severity, "--json").json
    assert told["findings"] == [each for each in every if each["severity"] == severity]
    assert len(told["findings"]) == told[f"{severity}s"] > 0


def test_the_day_decides_what_is_old_and_what_is_still_to_come(grid: Any) -> None:
    def found(day: str) -> set[str]:
        return {each["check"] for each in grid("check", "--on", day, "--json").json["findings"]}

    fresh, old, early = found("2026-02-01"), found("2028-02-01"), found("2025-12-31")
    assert len({frozenset(fresh), frozenset(old), frozenset(early)}) == 3
    assert {check for check in old - fresh if "stale" in check}
    assert {check for check in early - fresh if "future" in check}


def test_findings_for_qgis(grid: Any, tmp_path: Path) -> None:
    path = tmp_path / "findings.gpkg"
    for _ in range(2):
        told = grid("check", "--out", path, "--json")
        assert told.code == 0
        assert str(path) in told.err.replace("\n", "")
        frame = gpd.read_file(path)
        assert frame["check"].tolist() == [each["check"] for each in told.json["findings"]]
        assert frame.crs.to_epsg() == 4326
        placed = [each["lon"] is not None for each in told.json["findings"]]
        assert (~frame.geometry.isna()).tolist() == placed
    assert {each.name for each in tmp_path.glob("*findings*")} == {"findings.gpkg"}


def test_a_file_that_cannot_be_finished_leaves_the_one_before(
    grid: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "findings.gpkg"
    path.write_bytes(b"as before")
    there = set(tmp_path.iterdir())

    class HalfFrame:
        def to_file(self, part: Path, **_: object) -> None:
            part.write_bytes(b"half")
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(checks, "as_frame", lambda _: HalfFrame())
    told = grid("check", "--out", path, "--json")
    assert told.code == 1
    assert "No space left on device" in told.error["detail"]
    assert path.read_bytes() == b"as before"
    assert set(tmp_path.iterdir()) == there


def test_for_people_it_is_told_in_words(grid: Any) -> None:
    told = grid("check")
    assert told.code == 0
    assert "parcel_duplicate_geometry" in told.out
    assert "1 error, " in told.err


def test_the_grid_is_drawn(grid: Any, tmp_path: Path) -> None:
    path = tmp_path / "grid.svg"
    told = grid("draw", "--out", path, "--json")
    assert told.json == {"files": [str(path)]}
    assert ET.parse(path).getroot().tag.endswith("svg")  # noqa: S314  # our own file
    assert str(path) in grid("draw", "--out", path).err.replace("\n", "")
