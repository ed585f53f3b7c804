"""Shapefiles: GDAL reads geometry and figures, the text is decoded here from its bytes.

GDAL opens the table as ISO-8859-1, which keeps every byte, so that no text is lost before its encoding is
known, and a column name that is cut within a character does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyogrio

from gis.dictionary.model import Layer
from gis.dictionary.values import looks_broken
from gis.errors import SourceError
from gis.findings import Finding, warning
from layers.sources.arrow_columns import to_frame
from layers.sources.dbf import Dbf, TextCheck, check_text, decode_cell, find_encoding, read_dbf, sample_texts
from layers.sources.encoding import DETECTED, Encoding
from layers.sources.model import Chunk, Source
from layers.sources.names import unique
from layers.sources.staging import Stage
from layers.sources.vector import Dataset, batches, describe, geometries, require_rows

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
"""The files of a shapefile that are looked at."""

_BYTES = "ISO-8859-1"
_NAME = "layer"
_SHX_HEADER_BYTES = 100


def open_shapefile(
    path: Path, layer: Layer, encoding: str | None, *, parts: Mapping[str, Path] | None = None, name: str = "", keep: Stage | None = None
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
    parts
        Suffix -> file, where they do not lie beside ``path``.
    name
        Its name inside an archive.
    keep
        The folder the parts were unpacked into, kept as long as the source.

    Raises
    ------
    SourceError
        A part is missing or damaged.
    TextEncodingError
        The text is in no encoding that was tried, or not in the one that is stated.
    """
    parts = parts or _beside(path)
    for suffix in (".shp", ".dbf"):
        if suffix not in parts:
            detail = f"{name or path.name} has no {suffix} file beside it."
            raise SourceError(detail, repair="Copy the whole shapefile: .shp, .shx, .dbf, .prj and .cpg.")
    dataset = _staged(path, parts, keep or Stage())
    info = describe(dataset, _NAME, encoding=_BYTES)
    table = read_dbf(parts[".dbf"])
    if len(info["fields"]) != len(table.fields):
        raise SourceError(f"{table.path.name} is damaged: its columns cannot be told.", repair="Export it again.")
    cpg = parts[".cpg"].read_text(encoding="latin-1").strip(" \t\r\n\0\xef\xbb\xbf") if ".cpg" in parts else None
    found, check = find_encoding(table, encoding, cpg)
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
        findings=tuple(_findings(path, layer, parts, info["crs"], table, found, check)),
    )


def _beside(path: Path) -> dict[str, Path]:
    """Return the parts of a shapefile, whatever the case of their suffixes."""
    same = (each for each in sorted(path.parent.iterdir()) if each.stem == path.stem and each.is_file())
    return {each.suffix.lower(): each for each in same if each.suffix.lower() in PARTS}


def _staged(path: Path, parts: Mapping[str, Path], stage: Stage) -> Dataset:
    """Link the parts into a temporary folder, under one name; GDAL restores a missing index there."""
    for suffix in (".shp", ".shx", ".dbf", ".prj"):
        part = parts.get(suffix)
        if part is not None and (suffix != ".shx" or part.stat().st_size >= _SHX_HEADER_BYTES):
            (stage.folder / f"{_NAME}{suffix}").symlink_to(part.absolute())
    # Nothing but links in temporary folders is ever opened as a shapefile.
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
    return Dataset(path, str(stage.folder / f"{_NAME}.shp"), "Shapefile", ("ESRI Shapefile",), stage)


def _chunks(dataset: Dataset, table: Dbf, columns: tuple[str, ...], encoding: Encoding) -> Iterator[Chunk]:
    done = 0
    for meta, batch in batches(dataset, _NAME, encoding=_BYTES):
        index = pd.Index(batch.column(0).to_numpy(zero_copy_only=False) + 1)
        decoded = {
            name: _decoded(batch.column(place), encoding) if each.type == "C" else batch.column(place)
            for place, (name, each) in enumerate(zip(columns, table.fields, strict=True), 1)
        }
        shapes = geometries(dataset, _NAME, meta, batch)
        done += batch.num_rows
        yield Chunk(to_frame(decoded, index), shapes)
    require_rows(dataset, _NAME, table.kept, done)


def _decoded(column: pa.Array, encoding: Encoding) -> pa.Array:
    """Decode a column of bytes that were read as ISO-8859-1, each distinct text once."""
    distinct = column.dictionary_encode()
    raw = (text.encode(_BYTES) for text in distinct.dictionary.to_pylist())
    texts = [decode_cell(each, encoding.codec, full=True)[0].strip() or None for each in raw]
    return pa.array(texts, pa.string()).take(distinct.indices)


def _findings(
    path: Path,
    layer: Layer,
    parts: Mapping[str, Path],
    crs: str | None,
    table: Dbf,
    found: Encoding,
    check: TextCheck,
) -> Iterator[Finding]:
    if check.cut:
        message = f"{path.name} has {check.cut:,} texts cut within a character, first in {check.cut_example}"
        repair = "Widen the columns where the file is made; the broken last character is left out."
        yield warning("text_cut", layer.name, None, message, repair)
    if ".prj" in parts and crs is None:
        message = f"{parts['.prj'].name} names no coordinate system that can be read"
        yield warning("prj_unreadable", layer.name, None, message, "Give the system with --crs.")
    if any(looks_broken(text) for text in sample_texts(table, found)):
        better = [each.name.lower() for each in DETECTED if each.codec != found.codec and check_text(table, each.codec).fault is None]
        if better:
            message = f"{path.name} is read as {found.name}, in which its text makes no sense"
            repair = f"Import it with --encoding {better[0]}."
            yield warning("encoding_doubtful", layer.name, None, message, repair)
