"""What the public's login sees of the working layers: attacked as that login, over hidden values."""

from __future__ import annotations

import re

import pytest
import shapely
from alembic import command
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from gis.errors import DatabaseError
from layers.database import driver, migration_config, upgrade
from layers.public_wall import raise_wall, require_wall
from layers.queries.around import around
from layers.queries.land import read_jurisdictions, read_land
from layers.queries.statements import public_statement
from layers.queries.working_tiles import PUBLIC_LAYERS
from layers.tables.grid import layer_tables
from tests.gis.editions.districts import fill, rows
from tests.gis.editions.screenings import put_run
from tests.layers.test_public_wall import READABLE, SHOWN, refused

HIDDEN = ("HIDDEN", "98765.4", "98770", "10kVF1线", "AP-9")
"""Texts, loads and other figures (also rounded up) and assets in columns that no view shows."""

HIDE = """
update grid.import_batches set files = '[{"name": "HIDDEN.csv"}]', options = '{"layer_name": "HIDDEN"}';
update grid.parcels set load_kva = 98765.4321, area_ha = 98765.4321, town = 'HIDDEN';
update siting.run_rows set load_kva = 98765.4321 where load_source = 'stated';
update siting.run_rows set decision_kind = 'HIDDEN', open_capacity_kva = 98765.4321, length_m = 98765.4321;
update siting.runs set request = request || '{"facts": {"customer": "HIDDEN"}, "parameters": "HIDDEN"}',
    inputs = inputs || '{"spellings": "HIDDEN"}', sha256 = 'HIDDEN',
    summary = summary || '{"by_town": "HIDDEN", "load_kva": {"filing": 98765.4321}}';
insert into grid.aliases (spelling, meaning, given, batch_id) values ('HIDDEN', 'HIDDEN', array['HIDDEN'], 1);
insert into grid.roads (id, name, class, width_m, layer, geom, batch_id)
values ('R1', '一路', 'primary', 21.5, -1, 'srid=4326;linestring(120.6 31.1, 120.7 31.1)', 1);
insert into grid.jurisdictions (id, name, geom, batch_id)
values ('wujiang', 'HIDDEN', st_makeenvelope(120, 31, 121, 32, 4326), 1);
insert into siting.zone_parts (run_id, reach_m, class, load_kva, geom)
select id, 200, 'filing', 160, st_makeenvelope(120, 31, 121, 32, 4326) from siting.runs;
analyze;
"""

EMPTY = {"water", "green", "railways"}
"""Views without a row."""

KEPT_BACK = {"parcels": {"P4", "P6"}, "run_rows": {"P4", "P6"}}
"""View -> parcels of important users, whose rows it leaves out; the others leave out none."""

LEAKY = """
create function public.tell(words record) returns boolean language plpgsql cost 0.000001 as $$
begin
    raise notice '%', words;
    return true;
end $$;
grant execute on function public.tell to kaimen_public;
"""


@pytest.fixture(scope="module")
def attacked(shared_engines: tuple[Engine, Engine]) -> tuple[Engine, Engine]:
    """Give a district with a screening as its owner and as the public; a function that tells is at hand."""
    owner, public = shared_engines
    fill(owner, rows())
    put_run(owner, {})
    with owner.begin() as connection, driver(connection) as raw:
        raw.execute(HIDE.encode())
        raw.execute(LEAKY.encode())
    return owner, public


def told(public: Engine, view: str) -> list[str]:
    """Return the rows of a view as text, as the public reads them."""
    with public.connect() as connection:
        return list(connection.scalars(text(f"select t::text from public_map.{view} t")))


def test_a_view_has_the_columns_that_are_for_everybody(attacked: tuple[Engine, Engine]) -> None:
    owner, public = attacked
    columns = (
        "select table_schema || '.' || table_name, column_name from information_schema.columns"
        " where table_schema not in ('pg_catalog', 'information_schema', 'public')"
    )
    with owner.connect() as connection:
        every = [tuple(each) for each in connection.execute(text(columns))]
    with public.connect() as connection:
        seen = [tuple(each) for each in connection.execute(text(columns))]
    for view, names in SHOWN.items():
        assert {column for name, column in every if name == f"public_map.{view}"} == names
    assert {name for name, _ in seen} == READABLE  # what else there is, the public is not told
    assert len(every) > len(seen)


