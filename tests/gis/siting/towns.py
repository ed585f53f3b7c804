"""Small towns for the tests of siting, drawn in metres around a point of the plane, and asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.calendar import WorkCalendar
from gis.capacity.open_capacity import open_capacity
from gis.capacity.parameters import default_parameters
from gis.corridors.model import build_corridors
from gis.corridors.parameters import CorridorParameters
from gis.dictionary.model import layers
from gis.metric_zone import unproject, zone_from_epsg
from gis.network.model import Grid, empty_frame
from gis.routing.local import Searcher
from gis.routing.router import Router
from gis.siting.assess import Assessment, Desk, assess
from gis.siting.loads import default_table
from gis.siting.network import Network
from gis.siting.offers import live_offers
from gis.siting.question import Question
from gis.siting.screen import Screening, one_of, screen
from gis.siting.seekers import OneSite, one_parcel
from gis.siting.sites import Load, Sites, parcel_sites

ON: Final = date(2026, 11, 20)
READ: Final = date(2026, 9, 30)
OLD: Final = date(2024, 1, 31)
ORIGIN: Final = np.array([500_000.0, 3_400_000.0])
ZONE: Final = zone_from_epsg(4547, 30.72)

Row = dict[str, Any]
Points = Sequence[tuple[float, float]]


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(west, south, east, north)


def plot(west: float, east: float, **stated: Any) -> Row:
    """Return a parcel south of the street y = 0 of 10 m, its red line on the verge."""
    return {"geometry": box(west, -45, east, -5), **stated}


def unit(east: float, *, feeder: str, bays: float | None = 1.0, **stated: Any) -> Row:
    """Return an access point in the south verge of that street."""
    point = {"geometry": shapely.Point(east, -5), "feeder_id": feeder, "spare_bays": bays}
    return {"kind": "ring_main_unit", **point, **stated}


def street(*points: tuple[float, float], width_m: float | None = 10.0, **stated: Any) -> Row:
    return {"geometry": shapely.LineString(points), "width_m": width_m, "class": "local", **stated}


def reading(open_kva: float, **stated: Any) -> Row:
    """Return a reading that leaves so much open."""
    return {"limit_kva": open_kva + 500.0, "peak_kva": 500.0, "data_date": READ, **stated}


@dataclass(frozen=True, slots=True)
class Town:
    """Rows by id, of every layer that siting reads; what a row leaves out is missing."""

    roads: Mapping[str, Row] = field(default_factory=dict)
    parcels: Mapping[str, Row] = field(default_factory=dict)
    substations: Mapping[str, Row] = field(default_factory=dict)
    main_transformers: Mapping[str, Row] = field(default_factory=dict)
    feeders: Mapping[str, Row] = field(default_factory=dict)
    access_points: Mapping[str, Row] = field(default_factory=dict)
    transformers: Mapping[str, Row] = field(default_factory=dict)
    city_area: Mapping[str, Row] = field(default_factory=dict)
    jurisdictions: Mapping[str, Row] = field(default_factory=dict)
    water: Mapping[str, Row] = field(default_factory=dict)
    green: Mapping[str, Row] = field(default_factory=dict)
    capacity: Mapping[str, Row] = field(default_factory=dict)
    claims: Mapping[str, Row] = field(default_factory=dict)

    def grid(self, order: np.random.Generator | None = None) -> Grid:
        """Return the town as layers; rows in a chance order where one is given."""
        return Grid({name: _frame(name, getattr(self, name), order) for name in self.__slots__})


def _frame(layer: str, rows: Mapping[str, Row], order: np.random.Generator | None) -> pd.DataFrame:
    places = list(rows) if order is None else order.permutation(np.array(list(rows), dtype=object)).tolist()
    named = "asset_id" if layer == "capacity" else "id"
    given = [{"id": each, named: each, **rows[each]} for each in places]
    numeric = {each.name for each in layers()[layer].fields if each.type in {"number", "integer"}}
    names = [name for name in empty_frame(layer).columns if name != "geometry"]
    names += ["node_ids", "noding"] if layer == "roads" else []
    columns = {
        name: pd.Series([row.get(name) for row in given], dtype=np.float64 if name in numeric else object)
        for name in names
    }
    if layer == "roads":
        columns["noding"] = pd.Series(["crossings"] * len(given), dtype=object)
    if not layers()[layer].geometry:
        return pd.DataFrame(columns)
    shapes = [row.get("geometry") for row in given]
    moved = [None if each is None else shapely.transform(each, lambda xy: xy + ORIGIN) for each in shapes]
    placed = unproject(np.array([*moved, None], dtype=object), ZONE)[:-1]
    spatial: pd.DataFrame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(placed, crs="EPSG:4326"))
    return spatial


class Bench:
    """A town with everything built, asked about its parcels."""

    def __init__(self, town: Town, on: date = ON, order: np.random.Generator | None = None) -> None:
        parameters = CorridorParameters()
        self.grid = town.grid(order)
        self.network = Network(build_corridors(self.grid, parameters), parameters, self.grid)
        self.table = default_table()
        self.sites = parcel_sites(self.grid, self.network.corridors.graph.streets.zone, self.table)
        self._searchers: dict[int, tuple[Searcher, ...]] = {}
        self.desk = self.desk_on(on)

    def desk_on(self, on: date) -> Desk:
        offers = live_offers(self.network, open_capacity(self.grid, on, default_parameters()))
        return Desk(self.network, offers, self.table, WorkCalendar())

    def searchers(self, router: Router) -> tuple[Searcher, ...]:
        return self._searchers.setdefault(id(router), router.searchers())

    def seeker(self, number: int) -> OneSite:
        return one_parcel(self.network, number, self.searchers)

    def loaded(self, load: Load | float | None = None, jurisdiction: str | None = None) -> Sites:
        """Return the parcels with one load for all, in kVA at a power factor of 1, or with their own."""
        sites = self.sites
        if load is not None:
            asked = load if isinstance(load, Load) else Load.of(kva=load, power_factor=1.0)
            sites = sites.with_load(asked)
        return sites if jurisdiction is None else sites.under(jurisdiction)

    def assess(
        self,
        parcel: str,
        load: Load | float | None = None,
        *,
        jurisdiction: str | None = None,
        desk: Desk | None = None,
        **asked: Any,
    ) -> Assessment:
        number = self.sites.ids.tolist().index(parcel)
        question = Question.of(asked.pop("on", ON), **asked)
        site = one_of(self.loaded(load, jurisdiction), number)
        return assess(desk or self.desk, site, question, self.seeker(number))

    def screen(
        self,
        load: Load | float | None = None,
        *,
        jurisdiction: str | None = None,
        desk: Desk | None = None,
        **asked: Any,
    ) -> Screening:
        question = Question.of(asked.pop("on", ON), **asked)
        return screen(desk or self.desk, self.loaded(load, jurisdiction), question, alone=self.seeker)


def ids(assessment: Assessment, desk: Desk) -> list[str]:
    """Return the assets of the options, the best first."""
    return [str(desk.network.levels[p.choice.level].ids[p.choice.owner]) for p in assessment.proposals]


def refused(assessment: Assessment, desk: Desk) -> dict[str, str]:
    """Return why assets are rejected, by id, in the order of the answer."""
    return {str(desk.network.levels[r.level].ids[r.owner]): r.reason for r in assessment.rejected}


_STATIONS: Final[dict[str, Mapping[str, Row]]] = {
    "substations": {
        "S1": {"geometry": shapely.Point(0, 40), "name": "东湖变", "spare_bays": 2, "area": "urban"},
        "S2": {"geometry": shapely.Point(1_400, 40), "name": "西湖变"},
    },
    "main_transformers": {
        name: {"substation_id": station, "rated_kva": 50_000.0}
        for name, station in (("T1", "S1"), ("T2", "S1"), ("T3", "S2"), ("T4", "S2"))
    },
}
STATION_READINGS: Final[Mapping[str, Row]] = {
    name: {"peak_kva": 10_000.0, "data_date": READ} for name in ("S1", "S2", "T1", "T2", "T3", "T4")
}


def line(main: str, **stated: Any) -> Row:
    """Return a 10 kV cable of a main transformer."""
    station = {"T1": "S1", "T2": "S1", "T3": "S2", "T4": "S2"}[main]
    hung = {"substation_id": station, "main_transformer_id": main}
    return {"voltage_kv": 10.0, "construction": "cable", **hung, **stated}


def along_one_street(**layers_of: Mapping[str, Row]) -> Town:
    """Return a town on one street y = 0 of 10 m from -100 to 3000, under Liangzihu, inside the built-up area.

    Its stations are there with figures; layers are those given, readings are added to the stations'.
    """
    land = {"geometry": box(-300, -600, 3_300, 600)}
    given: dict[str, Mapping[str, Row]] = {
        "roads": {"high": street((-100, 0), (3_000, 0), name="正街", city=True)},
        "jurisdictions": {"liangzihu": land},
        "city_area": {"town": land},
        **_STATIONS,
        **layers_of,
    }
    given["capacity"] = {**STATION_READINGS, **layers_of.get("capacity", {})}
    return Town(**given)
