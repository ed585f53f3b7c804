"""``kaimen capacity``: the open capacity of an asset in words, or of all in counts."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from api.clock import today
from api.commands.claims import day_of, day_option, parameters_option
from api.commands.terminal import answer, busy, json_option, language_option, say
from api.operations.capacity import CapacityCounts, counted, explained, parameters_from
from api.operations.database import connected
from api.settings import Settings
from gis.capacity.words import LEVEL_WORDS, Language, Status

_STALE: Final = (
    "{count:,} 台（条）设备的读数在该日已过期，最近读数为 {newest}；可用 --on 指定当时的日期",
    "{count:,} readings are too old on this day, the newest is of {newest}: --on DATE asks of that time",
)
"""What is said where readings are too old on the day asked, in Chinese and English."""


@click.command("capacity", help="Explain the open capacity of an asset; without ID, count all by status.")
@click.argument("asset_id", metavar="[ID]", required=False)
@day_option("on", "The day asked; today in Asia/Shanghai by default.")
@language_option("Of the words.")
@parameters_option
@json_option
@click.pass_obj
def capacity(
    settings: Settings,
    /,
    *,
    asset_id: str | None,
    on: datetime | None,
    language: Language,
    parameter_file: Path | None,
    as_json: bool,
) -> None:
    """Explain the open capacity."""
    day, parameters = day_of(on) or today(), parameters_from(parameter_file)
    with connected(settings) as engine, busy("working out the open capacity"):
        if asset_id is None:
            counts = counted(engine, day, parameters)
        else:
            told = explained(engine, asset_id, day, parameters, language)
    if asset_id is None:
        _tell(counts, language, as_json=as_json)
    elif as_json:
        answer(told.as_json())
    else:
        click.echo(told.text())


def _tell(counts: CapacityCounts, language: Language, *, as_json: bool) -> None:
    if as_json:
        answer(asdict(counts))
        return
    table = Table()
    table.add_column("")
    for status in Status:
        table.add_column(status.say(language), justify="right")
    for level, numbers in counts.levels.items():
        words = LEVEL_WORDS[level][0 if language == "zh" else 1]
        table.add_row(words, *(f"{numbers[status.value]:,}" for status in Status))
    Console(width=None if sys.stdout.isatty() else 100).print(table)
    say(f"{counts.on}, {counts.parameters}")
    if counts.stale:
        chinese, english = _STALE
        say((chinese if language == "zh" else english).format(count=counts.stale, newest=counts.newest))
