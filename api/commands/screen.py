"""``kaimen screen``: every parcel with its class and options, the zone map, the files for planners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.clock import today
from api.commands.build import stages
from api.commands.claims import day_of
from api.commands.siting_options import facts_given, load_given, question_options, table_from
from api.commands.terminal import answer, json_option, language_option, say
from api.operations.capacity import parameters_from
from api.operations.database import connected
from api.operations.screening import Screened, ScreenRequest, data_day, screen_parcels
from api.operations.screening_files import Caption, require_endings, write_screening, zone_map
from api.operations.siting import ground
from api.settings import Settings
from gis.editions.disclosure import default_settings
from gis.errors import Faults
from gis.figures import fixed
from gis.siting.classes import SiteClass
from gis.siting.question import Question, require_policy
from gis.siting.words import words, words_of_test
from gis.words import Language

_WIDTH: Final = 130
"""Letters of a line that no figure of a table is cut at, however narrow the terminal."""


@click.command(help="Screen every parcel: class, options, the one test that failed, zones.")
@question_options
@click.option("--planned", is_flag=True, help="Each parcel's own load, stated or by land use: the default.")
@click.option(
    "--out",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A table (.csv .gpkg .geojson .parquet) or the zone map (.html .svg .pdf .png).",
)
@language_option("Of the words and the maps.")
@json_option
@click.pass_obj
def screen(  # noqa: PLR0913  # the options of one command
    settings: Settings,
    /,
    *,
    load_kva: float | None,
    load_kw: float | None,
    power_factor: float | None,
    planned: bool,
    on: datetime | None,
    jurisdiction: str | None,
    k: int,
    limit_m: float,
    facts: tuple[str, ...],
    parameter_file: Path | None,
    load_file: Path | None,
    files: tuple[Path, ...],
    language: Language,
    as_json: bool,
) -> None:
    """Screen every parcel."""
    require_endings(files)
    table, parameters = table_from(load_file), parameters_from(parameter_file)
    faults = Faults()
    with faults:
        load = load_given(load_kva, load_kw, power_factor, table)
    if planned and (load_kva is not None or load_kw is not None):
        raise click.UsageError("--planned asks for each parcel's own load, and a load for all is given")
    day = day_of(on) or today()
    with faults:
        question = Question.of(day, k=k, limit_m=limit_m, facts=facts_given(facts))
    with faults:
        require_policy(jurisdiction)
    faults.refuse()
    request = ScreenRequest(question, load, jurisdiction, parameters)
    with connected(settings) as engine, stages() as shown:
        shared = ground(engine, settings.home.absolute(), shown.watch, table)
        done = screen_parcels(engine, shared, request, shown.watch.step)
        if files:
            shown.tell("Writing the files")
            data_date, number = data_day(shared.readings["capacity"], day), settings.map_number
            caption = Caption(data_date, None, default_settings(), number)
            write_screening(done.shown(), files, language, lambda: zone_map(engine, done.shown(), caption))
    if as_json:
        answer(_as_json(done, files))
    else:
        _tell(done, files, language)


def _as_json(done: Screened, files: tuple[Path, ...]) -> dict[str, object]:
    summary = done.run.summary
    return {
        "run_id": done.run.id,
        "parcels": done.run.rows,
        "by_class": summary["by_class"],
        "area_ha_by_class": summary["area_ha"],
        "load_kva_by_class": summary["load_kva"],
        "by_failed_test": summary["by_test"],
        "by_town": summary["by_town"],
        "seconds": round(done.seconds, 3),
        "repeated": done.repeated,
        "sha256": done.run.sha256,
        "files": [str(each) for each in files],
    }


def town_table(by_town: Sequence[Mapping[str, Any]], language: Language) -> Table:
    """Return the parcels, their area, load and classes by town (乡镇街道)."""
    table = Table(box=SIMPLE, pad_edge=False)
    classes = [words(f"class.{each.value}")[language] for each in SiteClass]
    table.add_column(words("town")[language], overflow="fold")
    for name in (words("column.parcels")[language], "ha", "MVA", *classes):
        table.add_column(name, justify="right", no_wrap=True)
    for each in by_town:
        counts = [f"{each['by_class'][kind.value]:,}" for kind in SiteClass]
        # A name from data is text, not markup.
        named = Text(each["town"] or words("town.none")[language])
        figures = (f"{each['parcels']:,}", fixed(each["area_ha"]), fixed(each["load_kva"] / 1000))
        table.add_row(named, *figures, *counts)
    return table


def _tell(done: Screened, files: tuple[Path, ...], language: Language) -> None:
    summary = done.run.summary
    table = Table()
    for name in ("", words("column.parcels")[language], "ha", "MVA"):
        table.add_column(name, justify="right" if name else "left")
    for name, count in summary["by_class"].items():
        area, load = summary["area_ha"][name], summary["load_kva"][name]
        table.add_row(words(f"class.{name}")[language], f"{count:,}", fixed(area), fixed(load / 1000))
    console = Console(highlight=False)
    console.width = max(console.width, _WIDTH)
    console.print(table)
    if any(each["town"] for each in summary["by_town"]):
        console.print(town_table(summary["by_town"], language))
    for test, count in sorted(summary["by_test"].items(), key=lambda each: -each[1]):
        click.echo(f"  {count:7,}  {words_of_test(test)[language]}")
    state = words("said.repeated" if done.repeated else "said.stored")[language]
    say(state.format(run=done.run.id, n=f"{done.run.rows:,}", s=f"{done.seconds:.1f}"))
    for file in files:
        say(words("said.written")[language].format(file=file))
