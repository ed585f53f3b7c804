"""GeoJSON and GeoJSON text sequences: their encoding, the CRS they name and their lines that are no JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

from gis.crs import read_crs
from gis.dictionary.model import Layer
from gis.errors import CrsError, SourceError
from layers.sources.encoding import UTF_8, as_utf8, open_text
from layers.sources.model import Source
from layers.sources.vector import Dataset, open_vector

_DRIVERS = ("GeoJSON", "GeoJSONSeq", "ESRIJSON", "TopoJSON")
_CRS_NAME = re.compile(r'"crs"\s*:\s*\{[^{}]*"properties"\s*:\s*\{[^{}]*"name"\s*:\s*"([^"]+)"')
_LOOKED_AT = 1 << 16
_RECORD_SEPARATOR = "\x1e"


def open_geojson(
    path: Path, layer: Layer, layer_name: str | None, encoding: str | None, *, by_line: bool
) -> Source:
    """Open a GeoJSON file, or one feature a line (``by_line``).

    Raises
    ------
    TextEncodingError
        It is neither UTF-8 nor GB18030.
    SourceError
        It is no JSON; names the line.
    """
    text, found, stage = as_utf8(path, encoding)
    if by_line:
        _require_json_lines(path, text)
    dataset = Dataset(path, str(text), "GeoJSONSeq" if by_line else "GeoJSON", _DRIVERS, stage)
    return open_vector(dataset, layer, layer_name, encoding=found.name, crs=_named_crs(text))


def _named_crs(path: Path) -> str | None:
    """Return the CRS the file names where GDAL would take EPSG:4326 in its place without a word."""
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
        file.seek(max(len(head), path.stat().st_size - _LOOKED_AT))
        ends = head + file.read()
    match = _CRS_NAME.search(ends.decode("utf-8", errors="replace"))
    if match is None:
        return None
    try:
        crs = read_crs(match[1])
    except CrsError:
        return match[1]
    return crs.name if crs.datum_shift != "none" else None


def _require_json_lines(path: Path, text: Path) -> None:
    """Refuse a line that is no JSON: GDAL would leave it out in silence."""
    with open_text(text, UTF_8) as file:
        for number, line in enumerate(file, 1):
            if _RECORD_SEPARATOR in line:
                return  # records may then run over several lines
            if not line.strip():
                continue
            try:
                json.loads(line)
            except ValueError as fault:
                detail = f"{path.name} has no JSON in line {number}: {fault}."
                raise SourceError(
                    detail, repair="Export the file again; each line is one feature."
                ) from fault