def test_important_users_alone_are_left_out_and_nothing_hidden_is_shown(
    attacked: tuple[Engine, Engine],
) -> None:
    owner, public = attacked
    for view in SHOWN.keys() - {"sources"}:
        table = f"siting.{view}" if view in {"runs", "run_rows", "zone_parts"} else f"grid.{view}"
        with owner.connect() as connection:
            held = list(connection.scalars(text(f"select t::text from {table} t")))
        shown = told(public, view)
        assert len(shown) == len(held) - len(KEPT_BACK.get(view, ()))
        assert not [each for each in shown if set(each.strip("()").split(",")) & {"P4", "P6"}]
        assert not [each for each in HIDDEN if each in " ".join(shown)]
        if view in {"parcels", "run_rows", "runs"}:
            assert [each for each in HIDDEN if each in " ".join(held)]
    assert len(told(public, "parcels")) == 6
    assert len(told(public, "runs")) == 1


def test_importance_that_nobody_states_is_none(attacked: tuple[Engine, Engine]) -> None:
    count = "select count(*) from public_map.parcels p join public_map.run_rows r on r.parcel_id = p.id"
    with attacked[0].connect() as connection:  # rolled back
        for value, left in (("null", 8), ("false", 8), ("true", 0)):
            connection.execute(text(f"update grid.parcels set important = {value}"))
            assert connection.scalar(text(count)) == left


def test_that_a_user_is_important_is_told_by_no_failed_test(attacked: tuple[Engine, Engine]) -> None:
    owner, public = attacked
    question = "select parcel_id, failed_test from {}.run_rows where failed_test is not null"
    with owner.connect() as connection:
        held = dict(tuple(each) for each in connection.execute(text(question.format("siting"))))
    with public.connect() as connection:
        shown = dict(tuple(each) for each in connection.execute(text(question.format("public_map"))))
    assert held.pop("P3") == "important equals false"
    assert shown == held


def test_loads_are_told_in_tens_and_those_that_customers_state_never(attacked: tuple[Engine, Engine]) -> None:
    with attacked[0].begin() as connection:
        connection.execute(text("update siting.run_rows set load_kva = 941.2 where parcel_id = 'P3'"))
    with attacked[1].connect() as connection:
        loads = dict(
            tuple(each)
            for each in connection.execute(text("select parcel_id, load_kva from public_map.run_rows"))
        )
        stated = set(connection.scalars(text("select load_kva from public_map.parcels")))
    assert loads == {
        "P1": 800, "P2": None, "P3": 950, "P5": 5_000, "P7": 700, "P8": None,
    }  # fmt: skip
    assert stated == {None}


def leak(public: Engine, source: str) -> tuple[set[str], set[str]]:
    """Return the rows ``t`` that a cheap function is called with, and those that the question returns."""
    notices: set[str] = set()
    with public.connect() as connection, driver(connection) as raw:
        raw.add_notice_handler(lambda notice: notices.add(str(notice.message_primary)))
        found = raw.execute(f"select t::text from {source} where public.tell(t)".encode()).fetchall()
    return notices, {row[0] for row in found}


ROWS = (
    *(f"public_map.{view} t" for view in SHOWN),
    "public_map.parcels p join public_map.run_rows t on t.parcel_id = p.id",
    "public_map.parcels t left join public_map.run_rows r on r.parcel_id = t.id and r.load_kva > 0",
    "(select * from public_map.run_rows where load_kva is null offset 0) t",
)


OF_IMPORTANT_USERS = {
    source: {"(P4,plug_and_play,,)", "(P6,plug_and_play,,1000)"}
    for source in (
        "public_map.run_rows t",
        "public_map.parcels p join public_map.run_rows t on t.parcel_id = p.id",
    )
}
"""What a function is told of important users: id and class, a load by land use, but no stated one."""


@pytest.mark.parametrize("source", ROWS)
def test_a_leaky_function_meets_what_is_shown_and_which_rows_of_a_screening_are_kept_back(
    attacked: tuple[Engine, Engine], source: str
) -> None:
    leaked, found = leak(attacked[1], source)
    if not EMPTY & set(re.findall(r"public_map\.(\w+)", source)):
        assert leaked
    more = {re.sub(r"^\([^,]*,", "(", each) for each in leaked - found}  # without the id of the screening
    assert found <= leaked
    assert more == OF_IMPORTANT_USERS.get(source, set())
    assert not [each for each in HIDDEN if each in " ".join(leaked)]


