"""What the import batches say of where the data came from."""

from __future__ import annotations

from sqlalchemy import Engine, exists, func, select

from layers.tables.batches import import_batches

_IS_DEMO = func.coalesce(import_batches.c.options["demo"].as_boolean(), False)


def holds_other_data(engine: Engine) -> bool:
    """Return whether any batch is not the demo's."""
    with engine.connect() as connection:
        return bool(connection.scalar(select(exists().where(~_IS_DEMO))))


def sources_of(engine: Engine) -> set[tuple[str, str]]:
    """Return (layer, first file name) of every batch."""
    with engine.connect() as connection:
        rows = connection.execute(select(import_batches.c.layer, import_batches.c.files)).all()
    return {(row.layer, row.files[0]["name"]) for row in rows}
