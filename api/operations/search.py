"""Search by words: parcels, assets that the asker may know of, and places given as two numbers."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import shapely

from api.operations.connection import parcel_as_json, parcel_numbers
from api.operations.published import assets_of, found_by, newest
from api.operations.siting import Ground
from api.service import Service
from api.tiers import Tier
from gis.metric_zone import unproject
from gis.names import normal_name
from gis.siting.network import LEVELS

_PLACE: Final = re.compile(r"^\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，;\s]\s*(-?\d{1,2}(?:\.\d+)?)\s*$")
_WEST_EAST: Final = 180.0
_SOUTH_NORTH: Final = 90.0


def found_as_json(
    service: Service, ground: Ground, tier: Tier, words: str, limit: int
) -> list[dict[str, Any]]:
    """Return what words find: a place for two numbers, else parcels, then assets.

    The public finds what is published, at its generalised place; others find every asset where it is.
    """
    place = _place(words)
    if place is not None:
        return [place]
    public = tier is Tier.PUBLIC
    parcels = [
        _found("parcel", told["id"], told["name"], None, (told["lon"], told["lat"]))
        for told in (
            parcel_as_json(ground, number, "en", public=public)  # of words it gives the name alone
            for number in parcel_numbers(ground, words, (), limit, public=public)
        )
    ]
    assets = _published(service, words, limit) if public else _assets(ground, words, limit)
    return [*parcels, *assets][: 2 * limit]


def _place(words: str) -> dict[str, Any] | None:
    match = _PLACE.match(words)
    if match is None:
        return None
    lon, lat = float(match[1]), float(match[2])
    if abs(lon) > _WEST_EAST or abs(lat) > _SOUTH_NORTH:
        return None
    return _found("place", None, None, None, (lon, lat))


def _found(
    kind: str,
    identity: str | None,
    name: str | None,
    level: str | None,
    place: tuple[float | None, float | None],
) -> dict[str, Any]:
    return {"kind": kind, "id": identity, "name": name, "level": level, "lon": place[0], "lat": place[1]}


def _published(service: Service, words: str, limit: int) -> list[dict[str, Any]]:
    told = []
    found = (found_by(service, newest(service), words) or [])[:limit]
    known = assets_of(service, found)
    for identity in found:
        body = known[identity].body
        if body is not None:
            row = json.loads(body)
            shape = row.get("geometry")
            middle = None if shape is None else shapely.geometry.shape(shape).centroid
            place = (None, None) if middle is None else (round(middle.x, 5), round(middle.y, 5))
            told.append(_found("asset", row["asset_id"], row["name"], row["level"], place))
    return told


def _assets(ground: Ground, words: str, limit: int) -> list[dict[str, Any]]:
    wanted = normal_name(words)
    told: list[dict[str, Any]] = []
    zone = ground.network.corridors.graph.streets.zone
    for level in LEVELS:
        served = ground.network.levels[level]
        hits = [
            number
            for number, (identity, name) in enumerate(zip(served.ids, served.names, strict=True))
            if wanted in normal_name(str(identity)) or wanted in normal_name(str(name))
        ][: limit - len(told)]
        for number, shape in zip(hits, unproject(served.shapes[hits], zone), strict=True):
            there = shape is not None and not shape.is_empty
            middle = shapely.point_on_surface(shape) if there else None
            place = (None, None) if middle is None else (round(middle.x, 7), round(middle.y, 7))
            told.append(_found("asset", served.ids[number], served.names[number], level, place))
    return told
