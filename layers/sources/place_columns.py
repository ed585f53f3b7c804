"""Columns of a table that hold a place: longitude and latitude, plane coordinates, or well-known text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.crs import read_crs
from gis.dictionary.headers import folded
from gis.dictionary.numbers import CommaUse, read_number
from gis.errors import CrsError, InputError, MappingError
from gis.units import split_header

_PAIRS: tuple[tuple[frozenset[str], frozenset[str]], ...] = tuple(
    (frozenset(first.split()), frozenset(second.split()))
    for first, second in (
        ("lon lng long longitude 经度 东经", "lat latitude 纬度 北纬"),
        ("pointx", "pointy"),
        ("easting 东坐标", "northing 北坐标"),
        ("横坐标", "纵坐标"),
        ("x x坐标 coordx xcoord", "y y坐标 coordy ycoord"),
    )
)
"""Pairs of headers, folded, east first; degrees come before planes."""

PLACE_FIELDS = ("lon", "lat", "wkt")
"""Words of ``--map`` that name a table's coordinate columns; they are no fields of a layer."""

_WKT = ("wkt", "geometry", "geom", "thegeom", "几何", "空间数据", "shape")
_DATUM = frozenset({"坐标系", "坐标系统", "坐标类型", "crs", "srs", "datum", "coordsys"})
_DATUM_ENDING = re.compile(r"(wgs84|gcj02|bd09|cgcs2000)$")
_BRACKETS = re.compile(r"[()\[\]{}]")

_SRID = re.compile(r"^SRID=\d+;", re.IGNORECASE)
_CURVE = re.compile(r"CIRCULARSTRING|CURVE|SURFACE", re.IGNORECASE)
"""Kinds that GEOS does not read; they count as unreadable, like any other text that is no geometry."""

