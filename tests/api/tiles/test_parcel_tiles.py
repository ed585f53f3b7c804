"""Parcels: cells that add up to all of them from far, every one of them from near."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import Engine, text

from layers.database import driver
from layers.queries.reading import reading_together
from layers.queries.statements import public_statement
from layers.queries.tiles import Tile
from layers.queries.working_tiles import PUBLIC_LAYERS
from tests.api.tiles.conftest import COLUMNS, ROWS, TOWN, Town, column_row, units
from tests.api.tiles.towns import CLASSES, HOSTILE, RUN, RUN_1000, SOUTH, STEP, WEST

COUNT = COLUMNS * ROWS
KINDS = (*CLASSES, "unscreened")
SOME = (WEST + 0.045, SOUTH + 0.04, WEST + 0.07, SOUTH + 0.055)


def rows(town: Town, who: str = "planner") -> dict[str, Any]:
    """Return what the database holds of each parcel that an asker may know of."""
    question = (
        "select p.id, p.name, p.land_use, p.load_kva as stated, p.important,"
        " r.class, r.failed_test, r.load_kva, r.load_source,"
        " st_x(st_centroid(p.geom)) as lon, st_y(st_centroid(p.geom)) as lat"
        " from grid.parcels p left join siting.run_rows r on r.parcel_id = p.id and r.run_id = :run"
    )
    with town.service.private.connect() as connection:
        found = connection.execute(text(question), {"run": RUN}).mappings()
        return {row["id"]: dict(row) for row in found if who == "planner" or not row["important"]}


def test_the_town_has_important_users_and_tests_that_tell_them(town: Town) -> None:
    whole, told = rows(town), rows(town, "public")
    assert len(whole) == COUNT
    assert 100 < len(whole) - len(told) < 200
    assert [each for each in told.values() if each["failed_test"] == "important is false"]


def shown_load(row: dict[str, Any], who: str) -> float | None:
    """Return the load that an asker may see."""
    if who == "planner":
        load = row["load_kva"] if row["load_kva"] is not None else row["stated"]
        return None if load is None else round(load, 1)
    return -(-row["load_kva"] // 10) * 10 if row["load_source"] == "land_use" else None


@pytest.mark.parametrize("who", ["public", "planner"])
@pytest.mark.parametrize("zoom", [6, 7, 8, 9, 10, 11, 12])
def test_the_cells_of_all_tiles_add_up_to_all_parcels(town: Town, who: str, zoom: int) -> None:
    counted: Counter[str] = Counter()
    count, kva = 0, 0.0
    for _, _, layers in town.tiles(who, "parcels", zoom):
        assert len(layers["parcels"]["features"]) <= 64 * 64
        for feature in layers["parcels"]["features"]:
            told = feature["properties"]
            assert sum(told[each] for each in KINDS) == told["count"]
            screened = {each: told[each] for each in CLASSES}
            if max(screened.values()):
                assert screened[told["class"]] == max(screened.values())
            else:
                assert "class" not in told
            counted.update({each: told[each] for each in KINDS})
            count += told["count"]
            kva += told.get("kva", 0.0)
    known = rows(town, who).values()
    assert count == len(known)
    assert counted == Counter(row["class"] or "unscreened" for row in known)
    assert kva == pytest.approx(sum(shown_load(row, who) or 0.0 for row in known), rel=1e-9)


def test_a_cell_lies_in_one_tile_and_holds_the_middles_of_its_parcels(town: Town) -> None:
    zoom = 11
    inside = Counter(
        (*column_row(zoom, row["lon"], row["lat"]), *column_row(zoom + 6, row["lon"], row["lat"]))
        for row in rows(town).values()
    )
    for x, y, layers in town.tiles("planner", "parcels", zoom):
        for feature in layers["parcels"]["features"]:
            [ring] = feature["geometry"]["coordinates"]
            left, top = (min(each[axis] for each in ring) for axis in (0, 1))
            right, bottom = (max(each[axis] for each in ring) for axis in (0, 1))
            assert (right - left, bottom - top) == (64, 64)
            cell = (x, y, 64 * x + left // 64, 64 * y + top // 64)
            assert inside.pop(cell) == feature["properties"]["count"]
    assert not inside


@pytest.mark.parametrize("who", ["public", "planner"])
def test_every_parcel_is_there_from_zoom_13(town: Town, who: str) -> None:
    seen = {each["properties"]["id"]: each["properties"] for each in town.features(who, "parcels", 13)}
    known = rows(town, who)
    assert set(seen) == set(known)
    for identity, told in seen.items():
        row = known[identity]
        assert told["name"] == row["name"]
        assert told["land_use"] == row["land_use"]
        assert told.get("class") == row["class"]
        hidden = who == "public" and row["failed_test"] == "important is false"
        assert told.get("failed_test") == (None if hidden else row["failed_test"])
        assert told.get("load_kva") == shown_load(row, who)


@pytest.mark.parametrize("zoom", [14, 15, 17])
def test_none_is_missing_in_a_box_at_deeper_zooms(town: Town, zoom: int) -> None:
    question = (
        "select id from grid.parcels"
        " where geom && st_makeenvelope(:w, :s, :e, :n, 4326) and important is not true"
    )
    box = SOME if zoom < 17 else (SOME[0], SOME[1], SOME[0] + 0.006, SOME[1] + 0.006)
    with town.service.private.connect() as connection:
        wanted = set(connection.scalars(text(question), dict(zip("wsen", box, strict=True))))
    seen = {each["properties"]["id"] for each in town.features("public", "parcels", zoom, box)}
    assert len(wanted) > 30
    assert wanted <= seen


def test_the_smallest_parcels_are_drawn_as_squares(town: Town) -> None:
    corner = (WEST, SOUTH, WEST + 8 * STEP, SOUTH + STEP)
    for zoom in (13, 16):
        shapes = {
            each["properties"]["id"]: each["geometry"]
            for each in town.features("public", "parcels", zoom, corner)
        }
        for identity in ("P000003", "P000005"):
            assert shapes[identity]["type"] == "Polygon"


def test_names_arrive_as_they_are(town: Town) -> None:
    corner = (WEST, SOUTH, WEST + 12 * STEP, SOUTH + STEP)
    names = {
        each["properties"]["id"]: each["properties"]["name"]
        for each in town.features("public", "parcels", 14, corner)
    }
    assert names["P000007"] == HOSTILE
    assert names["P000011"] == HOSTILE


def test_the_public_is_told_no_stated_load_and_no_exact_one(town: Town) -> None:
    known = rows(town)
    told = {
        each["properties"]["id"]: each["properties"] for each in town.features("public", "parcels", 14, SOME)
    }
    sources = Counter(known[identity]["load_source"] for identity in told)
    assert sources["stated"] > 10
    assert sources["land_use"] > 10
    for identity, properties in told.items():
        assert properties.get("load_kva") == shown_load(known[identity], "public")
        assert set(properties) <= {"id", "name", "class", "failed_test", "land_use", "load_kva"}


def test_neighbouring_tiles_agree_at_their_border(town: Town) -> None:
    """Corners in the strip that both tiles show lie within two units of a corner of the other tile."""
    zoom = 14
    x, y = column_row(zoom, (TOWN[0] + TOWN[2]) / 2, (TOWN[1] + TOWN[3]) / 2)
    left, right = (
        {
            each["properties"]["id"]: each["geometry"]["coordinates"][0]
            for each in layers["parcels"]["features"]
        }
        for _, _, layers in town.tiles("public", "parcels", zoom, _two(zoom, x, y))
    )
    both = set(left) & set(right)
    assert len(both) >= 10
    compared = 0
    for identity in both:
        ours = [(px, py) for px, py in left[identity] if 4096 - 60 < px < 4096 + 60 and 0 < py < 4096]
        theirs = [(px + 4096, py) for px, py in right[identity]]
        for px, py in ours:
            compared += 1
            assert min(max(abs(px - qx), abs(py - qy)) for qx, qy in theirs) <= 2
    assert compared >= 10


def _two(zoom: int, x: int, y: int) -> tuple[float, float, float, float]:
    side = 360 / (1 << zoom)
    lon = (x + 1) * side - 180
    lat = next(SOUTH + k * 0.0001 for k in range(9000) if units(zoom, lon, SOUTH + k * 0.0001)[1] < y + 0.5)
    return (lon - side / 2, lat, lon + side / 2, lat)


def test_another_screening_is_shown_where_it_is_asked_for(town: Town) -> None:
    x, y = column_row(14, WEST + 0.06, SOUTH + 0.06)
    newest = town.public.get(f"/tiles/parcels/14/{x}/{y}")
    named = town.public.get(f"/tiles/parcels/14/{x}/{y}?run={RUN}")
    other = town.public.get(f"/tiles/parcels/14/{x}/{y}?run={RUN_1000}")
    assert newest.content == named.content
    assert other.content != named.content
    assert other.headers["etag"] != named.headers["etag"]
    for run in ("none", "", " ", "' or 1=1 --", "%2500"):
        assert town.public.get(f"/tiles/parcels/14/{x}/{y}?run={run}").status_code == 404


def test_nothing_is_drawn_above_the_first_zoom(town: Town) -> None:
    assert town.public.get("/tiles/parcels/5/26/13").status_code == 204


@pytest.mark.parametrize("layer", ["zones", "base"])
@pytest.mark.parametrize("zoom", [10, 14])
def test_views_are_planned_as_tables_are(town: Town, layer: str, zoom: int) -> None:
    """The public's statement uses the indexes by place and the same joins as that over the tables."""
    given = _given(zoom)
    over_views = public_statement(PUBLIC_LAYERS[layer].tiles.at(zoom))
    over_tables = _over_tables(over_views)
    assert over_tables != over_views
    plans = [
        _plan(engine, asked, given)
        for engine, asked in ((town.service.public, over_views), (town.service.private, over_tables))
    ]
    assert plans[0] == plans[1]
    wanted = {"zones": "ix_zone_parts_geom", "base": "ix_roads_geom"}[layer]
    if zoom > 13:  # from far a tile holds the whole town, and no index helps
        assert [each for each in plans[0] if wanted in each]


