"""A town that tests read and none of them changes, asked as each tier."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from api.operations.editions import Request, publish_edition
from api.operations.tokens import create_token
from api.service import Service
from api.settings import Settings
from layers.database import open_engine
from layers.editions.publish import PublishWatch
from layers.public_wall import open_public_engine, public_url, raise_wall
from tests.api.tiles.towns import SOUTH, STEP, WEST, fill_town

COLUMNS, ROWS = 90, 70
EAST, NORTH = WEST + COLUMNS * STEP, SOUTH + ROWS * STEP
ON = date(2026, 11, 21)
Box = tuple[float, float, float, float]
TOWN: Box = (WEST, SOUTH, EAST, NORTH)
DECODED = {"y_coord_down": True}
IMPORTANT = """
update grid.parcels set important = right(id, 6)::int % 37 = 36 where right(id, 6)::int % 37 in (1, 36);
update siting.run_rows set failed_test = 'important is false' where right(parcel_id, 6)::int % 66 = 14;
analyze grid.parcels, siting.run_rows;
"""
"""One parcel in 37 is of an important user; of most nobody says. One test in 66 tells of importance."""


def column_row(zoom: int, lon: float, lat: float) -> tuple[int, int]:
    """Return the tile that a place lies in."""
    x, y = units(zoom, lon, lat)
    return int(x), int(y)


def units(zoom: int, lon: float, lat: float) -> tuple[float, float]:
    """Return where a place lies, in sides of tiles from the corner of the map."""
    side = 1 << zoom
    return (lon + 180) / 360 * side, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side


def addresses(zoom: int, box: Box) -> Iterator[tuple[int, int]]:
    """Give each tile that a box touches."""
    west, north = column_row(zoom, box[0], box[3])
    east, south = column_row(zoom, box[2], box[1])
    for x in range(west, east + 1):
        for y in range(north, south + 1):
            yield x, y


@dataclass(frozen=True, slots=True)
class Town:
    """The town's service, and clients of both kinds of askers."""

    service: Service
    public: TestClient
    planner: TestClient

    def client(self, who: str) -> TestClient:
        """Return the client of an asker."""
        return self.public if who == "public" else self.planner

    def tiles(self, who: str, layer: str, zoom: int, box: Box = TOWN) -> Iterator[tuple[int, int, Any]]:
        """Give the layers of each tile over a box, decoded."""
        for x, y in addresses(zoom, box):
            answer = self.client(who).get(f"/tiles/{layer}/{zoom}/{x}/{y}")
            assert answer.status_code in {200, 204}, answer.text
            assert (answer.status_code == 204) == (answer.content == b"")
            if answer.content:
                assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
                assert len(answer.content) <= 300_000
                yield x, y, mapbox_vector_tile.decode(answer.content, default_options=DECODED)

    def features(self, who: str, layer: str, zoom: int, box: Box = TOWN) -> Iterator[dict[str, Any]]:
        """Give each feature of a layer over a box."""
        for _, _, layers in self.tiles(who, layer, zoom, box):
            assert layers[layer]["extent"] == 4096
            yield from layers[layer]["features"]


@pytest.fixture(scope="session")
def town(
    fresh_database: Callable[[], AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """Give a town with one edition."""
    with fresh_database() as url, _opened(url, tmp_path_factory.mktemp("town")) as made:
        yield made


@contextmanager
def _opened(url: str, home: Path) -> Iterator[Town]:
    private = open_engine(url)
    raise_wall(private)
    public = open_public_engine(public_url(private))
    fill_town(private, COLUMNS, ROWS)
    with private.begin() as connection:
        connection.execute(text(IMPORTANT))
    settings = Settings(home=home, database_url=None, rate_limit=0)
    service = Service(settings, private=private, public=public)
    publish_edition(private, service.home, Request(ON), ON, PublishWatch(lambda _: None, lambda: None))
    token = create_token(private, "planner", None, 1).whole
    app = create_app(service)
    with TestClient(app) as anyone, TestClient(app, headers={"Authorization": f"Bearer {token}"}) as planner:
        yield Town(service, anyone, planner)
    public.dispose()
    private.dispose()


@pytest.fixture
def as_planner(client: TestClient, bearer: Callable[..., dict[str, str]]) -> dict[str, str]:
    """Give the header of a planner in the test's own database."""
    return bearer("planner")
