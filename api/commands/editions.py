"""``kaimen publish`` and ``kaimen editions``: the disclosure, frozen and proved."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.clock import today
from api.commands.terminal import answer, json_option, language_option, say, words
from api.operations.database import connected
from api.operations.editions import (
    Request,
    diff_editions,
    edition_as_json,
    export_edition,
    files_of,
    find_edition,
    publish_edition,
    shelf,
    shelf_as_json,
    verify_editions,
)
from api.operations.files import whole_file
from api.settings import Settings
from gis.capacity.words import Language
from gis.editions.diff import Diff
from gis.editions.header import Edition, overdue_days
from gis.errors import InputError
from gis.figures import fixed
from layers.editions.publish import Publication, PublishWatch
from maps.edition_page import diff_page

_SHOWN = 200
_FILE = click.Path(path_type=Path)


@click.command(help="Publish an edition: freeze the open capacity as it is on a day, for ever.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day, not one to come; today in Asia/Shanghai by default.",
)
@click.option("--note", metavar="TEXT", help="Words that stand in the edition.")
@click.option("--corrects", metavar="ID", help="The edition that this one corrects.")
@click.option(
    "--parameters", type=_FILE, metavar="FILE", help="Your own parameters of the open capacity, TOML."
)
@click.option("--settings", "disclosure", type=_FILE, metavar="FILE", help="Your own settings, TOML.")
@json_option
@click.pass_obj
def publish(  # the options of one command
    settings: Settings,
    *,
    as_of: datetime | None,
    note: str | None,
    corrects: str | None,
    parameters: Path | None,
    disclosure: Path | None,
    as_json: bool,
) -> None:
    """Publish an edition."""
    day = today()
    asked = as_of.date() if as_of else day
    request = Request(asked, note, corrects, parameters, disclosure, settings.map_number)
    home = settings.home.absolute()
    with connected(settings) as engine, publishing() as watch:
        done = publish_edition(engine, home, request, day, watch)
    if as_json:
        answer(published_json(home, done))
    else:
        tell_published(home, done)


@contextmanager
def publishing() -> Iterator[PublishWatch]:
    """Show the stages of a publication while it runs."""
    with words.status("Publishing") as status:
        yield PublishWatch(
            status.update,
            lambda: say("Another publication is running; this one starts when it ends."),
        )


def published_json(home: Path, done: Publication) -> dict[str, Any]:
    """Return what was published as the command line prints it."""
    edition = done.edition
    return {
        "edition_id": edition.id,
        "as_of": edition.as_of.isoformat(),
        "rows": edition.rows,
        "withheld": sum(edition.withheld.values()),
        "withheld_by_reason": edition.withheld,
        "sha256": edition.sha256,
        "previous": edition.previous,
        "previous_sha256": edition.previous_sha256,
        "next_due": edition.next_due.isoformat(),
        "screening": edition.facts.get("screening"),
        "warnings": [] if done.unscreened is None else [done.unscreened],
        "files": [str(path) for path in files_of(home, edition)],
    }


def tell_published(home: Path, done: Publication) -> None:
    """Say what was published."""
    edition = done.edition
    held = sum(edition.withheld.values())
    click.echo(f"Edition {edition.id} as of {edition.as_of}: {edition.rows:,} assets, {held:,} withheld")
    click.echo(f"  sha256    {edition.sha256}")
    click.echo(f"  previous  {edition.previous or 'none, it is the first'}")
    click.echo(f"  next due  {edition.next_due}")
    screening = edition.facts.get("screening")
    if screening is not None:
        number, hidden = screening["parcels"]["rows"], screening["withheld"]
        click.echo(f"  zone map  {number:,} parcels of screening {screening['run_id']}, {hidden:,} withheld")
    click.echo(f"  files     {done.folder} ({len(files_of(home, edition))}); begin with index.html")
    if done.unscreened is not None:
        say(f"{done.unscreened[0].upper()}{done.unscreened[1:]}")


@click.group("editions", help="Look at the published editions, compare and prove them.")
def editions() -> None:
    """Group the commands of editions."""


@editions.command("list", help="List the editions, and say when the next one is due.")
@json_option
@click.pass_obj
def list_(settings: Settings, as_json: bool) -> None:
    """List the editions."""
    day = today()
    with connected(settings) as engine:
        found = shelf(engine, day)
    newest = found.editions[-1] if found.editions else None
    if as_json:
        answer(shelf_as_json(found))
        return
    for each in found.editions:
        marks = f"  corrects {each.corrects}" if each.corrects else ""
        noted = f"  {each.note}" if each.note else ""
        click.echo(
            f"{each.id:12} as of {each.as_of}  {each.rows:9,} assets  {each.sha256[:12]}{marks}{noted}"
        )
    _say_due(newest, day)


def _say_due(newest: Edition | None, day: date) -> None:
    if newest is None:
        say("No edition is published yet: kaimen publish")
        return
    late = overdue_days(newest, day)
    state = f"overdue by {late} days" if late else f"in {(newest.next_due - day).days} days"
    say(f"The next edition is due by {newest.next_due} ({state}).")


@editions.command("show", help="Show the header of an edition.")
@click.argument("edition_id", metavar="ID")
@json_option
@click.pass_obj
def show(settings: Settings, edition_id: str, as_json: bool) -> None:
    """Show an edition."""
    day, home = today(), settings.home.absolute()
    with connected(settings) as engine:
        edition = find_edition(engine, edition_id)
        known = shelf(engine, day)
    newest = known.editions[-1]
    if as_json:
        stored = {"stored_files": [str(path) for path in files_of(home, edition)]}
        answer(edition_as_json(edition, known) | stored)
        return
    document = edition.document()
    for key in ("edition_id", "as_of", "created_at", "note", "corrects", "previous", "rows"):
        click.echo(f"{key:16} {'-' if document[key] is None else document[key]}")
    for reason, number in edition.withheld.items():
        click.echo(f"{'withheld':16} {number:,} {reason}")
    parameters = edition.facts["parameters"]
    click.echo(
        f"{'parameters':16} {parameters['name']} {parameters['version']}, {edition.facts['disclosed']}"
    )
    click.echo(f"{'sha256':16} {edition.sha256}")
    for each in edition.facts["files"]:
        click.echo(f"{'file':16} {each['name']}  {each['sha256']}")
    if edition.id == newest.id:
        _say_due(newest, day)


@editions.command("diff", help="Say what differs between two editions, and why.")
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv", "page"]), help="By the file, else a table."
)
@click.option("--out", type=_FILE, metavar="FILE", help="Write it into a .json, .csv or .html file.")
@language_option("Of the page.")
@json_option
@click.pass_obj
def diff(  # the options of one command
    settings: Settings,
    *,
    one: str,
    other: str,
    form: str | None,
    out: Path | None,
    language: Language,
    as_json: bool,
) -> None:
    """Compare two editions."""
    chosen = _form("json" if as_json and out is None else form, out)
    with connected(settings) as engine:
        found = diff_editions(engine, one, other)
    if out is not None:
        with whole_file(out, out.suffix.lower()) as part:
            part.write_text(_as_text(found, chosen, language), encoding="utf-8", newline="")
        if as_json:
            answer({"from": found.one.id, "to": found.other.id, "files": [str(out)]})
        else:
            say(f"{len(found):,} changes are in {out}")
    elif chosen == "table":
        _show_diff(found)
    elif chosen == "json":
        answer(found.as_json())
    else:
        click.echo(_as_text(found, chosen, language), nl=False)


_BY_SUFFIX = {".json": "json", ".csv": "csv", ".html": "page"}


def _form(form: str | None, out: Path | None) -> str:
    if out is None:
        return form or "table"
    of_file = _BY_SUFFIX.get(out.suffix.lower())
    if of_file is None or form not in {None, of_file}:
        raise InputError(
            f"{out} is no file for a comparison" + (f" as {form}" if form else ""),
            repair="end its name in .json, .csv or .html (--format page)",
        )
    return of_file


def _as_text(found: Diff, form: str, language: Language) -> str:
    if form == "page":
        return diff_page(found, language)
    if form == "json":
        return json.dumps(found.as_json(), ensure_ascii=False) + "\n"
    made = io.StringIO()
    made.write("\ufeff")
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(["asset_id", "name", "field", "before", "after", "reason", "also"])
    for thing in found.added:
        back = "no_longer_withheld" if thing in set(found.no_longer_withheld) else "added"
        writer.writerow([thing, "", "", "", "", back, ""])
    for thing in found.removed:
        gone = "withheld" if thing in set(found.withheld) else "removed"
        writer.writerow([thing, "", "", "", "", gone, ""])
    for each in found.changes():
        also = " ".join(each.also)
        writer.writerow([each.asset_id, each.name, each.field, each.before, each.after, each.reason, also])
    return made.getvalue()


def _show_diff(found: Diff) -> None:
    for head, ids in (("added", found.added), ("removed", found.removed)):
        if ids:
            more = f" … and {len(ids) - _SHOWN:,} more" if len(ids) > _SHOWN else ""
            click.echo(f"{head}: {', '.join(ids[:_SHOWN])}{more}")
    table = Table(show_lines=False)
    for name in ("asset", "field", "before", "after", "reason"):
        table.add_column(name, overflow="fold")
    for each in found.changes(_SHOWN):
        cells = (each.asset_id, each.field, _cell(each.before), _cell(each.after), str(each.reason))
        table.add_row(*(Text(cell) for cell in cells))
    if len(found):
        Console(width=None if sys.stdout.isatty() else 120).print(table)
    for cause, number in found.by_reason().items():
        say(f"{number:8,} {cause}: {cause.en}")
    if len(found) > _SHOWN:
        say(f"… and {len(found) - _SHOWN:,} more; --format csv or json tells them all")


def _cell(value: object) -> str:
    return "-" if value is None else fixed(value) if isinstance(value, float) else str(value)


@editions.command("verify", help="Take every hash anew, and name the first broken link.")
@click.argument("edition_id", metavar="[ID]", required=False)
@json_option
@click.pass_context
def verify(context: click.Context, edition_id: str | None, as_json: bool) -> None:
    """Prove the editions."""
    settings: Settings = context.obj
    home = settings.home.absolute()
    with connected(settings) as engine, words.status("Verifying") as status:
        verdict = verify_editions(engine, home, edition_id, lambda each: status.update(f"Verifying {each}"))
    broken = verdict.first_broken
    if as_json:
        first = None if broken is None else {"edition_id": broken.edition_id, "what": broken.what}
        answer(
            {
                "ok": broken is None,
                "editions": verdict.editions,
                "first_broken": first,
                "without_files": list(verdict.without_files),
            }
        )
    if broken is not None:
        say(f"Edition {broken.edition_id} is broken: {broken.what}")
        context.exit(1)
    if not as_json:
        many = f"{verdict.editions:,} editions are as they were published"
        click.echo("1 edition is as it was published" if verdict.editions == 1 else many)
    if verdict.without_files:
        say(f"Files lie elsewhere or are gone: {', '.join(verdict.without_files)} (export makes them anew)")


@editions.command(
    "export",
    help="Write a file of an edition: .csv .xlsx .geojson .gpkg .parquet .jsonl .json .html .pdf .png, or by"
    " its whole name, as parcels.csv",
)
@click.argument("edition_id", metavar="ID")
@click.option("--out", type=_FILE, required=True, metavar="FILE", help="Its ending says which file.")
@language_option("Headers of a .csv; without it .csv is the Chinese file and .en.csv the English one.", None)
@json_option
@click.pass_obj
def export(
    settings: Settings, *, edition_id: str, out: Path, language: Language | None, as_json: bool
) -> None:
    """Write a file of an edition."""
    home = settings.home.absolute()
    with connected(settings) as engine:
        done = export_edition(engine, home, edition_id, out, english=language == "en")
    if as_json:
        files = [str(done.file)]
        answer(
            {
                "edition_id": edition_id,
                "files": files,
                "sha256": done.sha256,
                "as_published": done.as_published,
            }
        )
        return
    say(f"{done.file} holds edition {edition_id}")
    if not done.as_published:
        say("Its bytes differ from the published file: it was made anew, by other versions of libraries.")
