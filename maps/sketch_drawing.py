"""The overview map while it is drawn: its frames, its parts from bottom to top, its legend and its labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gis.words import Language, Words
from maps.sketch_furniture import Entry
from maps.sketch_labels import Labels
from maps.sketch_paths import Shapes, Window, geometry_of

Frames = Mapping[str, pd.DataFrame]


@dataclass(slots=True)
class Drawing:
    """What is known and what is drawn so far.

    Attributes
    ----------
    window
        The map's window.
    frames
        Layer name -> frame in EPSG:4326.
    labels
        Words placed so far.
    svg
        Parts drawn so far, in tenths of a pixel.
    legend
        Entries so far.
    zoom
        Factor of all widths: marks shrink where the map shows a whole city.
    language
        Of the words; both, Chinese first, where it is None.
    """

    window: Window
    frames: Frames
    labels: Labels
    svg: list[str]
    legend: list[Entry]
    zoom: float
    language: Language | None = None

    def say(self, words: Words) -> str:
        """Return words in the drawing's language."""
        return words[self.language] if self.language else f"{words.zh} {words.en}"

    def shapes(self, layer: str, mask: Any = None) -> Shapes:  # noqa: ANN401  # a boolean array or None
        """Return a layer's shapes in pixels, or those of the rows that the mask picks, shape (n,)."""
        found = geometry_of(self.frames.get(layer))
        return self.window.shapes(found if mask is None or not len(found) else found[np.asarray(mask)])

    def column(self, layer: str, name: str) -> pd.Series[Any]:
        """Return a column as text, "" where it or a value is missing."""
        frame = self.frames.get(layer)
        if frame is None or name not in frame:
            return pd.Series([""] * (0 if frame is None else len(frame)), dtype=object)
        given = frame[name].astype(object).reset_index(drop=True)
        return given.astype(str).where(given.notna(), "").astype(object)

    def numbers(self, layer: str, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return a column as numbers, NaN where there is none."""
        return pd.to_numeric(self.column(layer, name), errors="coerce").to_numpy(float)

    def path(self, data: str, **attributes: object) -> None:
        """Add a path in tenths of a pixel."""
        if data:
            written = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
            self.svg.append(f'<path d="{data}"{written}/>')

    def stroke(self, pixels: float) -> str:
        """Return a stroke width in the units of path data."""
        return f"{pixels * self.zoom * 10:.0f}"

    def dash(self, pattern: str) -> str:
        """Return a dash pattern in the units of path data."""
        return " ".join(f"{float(step) * self.zoom * 10:.0f}" for step in pattern.split())
