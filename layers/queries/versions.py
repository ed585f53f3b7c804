"""Which data a database holds: what is made from it is stale when this changes (数据版本)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine, select, text

from gis.dictionary.model import ASSET_LEVELS, layers
from gis.network.model import Grid
from layers.database import snapshot
from layers.queries.grid import read_grid
from layers.tables.base import PUBLIC_MAP
from layers.tables.batches import aliases

_ANY_ASSET = "assets"


@dataclass(frozen=True, slots=True)
class DataVersion:
    """The state of some layers; another one after any import that changed them.

    Attributes
    ----------
    database
        System identifier of the server and number of the database: one made anew is another.
    layers
        Name, last batch that changed a row, and when; for the layers and for all that they refer to.
    spellings
        Reviewed spellings that names were joined by; empty where no layer refers to another.
    """

    database: tuple[int, int]
    layers: tuple[tuple[str, int, str], ...]
    spellings: tuple[tuple[str, str], ...]


def data_version(engine: Engine, names: tuple[str, ...]) -> DataVersion:
    """Return the version of layers, read in one snapshot."""
    with snapshot(engine) as connection:
        return version_in(connection, names)


def read_version(engine: Engine, names: tuple[str, ...]) -> tuple[DataVersion, Grid]:
    """Return layers as frames together with their version, read in one snapshot."""
    with snapshot(engine) as connection:
        return version_in(connection, names), read_grid(connection, names)


def version_in(connection: Connection, names: tuple[str, ...]) -> DataVersion:
    """Return the version of layers as a snapshot sees them."""
    every = _with_targets(names)
    rows = rows_version(connection, every)
    if not any(field.type == "reference" for name in every for field in layers()[name].fields):
        return rows
    known = select(aliases.c.spelling, aliases.c.meaning).order_by(aliases.c.spelling)
    return replace(rows, spellings=tuple((row[0], row[1]) for row in connection.execute(known)))


def rows_version(connection: Connection, names: tuple[str, ...]) -> DataVersion:
    """Return the version of what layers hold, whatever their names refer to; the public's login may ask."""
    identity = text(
        "select s.system_identifier, d.oid::bigint from pg_control_system() s, pg_database d"
        " where d.datname = current_database()"
    )
    changes = text(
        f"select layer, batch_id, changed_at from {PUBLIC_MAP}.layer_versions"  # noqa: S608  # a constant
        " where layer = any(:names) order by layer"
    )
    system, database = connection.execute(identity).one()
    found = connection.execute(changes, {"names": list(names)})
    versions = tuple((row[0], row[1], row[2].isoformat()) for row in found)
    return DataVersion((system, database), versions, ())


def _with_targets(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return layers and those that they refer to: an import of these joins their names anew."""
    found = dict.fromkeys(names)
    waiting = list(names)
    while waiting:
        for field in layers()[waiting.pop()].fields:
            targets = tuple(ASSET_LEVELS) if field.target == _ANY_ASSET else (field.target,)
            fresh = [each for each in targets if each and each not in found]
            found |= dict.fromkeys(fresh)
            waiting += fresh
    return tuple(found)
