"""The open capacity of the database's grid, in figures and in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from sqlalchemy import Engine

from api.operations.files import settings_text
from gis.capacity.explain import Explanation, explain
from gis.capacity.numerals import day_of
from gis.capacity.open_capacity import OpenCapacity, open_capacity
from gis.capacity.parameters import CapacityParameters, default_parameters, read_parameters
from gis.capacity.words import LEVELS, Language, Status
from gis.errors import InputError
from layers.database import snapshot
from layers.queries.assets import find_asset
from layers.queries.batches import source_words
from layers.queries.grid import CAPACITY_LAYERS, read_grid

_REGISTER = {"zh": "在途登记", "en": "claims register"}


@dataclass(frozen=True, slots=True)
class CapacityCounts:
    """How many assets have which status.

    Attributes
    ----------
    on, parameters
        The day asked, and name and version of the coefficients.
    levels
        Level -> status -> number of assets; every level and every status.
    stale
        Number of assets whose reading is too old on the day asked.
    newest
        Day of the newest reading of all; None where no reading has a day.
    """

    on: date
    parameters: str
    levels: dict[str, dict[str, int]]
    stale: int
    newest: date | None


def parameters_from(path: Path | None) -> CapacityParameters:
    """Return the coefficients of a utility's own file, or the defaults.

    Raises
    ------
    InputError
        The file cannot be read, or states what cannot be used.
    """
    if path is None:
        return default_parameters()
    return read_parameters(settings_text(path), path.name)


def worked_out(engine: Engine, on: date, parameters: CapacityParameters) -> OpenCapacity:
    """Return the open capacity of every asset on a day."""
    return open_capacity(read_grid(engine, CAPACITY_LAYERS, geometry=False), on, parameters)


def explained(
    engine: Engine, asset: str, on: date, parameters: CapacityParameters, language: Language
) -> Explanation:
    """Return why an asset (id or name) has its figure, with the file that each input came from.

    Raises
    ------
    InputError
        The asset is not known, with those nearest to it.
    """
    with snapshot(engine) as connection:
        found = find_asset(connection, asset)
        if found.fault:
            raise InputError(found.fault, repair="name an asset by its id")
        grid = read_grid(connection, CAPACITY_LAYERS, geometry=False)
        sources: dict[int | None, str] = dict(source_words(connection).items())
    sources[None] = _REGISTER[language]  # a claim of no batch was accepted in the register
    return explain(open_capacity(grid, on, parameters), found.id, language, sources)


def counted(engine: Engine, on: date, parameters: CapacityParameters) -> CapacityCounts:
    """Return how many assets of each level have which status."""
    capacity = worked_out(engine, on, parameters)
    seen = Counter(zip(capacity.level.tolist(), capacity.status.tolist(), strict=True))
    levels = {level: {status.value: seen[level, status] for status in Status} for level in LEVELS}
    read = capacity.data_date[~np.isnat(capacity.data_date)]
    newest = day_of(read.max()) if len(read) else None
    return CapacityCounts(on, str(parameters), levels, int(capacity.peaks.stale.sum()), newest)
