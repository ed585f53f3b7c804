"""Tiles of the working layers (工作图层瓦片): what they are made from at present, and each made once.

A tile is named by ``v``, a digest of all that it was made from: the layer, the tier that asks, versions of
data, the day, the screening, the edition. Nothing is shared between tiers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import Final

from sqlalchemy import Connection

from api.caching import etag
from api.clock import today
from api.operations.published import heading_of, newest
from api.service import Service
from api.tiers import Tier
from gis.bbox import Box
from gis.capacity.open_capacity import open_capacity
from gis.capacity.parameters import default_parameters
from gis.claims.rules import is_text
from gis.errors import ConflictError
from gis.words import Words
from layers.queries.grid import CAPACITY_LAYERS, read_grid
from layers.queries.reading import reading_together
from layers.queries.runs import RunHead, find_run
from layers.queries.tiles import Tile
from layers.queries.versions import DataVersion, version_in
from layers.queries.working_tiles import (
    PUBLIC_LAYERS,
    WORKING_LAYERS,
    Figures,
    WorkingLayer,
    extent_of_edition,
    extent_of_layers,
    extent_of_zones,
    working_tile,
)

TIMEOUT_MS: Final = 5_000
"""How long one statement of a tile may take; then the answer is 503 and the worker is free again."""

_TRIES: Final = 5
_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Wanted:
    """Tiles of which layer are asked for, by whom, and of which screening; None for the newest."""

    layer: str
    tier: Tier
    run: str | None = None

    @property
    def shown(self) -> WorkingLayer | None:
        """How the layer is shown to the tier; None where it is not for it."""
        return (PUBLIC_LAYERS if self.tier is Tier.PUBLIC else WORKING_LAYERS).get(self.layer)


@dataclass(frozen=True, slots=True)
class State:
    """What tiles are made from at present.

    Attributes
    ----------
    v
        Digest of all of it.
    on
        Day that the figures or classes are of; None where no day counts.
    data
        Version of the layers; None where no layer counts.
    run
        The screening; None where there is none, or none counts.
    edition
        Id of the edition; None likewise.
    """

    v: str
    on: date | None = None
    data: DataVersion | None = None
    run: RunHead | None = None
    edition: str | None = None


class _MovedError(Exception):
    """The data changed between the look at their version and the tile."""


def kept_working_tile(service: Service, wanted: Wanted, tile: Tile, v: str) -> bytes | None:
    """Return a tile that was made already from what ``v`` names; None where it was not."""
    kept: bytes | None = service.kept.peek(("tile", wanted, v, tile))
    return kept


def state_of(service: Service, wanted: Wanted, shown: WorkingLayer) -> State | None:
    """Return what tiles of a layer are made from at present; None where there is no such screening."""
    if shown.source == "edition":
        return _published_state(service, wanted)
    with reading_together(service.engine(wanted.tier), TIMEOUT_MS) as connection:
        return _state(connection, wanted, shown)


def working_tile_of(
    service: Service, wanted: Wanted, shown: WorkingLayer, tile: Tile
) -> tuple[State, bytes] | None:
    """Return a tile of the present state; None where there is no such screening.

    Raises
    ------
    ConflictError
        Imports kept changing the data meanwhile.
    """
    for _ in range(_TRIES):
        state = state_of(service, wanted, shown)
        if state is None:
            return None
        try:
            key = ("tile", wanted, state.v, tile)
            return state, service.kept.get(key, lambda: _made(service, wanted, shown, tile, state))  # noqa: B023  # called at once
        except _MovedError:
            continue
    raise ConflictError(
        Words("数据正在不断导入，一直在变化", "imports keep changing the data"),
        repair=Words("请待导入结束后重试", "wait until they have ended, and try again"),
    )


def extent(service: Service, wanted: Wanted, shown: WorkingLayer, state: State) -> Box | None:
    """Return the box around all that tiles show, None where they show nothing; once for each state."""

    def make() -> tuple[Box | None]:
        with reading_together(service.engine(wanted.tier), TIMEOUT_MS) as connection:
            if shown.layers:
                return (extent_of_layers(connection, shown.layers, public=wanted.tier is Tier.PUBLIC),)
            if state.run is not None:
                return (extent_of_zones(connection, state.run.id),)
            return (extent_of_edition(connection, state.edition) if state.edition else None,)

    [found] = service.kept.get(("extent", wanted, state.v), make)
    return found


def _published_state(service: Service, wanted: Wanted) -> State:
    edition = newest(service)
    v = _digest(wanted, edition.sha256 if edition else None)
    heading = heading_of(service, edition.id) if edition else None
    return State(v, on=heading.as_of if heading else None, edition=edition.id if edition else None)


def _state(connection: Connection, wanted: Wanted, shown: WorkingLayer) -> State | None:
    run = None
    if shown.source in {"run", "zones"}:
        if wanted.run is not None and not is_text(wanted.run):
            return None
        run = find_run(connection, wanted.run)
        if run is None and wanted.run is not None:
            return None
    names = CAPACITY_LAYERS if shown.source == "live" else shown.layers
    data = version_in(connection, names) if names else None
    on = today() if shown.source == "live" else run.on if run is not None else None
    return State(_digest(wanted, data, on, run), on=on, data=data, run=run)


def _digest(wanted: Wanted, *parts: object) -> str:
    return etag(wanted.layer, int(wanted.tier), *parts).strip('"')[:_DIGITS]


def _made(service: Service, wanted: Wanted, shown: WorkingLayer, tile: Tile, state: State) -> bytes:
    public = wanted.tier is Tier.PUBLIC
    if shown.source == "edition" and state.edition is None:
        return b""
    with reading_together(service.engine(wanted.tier), TIMEOUT_MS) as connection:
        if shown.source == "edition":
            return working_tile(connection, shown, tile, public=public, edition=state.edition)
        if _state(connection, wanted, shown) != state:
            raise _MovedError
        figures = _figures(service, connection, state) if shown.source == "live" else None
        run = state.run.id if state.run else None
        return working_tile(connection, shown, tile, public=public, run=run, figures=figures)


def _figures(service: Service, connection: Connection, state: State) -> Figures:
    """Return the live figures of a day, worked out once for each version of the data."""

    def make() -> Figures:
        if state.on is None:
            raise AssertionError("live figures are of a day")
        grid = read_grid(connection, CAPACITY_LAYERS, geometry=False)
        found = open_capacity(grid, state.on, default_parameters())
        ids, kva = found.ids.tolist(), found.effective_kva.round(1).tolist()
        return Figures(
            {each: None if isnan(figure) else figure for each, figure in zip(ids, kva, strict=True)},
            dict(zip(ids, map(str, found.status.tolist()), strict=True)),
        )

    return service.kept.get(("figures", state.data, state.on), make)