@pytest.mark.parametrize("place", ["true", "geom && st_makeenvelope(120, 31, 121, 32, 4326)", "id > 'P1'"])
@pytest.mark.parametrize("index", ["on", "off"])
def test_of_important_parcels_no_function_is_told(
    attacked: tuple[Engine, Engine], place: str, index: str
) -> None:
    """The condition stands on the row and costs nothing: it is asked before whatever costs something."""
    notices: set[str] = set()
    with attacked[1].connect() as connection, driver(connection) as raw:
        raw.add_notice_handler(lambda notice: notices.add(str(notice.message_primary)))
        raw.execute(f"set enable_seqscan = {'off' if index == 'on' else 'on'}".encode())
        raw.execute(f"select from public_map.parcels t where public.tell(t) and {place}".encode())
    assert len(notices) > 4
    assert not [each for each in notices if each.startswith(("(P4,", "(P6,"))]


def test_of_a_view_that_keeps_rows_back_the_function_tells_them(attacked: tuple[Engine, Engine]) -> None:
    """The attack works: it is the views that give it nothing to find."""
    owner, public = attacked
    kept_back = "create view public.kept_back as select id, load_kva from grid.parcels where id <> 'P2'"
    with owner.begin() as connection:
        connection.execute(text(kept_back))
        connection.execute(text("grant select on public.kept_back to kaimen_public"))
    leaked, found = leak(public, "public.kept_back t")
    with owner.begin() as connection:
        connection.execute(text("drop view public.kept_back"))
    assert leaked - found == {"(P2,98765.4321)"}


def test_functions_of_its_own_would_not_help_with_tables(attacked: tuple[Engine, Engine]) -> None:
    for table in ("grid.parcels", "siting.run_rows", "siting.runs", "grid.claims"):
        assert refused(attacked[1], f"select from {table} t where public.tell(t)") == "42501"
    assert (
        refused(attacked[1], "create function tell(a text) returns int language sql as 'select 1'") == "42501"
    )


@pytest.mark.parametrize("view", [each for each in SHOWN if each not in EMPTY])
def test_errors_of_conversion_quote_what_is_shown_and_nothing_else(
    attacked: tuple[Engine, Engine], view: str
) -> None:
    """What the login has without functions of its own: an error that quotes the value it stumbled on."""
    with (
        attacked[1].connect() as connection,
        pytest.raises(DBAPIError, match="invalid input syntax") as fault,
    ):
        connection.execute(text(f"select from public_map.{view} t where (t::text)::int > 0"))
    assert not [each for each in HIDDEN if each in str(fault.value.orig)]


def test_every_column_of_every_other_table_is_refused(attacked: tuple[Engine, Engine]) -> None:
    owner, public = attacked
    question = (
        "select format('%I.%I', n.nspname, c.relname), quote_ident(a.attname) from pg_attribute a"
        " join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname in ('grid', 'siting', 'access', 'disclosure_inputs') and c.relkind = 'r'"
    )  # also ctid, xmin and the others that every table has
    with owner.connect() as connection:
        columns = [tuple(each) for each in connection.execute(text(question))]
    assert len(columns) > 300
    with public.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table, column in columns:
            with pytest.raises(DBAPIError, match="permission denied"):
                connection.exec_driver_sql(f"select {column} from {table} limit 0")


@pytest.mark.parametrize("view", [each for each in SHOWN if each != "sources"])
def test_a_simple_view_can_be_written_through_by_its_owner_and_not_by_the_public(
    attacked: tuple[Engine, Engine], view: str
) -> None:
    owner, public = attacked
    first = {"runs": "id", "layer_versions": "layer"}.get(view, "run_id" if "run_id" in SHOWN[view] else "id")
    written = f"update public_map.{view} set {first} = {first}"
    with owner.connect() as connection:
        connection.execute(text(written))
    for statement in (
        written,
        f"insert into public_map.{view} ({first}) values ('x')",
        f"delete from public_map.{view}",
        f"select {first} from public_map.{view} for update",
        f"merge into public_map.{view} t using (values (1)) v on true when matched then delete",
        f"alter view public_map.{view} owner to kaimen_public",
        f"create or replace view public_map.{view} as select * from grid.claims",
        f"create rule x as on insert to public_map.{view} do instead nothing",
    ):
        # The privilege; the wrong kind of relation; a statement that older servers know for tables alone.
        assert refused(public, statement) in {"42501", "42809", "0A000"}, statement


