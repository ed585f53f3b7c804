"""The cities of the benchmarks, from their files or made, with routers over them."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import Engine

from api.operations.imports import import_files
from gis.corridors.feeder_taps import FeederTaps, feeder_taps
from gis.corridors.model import Corridors, build_corridors
from gis.corridors.noding import noded_streets
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Floats, Kind, Longs, Objects, Streets
from gis.metric_zone import project
from gis.network.model import Grid
from gis.routing.router import Router
from layers.intake.request import ImportRequest, Watch
from layers.queries.grid import read_grid
from tests.benchmarks.synthetic_city import (
    access_point_frame,
    feeder_frame,
    parcel_frame,
    synthetic_city,
)

SHARED: Final = Path(__file__).parents[2].parent / "shared" / "data"
WUHAN: Final = SHARED / "cases" / "wuhan"
PARAMETERS: Final = CorridorParameters()
SILENT: Final = Watch(lambda done, total: None, lambda: None)
_TAPS_EACH: Final = 10
_FEEDERS_EACH: Final = 10
# As in Wuhan: loads of its parcels where stated, published open capacities of its feeders.
_LOAD_KVA: Final = 1_600.0
_LOAD_SPREAD: Final = 1.0
_CAPACITY_KVA: Final = (3_400.0, 2_000.0)
_DRAWN: Final = (
    "Loads (median 1,600 kVA, log-normal) and open capacities (3,400 ± 2,000 kVA) are drawn as Wuhan's."
)
_MADE: Final = f"Seeded and made (`tests/benchmarks/synthetic_city.py`). {_DRAWN}"
_WUHAN: Final = (
    "As imported, with the published open capacities; loads that no parcel states are drawn like the stated"
    " ones (median 1,600 kVA, log-normal)."
)
_RHEIN_NECKAR: Final = (
    "Roads as imported (© OpenStreetMap contributors, ODbL); parcels, and feeders with an access point about"
    f" every 300 m, are drawn at random beside its streets. {_DRAWN}"
)


@dataclass(frozen=True, slots=True)
class City:
    """A city ready for questions.

    Attributes
    ----------
    name
        As the table calls it.
    note
        Where it comes from.
    grid
        Its layers.
    corridors, taps
        Of the grid.
    parcels
        Outlines, plane metres.
    load_kva
        Of each parcel.
    capacity_kva
        Open capacity of each feeder; nan where unknown.
    one, all
        Routers of the shortest criterion alone, and of all criteria.
    steps
        CPU seconds of the steps in which the corridors were built.
    """

    name: str
    note: str
    grid: Grid
    corridors: Corridors
    taps: FeederTaps
    parcels: Objects
    load_kva: Floats
    capacity_kva: Floats
    one: Router
    all: Router
    steps: dict[str, float] = field(default_factory=dict)

    @property
    def streets(self) -> Streets:
        """The noded streets."""
        return self.corridors.graph.streets

    @property
    def segments(self) -> int:
        """Number of straight segments of the streets."""
        return len(self.streets.x) - self.streets.edges

    @property
    def mean_m(self) -> float:
        """Mean length of a segment."""
        first = np.flatnonzero(_begins(self.streets))
        steps = np.hypot(np.diff(self.streets.x)[first], np.diff(self.streets.y)[first])
        return float(steps.mean())


def made_city(_: Callable[[], Engine]) -> City:
    """Return the synthetic city."""
    return _ready("synthetic city", _MADE, synthetic_city(), seed=1)


def wuhan(engine: Callable[[], Engine]) -> City | None:
    """Return Wuhan as its files tell it; None where they are absent."""
    if not WUHAN.is_dir():
        return None
    database = engine()
    import_wuhan(database)
    return _ready("wuhan", _WUHAN, read_grid(database), seed=2)


def import_wuhan(database: Engine) -> None:
    """Import Wuhan's files into a database."""
    for layer, name, options in (
        ("roads", "roads.gpkg", {"noding": "shared"}),
        ("substations", "substations.geojson", {"stated": {"name": "变电站"}}),
        ("feeders", "feeders.shp", {}),
        ("access_points", "access_points.csv", {"crs": "gcj02"}),
        ("transformers", "transformers.csv", {"crs": "EPSG:4326"}),
        ("parcels", "parcels.gpkg", {}),
        ("green", "green.geojson", {}),
        ("capacity", "capacity.xlsx", {}),
    ):
        request: dict[str, Any] = options
        import_files(database, ImportRequest(layer, (WUHAN / name,), **request), SILENT)


def rhein_neckar(engine: Callable[[], Engine]) -> City | None:
    """Return the roads of Rhein-Neckar with parcels and feeders drawn at random; None where absent."""
    roads = SHARED / "raw" / "rhein_neckar_roads_osm_2016" / "rnv.osm.pbf"
    if not roads.is_file():
        return None
    database = engine()
    import_files(database, ImportRequest("osm", (roads,)), SILENT)
    frames = dict(read_grid(database).frames)
    streets = noded_streets(Grid(frames), PARAMETERS)
    frames |= _drawn_at_random(streets, parcels=20_000, stations=40, rng=np.random.default_rng(3))
    return _ready("rhein_neckar", _RHEIN_NECKAR, Grid(frames), seed=3)


CITIES: Final = {"synthetic": made_city, "wuhan": wuhan, "rhein_neckar": rhein_neckar}


