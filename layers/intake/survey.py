"""The first pass over a source: what must be known of all rows before one of them can be taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.dictionary.converted import as_text
from gis.dictionary.headers import Binding, ColumnMapping
from gis.dictionary.numbers import CommaUse
from gis.geometry import first_coordinates
from gis.names import normal_name
from layers.sources.model import Chunk, Source


@dataclass(slots=True)
class Survey:
    """What a whole source says.

    Attributes
    ----------
    rows
        Number of rows.
    places
        shape (rows, 2), first coordinate of each row as the source has it, NaN where there is none.
    commas
        Field -> what its column says about the decimal comma.
    names
        How often each normal form of a name occurs; empty where ids are given.
    """

    rows: int = 0
    places: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))
    commas: dict[str, CommaUse] = field(default_factory=dict)
    names: Counter[str] = field(default_factory=Counter)


def chosen(chunk: Chunk, where: Mapping[str, str]) -> Chunk:
    """Return the rows of a chunk that agree with every ``--where COLUMN=TEXT``."""
    if not where:
        return chunk
    keep = np.ones(len(chunk.rows), dtype=bool)
    for column, text in where.items():
        keep &= np.array([value == text for value in as_text(chunk.rows[column])], dtype=bool)
    return Chunk(chunk.rows[keep], None if chunk.geometry is None else chunk.geometry[keep], chunk.layer)


def survey(source: Source, mapping: ColumnMapping, where: Mapping[str, str]) -> Survey:
    """Read a source once and return what it says as a whole."""
    result = Survey(commas={binding.field.name: CommaUse() for binding in _figures(mapping)})
    names_wanted = mapping.binding("id") is None and mapping.layer.id_from == "name"
    name = mapping.binding("name") if names_wanted else None
    places: list[NDArray[np.float64]] = []
    for chunk in (chosen(each, where) for each in source.chunks()):
        rows = chunk.rows
        result.rows += len(rows)
        if chunk.geometry is not None and mapping.layer.geometry:
            places.append(first_coordinates(chunk.geometry))
        _learn_commas(result, mapping, rows)
        if name is not None and name.columns:
            texts = as_text(rows[name.columns[0]])
            result.names.update(normal_name(text) for text in texts if text is not None)
    if places:
        result.places = np.concatenate(places)
    return result


def _figures(mapping: ColumnMapping) -> list[Binding]:
    return [each for each in mapping.bindings if each.field.type in {"number", "integer"} and each.columns]


def _learn_commas(result: Survey, mapping: ColumnMapping, rows: pd.DataFrame) -> None:
    for binding in _figures(mapping):
        values = rows[binding.columns[0]]
        if not pd.api.types.is_numeric_dtype(values.dtype):
            with_comma = {text for text in as_text(values) if text is not None and "," in text}
            known = result.commas[binding.field.name]
            result.commas[binding.field.name] = known.learn(with_comma)
