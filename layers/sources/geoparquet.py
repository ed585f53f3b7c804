"""GeoParquet, and plain Parquet tables with or without a WKB column."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from layers.sources.arrow_columns import as_objects, is_attribute, to_frame
from layers.sources.model import CHUNK_ROWS, Chunk, Source
from layers.sources.vector import reading

_WKB_NAMES = ("geometry", "geom", "wkb_geometry", "the_geom", "shape")
_DEFAULT_CRS = "OGC:CRS84"
"""What a missing ``crs`` means by the specification; an explicit null means unknown."""


def open_parquet(path: Path) -> Source:
    """Open a Parquet file.

    Raises
    ------
    SourceError
        It is damaged, or its metadata is.
    """
    with reading(path), pq.ParquetFile(path) as file:
        schema, count = file.schema_arrow, file.metadata.num_rows
        geo = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
        primary, described = _geometry_column(schema, geo)
        columns = tuple(
            each.name
            for each in schema
            if each.name not in geo.get("columns", ()) and is_attribute(each.type)
        )
        columns = tuple(name for name in columns if name != primary)

    def chunks() -> Iterator[Chunk]:
        yield from _chunks(path, columns, primary, described.get("encoding", "WKB"))

    return Source(
        path=path,
        format="GeoParquet" if geo else "Parquet",
        layer_name="",
        columns=columns,
        has_geometry=primary is not None,
        crs=_crs(described) if geo else None,
        encoding="UTF-8",
        row_count=count,
        chunks=chunks,
    )


def _geometry_column(schema: pa.Schema, geo: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    if geo:
        name = str(geo["primary_column"])
        return name, geo["columns"][name]
    for name in _WKB_NAMES:
        place = schema.get_field_index(name)
        if place >= 0 and not is_attribute(schema.field(place).type):
            return name, {}
    return None, {}


def _crs(described: dict[str, Any]) -> str | None:
    crs = described.get("crs", _DEFAULT_CRS)
    return crs if crs is None or isinstance(crs, str) else json.dumps(crs)


def _chunks(path: Path, columns: tuple[str, ...], primary: str | None, encoding: str) -> Iterator[Chunk]:
    done = 0
    wanted = [*columns, *([primary] if primary else [])]
    with reading(path):
        file = pq.ParquetFile(path)
    with file:
        rest = file.iter_batches(CHUNK_ROWS, columns=wanted)
        while True:
            with reading(path):
                batch = next(rest, None)
                if batch is None:
                    return
                index = pd.RangeIndex(done + 1, done + 1 + batch.num_rows)
                rows = to_frame({name: batch.column(name) for name in columns}, index)
                shapes = _shapes(batch.column(primary), encoding) if primary else None
            done += batch.num_rows
            yield Chunk(rows, shapes)


def _shapes(column: pa.Array, encoding: str) -> NDArray[np.object_]:
    if isinstance(column.type, pa.BaseExtensionType):
        column = column.storage
    if encoding.upper() == "WKB":
        found: NDArray[np.object_] = shapely.from_wkb(as_objects(column), on_invalid="ignore")
        return found
    extension = {"ARROW:extension:name": f"geoarrow.{encoding}", "ARROW:extension:metadata": "{}"}
    schema = pa.schema([pa.field("geometry", column.type, metadata=extension)])
    frame = gpd.GeoDataFrame.from_arrow(pa.Table.from_arrays([column], schema=schema))
    return np.asarray(frame.geometry.array, dtype=object)
