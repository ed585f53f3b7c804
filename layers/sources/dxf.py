"""CAD drawings (DXF): entities of the wanted kind, of one drawing layer or of all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray

from gis.dictionary.model import Layer
from gis.errors import InputError, SourceError, TextEncodingError
from gis.findings import Finding, warning
from layers.sources.choice import Kind
from layers.sources.encoding import as_utf8, detect_file
from layers.sources.model import Chunk, Source
from layers.sources.vector import Dataset, attributes, batches, describe, geometries

_ENTITIES = "entities"
_COLUMNS = ("Layer", "EntityHandle", "Text", "BlockName")
_BINARY = b"AutoCAD Binary DXF"
_TAIL_BYTES = 256
_LISTED = 20
_TRIANGLE = 3
_CODE_PAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+([A-Za-z0-9_]+)")
_HEAD_BYTES = 1 << 16

_KIND_OF_TYPE = np.array(["point", "line", "line", "polygon", "point", "line", "polygon", "collection"])
"""Kind of each geometry type by its number in shapely."""


@dataclass(slots=True)
class _Content:
    """What a drawing holds: fitting entities and labels by drawing layer, and all entities."""

    fitting: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    open_lines: Counter[str] = field(default_factory=Counter)
    entities: int = 0


def open_dxf(path: Path, layer: Layer, layer_name: str | None, encoding: str | None) -> Source:
    """Open a drawing.

    Closed outlines are polygons where polygons are wanted, and inserted blocks are points where points
    are wanted; texts count as points only where there are no other points.

    Raises
    ------
    SourceError
        It is damaged, cut short or a binary drawing.
    InputError
        The drawing has no such layer.
    """
    _require_whole(path)
    text, found, stage = as_utf8(path, encoding or _own_encoding(path))
    # Drawings since AutoCAD 2007 are UTF-8 and state a code page nevertheless, which GDAL would obey.
    pyogrio.set_gdal_config_options({"DXF_ENCODING": "UTF-8"})
    dataset = Dataset(path, str(text), "DXF", ("DXF",), stage)
    content = _content(dataset, layer)
    counts = content.fitting or content.labels
    if layer_name is not None and layer_name not in counts:
        listed = tuple(f"{name} ({count:,})" for name, count in counts.most_common(_LISTED))
        detail = f"{path.name} has no drawing layer {layer_name!r} with geometry for {layer.name}; it has:"
        raise InputError(detail, repair="Give --layer one of these names.", faults=listed)
    labels = not content.fitting
    columns = _kept_columns(dataset, layer)

    def chunks() -> Iterator[Chunk]:
        for rows, shapes in _entities(dataset, layer):
            keep, is_label = _fitting(rows, shapes, layer)
            keep &= is_label if labels else ~is_label
            if layer_name is not None:
                keep &= (rows["Layer"] == layer_name).to_numpy()
            if keep.any():
                yield Chunk(rows.loc[keep, list(columns)], shapes[keep])

    return Source(
        path=path,
        format="DXF",
        layer_name=layer_name or "",
        columns=columns,
        has_geometry=True,
        crs=None,
        encoding=found.name,
        row_count=counts[layer_name] if layer_name else counts.total(),
        chunks=chunks,
        findings=tuple(_findings(path, layer, layer_name, content)),
    )


def _require_whole(path: Path) -> None:
    repair = "Save the drawing as ASCII DXF again (AutoCAD 2007 DXF or later)."
    with path.open("rb") as file:
        if file.read(len(_BINARY)) == _BINARY:
            raise SourceError(f"{path.name} is a binary DXF file, which is not read.", repair=repair)
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        if not file.read().rstrip(b" \t\r\n\0\x1a").endswith(b"EOF"):
            raise SourceError(f"{path.name} is cut short: its end mark EOF is missing.", repair=repair)


def _own_encoding(path: Path) -> str | None:
    """Return UTF-8 where every byte fits it, else the code page the drawing states where that fits."""
    with path.open("rb") as file:
        match = _CODE_PAGE.search(file.read(_HEAD_BYTES))
    for words in ("utf-8", match[1].decode("ascii") if match else ""):
        try:
            return detect_file(path, words).name
        except TextEncodingError:
            continue
    return None


def _options(layer: Layer) -> dict[str, str]:
    options: dict[str, str] = {}
    if "polygon" in layer.geometry:
        options["CLOSED_LINE_AS_POLYGON"] = "YES"
    if "point" in layer.geometry:
        options["INLINE_BLOCKS"] = "NO"
    return options


def _entities(dataset: Dataset, layer: Layer) -> Iterator[tuple[pd.DataFrame, NDArray[np.object_]]]:
    done = 0
    for meta, batch in batches(dataset, _ENTITIES, **_options(layer)):
        rows = attributes(meta, batch, pd.RangeIndex(done + 1, done + 1 + batch.num_rows))
        done += batch.num_rows
        yield rows, geometries(dataset, _ENTITIES, batch)


def _fitting(
    rows: pd.DataFrame, shapes: NDArray[np.object_], layer: Layer
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which entities are of a wanted kind, and which of them are texts."""
    types = shapely.get_type_id(shapes)
    kinds = np.where(types >= 0, _KIND_OF_TYPE[types], "none")
    wanted: tuple[Kind, ...] = layer.geometry
    if "any" in wanted:
        wanted = ("point", "line", "polygon")
    is_label = rows["Text"].notna().to_numpy() & (kinds == "point")
    fits = np.isin(kinds, wanted)
    if "polygon" in wanted and "line" not in wanted:
        fits |= _polylines(rows, shapes, closed=True)  # closed by its ends though not by its flag
    return fits, is_label


