"""What stands around the overview map: heading, legend, scale bar, footing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from maps.sketch_labels import FONTS, short, words
from maps.sketch_paths import Window

HEADING_PX: Final = 62.0
FOOTING_PX: Final = 30.0
LEGEND_PX: Final = 232.0
ROW_PX: Final = 19.0
KM: Final = 1000
SCALE_PX: Final = 130.0
"""A scale bar is at most so long."""

Mark = Literal[
    "area", "line", "road", "rail", "dot", "ring", "triangle", "square", "circle", "finding", "error"
]


@dataclass(frozen=True, slots=True)
class Footing:
    """What stands below the map.

    Attributes
    ----------
    disclaimer
        What the map is not.
    attribution
        Whose data it is.
    review_number
        The map review number (审图号), where the map has one.
    """

    disclaimer: str = "示意信息，不构成供电承诺；以供电企业正式答复为准。"
    attribution: str = ""
    review_number: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the legend (图例).

    Attributes
    ----------
    mark
        What is drawn.
    label
        The words beside it.
    colour
        Its colour.
    detail
        The dash of a line, the casing of a road.
    size
        Width of a line, diameter of a dot; pixels.
    """

    mark: Mark
    label: str
    colour: str
    detail: str = ""
    size: float = 2.0


_MARKS: Final[dict[Mark, str]] = {
    "area": '<rect x="{x:g}" y="{top:g}" width="26" height="12" fill="{colour}" stroke="#cfc7b5"/>',
    "line": '<path d="M{x:g} {y:g}h26" stroke="{colour}" stroke-width="{size:g}" '
    'stroke-dasharray="{detail}"/>',
    "road": '<path d="M{x:g} {y:g}h26" stroke="{detail}" stroke-width="{outer:g}"/>'
    '<path d="M{x:g} {y:g}h26" stroke="{colour}" stroke-width="{size:g}"/>',
    "rail": '<path d="M{x:g} {y:g}h26" stroke="{colour}" stroke-width="2.6"/>'
    '<path d="M{x:g} {y:g}h26" stroke="#fff" stroke-width="1.4" stroke-dasharray="6 6"/>',
    "dot": '<circle cx="{middle:g}" cy="{y:g}" r="{size:g}" fill="{colour}"/>',
    "ring": '<circle cx="{middle:g}" cy="{y:g}" r="{size:g}" fill="#fff" stroke="{colour}"/>',
    "triangle": '<path d="M{middle:g} {top:g}l5 9h-10z" fill="{colour}"/>',
    "square": '<rect x="{left:g}" y="{top:g}" width="12" height="12" fill="{colour}"/>',
    "circle": '<circle cx="{middle:g}" cy="{y:g}" r="5.5" fill="{colour}"/>',
    "finding": '<circle cx="{middle:g}" cy="{y:g}" r="5" fill="none" stroke="{colour}" stroke-width="2"/>',
    "error": '<circle cx="{middle:g}" cy="{y:g}" r="2" fill="{colour}"/>'
    '<circle cx="{middle:g}" cy="{y:g}" r="5" fill="none" stroke="{colour}" stroke-width="2"/>',
}
"""How each mark of the legend is drawn."""


def mark(entry: Entry, x: float, y: float) -> str:
    """Return the mark of a line of the legend, its middle at a height."""
    return _MARKS[entry.mark].format(
        x=x, y=y, top=y - 6, left=x + 7, middle=x + 13, colour=entry.colour, size=entry.size,
        outer=entry.size + 1.4, detail=entry.detail or "none",
    )  # fmt: skip


def _legend(entries: Sequence[Entry], x: float, top: float) -> str:
    rows = [f'<text class="legend-title" x="{x:g}" y="{top + 14:g}">图例 Legend</text>']
    for number, entry in enumerate(entries):
        y = top + 36 + number * ROW_PX
        rows.append(mark(entry, x, y))
        rows.append(f'<text class="legend" x="{x + 36:g}" y="{y + 4:g}">{words(short(entry.label))}</text>')
    return "".join(rows)