def test_important_users_are_left_out_without_reading_a_table_through(town: Town) -> None:
    """Of a town so small that holds from zoom 16 on; of a city from 13."""
    statement = public_statement(PUBLIC_LAYERS["parcels"].tiles.at(16))
    plan = "\n".join(_plan(town.service.public, statement, _given(16)))
    assert "Seq Scan" not in plan
    for index in ("ix_parcels_geom", "ix_parcels_important"):
        assert index in plan


def _given(zoom: int) -> dict[str, Any]:
    """Return what a tile of the town is asked with."""
    x, y = column_row(zoom, WEST + 0.03, SOUTH + 0.03)
    sides = dict(zip(("west", "south", "east", "north"), Tile(zoom, x, y).degrees(), strict=True))
    return {"z": zoom, "x": x, "y": y, "run": RUN, **sides}


def _over_tables(asked: bytes) -> bytes:
    return re.sub(
        rb"public_map\.(\w+)",
        lambda found: (b"siting." if found[1] == b"zone_parts" else b"grid.") + found[1],
        asked,
    )


def _plan(engine: Engine, asked: bytes, given: dict[str, Any]) -> list[str]:
    """Return the nodes of a plan with what they scan, whatever it is called in the statement."""
    with reading_together(engine, 5_000) as connection, driver(connection) as raw:
        lines = [row[0] for row in raw.execute(b"explain (costs off) " + asked, given)]
    return [re.sub(r"( on \w+) \w+$", r"\1", line.strip()) for line in lines if "->" in line]
