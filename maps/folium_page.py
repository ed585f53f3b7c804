"""A folium map as fragments of a page of our own: every asset from our own files, none from another host."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import folium
from branca.element import CssLink, Element, JavascriptLink

ASSETS: Final = {
    "leaflet": "vendor/leaflet.js",
    "leaflet_css": "vendor/leaflet.css",
    "vector_tile": "vendor/vector-tile.js",
    "canvas_sources": "app/canvas-sources.js",
    "canvas_labels": "app/canvas-labels.js",
    "canvas_layer": "app/canvas-layer.js",
}
"""folium's name of an asset -> our file below ``maps/static``."""

DROPPED: Final = frozenset({
    "meta_http", "jquery", "bootstrap", "bootstrap_css", "glyphicons_css", "awesome_markers",
    "awesome_markers_css", "awesome_markers_font_css", "awesome_rotate_css",
})  # fmt: skip
"""What folium always adds and no page of ours needs: jQuery serves folium's popups alone."""

LEAFLET: Final = frozenset({
    "CRS", "DomUtil", "GridLayer", "Util", "circleMarker", "control", "divIcon", "latLngBounds", "layerGroup",
    "map", "marker", "polygon", "polyline",
})  # fmt: skip
"""What the vendored Leaflet has of the library; ``kaimen`` is ours. See ``vendor/leaflet.mjs``."""

_USED: Final = re.compile(r"\bL\.(\w+)")
_VIEWPORT: Final = re.compile(r"<meta name=\"viewport\"[^>]*/?>")
_OPENING: Final = re.compile(r"<(script|style)(?=[\s>])")
_ELSEWHERE: Final = re.compile(
    r"<(?:script|link|img|iframe)[^>]*?(?:src|href)\s*=\s*[\"']?(?:https?:)?//", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Fragments:
    """The parts of a page that show a map.

    Attributes
    ----------
    head
        Elements of the head: scripts and styles, inlined or linked.
    html
        Elements of the body.
    script
        A script element; it comes after the body's elements and defines the map as ``map_NAME``.
    """

    head: str
    html: str
    script: str


def static_text(path: str) -> str:
    """Return a file below ``maps/static``."""
    return resources.files("maps").joinpath("static", *path.split("/")).read_text(encoding="utf-8")


def inlined(path: str, nonce: str = "") -> str:
    """Return a file below ``maps/static`` as a script or style element."""
    text = static_text(path)
    mark = f' nonce="{nonce}"' if nonce else ""
    if path.endswith(".css"):
        return f"<style{mark}>\n{text}\n</style>"
    closing = "</script"
    if closing in text.lower():
        raise ValueError(f"{path} holds {closing}, which would end its element.")
    return f"<script{mark}>\n{text}\n</script>"


def _linked(path: str, prefix: str, nonce: str) -> str:
    mark = f' nonce="{nonce}"' if nonce else ""
    if path.endswith(".css"):
        return f'<link rel="stylesheet" href="{prefix}{path}"{mark}>'
    return f'<script src="{prefix}{path}"{mark}></script>'


def fragments(chart: folium.Map, *, name: str, nonce: str = "", linked: str = "") -> Fragments:
    """Render a folium map.

    Parameters
    ----------
    chart
        The map; it gets the name, so that its variable is stable, and its layers get names after it.
    name
        Of the map: letters.
    nonce
        Of the page's Content-Security-Policy.
    linked
        Prefix of the URL of our files; "" inlines them.

    Raises
    ------
    LookupError
        If folium asks for an asset that is not among ours, or for a part of Leaflet that ours has not.
    ValueError
        If the map needs jQuery, or loads something from another host.
    """
    chart._id = name  # noqa: SLF001  # folium offers no other way to a stable name
    for number, child in enumerate(chart._children.values()):  # noqa: SLF001  # as above
        child._id = f"{name}_{number}"  # noqa: SLF001  # as above
    figure: Any = chart.get_root()
    figure.render()
    head = [
        _header(key, child, name, nonce=nonce, linked=linked)
        for key, child in figure.header._children.items()  # noqa: SLF001  # as above
    ]
    script = figure.script.render()
    made = Fragments(
        "\n".join(filter(None, head)),
        figure.html.render().strip(),
        f"<script{_mark(nonce)}>\n{script}\n</script>",
    )
    if "$(" in script:
        raise ValueError("This map needs jQuery (a folium popup?), which our pages do not load.")
    if lacking := set(_USED.findall(script)) - LEAFLET - {"kaimen"}:
        named = ", ".join(f"L.{each}" for each in sorted(lacking))
        raise LookupError(f"This map needs {named}, which the vendored Leaflet has not.")
    if _ELSEWHERE.search(made.head + made.html):
        raise ValueError("This map loads something from another host.")
    return made


def _mark(nonce: str) -> str:
    return f' nonce="{nonce}"' if nonce else ""


def _header(key: str, child: Element, name: str, *, nonce: str, linked: str) -> str:
    if key in DROPPED:
        return ""
    if key in ASSETS:
        return _linked(ASSETS[key], linked, nonce) if linked else inlined(ASSETS[key], nonce)
    if isinstance(child, JavascriptLink | CssLink) or not key.startswith("map_" + name):
        raise LookupError(f"folium asks for {key!r}, which is not among the vendored files.")
    text, replaced = _VIEWPORT.subn("", child.render())
    if replaced != 1:
        raise LookupError(f"folium's header {key!r} has no viewport tag to replace.")
    # The page has a viewport tag of its own: folium's forbids to zoom with two fingers.
    return _OPENING.sub(rf"<\1{_mark(nonce)}", text)