def scale_bar(window: Window, at: tuple[float, float] | None = None) -> str:
    """Return a scale bar (比例尺) of a round length, its left end at a place, else at the bottom left."""
    wanted = SCALE_PX * window.metres_per_px
    power = 10 ** (len(str(int(wanted))) - 1)
    length = max(step * power for step in (1, 2, 5) if step * power <= wanted)
    pixels = length / window.metres_per_px
    label = f"{length // KM} km" if length >= KM else f"{length} m"
    x, y = at or (18.0, window.height - 20)
    return (
        f'<g class="scale"><rect x="{x - 8:g}" y="{y - 20:g}" width="{pixels + 16:.1f}" height="32" rx="3"/>'
        f'<path d="M{x:g} {y - 4:g}v6h{pixels:.1f}v-6"/>'
        f'<text x="{x + pixels / 2:.1f}" y="{y - 5:.1f}">{label}</text></g>'
    )


_RULES: Final = {
    "text": f"font-family:{FONTS};fill:#2b2b38",
    ".title": "font-size:23px;font-weight:700",
    ".subtitle": "font-size:13px;fill:#5c5a55",
    ".legend": "font-size:12px",
    ".legend-title": "font-size:13px;font-weight:700",
    ".foot": "font-size:11.5px;fill:#5c5a55",
    ".on-map": "text-anchor:middle",
    ".road": "fill:#6b6250",
    ".water": "fill:#3f7b98",
    ".park": "fill:#4c7434",
    ".station-name": "font-weight:700;fill:#1d1d28",
    ".halo": "stroke:#fff;stroke-width:2.6px;stroke-linejoin:round",
    ".water.halo": "stroke:#e6f1f6;stroke-width:2px",
    ".park.halo": "stroke:#eef5e6;stroke-width:2px",
    ".station-name.halo": "stroke-width:3.4px",
    ".station": "fill:#2b2b38;stroke:#fff;stroke-width:16",
    ".infra": "fill:#8a4b00;stroke:#fff;stroke-width:10",
    ".scale rect": "fill:#fff;fill-opacity:.8",
    ".scale path": "fill:none;stroke:#2b2b38;stroke-width:1.6",
    ".scale text": "font-size:11.5px;text-anchor:middle",
}
STYLE: Final = "".join(f".sketch {selector}{{{rule}}}" for selector, rule in _RULES.items())
"""The style sheet of a drawing."""


def page(
    window: Window,
    *,
    body: str,
    labels: str,
    legend: Sequence[Entry],
    heading: tuple[str, str, str],
    footing: Footing,
) -> str:
    """Return the whole page.

    Parameters
    ----------
    window
        The map's window.
    body
        The map, in tenths of a pixel.
    labels
        Words on the map, in pixels.
    legend
        Entries of the legend.
    heading
        Title, subtitle, date of the data.
    footing
        Disclaimer, attribution, map review number.
    """
    title, subtitle, day = heading
    width = window.width + LEGEND_PX
    tall = max(window.height, 60 + len(legend) * ROW_PX)
    height = HEADING_PX + tall + FOOTING_PX
    review = f"审图号：{footing.review_number}" if footing.review_number else ""
    foot = "　".join(filter(None, (footing.disclaimer, footing.attribution, review)))
    dated = f"数据日期 {words(day)}" if day else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" class="sketch">'
        f"<title>{words(title)}</title><style>{STYLE}</style>"
        f'<clipPath id="sketch-window"><path d="M0 0h{window.width:.1f}v{window.height:.1f}H0z"/></clipPath>'
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<text class="title" x="18" y="31">{words(title)}</text>'
        f'<text class="subtitle" x="18" y="50">{words(subtitle)}</text>'
        f'<text class="subtitle" x="{width - 18:.1f}" y="50" text-anchor="end">{dated}</text>'
        f'<g transform="translate(0 {HEADING_PX:g})" clip-path="url(#sketch-window)">'
        f'<rect width="{window.width:.1f}" height="{window.height:.1f}" fill="#f1efe8"/>'
        f'<g transform="scale(.1)" stroke-linejoin="round">{body}</g>{labels}</g>'
        f'<path d="M0 {HEADING_PX:g}h{width:.0f}" stroke="#d9d5ca"/>'
        f"{_legend(legend, window.width + 18, HEADING_PX + 8)}"
        f'<text class="foot" x="18" y="{height - 10:.1f}">{words(foot)}</text></svg>\n'
    )
