"""What a zone map shows (开门接电示范区图): parcels with their class, the reachable area, and the ground."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.errors import InputError
from gis.words import Words
from maps.sketch_paths import geometry_of
from maps.style import CLASSES
from maps.words import words

_NEEDED = ("parcel_id", "class", "load_kva")
_ZONES_NEEDED = ("reach_m", "class")
_WGS84 = 4326

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True, slots=True)
class MapHeading:
    """What always stands on the map beside the drawing.

    Attributes
    ----------
    jurisdiction
        Name of the jurisdiction; None where several or none apply.
    on
        The day asked.
    data_date
        Day of the readings; None where unknown.
    edition
        Id of the published edition that the figures come from; None for live figures.
    load_kva
        The load asked for every parcel, kVA; None where each parcel has its own.
    run_id
        Id of the screening.
    disclaimer
        What the map is not.
    map_number
        Map review number (审图号); None where there is none yet.
    attribution
        Whose data it is.
    """

    jurisdiction: Words | None
    on: date
    data_date: date | None
    edition: str | None
    load_kva: float | None
    run_id: str
    disclaimer: Words
    map_number: str | None = None
    attribution: str = ""

    def title(self) -> Words:
        """Return the title, with the jurisdiction where there is one."""
        bare = words("title")
        place = self.jurisdiction
        return bare if place is None else Words(f"{place.zh}{bare.zh}", f"{bare.en}: {place.en}")

    def load(self) -> Words:
        """Return the load asked in words."""
        return words("load.own") if self.load_kva is None else words("load.one", f"{self.load_kva:,.10g}")

    def date(self) -> Words:
        """Return the day of the data in words."""
        return words("data_date", self.data_date) if self.data_date else words("data_date.none")

    def edition_words(self) -> Words:
        """Return the edition in words."""
        return words("edition", self.edition) if self.edition else words("edition.none")

    def number(self) -> Words:
        """Return the map review number in words, a slot to fill where there is none."""
        return words("map_number", self.map_number) if self.map_number else words("map_number.none")

    def words(self) -> dict[str, Words]:
        """Return everything that the heading says, by key."""
        return {
            "heading.title": self.title(),
            "heading.load": self.load(),
            "heading.on": words("as_of", self.on),
            "heading.date": self.date(),
            "heading.edition": self.edition_words(),
            "heading.disclaimer": self.disclaimer,
            "heading.attribution": Words(self.attribution, self.attribution),
            "heading.number": self.number(),
            "heading.run": words("run", self.run_id),
        }


@dataclass(frozen=True, slots=True)
class ClassTotal:
    """The parcels of one class: how many, and their load together in kVA."""

    key: str
    parcels: int
    load_kva: float


@dataclass(frozen=True, slots=True)
class ZoneMap:
    """A zone map before it is drawn; every geometry is in EPSG:4326.

    Attributes
    ----------
    parcels
        The columns of a screening file, ``name`` and the geometry (polygons); one row a parcel. For the
        public, those alone that it may see: what has no column is left out.
    zones
        ``reach_m``, ``class``, ``load_kva`` and the geometry: polygons within ``reach_m`` of an access point
        with open capacity of at least ``load_kva``.
    context
        Layers roads, water, green, railways, substations, feeders, any of which may be missing. Feeders are
        drawn as given: for the public, give generalised ones or none.
    heading
        What stands beside the map.

    Raises
    ------
    InputError
        If a needed column is missing, a class is not known, or a frame is not in EPSG:4326.
    """

    parcels: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    context: Mapping[str, pd.DataFrame]
    heading: MapHeading

    def __post_init__(self) -> None:
        faults = [
            *_faults("parcels", self.parcels, _NEEDED),
            *_faults("zones", self.zones, _ZONES_NEEDED),
            *(fault for name, frame in self.context.items() for fault in _crs_faults(name, frame)),
        ]
        if faults:
            raise InputError(
                "The zone map cannot be drawn.",
                faults=tuple(faults),
                repair="Give the frames of a screening in EPSG:4326.",
            )

    def totals(self) -> tuple[ClassTotal, ...]:
        """Return every class, best first, with its parcels and their load; unknown loads count 0."""
        loads = pd.to_numeric(self.parcels["load_kva"], errors="coerce").fillna(0.0)
        by_class = loads.groupby(self.parcels["class"]).agg(["size", "sum"])
        return tuple(
            ClassTotal(key, int(by_class["size"].get(key, 0)), float(by_class["sum"].get(key, 0.0)))
            for key in CLASSES
        )

    def load_column(self) -> str:
        """Return the key of the words above the loads of ``totals``: whether all of them are known."""
        known = pd.to_numeric(self.parcels["load_kva"], errors="coerce").notna().all()
        return "column.load" if known else "column.load.known"

    def failed_tests(self) -> list[tuple[str, int]]:
        """Return the tests that parcels failed, each with its number of parcels, the most frequent first."""
        if "failed_test" not in self.parcels:
            return []
        counts = self.parcels["failed_test"].dropna().astype(str).value_counts()
        return sorted(
            ((str(test), int(count)) for test, count in counts.items()), key=lambda pair: (-pair[1], pair[0])
        )

    def bounds(self) -> Bounds:
        """Return the bounds of the parcels and zones, else of the context, else of the whole of China."""
        for frames in ((self.parcels, self.zones), tuple(self.context.values())):
            shapes = [np.array([], object), *(geometry_of(frame) for frame in frames)]
            bounds = shapely.bounds(np.concatenate(shapes).astype(object)).reshape(-1, 4)
            bounds = bounds[np.isfinite(bounds).all(axis=1)]
            if len(bounds):
                (west, south), (east, north) = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
                return float(west), float(south), float(east), float(north)
        return 73.0, 18.0, 135.0, 54.0

    def reaches(self) -> tuple[float, ...]:
        """Return the distances of the zones in metres, nearest first."""
        return tuple(sorted({float(reach) for reach in self.zones["reach_m"]}))


def _faults(name: str, frame: pd.DataFrame, needed: tuple[str, ...]) -> Iterator[str]:
    missing = [column for column in needed if column not in frame]
    if missing:
        yield f"{name}: the column {', '.join(missing)} is missing"
    elif len(unknown := sorted(set(map(str, frame["class"])) - CLASSES.keys())):
        yield f"{name}: class {', '.join(unknown)} is none of {', '.join(CLASSES)}"
    yield from _crs_faults(name, frame)


def _crs_faults(name: str, frame: pd.DataFrame) -> Iterator[str]:
    if not isinstance(frame, gpd.GeoDataFrame) or "geometry" not in frame.columns:
        if name in {"parcels", "zones"} or len(frame):
            yield f"{name}: there is no geometry"
    elif len(frame) and (frame.crs is None or frame.crs.to_epsg() != _WGS84):
        yield f"{name}: the CRS is {frame.crs.to_string() if frame.crs else 'not stated'}, not EPSG:4326"
