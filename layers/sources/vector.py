"""Vector files that GDAL reads: GeoPackage, FlatGeobuf, FileGDB, GeoJSON, KML; streamed as Arrow batches."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray

from gis.dictionary.model import Layer
from gis.errors import KaimenError, SourceError, TextEncodingError
from layers.sources.arrow_columns import as_objects, is_attribute, to_frame
from layers.sources.choice import Candidate, choose, kind_of
from layers.sources.model import CHUNK_ROWS, Chunk, Source
from layers.sources.staging import Stage

_FIRST_FIELD = 1
"""GDAL's batches are the feature id, the fields, the geometry: places are safe, names may repeat."""

_KML_OWN = "id timestamp begin end altitudeMode tessellate extrude visibility drawOrder icon snippet"
_FORMAT_OWN = {"KML": frozenset(_KML_OWN.split())}
"""Columns that a format adds of its own; they say nothing of the thing."""

_READING_ERRORS = (RuntimeError, ValueError, OSError, pa.ArrowException)
_LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Dataset:
    """A file as GDAL is to open it.

    Attributes
    ----------
    path
        The file or folder the user named.
    location
        What GDAL opens: the file itself, a copy, or a place inside an archive.
    format
        Name of the format for people.
    drivers
        GDAL drivers that may take it.
    stage
        Keeps a copy alive; None without one.
    """

    path: Path
    location: str
    format: str
    drivers: tuple[str, ...]
    stage: Stage | None = None


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what GDAL and Arrow raise into a SourceError, and keep GDAL's warnings quiet."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except KaimenError:
        raise
    except UnicodeDecodeError as fault:
        detail = f"{path.name} holds text that is not {fault.encoding.upper()}, though its format demands it."
        raise TextEncodingError(detail, repair="Export the file again from its source.") from fault
    except _READING_ERRORS as fault:
        words = str(fault).split("; It might help")[0].rstrip(".")[:_LONGEST_WORDS]
        detail = f"{path.name} is damaged, or of another format than its suffix says: {words}."
        raise SourceError(detail, repair="Export the file again, or copy it anew.") from fault


def open_vector(
    dataset: Dataset, layer: Layer, layer_name: str | None, *, encoding: str = "UTF-8", crs: str | None = None
) -> Source:
    """Open the layer of a dataset that is meant.

    Parameters
    ----------
    dataset
        What to read.
    layer, layer_name
        The layer to fill, and which layer of the file the user named.
    encoding
        Encoding of the original, as reported.
    crs
        What the file says of its CRS where GDAL does not know it.

    Raises
    ------
    SourceError
        The file is damaged or of another format; while reading, also where rows are missing.
    InputError
        Which layer is meant cannot be told.
    """
    infos = _layers(dataset)
    candidates = [
        Candidate(name, kind_of(info["geometry_type"]), tuple(map(str, info["fields"])))
        for name, info in infos.items()
    ]
    chosen = choose(dataset.path, candidates, layer, layer_name)
    info = infos[chosen.name]
    own = _FORMAT_OWN.get(dataset.format, frozenset())
    columns = tuple(
        str(name)
        for name, kind in zip(info["fields"], info["ogr_types"], strict=True)
        if kind != "OFTBinary" and name not in own
    )

    def chunks() -> Iterator[Chunk]:
        yield from _chunks(dataset, chosen.name, info, columns)

    count = int(info["features"])
    return Source(
        path=dataset.path,
        format=dataset.format,
        layer_name=chosen.name if len(candidates) > 1 else "",
        columns=columns,
        has_geometry=info["geometry_type"] is not None,
        crs=crs or info["crs"],
        encoding=encoding,
        row_count=count if count >= 0 else None,
        chunks=chunks,
    )


def describe(dataset: Dataset, layer: str | None, **options: str) -> dict[str, Any]:
    """Return what GDAL knows of a layer without reading it.

    Raises
    ------
    SourceError
        It cannot be opened, or a driver that is not meant took it.
    """
    with reading(dataset.path):
        info: dict[str, Any] = pyogrio.read_info(dataset.location, layer=layer, **options)
    if info["driver"] not in dataset.drivers:
        detail = f"{dataset.path.name} is no {dataset.format} but what GDAL calls {info['driver']}."
        raise SourceError(detail, repair="Give the file its true suffix, or export it as GeoPackage.")
    return info


