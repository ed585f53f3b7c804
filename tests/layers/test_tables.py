from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from gis.dictionary.model import layers
from layers.database import migration_config, upgrade, version
from layers.tables.base import SCHEMA
from layers.tables.grid import layer_tables

BATCH = """
insert into grid.import_batches (layer, files, format, mapping, options, findings,
    rows_read, rows_inserted, rows_updated, rows_unchanged, rows_deleted, rows_rejected)
values ('x', '[]', '', '{}', '{}', '[]', 0, 0, 0, 0, 0, 0)
"""


def test_migrations_agree_with_the_tables(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin():
        command.check(migration_config(connection))


def test_migrations_run_down_to_nothing_and_up_again(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin():
        command.downgrade(migration_config(connection), "base")
    assert inspect(engine).get_table_names(schema=SCHEMA) == ["alembic_version"]
    assert version(engine)[0] is None
    upgrade(engine)
    assert version(engine)[0] == version(engine)[1]
    assert set(layer_tables) <= set(inspect(engine).get_table_names(schema=SCHEMA))


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    before = version(engine)
    upgrade(engine)
    assert version(engine) == before


@pytest.mark.parametrize("name", [layer.name for layer in layers().values() if layer.geometry])
def test_every_layer_with_geometry_has_a_spatial_index(engine: Engine, name: str) -> None:
    found = {each["name"] for each in inspect(engine).get_indexes(name, schema=SCHEMA)}
    assert f"ix_{name}_geom" in found


LINE = "'srid=4326;linestring(0 0,1 1)', 1"
AREA = "'srid=4326;polygon((0 0,1 0,1 1,0 0))', 1"

WRONG = {
    "an id of two levels": "insert into grid.assets values ('A', 'feeder'), ('A', 'transformer')",
    "an asset that is not one": f"insert into grid.feeders (id, geom, batch_id) values ('F', {LINE})",
    "a level that is none": "insert into grid.assets values ('A', 'cable')",
    "an empty id": f"insert into grid.roads (id, geom, batch_id) values ('', {LINE})",
    "a point as road": "insert into grid.roads (id, geom, batch_id) values ('R', 'srid=4326;point(0 0)', 1)",
    "no place": "insert into grid.roads (id, geom, batch_id) values ('R', 'srid=4326;linestring empty', 1)",
    "an unknown class": f"insert into grid.roads (id, class, geom, batch_id) values ('R', 'lane', {LINE})",
    "a negative width": f"insert into grid.roads (id, width_m, geom, batch_id) values ('R', -1, {LINE})",
    "no number": f"insert into grid.parcels (id, load_kva, geom, batch_id) values ('P', 'nan', {AREA})",
    "a power factor above one": "insert into grid.capacity (id, power_factor, batch_id) values ('C', 1.2, 1)",
    "a claim of nothing": "insert into grid.claims (id, kva, batch_id) values ('C', 0, 1)",
    "an infinite claim": "insert into grid.claims (id, kva, batch_id) values ('C', 'infinity', 1)",
    "a reading of no asset": "insert into grid.capacity (id, asset_id, batch_id) values ('C', 'F', 1)",
    "a row of no batch": "insert into grid.claims (id, batch_id) values ('C', 99)",
    "counts that do not add up": "update grid.import_batches set rows_read = 1",
}


@pytest.mark.parametrize("statement", WRONG.values(), ids=WRONG.keys())
def test_the_database_refuses(engine: Engine, statement: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(BATCH))
        with pytest.raises(IntegrityError):
            connection.execute(text(statement))


def test_an_asset_that_goes_leaves_the_words_of_what_referred_to_it(engine: Engine) -> None:
    with engine.begin() as connection:
        for statement in (
            BATCH,
            "insert into grid.assets values ('S', 'substation'), ('F', 'feeder')",
            "insert into grid.substations (id, geom, batch_id) values ('S', 'srid=4326;point(0 0)', 1)",
            "insert into grid.feeders (id, substation_ref, substation_id, geom, batch_id)"
            " values ('F', 'S', 'S', 'srid=4326;linestring(0 0,1 1)', 1)",
            "delete from grid.assets where id = 'S'",
        ):
            connection.execute(text(statement))
    with engine.connect() as connection:
        assert connection.execute(text("select substation_ref, substation_id from grid.feeders")).all() == [
            ("S", None)
        ]
        assert connection.scalar(text("select count(*) from grid.substations")) == 0
