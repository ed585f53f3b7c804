"""Disclosure editions (公开期次): the public tables, and beside them what the reasons of changes rest on.

The tables are made from the columns of ``gis.editions``; the database refuses every change of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSON

import gis.editions.columns as of
from layers.tables.base import SRID, metadata

PUBLIC: Final = "disclosure"
"""Schema that the public may read: the columns of the allow-list and nothing else."""

INNER: Final = "disclosure_inputs"
"""Schema that the public may not read."""

PUBLISHER: Final = "kaimen_publisher"
"""Role that may insert and read in both schemas, and nothing else."""

editions = Table(
    "editions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Integer, nullable=False, unique=True, comment="place in the chain, from 1"),
    Column("as_of", Date, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("note", Text),
    Column("corrects", Text, ForeignKey(f"{PUBLIC}.editions.id")),
    Column("previous", Text, ForeignKey(f"{PUBLIC}.editions.id"), unique=True),
    Column("previous_sha256", Text),
    Column("rows", BigInteger, nullable=False),
    Column("rows_sha256", Text, nullable=False),
    Column("inputs_sha256", Text, nullable=False),
    Column("facts", JSON, nullable=False, comment="canonical JSON; kept as it was written"),
    Column("sha256", Text, nullable=False, unique=True),
    CheckConstraint("number > 0", name="number_positive"),
    CheckConstraint(
        "(number = 1) = (previous is null) and (previous is null) = (previous_sha256 is null)", name="chained"
    ),
    schema=PUBLIC,
    comment="One row for each published edition; a row never changes",
)


_SHAPES: Final = {"place": "POLYGON", "area": "MULTIPOLYGON"}


def _column(column: of.Column, key: str) -> Column[Any]:
    name = column.name
    if column.kind == "number":
        return Column(name, Numeric(of.NUMBER_DIGITS, column.decimals))
    if column.kind == "day":
        return Column(name, Date)
    if column.kind == "flag":
        return Column(name, Boolean)
    if column.kind in _SHAPES:
        return Column(name, Geometry(_SHAPES[column.kind], srid=SRID, spatial_index=False))
    if name == key:
        return Column(name, Text(collation="C"), nullable=False)
    return Column(name, Text)


def _frozen(name: str, schema: str, columns: Sequence[of.Column], key: str, comment: str) -> Table:
    """Return a table of an edition's rows; its foreign key is looked at when the header stands."""
    edition = Column(
        "edition_id",
        Text,
        ForeignKey(f"{PUBLIC}.editions.id", deferrable=True, initially="DEFERRED"),
        nullable=False,
    )
    return Table(
        name,
        metadata,
        edition,
        *(_column(each, key) for each in columns if each.name != "edition_id"),
        PrimaryKeyConstraint("edition_id", key),
        schema=schema,
        comment=comment,
    )


published = _frozen("published", PUBLIC, of.PUBLISHED, "asset_id", "What an edition tells of each asset")
Index("ix_published_geometry", published.c.geometry, postgresql_using="gist")

parcels = _frozen("parcels", PUBLIC, of.PARCELS, "parcel_id", "What an edition tells of each screened parcel")
Index("ix_parcels_geometry", parcels.c.geometry, postgresql_using="gist")

zones = _frozen("zones", PUBLIC, of.ZONES, "zone_id", "From where a load reaches an open access point")
Index("ix_zones_geometry", zones.c.geometry, postgresql_using="gist")

inputs = _frozen("assets", INNER, of.INPUTS, "asset_id", "What the figures of each asset came from")

claims = _frozen("claims", INNER, of.CLAIMS, "claim_id", "Every claim as it stood")

FROZEN: Final = ((published, of.PUBLISHED), (inputs, of.INPUTS), (claims, of.CLAIMS))
"""Each table of rows with the columns it was made from; ``edition_id`` stands in all of them."""

SCREENED: Final = {"parcels": (parcels, of.PARCELS), "zones": (zones, of.ZONES)}
"""Likewise what an edition has of a screening, where there was one."""
