"""What the database holds, drawn."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from api.operations.files import whole_file
from gis.dictionary.model import layers
from layers.queries.grid import count_rows, read_grid
from maps.overview import overview_html
from maps.sketch import sketch_svg

_WIDTH_PX = 1600
_NOTHING_YET = "<p>Nothing to draw yet 尚无图层. <code>kaimen import LAYER FILE</code></p>"


def overview_svg(engine: Engine) -> str:
    """Return all layers drawn as one SVG."""
    frames = read_grid(engine).frames
    counts = count_rows(engine)
    held = ", ".join(f"{name} {rows:,}" for name, rows in counts.items() if rows)
    return sketch_svg(frames, width_px=_WIDTH_PX, title="Kaimen 开门接电", subtitle=held)


def overview_page(engine: Engine) -> str:
    """Return a page with the drawing and the rows of each layer."""
    counts = count_rows(engine)
    drawable = any(rows for name, rows in counts.items() if layers()[name].geometry)
    return overview_html(overview_svg(engine) if drawable else _NOTHING_YET, counts)


def write_overview(engine: Engine, path: Path) -> None:
    """Write the drawing as an SVG file.

    Raises
    ------
    InputError
        Where the file name does not end in .svg, or the file cannot be written.
    """
    with whole_file(path, ".svg") as part:
        part.write_text(overview_svg(engine), encoding="utf-8")
