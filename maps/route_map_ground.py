"""What lies around a route on the map of a notice: land, water, green, and roads as wide as they are."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from gis.corridors.parameters import DEFAULT_WIDTH_M
from maps import style
from maps.sketch_drawing import Drawing
from maps.sketch_paths import Shapes, area_data, line_data, middles

_AREAS: Final = (
    ("parcels", "#f6f3ea", "#ddd6c6"),
    ("green", style.GREEN, "none"),
    ("water", style.WATER, "none"),
)
_CASING_PX: Final = 1.2
_NAMES: Final = 14
_SIZES: Final = {"expressway": 10.5, "primary": 10.5, "secondary": 10.0}
_OTHER_SIZE: Final = 10.0
_CLEAR_PX: Final = 12.0
_LEAST_AREA_PX: Final = 2_200.0


def ground(drawing: Drawing) -> None:
    """Draw other parcels pale, green, water, railways and roads, from bottom to top."""
    for layer, fill, stroke in _AREAS:
        shapes = drawing.shapes(layer)
        drawing.path(area_data(shapes), fill=fill, stroke=stroke, stroke_width="6")
        if layer != "parcels":
            drawing.path(line_data(shapes), fill="none", stroke=fill, stroke_width="20")
    _roads(drawing)
    rails = line_data(drawing.shapes("railways"))
    drawing.path(rails, fill="none", stroke=style.RAILWAY, stroke_width="26")
    drawing.path(rails, fill="none", stroke="#ffffff", stroke_width="14", stroke_dasharray="80 80")


def _roads(drawing: Drawing) -> None:
    classes = drawing.column("roads", "class").to_numpy()
    known = np.isin(classes, list(style.ROADS))
    stated = drawing.numbers("roads", "width_m")
    default = np.array([DEFAULT_WIDTH_M.get(each, DEFAULT_WIDTH_M["other"]) for each in classes])
    width_m = np.where(stated > 0, stated, default)
    levels = np.nan_to_num(drawing.numbers("roads", "layer"))
    for level in sorted(set(levels.tolist())):
        for casing in (True, False):
            for grade, road in style.ROADS.items():
                own = (levels == level) & ((classes == grade) | (~known & (grade == "local")))
                for wide_m in sorted(set(width_m[own].tolist())):
                    pixels = max(wide_m / drawing.window.metres_per_px, road.width_px)
                    drawing.path(
                        line_data(drawing.shapes("roads", own & (width_m == wide_m))),
                        fill="none",
                        stroke=road.casing if casing else road.colour,
                        stroke_width=drawing.stroke(pixels + _CASING_PX * casing),
                        stroke_linecap="round",
                    )


def road_names(drawing: Drawing, routes: Shapes) -> None:
    """Name roads along them, the main ones first, then water and green.

    Parameters
    ----------
    drawing
        The map.
    routes
        Lines in pixels, shape (n,), that names keep clear of where their road also runs elsewhere.
    """
    kept_clear = shapely.buffer(shapely.union_all(routes), _CLEAR_PX)
    names, classes = drawing.column("roads", "name"), drawing.column("roads", "class")
    placed = 0
    for grade in reversed(style.ROADS):
        for name in names[(classes == grade) & (names != "")].value_counts().index:
            shapes = drawing.shapes("roads", (names == name) & (classes == grade))
            lines = _inside(drawing, shapes)
            if len(lines) and placed < _NAMES:
                size = _SIZES.get(grade, _OTHER_SIZE)
                away = shapely.difference(lines, kept_clear)
                away = away[~shapely.is_empty(away)]
                clear = bool(len(away)) and drawing.labels.along(name, away, "road", size)
                placed += clear or drawing.labels.along(name, lines, "road", size)
    for layer, look in (("water", "water"), ("green", "park")):
        own = drawing.column(layer, "name")
        for name in own[own != ""].drop_duplicates():
            areas = _inside(drawing, drawing.shapes(layer, own == name))
            areas = areas[shapely.area(areas) > _LEAST_AREA_PX]
            if len(areas):
                x, y = middles(areas[[np.argmax(shapely.area(areas))]])[0]
                drawing.labels.put(name, float(x), float(y), look, 10.5)


def _inside(drawing: Drawing, shapes: Shapes) -> Shapes:
    """Return what of the shapes lies in the window."""
    window = drawing.window
    parts = shapely.clip_by_rect(shapes, 4, 4, window.width - 4, window.height - 4)
    return parts[~shapely.is_empty(parts)]
