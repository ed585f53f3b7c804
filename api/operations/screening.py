"""Screen every parcel of the database: a run that is stored, and can be repeated to the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from importlib import metadata
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine

import gis
from api.operations.corridors import CORRIDOR_FORMAT
from api.operations.policy_files import policy_hashes
from api.operations.siting import GROUND_LAYERS, Ground
from gis.capacity.parameters import CapacityParameters
from gis.errors import InputError, KaimenError
from gis.network.columns import Objects
from gis.siting.double import uncounted
from gis.siting.loads import LoadTable, default_table
from gis.siting.question import Question, require_policy
from gis.siting.screen import Screening, screen
from gis.siting.sites import Load, Sites
from gis.siting.zones import zones
from gis.steps import Step
from gis.words import Words
from layers.queries.versions import DataVersion, data_version
from layers.screenings import Run, exists, rows_sha256, run_id, store

_ANSWERING: Final = frozenset({".py", ".toml", ".yaml", ".csv"})
"""Endings of files of the domain that answers rest on."""


@dataclass(frozen=True, slots=True)
class ScreenRequest:
    """What is asked of every parcel.

    Attributes
    ----------
    question
        Day, options, facts.
    load
        One load for all; None for each parcel's own.
    jurisdiction
        Whose policy decides; None for the one that covers each parcel.
    parameters
        Coefficients of the open capacity.
    """

    question: Question
    load: Load | None
    jurisdiction: str | None
    parameters: CapacityParameters


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored screening as its files show it (筛查成果).

    Attributes
    ----------
    run
        As it is stored.
    rows
        ``ROW_COLUMNS``, one row for each parcel.
    names, geometry
        Of the parcels, in the order of the rows; EPSG:4326, None where there is none.
    zones
        Where the load of the run, or the middle one of all parcels, reaches an open access point.
    """

    run: Run
    rows: pd.DataFrame
    names: Objects
    geometry: Objects
    zones: gpd.GeoDataFrame

    def table(self) -> gpd.GeoDataFrame:
        """Return the rows of a screening file, with geometry."""
        rows = self.rows.copy()
        rows["run_id"] = self.run.id
        return gpd.GeoDataFrame(rows, geometry=list(self.geometry), crs="EPSG:4326")


@dataclass(frozen=True, slots=True)
class Screened:
    """A screening that is stored.

    Attributes
    ----------
    run
        As it is stored.
    screening
        The rows, without the id of the run, and the parcels.
    zones
        Where the load of the run, or the middle one of all parcels, reaches an open access point.
    repeated
        Whether the run was there already, with the same bytes.
    seconds
        What the screening took, without reading the grid and storing the run.
    """

    run: Run
    screening: Screening
    zones: gpd.GeoDataFrame
    repeated: bool
    seconds: float

    def shown(self) -> Shown:
        """Return what its files show."""
        sites = self.screening.sites
        return Shown(self.run, self.screening.rows, sites.names, sites.geometry, self.zones)


def screen_parcels(
    engine: Engine,
    ground: Ground,
    request: ScreenRequest,
    step: Callable[[Step], None],
    counted: Callable[[int, int], None] = uncounted,
    stored: Callable[[Connection, str], None] = lambda _, __: None,
) -> Screened:
    """Screen every parcel and store the run.

    Parameters
    ----------
    engine
        Where it is stored.
    ground
        The present data.
    request
        What is asked.
    step
        Is told what comes next.
    counted
        Is told how many parcels of all are done, where they are looked at one after the other.
    stored
        Is told the id of the run within the transaction that stores it; what it raises undoes the storing.

    Raises
    ------
    InputError
        There are no parcels, or no such jurisdiction.
    KaimenError
        The same question of the same data gave other rows than before.
    """
    sites = _sites(ground, request)
    desk = ground.live(request.question.on, request.parameters)
    begin = perf_counter()
    found = screen(desk, sites, request.question, alone=ground.seeker, step=step, counted=counted)
    seconds = perf_counter() - begin
    step(Step.ZONES)
    load = request.load or _middle(sites, ground)
    policy = request.jurisdiction or _only(sites)
    areas = zones(desk, request.question, policy, load)
    step(Step.STORE)
    asked, inputs = _request(request), run_inputs(ground.version, ground.table)
    run = Run(
        id=run_id(asked, inputs),
        request=asked,
        inputs=inputs,
        on=request.question.on,
        rows=len(found.rows),
        summary=_summary(found),
        zones=json.loads(areas.to_json(drop_id=True)),
        sha256=rows_sha256(found.rows),
    )
    with engine.begin() as connection:
        repeated = _store(connection, run, found.rows)
        stored(connection, run.id)
    return Screened(run, found, areas, repeated, seconds)


