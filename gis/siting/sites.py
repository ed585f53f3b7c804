"""Sites (用地): the parcels, or what a user drew, with all that is known of them before any route."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.errors import InputError
from gis.metric_zone import MetricZone, project
from gis.network.columns import Flags, Floats, Objects, Rows, column, numbers, texts, true
from gis.network.model import Grid
from gis.siting.loads import LoadTable, planned_loads, use_of
from gis.units import MOST_KVA
from gis.words import Words

_M2_PER_HA: Final = 10_000.0
SITE_LAYERS: Final = ("parcels", "substations", "city_area", "jurisdictions")
"""Layers that sites are read from."""


@dataclass(frozen=True, slots=True)
class Load:
    """A load as it was asked about: in kVA and kW, each as given or by the power factor.

    Attributes
    ----------
    kva, kw
        Of the load.
    power_factor
        By which one follows from the other (功率因数).
    """

    kva: float
    kw: float
    power_factor: float

    @classmethod
    def of(cls, *, kva: float | None = None, kw: float | None = None, power_factor: float) -> Load:
        """Return a load given in kVA or in kW.

        Raises
        ------
        InputError
            Not exactly one of them is given, it is not above 0 and at most 1,000,000 kVA, or the power
            factor is not above 0 and at most 1; all faults at once.
        """
        faults = []
        factor = power_factor if 0.0 < power_factor <= 1.0 else 1.0
        if factor != power_factor:
            faults.append(
                Words(
                    f"功率因数 {power_factor:g}：须大于 0 且不大于 1",
                    f"power factor {power_factor:g}: give one above 0 and at most 1",
                )
            )
        if (kva is None) == (kw is None):
            faults.append(
                Words("负荷：以 kVA 或 kW 给出，两者取一", "load: give it in kVA or in kW, one of the two")
            )
        asked = kva if kva is not None else (kw or 0.0) / factor
        if (kva is None) != (kw is None) and not 0.0 < asked <= MOST_KVA:
            faults.append(
                Words(
                    f"负荷 {asked:g} kVA：须大于 0 且不超过 1,000,000 kVA",
                    f"load {asked:g} kVA: give one above 0 and at most 1,000,000 kVA",
                )
            )
        if faults:
            raise InputError(
                Words("此负荷不可用", "the load cannot be asked about"),
                repair=Words("更正所列各项", "correct what is listed"),
                faults=faults,
            )
        return cls(asked, asked * factor if kw is None else kw, factor)


@dataclass(frozen=True, slots=True)
class Sites:
    """Sites in the order of their routes' owners; arrays of shape (n,).

    Attributes
    ----------
    ids, names, towns
        As the user gave them, None where there is none; ``towns`` are towns or subdistricts (乡镇街道).
    geometry
        EPSG:4326, None where there is none.
    uses
        Kind of land use, None where not known.
    area_ha
        As stated, else measured.
    load_kva, load_kw
        NaN where it cannot be told.
    load_source
        stated, land_use or argument; None without a load.
    important
        Whether an important user (重要用户) is meant; None where nobody says.
    jurisdiction
        Id of the policy that covers the site, None where no polygon does.
    in_city_area
        Whether it lies in the city area; None where there is no such layer, or the site has no place.
    urban
        ``area`` of the nearest substation that states one: urban or rural; None where none does.
    """

    ids: Objects
    names: Objects
    towns: Objects
    geometry: Objects
    uses: Objects
    area_ha: Floats
    load_kva: Floats
    load_kw: Floats
    load_source: Objects
    important: Objects
    jurisdiction: Objects
    in_city_area: Objects
    urban: Objects

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def withheld(self) -> Flags:
        """Sites of important users (重要用户), which do not exist to the public."""
        return true(pd.Series(self.important, dtype=object))

    @classmethod
    def bare(cls, geometry: Objects, ids: Objects) -> Sites:
        """Return sites of which nothing but place and id is known."""
        number, nothing = np.full(len(ids), np.nan), np.full(len(ids), None, dtype=object)
        return cls(
            ids=ids,
            names=nothing,
            towns=nothing,
            geometry=geometry,
            uses=nothing,
            area_ha=number,
            load_kva=number,
            load_kw=number,
            load_source=nothing,
            important=nothing,
            jurisdiction=nothing,
            in_city_area=nothing,
            urban=nothing,
        )

    def with_load(self, load: Load) -> Sites:
        """Return the sites with one load for all, in place of their own."""
        return replace(
            self,
            load_kva=np.full(len(self), load.kva),
            load_kw=np.full(len(self), load.kw),
            load_source=np.full(len(self), "argument", dtype=object),
        )

    def under(self, jurisdiction: str) -> Sites:
        """Return the sites under one jurisdiction, wherever they lie."""
        return replace(self, jurisdiction=np.full(len(self), jurisdiction, dtype=object))


def parcel_sites(grid: Grid, zone: MetricZone, table: LoadTable) -> Sites:
    """Return the parcels of a grid as sites, in the order of its frame.

    Parameters
    ----------
    grid
        Its layers ``SITE_LAYERS``.
    zone
        The plane in which areas are measured.
    table
        Load densities, for parcels that state no load.
    """
    frame = grid["parcels"]
    geometry = np.array(frame["geometry"].to_numpy(), dtype=object)
    stated_ha = numbers(column(frame, "area_ha"))
    area_ha = np.where(stated_ha > 0, stated_ha, shapely.area(project(geometry, zone)) / _M2_PER_HA)
    uses = np.array([use_of(code) for code in texts(column(frame, "land_use")).tolist()], dtype=object)
    loads = planned_loads(
        numbers(column(frame, "load_kva")), uses, numbers(column(frame, "far")), area_ha, table
    )
    too_much = loads.kva > MOST_KVA
    loads.kva[too_much], loads.source[too_much] = np.nan, None
    important = [None if pd.isna(each) else bool(each) for each in column(frame, "important").tolist()]
    bare = Sites.bare(geometry, texts(frame["id"]))
    told = replace(
        bare,
        names=texts(column(frame, "name")),
        towns=texts(column(frame, "town")),
        uses=uses,
        area_ha=area_ha,
        load_kva=loads.kva,
        load_kw=loads.kva * table.power_factor,
        load_source=loads.source,
        important=np.array(important, dtype=object),
    )
    return _placed(grid, zone, told)


def drawn_site(
    grid: Grid, zone: MetricZone, shape: shapely.Geometry, load: Load, site_id: str | None
) -> Sites:
    """Return a point or a drawn polygon (EPSG:4326) as the only site."""
    geometry = np.array([shape], dtype=object)
    bare = Sites.bare(geometry, np.array([site_id], dtype=object))
    area_ha = shapely.area(project(geometry, zone)) / _M2_PER_HA
    return _placed(grid, zone, replace(bare, area_ha=area_ha).with_load(load))


def _placed(grid: Grid, zone: MetricZone, sites: Sites) -> Sites:
    """Return the sites with what follows from where they lie."""
    places = shapely.point_on_surface(sites.geometry)
    city = grid["city_area"]
    in_city_area = sites.in_city_area.copy()
    if not city.empty:
        placed = has_place(sites.geometry)
        in_city_area[placed] = covering(city, places)[placed] >= 0
    return replace(
        sites,
        jurisdiction=_jurisdictions(grid, places),
        in_city_area=in_city_area,
        urban=_urban(grid, project(places, zone), zone),
    )


def _jurisdictions(grid: Grid, places: Objects) -> Objects:
    frame = grid["jurisdictions"]
    row = covering(frame, places)
    return np.append(frame["id"].to_numpy(dtype=object), np.array([None], dtype=object))[row]


def covering(frame: pd.DataFrame, places: Objects) -> Rows:
    """Return the first row of a frame whose polygon covers each place, -1 for none, shape (n,)."""
    found = np.full(len(places), -1, dtype=np.int64)
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty:
        return found
    shapes = np.array(frame["geometry"].to_numpy(), dtype=object)
    place, row = shapely.STRtree(shapes).query(places, predicate="covered_by")
    order = np.lexsort((row, place))[::-1]
    found[place[order]] = row[order]  # the first row is written last
    return found


def _urban(grid: Grid, places: Objects, zone: MetricZone) -> Objects:
    """Return the ``area`` of the nearest substation that states one, for each place of the plane."""
    frame = grid["substations"]
    area = texts(column(frame, "area"))
    shapes = project(np.array(frame["geometry"].to_numpy(), dtype=object), zone)
    known = np.flatnonzero(~pd.isna(area) & ~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    result = np.full(len(places), None, dtype=object)
    if not len(known):
        return result
    place, near = shapely.STRtree(shapes[known]).query_nearest(places, all_matches=False)
    result[place] = area[known[near]]
    return result


def has_place(geometry: Objects) -> Flags:
    """Return which sites have a place at all."""
    return np.asarray(~(shapely.is_missing(geometry) | shapely.is_empty(geometry)), dtype=bool)
