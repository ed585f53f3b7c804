"""Feeders, stations, zones, land: exact for planners, generalised or absent for the public."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text

from api.clock import today
from api.operations.capacity import worked_out
from gis.capacity.parameters import default_parameters
from tests.api.tiles.conftest import TOWN, Town, addresses, column_row, units
from tests.api.tiles.towns import RUN, RUN_1000, SOUTH, WEST

HIDDEN = ("substations", "transformers")
PUBLIC_FEEDER = {"id", "name", "voltage_kv", "status", "open_kva"}


def placed(geometry: dict[str, Any], zoom: int, x: int, y: int) -> BaseGeometry:
    """Return what a tile draws, in units of the whole map."""
    shape: BaseGeometry = shapely.geometry.shape(geometry)
    return shapely.transform(shape, lambda each: each + np.array([x * 4096, y * 4096]))


def in_units(shape: bytes, zoom: int) -> BaseGeometry:
    """Return a shape of degrees in units of the whole map."""

    def turned(places: Any) -> Any:
        return np.array([units(zoom, lon, lat) for lon, lat in places]) * 4096

    made: BaseGeometry = shapely.transform(shapely.from_wkb(shape), turned)
    return made


def exact(town: Town, layer: str, zoom: int) -> dict[str, BaseGeometry]:
    """Return where the assets of a layer are, in units of the whole map."""
    with town.service.private.connect() as connection:
        found = connection.execute(text(f"select id, st_asbinary(geom) from grid.{layer}")).all()
    return {row[0]: in_units(bytes(row[1]), zoom) for row in found}


def figures(town: Town) -> dict[str, tuple[str, float | None]]:
    """Return status and open capacity of every asset today."""
    found = worked_out(town.service.private, today(), default_parameters())
    kva = [None if each != each else round(each, 1) for each in found.effective_kva.tolist()]  # noqa: PLR0124  # NaN
    return dict(zip(found.ids.tolist(), zip(map(str, found.status.tolist()), kva, strict=True), strict=True))


def drawn(town: Town, who: str, layer: str, zoom: int) -> Iterator[tuple[dict[str, Any], BaseGeometry]]:
    for x, y, layers in town.tiles(who, layer, zoom, TOWN):
        for feature in layers[layer]["features"]:
            yield feature["properties"], placed(feature["geometry"], zoom, x, y)


@pytest.mark.parametrize(("zoom", "off"), [(11, 8.0), (12, 8.0), (13, 1.5), (15, 1.5)])
def test_planners_see_each_feeder_where_it_is_with_its_live_figure(town: Town, zoom: int, off: float) -> None:
    """Merged and simplified by up to half a pixel at 11 and 12, exact to the unit from 13."""
    lines, live = exact(town, "feeders", zoom), figures(town)
    shown: dict[str, list[BaseGeometry]] = {}
    for told, shape in drawn(town, "planner", "feeders", zoom):
        shown.setdefault(told["id"], []).append(shape)
        assert told["name"] == f"10kV{told['id'][1:]}线"
        assert (told["voltage_kv"], told["construction"]) == (10, "cable")
        assert (told["status"], told.get("open_kva")) == live[told["id"]]
    assert len({status for status, _ in live.values()}) > 1
    touched = {name for name, line in lines.items() if _in_town(line, zoom)}
    assert touched <= set(shown)
    for name, shapes in shown.items():
        for shape in shapes:
            assert shape.within(lines[name].buffer(off))


def _in_town(line: BaseGeometry, zoom: int) -> bool:
    tiles = [
        shapely.box(x * 4096, y * 4096, (x + 1) * 4096, (y + 1) * 4096) for x, y in addresses(zoom, TOWN)
    ]
    return bool(shapely.intersects(shapely.union_all(tiles), line))


def test_what_has_no_reading_has_no_figure(town: Town) -> None:
    told = [each for each, _ in drawn(town, "planner", "feeders", 13) if each["id"] == "F3"]
    assert told
    assert all("open_kva" not in each and each["status"] == "unknown" for each in told)


def test_nothing_exact_of_a_feeder_reaches_the_public(town: Town) -> None:
    """The public's features are the published cells, and the figures those of the edition."""
    with town.service.public.connect() as connection:
        rows = connection.execute(
            text(
                "select asset_id, name, status, open_capacity_kva::float8 as kva,"
                " st_asbinary(geometry) as cell from disclosure.published where level = 'feeder'"
            )
        ).mappings()
        known = {row["asset_id"]: dict(row) for row in rows}
    for zoom in (11, 13, 16):
        box = TOWN if zoom < 16 else (WEST + 0.02, SOUTH + 0.02, WEST + 0.05, SOUTH + 0.04)
        seen = set()
        for x, y, layers in town.tiles("public", "feeders", zoom, box):
            for feature in layers["feeders"]["features"]:
                told, row = feature["properties"], known[feature["properties"]["id"]]
                seen.add(told["id"])
                assert set(told) <= PUBLIC_FEEDER
                assert (told["name"], told["status"]) == (row["name"], row["status"])
                assert told.get("open_kva") == row["kva"]
                cell = in_units(bytes(row["cell"]), zoom)
                assert feature["geometry"]["type"] == "Polygon"
                assert placed(feature["geometry"], zoom, x, y).within(cell.buffer(1.5))
        assert seen
    assert {told["id"] for told, _ in drawn(town, "public", "feeders", 12)} <= set(known)


