"""Whose data is shown (数据来源): who has to be named beside a map, a notice, tiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, Engine

from api.tile_cache import TileCache
from layers.database import snapshot
from layers.queries.reading import reading_together
from layers.queries.versions import rows_version
from layers.queries.working_tiles import from_osm
from layers.sources.osm import ATTRIBUTION

_TIMEOUT_MS: Final = 5_000


def attribution(source: Engine | Connection, names: tuple[str, ...]) -> str:
    """Return whom a map of layers has to name; "" where nobody is to be named."""
    if isinstance(source, Engine):
        with snapshot(source) as connection:
            return attribution(connection, names)
    return ATTRIBUTION if from_osm(source, names) else ""


def kept_attribution(kept: TileCache, engine: Engine, names: tuple[str, ...]) -> str:
    """Return the same for answers of the service: looked for once for each version of the layers."""
    with reading_together(engine, _TIMEOUT_MS) as connection:
        key = ("attribution", names, rows_version(connection, names))
        return kept.get(key, lambda: attribution(connection, names))


def attribution_of_sources(sources: Iterable[Mapping[str, str]]) -> str:
    """Return whom the sources in the header of an edition name."""
    return ", ".join(each["name"] for each in sources)
