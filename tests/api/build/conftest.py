"""A city of two roads, built into a file of corridors."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import shapely

from api.operations.corridors import BuildWatch
from gis.corridors.arrays import to_arrays
from gis.corridors.model import Corridors
from layers.queries import versions

LON, LAT = 114.5, 30.3
DEGREE_M = 95_000.0
SILENT = BuildWatch(lambda _: None, lambda: None)


def at(x_m: float, y_m: float) -> tuple[float, float]:
    return LON + x_m / DEGREE_M, LAT + y_m / DEGREE_M


def road(name: str, *points: tuple[float, float], **more: Any) -> tuple[dict[str, Any], shapely.Geometry]:
    return {"id": name, "class": "local", "width_m": 10} | more, shapely.LineString([at(*p) for p in points])


def parcel(name: str, x_m: float, y_m: float) -> tuple[dict[str, Any], shapely.Geometry]:
    return {"id": name}, shapely.box(*at(x_m, y_m), *at(x_m + 50, y_m + 50))


CROSS = (road("东西路", (-500, 0), (500, 0)), road("南北路", (0, -500), (0, 500)))


@pytest.fixture
def bring(kaimen: Any, drawn: Any, table: Any) -> Callable[..., None]:
    """Import rows into a layer: ``bring("roads", *CROSS)``; text lines into one without geometry."""

    def run(layer: str, *rows: Any) -> None:
        make, name = (table, "a.csv") if isinstance(rows[0], str) else (drawn, "a.geojson")
        told = kaimen("import", layer, make(f"{layer}-{uuid.uuid4().hex}-{name}", *rows), "--json")
        assert (told.code, told.json.get("rows_rejected")) == (0, 0), told.out

    return run


@pytest.fixture
def city(bring: Any) -> None:
    """Two roads that cross, a parcel at one of them, and one far from both."""
    bring("roads", *CROSS)
    bring("parcels", parcel("near", 100, 10), parcel("far", 5_000, 5_000))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def file(home: Path) -> Path:
    return home / "corridors" / "corridors.arrays"


@pytest.fixture
def build(kaimen: Any) -> Callable[..., Any]:
    """Build and give the answer's JSON."""

    def run(*arguments: str) -> Any:
        told = kaimen("build", *arguments, "--json")
        assert (told.code, told.err.strip()) == (0, "")
        return told.json

    return run


@contextmanager
def nothing_read(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(versions, "read_grid", lambda *_: pytest.fail("the layers are read"))
        yield


def same(one: Corridors, other: Corridors) -> bool:
    ours, theirs = to_arrays(one), to_arrays(other)
    return list(ours) == list(theirs) and all(
        (ours[name].dtype, ours[name].shape, ours[name].tobytes())
        == (theirs[name].dtype, theirs[name].shape, theirs[name].tobytes())
        for name in ours
    )
