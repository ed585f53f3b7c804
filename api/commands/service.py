"""``kaimen demo``, ``demo-files``, ``draw`` and ``serve``: from an empty folder to a picture."""

from __future__ import annotations

import socket
from collections import Counter
from pathlib import Path

import click

from api.commands.terminal import answer, json_option, say, show_findings, so_many, watching
from api.operations.database import connected
from api.operations.demo import DemoReport, DemoShown, load_demo
from api.operations.files import require_suffix
from api.operations.overview import write_overview
from api.operations.serving import serving
from api.server import run
from api.settings import Settings
from gis.errors import InputError
from gis.findings import Severity, count
from layers.demo import write_demo

_PORT = click.IntRange(1, 65535)


@click.command(help="Load the demo district, check, screen and publish it, and say what to look at.")
@click.option("--port", type=_PORT, help="Where it will be served: its addresses are told too.")
@json_option
@click.pass_obj
def demo(settings: Settings, port: int | None, as_json: bool) -> None:
    """Load the demo district."""
    home = settings.home.absolute()
    with connected(settings) as engine:
        report = load_demo(engine, home, watching, say)
    if as_json:
        answer(_as_json(report))
    else:
        _tell(report, port)


def _as_json(report: DemoReport) -> dict[str, object]:
    totals = count(report.findings)
    layers: Counter[str] = Counter()
    for each in report.imports:
        layers[each.layer] += each.total.written
    return {
        "layers": layers,
        "errors": totals[Severity.ERROR],
        "warnings": totals[Severity.WARNING],
        "findings": [finding.as_json() for finding in report.findings],
        "drawing": str(report.drawing),
        "edition": None if report.shown is None else report.shown.edition.id,
        "folder": None if report.shown is None else str(report.shown.folder),
        "zone_map": None if report.shown is None else str(report.shown.zone_map),
        "notice": None if report.shown is None else str(report.shown.notice),
        "parcel": None if report.shown is None else report.shown.parcel,
    }


def _tell(report: DemoReport, port: int | None) -> None:
    for each in report.imports:
        for name, rows in each.counts.items():
            click.echo(
                f"{name:18} {rows.written:6,} written, {rows.rejected} left out, "
                f"{so_many(len(each.findings), 'finding')}"
            )
    if not report.imports:
        click.echo("The demo district is loaded already.")
    click.echo("\nWhat `kaimen check` finds in it (the faults are there on purpose):")
    for (check, severity), number in sorted(
        Counter((finding.check, finding.severity.value) for finding in report.findings).items()
    ):
        click.echo(f"  {severity:8} {check:40} {number}")
    show_findings(report.findings, each=1)
    click.echo(f"\nThe district is drawn in {report.drawing}")
    click.echo(f"Its files, as templates for your own, are in {report.drawing.parent / 'demo'}")
    if report.shown is not None:
        _tell_shown(report.shown, port)


def _tell_shown(shown: DemoShown, port: int | None) -> None:
    edition = shown.edition
    parcels = edition.facts["screening"]["parcels"]["rows"]
    click.echo(
        f"\nEdition {edition.id} is published: {edition.rows:,} assets and {parcels:,} screened parcels"
        f" as of {edition.as_of}"
    )
    click.echo("Look at:")
    click.echo(f"  {shown.folder / 'index.html'}  the edition as any web server can serve it")
    click.echo(f"  {shown.zone_map}  the zone map for planners")
    click.echo(f"  {shown.notice}  the notice of parcel {shown.parcel}")
    if port is None:
        click.echo("Serve it with its map: ./dev serve")
    else:
        base = f"http://127.0.0.1:{port}"
        click.echo(
            f"  {base}/  the map;  {base}/parcel/{shown.parcel}  the parcel;  {base}/editions  editions"
        )


@click.command("demo-files", help="Write the demo district's files into DIR, as templates.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@json_option
def demo_files(folder: Path, as_json: bool) -> None:
    """Write the demo district's files."""
    written = write_demo(folder, progress=say)
    if as_json:
        answer({"files": [str(path) for each in written for path in each.files]})
        return
    for each in written:
        click.echo(f"{each.layer:18} {', '.join(path.name for path in each.files)}")


@click.command(help="Draw all layers of the database into one SVG file.")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, metavar="FILE.svg", help="The file to write."
)
@json_option
@click.pass_obj
def draw(settings: Settings, out: Path, as_json: bool) -> None:
    """Draw the database."""
    require_suffix(out, ".svg")
    with connected(settings) as engine:
        write_overview(engine, out)
    if as_json:
        answer({"files": [str(out)]})
    else:
        say(f"The layers are drawn in {out}")


@click.command(help="Serve the database on the web.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=_PORT, help="Port to listen on.")
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes; from 2 on one that dies is replaced.",
)
@json_option
@click.pass_obj
def serve(settings: Settings, *, host: str, port: int, workers: int, as_json: bool) -> None:
    """Serve the database."""
    with serving(settings) as service, _listening(host, port) as listener:
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        say(f"Kaimen is at {url} (Ctrl-C ends it)")
        if as_json:
            answer({"url": url})
        run(service, listener, workers)


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises
    ------
    InputError
        Where the port is taken or may not be used, or the host is not this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as fault:
        raise InputError(
            f"{host}, port {port}, cannot be listened on: {fault.strerror}",
            repair="choose another: --port N, --host ADDRESS",
        ) from fault