@pytest.mark.parametrize("layer", HIDDEN)
def test_exact_layers_are_refused_to_the_public(town: Town, layer: str) -> None:
    x, y = column_row(15, WEST + 0.05, SOUTH + 0.05)
    for path in (f"/tiles/{layer}/15/{x}/{y}", f"/tiles/{layer}/3/0/0", f"/tiles/{layer}.json"):
        refused = town.public.get(path)
        assert refused.status_code == 403
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["cache-control"] == "no-store"
        assert "capacity" in refused.json()["detail"]
        assert "令牌" in town.public.get(path, headers={"accept-language": "zh"}).json()["detail"]
        assert town.planner.get(path).status_code in {200, 204}


def test_no_tile_of_the_public_holds_a_place_or_figure_of_an_asset(town: Town) -> None:
    """Every attribute of every public tile over the town, against all that only planners may know."""
    live = figures(town)
    secret = {kva for _, kva in live.values() if kva and kva % 1}  # whole numbers are also counts and tens
    assert len(secret) > 200
    names = (
        {f"{k}号台区" for k in range(400)} | {f"变电站{k}" for k in range(4)} | {f"T{k}" for k in range(400)}
    )
    published = {told.get("open_kva") for told, _ in drawn(town, "public", "feeders", 13)}
    box = (WEST + 0.02, SOUTH + 0.02, WEST + 0.06, SOUTH + 0.05)
    for layer in ("parcels", "zones", "base", "feeders"):
        for zoom in (12, 14):
            for _, _, layers in town.tiles("public", layer, zoom, box):
                for inside in layers.values():
                    for feature in inside["features"]:
                        values = set(feature["properties"].values())
                        assert not values & names
                        assert not (values - published) & secret
                        assert 4321.987 not in values
                        if layer in {"parcels", "feeders"}:
                            assert feature["geometry"]["type"] in {"Polygon", "MultiPolygon"}


@pytest.mark.parametrize(
    ("layer", "zoom", "count"), [("substations", 8, 4), ("substations", 15, 4), ("transformers", 14, 400)]
)
def test_planners_see_stations_where_they_are(town: Town, layer: str, zoom: int, count: int) -> None:
    places, live = exact(town, layer, zoom), figures(town)
    seen = set()
    for told, shape in drawn(town, "planner", layer, zoom):
        assert shape.distance(places[told["id"]]) <= 1
        assert (told["status"], told.get("open_kva")) == live[told["id"]]
        seen.add(told["id"])
    inside = {name for name, place in places.items() if _in_town(place, zoom)}
    assert len(places) == count
    assert inside <= seen
    assert len(inside) > count / 2
    x, y = column_row(13, WEST + 0.05, SOUTH + 0.04)
    assert town.planner.get(f"/tiles/transformers/13/{x}/{y}").status_code == 204


