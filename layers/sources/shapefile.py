"""Shapefiles: GDAL reads geometry and figures, the text is decoded here from its bytes.

GDAL opens the table as ISO-8859-1, which keeps every byte, so that no text is lost before its encoding is
known, and a column name that is cut within a character does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyogrio

from gis.dictionary.model import Layer
from gis.dictionary.values import looks_broken
from gis.errors import SourceError
from gis.findings import Finding, warning
from layers.sources.arrow_columns import to_frame
from layers.sources.choice import Kind
from layers.sources.dbf import Dbf, TextCheck, check_text, decode_cell, find_encoding, read_dbf, sample_texts
from layers.sources.encoding import DETECTED, Encoding
from layers.sources.model import Chunk, Source
from layers.sources.names import unique
from layers.sources.staging import Stage
from layers.sources.vector import Dataset, batches, describe, geometries, require_rows

PART_NAME = "layer"
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
"""The files of a shapefile that are looked at."""

_BYTES = "ISO-8859-1"
_SHX_HEADER_BYTES = 100
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
    if ".shx" in parts and parts[".shx"].stat().st_size < _SHX_HEADER_BYTES:
        parts[".shx"].unlink()
    # GDAL restores a missing index; nothing but what lies in temporary folders is opened as a shapefile.
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
    dataset = Dataset(path, str(parts[".shp"]), "Shapefile", ("ESRI Shapefile",), stage)
    info = describe(dataset, PART_NAME, encoding=_BYTES)
    table = read_dbf(parts[".dbf"], f"{name or path.stem}.dbf")
    if len(info["fields"]) != len(table.fields):
        raise SourceError(f"{table.name} is damaged: its columns cannot be told.", repair="Export it again.")
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
        code = int.from_bytes(file.read(_SHX_HEADER_BYTES)[32:36], "little")
    return _KINDS.get(code % 10, "any")


def _linked(path: Path) -> Stage:
    """Link the parts that lie beside a file into a temporary folder, whatever the case of their suffixes."""
    stage = Stage()
    for each in sorted(path.parent.iterdir()):
        suffix = each.suffix.lower()
        link = stage.folder / f"{PART_NAME}{suffix}"
        if each.stem == path.stem and suffix in PARTS and each.is_file() and not link.exists():
            link.symlink_to(each.absolute())
    return stage


def _cpg(parts: Mapping[str, Path]) -> str | None:
    if ".cpg" not in parts:
        return None
    return parts[".cpg"].read_text(encoding=_BYTES).strip(" \t\r\n\0\xef\xbb\xbf")


def _chunks(dataset: Dataset, table: Dbf, columns: tuple[str, ...], encoding: Encoding) -> Iterator[Chunk]:
    done = 0
    for meta, batch in batches(dataset, PART_NAME, encoding=_BYTES):
        index = pd.Index(batch.column(0).to_numpy(zero_copy_only=False) + 1)
        decoded = {
            name: _decoded(batch.column(place), encoding) if each.type == "C" else batch.column(place)
            for place, (name, each) in enumerate(zip(columns, table.fields, strict=True), 1)
        }
        shapes = geometries(dataset, PART_NAME, meta, batch)
        done += batch.num_rows
        yield Chunk(to_frame(decoded, index), shapes)
    require_rows(dataset, PART_NAME, table.kept, done)


def _decoded(column: pa.Array, encoding: Encoding) -> pa.Array:
    """Decode a column of bytes that were read as ISO-8859-1, each distinct text once."""
    distinct = column.dictionary_encode()
    raw = (text.encode(_BYTES) for text in distinct.dictionary.to_pylist())
    texts = [decode_cell(each, encoding.codec, full=True)[0].strip() or None for each in raw]
    return pa.array(texts, pa.string()).take(distinct.indices)


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
