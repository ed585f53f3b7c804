"""Marks and words on the small map of a notice: access points, numbered crossings, names, and the legend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.corridors.streets import Floats
from gis.siting.words import words as told
from gis.words import Language
from maps.route_view import RouteLine, RouteView, crossings
from maps.sketch_drawing import Drawing
from maps.sketch_labels import Labels, short, width_of, words
from maps.sketch_paths import Shapes
from maps.style import ROUTE

SECOND: Final = "#5a2ca0"
OTHER: Final = "#8d2a63"
RED_LINE: Final = "#d0021b"
LEGEND_PX: Final = 20.0
_LEGEND_LETTER_PX: Final = 10.0
_BESIDE_PX: Final = 13.0
_APART_PX: Final = 14.0
_MARK_PX: Final = 7.0
_EDGE_PX: Final = 8.0


def line_on(drawing: Drawing, geometry: BaseGeometry) -> Shapes:
    """Return a shape in pixels, nothing where it lies outside the window."""
    return drawing.window.shapes(np.array([geometry], dtype=object))


@dataclass(slots=True)
class Marks:
    """Marks above the lines: access points on their place, numbers of crossings beside theirs."""

    drawing: Drawing
    svg: list[str] = field(default_factory=list)
    _taken: list[tuple[float, float]] = field(default_factory=list)

    def access_point(self, line: RouteLine, colour: str) -> None:
        """Draw where a route ends."""
        if line.access_point is None:
            return
        for x, y in shapely.get_coordinates(line_on(self.drawing, line.access_point)):
            self._take(float(x), float(y))
            self.svg.append(
                f'<path d="M{x:.1f} {y - 7.5:.1f}l7.5 7.5l-7.5 7.5l-7.5-7.5z" fill="{colour}" '
                f'stroke="#fff" stroke-width="1.6"/>'
            )

    def crossings(self, line: RouteLine, colour: str) -> None:
        """Draw the numbers of a route's crossings."""
        for number, pieces in enumerate(crossings([each.crossing for each in line.pieces]), 1):
            middle = max((line.pieces[piece].geometry for piece in pieces), key=shapely.length)
            placed = line_on(self.drawing, middle)
            if not len(placed) or placed[0].length == 0:
                continue
            here = shapely.get_coordinates(shapely.line_interpolate_point(placed[0], 0.5, normalized=True))[0]
            x, y = self._beside(placed[0], here)
            self._take(x, y)
            self.svg.append(
                f'<path d="M{here[0]:.1f} {here[1]:.1f}L{x:.1f} {y:.1f}" stroke="{colour}"/>'
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6.8" fill="#fff" stroke="{colour}" '
                f'stroke-width="1.6"/>'
                f'<text class="number" x="{x:.1f}" y="{y + 3.5:.1f}" fill="{colour}">{number}</text>'
            )

    def _beside(self, crossing: shapely.LineString, here: Floats) -> tuple[float, float]:
        """Return a free place near the middle of a crossing, along the road that it crosses."""
        run = np.subtract(crossing.coords[-1], crossing.coords[0])
        across = run / max(float(np.hypot(*run)), 1e-9)
        along = np.array([-across[1], across[0]])
        window = self.drawing.window
        sheet = shapely.box(_EDGE_PX, _EDGE_PX, window.width - _EDGE_PX, window.height - _EDGE_PX)
        taken = [*self._taken, (window.width - 18, 14.0), (window.width - 18, 32.0)]
        for far in (1.0, 1.6, 2.2, 3.0, 4.0):
            for way in (along, -along, along + across, along - across, across - along, -along - across):
                x, y = here + far * _BESIDE_PX * way
                apart = all(np.hypot(x - left, y - top) > _APART_PX for left, top in taken)
                if apart and sheet.contains(shapely.Point(x, y)):
                    return float(x), float(y)
        return float(here[0]), float(here[1])

    def discs(self) -> list[BaseGeometry]:
        """Return where the marks stand, each as a disc, pixels."""
        return [shapely.Point(place).buffer(_MARK_PX) for place in self._taken]

    def _take(self, x: float, y: float) -> None:
        self._taken.append((x, y))
        self.drawing.labels.block(x, y, _MARK_PX)


