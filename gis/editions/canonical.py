"""The canonical bytes of an edition, over which its hash is taken (规范字节).

A table is one JSON object a line, ended by a line feed, in the order of the ids by their UTF-8 bytes. Keys
are sorted and there is no blank outside of texts. Text is UTF-8; the quotation mark, the backslash and what
lies below U+0020 are escaped as JSON does. Numbers have the decimals of their column, a missing value is
``null``, a place or an area is its GeoJSON with seven decimals. A document such as the header is one such
line; its numbers are as Python writes them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from gis.editions.columns import Column

DEGREE_DECIMALS: Final = 7
"""Decimals of a place, degrees: a centimetre."""

_ROWS_AT_ONCE: Final = 50_000
_CONTROL: Final = r"[\x00-\x1f]"


def document_bytes(document: object) -> bytes:
    """Return the canonical bytes of a document: one line of JSON with a line feed."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"{text}\n".encode()


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def table_bytes(table: pa.Table, columns: Sequence[Column]) -> Iterator[bytes]:
    """Yield the canonical bytes of a table, many lines at a time.

    Parameters
    ----------
    table
        A column of texts for each of ``columns``, in the order of the ids.
    columns
        Which columns, in any order.
    """
    ordered = sorted(columns, key=lambda each: each.name)
    for chunk in stretches(table):
        parts: list[Any] = []
        for number, column in enumerate(ordered):
            parts.append(f"{',' if number else '{'}{json.dumps(column.name)}:")
            parts.append(json_tokens(chunk[column.name].combine_chunks(), column))
        yield joined([*parts, "}\n"])


def table_sha256(*tables: tuple[pa.Table, Sequence[Column]]) -> str:
    """Return the SHA-256 over the canonical bytes of tables, one after the other."""
    digest = hashlib.sha256()
    for table, columns in tables:
        for data in table_bytes(table, columns):
            digest.update(data)
    return digest.hexdigest()


def stretches(table: pa.Table) -> Iterator[pa.Table]:
    """Yield a table in stretches that bound the memory of what is made of them."""
    for start in range(0, len(table), _ROWS_AT_ONCE):
        yield table.slice(start, _ROWS_AT_ONCE)


def joined(parts: Sequence[Any]) -> bytes:
    """Return arrays of texts and constants side by side, row after row, as UTF-8; the arrays hold no null."""
    lines = pc.binary_join_element_wise(*parts, "")
    _, offsets, data = lines.buffers()
    at = np.frombuffer(offsets, dtype=np.int32)
    return bytes(memoryview(data)[at[lines.offset] : at[lines.offset + len(lines)]])


def json_tokens(values: pa.Array, column: Column) -> pa.Array:
    """Return each value as it stands in JSON."""
    if column.kind in {"number", "flag"}:
        tokens = values
    elif column.kind == "place":
        tokens = by_distinct(values, place_token)
    elif column.kind == "area":
        tokens = by_distinct(values, area_token)
    elif pc.any(pc.match_substring_regex(values, _CONTROL)).as_py():
        tokens = by_distinct(values, lambda each: json.dumps(each, ensure_ascii=False))
    else:
        escaped = pc.replace_substring(pc.replace_substring(values, "\\", "\\\\"), '"', '\\"')
        tokens = pc.binary_join_element_wise('"', escaped, '"', "")
    return pc.fill_null(tokens, "null")


def by_distinct(values: pa.Array, say: Any) -> pa.Array:  # noqa: ANN401  # text to text
    """Return what a function makes of each text; it is asked once for each distinct one, null stays."""
    coded = pc.dictionary_encode(values)
    made = pa.array([say(each) for each in coded.dictionary.to_pylist()], pa.string())
    return made.take(coded.indices) if len(made) else pa.nulls(len(values), pa.string())


def ring_of(place: str) -> list[tuple[str, str]]:
    """Return the corners of a place as decimals; exact, so that no change of a bit is lost.

    Raises
    ------
    ValueError
        Where it is no polygon of one ring, or a corner is not on the seventh decimal.
    """
    shape = shapely.from_wkb(place)
    if not isinstance(shape, shapely.Polygon) or shape.interiors or shapely.get_srid(shape) != 4326:  # noqa: PLR2004  # the EPSG code
        raise ValueError("the place is no polygon of one ring in EPSG:4326")
    return _corners(shape)


def _corners(shape: shapely.Geometry) -> list[tuple[str, str]]:
    """Return the corners of a shape as decimals.

    Raises
    ------
    ValueError
        Where one is not on the seventh decimal.
    """
    corners = shapely.get_coordinates(shape)
    if not np.array_equal(corners, np.round(corners, DEGREE_DECIMALS)):
        raise ValueError(f"a corner of the place has more than {DEGREE_DECIMALS} decimals")
    return [(f"{x:.{DEGREE_DECIMALS}f}", f"{y:.{DEGREE_DECIMALS}f}") for x, y in corners.tolist()]


def place_token(place: str) -> str:
    """Return a place as GeoJSON."""
    return f'{{"coordinates":[{_ring_token(ring_of(place))}],"type":"Polygon"}}'


def area_token(area: str) -> str:
    """Return an area as GeoJSON.

    Raises
    ------
    ValueError
        Where it is no multipolygon, or a corner is not on the seventh decimal.
    """
    shape = shapely.from_wkb(area)
    if not isinstance(shape, shapely.MultiPolygon) or shapely.get_srid(shape) != 4326:  # noqa: PLR2004  # the EPSG code
        raise ValueError("the area is no multipolygon in EPSG:4326")
    polygons = (
        ",".join(_ring_token(_corners(ring)) for ring in (each.exterior, *each.interiors))
        for each in shape.geoms
    )
    return f'{{"coordinates":[{",".join(f"[{each}]" for each in polygons)}],"type":"MultiPolygon"}}'


def _ring_token(corners: Sequence[tuple[str, str]]) -> str:
    return f"[{','.join(f'[{x},{y}]' for x, y in corners)}]"
