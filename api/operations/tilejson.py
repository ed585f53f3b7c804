"""Descriptions of tiles (瓦片说明) as TileJSON 3.0: where they are, what they hold, of which state."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from api.operations.published import extent_of, heading_of, newest
from api.operations.tiles import State, Wanted, about, state_of
from api.service import Service
from gis.bbox import Box
from gis.capacity.words import Language
from layers.queries.collections import CAPACITY
from layers.queries.working_tiles import DEEPEST, WorkingLayer
from layers.sources.osm import ATTRIBUTION

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
    found = about(service, wanted, shown, state)
    query = {"v": state.v} | ({"run": wanted.run} if wanted.run is not None else {})
    vector = [
        {"id": each, "minzoom": shown.first_zoom, "maxzoom": DEEPEST, "fields": dict(fields)}
        for each, fields in shown.fields.items()
    ]
    told = _described(
        wanted.layer, shown.zh if language == "zh" else shown.en, base, query, found.box, vector
    )
    told["minzoom"] = shown.first_zoom
    if found.osm:
        told["attribution"] = ATTRIBUTION
    return told | _stated(state.v, state.on, state.edition, state)


def capacity_tilejson(service: Service, base: str, language: Language) -> dict[str, Any]:
    """Return the description of tiles of the newest edition."""
    edition = newest(service)
    heading = heading_of(service, edition.id) if edition else None
    fields = dict(each.split(": ", 1) for each in _CELLS)
    vector = [{"id": CAPACITY.name, "minzoom": 0, "maxzoom": DEEPEST, "fields": fields}]
    query = {"v": edition.id} if edition else {}
    box = extent_of(service, CAPACITY).box
    title = CAPACITY.zh if language == "zh" else CAPACITY.en
    told = _described(CAPACITY.name, title, base, query, box, vector)
    name = edition.id if edition else None
    return told | _stated(name, heading.as_of if heading else None, name, None)


def _described(
    layer: str, title: str, base: str, query: dict[str, str], box: Box | None, vector: list[dict[str, Any]]
) -> dict[str, Any]:
    more = f"?{urlencode(query)}" if query else ""
    edge = box or _WORLD
    return {
        "tilejson": "3.0.0",
        "name": title,
        "scheme": "xyz",
        "tiles": [f"{base}/tiles/{layer}/{{z}}/{{x}}/{{y}}{more}"],
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
