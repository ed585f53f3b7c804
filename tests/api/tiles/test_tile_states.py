"""What names a tile, who may keep it, and what is answered where there is little or nothing."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import mapbox_vector_tile
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from api.app import create_app
from api.operations import tiles
from api.operations.editions import Request, publish_edition
from api.operations.front import tiles_of
from api.service import Service
from api.tiers import Tier
from gis.errors import ConflictError
from layers.database import driver
from layers.editions.publish import PublishWatch
from layers.queries.reading import reading_together
from layers.queries.tiles import MOST_ZOOM, Tile
from layers.queries.working_tiles import PUBLIC_LAYERS, WORKING_LAYERS, working_tile
from tests.api.tiles.conftest import Town, column_row
from tests.api.tiles.towns import RUN, SOUTH, WEST, fill_town

ALL = ("parcels", "zones", "base", "feeders", "substations", "transformers")
OPEN = ("parcels", "zones", "base", "feeders")


def at(layer: str, zoom: int = 14) -> str:
    x, y = column_row(zoom, WEST + 0.005, SOUTH + 0.004)
    return f"/tiles/{layer}/{zoom}/{x}/{y}"


@pytest.fixture
def small(engine: Engine, client: TestClient) -> TestClient:
    """Give a client of a small town that the test may change."""
    fill_town(engine, 20, 15)
    return client


def touch(engine: Engine, layer: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("update grid.layer_versions set changed_at = clock_timestamp() where layer = :layer"),
            {"layer": layer},
        )


@pytest.mark.parametrize(
    ("layer", "run"),
    [("base", None), ("parcels", None), ("feeders", None), ("zones", RUN), ("parcels", RUN)],
)
def test_the_addresses_that_pages_give_may_be_kept_for_ever(town: Town, layer: str, run: str | None) -> None:
    found = tiles_of(town.service, Tier.PUBLIC, layer, run)
    assert found is not None
    z, x, y = at(layer).split("/")[3:]
    answer = town.public.get(found[0].format(z=z, x=x, y=y))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_a_tile_is_asked_for_again_until_its_address_names_its_state(
    small: TestClient, engine: Engine
) -> None:
    plain = small.get(at("parcels"))
    assert plain.headers["cache-control"] == "public, no-cache"
    v = small.get("/tiles/parcels.json").json()["v"]
    named = small.get(f"{at('parcels')}?v={v}")
    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (named.headers["etag"], named.content) == (plain.headers["etag"], plain.content)
    tag = {"if-none-match": plain.headers["etag"]}
    again = small.get(at("parcels"), headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    with engine.begin() as connection:
        connection.execute(text("update grid.parcels set name = '改名' where id = 'P000102'"))
    touch(engine, "parcels")
    fresh = small.get(at("parcels"), headers=tag)
    assert fresh.status_code == 200
    assert "改名".encode() in fresh.content
    past = small.get(
        f"/tiles/parcels/13/{'/'.join(map(str, column_row(13, WEST + 0.005, SOUTH + 0.004)))}?v={v}"
    )
    assert past.headers["cache-control"] == "public, no-cache"
    assert "改名".encode() in past.content
    assert small.get("/tiles/parcels.json").json()["v"] != v


@pytest.mark.parametrize(
    ("layer", "changed"), [("base", "water"), ("feeders", "capacity"), ("feeders", "claims")]
)
def test_the_state_follows_what_a_tile_is_made_from(
    small: TestClient, engine: Engine, as_planner: dict[str, str], layer: str, changed: str
) -> None:
    with engine.begin() as connection:
        connection.execute(text("insert into grid.layer_versions (layer, batch_id) values ('claims', 1)"))

    def v(name: str) -> str:
        return str(small.get(f"/tiles/{name}.json", headers=as_planner).json()["v"])

    before, other = v(layer), v("parcels")
    touch(engine, changed)
    assert v(layer) != before
    assert v("parcels") == other


def test_a_new_reading_changes_the_figure_in_the_tile(
    small: TestClient, engine: Engine, as_planner: dict[str, str]
) -> None:
    before = small.get(at("feeders"), headers=as_planner)
    with engine.begin() as connection:
        connection.execute(text("update grid.capacity set peak_kva = peak_kva + 100"))
    assert (
        small.get(at("feeders"), headers=as_planner).content == before.content
    )  # the same version of the data
    touch(engine, "capacity")
    after = small.get(at("feeders"), headers=as_planner)
    assert after.status_code == before.status_code == 200
    assert after.content != before.content


def test_nothing_is_shared_between_tiers(
    small: TestClient, service: Service, as_planner: dict[str, str]
) -> None:
    for layer in OPEN:
        secret = small.get(at(layer), headers=as_planner)
        v = small.get(f"/tiles/{layer}.json", headers=as_planner).json()["v"]
        assert secret.headers["cache-control"] == "private, no-cache"
        assert "Authorization" in secret.headers["vary"]
        anyone = small.get(f"{at(layer)}?v={v}")
        assert anyone.headers["etag"] != secret.headers["etag"]
        assert anyone.headers["cache-control"] == "public, no-cache"  # the public has no state of that name
        if layer in {"parcels", "feeders"}:
            assert anyone.content != secret.content
    # Whatever is kept for one tier is not found for another.
    x, y = column_row(14, WEST + 0.005, SOUTH + 0.004)
    v = small.get("/tiles/parcels.json", headers=as_planner).json()["v"]
    place = Tile(14, x, y)
    assert tiles.kept_working_tile(service, tiles.Wanted("parcels", Tier.PLANNER), place, v)
    assert tiles.kept_working_tile(service, tiles.Wanted("parcels", Tier.PUBLIC), place, v) is None
    assert tiles.kept_working_tile(service, tiles.Wanted("parcels", Tier.OPERATOR), place, v) is None


def test_without_a_screening_parcels_have_no_class_and_zones_are_empty(
    small: TestClient, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(text("delete from siting.runs"))
        assert not connection.scalar(text("select count(*) from siting.run_rows"))
        assert not connection.scalar(text("select count(*) from siting.zone_parts"))
    found = small.get(at("parcels"))
    assert found.status_code == 200
    assert b"plug_and_play" not in found.content
    layer = mapbox_vector_tile.decode(found.content)["parcels"]
    assert all(set(each["properties"]) == {"id", "name", "land_use"} for each in layer["features"])
    assert small.get(at("parcels", 9)).status_code == 200
    assert small.get(at("zones")).status_code == 204
    told = small.get("/tiles/zones.json").json()
    assert (told["run"], told["on"]) == (None, None)
    assert small.get("/api/v1/zones").status_code == 404


def test_every_layer_names_whose_data_it_is_made_of(
    service: Service, engine: Engine, as_planner: dict[str, str]
) -> None:
    fill_town(engine, 20, 15)

    def publish(on: date) -> None:
        watch = PublishWatch(lambda _: None, lambda: None)
        publish_edition(engine, service.home, Request(on), on, watch)

    publish(date(2026, 11, 21))
    named = "© OpenStreetMap contributors"

    def told(**headers: str) -> set[str]:
        """Return the layers whose description names the source."""
        with TestClient(create_app(service), headers=headers) as asked:
            return {
                each
                for each in ("capacity", *ALL)
                if asked.get(f"/tiles/{each}.json").json().get("attribution") == named
            }

    assert told() == told(**as_planner) == set()
    with engine.begin() as connection:
        connection.execute(text("update grid.import_batches set format = 'OpenStreetMap'"))
    for layer in ("roads", "parcels", "feeders", "substations", "transformers"):
        touch(engine, layer)
    assert told() == {"parcels", "zones", "base"}  # the edition is of before
    publish(date(2026, 11, 22))
    assert told() == {"parcels", "zones", "base", "feeders", "capacity"}
    assert told(**as_planner) == {"capacity", *ALL}


def test_an_empty_database_answers_every_layer(client: TestClient, as_planner: dict[str, str]) -> None:
    for layer in ALL:
        for zoom in (0, 8, 12, 14):
            assert client.get(at(layer, zoom), headers=as_planner).status_code == 204
        told = client.get(f"/tiles/{layer}.json", headers=as_planner).json()
        assert told["bounds"] == [-180.0, -85.051129, 180.0, 85.051129]
    for layer in OPEN:
        assert client.get(at(layer)).status_code == 204


@pytest.mark.parametrize("layer", OPEN)
def test_what_is_out_of_range_is_refused(client: TestClient, layer: str) -> None:
    for place in ("5/32/0", "5/0/32", "-1/0/0", f"{MOST_ZOOM + 1}/0/0", "99999999999/0/0"):
        assert client.get(f"/tiles/{layer}/{place}").status_code == 404
    for place in ("a/0/0", "1.5/0/0"):
        assert client.get(f"/tiles/{layer}/{place}").status_code == 422
    for place in ("0/0/0", f"{MOST_ZOOM}/0/0", f"{MOST_ZOOM}/{(1 << MOST_ZOOM) - 1}/{(1 << MOST_ZOOM) - 1}"):
        assert client.get(f"/tiles/{layer}/{place}").status_code == 204
    assert client.get(f"/tiles/{layer}/0/0/0?v={'x' * 200}").status_code == 422
    assert client.get(f"/tiles/{layer}/0/0/0?run={'x' * 200}").status_code == 422


def test_a_tile_is_packed_once_and_is_the_same_without(
    small: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    v = small.get("/tiles/parcels.json").json()["v"]
    plain = small.get(f"{at('parcels')}?v={v}", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    packed = small.get(f"{at('parcels')}?v={v}", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert packed.content == plain.content
    assert "Accept-Encoding" in packed.headers["vary"]
    monkeypatch.setattr("gzip.compress", lambda *_, **__: b"never")
    again = small.get(f"{at('parcels')}?v={v}", headers={"accept-encoding": "gzip"})
    assert again.content == plain.content


def test_those_who_ask_at_once_have_a_tile_made_once(
    small: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Tile] = []
    real = working_tile

    def slow(connection: Connection, layer: Any, tile: Tile, **given: Any) -> bytes:
        made.append(tile)
        time.sleep(0.3)
        return real(connection, layer, tile, **given)

    monkeypatch.setattr(tiles, "working_tile", slow)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: small.get(at("parcels")), range(6)))
    assert len(made) == 1
    assert len({answer.content for answer in answers}) == 1


def test_a_tile_is_never_kept_under_a_state_that_it_is_not_of(
    small: TestClient, engine: Engine, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = tiles.Wanted("parcels", Tier.PUBLIC)
    place = Tile(14, *column_row(14, WEST + 0.005, SOUTH + 0.004))
    real, changes = tiles.state_of, iter(range(100))

    def moving(service: Service, wanted: tiles.Wanted, shown: Any) -> tiles.State | None:
        found = real(service, wanted, shown)
        if next(changes) < times:
            touch(engine, "parcels")  # an import ends just now
        return found

    times = 2
    monkeypatch.setattr(tiles, "state_of", moving)
    found = tiles.working_tile_of(service, wanted, PUBLIC_LAYERS["parcels"], place)
    assert found is not None
    assert found[0] == real(service, wanted, PUBLIC_LAYERS["parcels"])
    times, changes = 100, iter(range(100))
    with pytest.raises(ConflictError):
        tiles.working_tile_of(service, wanted, PUBLIC_LAYERS["parcels"], Tile(15, 0, 0))
    assert small.get("/healthz").status_code == 200


def test_a_statement_that_takes_too_long_ends(engine: Engine) -> None:
    with pytest.raises(OperationalError), reading_together(engine, 100) as connection:
        connection.exec_driver_sql("select pg_sleep(20)")
    with reading_together(engine, 100) as connection:
        assert connection.scalar(text("show statement_timeout")) == "100ms"
    with engine.connect() as connection:
        assert connection.scalar(text("show statement_timeout")) == "0"


def test_a_statement_asked_often_is_planned_for_each_box(engine: Engine) -> None:
    """Planned once for all boxes, that of a whole city is read parcel by parcel."""
    question = "select id from grid.parcels where geom && st_makeenvelope(%s, 30, 121, 32, 4326)"
    with reading_together(engine, 5_000) as connection, driver(connection) as raw:
        for west in range(20):
            raw.execute(question, (100.0 + west,), prepare=True)
        told = raw.execute(
            "select generic_plans, custom_plans from pg_prepared_statements where statement like '%parcels%'"
        ).fetchall()
    assert told == [(0, 20)]


def test_a_parcel_that_moves_counts_where_it_is_now(engine: Engine) -> None:
    fill_town(engine, 2, 1)
    tile = Tile(12, *column_row(12, WEST + 0.3, SOUTH))

    def counted() -> int:
        with reading_together(engine, 5_000) as connection:
            made = working_tile(connection, PUBLIC_LAYERS["parcels"], tile, public=True, run=RUN)
        cells = mapbox_vector_tile.decode(made)["parcels"]["features"] if made else []
        return sum(each["properties"]["count"] for each in cells)

    assert counted() == 0
    with engine.begin() as connection:
        connection.execute(
            text("update grid.parcels set geom = st_translate(geom, 0.3, 0) where id = 'P000001'")
        )
    assert counted() == 1


def test_a_tile_that_takes_too_long_is_503_and_frees_its_worker(
    small: TestClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "TIMEOUT_MS", 200)
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with engine.begin() as connection:
            connection.execute(text("lock table grid.parcels in access exclusive mode"))
            locked.set()
            done.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert locked.wait(10)
        answer = small.get(at("parcels"))
    finally:
        done.set()
        holder.join()
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert small.get(at("parcels")).status_code == 200


def test_every_layer_has_a_statement_for_each_of_its_zooms() -> None:
    for layer in (*WORKING_LAYERS.values(), *PUBLIC_LAYERS.values()):
        firsts = [first for first, _ in layer.tiles.statements]
        assert firsts == sorted(set(firsts))
        assert layer.first_zoom == firsts[0]
    assert set(PUBLIC_LAYERS) < set(WORKING_LAYERS)