def _polylines(rows: pd.DataFrame, shapes: NDArray[np.object_], *, closed: bool) -> NDArray[np.bool_]:
    """Return which entities are polylines whose ends meet, or do not."""
    drawn = rows["SubClasses"].str.contains("Polyline", na=False).to_numpy(dtype=bool)
    lines = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    rings = shapely.is_closed(shapes) & (shapely.get_num_coordinates(shapes) > _TRIANGLE)
    return np.asarray(drawn & lines & (rings == closed), dtype=bool)


def _content(dataset: Dataset, layer: Layer) -> _Content:
    describe(dataset, _ENTITIES)
    content = _Content()
    for rows, shapes in _entities(dataset, layer):
        fits, is_label = _fitting(rows, shapes, layer)
        content.entities += len(rows)
        content.fitting.update(rows.loc[fits & ~is_label, "Layer"].fillna("0"))
        if "polygon" in layer.geometry and "line" not in layer.geometry:
            open_lines = _polylines(rows, shapes, closed=False)
            content.open_lines.update(rows.loc[open_lines, "Layer"].fillna("0"))
        content.labels.update(rows.loc[fits & is_label, "Layer"].fillna("0"))
    return content


def _kept_columns(dataset: Dataset, layer: Layer) -> tuple[str, ...]:
    fields = set(describe(dataset, _ENTITIES, **_options(layer))["fields"])
    return tuple(name for name in _COLUMNS if name in fields)


def _findings(path: Path, layer: Layer, layer_name: str | None, content: _Content) -> Iterator[Finding]:
    counts = content.fitting or content.labels
    if layer_name is None and len(counts) > 1:
        listed = ", ".join(f"{name} ({count:,})" for name, count in counts.most_common(_LISTED))
        message = (
            f"{path.name} has {len(counts)} drawing layers with fitting geometry, all are read: {listed}"
        )
        repair = "Name the one to read with --layer NAME."
        yield warning("dxf_layers_merged", layer.name, None, message, repair)
    lines = content.open_lines[layer_name] if layer_name else content.open_lines.total()
    if lines:
        message = f"{path.name} has {lines:,} polylines that are not closed, hence no outlines; left out"
        repair = "Close the polylines in the drawing where outlines are meant."
        yield warning("dxf_lines_left_out", layer.name, None, message, repair)
    if content.fitting and content.labels:
        message = f"{path.name} has {content.labels.total():,} texts beside its points; they are left out"
        repair = "Place texts as block attributes, or as names in a table of their own."
        yield warning("dxf_texts_left_out", layer.name, None, message, repair)
