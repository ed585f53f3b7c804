"""Files made of an edition's screening (期次导出): of its frozen rows, and of the land around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, Engine

from api.operations.edition_pages import public_zone_map
from api.operations.editions import screened_rows
from api.operations.screening_files import write_map
from api.operations.sources import attribution
from gis.editions.header import Edition
from gis.editions.metadata import metadata
from gis.editions.screened import Screened
from gis.words import Language
from layers.database import driver
from layers.editions.geo_formats import write_screened_geopackage
from layers.editions.publish import CONTEXT
from layers.queries.land import read_land
from layers.queries.versions import rows_version

_TABLE = ".gpkg"


@dataclass(frozen=True, slots=True)
class EditionExport:
    """A file of an edition for the public.

    Attributes
    ----------
    edition
        Holds a screening.
    ending
        Which file: ``.gpkg``, or of a map ``.html``, ``.pdf``, ``.png``, ``.svg``.
    language
        Of the words of a map.
    map_number
        Number of the map's review (审图号).
    packed
        Whether it is packed (gzip) for the way.
    """

    edition: Edition
    ending: str
    language: Language
    map_number: str | None
    packed: bool

    def state(self, connection: Connection) -> tuple[object, ...]:
        """Return what the file depends on: the edition, and the land that a map shows as it is now."""
        kind = self.ending.removeprefix(".")
        if self.ending == _TABLE:
            return "edition", self.edition.sha256, kind, self.packed
        drawn = (self.language, self.map_number, rows_version(connection, CONTEXT))
        return "edition", self.edition.sha256, kind, self.packed, drawn

    def content(self, connection: Connection, public: Engine) -> Callable[[Path], None]:
        """Read what the file shows, and return what writes it without the database.

        Parameters
        ----------
        connection
            Of the public's login: the land as it is now is read over it.
        public
            Connections of the same login: the rows of the edition never change and need no common state.
        """
        told = self.edition.facts["screening"]
        parcels, zones = (screened_rows(public, self.edition, kind) for kind in ("parcels", "zones"))
        frozen = Screened(told["run_id"], told["load_kva"], parcels, zones, told["withheld"])
        if self.ending == _TABLE:
            return lambda path: write_screened_geopackage(path, frozen, metadata(self.edition))
        with driver(connection) as raw:
            land = {name: read_land(raw, name, public=True) for name in CONTEXT}
        drawn = public_zone_map(self.edition, frozen, land)
        heading = replace(
            drawn.heading,
            map_number=self.map_number,
            attribution=attribution(connection, ("parcels", *CONTEXT)) or drawn.heading.attribution,
        )
        numbered = replace(drawn, heading=heading)
        return lambda path: write_map(numbered, path, self.language)
