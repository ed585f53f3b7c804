"""Check the database's grid and write the findings."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from gis.errors import InputError
from gis.findings import Finding, Severity, in_order
from gis.network.check import check
from gis.network.findings_frame import as_frame
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
        Where the file name does not end in .gpkg.
    """
    if path.suffix.lower() != ".gpkg":
        raise InputError(
            f"findings are written as GeoPackage, not {path.suffix!r}", repair="--out findings.gpkg"
        )
    path.unlink(missing_ok=True)
    as_frame(findings).to_file(path, layer="findings", driver="GPKG")
