"""What the import batches say of where the data came from."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, exists, func, select

from layers.tables.batches import import_batches

_IS_DEMO = func.coalesce(import_batches.c.options["demo"].as_boolean(), False)


@dataclass(frozen=True, slots=True)
class BatchSource:
    """Where the rows of a batch came from.

    Attributes
    ----------
    layer
        What was asked for: a layer, or ``osm``.
    file
        Name of the first file.
    layer_name
        Layer, sheet or drawing layer inside the file, where one was asked for.
    """

    layer: str
    file: str
    layer_name: str | None


def holds_other_data(engine: Engine) -> bool:
    """Return whether any batch is not the demo's."""
    with engine.connect() as connection:
        return bool(connection.scalar(select(exists().where(~_IS_DEMO))))


def sources_of(engine: Engine) -> set[BatchSource]:
    """Return where the rows of every batch came from."""
    table = import_batches.c
    statement = select(
        table.layer, table.files[0]["name"].as_string(), table.options["layer_name"].as_string()
    )
    with engine.connect() as connection:
        return {BatchSource(*row) for row in connection.execute(statement)}
