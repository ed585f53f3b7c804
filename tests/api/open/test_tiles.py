"""``/tiles``: vector tiles that hold every feature, made once, and bounded."""

from __future__ import annotations

import math
import threading
from collections import Counter
from typing import Any

import mapbox_vector_tile
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.operations import published as operations
from api.tile_cache import TileCache
from gis.errors import InputError
from layers.editions.store import read_editions
from layers.queries import tiles
from layers.queries.tiles import MOST_ZOOM, TILE_LAYERS, Tile
from tests.api.open.conftest import invent

COUNT = 3_000


def column_row(zoom: int, lon: float, lat: float) -> tuple[int, int]:
    side = 1 << zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * side), int(y * side)


def decoded(client: TestClient, zoom: int) -> list[tuple[int, int, dict[str, Any]]]:
    """Return the tiles over the invented assets; the border of the area is a cell wider."""
    west, north = column_row(zoom, 120.38, 31.42)
    east, south = column_row(zoom, 120.82, 30.98)
    found = []
    for x in range(west, east + 1):
        for y in range(north, south + 1):
            answer = client.get(f"/tiles/capacity/{zoom}/{x}/{y}")
            assert answer.status_code in {200, 204}
            assert (answer.status_code == 204) == (answer.content == b"")
            if answer.content:
                assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
                assert len(answer.content) <= 300_000
                layers = mapbox_vector_tile.decode(answer.content, default_options={"y_coord_down": True})
                assert set(layers) == {"capacity"}
                found.append((x, y, layers["capacity"]))
    return found


@pytest.fixture
def busy(client: TestClient, engine: Engine) -> TestClient:
    invent(engine, [f"A{n:05}" for n in range(COUNT)])
    return client


def rows_of(engine: Engine) -> dict[str, Any]:
    question = (
        "select asset_id, level, status, open_capacity_kva::float8 as open_capacity_kva,"
        " st_x(st_centroid(geometry)) as lon, st_y(st_centroid(geometry)) as lat"
        " from disclosure.published where geometry is not null"
    )
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(question).mappings()
        return {row["asset_id"]: dict(row) for row in rows}


def test_near_tiles_hold_every_asset_with_its_figure(busy: TestClient, engine: Engine) -> None:
    rows = rows_of(engine)
    seen = {}
    for _, _, layer in decoded(busy, 13):
        assert layer["extent"] == 4096
        for feature in layer["features"]:
            assert feature["geometry"]["type"] == "Polygon"
            seen[feature["properties"]["asset_id"]] = feature["properties"]
    assert set(seen) == set(rows)
    for asset, properties in seen.items():
        assert properties["status"] == rows[asset]["status"]
        assert properties.get("open_capacity_kva") == rows[asset]["open_capacity_kva"]


def test_an_asset_lies_where_it_is(busy: TestClient, engine: Engine) -> None:
    rows, zoom = rows_of(engine), 14
    asset = next(iter(rows.values()))
    x, y = column_row(zoom, asset["lon"], asset["lat"])
    answer = busy.get(f"/tiles/capacity/{zoom}/{x}/{y}")
    layer = mapbox_vector_tile.decode(answer.content, default_options={"y_coord_down": True})["capacity"]
    [shape] = [
        each["geometry"]["coordinates"][0]
        for each in layer["features"]
        if each["properties"]["asset_id"] == asset["asset_id"]
    ]
    side = 1 << zoom
    at_x = ((asset["lon"] + 180) / 360 * side - x) * 4096
    at_y = ((1 - math.asinh(math.tan(math.radians(asset["lat"]))) / math.pi) / 2 * side - y) * 4096
    assert min(each[0] for each in shape) <= at_x <= max(each[0] for each in shape)
    assert min(each[1] for each in shape) <= at_y <= max(each[1] for each in shape)


@pytest.mark.parametrize("zoom", [0, 3, 6, 8])
def test_the_squares_of_all_far_tiles_add_up(busy: TestClient, engine: Engine, zoom: int) -> None:
    rows = rows_of(engine).values()
    counted: Counter[tuple[str, str]] = Counter()
    most: dict[str, float] = {}
    for _, _, layer in decoded(busy, zoom):
        assert len(layer["features"]) <= 64 * 64 * 4
        for feature in layer["features"]:
            told = feature["properties"]
            assert sum(told[each] for each in ("open", "tight", "restricted", "unknown")) == told["assets"]
            assert told[told["status"]] == max(
                told[each] for each in ("open", "tight", "restricted", "unknown")
            )
            for status in ("open", "tight", "restricted", "unknown"):
                counted[told["level"], status] += told[status]
            figure = told.get("open_capacity_kva", -1.0)
            most[told["level"]] = max(most.get(told["level"], -1.0), figure)
    assert +counted == Counter((row["level"], row["status"]) for row in rows)
    for level, figure in most.items():
        assert figure == max(row["open_capacity_kva"] or 0 for row in rows if row["level"] == level)


