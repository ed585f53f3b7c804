"""Words on the overview map: placed where they do not cover one another, and escaped."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from html import escape
from typing import Final

import numpy as np
import shapely
from shapely.affinity import rotate

from maps.sketch_paths import Shapes

FONTS: Final = (
    "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',"
    "'WenQuanYi Micro Hei',sans-serif"
)

_NOT_XML: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)
_LONGEST: Final = 60


def words(text: object) -> str:
    """Return any text safe inside SVG: escaped, without what XML forbids, on one line."""
    return escape(_NOT_XML.sub("", str(text)).replace("\n", " "), quote=True)


def short(text: object) -> str:
    """Return a name cut to a length that a map can carry."""
    whole = str(text)
    return whole if len(whole) <= _LONGEST else whole[: _LONGEST - 1] + "…"


def width_of(text: str, size: float) -> float:
    """Return about how wide a text is in pixels."""
    wide = sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.56 for letter in text)
    return wide * size


@dataclass(slots=True)
class Labels:
    """Labels placed so far; the first come has the place."""

    width: float
    height: float
    svg: list[str] = field(default_factory=list)
    _taken: list[shapely.Polygon] = field(default_factory=list)

    def block(self, x: float, y: float, half: float) -> None:
        """Keep a square about a mark free."""
        self._taken.append(shapely.box(x - half, y - half, x + half, y + half))

    def put(self, text: object, x: float, y: float, style: str, size: float, angle: float = 0.0) -> bool:
        """Place a text with its middle at a point, if there is room; return whether it was placed.

        Parameters
        ----------
        text
            The words, of any origin.
        x, y
            Pixels.
        style
            Name of the style class.
        size
            Letter height in pixels.
        angle
            Degrees clockwise.
        """
        name = short(text)
        half_width, half_height = width_of(name, size) / 2 + 2, size * 0.62
        box = shapely.box(x - half_width, y - half_height, x + half_width, y + half_height)
        if angle:
            box = rotate(box, angle, origin=(x, y))
        west, north, east, south = box.bounds
        if west < 0 or north < 0 or east > self.width or south > self.height:
            return False
        if any(box.intersects(other) for other in self._taken):
            return False
        self._taken.append(box)
        turn = f' transform="rotate({angle:.0f} {x:.1f} {y:.1f})"' if angle else ""
        place = f'x="{x:.1f}" y="{y + size * 0.36:.1f}" font-size="{size:g}"{turn}'
        # A halo of its own: makers of PDF do not know paint-order.
        self.svg.append(f'<text class="on-map {style} halo" aria-hidden="true" {place}>{words(name)}</text>')
        self.svg.append(f'<text class="on-map {style}" {place}>{words(name)}</text>')
        return True

    def along(self, text: object, lines: Shapes, style: str, size: float) -> bool:
        """Place a text along the longest of the lines, where the line is straight enough."""
        merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(shapely.get_parts(lines))))
        line = merged[int(np.argmax(shapely.length(merged)))]
        need = width_of(short(text), size) * 1.15
        if line.length < need:
            return False
        for share in (0.5, 0.35, 0.65, 0.22, 0.78):
            at = share * line.length
            ends = [shapely.get_coordinates(line.interpolate(at + side * need / 2))[0] for side in (-1, 1)]
            chord = ends[1] - ends[0]
            if np.hypot(*chord) < 0.96 * need:
                continue
            angle = float(np.degrees(np.arctan2(chord[1], chord[0])))
            angle = (angle + 90) % 180 - 90
            x, y = (ends[0] + ends[1]) / 2
            if self.put(text, float(x), float(y), style, size, angle):
                return True
        return False
