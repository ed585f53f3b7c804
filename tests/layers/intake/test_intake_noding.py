"""How roads meet is what their batch says: roads that come again to meet otherwise have changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import Engine

from layers.queries.grid import read_grid
from layers.queries.versions import data_version

LINES = [shapely.LineString([(114, 30 + n / 100), (114.01, 30 + n / 100)]) for n in range(3)]
SQUARE = shapely.box(114.5, 30, 114.51, 30.01)
ROADS = ("roads",)


@pytest.fixture
def streets(write: Any) -> Any:
    """Write roads by their ids, all of one class: ``streets("a", "b", road_class="local")``."""

    def run(*ids: str, road_class: str = "local") -> Path:
        columns = {"id": ids, "class": [road_class] * len(ids)}
        path: Path = write(f"{road_class}-{'-'.join(ids)}.gpkg", columns, LINES[: len(ids)])
        return path

    return run


def noding(engine: Engine) -> dict[str, str]:
    roads = read_grid(engine, ROADS)["roads"]
    return dict(zip(roads["id"], roads["noding"], strict=True))


def counted(result: Any) -> tuple[int, int, int, int]:
    total = result.total
    return total.inserted, total.updated, total.unchanged, total.deleted


@pytest.mark.parametrize("replace", [True, False])
def test_the_same_roads_that_meet_otherwise_have_changed(
    engine: Engine, bring: Any, ask: Any, streets: Any, replace: bool
) -> None:
    path = streets("a", "b")
    bring("roads", path)
    assert noding(engine) == {"a": "crossings", "b": "crossings"}
    for way in ("shared", "crossings"):
        before = data_version(engine, ROADS)
        result = bring("roads", path, noding=way, replace=replace)
        assert counted(result) == (0, 2, 0, 0)
        assert noding(engine) == {"a": way, "b": way}
        assert ask("select distinct batch_id from grid.roads") == [(result.batch_id,)]
        assert data_version(engine, ROADS) != before


@pytest.mark.parametrize("way", ["crossings", "shared"])
def test_the_same_roads_that_meet_as_before_have_not(
    engine: Engine, bring: Any, ask: Any, streets: Any, way: str
) -> None:
    path = streets("a", "b")
    first = bring("roads", path, noding=way)
    before = data_version(engine, ROADS)
    again = bring("roads", path, noding=way, replace=True)
    assert (counted(again), again.total.changed) == ((0, 0, 2, 0), False)
    assert ask("select distinct batch_id from grid.roads") == [(first.batch_id,)]
    assert data_version(engine, ROADS) == before


def test_only_the_roads_that_come_meet_otherwise(engine: Engine, bring: Any, streets: Any) -> None:
    bring("roads", streets("a", "b"))
    assert counted(bring("roads", streets("a"), noding="shared")) == (0, 1, 0, 0)
    assert noding(engine) == {"a": "shared", "b": "crossings"}
    assert counted(bring("roads", streets("a", "b", "c"), noding="shared")) == (1, 1, 1, 0)
    assert set(noding(engine).values()) == {"shared"}


def test_a_road_that_changes_in_both_ways_counts_once(engine: Engine, bring: Any, streets: Any) -> None:
    bring("roads", streets("a", "b"))
    result = bring("roads", streets("a", "b", road_class="primary"), noding="shared", replace=True)
    assert counted(result) == (0, 2, 0, 0)
    assert set(read_grid(engine, ROADS)["roads"]["class"]) == {"primary"}


def test_a_dry_run_tells_it_and_changes_nothing(engine: Engine, bring: Any, streets: Any) -> None:
    path = streets("a", "b")
    bring("roads", path)
    before = data_version(engine, ROADS)
    assert counted(bring("roads", path, noding="shared", dry_run=True)) == (0, 2, 0, 0)
    assert set(noding(engine).values()) == {"crossings"}
    assert data_version(engine, ROADS) == before


def test_roads_of_an_extract_that_come_from_a_file_meet_as_the_file_does(
    engine: Engine, bring: Any, write: Any, tmp_path: Path
) -> None:
    extract = tmp_path / "place.osm"
    extract.write_text(
        '<?xml version="1.0"?><osm version="0.6"><node id="1" version="1" lon="114" lat="30"/>'
        '<node id="2" version="1" lon="114.01" lat="30"/>'
        '<way id="10" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way></osm>'
    )
    bring("osm", extract)
    assert noding(engine) == {"way/10": "nodes"}
    assert bring("osm", extract).total.changed is False
    path = write("r.gpkg", {"id": ["way/10"], "class": ["primary"]}, LINES[:1])
    assert counted(bring("roads", path)) == (0, 1, 0, 0)
    assert noding(engine) == {"way/10": "crossings"}
    assert counted(bring("osm", extract)) == (0, 1, 0, 0)
    assert noding(engine) == {"way/10": "nodes"}


def test_for_other_layers_it_means_nothing(bring: Any, ask: Any, write: Any, tmp_path: Path) -> None:
    extract = tmp_path / "place.osm"
    extract.write_text(
        '<?xml version="1.0"?><osm version="0.6"><node id="1" version="1" lon="114.5" lat="30"/>'
        '<node id="2" version="1" lon="114.51" lat="30"/><node id="3" version="1" lon="114.51" lat="30.01"/>'
        '<way id="12" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/>'
        '<tag k="leisure" v="park"/></way></osm>'
    )
    bring("osm", extract)
    [(shape,)] = ask("select st_asewkt(geom) from grid.green")
    path = write("g.gpkg", {"id": ["way/12"]}, [shapely.from_wkt(shape.partition(";")[2])])
    assert counted(bring("green", path, noding="shared")) == (0, 0, 1, 0)
    parcels = write("p.gpkg", {"id": ["P"]}, [SQUARE])
    bring("parcels", parcels)
    assert counted(bring("parcels", parcels, noding="shared", replace=True)) == (0, 0, 1, 0)
    assert ask("select layer, noding from grid.import_batches order by id") == [
        ("osm", "nodes"),
        ("green", None),
        ("parcels", None),
        ("parcels", None),
    ]
