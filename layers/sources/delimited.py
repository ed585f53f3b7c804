"""Delimited text (CSV, TXT): encoding, delimiter and rows as they stand."""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from gis.dictionary.model import Layer
from gis.errors import SourceError
from layers.sources.encoding import Encoding, detect_file, open_text, refuse_nul
from layers.sources.model import Source
from layers.sources.tabular import Row, Table, empty, find_header, open_table

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_ROWS = 100
_EXCEL_HINT = re.compile(r"sep=(.)\s*", re.IGNORECASE)


def open_delimited(path: Path, layer: Layer, encoding: str | None, stated: Mapping[str, str]) -> Source:
    """Open a table of delimited text.

    Raises
    ------
    TextEncodingError
        It is neither UTF-8 nor GB18030, or not in the stated encoding.
    SourceError
        It is empty, holds NUL bytes, or a quotation mark is not closed.
    """
    found = detect_file(path, encoding)
    refuse_nul(path, found)
    # A polygon as well-known text is longer than the csv module's own limit.
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    delimiter = _delimiter(path, found)

    def rows() -> Iterator[Row]:
        return _rows(path, found, delimiter)

    header = find_header(rows(), layer, stated)
    if header is None:
        raise empty(path)
    return open_table(Table(path, "CSV", "", found.name, rows), header, layer, stated)


def _rows(path: Path, encoding: Encoding, delimiter: str) -> Iterator[Row]:
    with open_text(path, encoding) as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        number = 0
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as fault:
                where = f"row {number + 1} (line {line})"
                detail = f"{path.name}: a quotation mark in {where} is not closed ({fault})."
                raise SourceError(detail, repair='Write a quotation mark inside a text twice: "".') from fault
            if cells is None:
                return
            number += 1
            if number == 1 and cells:
                cells[0] = cells[0].removeprefix("\ufeff")
                if _EXCEL_HINT.fullmatch(delimiter.join(cells).strip()):
                    continue
            yield number, cells


def _delimiter(path: Path, encoding: Encoding) -> str:
    """Return the delimiter that cuts the first rows into equally many cells, most of them first."""
    with open_text(path, encoding) as file:
        hint = _EXCEL_HINT.match(file.readline(80).removeprefix("\ufeff"))
    if hint:
        return hint[1]
    scores = {each: _consistency(path, encoding, each) for each in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda each: scores[each])
    # Blanks part the columns only where they do so without exception and nothing else does.
    if scores[best][0] < 1.0 and _consistency(path, encoding, " ")[0] == 1.0:
        return " "
    return best


def _consistency(path: Path, encoding: Encoding, delimiter: str) -> tuple[float, int]:
    """Return the share of the first rows with the commonest number of cells, and that number."""
    with open_text(path, encoding) as file:
        sizes: Counter[int] = Counter()
        try:
            for cells in islice(csv.reader(file, delimiter=delimiter), _SAMPLE_ROWS):
                if any(cells):
                    sizes[len(cells)] += 1
        except csv.Error:
            return 0.0, 0
    several = Counter({size: count for size, count in sizes.items() if size > 1})
    if not several:
        return 0.0, 0
    size, count = max(several.items(), key=lambda item: (item[1], item[0]))
    return count / sizes.total(), size