def batches(dataset: Dataset, layer: str, **options: Any) -> Iterator[tuple[dict[str, Any], pa.RecordBatch]]:  # noqa: ANN401  # GDAL's own options, of any type
    """Yield GDAL's description of a layer and its rows, ``CHUNK_ROWS`` at a time."""
    with ExitStack() as stack:
        with reading(dataset.path):
            opened = pyogrio.raw.open_arrow(
                dataset.location,
                layer=layer,
                batch_size=CHUNK_ROWS,
                use_pyarrow=True,
                return_fids=True,
                datetime_as_string=True,
                **options,
            )
            meta, reader = stack.enter_context(opened)
        while True:
            with reading(dataset.path):
                batch = next(reader, None)
            if batch is None:
                return
            yield meta, batch


def geometries(dataset: Dataset, layer: str, batch: pa.RecordBatch) -> NDArray[np.object_]:
    """Return the geometries of a batch, None where there is none or it cannot be read; curves as lines."""
    wkb = as_objects(batch.column(batch.num_columns - 1))
    try:
        found: NDArray[np.object_] = shapely.from_wkb(wkb, on_invalid="ignore")
    except NotImplementedError:
        # Only GDAL turns arcs into lines, and only outside its Arrow interface.
        with reading(dataset.path):
            fids = batch.column(0).to_numpy(zero_copy_only=False)
            _, _, linear, _ = pyogrio.raw.read(dataset.location, layer=layer, columns=[], fids=fids)
        found = shapely.from_wkb(linear, on_invalid="ignore")
    return found


def attributes(meta: Mapping[str, Any], batch: pa.RecordBatch, index: pd.Index) -> pd.DataFrame:
    """Return the attribute columns of a batch."""
    columns = {
        str(name): batch.column(place)
        for place, name in enumerate(meta["fields"], _FIRST_FIELD)
        if is_attribute(batch.schema.field(place).type)
    }
    return to_frame(columns, index)


def require_rows(dataset: Dataset, layer: str, counted: int, read: int) -> None:
    """Raise SourceError where a damaged file ended early: GDAL does not say so itself."""
    if counted in (-1, read) or (dataset.format == "GeoPackage" and _sqlite_count(dataset, layer) == read):
        return
    detail = f"{dataset.path.name} is damaged: of {counted:,} rows only {read:,} can be read."
    raise SourceError(detail, repair="Export the file again, or copy it anew.")


def _chunks(
    dataset: Dataset, layer: str, info: Mapping[str, Any], columns: tuple[str, ...]
) -> Iterator[Chunk]:
    done = 0
    for meta, batch in batches(dataset, layer):
        index = pd.RangeIndex(done + 1, done + 1 + batch.num_rows)
        with reading(dataset.path):
            rows = attributes(meta, batch, index)[list(columns)]
        shapes = geometries(dataset, layer, batch) if info["geometry_type"] is not None else None
        done += batch.num_rows
        yield Chunk(rows, shapes)
    require_rows(dataset, layer, int(info["features"]), done)


def _layers(dataset: Dataset) -> dict[str, dict[str, Any]]:
    """Return what GDAL knows of each layer."""
    if dataset.format.startswith("GeoJSON"):
        # One layer; every look at the file reads all of it.
        info = describe(dataset, None)
        return {str(info["layer_name"]): info}
    with reading(dataset.path):
        names = pyogrio.list_layers(dataset.location)[:, 0].tolist()
    return {str(name): describe(dataset, name) for name in names}


def _sqlite_count(dataset: Dataset, layer: str) -> int:
    """Count the rows of a GeoPackage: the number it keeps of them may be stale."""
    name = layer.replace('"', '""')
    try:
        with closing(sqlite3.connect(f"{dataset.path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return int(connection.execute(f'select count(*) from "{name}"').fetchone()[0])  # noqa: S608  # the name is quoted
    except sqlite3.Error:
        return -1
