"""The corridors of the database: mapped from a file that is made anew when the data has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from time import perf_counter
from typing import Final, Generic, TypeVar

import numpy as np
from sqlalchemy import Engine

from gis.corridors.arrays import from_arrays, layout, to_arrays
from gis.corridors.attachments import Access
from gis.corridors.graph import ArcKind
from gis.corridors.model import CORRIDOR_LAYERS, Corridors, build_corridors
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Kind
from gis.errors import KaimenError, MissingDataError
from gis.network.model import Grid
from gis.steps import Step
from gis.words import Words
from layers.array_file import alone_in, read_arrays, require_writable, verify, write_arrays
from layers.queries.versions import DataVersion, data_version, read_version

CORRIDOR_FORMAT: Final = 2
"""Raised when the same data and parameters give other corridors than before: files of old ones are stale."""

_FOLDER: Final = "corridors"
_KEY_DIGITS: Final = 16
_CM_PER_KM: Final = 100_000

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Recipe(Generic[_Value]):
    """How a value is made from the database and kept in a file.

    Attributes
    ----------
    name
        Of the file.
    format
        Raised when ``make`` gives another value for the same grid and parameters.
    layers
        What it is made from.
    kind
        Type of the value; another layout is another key.
    make
        Makes it; called with words for the person at each stage.
    upon
        Key of the value that it is made upon; empty for none.
    """

    name: str
    format: int
    layers: tuple[str, ...]
    kind: type[_Value]
    make: Callable[[Grid, CorridorParameters, Callable[[Step], None]], _Value]
    upon: str = ""


@dataclass(frozen=True, slots=True)
class BuildWatch:
    """Who is told while something is built: of each stage, and that another build must end first."""

    step: Callable[[Step], None]
    waiting: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Built(Generic[_Value]):
    """A value mapped from its file.

    Attributes
    ----------
    value
        All processes share the pages of its arrays; what one writes into them is its own.
    built
        False where the file was up to date.
    key
        Digest of what it was made from.
    file
        Where it lies.
    seconds
        What it took.
    """

    value: _Value
    built: bool
    key: str
    file: Path
    seconds: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The corridors in figures.

    Attributes
    ----------
    roads
        Roads that the edges come from, railways and ducts not counted.
    edges, corners, arcs, pieces
        Of the corner graph, railways and ducts included.
    verge_km
        Verges of roads that can be walked, both sides counted.
    crossings, medians
        Arcs over roads, and over medians or islands.
    parcels, parcels_without_frontage
        All, and those that front no verge: entered from farther away, or not at all.
    """

    roads: int
    edges: int
    corners: int
    arcs: int
    pieces: int
    verge_km: float
    crossings: int
    medians: int
    parcels: int
    parcels_without_frontage: int


def _make_corridors(grid: Grid, parameters: CorridorParameters, step: Callable[[Step], None]) -> Corridors:
    if grid["roads"].empty:
        raise MissingDataError(
            Words(
                "数据库中没有道路，而电缆沿道路敷设", "the database holds no roads, and cables follow roads"
            ),
            repair=Words(
                "先导入道路：kaimen import roads FILE 或 kaimen import osm FILE.osm.pbf",
                "import them first: kaimen import roads FILE, or kaimen import osm FILE.osm.pbf",
            ),
        )
    return build_corridors(grid, parameters, step)


CORRIDORS: Final = Recipe("corridors", CORRIDOR_FORMAT, CORRIDOR_LAYERS, Corridors, _make_corridors)


def corridors(engine: Engine, home: Path, parameters: CorridorParameters, watch: BuildWatch) -> Corridors:
    """Return the corridors of the database, built where there are none of its present data.

    Parameters
    ----------
    engine
        A database at the newest schema version.
    home
        Folder of generated files (``KAIMEN_HOME``).
    parameters
        What they are built by.
    watch
        Who is told meanwhile.

    Raises
    ------
    MissingDataError
        There are no roads.
    KaimenError
        The file cannot be written.
    """
    return mapped(CORRIDORS, engine, home, parameters, watch).value


def mapped(
    recipe: Recipe[_Value],
    engine: Engine,
    home: Path,
    parameters: CorridorParameters,
    watch: BuildWatch,
    *,
    force: bool = False,
    thorough: bool = False,
) -> Built[_Value]:
    """Return a value mapped from its file, which is made anew where it is stale.

    Two processes at once: the second waits, and finds what the first has made.

    Parameters
    ----------
    recipe
        What is wanted.
    engine, home, parameters, watch
        As for `corridors`.
    force
        It is made anew in any case.
    thorough
        A file that is up to date is read whole, and made anew where it is damaged.

    Raises
    ------
    KaimenError
        The file cannot be written, or what ``make`` refuses.
    """
    begin = perf_counter()
    path = home / _FOLDER / f"{recipe.name}.arrays"

    def found() -> Built[_Value] | None:
        if force:
            return None
        key = _key(recipe, data_version(engine, recipe.layers), parameters)
        arrays = read_arrays(path, key)
        if arrays is None or (thorough and not verify(path, key)):
            return None
        return Built(from_arrays(recipe.kind, arrays), False, key, path, perf_counter() - begin)

    fitting = found()
    if fitting is not None:
        return fitting
    require_writable(path.parent)
    with alone_in(path.parent, watch.waiting):
        fitting = found()
        if fitting is not None:
            return fitting
        watch.step(Step.LAYERS)
        version, grid = read_version(engine, recipe.layers)
        key = _key(recipe, version, parameters)
        made = to_arrays(recipe.make(grid, parameters, watch.step))
        watch.step(Step.FILE)
        write_arrays(path, made, key)
        arrays = read_arrays(path, key)
    if arrays is None:
        raise KaimenError(f"{path} was removed as soon as it was written", repair="run the command again")
    return Built(from_arrays(recipe.kind, arrays), True, key, path, perf_counter() - begin)


def figures(value: Corridors) -> Figures:
    """Return corridors in figures."""
    graph, access = value.graph, value.entries.access
    streets = graph.streets
    of_roads = np.isin(streets.kind, [Kind.STREET, Kind.EXPRESSWAY])
    walked = np.repeat(of_roads, 2) & (graph.verge_a >= 0)
    return Figures(
        roads=len(np.unique(streets.road[of_roads])),
        edges=streets.edges,
        corners=graph.corners,
        arcs=graph.arcs,
        pieces=len(graph.component_cm),
        verge_km=round(float(graph.verge_cm[walked].sum(dtype=np.int64)) / _CM_PER_KM, 3),
        crossings=int(np.count_nonzero(graph.arc_kind == ArcKind.CROSSING)),
        medians=int(np.count_nonzero(graph.arc_kind == ArcKind.MEDIAN)),
        parcels=len(value.parcel_ids),
        parcels_without_frontage=int(np.count_nonzero(access != Access.FRONTAGE)),
    )


def _key(recipe: Recipe[_Value], version: DataVersion, parameters: CorridorParameters) -> str:
    stated = {field.name: getattr(parameters, field.name) for field in fields(parameters)}
    facts = [recipe.name, recipe.format, recipe.upon, layout(recipe.kind), asdict(version), stated]
    text = json.dumps(facts, sort_keys=True, default=dict)  # a read-only mapping as a dict
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:_KEY_DIGITS]