_HEX_WKB = re.compile(r"0[01][0-9A-Fa-f]{8,}")
_LOOKS_LIKE_WKT = re.compile(
    r"\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON|CURVE|SURFACE|GEOMETRYCOLLECTION)", re.IGNORECASE
)
_DEGREES = re.compile(
    r"""(?P<before>[NSEW东西南北]?)[经纬]?\s*
        (?P<degrees>\d{1,3}(?:\.\d+)?)\s*[°度]\s*
        (?:(?P<minutes>\d{1,2}(?:\.\d+)?)\s*['′’分]\s*)?
        (?:(?P<seconds>\d{1,2}(?:\.\d+)?)\s*(?:["″”秒]|''|′′)\s*)?
        (?P<after>[NSEW东西南北]?)""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(slots=True)
class Places:
    """Which columns hold the place of a row, and what the whole table says about them.

    Attributes
    ----------
    east, north
        Positions of the coordinate columns, or None.
    wkt
        Position of a column of well-known text or hexadecimal WKB, or None.
    datum
        Position of a column that names the coordinate system, or None.
    header_datum
        System that the headers of the coordinates name; "" for none.
    commas
        What the coordinates say about their decimal comma.
    datums
        Every system the column ``datum`` names, in order.
    """

    east: int | None = None
    north: int | None = None
    wkt: int | None = None
    datum: int | None = None
    header_datum: str = ""
    commas: CommaUse = field(default_factory=CommaUse)
    datums: dict[str, None] = field(default_factory=dict)

    @property
    def columns(self) -> frozenset[int]:
        """Positions of the columns that are no attributes."""
        used = (self.east, self.north, self.wkt, self.datum)
        return frozenset(place for place in used if place is not None)

    @property
    def found(self) -> bool:
        """Whether rows have a place at all."""
        return self.wkt is not None or self.east is not None

    def learn(self, cells: NDArray[np.object_]) -> None:
        """Note what a stretch of rows, shape (n, columns), says of the decimal comma and the system."""
        for place in (self.east, self.north):
            if place is not None:
                with_comma = {text for text in cells[:, place] if isinstance(text, str) and "," in text}
                self.commas = self.commas.learn(with_comma)
        if self.datum is not None:
            named = (str(value).strip() for value in cells[:, self.datum] if value is not None)
            self.datums.update(dict.fromkeys(each for each in named if each))

    def crs(self) -> str | None:
        """Return the coordinate system the table names, None where it names none.

        Raises
        ------
        InputError
            Its rows are in several systems.
        """
        systems = dict.fromkeys(_system(words) for words in self.datums)
        if len(systems) > 1:
            detail = "The rows are in several coordinate systems:"
            repair = "Split the file into one for each system and import them one by one."
            raise InputError(detail, repair=repair, faults=tuple(systems))
        return next(iter(systems), None) or (_system(self.header_datum) if self.header_datum else None)

    def geometries(self, cells: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return the places of rows, shape (n, columns); None where there is none or it cannot be read."""
        if self.wkt is not None:
            return _from_text(cells[:, self.wkt])
        result = np.full(len(cells), None, dtype=object)
        if self.east is None or self.north is None:
            return result
        x, y = (_coordinates(cells[:, place], self.commas) for place in (self.east, self.north))
        known = np.isfinite(x) & np.isfinite(y)
        result[known] = shapely.points(x[known], y[known])
        return result


def find_places(
    columns: Sequence[str], sample: NDArray[np.object_], stated: Mapping[str, str] | None
) -> Places:
    """Find the columns that hold the place of a row.

    Parameters
    ----------
    columns
        Headers of the table.
    sample
        Its first rows, shape (n, columns).
    stated
        ``--map``: ``lon`` and ``lat``, or ``wkt``, name the columns.

    Raises
    ------
    MappingError
        A stated column does not exist, or ``lon`` is stated without ``lat``.
    """
    datum = next((place for place, name in enumerate(columns) if folded(name) in _DATUM), None)
    places = _stated(columns, stated or {})
    if places is None:
        places = Places(wkt=_wkt_column(columns, sample))
        if places.wkt is None:
            places.east, places.north, places.header_datum = _pair(columns)
    if places.found:
        places.datum = datum
    return places


def _stated(columns: Sequence[str], stated: Mapping[str, str]) -> Places | None:
    wanted = {name: stated[name] for name in PLACE_FIELDS if name in stated}
    if not wanted:
        return None
    by_name = {folded(name): place for place, name in enumerate(columns)}
    faults = [
        f"the file has no column {column!r} for {name}"
        for name, column in wanted.items()
        if folded(column) not in by_name
    ]
    if ("lon" in wanted) != ("lat" in wanted):
        faults.append("lon and lat are stated together or not at all")
    if faults:
        repair = f"Choose among the file's columns: {', '.join(columns)}."
        raise MappingError("--map cannot be used for the coordinates:", faults=tuple(faults), repair=repair)
    found = {name: by_name[folded(column)] for name, column in wanted.items()}
    return Places(east=found.get("lon"), north=found.get("lat"), wkt=found.get("wkt"))


def _wkt_column(columns: Sequence[str], sample: NDArray[np.object_]) -> int | None:
    """Return the column with a fitting name whose first value is a geometry."""
    for place, name in enumerate(columns):
        if folded(name) in _WKT:
            value = next((text for text in sample[:, place] if isinstance(text, str)), "")
            if _LOOKS_LIKE_WKT.match(value) or _HEX_WKB.match(value):
                return place
    return None


def _pair(columns: Sequence[str]) -> tuple[int | None, int | None, str]:
    """Return the best pair of coordinate columns and the datum both headers name."""
    plain = [_plain(name) for name in columns]
    for easts, norths in _PAIRS:
        for place, (name, datum) in enumerate(plain):
            if name not in easts:
                continue
            for other, (other_name, other_datum) in enumerate(plain):
                if other_name in norths and other_datum == datum:
                    return place, other, datum
    return None, None, ""


def is_place_header(header: str) -> bool:
    """Whether a header is one of those a coordinate has.

    >>> is_place_header("经度(GCJ-02)"), is_place_header("X坐标(m)"), is_place_header("名称")
    (True, True, False)
    """
    name = _plain(header)[0]
    return name in _WKT or any(name in easts or name in norths for easts, norths in _PAIRS)


def _plain(header: str) -> tuple[str, str]:
    """Return a folded header without unit and datum, and the datum."""
    name = _BRACKETS.sub("", folded(split_header(header)[0])).removesuffix("°").removesuffix("度分秒")
    match = _DATUM_ENDING.search(name)
    return (name[: match.start()], match[1]) if match else (name, "")


def _system(words: str) -> str:
    """Return the code of a system that people name; their own words where it is not known."""
    try:
        crs = read_crs(words)
    except CrsError:
        return words
    return crs.name if crs.datum_shift != "none" else crs.authority_code or words


def _coordinates(values: NDArray[np.object_], commas: CommaUse) -> NDArray[np.float64]:
    """Return coordinates as numbers, NaN where one cannot be read."""
    numbers = np.array(pd.to_numeric(values, errors="coerce"), dtype=np.float64)
    missing = np.flatnonzero(np.isnan(numbers))
    rest = missing[[isinstance(each, str) for each in values[missing]]]
    if len(rest):
        read = {text: _coordinate(text, commas) for text in set(values[rest])}
        numbers[rest] = [read[text] for text in values[rest]]
    return numbers


def _coordinate(text: str, commas: CommaUse) -> float:
    """Read one coordinate: a number as people write it, or degrees, minutes and seconds."""
    match = _DEGREES.fullmatch(text.strip())
    if match is None:
        value = read_number(text, commas).value
        return np.nan if value is None else value
    value = sum(
        float(match[part] or 0) / size for part, size in (("degrees", 1), ("minutes", 60), ("seconds", 3600))
    )
    side = (match["before"] or match["after"]).upper()
    return -value if side in {"S", "W", "南", "西"} else value


def _from_text(values: NDArray[np.object_]) -> NDArray[np.object_]:
    """Read well-known text, or hexadecimal WKB as databases export it."""
    texts = np.array([each.strip() if isinstance(each, str) else None for each in values], dtype=object)
    first = next((text for text in texts if text), "")
    found: NDArray[np.object_]
    if _HEX_WKB.match(first):
        found = shapely.from_wkb(texts, on_invalid="ignore")
        return found
    plain = [None if text is None else _SRID.sub("", text) for text in texts]
    straight = [None if text is None or _CURVE.search(text) else text for text in plain]
    found = shapely.from_wkt(np.array(straight, dtype=object), on_invalid="ignore")
    return found
