"""What stands around the zone map on paper: heading, legend with counts, reasons, north, footing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gis.figures import fixed
from gis.words import Language
from maps import legend
from maps.sketch_drawing import Drawing
from maps.sketch_furniture import STYLE, Entry, mark, scale_bar
from maps.sketch_labels import short, width_of
from maps.sketch_labels import words as safe
from maps.sketch_paths import UNITS_PER_PX
from maps.style import PAPER
from maps.words import failed_test_words, words
from maps.zone_content import ZoneMap
from maps.zone_signs import signs

A3_RATIO: Final = 297 / 420
BASE_WIDTH: Final = 1600.0
MARGIN: Final = 28.0
HEADING: Final = 66.0
COLUMN: Final = 318.0
FOOTING: Final = 52.0
ROW: Final = 23.0
MOST_REASONS: Final = 9

_PIECES: Final = re.compile(r"[\u2e80-\uffef][，。；：、）！？”]*|[^\s\u2e80-\uffef]+\s*|\s+")
"""What a line is broken between: a Chinese letter with its punctuation, a word with its space."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where things stand on the sheet, in pixels of a sheet 1600 px wide.

    Attributes
    ----------
    width_px
        Width at which it is shown.
    map_width, map_height
        Size of the map's frame.
    """

    width_px: int
    map_width: float
    map_height: float

    @classmethod
    def of_width(cls, width_px: int) -> Sheet:
        """Return the sheet of a width."""
        height = BASE_WIDTH * A3_RATIO
        return cls(width_px, BASE_WIDTH - 2 * MARGIN - COLUMN, height - 2 * MARGIN - HEADING - FOOTING)


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Return a text broken into lines no wider than a width: at spaces, and between Chinese letters.

    >>> wrapped("one two three", 40, 10), wrapped("容量充足，备案即可", 50, 10)
    (['one two', 'three'], ['容量充足，', '备案即可'])
    """
    lines = [""]
    for piece in _PIECES.findall(text):
        if lines[-1] and width_of(lines[-1] + piece.rstrip(), size) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def hatch_scale(drawing: Drawing) -> int:
    """Return how many units of path data a pixel of a hatch takes: finer where parcels are small."""
    return round(UNITS_PER_PX * min(max(drawing.zoom, 0.6), 1.0))


