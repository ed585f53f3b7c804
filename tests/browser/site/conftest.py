"""The demo district served to a browser: loaded, published and screened once for all tests of the pages."""

from __future__ import annotations

import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import psycopg
import pytest
import uvicorn
from playwright.sync_api import Page
from sqlalchemy import Engine

from api.app import create_app
from api.operations.corridors import BuildWatch
from api.operations.demo import DEMO_DAY, load_demo
from api.operations.screening import ScreenRequest, screen_parcels
from api.operations.siting import ground
from api.service import Service
from api.settings import Settings
from gis.capacity.parameters import default_parameters
from gis.siting.question import Question
from gis.siting.sites import Load
from layers.cluster import Cluster
from layers.database import open_engine
from layers.intake.request import Watch as ImportWatch
from tests.browser.conftest import Watch

PARCEL = "LT-0373"
"""A parcel that can have 1,000 kVA by an approval."""

SCREENED_KVA = 1000.0
_QUIET = BuildWatch(lambda _: None, lambda: None)
_SILENT = ImportWatch(lambda done, total: None, lambda: None)


@contextmanager
def served(service: Service) -> Iterator[str]:
    """Serve on a free loopback port; the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(service), log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@contextmanager
def database(cluster: Cluster, template: str) -> Iterator[Engine]:
    name = f"site_{uuid.uuid4().hex}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy")
        engine = open_engine(cluster.url(name))
        try:
            yield engine
        finally:
            engine.dispose()
            connection.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def site_service(
    cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The demo district, published and screened, as requests are answered from it."""
    home: Path = tmp_path_factory.mktemp("site")
    with database(cluster, template) as engine:
        load_demo(engine, home, lambda _: nullcontext(_SILENT), lambda _: None)
        # The demo has screened the parcels' own loads.
        load = Load.of(kva=SCREENED_KVA, kw=None, power_factor=0.95)
        request = ScreenRequest(Question.of(DEMO_DAY), load, None, default_parameters())
        screen_parcels(engine, ground(engine, home, _QUIET), request, lambda _: None)
        yield Service(Settings(home=home, database_url=None, rate_limit=0), private=engine, public=engine)


@pytest.fixture(scope="session")
def site(site_service: Service) -> Iterator[str]:
    """Address of the served district."""
    with served(site_service) as address:
        yield address


@pytest.fixture(scope="session")
def empty_site(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a service without any data."""
    with database(cluster, template) as engine:
        settings = Settings(home=tmp_path_factory.mktemp("empty"), database_url=None)
        with served(Service(settings, private=engine, public=engine)) as address:
            yield address


@pytest.fixture
def opened(page: Page, site: str) -> Callable[..., None]:
    """Open a page of the site and wait until its map and its answer are there."""

    def show(path: str) -> None:
        page.goto(site + path)
        page.locator("canvas.leaflet-tile-loaded").first.wait_for(state="attached")

    return show


@pytest.fixture
def forgive(watch: Watch) -> Callable[[str], None]:
    """Take back the faults of the console that a test provokes; there must be some."""

    def take(text: str) -> None:
        meant = [each for each in watch.faults if text in each]
        assert meant, watch.faults
        watch.faults[:] = [each for each in watch.faults if text not in each]

    return take
