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


@dataclass(slots=True)
class Header:
    """The header row: its number, its names, and how well they fit a layer."""

    row: int
    names: tuple[str, ...]
    score: tuple[int, int]


@dataclass(slots=True)
class _Scan:
    """What a reading of the whole table found."""

    count: int = 0
    width: int = 0
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
        None for a table without a single filled cell.
    """
    filled = ((number, [str(cell or "").strip() for cell in cells]) for number, cells in rows)
    first = list(islice((row for row in filled if any(row[1])), HEADER_ROWS))
    if not first:
        return None
    wanted = {folded(part) for words in stated.values() for part in (words, *words.split("+"))}
    scored = [(_fit(cells, layer, wanted), number, cells) for number, cells in first]
    best = max(scored, key=lambda each: each[0])
    if not any(best[0]):
        widest = max(sum(map(bool, cells)) for _, cells in first)
        best = next(each for each in scored if 2 * sum(map(bool, each[2])) > widest)
    (_, required, bound), number, cells = best
    while cells and not cells[-1]:
        cells.pop()
    return Header(number, unique(cells), (required, bound))


def open_table(table: Table, header: Header, layer: Layer, stated: Mapping[str, str] | None) -> Source:
    """Return a table as a source; reads all of it once to know what its rows have in common.

    Raises
    ------
    InputError
        Its rows are in several coordinate systems.
    MappingError
        A coordinate column that ``--map`` names does not exist.
    """
    places = Places()
    if layer.geometry:
        sample = _cells([cells for _, cells in islice(_body(table, header), 100)], len(header.names))
        places = find_places(header.names, sample, stated)
    scan = _scan(table, header, places)
    kept = [place for place in range(scan.width) if place not in places.columns]

    def chunks() -> Iterator[Chunk]:
        for index, cells in _stretches(_body(table, header), scan.width, ()):
            frame = {header.names[place]: _column(cells[:, place], index) for place in kept}
            rows = pd.DataFrame(frame, index=index)
            yield Chunk(rows, places.geometries(cells) if places.found else None)

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
        findings=tuple(_findings(table, layer, scan, len(header.names))),
    )


def empty(path: Path, what: str = "file") -> SourceError:
    """Return the error for a table without a filled cell."""
    return SourceError(f"{path.name}: the {what} is empty.", repair="Export the data again, with a header row.")