def sheet(place: Sheet, content: ZoneMap, drawing: Drawing, title: str) -> str:
    """Return the whole sheet as an SVG document.

    Parameters
    ----------
    place
        Where things stand.
    content
        What the map shows.
    drawing
        The map, drawn.
    title
        What the document is, for those who cannot see it.
    """
    language: Language = drawing.language or "zh"
    said = {key: safe(short_words[language]) for key, short_words in content.heading.words().items()}
    window = drawing.window
    height = BASE_WIDTH * A3_RATIO
    top, left = MARGIN + HEADING, MARGIN
    column = left + window.width + 20
    facts = "　".join(said[f"heading.{key}"] for key in ("load", "date", "edition", "on"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{place.width_px}" '
        f'height="{place.width_px * A3_RATIO:.0f}" viewBox="0 0 {BASE_WIDTH:g} {height:.2f}" role="img" '
        f'class="sketch"><title>{said["heading.title"]}</title><desc>{safe(title)}</desc>'
        f"<style>{STYLE}</style>"
        f"<defs>{legend.hatch_patterns()}{legend.hatch_patterns(hatch_scale(drawing))}"
        f'<clipPath id="zone-window"><path d="M0 0h{window.width:.1f}v{window.height:.1f}H0z"/></clipPath>'
        "</defs>"
        f'<rect width="{BASE_WIDTH:g}" height="{height:.2f}" fill="#fff"/>'
        f'<text class="title" x="{left:g}" y="{MARGIN + 26:g}" style="font-size:30px">'
        f"{said['heading.title']}</text>"
        f'<text class="subtitle" x="{left:g}" y="{MARGIN + 52:g}">{facts}</text>'
        f'<g transform="translate({left:g} {top:g})"><g clip-path="url(#zone-window)">'
        f'<rect width="{window.width:.1f}" height="{window.height:.1f}" fill="{PAPER}"/>'
        f'<g transform="scale(.1)" stroke-linejoin="round">{"".join(drawing.svg)}</g>'
        f"{''.join(drawing.labels.svg)}{scale_bar(window)}{_north(window.width)}</g>"
        f'<rect width="{window.width:.1f}" height="{window.height:.1f}" fill="none" stroke="#55534e" '
        f'stroke-width="1.4"/></g>{"".join(_column(content, drawing, column, top, language))}'
        f"{_foot(said, top + window.height, left)}</svg>\n"
    )


def _north(width: float) -> str:
    return (
        f'<g transform="translate({width - 30:.1f} 46)"><path d="M0-26l9 30-9-6-9 6z" fill="#2b2b38" '
        'stroke="#fff" stroke-width="1.5"/><text class="legend" y="20" text-anchor="middle">N</text></g>'
    )


def _cells(x: float, y: float, cells: tuple[str, str, str], style: str = "legend") -> str:
    name, count, load = cells
    right = x + COLUMN - 20
    return (
        f'<text class="{style}" x="{x:g}" y="{y:g}">{name}</text>'
        f'<text class="{style}" x="{right - 96:g}" y="{y:g}" text-anchor="end">{count}</text>'
        f'<text class="{style}" x="{right:g}" y="{y:g}" text-anchor="end">{load}</text>'
    )


def _column(content: ZoneMap, drawing: Drawing, x: float, top: float, language: Language) -> Iterator[str]:
    """Yield the legend from top to bottom."""
    keys = ("column.class", "column.count", content.load_column())
    heads = tuple(safe(words(key)[language]) for key in keys)
    y = top + 14
    yield f'<text class="legend-title" x="{x:g}" y="{y:g}">{safe(words("legend")[language])}</text>'
    y += 24
    yield _cells(x, y, (heads[0], heads[1], heads[2]), "foot")
    totals = content.totals()
    for total in totals:
        y += ROW
        yield legend.class_swatch(total.key, x, y - 12)
        name = words(f"class.{total.key}")[language]
        yield _cells(x + 36, y, (safe(name), "", ""))
        yield _cells(x, y, ("", f"{total.parcels:,}", fixed(total.load_kva, 0)))
        for line in wrapped(words(f"class.{total.key}.meaning")[language], COLUMN - 60, 11.5):
            y += 15
            yield f'<text class="foot" x="{x + 36:g}" y="{y:g}">{safe(line)}</text>'
        y += 4
    y += ROW + 2
    yield f'<path d="M{x:g} {y - 17:g}h{COLUMN - 20:g}" stroke="#b9b7b0"/>'
    count, load = sum(total.parcels for total in totals), sum(total.load_kva for total in totals)
    yield _cells(x, y, (safe(words("total")[language]), f"{count:,}", fixed(load, 0)))
    y += 14
    for sign in signs(content):
        y += ROW
        yield f'<g transform="translate({x:g} {y - 12:g})">{sign.swatch}</g>'
        yield _cells(x + 36, y, (safe(words(sign.key, *sign.values)[language]), "", ""))
    for entry in drawing.legend:
        y += ROW
        yield _entry(entry, x, y)
    yield from _reasons(content, x, y + 42, language)


def _entry(entry: Entry, x: float, y: float) -> str:
    return f"{mark(entry, x, y - 4)}{_cells(x + 36, y, (safe(short(entry.label)), '', ''))}"


def _reasons(content: ZoneMap, x: float, y: float, language: Language) -> Iterator[str]:
    """Yield why parcels fail, the most frequent test first."""
    failed = content.failed_tests()
    if not failed:
        return
    yield f'<text class="legend-title" x="{x:g}" y="{y:g}">{safe(words("why")[language])}</text>'
    for test, count in failed[:MOST_REASONS]:
        lines = wrapped(failed_test_words(test)[language], COLUMN - 84, 12)
        for number, line in enumerate(lines):
            y += ROW if number == 0 else 16
            yield f'<text class="legend" x="{x:g}" y="{y:g}">{safe(line)}</text>'
        right = x + COLUMN - 20
        first = y - 16 * (len(lines) - 1)
        yield f'<text class="legend" x="{right:g}" y="{first:g}" text-anchor="end">{count:,}</text>'


def _foot(said: dict[str, str], y: float, x: float) -> str:
    rest = [said[f"heading.{key}"] for key in ("attribution", "number", "run")]
    lines = [said["heading.disclaimer"], "　".join(filter(None, rest))]
    return "".join(
        f'<text class="foot" x="{x:g}" y="{y + 22 + 18 * number:.1f}">{line}</text>'
        for number, line in enumerate(lines)
    )
