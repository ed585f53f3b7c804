"""The small map of a notice (路径示意图): the parcel, its route, what is crossed, and what lies around."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.siting.words import words as told
from gis.words import Language
from maps.route_map_ground import ground, road_names
from maps.route_map_marks import (
    LEGEND_PX,
    OTHER,
    RED_LINE,
    SECOND,
    Entry,
    Marks,
    legend,
    legend_rows,
    line_on,
    names_on,
)
from maps.route_view import RouteLine, RouteView
from maps.sketch_drawing import Drawing
from maps.sketch_furniture import SCALE_PX, scale_bar
from maps.sketch_labels import FONTS, Labels, words
from maps.sketch_paths import Shapes, Window, area_data, line_data
from maps.style import PAPER, ROUTE

_LEAST_M: Final = 160.0
"""A map shows at least this much across, so that a short route is seen among its streets."""
_MARGIN: Final = 0.09
_LAT_M: Final = 111_320.0


def route_map_svg(view: RouteView, language: Language, *, width_px: int, height_px: int) -> str:
    """Return the map as an SVG element that stands alone: no script, no request, no style from outside.

    Parameters
    ----------
    view
        What it shows; names of any origin are escaped.
    language
        Of the words on it.
    width_px, height_px
        Size in pixels, with the legend below the map.
    """
    rows = legend_rows(view, language, width_px)
    tall = height_px - LEGEND_PX * len(rows)
    window = Window.around(_bounds(view, tall / width_px), width_px, tall / width_px, tall / width_px)
    drawing = Drawing(window, view.frames, Labels(window.width, window.height), [], [], 1.0)
    ground(drawing)
    _parcel(drawing, view.parcel)
    for line in view.others:
        _stroke(drawing, line, OTHER, 1.3, 2.6, "5 2.5")
    told_lines = list(zip(view.chosen, (ROUTE, SECOND), strict=False))
    for line, colour in reversed(told_lines):
        _stroke(drawing, line, colour, 3.0, 6.4, "" if colour == ROUTE else "8 2")
    marks = Marks(drawing)
    for line, colour in told_lines:
        marks.access_point(line, colour)
    for line, colour in told_lines:
        marks.crossings(line, colour)
    routes = np.concatenate(
        [np.array([], dtype=object), *(line_on(drawing, line.geometry) for line in view.chosen)]
    )
    scale = _scale_place(window, line_on(drawing, view.parcel), [*routes, *marks.discs()])
    _furniture_blocks(drawing.labels, window, scale)
    names_on(drawing, view, language)
    road_names(drawing, routes)
    furniture = [*marks.svg, scale_bar(window, scale)]
    return _page(window, drawing, furniture, (rows, height_px), language)


def _bounds(view: RouteView, flat: float) -> tuple[float, float, float, float]:
    """Return the bounds of parcel and routes told, widened to a margin and to the least extent."""
    shown = [view.parcel, *(line.geometry for line in view.chosen)]
    shown += [line.access_point for line in view.chosen if line.access_point is not None]
    if not view.chosen:
        shown += [line.geometry for line in view.others]
    west, south, east, north = shapely.total_bounds(np.array(shown, dtype=object))
    lon_m = _LAT_M * np.cos(np.deg2rad((south + north) / 2))
    across = max((east - west) * lon_m * (1 + 2 * _MARGIN), _LEAST_M)
    up = max((north - south) * _LAT_M * (1 + 2 * _MARGIN), _LEAST_M * flat)
    x, y = (west + east) / 2, (south + north) / 2
    return x - across / lon_m / 2, y - up / _LAT_M / 2, x + across / lon_m / 2, y + up / _LAT_M / 2


def _parcel(drawing: Drawing, parcel: BaseGeometry) -> None:
    placed = drawing.window.shapes(np.array([parcel], dtype=object))
    if parcel.geom_type in {"Point", "MultiPoint"}:
        for x, y in shapely.get_coordinates(placed):
            drawing.svg.append(
                f'<circle cx="{x * 10:.0f}" cy="{y * 10:.0f}" r="60" fill="{RED_LINE}" stroke="#fff" '
                f'stroke-width="18"/>'
            )
            drawing.labels.block(float(x), float(y), 8)
        return
    drawing.path(area_data(placed), fill="#fbe3df", fill_opacity="0.85", stroke=RED_LINE, stroke_width="22")


def _stroke(drawing: Drawing, line: RouteLine, colour: str, width: float, casing: float, dash: str) -> None:
    data = line_data(line_on(drawing, line.geometry))
    drawing.path(data, fill="none", stroke="#ffffff", stroke_width=drawing.stroke(casing))
    extra = {"stroke_dasharray": drawing.dash(dash)} if dash else {}
    drawing.path(data, fill="none", stroke=colour, stroke_width=drawing.stroke(width), **extra)


_RULES: Final = {
    "text": f"font-family:{FONTS}",
    ".on-map": "text-anchor:middle",
    ".road": "fill:#5b5342",
    ".water": "fill:#2f6b88",
    ".park": "fill:#40672b",
    ".site": f"fill:{RED_LINE};font-weight:700",
    ".tap": "fill:#1d1d28;font-weight:700",
    ".halo": "fill:#fff;stroke:#fff;stroke-width:2.6px;stroke-linejoin:round",
    ".number": "font-size:10px;font-weight:700;text-anchor:middle",
    ".legend": "font-size:10px;fill:#2b2b38",
    ".scale rect": "fill:#fff;fill-opacity:.85",
    ".scale path": "fill:none;stroke:#2b2b38;stroke-width:1.4",
    ".scale text": "font-size:10.5px;text-anchor:middle;fill:#2b2b38",
    ".north path": "fill:#2b2b38;stroke:#fff;stroke-width:1",
    ".north text": "font-size:10.5px;font-weight:700;text-anchor:middle;fill:#2b2b38",
}
_STYLE: Final = "".join(f".route-map {selector}{{{rule}}}" for selector, rule in _RULES.items())


def _scale_place(window: Window, site: Shapes, told: Sequence[BaseGeometry]) -> tuple[float, float]:
    """Return where the scale bar begins: in the one of three corners where it covers least.

    What is told, routes and their marks, outweighs the site, of which the most stays in view anywhere.
    """
    left, right, low = 18.0, window.width - SCALE_PX - 18.0, window.height - 20.0

    def covered(place: tuple[float, float]) -> tuple[float, float]:
        x, y = place
        box = shapely.box(x - 8, y - 20, x + SCALE_PX + 8, y + 12)
        hidden = shapely.intersection(np.array(told, dtype=object), box)
        inside = shapely.intersection(site, box)
        return float(shapely.length(hidden).sum()), float(shapely.area(inside).sum())

    return min(((left, low), (right, low), (left, 28.0)), key=covered)


def _furniture_blocks(labels: Labels, window: Window, scale: tuple[float, float]) -> None:
    """Keep the places of the scale bar and the north arrow free of words."""
    labels.block(window.width - 18, 22, 18)
    for step in range(6):
        labels.block(scale[0] + 2 + 25 * step, scale[1] - 3, 15)


def _page(
    window: Window,
    drawing: Drawing,
    marks: Sequence[str],
    below: tuple[Sequence[Sequence[Entry]], int],
    language: Language,
) -> str:
    width, height = window.width, window.height
    rows, whole = below
    names = "".join(drawing.labels.svg)
    north = (
        f'<g class="north"><path d="M{width - 18:.1f} 8l6 17l-6-4l-6 4z"/>'
        f'<text x="{width - 18:.1f}" y="37">{told("map.north")[language]}</text></g>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{whole}" '
        f'viewBox="0 0 {width:.0f} {whole}" role="img" class="route-map">'
        f"<title>{words(told('heading.map')[language])}</title><style>{_STYLE}</style>"
        f'<clipPath id="route-map-window"><path d="M0 0h{width:.1f}v{height:.1f}H0z"/></clipPath>'
        f'<g clip-path="url(#route-map-window)"><path d="M0 0h{width:.1f}v{height:.1f}H0z" fill="{PAPER}"/>'
        f'<g transform="scale(.1)" stroke-linejoin="round">{"".join(drawing.svg)}</g>'
        f"{names}{''.join(marks)}{north}</g>"
        f'<path d="M.5 .5h{width - 1:.1f}v{height - 1:.1f}H.5z" fill="none" stroke="#b9b2a0"/>'
        f"{''.join(legend(rows, language, height))}</svg>"
    )
