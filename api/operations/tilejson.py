"""Descriptions of tiles (瓦片说明) as TileJSON 3.0: where they are, what they hold, of which state."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from api.operations.published import extent_of, heading_of, newest
from api.operations.siting import GROUND_LAYERS
from api.operations.sources import attribution_of_sources, kept_attribution
from api.operations.tiles import State, Wanted, extent, state_of
from api.service import Service
from gis.bbox import Box
from gis.capacity.words import Language
from layers.queries.collections import CAPACITY
from layers.queries.published import Heading
from layers.queries.working_tiles import DEEPEST, WorkingLayer

_CELLS: Final = (
    *("level: String", "assets: Number", "open: Number", "tight: Number", "restricted: Number"),
    *("unknown: Number", "status: String", "open_capacity_kva: Number, kVA"),
    *("asset_id: String: from zoom 13", "name: String: from zoom 13"),
)  # fmt: skip
_WORLD: Final = Box(-180.0, -85.051129, 180.0, 85.051129)


def working_tilejson(
    service: Service, wanted: Wanted, shown: WorkingLayer, base: str, language: Language
) -> dict[str, Any] | None:
    """Return the description of tiles of a working layer; None where there is no such screening."""
    state = state_of(service, wanted, shown)
    if state is None:
        return None
    vector = [
        {"id": each, "minzoom": shown.first_zoom, "maxzoom": DEEPEST, "fields": dict(fields)}
        for each, fields in shown.fields.items()
    ]
    address = base + _working_address(wanted, state)
    told = _described(
        shown.zh if language == "zh" else shown.en, address, extent(service, wanted, shown, state), vector
    )
    told["minzoom"] = shown.first_zoom
    told |= _named(_whose(service, shown, state))
    return told | _stated(state.v, state.on, state.edition, state)


def working_address(service: Service, wanted: Wanted, shown: WorkingLayer) -> str | None:
    """Return the address of tiles in their present state; None where there is no such screening."""
    state = state_of(service, wanted, shown)
    return None if state is None else _working_address(wanted, state)


def _working_address(wanted: Wanted, state: State) -> str:
    query = {"v": state.v} | ({"run": wanted.run} if wanted.run is not None else {})
    return _address(wanted.layer, query)


def _whose(service: Service, shown: WorkingLayer, state: State) -> str:
    """Return whom tiles have to name: of zones, whose land and grid they were found on."""
    if shown.source == "edition":
        return _whose_edition(heading_of(service, state.edition) if state.edition else None)
    names = GROUND_LAYERS if shown.source == "zones" else shown.layers
    return kept_attribution(service.kept, service.public, names)


def _whose_edition(heading: Heading | None) -> str:
    return "" if heading is None else attribution_of_sources(heading.sources or ())


def capacity_tilejson(service: Service, base: str, language: Language) -> dict[str, Any]:
    """Return the description of tiles of the newest edition."""
    edition = newest(service)
    heading = heading_of(service, edition.id) if edition else None
    fields = dict(each.split(": ", 1) for each in _CELLS)
    vector = [{"id": CAPACITY.name, "minzoom": 0, "maxzoom": DEEPEST, "fields": fields}]
    box = extent_of(service, CAPACITY).box
    title = CAPACITY.zh if language == "zh" else CAPACITY.en
    told = _described(title, base + capacity_address(service), box, vector)
    name = edition.id if edition else None
    told |= _named(_whose_edition(heading))
    return told | _stated(name, heading.as_of if heading else None, name, None)


def capacity_address(service: Service) -> str:
    """Return the address of the tiles of the newest edition."""
    edition = newest(service)
    return _address(CAPACITY.name, {"v": edition.id} if edition else {})


def _address(layer: str, query: dict[str, str]) -> str:
    more = f"?{urlencode(query)}" if query else ""
    return f"/tiles/{layer}/{{z}}/{{x}}/{{y}}{more}"


def _named(attribution: str) -> dict[str, str]:
    return {"attribution": attribution} if attribution else {}


def _described(title: str, address: str, box: Box | None, vector: list[dict[str, Any]]) -> dict[str, Any]:
    edge = box or _WORLD
    return {
        "tilejson": "3.0.0",
        "name": title,
        "scheme": "xyz",
        "tiles": [address],
        "minzoom": 0,
        "maxzoom": DEEPEST,
        "bounds": [edge.west, edge.south, edge.east, edge.north],
        "vector_layers": vector,
    }


def _stated(v: str | None, on: date | None, edition: str | None, state: State | None) -> dict[str, Any]:
    run = state.run if state else None
    return {
        "v": v,
        "on": on.isoformat() if on else None,
        "edition": edition,
        "run": None
        if run is None
        else {"run_id": run.id, "on": run.on.isoformat(), "load_kva": run.load_kva},
    }
