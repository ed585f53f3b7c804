"""The files of a screening: tables for planners, and the zone map as page, paper and picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import pyogrio
from sqlalchemy import Connection, Engine

from api.operations.files import refuse_endings, whole_file
from api.operations.screening import Shown
from api.operations.sources import attribution
from gis.editions.disclosure import DisclosureSettings
from gis.policy.load import jurisdictions
from gis.words import Language, Words
from layers.database import snapshot
from layers.queries.grid import read_grid
from maps.zone_map import MapHeading, ZoneMap, zone_map_html, zone_map_pdf, zone_map_png, zone_map_svg

_BOM: Final = "﻿"
CONTEXT: Final = ("roads", "water", "green", "railways", "substations", "feeders")
"""Layers that are drawn around the parcels for planners."""
DRAWN: Final = ("parcels", *CONTEXT)
"""Layers that maps show: their sources are named."""

TABLES: Final[Mapping[str, str]] = {
    ".csv": "CSV",
    ".geojson": "GeoJSON",
    ".gpkg": "GeoPackage",
    ".parquet": "GeoParquet",
}
_MAPS: Final[Mapping[str, Callable[[ZoneMap, Language], str | bytes]]] = {
    ".html": zone_map_html,
    ".svg": zone_map_svg,
    ".pdf": zone_map_pdf,
    ".png": zone_map_png,
}
ENDINGS: Final = (*TABLES, *_MAPS)
"""What names of files of a screening end in."""


def require_endings(files: tuple[Path, ...]) -> None:
    """Refuse files of no known kind, all at once.

    Raises
    ------
    InputError
        With every such file.
    """
    refuse_endings(files, ENDINGS, "a screening")


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands on a zone map beside what was found.

    Attributes
    ----------
    data_date
        Day of the readings.
    edition
        Published edition that the figures are those of; None for live ones.
    settings
        Says the disclaimer.
    map_number
        Number of the map's review (审图号); None where there is none.
    """

    data_date: date | None
    edition: str | None
    settings: DisclosureSettings
    map_number: str | None = None


def zone_map(source: Engine | Connection, shown: Shown, caption: Caption) -> ZoneMap:
    """Return a screening as a zone map; the layers around it are read from the database."""
    if isinstance(source, Engine):
        with snapshot(source) as connection:
            return zone_map(connection, shown, caption)
    grid = read_grid(source, CONTEXT)
    run, load = shown.run, shown.run.request["load"]
    named = {each for each in shown.rows["jurisdiction"].tolist() if each}
    policies = jurisdictions()
    parcels = shown.table()
    parcels["name"] = shown.names
    settings = caption.settings
    return ZoneMap(
        parcels=parcels,
        zones=shown.zones,
        context={name: grid[name] for name in CONTEXT},
        heading=MapHeading(
            jurisdiction=policies[named.pop()].name if len(named) == 1 else None,
            on=run.on,
            data_date=caption.data_date,
            edition=caption.edition,
            load_kva=None if load is None else float(load["kva"]),
            run_id=run.id,
            disclaimer=Words(settings.disclaimer_zh, settings.disclaimer_en),
            map_number=caption.map_number,
            attribution=attribution(source, DRAWN),
        ),
    )


def write_screening(
    shown: Shown, files: tuple[Path, ...], language: Language, drawn: Callable[[], ZoneMap]
) -> None:
    """Write the files of a screening, each whole or not at all.

    Parameters
    ----------
    shown
        What was found.
    files
        By their ending a table or a map.
    language
        Of the maps.
    drawn
        Gives the zone map; asked once, where a file needs it.

    Raises
    ------
    InputError
        A file is of no known kind or cannot be written.
    """
    require_endings(files)
    made: ZoneMap | None = None
    for file in files:
        suffix = file.suffix.lower()
        with whole_file(file, suffix) as part:
            if suffix in TABLES:
                write_table(shown, part)
            else:
                made = made or drawn()
                write_map(made, part, language)


def write_map(drawn: ZoneMap, path: Path, language: Language) -> None:
    """Write a zone map as page, paper or picture, by the ending."""
    data = _MAPS[path.suffix.lower()](drawn, language)
    path.write_bytes(data.encode() if isinstance(data, str) else data)


def write_table(shown: Shown, path: Path) -> None:
    """Write the rows as CSV (UTF-8 with its mark), GeoJSON, GeoPackage or GeoParquet, by the ending."""
    table = shown.table()
    suffix = path.suffix.lower()
    if suffix == ".csv":
        text = pd.DataFrame(table.drop(columns="geometry")).to_csv(index=False, lineterminator="\n")
        path.write_text(_BOM + text, encoding="utf-8", newline="")
    elif suffix == ".parquet":
        _typed(table).to_parquet(path)
    else:
        driver = {".gpkg": "GPKG", ".geojson": "GeoJSON"}[suffix]
        # On a full disk GDAL may leave out the index of places and say nothing; what Python refuses is told.
        made = BytesIO()
        pyogrio.write_dataframe(_typed(table), made, layer="screening", driver=driver)
        path.write_bytes(made.getvalue())


def _typed(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows with whole numbers and truths that may be missing as typed columns."""
    return table.assign(
        crossing_count=table["crossing_count"].astype("Int64"),
        upper_bound=table["upper_bound"].astype("boolean"),
        limit_working_days=table["limit_working_days"].astype("float64"),
    )