def test_zones_are_drawn_at_every_zoom(town: Town) -> None:
    for zoom in (0, 5, 9, 12, 14):
        box = TOWN if zoom < 14 else (WEST + 0.02, SOUTH + 0.02, WEST + 0.05, SOUTH + 0.04)
        told = [each["properties"] for each in town.features("public", "zones", zoom, box)]
        assert {"reach_m": 200, "class": "plug_and_play", "load_kva": 160} in told or zoom == 0
        assert all(set(each) == {"reach_m", "class", "load_kva"} for each in told)
    x, y = column_row(11, WEST + 0.05, SOUTH + 0.04)
    assert town.public.get(f"/tiles/zones/11/{x}/{y}?run={RUN}").status_code == 200
    assert town.public.get(f"/tiles/zones/11/{x}/{y}?run={RUN_1000}").status_code == 204
    assert town.public.get(f"/tiles/zones/11/{x}/{y}?run=x").status_code == 404


def test_the_base_grows_with_the_zoom_and_is_the_same_for_all(town: Town) -> None:
    found: dict[int, set[str]] = {}
    for zoom in (8, 10, 12, 13, 14):
        shown: dict[str, set[Any]] = {}
        for x, y, layers in town.tiles("public", "base", zoom):
            assert set(layers) <= {"water", "green", "railways", "roads"}
            for name, inside in layers.items():
                fields = {"class", "name"} if name == "roads" else {"name"}
                for feature in inside["features"]:
                    assert set(feature["properties"]) <= fields
                    shown.setdefault(name, set()).add(feature["properties"].get("class"))
            path = f"/tiles/base/{zoom}/{x}/{y}"
            assert town.planner.get(path).content == town.public.get(path).content
        assert set(shown) == {"water", "green", "railways", "roads"}
        found[zoom] = shown["roads"]
    assert found == {
        8: {"primary"},
        10: {"primary", "secondary"},
        12: {"primary", "secondary", "tertiary"},
        13: {"primary", "secondary", "tertiary", "local"},
        14: {"primary", "secondary", "tertiary", "local", "track"},
    }


def test_the_description_tells_the_state_and_where_the_tiles_are(town: Town) -> None:
    for layer in ("capacity", "parcels", "zones", "base", "feeders"):
        told = town.public.get(f"/tiles/{layer}.json").json()
        assert told["tilejson"] == "3.0.0"
        [template] = told["tiles"]
        west, south, east, north = told["bounds"]
        assert west < east
        assert south < north
        x, y = column_row(14, (west + east) / 2, (south + north) / 2)
        path = template.replace("http://testserver", "").format(z=14, x=x, y=y)
        answer = town.public.get(path)
        assert answer.status_code in {200, 204}
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert told["v"] in path
        assert {each["id"] for each in told["vector_layers"]} <= {
            layer,
            "water",
            "green",
            "railways",
            "roads",
        }
    assert told["edition"] == "2026-Q4-1"
    live = town.planner.get("/tiles/feeders.json").json()
    assert (live["edition"], live["on"]) == (None, today().isoformat())
    parcels = town.public.get("/tiles/parcels.json", headers={"accept-language": "zh"}).json()
    assert parcels["run"] == {"run_id": RUN, "on": "2026-11-02", "load_kva": None}
    assert (parcels["name"], parcels["minzoom"]) == ("地块", 6)
    assert town.public.get(f"/tiles/parcels.json?run={RUN_1000}").json()["run"]["load_kva"] == 1000
    assert town.public.get("/tiles/parcels.json?run=x").status_code == 404
    assert town.public.get("/tiles/secret.json").status_code == 404
