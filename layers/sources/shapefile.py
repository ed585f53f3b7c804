"""Shapefiles (SHP): GDAL reads the geometry, the attribute table is read here from its bytes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyogrio

from gis.dictionary.model import Layer
from gis.dictionary.values import looks_broken
from gis.errors import SourceError
from gis.findings import Finding, warning
from layers.sources.arrow_columns import to_frame
from layers.sources.choice import Kind
from layers.sources.dbf import Dbf, TextCheck, check_text, find_encoding, read_dbf, sample_texts
from layers.sources.dbf_values import read_columns
from layers.sources.encoding import DETECTED, Encoding
from layers.sources.model import Chunk, Source
from layers.sources.names import unique
from layers.sources.staging import Stage
from layers.sources.vector import Dataset, batches, describe, geometries, require_rows

PART_NAME = "layer"
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
"""The files of a shapefile that are looked at."""

_BYTES = "ISO-8859-1"
"""An encoding that every byte fits, so that GDAL opens a table whatever its column names are."""

_HEADER_BYTES = 100
_KINDS: dict[int, Kind] = {1: "point", 3: "line", 5: "polygon", 8: "point"}
"""Last digit of the shape type: 11 and 21 are points with heights and measures, and so on."""


def open_shapefile(
    path: Path, layer: Layer, encoding: str | None, *, unpacked: Stage | None = None, name: str = ""
) -> Source:
    """Open a shapefile.

    Parameters
    ----------
    path
        The file the user named.
    layer
        The layer to fill.
    encoding
        What the user gave with ``--encoding``; wins over the ``.cpg`` file.
    unpacked
        A folder with its parts, each called ``layer`` and its suffix; else they lie beside ``path``.
    name
        Its name inside an archive.

    Raises
    ------
    SourceError
        A part is missing or damaged.
    TextEncodingError
        The text is in no encoding that was tried, or not in the one that is stated.
    """
    stage = unpacked or _linked(path)
    parts = {suffix: part for suffix in PARTS if (part := stage.folder / f"{PART_NAME}{suffix}").exists()}
    for suffix in (".shp", ".dbf"):
        if suffix not in parts:
            detail = f"{name or path.name} has no {suffix} file beside it."
            raise SourceError(detail, repair="Copy the whole shapefile: .shp, .shx, .dbf, .prj and .cpg.")
    _require_whole(parts[".shp"], f"{name or path.stem}.shp")
    if ".shx" in parts and parts[".shx"].stat().st_size < _HEADER_BYTES:
        parts.pop(".shx").unlink()
    dataset = Dataset(path, str(parts[".shp"]), "Shapefile", ("ESRI Shapefile",), stage)
    with _restoring(missing=".shx" not in parts):
        info = describe(dataset, PART_NAME, encoding=_BYTES)
    table = read_dbf(parts[".dbf"], f"{name or path.stem}.dbf")
    found, check = find_encoding(table, encoding, _cpg(parts))
    columns = unique(check.names)

    def chunks() -> Iterator[Chunk]:
        yield from _chunks(dataset, table, columns, found)

    return Source(
        path=path,
        format="Shapefile",
        layer_name=name,
        columns=columns,
        has_geometry=True,
        crs=info["crs"],
        encoding=found.name,
        row_count=table.kept,
        chunks=chunks,
        findings=tuple(
            _findings(layer, table, found, check, lost_prj=".prj" in parts and info["crs"] is None)
        ),
    )


def shape_kind(stage: Stage) -> Kind:
    """Return the kind of geometry an unpacked shapefile holds, from its header."""
    with (stage.folder / f"{PART_NAME}.shp").open("rb") as file:
        code = int.from_bytes(file.read(_HEADER_BYTES)[32:36], "little")
    return _KINDS.get(code % 10, "any")


def _require_whole(part: Path, name: str) -> None:
    """Refuse a file shorter than it says; GDAL would read the rows behind its end without geometry."""
    with part.open("rb") as file:
        stated = 2 * int.from_bytes(file.read(_HEADER_BYTES)[24:28], "big")
    size = part.stat().st_size
    if size < stated:
        detail = f"{name} is damaged: it is cut short, {size:,} of {stated:,} bytes are there."
        raise SourceError(detail, repair="Copy the whole shapefile again.")


@contextmanager
def _restoring(*, missing: bool) -> Iterator[None]:
    """Let GDAL make a missing index; told so, it makes any index anew and loses the order of a good one."""
    if not missing:
        yield
        return
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})


def _linked(path: Path) -> Stage:
    """Put the parts that lie beside a file into a temporary folder, whatever the case of their suffixes."""
    stage = Stage()
    for each in sorted(path.parent.iterdir()):
        suffix = each.suffix.lower()
        part = stage.folder / f"{PART_NAME}{suffix}"
        if each.stem != path.stem or suffix not in PARTS or not each.is_file() or part.exists():
            continue
        if suffix == ".shx":
            shutil.copyfile(each, part)  # the one part GDAL may write, and it would write through a link
        else:
            part.symlink_to(each.absolute())
    return stage


def _cpg(parts: Mapping[str, Path]) -> str | None:
    if ".cpg" not in parts:
        return None
    return parts[".cpg"].read_text(encoding=_BYTES).strip(" \t\r\n\0\xef\xbb\xbf")


def _chunks(dataset: Dataset, table: Dbf, columns: tuple[str, ...], encoding: Encoding) -> Iterator[Chunk]:
    done = 0
    for _, batch in batches(dataset, PART_NAME, encoding=_BYTES, columns=[]):
        records = batch.column(0).to_numpy(zero_copy_only=False)
        if len(records) and records[-1] >= len(table.records):
            break  # more shapes than records: the count tells
        rows = to_frame(read_columns(table, columns, records, encoding.codec), pd.Index(records + 1))
        done += batch.num_rows
        yield Chunk(rows, geometries(dataset, PART_NAME, batch))
    require_rows(dataset, PART_NAME, table.kept, done)


def _findings(
    layer: Layer, table: Dbf, found: Encoding, check: TextCheck, *, lost_prj: bool
) -> Iterator[Finding]:
    if check.cut:
        message = f"{table.name} has {check.cut:,} texts cut within a character, first in {check.cut_example}"
        repair = "Widen the columns where the file is made; the broken last character is left out."
        yield warning("text_cut", layer.name, None, message, repair)
    if lost_prj:
        message = f"the .prj beside {table.name} names no coordinate system that can be read"
        yield warning("prj_unreadable", layer.name, None, message, "Give the system with --crs.")
    if any(looks_broken(text) for text in sample_texts(table, found)):
        others = [each for each in DETECTED if each.codec != found.codec]
        better = [each.name.lower() for each in others if check_text(table, each.codec).fault is None]
        if better:
            message = f"{table.name} is read as {found.name}, in which its text makes no sense"
            repair = f"Import it with --encoding {better[0]}."
            yield warning("encoding_doubtful", layer.name, None, message, repair)
