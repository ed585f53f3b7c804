"""Published rows as files: CSV, GeoJSON and canonical lines; the same rows give the same bytes (公开文件)."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import shapely

from gis.editions.canonical import by_distinct, joined, json_tokens, stretches, table_bytes
from gis.editions.columns import NUMBER_DIGITS, PUBLISHED, Column
from gis.editions.metadata import WORDS, Line

_BOM: Final = b"\xef\xbb\xbf"
_DRAWN: Final = ("place", "area")


def write_csv_zh(path: Path, published: pa.Table, lines: Sequence[Line]) -> None:
    """Write a CSV file with Chinese headers and words, and a mark so that spreadsheets know it is UTF-8."""
    del lines
    _write_csv(path, _in_chinese(published), [each.zh for each in PUBLISHED], PUBLISHED)


def write_csv_en(
    path: Path, published: pa.Table, lines: Sequence[Line], columns: Sequence[Column] = PUBLISHED
) -> None:
    """Write a CSV file with the names and words that machines read."""
    del lines
    _write_csv(path, published, [each.name for each in columns], columns)


def _in_chinese(published: pa.Table) -> pa.Table:
    made = published
    for at, column in enumerate(PUBLISHED):
        if column.name in WORDS:
            words = WORDS[column.name]
            said = by_distinct(
                made[column.name].combine_chunks(), lambda each, words=words: words.get(each, (each,))[0]
            )
            made = made.set_column(at, column.name, said)
    return made


def _write_csv(path: Path, table: pa.Table, headers: list[str], columns: Sequence[Column]) -> None:
    for at, column in enumerate(columns):
        values = table.column(at).combine_chunks()
        if column.kind in _DRAWN:
            table = table.set_column(at, column.name, by_distinct(values, as_wkt))
        elif column.kind == "number":  # as a number it stands there without quotes
            table = table.set_column(
                at, column.name, pc.cast(values, pa.decimal128(NUMBER_DIGITS, column.decimals))
            )
    buffer = io.BytesIO()
    arrow_csv.write_csv(table, buffer, arrow_csv.WriteOptions(include_header=False))
    head = ",".join(headers)
    with path.open("wb") as stream:
        stream.write(_BOM + f"{head}\n".encode())
        stream.write(buffer.getbuffer())


def as_wkt(place: str) -> str:
    """Return a place or an area as well-known text."""
    return shapely.to_wkt(shapely.from_wkb(place), rounding_precision=7)


def write_geojson(
    path: Path, published: pa.Table, lines: Sequence[Line], columns: Sequence[Column] = PUBLISHED
) -> None:
    """Write a GeoJSON file (RFC 7946), a feature a line; ``metadata`` is what the edition says of itself."""
    told = {line.key: {"zh": line.value_zh, "en": line.value_en} for line in lines}
    with path.open("wb") as stream:
        stream.write(b'{"type":"FeatureCollection",\n"metadata":')
        stream.write(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())
        stream.write(b',\n"features":[')
        first = True
        for chunk in stretches(published):
            data = _features(chunk, columns)
            stream.write(data[1:] if first else data)  # no comma before the first
            first = False
        stream.write(b"\n]}\n")


def _features(chunk: pa.Table, columns: Sequence[Column]) -> bytes:
    place = drawn_column(columns)
    properties = [each for each in columns if each is not place]
    parts: list[Any] = [
        ',\n{"type":"Feature","id":',
        json_tokens(chunk[columns[0].name].combine_chunks(), columns[0]),
        ',"geometry":',
        json_tokens(chunk[place.name].combine_chunks(), place),
        ',"properties":',
    ]
    for number, column in enumerate(properties):
        parts.append(f"{',' if number else '{'}{json.dumps(column.name)}:")
        parts.append(json_tokens(chunk[column.name].combine_chunks(), column))
    return joined([*parts, "}}"])


def drawn_column(columns: Sequence[Column]) -> Column:
    """Return the column of places or areas."""
    return next(each for each in columns if each.kind in _DRAWN)


def write_lines(path: Path, published: pa.Table, lines: Sequence[Line]) -> None:
    """Write the canonical bytes of the rows, so that anyone can take their hash."""
    del lines
    with path.open("wb") as stream:
        stream.writelines(table_bytes(published, PUBLISHED))


def typed(published: pa.Table, columns: Sequence[Column] = PUBLISHED) -> pa.Table:
    """Return the rows with numbers as float64, days as dates and places as WKB."""
    made = {}
    for column in columns:
        values = published[column.name].combine_chunks()
        if column.kind == "number":
            values = pc.cast(values, pa.float64())
        elif column.kind == "day":
            values = pc.cast(values, pa.date32())
        elif column.kind in _DRAWN:
            values = _wkb(values)
        made[column.name] = values
    return pa.table(made)


def _wkb(values: pa.Array) -> pa.Array:
    coded = pc.dictionary_encode(values)
    shapes = shapely.from_wkb(coded.dictionary.to_pylist())
    known = pa.array(list(shapely.to_wkb(shapes, byte_order=1, output_dimension=2)), pa.binary())
    return known.take(coded.indices) if len(known) else pa.nulls(len(values), pa.binary())
