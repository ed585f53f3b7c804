"""Open any file an import may name: one function, and the table of formats behind it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gis.dictionary.headers import folded
from gis.dictionary.model import Layer
from gis.errors import InputError, SourceError
from layers.sources.archive import FILEGDB_DRIVERS, open_archive
from layers.sources.delimited import open_delimited
from layers.sources.dxf import open_dxf
from layers.sources.geojson import open_geojson
from layers.sources.geoparquet import open_parquet
from layers.sources.model import Source
from layers.sources.shapefile import open_shapefile
from layers.sources.vector import Dataset, open_vector
from layers.sources.workbook import open_workbook

FORMATS = (
    "Shapefile (.shp, .zip), GeoPackage (.gpkg), GeoJSON (.geojson, .json, .geojsonl), FlatGeobuf (.fgb), "
    "FileGDB (.gdb, .gdb.zip), GeoParquet (.parquet), DXF (.dxf), KML (.kml, .kmz), "
    "CSV (.csv, .txt, .tsv), workbook (.xlsx, .xlsm, .xls)"
)
"""What can be read, for people."""

_LOOKED_AT = 4096
_POINTER = re.compile(rb"<OGRVRTDataSource|gdal_streamed_alg")
"""What GDAL would follow to other files and addresses, whatever the suffix says."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is asked of a file."""

    path: Path
    layer: Layer
    layer_name: str | None
    encoding: str | None
    stated: Mapping[str, str]


def open_source(
    path: Path,
    *,
    layer: Layer,
    layer_name: str | None = None,
    encoding: str | None = None,
    stated: Mapping[str, str] | None = None,
) -> Source:
    """Open a file and find the layer or sheet, the header, the encoding and the CRS in it.

    Parameters
    ----------
    path
        A file, or the folder of a FileGDB.
    layer
        The layer to fill; without geometry in it, coordinates are ordinary columns.
    layer_name
        Layer, sheet, drawing layer or shapefile inside the file (``--layer``).
    encoding
        Text encoding (``--encoding``); wins over what the file says, and must fit it.
    stated
        ``--map``; ``lon`` and ``lat``, or ``wkt``, name the coordinate columns of a table.

    Raises
    ------
    SourceError
        The file is missing, empty, damaged, or of a format that is not read.
    TextEncodingError
        Its text is in no encoding that was tried, or not in the one that is stated.
    InputError
        Which layer or sheet is meant cannot be told; its rows are in several coordinate systems.
    MappingError
        A coordinate column that is stated does not exist.
    """
    opener = _opener(path)
    _require_readable(path)
    return opener(_Wanted(path, layer, layer_name, encoding, stated or {}))


def _opener(path: Path) -> Callable[[_Wanted], Source]:
    name = path.name.lower()
    if name.endswith(".gdb.zip"):
        return _archive
    suffix = path.suffix.lower()
    if suffix == ".dwg":
        detail = f"{path.name} is a DWG drawing, which is not read."
        raise SourceError(detail, repair="Export it as DXF (AutoCAD 2007 DXF or later).")
    if suffix in {".dbf", ".shx", ".prj", ".cpg"}:
        raise SourceError(f"{path.name} is a part of a shapefile.", repair="Name the .shp file.")
    if suffix not in _OPENERS:
        detail = f"{path.name} is of a format that is not read."
        raise SourceError(detail, repair=f"Export it as one of these: {FORMATS}.")
    return _OPENERS[suffix]


def _require_readable(path: Path) -> None:
    is_database = path.suffix.lower() == ".gdb"
    try:
        if path.is_dir():
            if not is_database:
                raise SourceError(f"{path.name} is a folder.", repair="Name the file inside it.")
            if not any(path.glob("*.gdbtable")):
                raise SourceError(f"{path.name} is no FileGDB.", repair="Copy the whole .gdb folder.")
            return
        if is_database:
            raise SourceError(f"{path.name} is no folder of a FileGDB.", repair="Name the .gdb folder.")
        with path.open("rb") as file:
            first = file.read(_LOOKED_AT)
    except FileNotFoundError as fault:
        raise SourceError(f"There is no file {path}.", repair="Check the name and the folder.") from fault
    except OSError as fault:
        detail = f"{path} cannot be opened: {fault.strerror}."
        raise SourceError(detail, repair="Check the file and the right to read it.") from fault
    if not first:
        raise SourceError(f"{path.name} is empty (0 bytes).", repair="Export or copy it again.")
    if _POINTER.search(first):
        detail = f"{path.name} holds no data but points to other files."
        raise SourceError(detail, repair="Name the file with the data.")


def _vector(format_name: str, *drivers: str) -> Callable[[_Wanted], Source]:
    def opened(wanted: _Wanted) -> Source:
        dataset = Dataset(wanted.path, str(wanted.path.absolute()), format_name, drivers)
        return open_vector(dataset, wanted.layer, wanted.layer_name)

    return opened


def _geojson(*, by_line: bool) -> Callable[[_Wanted], Source]:
    def opened(wanted: _Wanted) -> Source:
        return open_geojson(wanted.path, wanted.layer, wanted.layer_name, wanted.encoding, by_line=by_line)

    return opened


def _require_own_name(wanted: _Wanted) -> None:
    """Refuse a layer name for a file that holds a single table, unless it is the file's own."""
    if wanted.layer_name is not None and folded(wanted.layer_name) != folded(wanted.path.stem):
        detail = f"{wanted.path.name} holds one table and no layer {wanted.layer_name!r}."
        raise InputError(detail, repair="Leave --layer out.")


def _shapefile(wanted: _Wanted) -> Source:
    _require_own_name(wanted)
    return open_shapefile(wanted.path, wanted.layer, wanted.encoding)


def _archive(wanted: _Wanted) -> Source:
    return open_archive(wanted.path, wanted.layer, wanted.layer_name, wanted.encoding)


def _dxf(wanted: _Wanted) -> Source:
    return open_dxf(wanted.path, wanted.layer, wanted.layer_name, wanted.encoding)


def _parquet(wanted: _Wanted) -> Source:
    _require_own_name(wanted)
    return open_parquet(wanted.path)


def _delimited(wanted: _Wanted) -> Source:
    _require_own_name(wanted)
    return open_delimited(wanted.path, wanted.layer, wanted.encoding, wanted.stated)


def _workbook(wanted: _Wanted) -> Source:
    return open_workbook(wanted.path, wanted.layer, wanted.layer_name, wanted.stated)


_OPENERS: dict[str, Callable[[_Wanted], Source]] = {
    ".gpkg": _vector("GeoPackage", "GPKG"),
    ".fgb": _vector("FlatGeobuf", "FlatGeobuf"),
    ".gdb": _vector("FileGDB", *FILEGDB_DRIVERS),
    ".kml": _vector("KML", "KML", "LIBKML"),
    ".kmz": _vector("KML", "KML", "LIBKML"),
    ".geojson": _geojson(by_line=False),
    ".json": _geojson(by_line=False),
    ".geojsonl": _geojson(by_line=True),
    ".geojsons": _geojson(by_line=True),
    ".ndjson": _geojson(by_line=True),
    ".shp": _shapefile,
    ".zip": _archive,
    ".dxf": _dxf,
    ".csv": _delimited,
    ".txt": _delimited,
    ".tsv": _delimited,
    ".xlsx": _workbook,
    ".xlsm": _workbook,
    ".xls": _workbook,
    ".parquet": _parquet,
    ".geoparquet": _parquet,
    ".pq": _parquet,
}
