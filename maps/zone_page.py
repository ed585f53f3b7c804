"""The standalone zone map: one HTML file that opens from a disk, offline, with no request at all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Final

import folium
import numpy as np

from gis.figures import fixed
from gis.words import Language
from maps import legend, style
from maps.canvas_layer import CanvasLayer
from maps.folium_page import fragments, inlined
from maps.pages import environment, json_for_script
from maps.words import vocabulary
from maps.zone_content import ClassTotal, ZoneMap
from maps.zone_data import zone_data
from maps.zone_signs import signs

SWITCHES: Final = (
    "parcels",
    "zones",
    "roads",
    "water",
    "green",
    "railways",
    "feeders",
    "substations",
    "names",
)
MIN_ZOOM: Final = 8
MAX_ZOOM: Final = 18
_WINDOW_PX: Final = (1000, 780)


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


def zone_map_html(content: ZoneMap, language: Language) -> str:
    """Return the zone map as a page that stands alone.

    Parameters
    ----------
    content
        What it shows.
    language
        Of the words at first; the page holds both.
    """
    carried = zone_data(content)
    data = json_for_script(carried)
    table = style.style_json()
    # The same content gives the same file; a name that got into the page as an element would not know it.
    nonce = hashlib.sha256((data + table).encode()).hexdigest()[:32]
    said = {**vocabulary(), **content.heading.words()}

    def say(key: str, *values: str) -> str:
        return said[key][language].format(*values) if values else said[key][language]

    page: str = (
        environment()
        .get_template("zone_map.html.j2")
        .render(
            language=language,
            nonce=nonce,
            say=say,
            fixed=fixed,
            chart=fragments(_chart(content), name="zone", nonce=nonce),
            colours=style.style_css(),
            css=inlined("app/zone-page.css", nonce),
            paint=inlined("app/zone-paint.js", nonce),
            page=inlined("app/zone-page.js", nonce),
            patterns=legend.hatch_patterns(),
            load_column=content.load_column(),
            rows=[Row.of(total) for total in content.totals()],
            signs=[replace(sign, swatch=legend.standalone(sign.swatch)) for sign in signs(content)],
            switches=[key for key in SWITCHES if key in carried["layers"] or key == "names"],
            table=table,
            data=data,
        )
    )
    return page.encode("utf-8", "replace").decode("utf-8")


def _chart(content: ZoneMap) -> folium.Map:
    west, south, east, north = content.bounds()
    latitude = (south + north) / 2
    # About the zoom that the page will fit to its window, so that nothing is drawn in vain before.
    shares = ((east - west) / _WINDOW_PX[0], (north - south) / np.cos(np.deg2rad(latitude)) / _WINDOW_PX[1])
    zoom = int(np.clip(np.log2(360 / 256 / max(*shares, 1e-9)), MIN_ZOOM, MAX_ZOOM))
    chart = folium.Map(
        location=[latitude, (west + east) / 2],
        zoom_start=zoom,
        minZoom=MIN_ZOOM,  # folium's own min_zoom is that of its tiles
        maxZoom=MAX_ZOOM,
        tiles=None,
        zoom_control=False,
        attribution_control=False,
    )
    chart.add_child(CanvasLayer("L.kaimen.zone.look", data="L.kaimen.zone.data"))
    return chart
