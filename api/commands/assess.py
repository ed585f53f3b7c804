"""``kaimen assess``: what a parcel, a point or a drawn polygon can be connected to."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from api.bounds import MAX_VERTICES
from api.clock import today
from api.commands.build import stages
from api.commands.claims import day_of
from api.commands.siting_options import facts_given, load_given, question_options, table_from
from api.commands.terminal import answer, json_option, language_option, say
from api.operations.capacity import parameters_from
from api.operations.database import connected
from api.operations.files import refuse_endings, settings_text, whole_file
from api.operations.notice import notice_page
from api.operations.screening_files import DRAWN
from api.operations.siting import Asked, Place, assess_place, ground, shape_from_geojson
from api.operations.sources import attribution
from api.settings import Settings
from gis.errors import Faults
from gis.figures import figure, fixed, short
from gis.policy.words import words as policy_words
from gis.siting.answer import assessment_as_json
from gis.siting.question import Question, require_policy
from gis.siting.words import words
from gis.words import Language
from maps.notice import notice_html, notice_pdf, notice_png

_ENDINGS = (".pdf", ".png", ".html")


@click.command(help="Assess a site: options with routes, decisions and dates, and what does not fit.")
@click.option("--parcel", metavar="ID", help="A parcel, by id or name.")
@click.option("--at", metavar="LON,LAT", help="A point, degrees.")
@click.option(
    "--geometry",
    "drawn",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="GeoJSON with one polygon or point, degrees.",
)
@question_options
@click.option("--supplies", type=click.IntRange(1, 2), help="2 for two supplies that are independent.")
@click.option(
    "--out",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the one-page notice with its map; ends in .pdf, .png or .html.",
)
@language_option("Of the words.")
@json_option
@click.pass_obj
def assess(  # noqa: PLR0913  # the options of one command
    settings: Settings,
    /,
    *,
    parcel: str | None,
    at: str | None,
    drawn: Path | None,
    load_kva: float | None,
    load_kw: float | None,
    power_factor: float | None,
    on: datetime | None,
    jurisdiction: str | None,
    k: int,
    limit_m: float,
    facts: tuple[str, ...],
    parameter_file: Path | None,
    load_file: Path | None,
    supplies: int | None,
    files: tuple[Path, ...],
    language: Language,
    as_json: bool,
) -> None:
    """Assess a site."""
    refuse_endings(files, _ENDINGS, "a notice")
    table, parameters = table_from(load_file), parameters_from(parameter_file)
    day = day_of(on) or today()
    faults = Faults()
    with faults:
        place = _place(parcel, at, drawn)
    with faults:
        load = load_given(load_kva, load_kw, power_factor, table)
    with faults:
        question = Question.of(day, k=k, limit_m=limit_m, supplies=supplies, facts=facts_given(facts))
    with faults:
        require_policy(jurisdiction)
    faults.refuse()
    asked = Asked(place, load, jurisdiction, question)
    with connected(settings) as engine:
        with stages() as shown:
            shared = ground(engine, settings.home.absolute(), shown.watch, table)
            shown.tell("Looking for routes")
            answered = assess_place(shared, shared.live(day, parameters), asked, public=False)
        page = (
            notice_page(
                engine, answered, language, requested_on=today(), attribution=attribution(engine, DRAWN)
            )
            if files
            else None
        )
    told = assessment_as_json(answered.assessment, answered.desk, language)
    for file in files:
        if page is not None:
            with whole_file(file, file.suffix.lower()) as part:
                part.write_bytes(_written(file.suffix.lower(), page, language))
    if as_json:
        answer(told)
    else:
        _tell(told, language)
        for file in files:
            say(words("said.notice")[language].format(file=file))


def _written(suffix: str, page: Any, language: Language) -> bytes:  # noqa: ANN401  # a NoticePage
    if suffix == ".pdf":
        return notice_pdf(page, language)
    return notice_png(page, language) if suffix == ".png" else notice_html(page, language).encode()


def _place(parcel: str | None, at: str | None, drawn: Path | None) -> Place:
    if sum(each is not None for each in (parcel, at, drawn)) != 1:
        raise click.UsageError("name the place by --parcel ID, --at LON,LAT or --geometry FILE, one of them")
    if parcel is not None:
        return Place(parcel=parcel)
    return Place(shape=_point(at) if at is not None else shape_from_geojson(_text(drawn), MAX_VERTICES))


def _text(drawn: Path | None) -> str:
    return "" if drawn is None else settings_text(drawn)


def _point(at: str) -> BaseGeometry:
    parts = at.split(",")
    try:
        lon, lat = (float(each) for each in parts)
    except ValueError as fault:
        raise click.UsageError(f"--at {at!r} is not LON,LAT in degrees, such as 114.31,30.52") from fault
    if not (abs(lon) <= 180.0 and abs(lat) <= 90.0):  # noqa: PLR2004  # degrees; also refuses nan
        raise click.UsageError(f"--at {at!r} lies outside of the world; write longitude, then latitude")
    return Point(lon, lat)


def _tell(told: dict[str, Any], language: Language) -> None:
    site = told["parcel_name"] or told["parcel_id"] or words("site.drawn")[language]
    kva, kw = told["load_kva"], told["load_kw"]
    load = "?" if kva is None else f"{short(kva)} kVA ({figure(kw)} kW)"
    meaning = told["words"]
    click.echo(f"{site}  {load}  {told['on']}  {told['jurisdiction'] or '-'}")
    failed = "" if told["failed_test"] is None else f"  ({meaning[told['failed_test']]})"
    click.echo(f"{meaning[told['class']]}{failed}\n")
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    if told["options"]:
        console.print(_options(told, language))
        _tell_decision(told["options"][0]["decision"], language)
    if told["rejected"]:
        click.echo("\n" + words("heading.rejected")[language])
        for each in told["rejected"]:
            click.echo(f"  {each['asset_name'] or '-'}  {each['detail']}")
    shown = [each for option in told["options"] for each in (option, option.get("second")) if each]
    codes = [*told["warnings"], *(code for each in shown for code in each["warnings"])]
    for code in dict.fromkeys(codes):
        say(f"! {meaning[code]}")


def _options(told: dict[str, Any], language: Language) -> Table:
    table = Table()
    table.add_column("#", justify="right")
    for key in ("label.asset", "column.length", "column.crossed", "column.open", "column.procedure"):
        left = key in ("label.asset", "column.procedure")
        table.add_column(words(key)[language], justify="left" if left else "right")
    for option in told["options"]:
        for each in (option, option.get("second")):
            if each is None:
                continue
            route, decision = each["route"], each["decision"]
            procedure = decision["approval"]["procedure"]
            table.add_row(
                str(option["rank"]),
                Text(each["asset_name"]),  # as it is: brackets in it are no markup
                fixed(route["length_m"]),
                f"{fixed(route['crossing_m'])} ({route['crossing_count']})",
                fixed(each["open_capacity_kva"]),
                "-" if procedure is None else policy_words(f"procedure.{procedure}")[language],
            )
    return table


def _tell_decision(decision: dict[str, Any], language: Language) -> None:
    for part in ("approval", "supply", "stages", "time_limits", "documents", "investment"):
        cited = ", ".join(each["clause"] for each in decision[part]["citations"])
        kind = policy_words(f"kind.{decision[part]['kind']}")[language]
        click.echo(f"  {policy_words(f'part.{part}')[language]}: {kind}" + (f" [{cited}]" if cited else ""))
