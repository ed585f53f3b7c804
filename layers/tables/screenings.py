"""Screenings (筛查): what was asked, of which data, and the row of every parcel."""

from __future__ import annotations

from typing import Final

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB

from gis.siting.columns import NUMBERS, ROW_COLUMNS
from layers.tables.base import SRID, metadata

SITING: Final = "siting"
"""Schema of screenings; of the private role alone."""

_TYPES: Final = {
    "crossing_count": Integer,
    "limit_working_days": Double,
    "upper_bound": Boolean,
    "on": Date,
    "options": JSON,
    **dict.fromkeys(NUMBERS, Double),
}

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True, comment="digest of question, parameters and data"),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("request", JSONB, nullable=False, comment="what was asked, and by which parameters"),
    Column("inputs", JSONB, nullable=False, comment="versions of the layers, of policies and of the code"),
    Column("on", Date, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("summary", JSONB, nullable=False, comment="parcels, area and load by class"),
    Column("zones", JSON, nullable=False, comment="the zone polygons as GeoJSON"),
    Column("sha256", Text, nullable=False, comment="of the canonical bytes of the rows"),
    schema=SITING,
    comment="Screenings; the same question of the same data is the same run",
)

run_rows = Table(
    "run_rows",
    metadata,
    Column("run_id", Text, ForeignKey(f"{SITING}.runs.id", ondelete="CASCADE"), nullable=False),
    *(Column(name, _TYPES.get(name, Text)) for name in ROW_COLUMNS),
    PrimaryKeyConstraint("run_id", "parcel_id"),
    Index("ix_run_rows_parcel_id", "parcel_id"),
    schema=SITING,
    comment="What a screening found for each parcel",
)

zone_parts = Table(
    "zone_parts",
    metadata,
    Column("run_id", Text, ForeignKey(f"{SITING}.runs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("reach_m", Double, nullable=False, comment="longest route to an open access point"),
    Column("class", Text, nullable=False),
    Column("load_kva", Double, nullable=False),
    Column("geom", Geometry("POLYGON", srid=SRID, spatial_index=False), nullable=False),
    schema=SITING,
    comment="The zone polygons of runs, one row for each part",
)
Index("ix_zone_parts_geom", zone_parts.c.geom, postgresql_using="gist")