def _ready(name: str, note: str, grid: Grid, seed: int) -> City:
    """Build everything and draw loads and capacities."""
    steps: dict[str, float] = {}
    begun = [("", time.process_time())]

    def step(what: str) -> None:
        now = time.process_time()
        steps[begun[-1][0]] = now - begun[-1][1]
        begun.append((what, now))

    corridors = build_corridors(grid, PARAMETERS, lambda each: step(each.words))
    step("Finding the taps of the feeders")
    taps = feeder_taps(grid, corridors.graph, PARAMETERS)
    step("Indexing for three criteria")
    router = Router.of(corridors, taps)
    _ = router.parcels
    step("Listing feeders and landmarks for three criteria")
    _ = router.nearby
    step("")
    del steps[""]
    one = dataclasses.replace(
        router, criteria=router.criteria[:1], tap_anchors=router.tap_anchors[:1], indexes=router.indexes[:1]
    )
    rng = np.random.default_rng(seed)
    return City(
        name=name,
        note=note,
        grid=grid,
        corridors=corridors,
        taps=taps,
        parcels=project(np.array(grid["parcels"]["geometry"], dtype=object), corridors.graph.streets.zone),
        load_kva=_loads(grid, rng),
        capacity_kva=_capacities(grid, taps, rng),
        one=one,
        all=router,
        steps=steps,
    )


def _loads(grid: Grid, rng: np.random.Generator) -> Floats:
    parcels = grid["parcels"]
    drawn = rng.lognormal(np.log(_LOAD_KVA), _LOAD_SPREAD, len(parcels))
    if "load_kva" not in parcels:
        return drawn
    stated = parcels["load_kva"].to_numpy(dtype=np.float64)
    return np.where(np.isnan(stated), drawn, stated)


def _capacities(grid: Grid, taps: FeederTaps, rng: np.random.Generator) -> Floats:
    if not len(grid["capacity"]):
        return np.maximum(rng.normal(*_CAPACITY_KVA, len(taps.feeder_ids)), 0.0)
    readings = grid["capacity"].drop_duplicates("asset_id", keep="last").set_index("asset_id")
    return readings["published_kva"].reindex(taps.feeder_ids).to_numpy(dtype=np.float64)


def _drawn_at_random(
    streets: Streets, *, parcels: int, stations: int, rng: np.random.Generator
) -> dict[str, Any]:
    """Return parcels beside streets, and feeders that leave stations at streets."""
    first = np.flatnonzero(_begins(streets))
    edge = np.searchsorted(streets.vertex_start, first, side="right") - 1
    first, edge = first[streets.kind[edge] == Kind.STREET], edge[streets.kind[edge] == Kind.STREET]
    length = np.hypot(streets.x[first + 1] - streets.x[first], streets.y[first + 1] - streets.y[first])
    chosen = rng.choice(len(first), parcels, p=length / length.sum())
    half = rng.uniform(10.0, 20.0, parcels)
    x, y = _beside(streets, first[chosen], streets.width_m[edge[chosen]] / 2 + 5.0 + half, rng)
    lots = np.asarray(shapely.box(x - half, y - half, x + half, y + half), dtype=object)
    begin = rng.choice(len(first), stations, p=length / length.sum())
    tap = _along_headings(streets, first, np.repeat(first[begin], _FEEDERS_EACH), rng)
    of_tap = streets.width_m[np.searchsorted(streets.vertex_start, tap, side="right") - 1]
    x, y = _beside(streets, tap, of_tap / 2 + 2.0, rng)
    owner = np.repeat(np.arange(stations * _FEEDERS_EACH), _TAPS_EACH)
    return {
        "parcels": parcel_frame(lots, streets.zone),
        "feeders": feeder_frame(x, y, owner, streets.zone),
        "access_points": access_point_frame(x, y, owner, streets.zone),
    }


def _begins(streets: Streets) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which vertices begin a segment."""
    begins = np.ones(len(streets.x), dtype=bool)
    begins[streets.vertex_start[1:] - 1] = False
    return begins


def _beside(streets: Streets, first: Longs, off_m: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return a place so far off each segment, anywhere along it, on either side."""
    dx, dy = streets.x[first + 1] - streets.x[first], streets.y[first + 1] - streets.y[first]
    length, share = np.hypot(dx, dy), rng.random(len(first))
    off = off_m * rng.choice([-1, 1], len(first))
    x = streets.x[first] + dx * share - dy / length * off
    y = streets.y[first] + dy * share + dx / length * off
    return x, y


def _along_headings(streets: Streets, first: Longs, start: Longs, rng: np.random.Generator) -> Longs:
    """Return the segments nearest to ten places on the way of each feeder, about 300 m apart."""
    angle = rng.uniform(0.0, 2 * np.pi, len(start))[:, None]
    angle = angle + np.cumsum(rng.normal(0.0, 0.4, (len(start), _TAPS_EACH)), axis=1)
    x = streets.x[start][:, None] + 300.0 * np.cumsum(np.cos(angle), axis=1)
    y = streets.y[start][:, None] + 300.0 * np.cumsum(np.sin(angle), axis=1)
    tree = shapely.STRtree(np.asarray(shapely.points(streets.x[first], streets.y[first]), dtype=object))
    return np.asarray(first[tree.nearest(shapely.points(x.ravel(), y.ravel()))], dtype=np.int64)