def test_catalogues_hold_the_text_of_views_and_no_value(attacked: tuple[Engine, Engine]) -> None:
    """Everybody may read how a view is made: of values there is nothing in it."""
    owner, public = attacked
    values = "select v::text from {name} v where v::text ~ '98765.4|HIDDEN'"
    with owner.connect() as connection:
        assert connection.scalars(text(values.format(name="pg_stats"))).all()
    with public.connect() as connection:
        definitions = connection.scalars(
            text("select definition from pg_views where schemaname = 'public_map'")
        ).all()
        assert len(definitions) == len(SHOWN)
        for name in (
            "pg_stats",
            "pg_stats_ext",
            "pg_stats_ext_exprs",
            "pg_views",
            "information_schema.views",
        ):
            assert not connection.scalars(text(values.format(name=name))).all(), name


def test_views_are_plain_and_read_with_their_owners_rights(attacked: tuple[Engine, Engine]) -> None:
    question = (
        "select c.relname, c.reloptions, c.relowner = n.nspowner from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public_map'"
    )
    with attacked[0].connect() as connection:
        found = {tuple(each) for each in connection.execute(text(question))}
    assert found == {(view, None, True) for view in SHOWN}


def test_what_maps_draw_is_the_same_over_views_and_tables(attacked: tuple[Engine, Engine]) -> None:
    with attacked[1].connect() as connection, driver(connection) as raw:
        [road] = read_land(raw, "roads", public=True).to_dict("records")
        parcels = read_land(raw, "parcels", public=True)
    assert (road["id"], road["name"], road["class"]) == ("R1", "一路", "primary")
    assert (road["width_m"], road["layer"]) == (21.5, -1.0)
    assert road["geometry"].wkt == "LINESTRING (120.6 31.1, 120.7 31.1)"
    assert list(parcels["id"]) == ["P1", "P2", "P3", "P5", "P7", "P8"]
    assert parcels.crs == "EPSG:4326"
    assert read_jurisdictions(attacked[1]) == {"wujiang"}


def test_of_the_land_around_a_place_important_users_are_left_out_for_the_public_alone(
    attacked: tuple[Engine, Engine],
) -> None:
    owner, public = attacked
    box = shapely.box(120.6, 31.1, 120.7, 31.2)
    whole = [f"P{n}" for n in range(1, 9)]
    assert list(around(owner, box)["parcels"]["id"]) == whole
    assert list(around(public, box, public=True)["parcels"]["id"]) == [
        each for each in whole if each not in KEPT_BACK["parcels"]
    ]


def test_sources_tell_of_every_layer(attacked: tuple[Engine, Engine]) -> None:
    question = text("select layer from public_map.sources where from_osm")
    with attacked[0].connect() as connection:
        every = connection.scalars(text("select layer from public_map.sources")).all()
        assert sorted(every) == sorted(layer_tables)
        assert connection.scalars(question).all() == []
        connection.execute(text("update grid.import_batches set format = 'OpenStreetMap'"))
        filled = [
            name
            for name in layer_tables
            if connection.scalar(text(f"select exists (select from grid.{name} where batch_id is not null)"))
        ]
        assert sorted(connection.scalars(question)) == sorted(filled)
    assert {"parcels", "roads", "feeders"} < set(filled)


def test_statements_of_the_public_name_no_table_of_the_working_layers() -> None:
    names = {name for layer in PUBLIC_LAYERS.values() for _, name in layer.tiles.statements}
    assert len(names) == 6
    for name in names:
        statement = public_statement(name)
        assert b"grid." not in statement
        assert b"siting." not in statement
        assert b"public_map." in statement or b"disclosure." in statement


def test_an_older_database_gets_the_views_and_going_back_takes_them(
    engine: Engine, public_engine: Engine
) -> None:
    with engine.connect() as connection, connection.begin():
        command.downgrade(migration_config(connection), "0010")
    with pytest.raises(DatabaseError) as fault:
        require_wall(public_engine)
    assert [f"it may not read public_map.{view}" for view in SHOWN if view != "sources"] == [
        each for each in map(str, fault.value.faults) if "public_map" in each
    ]
    upgrade(engine)
    raise_wall(engine)
    require_wall(public_engine)
    assert len(told(public_engine, "sources")) == len(layer_tables)
