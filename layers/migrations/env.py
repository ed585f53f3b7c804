"""Alembic's entry: migrations run on the connection that the caller opened."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

import layers.tables.claims
import layers.tables.editions
import layers.tables.grid
import layers.tables.jobs
import layers.tables.screenings
import layers.tables.tokens
from layers.tables.base import SCHEMA, metadata

assert layers.tables.grid.layer_tables  # noqa: S101  # the import fills the metadata
assert layers.tables.claims.claim_ledger is not None  # noqa: S101  # as above
assert layers.tables.jobs.jobs is not None  # noqa: S101  # as above

_SCHEMAS = {
    SCHEMA,
    layers.tables.editions.PUBLIC,
    layers.tables.editions.INNER,
    layers.tables.screenings.SITING,
    layers.tables.tokens.ACCESS,
}


def _ours(name: str | None, kind: str, parents: object) -> bool:
    del parents
    return kind != "schema" or name in _SCHEMAS


def run(connection: Connection) -> None:
    """Run the migrations in the caller's transaction."""
    connection.execute(text(f"create schema if not exists {SCHEMA}"))
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table_schema=SCHEMA,
        include_schemas=True,
        include_name=_ours,
        compare_type=True,
    )
    context.run_migrations()


run(context.config.attributes["connection"])
