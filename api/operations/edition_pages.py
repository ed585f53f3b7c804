"""What is drawn for an edition (公开期次页面): the public zone map, and the page that leads to all files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import shapely
from sqlalchemy import Connection

from api.operations.screening import run_inputs
from api.operations.siting import GROUND_LAYERS
from api.operations.sources import attribution_of_sources
from gis.editions.columns import PARCELS, ZONES, Column
from gis.editions.header import Edition
from gis.editions.screened import Screened
from gis.policy.load import jurisdictions
from gis.siting.loads import default_table
from gis.words import Words
from layers.editions.files import ZONE_MAPS
from layers.editions.formats import typed
from layers.editions.publish import Pages
from layers.queries.versions import version_in
from maps.edition_index import edition_index
from maps.zone_map import MapHeading, ZoneMap, zone_map_html, zone_map_pdf, zone_map_png

_WGS84 = "EPSG:4326"


def edition_pages() -> Pages:
    """Return what draws the pages of an edition."""
    return Pages(inputs=_inputs, maps=_maps, index=lambda edition: edition_index(edition).encode())


def _inputs(connection: Connection) -> Mapping[str, Any]:
    return run_inputs(version_in(connection, GROUND_LAYERS), default_table())


def _maps(
    edition: Edition, screened: Screened, context: Mapping[str, pd.DataFrame]
) -> Iterator[tuple[str, bytes]]:
    drawn = public_zone_map(edition, screened, context)
    page, paper, picture = ZONE_MAPS
    yield page, zone_map_html(drawn, "zh").encode()
    yield paper, zone_map_pdf(drawn, "zh")
    yield picture, zone_map_png(drawn, "zh")


def public_zone_map(edition: Edition, screened: Screened, context: Mapping[str, pd.DataFrame]) -> ZoneMap:
    """Return the zone map of an edition: of the rows that are public, and of nothing else of the grid.

    Parameters
    ----------
    edition
        Whose day, id, disclaimer, sources and map number stand on it.
    screened
        What is public of the screening.
    context
        The land around: roads, water, green, railways.
    """
    values = edition.facts["settings"]["values"]
    parcels = _frame(screened.parcels, PARCELS)
    policies = jurisdictions()
    named = {each for each in parcels["jurisdiction"] if each in policies}
    _, last = edition.facts["data"]["dates"]
    return ZoneMap(
        parcels=parcels,
        zones=_frame(screened.zones, ZONES),
        context=context,
        heading=MapHeading(
            jurisdiction=policies[named.pop()].name if len(named) == 1 else None,
            on=edition.as_of,
            data_date=None if last is None else date.fromisoformat(last),
            edition=edition.id,
            load_kva=screened.load_kva,
            run_id=screened.run_id,
            disclaimer=Words(values["disclaimer_zh"], values["disclaimer_en"]),
            map_number=edition.facts.get("map_number"),
            attribution=attribution_of_sources(edition.facts.get("sources", ())),
        ),
    )


def _frame(table: pa.Table, columns: Sequence[Column]) -> gpd.GeoDataFrame:
    rows = typed(table, columns)
    frame = rows.drop_columns(["geometry"]).to_pandas()
    shapes = shapely.from_wkb(rows["geometry"].to_pylist())
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=_WGS84)
