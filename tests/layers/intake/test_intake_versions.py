"""The version of layers: what makes it another one, and what is read together with it."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from sqlalchemy import Connection, Engine, text

from gis.network.model import Grid
from layers.queries import versions
from layers.queries.grid import read_grid
from layers.queries.versions import DataVersion, data_version, read_version

LINES = [shapely.LineString([(114, 30 + n / 100), (114.01, 30 + n / 100)]) for n in range(3)]
TAPS = ("feeders", "access_points")
ROADS = ("roads", "parcels")


@pytest.fixture
def roads(bring: Any, write: Any) -> Any:
    """Import roads by their ids: ``roads("a", "b", replace=True)``."""

    def run(*ids: str, **options: Any) -> Any:
        columns = {"id": ids, "class": ["local"] * len(ids)}
        return bring("roads", write(f"{'-'.join(ids)}.gpkg", columns, LINES[: len(ids)]), **options)

    return run


def test_a_database_without_data_has_a_version(engine: Engine) -> None:
    version = data_version(engine, ROADS)
    assert version.layers == ()
    assert version.spellings == ()
    assert version == data_version(engine, ROADS)


def test_rows_that_come_go_or_change_are_another_version_and_nothing_else(
    engine: Engine, roads: Any, bring: Any, write: Any
) -> None:
    seen: list[DataVersion] = [data_version(engine, ROADS)]
    for ids, options in ((("a", "b"), {}), (("a", "b", "c"), {}), (("a",), {"replace": True})):
        roads(*ids, **options)
        seen.append(data_version(engine, ROADS))
    assert len(set(seen)) == 4
    roads("a")
    roads("a", "b", dry_run=True)
    bring("green", write("park.gpkg", {"id": ["park"]}, [shapely.box(114, 30, 114.01, 30.01)]))
    assert data_version(engine, ROADS) == seen[-1]


def test_the_same_batch_number_in_tables_made_anew_is_another_version(engine: Engine, roads: Any) -> None:
    roads("a")
    before = data_version(engine, ROADS)
    with engine.begin() as connection:
        connection.execute(text("truncate grid.import_batches restart identity cascade"))
    roads("a")
    after = data_version(engine, ROADS)
    assert [row[:2] for row in before.layers] == [row[:2] for row in after.layers] == [("roads", 1)]
    assert before != after


def test_what_a_layer_refers_to_is_part_of_its_version(
    engine: Engine, bring: Any, write: Any, ask: Any
) -> None:
    points = [shapely.Point(114, 30)]
    bring("access_points", write("a.gpkg", {"id": ["A"], "feeder": ["甲"], "kind": ["pole"]}, points))
    before = [data_version(engine, names) for names in (("access_points",), ROADS)]
    bring("feeders", write("f.gpkg", {"id": ["F1"], "name": ["甲线"]}, LINES[:1]))
    assert ask("select feeder_id from grid.access_points") == [("F1",)]
    after = [data_version(engine, names) for names in (("access_points",), ROADS)]
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_a_reviewed_spelling_is_part_of_the_version_of_what_refers_to_others(
    engine: Engine, bring: Any, write: Any
) -> None:
    before = [data_version(engine, names) for names in (TAPS, ROADS)]
    readings = write("c.csv", {"asset": ["甲"], "limit_a": [400], "data_date": ["2026-09-30"]})
    bring("capacity", readings, aliases={"甲": ("甲", "F1")})
    after = [data_version(engine, names) for names in (TAPS, ROADS)]
    assert (before[0].spellings, after[0].spellings) == ((), (("甲", "F1"),))
    assert before[1] == after[1]


def test_layers_that_change_while_they_are_read_come_as_their_version_says(
    engine: Engine, roads: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    roads("a")
    before = data_version(engine, ROADS)

    def disturbed(source: Connection, names: tuple[str, ...]) -> Grid:
        roads("a", "b")
        return read_grid(source, names)

    with monkeypatch.context() as patch:
        patch.setattr(versions, "read_grid", disturbed)
        version, grid = read_version(engine, ROADS)
    assert (version, len(grid["roads"])) == (before, 1)
    version, grid = read_version(engine, ROADS)
    assert (version, len(grid["roads"])) == (data_version(engine, ROADS), 2)
    assert version != before