def _store(connection: Connection, run: Run, rows: pd.DataFrame) -> bool:
    """Store a run; whether it was there already, with the same bytes."""
    before = store(connection, run, rows)
    if before is not None and before.sha256 != run.sha256:
        raise KaimenError(
            f"run {run.id} gave other rows than before, of the same question and data",
            repair="keep the database and report this; it should not be",
        )
    return before is not None


def known_run(engine: Engine, request: ScreenRequest) -> str | None:
    """Return the id of the stored run that answers a question about the present data, None without one."""
    inputs = run_inputs(data_version(engine, GROUND_LAYERS), default_table())
    identity = run_id(_request(request), inputs)
    with engine.connect() as connection:
        return identity if exists(connection, identity) else None


def _sites(ground: Ground, request: ScreenRequest) -> Sites:
    sites = ground.parcels
    if not len(sites):
        raise InputError(
            Words("没有可筛查的地块", "there are no parcels to screen"),
            repair=Words("先导入地块：kaimen import parcels FILE", "import them: kaimen import parcels FILE"),
        )
    if request.load is not None:
        sites = sites.with_load(request.load)
    if request.jurisdiction is not None:
        require_policy(request.jurisdiction)
        sites = sites.under(request.jurisdiction)
    return sites


def _middle(sites: Sites, ground: Ground) -> Load:
    """Return the middle load of all parcels in whole kVA: zones are drawn for it where each has its own."""
    known = sites.load_kva[np.isfinite(sites.load_kva)]
    kva = max(1.0, float(np.round(np.median(known)))) if len(known) else 1.0
    return Load.of(kva=kva, power_factor=ground.table.power_factor)


def _only(sites: Sites) -> str | None:
    """Return the jurisdiction that covers all parcels that any covers, None where there are several."""
    known = {each for each in sites.jurisdiction.tolist() if each is not None}
    return known.pop() if len(known) == 1 else None


def _summary(found: Screening) -> dict[str, Any]:
    return {
        "by_class": found.by_class(),
        **found.sums_by_class(),
        "by_test": _by_test(found.rows),
        "by_town": found.by_town(),
    }


def _by_test(rows: pd.DataFrame) -> dict[str, int]:
    counts = rows["failed_test"].dropna().value_counts()
    return {str(name): int(counts[name]) for name in sorted(counts.index)}


def _request(request: ScreenRequest) -> dict[str, Any]:
    question = request.question
    return {
        "on": question.on.isoformat(),
        "k": question.k,
        "limit_m": question.limit_m,
        "supplies": question.supplies,
        "facts": dict(question.facts),
        "jurisdiction": request.jurisdiction,
        "load": None if request.load is None else asdict(request.load),
        "parameters": request.parameters.as_dict(),
    }


def run_inputs(version: DataVersion, loads: LoadTable) -> Mapping[str, Any]:
    """Return what a run of some data is stored with: of the same data it is the same."""
    return {
        "database": [str(each) for each in version.database],
        "layers": [list(each) for each in version.layers],
        "spellings": [list(each) for each in version.spellings],
        "corridors": CORRIDOR_FORMAT,
        "loads": loads.as_dict(),
        "policies": policy_hashes(),
        "code": _code(),
    }


@cache
def _code() -> str:
    """Return version and digest of the code that answers: other code may answer otherwise."""
    folder = Path(gis.__file__).parent
    files = sorted(each for each in folder.rglob("*") if each.suffix in _ANSWERING and each.is_file())
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return f"{metadata.version('kaimen')} {digest.hexdigest()[:16]}"


def data_day(readings: pd.DataFrame, on: date) -> date | None:
    """Return the day of the newest reading that counts on a day, of the layer ``capacity``."""
    days = pd.to_datetime(readings["data_date"], errors="coerce")
    known = days[days <= pd.Timestamp(on)]
    return None if known.empty else known.max().date()
