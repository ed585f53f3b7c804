"""The demo district: written as files, then loaded by the same importers as anyone's data."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from api.operations.checks import check_grid
from api.operations.editions import Request, publish_edition, shelf
from api.operations.imports import import_files
from api.operations.overview import write_overview
from gis.editions.header import Edition
from gis.errors import ConflictError
from gis.findings import Finding, Severity, count
from layers.demo import DemoFile, read_demo, write_demo
from layers.editions.publish import PublishWatch
from layers.intake.request import ImportRequest, ImportResult, Watch
from layers.queries.batches import BatchSource, holds_other_data, sources_of

DEMO_DAY = date(2026, 11, 21)
"""The day the demo's readings and claims are judged on, so that it tells the same story every year."""


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the demo found.

    Attributes
    ----------
    imports
        What each file brought; empty where the district was loaded already.
    findings
        Of the whole grid.
    drawing
        The district drawn.
    edition
        The newest edition; the demo publishes the first. None where findings of severity error are open.
    """

    imports: tuple[ImportResult, ...]
    findings: tuple[Finding, ...]
    drawing: Path
    edition: Edition | None


def load_demo(
    engine: Engine,
    home: Path,
    watching: Callable[[str], AbstractContextManager[Watch]],
    say: Callable[[str], None],
) -> DemoReport:
    """Write, import, check, draw and publish the demo district.

    Raises
    ------
    ConflictError
        Where the database holds data that is not the demo's.
    """
    if holds_other_data(engine):
        raise ConflictError(
            "the database holds data of your own, which the demo would mix with",
            repair="give the demo a home of its own: KAIMEN_HOME=/tmp/kaimen-demo ./dev demo",
        )
    files = read_demo(home / "demo") or write_demo(home / "demo", progress=say)
    known = sources_of(engine)
    imports = tuple(_import(engine, file, watching) for file in files if _source(file) not in known)
    findings = tuple(check_grid(engine, DEMO_DAY))
    drawing = home / "demo-district.svg"
    write_overview(engine, drawing)
    return DemoReport(imports, findings, drawing, _edition(engine, home, findings, say))


def _edition(
    engine: Engine, home: Path, findings: tuple[Finding, ...], say: Callable[[str], None]
) -> Edition | None:
    """Return the newest edition, published now where there is none."""
    there = shelf(engine, DEMO_DAY).editions
    if there:
        return there[-1]
    if count(findings)[Severity.ERROR]:
        return None
    say("publishing an edition")
    request = Request(DEMO_DAY, note="演示期次 / demo edition")
    silent = PublishWatch(lambda _: None, lambda: None)
    return publish_edition(engine, home, request, DEMO_DAY, silent).edition


def _source(file: DemoFile) -> BatchSource:
    return BatchSource(file.layer, file.files[0].name, file.options.get("layer_name"))


def _import(
    engine: Engine, file: DemoFile, watching: Callable[[str], AbstractContextManager[Watch]]
) -> ImportResult:
    options = dict(file.options)
    noding = options.pop("noding", "crossings")
    request = ImportRequest(
        layer=file.layer,
        files=file.files,
        crs=options.pop("crs", None),
        encoding=options.pop("encoding", None),
        layer_name=options.pop("layer_name", None),
        noding="shared" if noding == "shared" else "crossings",
        demo=True,
    )
    if options:
        raise ValueError(f"the demo asks for unknown options: {options}")
    with watching(f"import {file.layer}") as watch:
        return import_files(engine, request, watch)
