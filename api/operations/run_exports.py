"""A stored screening as files for planners (筛查导出): exact, as ``kaimen screen`` writes them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
from sqlalchemy import Connection

from api.operations.screening import Shown, data_day
from api.operations.screening_files import CONTEXT, TABLES, Caption, write_map, write_table, zone_map
from gis.editions.disclosure import default_settings
from gis.network.columns import index_of, rows_of, texts
from gis.words import Language
from layers.editions.geo_formats import stopped_clock
from layers.queries.grid import read_grid
from layers.queries.versions import version_in
from layers.screenings import Run, find, read_rows

_DRAWN: Final = ("parcels", *CONTEXT, "capacity")
"""Layers that a zone map rests on beside the screening: of a table it is the parcels alone."""

_NOTHING: Final = np.array([None], dtype=object)


@dataclass(frozen=True, slots=True)
class RunExport:
    """A file of a stored screening.

    Attributes
    ----------
    id
        Of the screening.
    ending
        Which file: ``.csv``, ``.html`` and so on.
    language
        Of the words of a map.
    map_number
        Number of the map's review (审图号).
    packed
        Whether it is packed (gzip) for the way.
    """

    id: str
    ending: str
    language: Language
    map_number: str | None
    packed: bool

    def state(self, connection: Connection) -> tuple[object, ...]:
        """Return what the file depends on: the screening, and the layers that it shows as they are now."""
        shown = ("parcels",) if self.ending in TABLES else _DRAWN
        drawn = None if self.ending in TABLES else (self.language, self.map_number)
        return "screening", self.id, self.ending, self.packed, drawn, version_in(connection, shown)

    def content(self, connection: Connection) -> Callable[[Path], None]:
        """Read what the file shows, and return what writes it without the database."""
        run = find(connection, self.id)
        if run is None:
            raise LookupError(f"the screening {self.id} was there when it was asked for")
        shown = stored_screening(connection, run)
        if self.ending in TABLES:
            return lambda path: _write_table(shown, path)
        drawn = zone_map(connection, shown, self._caption(connection, run))
        return lambda path: write_map(drawn, path, self.language)

    def _caption(self, connection: Connection, run: Run) -> Caption:
        return Caption(_data_day(connection, run), None, default_settings(), self.map_number)


def stored_screening(connection: Connection, run: Run) -> Shown:
    """Return a stored screening on the parcels of now; one that is gone has neither name nor place."""
    rows = read_rows(connection, run.id)
    parcels = read_grid(connection, ("parcels",))["parcels"]
    at = rows_of(index_of(texts(parcels["id"])), texts(rows["parcel_id"]))
    names, geometry = (
        np.concatenate([each, _NOTHING])[at]
        for each in (texts(parcels["name"]), np.asarray(parcels["geometry"].array, dtype=object))
    )
    zones = gpd.GeoDataFrame.from_features(
        run.zones["features"], crs="EPSG:4326", columns=["reach_m", "class", "load_kva", "geometry"]
    )
    return Shown(run, rows, names, geometry, zones)


def _data_day(connection: Connection, run: Run) -> date | None:
    """Return the day of the newest reading of a run; None where other readings were imported since."""
    now = [list(each) for each in version_in(connection, ("capacity",)).layers if each[0] == "capacity"]
    if not all(each in run.inputs["layers"] for each in now):
        return None
    return data_day(read_grid(connection, ("capacity",), geometry=False)["capacity"], run.on)


def _write_table(shown: Shown, path: Path) -> None:
    moment = shown.run.made_at
    # A GeoPackage says when it was written; the same rows are the same bytes.
    with nullcontext() if moment is None or path.suffix != ".gpkg" else stopped_clock(moment):
        write_table(shown, path)
