"""Tables of rows and cells, whatever file they come from: header row, names, places, ragged rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.dictionary.headers import folded
from gis.dictionary.model import Layer
from gis.errors import SourceError
from gis.findings import Finding, error, warning
from layers.sources.choice import header_score
from layers.sources.model import CHUNK_ROWS, Chunk, Source
from layers.sources.names import unique
from layers.sources.place_columns import Places, find_places, is_place_header

Row = tuple[int, list[Any]]
"""Number of a row as a spreadsheet shows it, and its cells: text, numbers, booleans, None or ""."""

HEADER_ROWS = 10
"""Rows in which the header is looked for; titles may stand above it."""

_LONGEST_HEADER = 60
_LISTED = 10
_FALSE = (0, False)
"""Values that count as filled though they are not true."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as a file has it.

    Attributes
    ----------
    path, format, name, encoding
        As in Source; ``name`` is the sheet.
    rows
        Call it to read the rows; each call starts anew.
    """

    path: Path
    format: str
    name: str
    encoding: str
    rows: Callable[[], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class Header:
    """The header row: its number, its names, and which of them the file itself gives."""

    row: int
    names: tuple[str, ...]
    named: tuple[bool, ...]


@dataclass(slots=True)
class _Scan:
    """What a reading of the whole table found.

    ``filled`` tells which columns hold a value; ``long`` and ``short`` are the numbers of rows with more
    and with fewer cells than the header.
    """

    filled: NDArray[np.bool_]
    count: int = 0
    long: list[int] = field(default_factory=list)
    short: list[int] = field(default_factory=list)


def find_header(rows: Iterable[Row], layer: Layer, stated: Mapping[str, str]) -> Header | None:
    """Find the header among the first rows: the one that fits the layer best, else the first full one.

    Parameters
    ----------
    rows
        The table's rows.
    layer
        The layer to fill.
    stated
        ``--map``; a row that holds the columns it names is the header.

    Returns
    -------
    Header
        None for a table without a filled cell.
    """
    texts = (
        (number, ["" if cell is None else str(cell).strip() for cell in cells]) for number, cells in rows
    )
    first = list(islice((row for row in texts if any(row[1])), HEADER_ROWS))
    if not first:
        return None
    wanted = {folded(part) for words in stated.values() for part in (words, *words.split("+"))}
    scores = [_fit(cells, layer, wanted) for _, cells in first]
    if any(map(any, scores)):
        number, cells = first[scores.index(max(scores))]
    else:
        widest = max(sum(map(bool, cells)) for _, cells in first)
        number, cells = next(row for row in first if 2 * sum(map(bool, row[1])) > widest)
    return Header(number, unique(cells), tuple(map(bool, cells)))


def open_table(table: Table, header: Header, layer: Layer, stated: Mapping[str, str]) -> Source:
    """Return a table as a source; reads all of it once to know what its rows have in common.

    Raises
    ------
    InputError
        Its rows are in several coordinate systems.
    MappingError
        A coordinate column that ``--map`` names does not exist.
    """
    width = len(header.names)
    scan = _Scan(np.array(header.named))
    places = Places()
    if layer.geometry:
        _, sample = next(_stretches(table, header, _Scan(scan.filled)), (None, np.empty((0, width), object)))
        places = find_places(header.names, sample, stated)
    for _, cells in _stretches(table, header, scan):
        scan.filled |= pd.notna(cells).any(axis=0)
        places.learn(cells)
    kept = [place for place in np.flatnonzero(scan.filled).tolist() if place not in places.columns]

    def chunks() -> Iterator[Chunk]:
        for index, cells in _stretches(table, header, _Scan(scan.filled)):
            frame = {header.names[place]: _column(cells[:, place], index) for place in kept}
            yield Chunk(pd.DataFrame(frame, index=index), places.geometries(cells) if places.found else None)

    return Source(
        path=table.path,
        format=table.format,
        layer_name=table.name,
        columns=tuple(header.names[place] for place in kept),
        has_geometry=places.found,
        crs=places.crs(),
        encoding=table.encoding,
        row_count=scan.count,
        chunks=chunks,
        findings=tuple(_findings(table, layer, scan, width)),
    )


def empty(path: Path, what: str = "file") -> SourceError:
    """Return the error for a table without a filled cell."""
    return SourceError(
        f"{path.name}: the {what} is empty.", repair="Export the data again, with a header row."
    )


def _fit(cells: Sequence[str], layer: Layer, wanted: set[str]) -> tuple[int, int, int]:
    """Rank a row as header: columns the user names, required fields, and all fields and coordinates."""
    headers = [cell for cell in cells if 0 < len(cell) <= _LONGEST_HEADER]
    required, bound = header_score(headers, layer)
    places = sum(map(is_place_header, headers)) if layer.geometry else 0
    return len(wanted & {folded(cell) for cell in headers}), required, bound + places


def _stretches(table: Table, header: Header, scan: _Scan) -> Iterator[tuple[pd.Index, NDArray[np.object_]]]:
    """Yield numbers and cells, shape (n, columns), of the rows below the header; count them in ``scan``."""
    width = len(header.names)
    numbers: list[int] = []
    rows: list[list[Any]] = []
    for number, cells in table.rows():
        if number <= header.row or not (any(cells) or any(cell in _FALSE for cell in cells)):
            continue
        if len(cells) != width:
            if len(cells) < width:
                scan.short.append(number)
            elif any(cells[width:]):
                scan.long.append(number)
                continue
            cells = [*cells[:width], *[None] * (width - len(cells))]  # noqa: PLW2901  # the row as it is kept
        numbers.append(number)
        rows.append(cells)
        if len(rows) == CHUNK_ROWS:
            yield _stretch(numbers, rows)
            scan.count += len(rows)
            numbers, rows = [], []
    scan.count += len(rows)
    if rows:
        yield _stretch(numbers, rows)


def _stretch(numbers: list[int], rows: list[list[Any]]) -> tuple[pd.Index, NDArray[np.object_]]:
    cells = np.empty((len(rows), len(rows[0])), dtype=object)
    cells[:] = rows
    cells[cells == ""] = None
    return pd.Index(numbers), cells


def _column(values: NDArray[np.object_], index: pd.Index) -> pd.Series:
    """Return a column: all whole numbers, all numbers, or objects."""
    types = set(map(type, values))
    if types == {int}:
        return pd.Series(values.astype(np.int64), index=index)
    if types & {int, float} and types <= {int, float, type(None)}:
        return pd.Series(values.astype(np.float64), index=index)
    return pd.Series(values, index=index, dtype=object)


def _findings(table: Table, layer: Layer, scan: _Scan, width: int) -> Iterator[Finding]:
    for rows, words, make in (
        (scan.long, "more cells than the header has columns and are left out", error),
        (scan.short, "fewer cells than the header has columns; what is missing is read as empty", warning),
    ):
        if rows:
            listed = ", ".join(map(str, rows[:_LISTED])) + (", ..." if len(rows) > _LISTED else "")
            message = f"{table.path.name}: {len(rows):,} rows have {words} ({width}): rows {listed}"
            repair = "Put text that holds the delimiter in quotation marks, and complete the rows."
            yield make("row_ragged", layer.name, None, message, repair)
