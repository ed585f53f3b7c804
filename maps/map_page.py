"""The map page (地图页): the map, what is asked, and the place for the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import folium

from gis.policy.facts import FACTS
from gis.policy.words import value_words
from maps import legend, style
from maps.canvas_layer import CanvasLayer
from maps.folium_page import fragments
from maps.page_frame import PageFrame
from maps.page_words import embedded, words_json
from maps.static_files import modules, static_prefix

ASKED: Final = (
    "customer", "important", "area", "in_city_area", "in_plug_and_play_zone", "built_by", "three_zeros",
    "dedicated_line", "disturbing_load", "ev_charging",
)  # fmt: skip
"""Facts that the page asks for, each by a choice of words."""

MIN_ZOOM: Final = 7
MAX_ZOOM: Final = 19


@dataclass(frozen=True, slots=True)
class TileSet:
    """Vector tiles of the map, or substations as published.

    Attributes
    ----------
    url
        On the page's own server: of tiles with ``{z}``, ``{x}`` and ``{y}``, else of substations as GeoJSON.
    from_zoom
        Least zoom of a tile that has something in it.
    view
        The mode that needs them, map or zones; "" for both.
    to_zoom
        Greatest zoom of a tile that is drawn; None where there is no such.
    """

    url: str
    from_zoom: int = 0
    view: str = ""
    to_zoom: int | None = None


@dataclass(frozen=True, slots=True)
class MapPage:
    """What the map page shows.

    Attributes
    ----------
    bounds
        West, south, east, north of the data, degrees; None where there is none.
    tiles
        What is drawn.
    runs
        Screenings that the zone map can show: run, load_kva, on, counts by class, tiles.
    jurisdictions
        Id and name of every policy.
    thresholds
        Limits of each policy that covers the data: name, and what is said of each limit.
    power_factor
        What a load in kW is divided by where none is typed.
    example
        What may be searched for, shown in the empty field; "" where there is none.
    public
        Whether it is asked for without a token, as browsers do: the page itself then sends one.
    """

    bounds: tuple[float, float, float, float] | None
    tiles: Sequence[TileSet]
    runs: Sequence[Mapping[str, Any]]
    jurisdictions: Sequence[tuple[str, str]]
    thresholds: Sequence[Mapping[str, Any]]
    power_factor: float
    example: str = ""
    public: bool = True


def map_page_html(content: MapPage, frame: PageFrame) -> str:
    """Return the map page.

    Parameters
    ----------
    content
        What it shows.
    frame
        What is around it.
    """
    language = frame.language
    chart = folium.Map(
        tiles=None,
        location=(30.0, 110.0),
        zoom_start=MIN_ZOOM,
        zoom_control=False,
        attribution_control=False,
        minZoom=MIN_ZOOM,  # folium's own min_zoom is that of its tiles
        maxZoom=MAX_ZOOM,
    )
    # The page adds the layer once it knows where to begin: no tile is asked for in vain.
    chart.add_child(CanvasLayer("L.kaimen.page.look", source="L.kaimen.page.source", show=False))
    facts = [
        (name, [(_plain(each), value_words(name, each, language)) for each in _choices(name)])
        for name in ASKED
    ]
    table = _table()
    data = {
        "language": language,
        "files": static_prefix(),
        "other": "en" if language == "zh" else "zh",
        "bounds": content.bounds,
        "edition": frame.heading and frame.heading["edition_id"],
        "tiles": [
            {"url": each.url, "from": each.from_zoom, "view": each.view, "to": each.to_zoom}
            for each in content.tiles
        ],
        "runs": content.runs,
        "public": content.public,
        "thresholds": content.thresholds,
        "power_factor": content.power_factor,
        "facts": ASKED,
    }
    return frame.render(
        "map_page.html.j2",
        chart=fragments(chart, name="grid", nonce=frame.nonce, linked=static_prefix()),
        modules=modules("app/page-main.js"),
        empty=content.bounds is None,
        jurisdictions=content.jurisdictions,
        facts=facts,
        power_factor=content.power_factor,
        example=content.example,
        steps=max(len(content.runs) - 1, 0),
        patterns=legend.hatch_patterns(),
        lines=[(key, _line(look)) for key, look in table["load"].items()],
        classes=[(key, legend.standalone(legend.class_swatch(key))) for key in style.CLASSES],
        data=embedded(data),
        words=words_json(language),
        table=embedded(table),
    )


def _choices(name: str) -> Sequence[Any]:
    fact = FACTS[name]
    return (True, False) if fact.type == "boolean" else fact.choices


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _line(look: Mapping[str, str]) -> str:
    dash = f' stroke-dasharray="{look["dash"]}"' if look["dash"] else ""
    path = f'<path d="M0 8h26" stroke="{look["ink"]}" stroke-width="3"{dash}/>'
    return legend.standalone(path)


def _table() -> dict[str, Any]:
    """Return the style table with what this page adds: the load's classes and the land uses."""
    table: dict[str, Any] = json.loads(style.style_json())
    for looks in (table["classes"], table["statuses"]):
        for look in looks.values():
            del look["words"], look["meaning"]
    for road in table["roads"].values():
        del road["words"]
    kinds = {"meets": "open", "part": "tight", "not": "restricted", "none": "unknown"}
    table["load"] = {
        kind: {
            "ink": style.STATUSES[status].colour,
            "dash": "" if kind == "part" else style.STATUSES[status].dash,
        }
        for kind, status in kinds.items()
    }
    table["land"] = {key: colour for key, (colour, _) in style.LAND.items()} | {"other": style.OTHER_LAND[0]}
    return table
