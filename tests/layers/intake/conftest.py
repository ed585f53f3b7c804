"""Imports into a database of the test's own, and files made on the spot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import Engine, text

from layers.intake.request import ImportRequest, ImportResult, Watch
from layers.intake.run import run_import

Importer = Callable[..., ImportResult]
Maker = Callable[..., Path]
Asker = Callable[[str], list[tuple[Any, ...]]]

SILENT = Watch(lambda done, total: None, lambda: None)


@pytest.fixture
def bring(engine: Engine) -> Importer:
    """Import files: ``bring("parcels", path, replace=True)``."""

    def run(layer: str, *files: Path, **options: Any) -> ImportResult:
        return run_import(engine, ImportRequest(layer, files, **options), SILENT)

    return run


@pytest.fixture
def ask(engine: Engine) -> Asker:
    """Ask the database."""

    def run(statement: str) -> list[tuple[Any, ...]]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    return run


@pytest.fixture
def write(tmp_path: Path) -> Maker:
    """Write a file: ``write("a.gpkg", columns, geometry, crs="EPSG:4547")``, or a CSV without geometry."""

    def run(
        name: str,
        columns: dict[str, Sequence[Any]],
        geometry: Sequence[shapely.Geometry | None] | None = None,
        crs: str | None = "EPSG:4326",
        encoding: str = "utf-8",
    ) -> Path:
        path = tmp_path / name
        if geometry is not None:
            gpd.GeoDataFrame(columns, geometry=list(geometry), crs=crs).to_file(path, engine="pyogrio")
            return path
        lines = [",".join(columns)]
        lines += [
            ",".join("" if v is None else str(v) for v in row) for row in zip(*columns.values(), strict=True)
        ]
        path.write_text("\n".join(lines) + "\n", encoding=encoding)
        return path

    return run


@pytest.fixture
def checks() -> Callable[[ImportResult], dict[str, list[str]]]:
    """Give the findings of an import as check -> messages."""

    def run(result: ImportResult) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for finding in result.findings:
            found.setdefault(finding.check, []).append(finding.message)
            assert finding.repair, f"{finding.check} says no repair"
        return found

    return run
