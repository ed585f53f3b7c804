"""What the database holds, drawn."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from api.operations.files import whole_file
from layers.queries.grid import count_rows, read_grid
from maps.sketch import sketch_svg

_WIDTH_PX = 1600


def overview_svg(engine: Engine) -> str:
    """Return all layers drawn as one SVG."""
    frames = read_grid(engine).frames
    counts = count_rows(engine)
    held = ", ".join(f"{name} {rows:,}" for name, rows in counts.items() if rows)
    return sketch_svg(frames, width_px=_WIDTH_PX, title="Kaimen 开门接电", subtitle=held)


def write_overview(engine: Engine, path: Path) -> None:
    """Write the drawing as an SVG file.

    Raises
    ------
    InputError
        Where the file name does not end in .svg, or the file cannot be written.
    """
    with whole_file(path, ".svg") as part:
        part.write_text(overview_svg(engine), encoding="utf-8")
