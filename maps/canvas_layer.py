"""The canvas layer as a folium layer: big layers drawn by our own script, from the page or from tiles."""

from __future__ import annotations

import re
from typing import Final

from folium.elements import JSCSSMixin
from folium.map import Layer
from jinja2 import Template

_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*")

SCRIPTS: Final = (
    ("canvas_sources", "canvas-sources.js"),
    ("canvas_labels", "canvas-labels.js"),
    ("canvas_layer", "canvas-layer.js"),
)
_DECODER: Final = ("vector_tile", "vector-tile.js")
"""Names of assets as ``maps.folium_page`` knows them."""


class CanvasLayer(JSCSSMixin, Layer):
    """Features drawn in batches by style on canvas tiles of 512 px.

    Parameters
    ----------
    look
        Name of a function of the page's scripts that returns ``{paint, labels}``; see ``canvas-layer.js``.
    data
        Name of a function of the page's scripts that returns the data embedded in the page, or
    tiles
        the URL of vector tiles, with ``{z}``, ``{x}`` and ``{y}``, on the page's own server, or
    source
        name of a function of the page's scripts that returns a source of tiles of its own making.
    name
        Name of the layer.
    show
        Whether the map begins with it; else the page's scripts add it, once they know what to show.

    Raises
    ------
    ValueError
        If not exactly one of ``data``, ``tiles`` and ``source`` is given, a name is no name of a function,
        or the tiles are on another host.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.kaimen.canvas(
                {% if this.source %}{{ this.source }}()
                {%- elif this.tiles %}L.kaimen.tiles({{ this.tiles|tojson }})
                {%- else %}L.kaimen.inline({{ this.data }}()){% endif %}, {{ this.look }}());
        {% endmacro %}
        """
    )

    def __init__(
        self,
        look: str,
        *,
        data: str = "",
        tiles: str = "",
        source: str = "",
        name: str = "canvas",
        show: bool = True,
    ) -> None:
        if [bool(data), bool(tiles), bool(source)].count(True) != 1:
            raise ValueError("A canvas layer has either data or tiles or a source.")
        for given in filter(None, (look, data, source)):
            if not _NAME.fullmatch(given):
                raise ValueError(f"{given!r} is not the name of a function.")
        if tiles and (not tiles.startswith("/") or tiles.startswith("//")):
            raise ValueError(f"Tiles come from the page's own server: {tiles!r} does not start with one /.")
        super().__init__(name=name, overlay=True, control=False, show=show)
        self._name = "CanvasLayer"
        self.look, self.data, self.tiles, self.source = look, data, tiles, source
        # The layer's own list: that of the class would change for every later map of the process.
        self.default_js = [*SCRIPTS, *([] if data else [_DECODER])]
