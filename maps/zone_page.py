"""The standalone zone map: one HTML file that opens from a disk, offline, with no request at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import folium
from jinja2 import Environment, PackageLoader, StrictUndefined

from gis.policy.model import Language
from maps import legend, style
from maps.canvas_layer import CanvasLayer
from maps.folium_page import fragments, inlined
from maps.words import vocabulary
from maps.zone_content import ClassTotal, ZoneMap
from maps.zone_data import zone_data

SWITCHES: Final = ("parcels", "zones", "roads", "water", "green", "railways", "feeders", "substations", "names")
MIN_ZOOM: Final = 8
MAX_ZOOM: Final = 18


@cache
def templates() -> Environment:
    """Return the templates of ``maps``; everything is escaped, an unknown name is an error."""
    return Environment(
        loader=PackageLoader("maps"), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A class in the legend."""

    key: str
    swatch: str
    parcels: int
    load_kva: float

    @classmethod
    def of(cls, total: ClassTotal) -> Row:
        """Return the row of a class."""
        swatch = legend.standalone(legend.class_swatch(total.key))
        return cls(total.key, swatch, total.parcels, total.load_kva)


@dataclass(frozen=True, slots=True)
class Sign:
    """Another line of the legend: its swatch, the key of its words and the values in them."""

    swatch: str
    key: str
    values: tuple[str, ...] = ()


def zone_map_html(content: ZoneMap, language: Language) -> str:
    """Return the zone map as a page that stands alone.

    Parameters
    ----------
    content
        What it shows.
    language
        Of the words at first; the page holds both.
    """
    data = zone_data(content)
    table = style.style_json()
    # The same content gives the same file; a name that got into the page as an element would not know it.
    nonce = hashlib.sha256((data + table).encode()).hexdigest()[:32]
    said = {**vocabulary(), **content.heading.words()}

    def say(key: str, *values: str) -> str:
        return said[key][language].format(*values) if values else said[key][language]

    present = json.loads(data)["layers"].keys()
    return (
        templates()
        .get_template("zone_map.html.j2")
        .render(
            language=language,
            nonce=nonce,
            say=say,
            chart=fragments(_chart(), name="zone", nonce=nonce),
            colours=style.style_css(),
            css=inlined("app/zone-page.css", nonce),
            paint=inlined("app/zone-paint.js", nonce),
            page=inlined("app/zone-page.js", nonce),
            patterns=legend.hatch_patterns(),
            rows=[Row.of(total) for total in content.totals()],
            signs=list(_signs(content)),
            switches=[key for key in SWITCHES if key in present or key == "names"],
            table=table,
            data=data,
        )
    )


def _chart() -> folium.Map:
    chart = folium.Map(
        tiles=None, zoom_control=False, attribution_control=False, min_zoom=MIN_ZOOM, max_zoom=MAX_ZOOM
    )
    chart.add_child(CanvasLayer("L.kaimen.zone.look", data="L.kaimen.zone.data"))
    return chart


def _signs(content: ZoneMap) -> Iterator[Sign]:
    best = next((key for key in style.CLASSES if key in set(content.zones["class"])), "plug_and_play")
    for number, reach in enumerate(content.reaches()):
        swatch = legend.standalone(legend.reach_swatch(best, nearest=number == 0))
        yield Sign(swatch, "reach", (f"{reach:g}",))
    feeders = content.context.get("feeders")
    if feeders is not None and "status" in feeders:
        for key in style.STATUSES:
            if (feeders["status"] == key).any():
                yield Sign(legend.standalone(legend.status_swatch(key)), f"feeder.{key}")
