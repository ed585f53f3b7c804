"""What is asked of every GET route of the interface, for tests that go through all of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text

from api.operations.zone_exports import FORMATS
from api.service import Service
from api.settings import Settings
from gis.editions.header import Edition
from layers.queries.working_tiles import EVERY_LAYER
from maps.static_files import static_prefix
from tests.api.conftest import ROADS
from tests.api.open.conftest import publish_district
from tests.api.open.exports import screened
from tests.api.tiles.conftest import column_row
from tests.gis.editions.districts import Rows, fill

PLACE = (120.6125, 31.1105)
BBOX = "bbox=120.6,31.1,120.65,31.13"
LOAD = "load_kva=100&jurisdiction=wujiang"


@dataclass(frozen=True, slots=True)
class Asked:
    """What routes are asked for: two editions, the second with a screening; a parcel, a place it covers."""

    editions: tuple[Edition, Edition]
    parcel: str = "P1"
    place: tuple[float, float] = PLACE


def published_twice(private: Engine, public: Engine, home: Path, district: Rows) -> tuple[Service, Asked]:
    """Return a service over a district with streets, and what to ask of it."""
    fill(private, district)
    with private.begin() as connection:
        connection.execute(text(ROADS))
        connection.execute(text("insert into grid.layer_versions (layer, batch_id) values ('roads', 1)"))
    service = Service(Settings(home=home, database_url=None, rate_limit=0), private, public)
    first = publish_district(service)
    with private.begin() as connection:
        connection.execute(text("update grid.capacity set peak_kva = peak_kva + 10 where asset_id like 'D%'"))
        connection.execute(
            text("update grid.layer_versions set changed_at = now() + '1 s' where layer = 'capacity'")
        )
    screened(private)
    return service, Asked((first, publish_district(service)))


def addresses(asked: Asked, path: str) -> list[str]:
    """Return what is asked of a route; one that takes nothing is asked as it stands.

    Raises
    ------
    KeyError
        A route takes something, and nothing is said of it here.
    """
    found = _of_pages(asked) | _of_editions(asked) | _of_the_map(asked) | _of_collections()
    return found[path] if "{" in path or path in found else [path]


def _of_pages(asked: Asked) -> dict[str, list[str]]:
    one, two = asked.editions
    return {
        "/": ["/", "/?view=zones", f"/?run={run_of(two)}", "/?run=none", "/?lang=en"],
        "/table": ["/table", "/table?q=F", f"/table?of=parcels&q=P&{LOAD}"],
        "/editions": ["/editions", f"/editions?from={one.id}&to={two.id}"],
        "/parcel/{parcel_id}": [f"/parcel/{asked.parcel}?{LOAD}", f"/parcel/P2?{LOAD}", "/parcel/none"],
        "/static/{version}/{path}": [f"{static_prefix()}app/page.css", "/static/none/none.js"],
    }


def _of_editions(asked: Asked) -> dict[str, list[str]]:
    one, two = asked.editions
    capacity, edition = "/api/v1/capacity", f"/api/v1/editions/{two.id}"
    template = "/api/v1/editions/{edition_id}"
    endings = ("csv", "en.csv", "xlsx", "geojson", "gpkg", "parquet", "jsonl", "json")
    return {
        capacity: [capacity, f"{capacity}?q=F&{BBOX}", f"{capacity}?f=geojson"],
        f"{capacity}/{{asset_id}}": [f"{capacity}/F1", f"{capacity}/none"],
        template: [edition],
        f"{template}/diff/{{other}}": [f"/api/v1/editions/{one.id}/diff/{two.id}"],
        f"{template}/download.{{ending}}": [f"{edition}/download.{each}" for each in endings],
        f"{template}/files/{{name}}": [f"{edition}/files/{each['name']}" for each in two.facts["files"]],
        "/api/v1/jobs/{job_id}": ["/api/v1/jobs/1"],
        "/api/v1/policy/jurisdictions/{jurisdiction_id}": ["/api/v1/policy/jurisdictions/wujiang"],
    }


def _of_the_map(asked: Asked) -> dict[str, list[str]]:
    run = run_of(asked.editions[1])
    parcel, one = "/api/v1/parcels/{parcel_id}", f"/api/v1/parcels/{asked.parcel}"
    tiles = [
        f"/tiles/{layer}/{zoom}/{'/'.join(map(str, column_row(zoom, *asked.place)))}{more}"
        for layer in EVERY_LAYER
        for zoom in (0, 6, 9, 11, 13, 14, 16)
        for more in ("", "?v=x", *((f"?run={run}", "?run=none") if layer in {"parcels", "zones"} else ()))
    ]
    kinds = (*FORMATS, "html&lang=en", f"csv&run={run}", "csv&run=none")
    zones = ("", f"?{BBOX}", f"?run={run}", "?load_kva=1000", "?load_kva=7")
    return {
        "/api/v1/parcels": ["/api/v1/parcels", f"/api/v1/parcels?q=1&{BBOX}"],
        parcel: [one],
        f"{parcel}/connection": [f"{one}/connection?{LOAD}"],
        f"{parcel}/connection/notice.pdf": [f"{one}/connection/notice.pdf?{LOAD}"],
        "/api/v1/places": [f"/api/v1/places?lon={asked.place[0]}&lat={asked.place[1]}"],
        "/api/v1/search": ["/api/v1/search?q=F", f"/api/v1/search?q={asked.parcel}"],
        "/api/v1/zones": [f"/api/v1/zones{each}" for each in zones],
        "/api/v1/zones/export": [f"/api/v1/zones/export?format={each}" for each in kinds],
        "/tiles/{layer}.json": [f"/tiles/{each}.json" for each in EVERY_LAYER],
        "/tiles/{layer}/{z}/{x}/{y}": tiles,
    }


def _of_collections() -> dict[str, list[str]]:
    template = "/ogc/collections/{collection_id}"
    every = [f"/ogc/collections/{each}" for each in ("capacity", "parcels", "zones")]
    matrix = "tiles/WebMercatorQuad"
    x, y = column_row(14, *PLACE)
    return {
        template: every,
        f"{template}/items": [f"{each}/items?{BBOX}" for each in every],
        f"{template}/items/{{feature_id}}": [f"{every[0]}/items/F1"],
        f"{template}/tiles": [f"{every[0]}/tiles"],
        f"{template}/{matrix}": [f"{every[0]}/{matrix}"],
        f"{template}/{matrix}/{{tile_matrix}}/{{tile_row}}/{{tile_col}}": [f"{every[0]}/{matrix}/14/{y}/{x}"],
    }


def run_of(edition: Edition) -> str:
    """Return the id of an edition's screening."""
    return str(edition.facts["screening"]["run_id"])
