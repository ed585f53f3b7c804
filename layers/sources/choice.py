"""Which of several layers, sheets or shapefiles of one file is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gis.dictionary.headers import folded, match_headers
from gis.dictionary.model import Layer
from gis.errors import InputError

Kind = Literal["point", "line", "polygon", "any", "none"]

_KIND_WORDS: tuple[tuple[str, Kind], ...] = (
    ("polygon", "polygon"),
    ("surface", "polygon"),
    ("line", "line"),
    ("curve", "line"),
    ("circular", "line"),
    ("point", "point"),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One layer, sheet or shapefile that could be read.

    Attributes
    ----------
    name
        What the user would give with ``--layer``.
    kind
        Kind of its geometry; ``any`` where it is mixed or unknown.
    columns
        Its headers.
    """

    name: str
    kind: Kind
    columns: tuple[str, ...]

    def __str__(self) -> str:
        return self.name if self.kind in {"any", "none"} else f"{self.name} ({self.kind})"


def kind_of(geometry_type: str | None) -> Kind:
    """Return the kind a geometry type of GDAL belongs to.

    >>> kind_of("2.5D MultiLineString"), kind_of("CurvePolygon"), kind_of("Unknown"), kind_of(None)
    ('line', 'polygon', 'any', 'none')
    """
    if geometry_type is None:
        return "none"
    word = geometry_type.lower()
    return next((kind for part, kind in _KIND_WORDS if part in word), "any")


def header_score(columns: Sequence[str], layer: Layer) -> tuple[int, int]:
    """Return how many required fields and how many fields of the layer the headers feed."""
    bindings = match_headers(layer, columns).bindings
    return sum(each.field.required for each in bindings), len(bindings)


def choose(
    path: Path, candidates: Sequence[Candidate], layer: Layer, layer_name: str | None, *, what: str = "layer"
) -> Candidate:
    """Return the candidate the user named, the only one, or the only one that fits the layer best.

    Raises
    ------
    InputError
        The name does not exist, nothing fits, or several fit equally well; lists what there is.
    """
    listed = tuple(str(each) for each in candidates)
    if layer_name is not None:
        for each in candidates:
            if each.name == layer_name:
                return each
        close = [each for each in candidates if folded(each.name) == folded(layer_name)]
        if len(close) == 1:
            return close[0]
        detail = f"{path.name} has no {what} {layer_name!r}; it has:"
        raise InputError(detail, repair="Give --layer one of these names.", faults=listed)
    if not candidates:
        raise InputError(f"{path.name} holds no {what} that can be read.", repair="Export the data again.")
    if len(candidates) == 1:
        return candidates[0]
    fitting = [each for each in candidates if _kind_fits(each.kind, layer)]
    if len(fitting) == 1:
        return fitting[0]
    namesakes = [each for each in fitting if folded(each.name) in {folded(layer.name), folded(layer.zh)}]
    if len(namesakes) == 1:
        return namesakes[0]
    scores = [header_score(each.columns, layer) for each in fitting]
    best = max(scores, default=(0, 0))
    if any(best) and scores.count(best) == 1:
        return fitting[scores.index(best)]
    detail = f"{path.name} has {len(candidates)} {what}s, and none or several of them fit {layer.name}:"
    raise InputError(detail, repair="Name the one to read with --layer NAME.", faults=listed)


def _kind_fits(kind: Kind, layer: Layer) -> bool:
    if not layer.geometry:
        return True
    return kind == "any" or kind in layer.geometry or ("any" in layer.geometry and kind != "none")
