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

Mark = Literal["area", "line", "road", "rail", "dot", "ring", "triangle", "square", "circle", "finding"]


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


def _line(x: float, y: float, colour: str, width: float, dash: str = "") -> str:
    pattern = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M{x:g} {y:g}h26" stroke="{colour}" stroke-width="{width:g}"{pattern}/>'


def _mark(entry: Entry, x: float, y: float) -> str:
    colour, size, middle = entry.colour, entry.size, x + 13
    match entry.mark:
        case "area":
            return f'<rect x="{x:g}" y="{y - 6:g}" width="26" height="12" fill="{colour}" stroke="#cfc7b5" stroke-width=".6"/>'
        case "line":
            return _line(x, y, colour, size, entry.detail)
        case "road":
            return _line(x, y, entry.detail, size + 1.4) + _line(x, y, colour, size)
        case "rail":
            return _line(x, y, colour, 2.6) + _line(x, y, "#ffffff", 1.4, "6 6")
        case "dot":
            return f'<circle cx="{middle:g}" cy="{y:g}" r="{size / 2 + 0.3:g}" fill="{colour}"/>'
        case "ring":
            return f'<circle cx="{middle:g}" cy="{y:g}" r="{size / 2 + 0.4:g}" fill="#fff" stroke="{colour}" stroke-width=".9"/>'
        case "triangle":
            return f'<path d="M{middle:g} {y - 5:g}l5 9h-10z" fill="{colour}"/>'
        case "square":
            return f'<rect x="{middle - 6:g}" y="{y - 6:g}" width="12" height="12" fill="{colour}"/>'
        case "circle":
            return f'<circle cx="{middle:g}" cy="{y:g}" r="5.5" fill="{colour}"/>'
        case "finding":
            return f'<circle cx="{middle:g}" cy="{y:g}" r="5.5" fill="none" stroke="{colour}" stroke-width="2.2"/>'


def _legend(entries: Sequence[Entry], x: float, top: float) -> str:
    rows = [f'<text class="legend-title" x="{x:g}" y="{top + 14:g}">图例 Legend</text>']
    for number, entry in enumerate(entries):
        y = top + 36 + number * ROW_PX
        rows.append(_mark(entry, x, y))
        rows.append(f'<text class="legend" x="{x + 36:g}" y="{y + 4:g}">{words(short(entry.label))}</text>')
    return "".join(rows)


def scale_bar(window: Window) -> str:
    """Return a scale bar (比例尺) of a round length, at the bottom left of the map."""
    wanted = 130 * window.metres_per_px
    power = 10 ** (len(str(int(wanted))) - 1)
    length = max(step * power for step in (1, 2, 5) if step * power <= wanted)
    pixels = length / window.metres_per_px
    label = f"{length // 1000} km" if length >= 1000 else f"{length} m"
    x, y = 18.0, window.height - 20
    return (
        f'<g class="scale"><rect x="{x - 8:g}" y="{y - 20:g}" width="{pixels + 16:.1f}" height="32" rx="3"/>'
        f'<path d="M{x:g} {y - 4:g}v6h{pixels:.1f}v-6"/><text x="{x + pixels / 2:.1f}" y="{y - 5:.1f}">{label}</text></g>'
    )


_STYLE: Final = (
    f"text{{font-family:{FONTS};fill:#2b2b38}}"
    ".title{font-size:23px;font-weight:700}.subtitle{font-size:13px;fill:#5c5a55}"
    ".legend{font-size:12px}.legend-title{font-size:13px;font-weight:700}.foot{font-size:11.5px;fill:#5c5a55}"
    ".road,.water,.park,.station-name{text-anchor:middle;paint-order:stroke;stroke-linejoin:round}"
    ".road{fill:#6b6250;stroke:#fff;stroke-opacity:.9;stroke-width:2.6px}"
    ".water{fill:#3f7b98;stroke:#e6f1f6;stroke-width:2px;letter-spacing:1px}"
    ".park{fill:#4c7434;stroke:#eef5e6;stroke-width:2px}"
    ".station-name{font-weight:700;fill:#1d1d28;stroke:#fff;stroke-width:3.4px}"
    ".station{fill:#2b2b38;stroke:#fff;stroke-width:16}.infra{fill:#8a4b00;stroke:#fff;stroke-width:10}"
    ".scale rect{fill:#fff;fill-opacity:.8}.scale path{fill:none;stroke:#2b2b38;stroke-width:1.6}"
    ".scale text{font-size:11.5px;text-anchor:middle}"
)


def page(
    window: Window,
    *,
    body: str,
    labels: str,
    legend: Sequence[Entry],
    heading: tuple[str, str, str],
    footing: tuple[str, str, str],
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
    disclaimer, attribution, review = footing
    width = window.width + LEGEND_PX
    tall = max(window.height, 60 + len(legend) * ROW_PX)
    height = HEADING_PX + tall + FOOTING_PX
    foot = "　".join(filter(None, (disclaimer, attribution, f"审图号：{review}" if review else "")))
    date_words = f'<text class="subtitle" x="{width - 18:.1f}" y="48" text-anchor="end">数据日期 {words(day)}</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img"><title>{words(title)}</title><style>{_STYLE}</style>'
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<text class="title" x="18" y="31">{words(title)}</text>'
        f'<text class="subtitle" x="18" y="50">{words(subtitle)}</text>{date_words if day else ""}'
        f'<svg x="0" y="{HEADING_PX:g}" width="{window.width:.1f}" height="{window.height:.1f}">'
        f'<rect width="100%" height="100%" fill="#f1efe8"/>'
        f'<g transform="scale(.1)" stroke-linejoin="round">{body}</g>{labels}</svg>'
        f'<path d="M0 {HEADING_PX:g}h{width:.0f}" stroke="#d9d5ca"/>'
        f'{_legend(legend, window.width + 18, HEADING_PX + 8)}'
        f'<text class="foot" x="18" y="{height - 10:.1f}">{words(foot)}</text></svg>\n'
    )
