"""Published rows as GeoPackage and GeoParquet; the same rows give the same bytes with the same libraries."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import shapely
from pyarrow import parquet
from pyogrio.raw import write_arrow
from pyproj import CRS

from gis.editions.columns import PARCELS, PUBLISHED, ZONES, Column
from gis.editions.metadata import Line
from gis.editions.screened import Screened
from layers.disk import without_room
from layers.editions.formats import drawn_column, typed
from layers.gdal_writing import written_by_gdal

_LAYER: Final = "open_capacity"
_NOTES: Final = "metadata"
_PLACE: Final = "geometry"
_CRS: Final = "EPSG:4326"
_CLOCK: Final = "OGR_CURRENT_DATE"
_STOPPING: Final = Lock()
_ROWS_PER_GROUP: Final = 65_536
_TYPES: Final = {"place": "Polygon", "area": "MultiPolygon"}


def write_geopackage(path: Path, published: pa.Table, lines: Sequence[Line]) -> None:
    """Write a GeoPackage with the rows and, in a table of its own, what the edition says of itself."""
    _write_layers(path, {_LAYER: (published, PUBLISHED)}, lines)


def write_screened_geopackage(path: Path, screened: Screened, lines: Sequence[Line]) -> None:
    """Write a GeoPackage with the parcels and the zones of a screening; as ``write_geopackage``."""
    tables = {"parcels": (screened.parcels, PARCELS), "zones": (screened.zones, ZONES)}
    _write_layers(path, tables, lines)


def _write_layers(
    path: Path, tables: Mapping[str, tuple[pa.Table, Sequence[Column]]], lines: Sequence[Line]
) -> None:
    with written_by_gdal(path):
        _write_tables(path, tables, lines)
    _require_indices(path, tables)


def _require_indices(path: Path, layers: Iterable[str]) -> None:
    """Refuse a file without its indices of places: GDAL makes them last, and says nothing where it cannot."""
    with closing(sqlite3.connect(path)) as book:
        named = [name for (name,) in book.execute("select name from sqlite_master")]
    if not all(any(name.startswith(f"rtree_{layer}_") for name in named) for layer in layers):
        raise without_room(path, "an index of places is missing")


def _write_tables(
    path: Path, tables: Mapping[str, tuple[pa.Table, Sequence[Column]]], lines: Sequence[Line]
) -> None:
    created = next(line.value_en for line in lines if line.key == "created_at")
    with stopped_clock(datetime.fromisoformat(created)):
        for number, (layer, (rows, columns)) in enumerate(tables.items()):
            write_arrow(
                typed(rows, columns),
                path,
                layer=layer,
                driver="GPKG",
                geometry_name=_PLACE,
                geometry_type=_TYPES[drawn_column(columns).kind],
                crs=_CRS,
                append=number > 0,
            )
        notes = pa.table(
            {
                name: [getattr(line, name) for line in lines]
                for name in ("key", "zh", "en", "value_zh", "value_en")
            }
        )
        write_arrow(notes, path, layer=_NOTES, driver="GPKG", append=True)


@contextmanager
def stopped_clock(now: datetime) -> Iterator[None]:
    """Let GDAL write the given time for now: a GeoPackage says when it was changed.

    The clock is that of all threads: who else stops it waits.
    """
    with _STOPPING:
        before = pyogrio.get_gdal_config_option(_CLOCK)
        pyogrio.set_gdal_config_options({_CLOCK: f"{now:%Y-%m-%dT%H:%M:%S}.000Z"})
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options({_CLOCK: before})


def write_geoparquet(
    path: Path, published: pa.Table, lines: Sequence[Line], columns: Sequence[Column] = PUBLISHED
) -> None:
    """Write a GeoParquet file (1.1.0); what the edition says of itself stands in the file's metadata."""
    rows = typed(published, columns)
    about = {line.key: {"zh": line.value_zh, "en": line.value_en} for line in lines}
    told = {
        "geo": _geo(rows, _TYPES[drawn_column(columns).kind]),
        "kaimen": json.dumps(about, ensure_ascii=False, sort_keys=True),
    }
    rows = rows.replace_schema_metadata(told)
    parquet.write_table(rows, path, compression="zstd", row_group_size=_ROWS_PER_GROUP)


def _geo(rows: pa.Table, kind: str) -> str:
    distinct = pc.unique(rows[_PLACE]).drop_null().to_pylist()
    place: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": [kind],
        "crs": CRS(_CRS).to_json_dict(),
    }
    if distinct:
        place["bbox"] = np.asarray(shapely.total_bounds(shapely.from_wkb(distinct))).tolist()
    geo = {"version": "1.1.0", "primary_column": _PLACE, "columns": {_PLACE: place}}
    return json.dumps(geo, sort_keys=True)
