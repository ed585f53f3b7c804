"""What all commands share with the terminal: options, answers, failures, progress."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from gis.capacity.words import Language
from gis.errors import KaimenError
from gis.findings import Finding, Severity, count
from layers.intake.request import Watch

words = Console(stderr=True, highlight=False)
"""Where words for people go; standard output belongs to the answer."""

_SHOWN_OF_A_CHECK = 3
_SEVERAL_VALUES = frozenset({"--map", "--where", "--fact"})
_SEVERAL_FILES = frozenset({"assess", "screen"})
"""Commands without arguments of their own, whose ``--out`` takes several files."""
_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json`` to a command."""
    return click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")(command)


def language_option(what: str, default: Language | None = "en") -> Callable[..., Any]:
    """Return what adds ``--language`` to a command; ``what`` says of which words."""
    choice = click.Choice(["zh", "en"])
    return click.option("--language", type=choice, default=default, show_default=True, help=what)


def padded(text: str, width: int) -> str:
    """Return a text filled with blanks to a width in terminal cells; a Chinese character takes two."""
    return text + " " * max(0, width - cell_len(text))


def so_many(number: int, what: str) -> str:
    """Return a count of things.

    >>> so_many(1, "row"), so_many(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def say(text: str) -> None:
    """Say something to the person, beside the answer."""
    words.print(text, markup=False, soft_wrap=True)


def answer(value: object) -> None:
    """Print an answer as JSON on standard output."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    # File names need not be UTF-8: their other bytes are written as JSON's own escapes.
    click.echo(text.encode("utf-8", "backslashreplace").decode("utf-8"))


def failure(fault: KaimenError) -> dict[str, Any]:
    """Return a failure as the command line prints it."""
    detail = f"{fault.detail.rstrip('.:')}. {fault.repair}" if fault.repair else fault.detail
    return {"error": {"title": fault.title, "detail": detail, "faults": list(fault.faults)}}


def usage_failure(fault: click.ClickException) -> dict[str, Any]:
    """Return a wrong call as the command line prints it."""
    return {
        "error": {"title": "The command is not understood", "detail": fault.format_message(), "faults": []}
    }


def show_findings(findings: Sequence[Finding], each: int = _SHOWN_OF_A_CHECK) -> None:
    """Draw findings as a table on standard output, the first few of each check."""
    if not findings:
        say("No findings.")
        return
    table = Table(show_lines=False, expand=True)
    table.add_column("check", no_wrap=True)  # whole, so that it can be searched for
    table.add_column("thing", overflow="fold", ratio=3)
    table.add_column("what and how to repair", overflow="fold", ratio=10)
    told: Counter[str] = Counter()
    for finding in findings:
        told[finding.check] += 1
        if told[finding.check] > each:
            continue
        thing = finding.layer if finding.id is None else f"{finding.layer}\n{finding.id}"
        table.add_row(
            Text(finding.check, style=_STYLE[finding.severity]),
            Text(thing),
            Text.assemble(finding.message, "\n", (finding.repair, "dim")),
        )
    Console(width=None if sys.stdout.isatty() else 120).print(table)
    totals = count(findings)
    more = {check: number - each for check, number in told.items() if number > each}
    for check, number in more.items():
        say(f"… and {number:,} more of {check}")
    rest = "; --json tells them all" if more else ""
    errors, warnings = totals[Severity.ERROR], totals[Severity.WARNING]
    say(f"{so_many(errors, 'error')}, {so_many(warnings, 'warning')}{rest}")


@contextmanager
def watching(what: str) -> Iterator[Watch]:
    """Show the progress of an import while it runs."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=words, transient=True, disable=not words.is_terminal) as bars:
        task = bars.add_task(what, total=None)

        def progress(done: int, total: int | None) -> None:
            bars.update(task, advance=done, total=total)

        yield Watch(progress, lambda: say("Another import is running; this one starts when it ends."))


@contextmanager
def busy(what: str) -> Iterator[None]:
    """Show that something is under way whose length is not known."""
    with words.status(what):
        yield


def pairs(options: Sequence[str], name: str) -> dict[str, str]:
    """Return repeated ``KEY=VALUE`` options as a mapping.

    Raises
    ------
    click.BadParameter
        Where one has no ``=``, or a key stands twice.
    """
    found: dict[str, str] = {}
    for option in options:
        key, equals, value = option.partition("=")
        if not equals or not key or not value:
            raise click.BadParameter(f"{option!r} is not NAME=VALUE", param_hint=name)
        if key in found:
            raise click.BadParameter(f"{key!r} is given twice", param_hint=name)
        found[key] = value
    return found


def expanded(arguments: Sequence[str]) -> list[str]:
    """Repeat an option for each of its values, so that ``--map a=b c=d`` means ``--map a=b --map c=d``.

    What has no ``=`` is no value of theirs: the file may follow them. ``--out`` of a screening or an
    assessment takes several files likewise.
    """
    result: list[str] = []
    several = _SEVERAL_VALUES | ({"--out"} if _SEVERAL_FILES.intersection(arguments[:1]) else set())
    current = ""
    for argument in arguments:
        if argument.startswith("-"):
            name = argument.partition("=")[0]
            current = name if name in several else ""
            result.append(argument)
        elif current and result[-1] != current and ("=" in argument or current == "--out"):
            result += [current, argument]
        else:
            result.append(argument)
    return result
