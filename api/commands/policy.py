"""``kaimen policy``: what the policies say, and what they decide for given facts."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from api.commands.terminal import answer, json_option, language_option, padded, say
from api.operations.policy import (
    Decided,
    decide_on,
    every_jurisdiction,
    facts_from_text,
    own_calendar,
)
from gis.errors import SourceError
from gis.policy.answer import decision_as_json
from gis.policy.load import one_jurisdiction
from gis.policy.model import Jurisdiction
from gis.policy.notice import Line, document_line, notice
from gis.policy.review import jurisdiction_as_json, review, summary
from gis.policy.timeline import bar_as_json
from gis.policy.words import words
from gis.words import Language

_LABEL_CELLS = 34
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("policy", help="Which policies there are, what they say, what they decide.")
def policy() -> None:
    """Group the commands of policies."""


@policy.command("list", help="List the jurisdictions with their documents and the days on which they change.")
@language_option("Language of the words.")
@json_option
def list_(language: Language, as_json: bool) -> None:
    """List the jurisdictions."""
    found = every_jurisdiction()
    if as_json:
        answer({"jurisdictions": [summary(each, language) for each in found]})
        return
    for each in found:
        click.echo(f"{each.id:20}{each.name[language]}")
        click.echo(f"{'':20}{document_line(each, language)}")
        click.echo(f"{'':20}{words('review.from')[language]} {', '.join(map(str, each.changes))}")


@policy.command(
    "show", help="Show every value of a jurisdiction: where it holds, since when, by which clause."
)
@click.argument("identity", metavar="ID")
@language_option("Language of the words.")
@json_option
def show(identity: str, language: Language, as_json: bool) -> None:
    """Show a jurisdiction."""
    jurisdiction = one_jurisdiction(identity)
    if as_json:
        answer(jurisdiction_as_json(jurisdiction, language))
    else:
        _show(jurisdiction, language)


@policy.command("decide", help="Decide for facts on a day: procedure, supply, stages, limits, papers, costs.")
@click.option("--jurisdiction", "identity", required=True, metavar="ID", help="Whose policy.")
@click.option("--on", type=_DAY, required=True, help="Day whose policy counts.")
@click.option(
    "--facts", required=True, metavar="FILE|-", help="JSON object of the facts; - is standard input."
)
@click.option("--start", type=_DAY, help="Day of the application; the day asked by default.")
@click.option(
    "--calendar",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="Days of rest and work of years that are not known: date,kind.",
)
@click.option(
    "--shared",
    multiple=True,
    metavar="PAPER",
    help="A paper that is held or shared already, such as identity.",
)
@language_option("Language of the words.")
@json_option
def decide(  # the options of one command
    *,
    identity: str,
    on: datetime,
    facts: str,
    start: datetime | None,
    calendar: Path | None,
    shared: tuple[str, ...],
    language: Language,
    as_json: bool,
) -> None:
    """Decide for facts."""
    given = facts_from_text(_text(facts))
    day = on.date()
    decided = decide_on(identity, day, given, start.date() if start else day, own_calendar(calendar))
    told = notice(decided.jurisdiction, decided.decision, decided.bars, language, shared)
    if as_json:
        answer(_as_json(decided, language))
        return
    for section in told.sections:
        click.echo(f"\n{section.title}")
        _lines(section.lines)


def _as_json(decided: Decided, language: Language) -> dict[str, Any]:
    jurisdiction = decided.jurisdiction
    return {
        **decision_as_json(decided.decision, jurisdiction, language),
        "timeline": [bar_as_json(bar, jurisdiction, language) for bar in decided.bars],
    }


def _text(name: str) -> str:
    try:
        if name == "-":
            return sys.stdin.read()
        return Path(name).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise SourceError(f"{name} is not UTF-8", repair="save the facts as UTF-8") from fault


def _lines(lines: Iterable[Line]) -> None:
    for line in lines:
        clauses = f"  [{', '.join(line.clauses)}]" if line.clauses else ""
        click.echo(f"  {padded(line.label, _LABEL_CELLS)}{line.value}{clauses}".rstrip())


def _show(jurisdiction: Jurisdiction, language: Language) -> None:
    click.echo(f"{jurisdiction.id}  {jurisdiction.name[language]}")
    click.echo(document_line(jurisdiction, language))
    if jurisdiction.document.words is not None:
        click.echo(jurisdiction.document.words[language])
    title = ""
    for row in review(jurisdiction, language):
        if row.table != title:
            title = row.table
            click.echo(f"\n{title}")
        since = f"{words('review.from')[language]} {row.since}  " if row.since else ""
        if row.where:
            click.echo(f"  {words('review.when')[language]}: {row.where}")
        clauses = f"  [{', '.join(row.clauses)}]" if row.clauses else ""
        click.echo(f"    {since}{row.value}{clauses}")
        if row.told:
            click.echo(f"      {row.told}")
    click.echo(f"\n{words('notice.clauses')[language]}")
    for clause, told in jurisdiction.clauses.items():
        click.echo(f"  {padded(clause, 16)}{told[language]}")
    say(f"{len(jurisdiction.clauses)} clauses, changes on {', '.join(map(str, jurisdiction.changes))}")
