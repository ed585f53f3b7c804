"""What an edition freezes of a screening (筛查公开): class of each parcel and zones, by an allow-list.

No asset, access point or option leaves, no load that a customer states, no parcel of an important user. A
length is rounded up: exact ones from three sides would tell where the access point is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from gis.editions.canonical import DEGREE_DECIMALS, table_sha256
from gis.editions.columns import PARCELS, ZONES
from gis.editions.frozen import as_texts, by_bytes, text_table
from gis.metric_zone import metric_zone, project
from gis.network.columns import Floats, Objects, column, index_of, numbers, rows_of, texts, true
from gis.siting.words import public_test

LENGTH_STEP_M: Final = 50.0
"""Lengths of routes are rounded up to multiples of this."""

LEAST_LOADS: Final = 10
"""Of fewer loads the middle one, which zones are drawn for, may be a customer's: then there are no zones."""

_STATED: Final = "stated"
_M2_PER_HA: Final = 10_000.0
_EPSG: Final = 4326
_PLAIN: Final = ("class", "failed_test", "level", "procedure", "decision_kind", "jurisdiction", "on")


@dataclass(frozen=True, slots=True)
class Screened:
    """The tables of a screening in an edition, every value a text in its canonical form.

    Attributes
    ----------
    run_id
        The screening.
    load_kva
        The load asked for every parcel; None where each has its own.
    parcels
        The columns ``PARCELS``, in the order of the ids by their bytes.
    zones
        The columns ``ZONES``, likewise.
    withheld
        Parcels of important users, which stand in neither.
    """

    run_id: str
    load_kva: float | None
    parcels: pa.Table
    zones: pa.Table
    withheld: int

    def facts(self) -> dict[str, Any]:
        """Return what the header of the edition says of them."""
        tables = {"parcels": (self.parcels, PARCELS), "zones": (self.zones, ZONES)}
        hashes = {
            name: {"rows": len(table), "sha256": table_sha256((table, columns))}
            for name, (table, columns) in tables.items()
        }
        return {
            "run_id": self.run_id,
            "load_kva": self.load_kva,
            "withheld": self.withheld,
            **hashes,
        }


@dataclass(frozen=True, slots=True)
class Found:
    """A screening as it was stored.

    Attributes
    ----------
    run_id
        Its id.
    load_kva
        The load asked for every parcel; None where each has its own.
    rows
        The columns of a screening file, one row a parcel.
    zones
        GeoJSON features with ``reach_m``, ``class`` and ``load_kva``.
    """

    run_id: str
    load_kva: float | None
    rows: pd.DataFrame
    zones: Mapping[str, Any]


def freeze_screening(found: Found, parcels: pd.DataFrame, edition_id: str) -> Screened:
    """Return what an edition freezes of a screening.

    Parameters
    ----------
    found
        The screening, of the same data.
    parcels
        The layer of parcels, EPSG:4326.
    edition_id
        The edition.
    """
    ids = texts(found.rows["parcel_id"])
    at = rows_of(index_of(texts(parcels["id"])), ids)
    important = np.append(true(column(parcels, "important")), False)[at]
    shown = np.flatnonzero(~important & (at >= 0))
    shown = shown[by_bytes(ids[shown])]
    return Screened(
        run_id=found.run_id,
        load_kva=found.load_kva,
        parcels=_parcels(found, found.rows.iloc[shown], parcels.iloc[at[shown]], edition_id),
        zones=_zones(found, edition_id),
        withheld=int(np.count_nonzero(important)),
    )


