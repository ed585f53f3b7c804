"""The attribute table of a shapefile (DBF): its header, and the encoding of its text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gis.errors import SourceError, TextEncodingError
from layers.sources.encoding import DETECTED, GB18030, UTF_8, Encoding, named_encoding, shown_bytes

_HEADER_BYTES = 32
_NAME_BYTES = 10
_DELETED = ord("*")
_GBK_LANGUAGES = frozenset({0x4D, 0x7A})
_KINDS = "CNFDL"
"""Text, numbers, dates and booleans; memos and the binary kinds of other programs are left out."""
_BLOCK_ROWS = 1 << 16
ASCII_END = 0x80
_SAMPLE = 1000
_CHINESE = re.compile("[\u4e00-\u9fff]")

Bytes2D = npt.NDArray[np.uint8]


class DbfField(NamedTuple):
    """One column: its name as bytes, its type (C, N, F, D or L), its place in a record and its width."""

    name: bytes
    type: str
    start: int
    width: int


class Texts(NamedTuple):
    """A stretch of one column: its place and width, the record numbers from 1, and the bytes of each."""

    place: int
    width: int
    records: npt.NDArray[np.int64]
    cells: Bytes2D

    def raw(self) -> Iterator[bytes]:
        """Yield each text's bytes, without what fills it up."""
        for cell in self.cells:
            yield cell.tobytes().split(b"\0")[0].rstrip(b" ")


@dataclass(frozen=True, slots=True)
class Dbf:
    """An attribute table.

    Attributes
    ----------
    name
        The file's name for people.
    language
        Its language driver id.
    fields
        Its columns.
    records
        shape (n, record length), every record's bytes, mapped from the file; the first marks deleted ones.
    """

    name: str
    language: int
    fields: tuple[DbfField, ...]
    records: Bytes2D

    @property
    def kept(self) -> int:
        """Number of records that are not deleted."""
        return int(np.count_nonzero(self.records[:, 0] != _DELETED)) if len(self.records) else 0

    def texts(self) -> Iterator[Texts]:
        """Yield stretches of text that hold more than ASCII, without the deleted records."""
        for start in range(0, len(self.records), _BLOCK_ROWS):
            block = self.records[start : start + _BLOCK_ROWS]
            kept = np.flatnonzero(block[:, 0] != _DELETED)
            for place, each in enumerate(self.fields):
                if each.type != "C":
                    continue
                cells = block[kept, each.start : each.start + each.width]
                if cells.size and cells.max() >= ASCII_END:
                    yield Texts(place, each.width, kept + start + 1, cells)


@dataclass(slots=True)
class TextCheck:
    """How a table's text fits an encoding.

    Attributes
    ----------
    fault
        The first text that does not fit, in words; None where all fit.
    cut
        Number of texts whose last character is cut by the width of the column.
    cut_example
        Record and column of the first of them, in words.
    """

    fault: str | None = None
    cut: int = 0
    cut_example: str = ""
    names: list[str] = field(default_factory=list)


def read_dbf(path: Path, name: str) -> Dbf:
    """Read the header of an attribute table and map its records.

    Raises
    ------
    SourceError
        It is damaged or shorter than its header says.
    """
    repair = "Copy the whole shapefile again: .shp, .shx, .dbf, .prj and .cpg."
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
        if len(head) < _HEADER_BYTES:
            raise SourceError(f"{name} is too short to be an attribute table.", repair=repair)
        count = int.from_bytes(head[4:8], "little")
        header_length = int.from_bytes(head[8:10], "little")
        record_length = int.from_bytes(head[10:12], "little")
        body = file.read(max(0, header_length - _HEADER_BYTES))
    fields: list[DbfField] = []
    start = 1
    for at in range(0, len(body) - _HEADER_BYTES + 1, _HEADER_BYTES):
        entry = body[at : at + _HEADER_BYTES]
        if entry[0] == ord("\r"):
            break
        if chr(entry[11]) in _KINDS and entry[16]:
            fields.append(DbfField(entry[:11].split(b"\0")[0], chr(entry[11]), start, entry[16]))
        start += entry[16]
    if start > record_length:
        raise SourceError(f"{name} is damaged: its columns do not fit its records.", repair=repair)
    there = max(0, size - header_length) // record_length
    if there < count:
        detail = f"{name} is cut short: it holds {there:,} of {count:,} records."
        raise SourceError(detail, repair=repair)
    shape = (count, record_length)
    empty = np.empty(shape, dtype=np.uint8)
    records = np.memmap(path, np.uint8, "r", header_length, shape) if count else empty
    return Dbf(name, head[29], tuple(fields), records)