@pytest.mark.parametrize("zoom", [9, 11])
def test_middle_tiles_show_each_cell_with_all_its_assets(busy: TestClient, engine: Engine, zoom: int) -> None:
    rows = rows_of(engine).values()
    inside: Counter[tuple[int, int]] = Counter()
    for row in rows:
        inside[column_row(zoom, row["lon"], row["lat"])] += 1
    for x, y, layer in decoded(busy, zoom):
        shown = sum(feature["properties"]["assets"] for feature in layer["features"])
        assert shown >= inside.pop((x, y), 0)
    assert not inside


def test_a_tile_follows_the_edition(busy: TestClient, engine: Engine) -> None:
    path = "/tiles/capacity/6/53/26"
    newest = busy.get(path)
    pinned = busy.get(f"{path}?v=2026-Q4-1")
    assert (newest.headers["cache-control"], newest.content) == ("public, no-cache", pinned.content)
    assert "immutable" in pinned.headers["cache-control"]
    tag = {"if-none-match": newest.headers["etag"]}
    assert busy.get(path, headers=tag).status_code == 304
    assert busy.get(f"{path}?v=2026-Q4-2").status_code == 404
    with engine.connect() as connection:
        [edition] = [each.edition for each in read_editions(connection)]
    invent(engine, ["B1", "B2"], before=edition)
    again = busy.get(path, headers=tag)
    assert (again.status_code, again.content != newest.content) == (200, True)
    assert busy.get(f"{path}?v=2026-Q4-1").content == pinned.content


def test_the_tiles_of_the_standard_are_the_same(busy: TestClient) -> None:
    ours = busy.get("/tiles/capacity/11/1710/837")
    theirs = busy.get("/ogc/collections/capacity/tiles/WebMercatorQuad/11/837/1710")
    assert ours.status_code == 200
    assert ours.content == theirs.content


@pytest.mark.parametrize(
    "path",
    [
        *("capacity/0/1/0", "capacity/5/32/0", "capacity/5/0/32", "capacity/5/-1/0", "capacity/-1/0/0"),
        *("capacity/23/0/0", "parcels_secret/0/0/0", "published/0/0/0", "capacity/99999999999/0/0"),
    ],
)
def test_what_is_out_of_range_is_not_found(open_client: TestClient, path: str) -> None:
    answer = open_client.get(f"/tiles/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["capacity/a/0/0", "capacity/1.5/0/0", "capacity/0/0/0;x"])
def test_what_is_no_number_is_refused(open_client: TestClient, path: str) -> None:
    assert open_client.get(f"/tiles/{path}").status_code == 422


def test_nothing_lies_in_an_empty_tile(open_client: TestClient, client: TestClient) -> None:
    assert open_client.get("/tiles/capacity/13/0/0").status_code == 204
    assert open_client.get(f"/tiles/capacity/{MOST_ZOOM}/0/{(1 << MOST_ZOOM) - 1}").status_code == 204
    assert client.get("/tiles/capacity/0/0/0").status_code == 204  # no edition


def test_two_who_ask_at_once_have_a_tile_made_once(busy: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Tile] = []
    begun = threading.Event()
    real = tiles.capacity_tile

    def slow(engine: Engine, layer: str, tile: Tile, edition: str) -> bytes:
        made.append(tile)
        begun.wait(2)
        return real(engine, layer, tile, edition)

    monkeypatch.setattr(operations, "capacity_tile", slow)
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(busy.get("/tiles/capacity/7/106/52")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    begun.set()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len({answer.content for answer in answers}) == 1
    assert len(answers) == 4


def test_the_cache_keeps_what_was_asked_for_last_and_no_more() -> None:
    cache = TileCache(most_bytes=2_000)
    for key in range(10):
        assert cache.get(key, lambda: b"x" * 300) == b"x" * 300
    assert [key for key in range(10) if cache.peek(key) is not None] == [6, 7, 8, 9]
    assert cache.get("large", lambda: b"x" * 3_000) == b"x" * 3_000
    assert cache.peek("large") is None
    assert cache.peek(9) is not None
    cache.get(6, lambda: b"")
    cache.get("new", lambda: b"x" * 300)
    assert cache.peek(6) is not None


def test_a_failure_reaches_all_who_wait_and_is_not_kept() -> None:
    cache = TileCache()
    waiting, failed = threading.Event(), []

    def fail() -> bytes:
        waiting.wait(5)
        raise InputError("no")

    def ask() -> None:
        try:
            cache.get("x", fail)
        except InputError as fault:
            failed.append(fault)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    waiting.set()
    for thread in threads:
        thread.join()
    assert len(failed) == 3
    assert cache.get("x", lambda: b"made") == b"made"


def test_each_layer_has_a_statement_for_each_zoom() -> None:
    for layer in TILE_LAYERS.values():
        firsts = [first for first, _ in layer.statements]
        assert firsts[0] == 0
        assert firsts == sorted(firsts)
        assert {layer.at(zoom) for zoom in range(MOST_ZOOM + 1)} == {name for _, name in layer.statements}