def _parcels(found: Found, rows: pd.DataFrame, layer: pd.DataFrame, edition_id: str) -> pa.Table:
    stated = (rows["load_source"] == _STATED).to_numpy()
    failed: Objects = np.array([public_test(each) for each in texts(rows["failed_test"])], dtype=object)
    values: dict[str, Any] = {
        "parcel_id": as_texts(texts(rows["parcel_id"])),
        "name": as_texts(texts(layer["name"])),
        "land_use": as_texts(texts(layer["land_use"])),
        "area_ha": _area_ha(layer),
        "load_kva": np.where(stated, np.nan, numbers(rows["load_kva"])),
        "length_m": np.ceil(numbers(rows["length_m"]) / LENGTH_STEP_M) * LENGTH_STEP_M,
        "limit_working_days": numbers(rows["limit_working_days"]),
        "run_id": _same(found.run_id, len(rows)),
        "edition_id": _same(edition_id, len(rows)),
        "geometry": areas(np.asarray(layer["geometry"].array, dtype=object)),
    }
    values |= {name: as_texts(texts(rows[name])) for name in _PLAIN} | {"failed_test": as_texts(failed)}
    return text_table(PARCELS, values)


def _area_ha(layer: pd.DataFrame) -> Floats:
    """Return the area as stated, else as measured."""
    stated = numbers(layer["area_ha"])
    measured: Floats = np.full(len(layer), np.nan)
    shapes = np.asarray(layer["geometry"].array, dtype=object)
    drawn = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    if len(drawn):
        west, south, east, north = shapely.total_bounds(shapes[drawn])
        zone = metric_zone([west, east], [south, north])
        measured[drawn] = shapely.area(project(shapes[drawn], zone)) / _M2_PER_HA
    return np.where(stated > 0, stated, measured)


def _zones(found: Found, edition_id: str) -> pa.Table:
    own_loads = int(np.isfinite(numbers(found.rows["load_kva"])).sum())
    features = found.zones["features"] if found.load_kva is not None or own_loads >= LEAST_LOADS else []
    frame = gpd.GeoDataFrame.from_features(
        features, crs=f"EPSG:{_EPSG}", columns=["reach_m", "class", "load_kva", "geometry"]
    )
    names = [f"{row['class']}-{float(row['reach_m']):g}" for _, row in frame.iterrows()]
    ids: Objects = np.array(names, dtype=object)
    order = by_bytes(ids)
    frame = frame.iloc[order]
    values = {
        "zone_id": as_texts(ids[order]),
        "class": as_texts(texts(frame["class"])),
        "reach_m": numbers(frame["reach_m"]),
        "load_kva": numbers(frame["load_kva"]),
        "edition_id": _same(edition_id, len(frame)),
        "geometry": areas(np.asarray(frame["geometry"].array, dtype=object)),
    }
    return text_table(ZONES, values)


def _same(word: str, count: int) -> pa.Array:
    return pa.array(np.full(count, word, dtype=object), pa.string())


def areas(shapes: Objects) -> pa.Array:
    """Return polygons as multipolygons on the seventh decimal, hexadecimal EWKB, null where nothing is left.

    Outlines run against the clock, as in RFC 7946.

    Parameters
    ----------
    shapes
        EPSG:4326, shape (n,); parts that are no polygons are left out.
    """
    fixed = shapely.set_precision(shapes, 10.0**-DEGREE_DECIMALS)
    parts, owner = shapely.get_parts(fixed, return_index=True)
    while (nested := shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        inner, index = shapely.get_parts(parts[nested], return_index=True)
        parts = np.concatenate([parts[~nested], inner])
        owner = np.concatenate([owner[~nested], owner[nested][index]])
    flat = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
    parts, owner = parts[flat], owner[flat]
    order = np.argsort(owner, kind="stable")
    parts = shapely.transform(shapely.orient_polygons(parts[order]), _rounded)
    made: Objects = np.full(len(shapes), None, dtype=object)
    if len(parts):
        whole = shapely.set_srid(shapely.multipolygons(parts, indices=_packed(owner[order])), _EPSG)
        made[np.unique(owner)] = shapely.to_wkb(
            whole, hex=True, output_dimension=2, byte_order=1, include_srid=True
        )
    return pa.array(made, pa.string())


def _rounded(places: Floats) -> Floats:
    return np.round(places, DEGREE_DECIMALS)


def _packed(owner: Any) -> Any:  # noqa: ANN401  # arrays of whole numbers
    """Return owners numbered without gaps."""
    return np.unique(owner, return_inverse=True)[1]
