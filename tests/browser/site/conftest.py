"""The demo district served to a browser: loaded, published and screened once for all tests of the pages."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page

from api.app import create_app
from api.operations.corridors import BuildWatch
from api.operations.demo import DEMO_DAY
from api.operations.screening import ScreenRequest, screen_parcels
from api.operations.siting import ground
from api.service import Service
from api.settings import Settings
from gis.capacity.parameters import default_parameters
from gis.siting.question import Question
from gis.siting.sites import Load
from layers.cluster import Cluster
from layers.database import open_engine
from tests.browser.conftest import Watch
from tests.conftest import Fresh
from tests.shared_demo import copied_demo

PARCEL = "LT-0373"
"""A parcel that can have 1,000 kVA by an approval."""

SCREENED_KVA = 1000.0
_QUIET = BuildWatch(lambda _: None, lambda: None)


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


@pytest.fixture(scope="session")
def site_service(
    run_folder: Path, cluster: Cluster, fresh_database: Fresh, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The demo district, published and screened, as requests are answered from it."""
    home = tmp_path_factory.mktemp("site")
    with copied_demo(run_folder, cluster, fresh_database, home) as engine:
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
def empty_site(fresh_database: Fresh, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a service without any data."""
    with fresh_database() as url:
        engine = open_engine(url)
        settings = Settings(home=tmp_path_factory.mktemp("empty"), database_url=None)
        with served(Service(settings, private=engine, public=engine)) as address:
            yield address
        engine.dispose()


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
