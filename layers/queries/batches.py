"""What the import batches say of where the data came from."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, exists, func, select

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


def source_words(connection: Connection) -> dict[int, str]:
    """Return words for where the rows of each batch came from: its files, and the layer inside them."""
    table = import_batches.c
    statement = select(table.id, table.files, table.options["layer_name"].as_string()).order_by(table.id)
    return {
        batch: ", ".join(each["name"] for each in files) + (f" [{layer_name}]" if layer_name else "")
        for batch, files, layer_name in connection.execute(statement)
    }
