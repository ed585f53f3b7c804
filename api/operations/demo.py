"""The demo district: loaded by the same importers as anyone's data, checked, screened and published."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from api.operations.capacity import parameters_from
from api.operations.checks import check_grid
from api.operations.corridors import BuildWatch
from api.operations.editions import Request, publish_edition, shelf
from api.operations.files import whole_file
from api.operations.imports import import_files
from api.operations.notice import notice_page
from api.operations.overview import write_overview
from api.operations.screening import Screened, ScreenRequest, data_day, screen_parcels
from api.operations.screening_files import DRAWN, Caption, write_screening, zone_map
from api.operations.siting import Asked, Ground, Place, assess_place, ground
from api.operations.sources import attribution
from gis.editions.disclosure import default_settings
from gis.editions.header import Edition
from gis.errors import ConflictError
from gis.findings import Finding, Severity, count
from gis.siting.classes import SiteClass
from gis.siting.question import Question
from layers.demo import DemoFile, read_demo, write_demo
from layers.editions.files import folder_of
from layers.editions.publish import PublishWatch
from layers.intake.request import ImportRequest, ImportResult, Watch
from layers.queries.batches import BatchSource, holds_other_data, sources_of
from maps.notice import notice_pdf

DEMO_DAY: Final = date(2026, 11, 21)
"""The day the demo's readings and claims are judged on, so that it tells the same story every year."""

_ZONE_MAP: Final = "demo-zone-map.html"
_NOTICES: Final = "demo-notice-"


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
    shown
        The edition and the files of the screening; None where findings of severity error are open.
    """

    imports: tuple[ImportResult, ...]
    findings: tuple[Finding, ...]
    drawing: Path
    shown: DemoShown | None


@dataclass(frozen=True, slots=True)
class DemoShown:
    """What there is to look at.

    Attributes
    ----------
    edition
        The newest edition that holds a screening.
    folder
        Of its files; index.html leads to them.
    zone_map
        The zone map as planners see it.
    notice
        The notice of a parcel that can be connected at once.
    parcel
        Id of that parcel.
    """

    edition: Edition
    folder: Path
    zone_map: Path
    notice: Path
    parcel: str


def load_demo(
    engine: Engine,
    home: Path,
    watching: Callable[[str], AbstractContextManager[Watch]],
    say: Callable[[str], None],
) -> DemoReport:
    """Write, import, check, draw, screen and publish the demo district; what is there already stays.

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
    shown = None if count(findings)[Severity.ERROR] else _there(engine, home) or _show(engine, home, say)
    return DemoReport(imports, findings, drawing, shown)


def _there(engine: Engine, home: Path) -> DemoShown | None:
    """Return what an earlier demo made, None where some of it is missing."""
    edition, drawn = _screened_edition(engine), home / _ZONE_MAP
    notices = sorted(home.glob(f"{_NOTICES}*.pdf"))
    if edition is None or not drawn.is_file() or not notices:
        return None
    parcel = notices[0].stem.removeprefix(_NOTICES)
    return DemoShown(edition, folder_of(home, edition), drawn, notices[0], parcel)


def _screened_edition(engine: Engine) -> Edition | None:
    held = [each for each in shelf(engine, DEMO_DAY).editions if "screening" in each.facts]
    return held[-1] if held else None


def _show(engine: Engine, home: Path, say: Callable[[str], None]) -> DemoShown:
    """Screen, publish and draw."""
    say("building the corridors")
    shared = ground(engine, home, BuildWatch(lambda _: None, lambda: say("another build is running")))
    say("screening every parcel with its own load")
    question = Question.of(DEMO_DAY)
    asked = ScreenRequest(question, None, None, parameters_from(None))
    done = screen_parcels(engine, shared, asked, lambda _: None)
    edition = _screened_edition(engine)
    if edition is None:
        say("publishing an edition")
        request = Request(DEMO_DAY, note="演示期次 / demo edition")
        silent = PublishWatch(lambda _: None, lambda: None)
        edition = publish_edition(engine, home, request, DEMO_DAY, silent).edition
    say("drawing the zone map and a notice")
    drawn = home / _ZONE_MAP
    caption = Caption(data_day(shared.readings["capacity"], DEMO_DAY), None, default_settings())
    write_screening(done.shown(), (drawn,), "zh", lambda: zone_map(engine, done.shown(), caption))
    parcel = _good_parcel(done)
    notice = home / f"{_NOTICES}{parcel}.pdf"
    _write_notice(engine, shared, question, parcel, notice)
    return DemoShown(edition, folder_of(home, edition), drawn, notice, parcel)


def _good_parcel(done: Screened) -> str:
    """Return the parcel of the largest load among those that can be connected at once and are published."""
    rows, important = done.screening.rows, done.screening.sites.important
    best = rows[(rows["class"] == SiteClass.PLUG_AND_PLAY).to_numpy() & (important != True)]  # noqa: E712  # None is no true one
    ordered = best.sort_values(["load_kva", "parcel_id"], ascending=[False, True], kind="stable")
    return str(ordered["parcel_id"].iloc[0])


def _write_notice(engine: Engine, shared: Ground, question: Question, parcel: str, file: Path) -> None:
    desk = shared.live(DEMO_DAY, parameters_from(None))
    answered = assess_place(shared, desk, Asked(Place(parcel=parcel), None, None, question), public=False)
    named = attribution(engine, DRAWN)
    page = notice_page(engine, answered, "zh", requested_on=DEMO_DAY, attribution=named)
    with whole_file(file, ".pdf") as part:
        part.write_bytes(notice_pdf(page, "zh"))


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
