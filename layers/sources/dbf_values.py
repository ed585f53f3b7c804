"""Values of an attribute table (DBF), read from its bytes.

GDAL reads a figure that is none, or ``--``, as 0 and says so only in a warning; here it stays the text it is.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from layers.sources.dbf import ASCII_END, Bytes2D, Dbf, DbfField, decode_cell

_DAY = r"^(\d{4})(\d{2})(\d{2})$"
_NO_DAY = "00000000"


def read_columns(
    table: Dbf, names: Iterable[str], records: npt.NDArray[np.int64], codec: str
) -> dict[str, pa.Array]:
    """Read some records.

    Parameters
    ----------
    table
        The table.
    names
        Its columns' names.
    records
        shape (n,), 0-based numbers of the records.
    codec
        The text's encoding; every text was checked to fit it.

    Returns
    -------
    dict
        Name -> values, shape (n,): text, dates as ISO text, booleans, whole numbers or floats; a column of
        numbers with a value that is none is text.
    """
    block = table.records[records]
    return {
        name: _column(each, block[:, each.start : each.start + each.width], codec)
        for name, each in zip(names, table.fields, strict=True)
    }


def _column(field: DbfField, cells: Bytes2D, codec: str) -> pa.Array:
    cells = np.ascontiguousarray(cells)
    raw = pa.Array.from_buffers(pa.binary(field.width), len(cells), [None, pa.py_buffer(cells)])
    is_plain = not cells.size or (cells.min() > 0 and cells.max() < ASCII_END)
    words = _plain(raw) if is_plain else _decoded(raw, codec if field.type == "C" else "latin-1")
    if field.type == "L":
        truth = pc.if_else(pc.is_in(words, pa.array(list("TtYy"))), True, None)  # a value, no switch
        return pc.if_else(pc.is_in(words, pa.array(list("FfNn"))), False, truth)  # as above
    if field.type == "D":
        days = pc.if_else(pc.equal(words, _NO_DAY), None, words)
        return pc.replace_substring_regex(days, _DAY, r"\1-\2-\3")
    return words if field.type == "C" else _numbers(words)


def _plain(raw: pa.Array) -> pa.Array:
    """Decode cells of ASCII without NUL; None for blank ones."""
    words = pc.ascii_trim_whitespace(raw.cast(pa.binary()).cast(pa.string()))
    return pc.if_else(pc.equal(words, ""), None, words)


def _decoded(raw: pa.Array, codec: str) -> pa.Array:
    """Decode cells, each distinct one once; NUL ends a text."""
    distinct = raw.dictionary_encode()
    cells = (cell.split(b"\0")[0].strip(b" ") for cell in distinct.dictionary.to_pylist())
    texts = [decode_cell(each, codec, full=True)[0].strip() or None for each in cells]
    return pa.array(texts, pa.string()).take(distinct.indices)


def _numbers(words: pa.Array) -> pa.Array:
    words = pc.if_else(pc.match_substring_regex(words, r"^\*+$"), None, words)
    for kind in (pa.int64(), pa.float64()):
        try:
            return words.cast(kind)
        except pa.ArrowInvalid:
            continue
    return words