def names_on(drawing: Drawing, view: RouteView, language: Language) -> None:
    """Name the site and the access points, each at the first place about it that is free."""
    inside = drawing.window.shapes(np.array([view.parcel], dtype=object))
    if len(inside):
        ((x, y),) = shapely.get_coordinates(shapely.point_on_surface(inside))
        _near(drawing.labels, told("map.site")[language], (float(x), float(y)), "site", 0.0)
    for line in view.chosen:
        if line.access_point is not None:
            for x, y in shapely.get_coordinates(line_on(drawing, line.access_point)):
                name = short(line.name) or told("map.access_point")[language]
                _near(drawing.labels, name, (float(x), float(y)), "tap", 17.0)


def _near(labels: Labels, text: str, place: tuple[float, float], style: str, away: float) -> None:
    x, y = place
    side = away + 3.2 * len(text) if away else 30.0
    for right, down in ((0.0, away), (0.0, -away), (side, 0.0), (-side, 0.0), (side, away), (-side, -away)):
        if labels.put(text, x + right, y + down, style, 11.0):
            return


Mark = Literal["area", "point", "route", "second", "other", "crossing", "access_point"]

Entry = tuple[float, Mark, str]
"""An entry of the legend: where it begins, its mark, the key of its words."""

_MARKS: Final[Mapping[Mark, str]] = {
    "area": f'<path d="M0-5h16v10H0z" fill="#fbe3df" stroke="{RED_LINE}" stroke-width="1.8"/>',
    "point": f'<circle cx="8" cy="0" r="5" fill="{RED_LINE}"/>',
    "route": f'<path d="M0 0h16" stroke="{ROUTE}" stroke-width="3"/>',
    "second": f'<path d="M0 0h16" stroke="{SECOND}" stroke-width="3" stroke-dasharray="8 2"/>',
    "other": f'<path d="M0 0h16" stroke="{OTHER}" stroke-width="1.3" stroke-dasharray="5 2.5"/>',
    "crossing": f'<circle cx="9" cy="0" r="6.4" fill="#fff" stroke="{ROUTE}" stroke-width="1.5"/>'
    f'<text class="number" x="9" y="3.5" fill="{ROUTE}">1</text>',
    "access_point": f'<path d="M8-6.5l6.5 6.5l-6.5 6.5l-6.5-6.5z" fill="{ROUTE}"/>',
}


def legend_rows(view: RouteView, language: Language, width: float) -> list[list[Entry]]:
    """Return the legend's entries in rows that are no wider than the map: place, mark, key of the words."""
    is_point = view.parcel.geom_type in {"Point", "MultiPoint"}
    entries: list[tuple[Mark, str]] = [("point", "map.site") if is_point else ("area", "map.red_line")]
    pieces = [piece for line in view.chosen for piece in line.pieces]
    crossed = any(each.kind == "crossing" and not each.geometry.is_empty for each in pieces)
    tapped = any(line.access_point is not None for line in view.chosen)
    asked: tuple[tuple[bool, Mark], ...] = (
        (bool(view.chosen), "route"),
        (len(view.chosen) > 1, "second"),
        (crossed, "crossing"),
        (tapped, "access_point"),
        (bool(view.others), "other"),
    )
    entries += [(mark, f"map.{mark}") for there, mark in asked if there]
    rows: list[list[Entry]] = [[]]
    x = 4.0
    for mark, key in entries:
        need = 27.0 + 0.92 * width_of(told(key)[language], _LEGEND_LETTER_PX)
        if rows[-1] and x + need > width:
            rows.append([])
            x = 4.0
        rows[-1].append((x, mark, key))
        x += need
    return rows


def legend(rows: Sequence[Sequence[Entry]], language: Language, top: float) -> Iterator[str]:
    """Yield the rows of the legend (图例), the first one at a height."""
    for number, row in enumerate(rows):
        for x, mark, key in row:
            y = top + LEGEND_PX * (number + 0.5) + 1
            yield f'<g transform="translate({x:.0f} {y:.1f})">{_MARKS[mark]}'
            yield f'<text class="legend" x="20" y="3.8">{words(told(key)[language])}</text></g>'
