"""Check the database's grid and write the findings."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from api.operations.files import whole_file
from gis.findings import Finding, Severity, in_order
from gis.network.check import check
from gis.network.findings_frame import as_frame
from layers.gdal_writing import written_by_gdal
from layers.queries.grid import read_grid


def check_grid(engine: Engine, on: date, severity: Severity | None = None) -> list[Finding]:
    """Return the findings on a day, errors first.

    Parameters
    ----------
    engine
        The database.
    on
        The day asked; decides what is stale and what lies in the future.
    severity
        Only findings of this severity.
    """
    findings = check(read_grid(engine), on)
    return [finding for finding in in_order(findings) if severity in {None, finding.severity}]


def write_findings(findings: list[Finding], path: Path) -> None:
    """Write findings as GeoPackage for QGIS, points where they have a place.

    Raises
    ------
    InputError
        Where the file name does not end in .gpkg, or the file cannot be written.
    """
    with whole_file(path, ".gpkg") as part, written_by_gdal(path):
        as_frame(findings).to_file(part, layer="findings", driver="GPKG")
