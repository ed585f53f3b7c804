"""``kaimen import`` and ``kaimen check``: layers in, findings out."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from api.clock import today
from api.commands.terminal import answer, busy, json_option, padded, pairs, say, show_findings, watching
from api.operations.checks import check_grid, write_findings
from api.operations.database import connected
from api.operations.files import require_suffix
from api.operations.imports import IMPORTABLE, import_files, read_aliases
from api.settings import Settings
from gis.dictionary.model import Layer, layers
from gis.findings import Severity, count
from layers.intake.request import ImportRequest, ImportResult


def _columns_help(layer: Layer) -> str:
    lines = [f"{layer.name} ({layer.zh}): {layer.meaning}. * = required.", ""]
    for field in layer.fields:
        star = "*" if field.required else " "
        lines.append(f"  {star} {field.name:20} {field.zh}")
    if layer.geometry:
        lines.append(f"    geometry             {' or '.join(layer.geometry)}")
    return "\n".join(lines)


def _show_columns(context: click.Context, _: click.Parameter, name: str | None) -> None:
    if name is None:
        return
    if name not in layers():
        raise click.BadParameter(f"{name!r} is no layer; choose one of {', '.join(layers())}")
    click.echo(_columns_help(layers()[name]))
    context.exit()


_IMPORT_HELP = (
    """Import files into a LAYER, as one batch: all of it or nothing.

\b
Layers:
"""
    + "\n".join(f"  {layer.name:18} {padded(layer.zh, 13)}{layer.meaning}" for layer in layers().values())
    + """
  osm                OSM          An OpenStreetMap extract (.osm.pbf) into several layers

\b
Columns of a layer: kaimen import --columns LAYER
"""
)


@click.command("import", help=_IMPORT_HELP)
@click.argument("layer", type=click.Choice(IMPORTABLE), metavar="LAYER")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--columns",
    metavar="LAYER",
    callback=_show_columns,
    expose_value=False,
    is_eager=True,
    help="Show a layer's columns with their Chinese headers, and end.",
)
@click.option("--crs", metavar="EPSG:n|gcj02|bd09", help="What the coordinates are in; wins over the file.")
@click.option("--encoding", metavar="NAME", help="What the text is in, such as gbk; wins over the file.")
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="FIELD=COLUMN ...",
    help="Bind a column; a+b joins two, ==TEXT is a constant, rated_mva=COLUMN states a unit.",
)
@click.option("--where", multiple=True, metavar="COLUMN=TEXT ...", help="Read only rows with this text.")
@click.option("--layer", "layer_name", metavar="NAME", help="Layer, sheet or drawing layer inside the file.")
@click.option("--replace", is_flag=True, help="Delete the layer's rows that the files do not have.")
@click.option("--dry-run", is_flag=True, help="Do everything, show all findings, keep nothing.")
@click.option(
    "--aliases",
    "alias_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Reviewed spellings, a CSV of two columns: spelling, and the id or name that is meant.",
)
@click.option(
    "--noding",
    type=click.Choice(["crossings", "shared"]),
    default="crossings",
    show_default=True,
    help="How roads meet: at true crossings of one level, or only where vertices coincide.",
)
@json_option
@click.pass_obj
def import_(
    settings: Settings, /, layer: str, files: tuple[Path, ...], as_json: bool, **options: object
) -> None:
    """Import files into a layer."""
    request = _request(layer, files, **options)  # type: ignore[arg-type]  # click has checked the types
    with connected(settings) as engine, watching(f"import {layer}") as watch:
        result = import_files(engine, request, watch)
    if as_json:
        answer(_as_json(result))
    else:
        _show(result, dry_run=request.dry_run)


def _request(  # noqa: PLR0913  # the options of one command
    layer: str,
    files: tuple[Path, ...],
    *,
    crs: str | None,
    encoding: str | None,
    mapped: tuple[str, ...],
    where: tuple[str, ...],
    layer_name: str | None,
    replace: bool,
    dry_run: bool,
    alias_file: Path | None,
    noding: str,
) -> ImportRequest:
    return ImportRequest(
        layer=layer,
        files=files,
        crs=crs,
        encoding=encoding,
        stated=pairs(mapped, "--map"),
        where=pairs(where, "--where"),
        layer_name=layer_name,
        replace=replace,
        dry_run=dry_run,
        aliases=read_aliases(alias_file) if alias_file else {},
        noding="shared" if noding == "shared" else "crossings",
    )


def _as_json(result: ImportResult) -> dict[str, object]:
    total = result.total
    return {
        "layer": result.layer,
        "rows_read": total.read,
        "rows_written": total.written,
        "rows_rejected": total.rejected,
        "rows_inserted": total.inserted,
        "rows_updated": total.updated,
        "rows_unchanged": total.unchanged,
        "rows_deleted": total.deleted,
        "crs": result.crs,
        "encoding": result.encoding,
        "mapping": dict(result.mapping),
        "batch_id": result.batch_id,
        "layers": {name: asdict(counts) for name, counts in result.counts.items()},
        "findings": [finding.as_json() for finding in result.findings],
    }


def _show(result: ImportResult, *, dry_run: bool) -> None:
    show_findings(result.findings)
    done = "would be written (dry run)" if dry_run else f"written as batch {result.batch_id}"
    for name, counts in result.counts.items():
        click.echo(
            f"{name}: {counts.read:,} rows read, {counts.written:,} {done}: {counts.inserted:,} new,"
            f" {counts.updated:,} changed, {counts.unchanged:,} as before; {counts.rejected:,} left out,"
            f" {counts.deleted:,} deleted"
        )
    say(f"coordinates: {result.crs or '-'}, text: {result.encoding or '-'}")


@click.command("check", help="Check the whole grid: what is wrong, where, how to repair.")
@click.option("--severity", type=click.Choice([each.value for each in Severity]), help="Only these.")
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="The day asked; today in Asia/Shanghai by default."
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE.gpkg", help="Write them for QGIS as well."
)
@json_option
@click.pass_obj
def check(
    settings: Settings, severity: str | None, on: datetime | None, out: Path | None, as_json: bool
) -> None:
    """Check the grid."""
    if out is not None:
        require_suffix(out, ".gpkg")
    with connected(settings) as engine, busy("checking the grid"):
        findings = check_grid(engine, on.date() if on else today(), Severity(severity) if severity else None)
    if out is not None:
        write_findings(findings, out)
        say(f"{len(findings)} findings are in {out}")
    if as_json:
        totals = count(findings)
        answer(
            {
                "findings": [finding.as_json() for finding in findings],
                "errors": totals[Severity.ERROR],
                "warnings": totals[Severity.WARNING],
            }
        )
    else:
        show_findings(findings)
