"""What every reader hands on: a source, and its rows in chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.findings import Finding

CHUNK_ROWS = 50_000
"""Rows read at a time: large enough for vectorised work, small enough to bound the memory."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of rows as the source has them.

    Attributes
    ----------
    rows
        One column per source column, named as in the source; the index is the 1-based row number in
        the source. Text is decoded, numbers may be numbers or text.
    geometry
        shape (n,), shapely geometries in the source's CRS, None where a row has none; None for a
        source without geometry.
    layer
        The layer the rows belong to, where the source itself tells (OpenStreetMap); else "".
    """

    rows: pd.DataFrame
    geometry: NDArray[np.object_] | None
    layer: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One readable layer of one file.

    Attributes
    ----------
    path
        The file or folder the user named.
    format
        Short name of the format, for people ("Shapefile", "XLSX").
    layer_name
        The layer, sheet or table inside the file; "" where there is only one.
    columns
        Names of the attribute columns in source order.
    has_geometry
        Whether chunks carry geometry.
    crs
        WKT, PROJJSON or authority code of the CRS as found; None where the file states none.
    encoding
        Text encoding as found ("UTF-8", "GB18030").
    row_count
        Number of rows, None where it is not known before reading.
    chunks
        Call it to read the rows; each call starts anew.
    findings
        What the reader noticed.
    """

    path: Path
    format: str
    layer_name: str
    columns: tuple[str, ...]
    has_geometry: bool
    crs: str | None
    encoding: str
    row_count: int | None
    chunks: Callable[[], Iterator[Chunk]]
    findings: tuple[Finding, ...] = field(default=())
