"""What the map page is made from (地图页内容): where it begins, its tiles and the screenings it can show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from api.clock import today
from api.operations.front import bounds, policies, published_tiles_of, screenings, thresholds, tiles_of
from api.service import Service
from api.tiers import Tier
from gis.figures import fixed
from gis.siting.loads import default_table
from gis.words import Language
from layers.queries.working_tiles import WORKING_LAYERS
from maps.map_page import MapPage, TileSet
from maps.page_words import say

_STATIONS: Final = "/api/v1/capacity?level=substation&limit=1000&f=geojson"


def map_content(service: Service, tier: Tier, language: Language, run: str | None) -> MapPage | None:
    """Return what the map page shows to a tier; None where there is no screening of the id that is named."""
    held = bounds(service)
    runs = [] if held is None else _runs(service, tier, run)
    if runs is None:
        return None
    return MapPage(
        bounds=held,
        tiles=[] if held is None else _tiles(service, tier),
        runs=runs,
        jurisdictions=policies(language),
        thresholds=[] if held is None else _limits(service, today(), language),
        power_factor=default_table().power_factor,
        public=tier is Tier.PUBLIC,
        example="" if held is None else f"{(held[0] + held[2]) / 2:.3f},{(held[1] + held[3]) / 2:.3f}",
    )


def _tiles(service: Service, tier: Tier) -> Sequence[TileSet]:
    """Return what the tier sees; classes of parcels come with a screening."""
    layers = ("base", "parcels", "feeders", "substations")
    told = {layer: found for layer in layers if (found := tiles_of(service, tier, layer)) is not None}
    sets = [_tile_set(layer, *found) for layer, found in told.items()]
    # Feeders are too many from afar: there the squares of what is published tell where the grid is open.
    near = told["feeders"][1]
    sets.append(TileSet(published_tiles_of(service), to_zoom=near - 1))
    return [*sets, TileSet(_STATIONS)] if tier is Tier.PUBLIC else sets


def _tile_set(layer: str, url: str, first: int) -> TileSet:
    if layer != "parcels":
        return TileSet(url, first)
    # From afar they are squares that tell of classes, and the zone map alone shows those.
    return TileSet(url, WORKING_LAYERS[layer].near_zoom, "map")


def _runs(service: Service, tier: Tier, run: str | None) -> list[dict[str, Any]] | None:
    """Return the screenings that the zone map can show, each with its tiles; None where one is missing."""
    found = screenings(service, run)
    if found is None:
        return None
    told = []
    for each in found:
        layers = (tiles_of(service, tier, layer, each["run"]) for layer in ("zones", "parcels"))
        sets = [{"url": found[0], "from": found[1]} for found in layers if found is not None]
        told.append(each | {"tiles": sets})
    return told


def _limits(service: Service, on: date, language: Language) -> list[dict[str, Any]]:
    """Return the limits of each policy in words."""
    keys = {"lv_limit_kw": "zones.lv_limit", "public_line_limit_kva": "zones.public_limit"}
    return [
        {
            "name": each["name"],
            "said": [say(language, keys[name], fixed(value, 0)) for name, value in each["limits"].items()],
        }
        for each in thresholds(service, on, language)
        if each["limits"]
    ]
