"""Import batches (导入批次), what each layer holds, and reviewed spellings."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from layers.tables.base import metadata

import_batches = Table(
    "import_batches",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("layer", Text, nullable=False, comment="what was asked for: a layer, or osm"),
    Column("files", JSONB, nullable=False, comment="[{name, sha256, bytes}]"),
    Column("format", Text, nullable=False),
    Column("crs", Text, comment="coordinate reference system as found, or as given"),
    Column("encoding", Text),
    Column("mapping", JSONB, nullable=False, comment="field -> column of the source"),
    Column("options", JSONB, nullable=False, comment="options of the command"),
    Column("noding", Text, comment="how roads of this batch meet"),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("finished_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("rows_read", BigInteger, nullable=False),
    Column("rows_inserted", BigInteger, nullable=False),
    Column("rows_updated", BigInteger, nullable=False),
    Column("rows_unchanged", BigInteger, nullable=False),
    Column("rows_deleted", BigInteger, nullable=False),
    Column("rows_rejected", BigInteger, nullable=False),
    Column("findings", JSONB, nullable=False),
    CheckConstraint("noding in ('crossings', 'shared', 'nodes')", name="noding"),
    CheckConstraint(
        "rows_read = rows_inserted + rows_updated + rows_unchanged + rows_rejected", name="rows_add_up"
    ),
)

layer_versions = Table(
    "layer_versions",
    metadata,
    Column("layer", Text, primary_key=True),
    Column(
        "batch_id",
        ForeignKey(import_batches.c.id),
        nullable=False,
        comment="the last batch that changed a row: the layer's data version",
    ),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

aliases = Table(
    "aliases",
    metadata,
    Column("spelling", Text, primary_key=True, comment="normal form of the name as given"),
    Column("meaning", Text, nullable=False, comment="id or name that is meant"),
    Column("given", ARRAY(Text), nullable=False, comment="spellings as they stood in the alias file"),
    Column("batch_id", ForeignKey(import_batches.c.id), nullable=False),
)