def find_encoding(table: Dbf, stated: str | None, cpg: str | None) -> tuple[Encoding, TextCheck]:
    """Find the encoding of a table's text and column names; every text must fit.

    Parameters
    ----------
    table
        The table.
    stated
        What the user gave with ``--encoding``; it wins.
    cpg
        The words of the ``.cpg`` file beside it; obeyed next.

    Raises
    ------
    TextEncodingError
        A text does not fit; names its record, column and bytes, and the encoding that would fit.
    """
    for words, source in ((stated, "--encoding"), (cpg, ".cpg")):
        wanted = named_encoding(words) if words else None
        if wanted is not None:
            return wanted, _require(table, wanted, source)
    checks = [(each, check_text(table, each.codec)) for each in DETECTED]
    fitting = [(each, check) for each, check in checks if check.fault is None]
    if not fitting:
        raise TextEncodingError(
            f"The text of {table.name} is neither UTF-8 nor GB18030:",
            repair="Name its encoding with --encoding; ask who made the file.",
            faults=tuple(f"{each.name}: {check.fault}" for each, check in checks),
        )
    says_gbk = table.language in _GBK_LANGUAGES and fitting[-1][0] is GB18030
    if says_gbk and not any(_CHINESE.search(text) for text in sample_texts(table, UTF_8)):
        return fitting[-1]
    return fitting[0]


def check_text(table: Dbf, codec: str) -> TextCheck:
    """Decode the column names and every text of a table, strictly.

    A character cut by the width of the column is no fault: many writers cut by bytes.
    """
    result = TextCheck()
    for each in table.fields:
        try:
            name, cut = decode_cell(each.name, codec, full=len(each.name) >= _NAME_BYTES)
        except UnicodeDecodeError as fault:
            where = f"the column name {len(result.names) + 1} holds the bytes"
            result.fault = f"{where} {shown_bytes(each.name[fault.start :])}"
            return result
        result.names.append(name)
        if cut:
            _count_cut(result, f"column name {name!r}")
    for texts in table.texts():
        if _fits_whole(texts.cells, codec):
            continue
        _check_each(result, texts, codec)
        if result.fault is not None:
            break
    return result


def decode_cell(raw: bytes, codec: str, *, full: bool) -> tuple[str, bool]:
    """Decode one text; the incomplete tail of one that fills its column is dropped.

    Returns
    -------
    tuple
        The text, and whether its tail was dropped.

    Raises
    ------
    UnicodeDecodeError
        The bytes do not fit.
    """
    try:
        return raw.decode(codec), False
    except UnicodeDecodeError:
        if not full:
            raise
        text = codecs.getincrementaldecoder(codec)().decode(raw)
        return text, True


def _require(table: Dbf, wanted: Encoding, source: str) -> TextCheck:
    check = check_text(table, wanted.codec)
    if check.fault is None:
        return check
    others = [each for each in DETECTED if each.codec != wanted.codec]
    fitting = [each.name.lower() for each in others if check_text(table, each.codec).fault is None]
    detail = f"The text of {table.name} is not {wanted.name}, as {source} says: {check.fault}."
    repair = f"It can be read with --encoding {fitting[0]}." if fitting else "Ask who made the file."
    raise TextEncodingError(detail, repair=repair)


def _fits_whole(cells: Bytes2D, codec: str) -> bool:
    """Whether all cells fit, decoded in one go; a line end between them is never part of a character."""
    ends = np.full((len(cells), 1), ord("\n"), dtype=np.uint8)
    try:
        np.hstack([cells, ends]).tobytes().decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _check_each(result: TextCheck, texts: Texts, codec: str) -> None:
    for record, raw in zip(texts.records.tolist(), texts.raw(), strict=True):
        where = f"record {record}, column {result.names[texts.place]!r}"
        try:
            text, cut = decode_cell(raw, codec, full=len(raw) == texts.width)
        except UnicodeDecodeError as fault:
            result.fault = f"{where} holds the bytes {shown_bytes(raw[fault.start :])}"
            return
        if cut:
            _count_cut(result, f"{where}: {text!r}")


def _count_cut(result: TextCheck, example: str) -> None:
    result.cut += 1
    result.cut_example = result.cut_example or example


def sample_texts(table: Dbf, encoding: Encoding) -> list[str]:
    """Return the column names and some texts with more than ASCII, in an encoding that fits them."""
    raw = [each.name for each in table.fields]
    raw += islice(chain.from_iterable(texts.raw() for texts in table.texts()), _SAMPLE)
    return [each.decode(encoding.codec, errors="ignore") for each in raw]
