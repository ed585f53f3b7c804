"""``kaimen build``: the corridors, from the layers into a file that is mapped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.commands.terminal import answer, json_option, say, words
from api.operations.corridors import CORRIDORS, BuildWatch, Built, figures, mapped
from api.operations.database import connected
from api.settings import Settings
from gis.corridors.model import Corridors
from gis.corridors.parameters import CorridorParameters

_MEGABYTE = 1_000_000


@click.command(help="Build the corridor graph and its file, where the layers have changed.")
@click.option("--force", is_flag=True, help="Build it anew, also where nothing has changed.")
@json_option
@click.pass_obj
def build(settings: Settings, force: bool, as_json: bool) -> None:
    """Build the corridors."""
    with connected(settings) as engine, stages() as shown:
        done = mapped(
            CORRIDORS,
            engine,
            settings.home.absolute(),
            CorridorParameters(),
            shown.watch,
            force=force,
            thorough=True,
        )
    if as_json:
        answer(_as_json(done))
    else:
        _tell(done)


@dataclass(frozen=True, slots=True)
class Stages:
    """What is shown while something is built: the steps of the build, and what the command does beside."""

    watch: BuildWatch
    tell: Callable[[str], None]


@contextmanager
def stages() -> Iterator[Stages]:
    """Show the stages of a build while it runs."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=words, transient=True, disable=not words.is_terminal) as shown:
        task = shown.add_task("Looking at the layers", total=None)

        def tell(stage: str) -> None:
            shown.update(task, description=stage)

        yield Stages(
            BuildWatch(
                lambda step: tell(step.words),
                lambda: say("Another build is running; this one starts when it ends."),
            ),
            tell,
        )


def _as_json(done: Built[Corridors]) -> dict[str, object]:
    return {
        "built": done.built,
        "key": done.key,
        **asdict(figures(done.value)),
        "seconds": round(done.seconds, 3),
        "bytes": done.file.stat().st_size,
        "file": str(done.file),
    }


def _tell(done: Built[Corridors]) -> None:
    of = figures(done.value)
    fronting = of.parcels - of.parcels_without_frontage
    lines = {
        "roads": f"{of.roads:,} in {of.edges:,} edges",
        "graph": f"{of.corners:,} corners, {of.arcs:,} arcs, connected pieces: {of.pieces:,}",
        "verges": f"{of.verge_km:,.1f} km",
        "crossings": f"{of.crossings:,} of roads, {of.medians:,} of medians",
        "parcels": f"{fronting:,} with frontage, {of.parcels_without_frontage:,} without",
        "file": f"{done.file} ({done.file.stat().st_size / _MEGABYTE:,.1f} MB)",
    }
    state = f"were built in {done.seconds:,.1f} s" if done.built else "are up to date"
    click.echo(f"The corridors {state}")
    for name, line in lines.items():
        click.echo(f"  {name:10}{line}")
