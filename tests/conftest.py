"""What tests of every tier share: a private cluster, and a fresh database for each test that asks."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from layers.cluster import Cluster
from layers.database import open_engine, upgrade
from layers.public_wall import open_public_engine, public_url, raise_wall
from tests.once import once

TEMPLATE = "kaimen_template"
# Nothing in the tests' cluster has to survive a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_MEMORY = Path("/dev/shm")  # noqa: S108  # made by mkdtemp below it
_ROOM_BYTES = 4 << 30
_FOLDER = pytest.StashKey[Path]()
_GIVEN = "kaimen_run_folder"

LONG = (
    "cases/test_case_routes.py",
    "browser/site/test_other_pages.py",
    "browser/site/test_map_page.py",
    "layers/test_cluster.py",
    "browser/site/test_keyboard.py",
    "api/test_serving.py",
    "maps/test_notice.py",
    "api/test_jobs.py",
    "api/test_drawer.py",
    "test_dev_script.py",
    "browser/site/test_screen_page.py",
    "browser/test_zone_map_page.py",
    "cases/test_case_wuhan.py",
    "layers/test_editions_killed.py",
    "cases/test_case_siting.py",
    "api/test_schema.py",
    "api/test_jobs_served.py",
    "browser/site/test_map_page_faults.py",
    "gis/checks/test_check_entry.py",
    "api/test_rehearsal.py",
)
"""Modules that take a worker 20 seconds or more, the longest first."""

Fresh = Callable[..., AbstractContextManager[str]]
"""What makes a database, of the template or of the database that is named, and gives its URL."""


def _new_folder() -> Path:
    """Make a folder, in memory where there is room: on a disk a thousand databases take minutes."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM_BYTES
    made = Path(tempfile.mkdtemp(prefix="kaimen-test-", dir=_MEMORY if roomy else None))
    made.chmod(0o755)  # as root, the server's user has to reach it
    return made


def pytest_configure(config: pytest.Config) -> None:
    """Have one folder for the whole run, however many workers it has."""
    given = getattr(config, "workerinput", {}).get(_GIVEN)
    config.stash[_FOLDER] = Path(given) if given else _new_folder()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker the folder."""
    node.workerinput[_GIVEN] = str(node.config.stash[_FOLDER])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest modules begin: one that begins last keeps a worker busy when all others have ended."""
    begin = {Path(__file__).parent / name: at for at, name in enumerate(LONG)}
    items.sort(key=lambda item: begin.get(item.path, len(LONG)))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the cluster when all workers have ended, however they did."""
    if not hasattr(config, "workerinput"):
        folder = config.stash[_FOLDER]
        Cluster(folder / "cluster").stop()
        shutil.rmtree(folder)


def make_database(cluster: Cluster, name: str, source: str) -> str:
    """Make a database that stays, anew where a killed worker has left it, and return its URL."""
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy")
    return cluster.url(name)


def prepare_template(url: str) -> None:
    """Fill the database that every test's database is a copy of."""
    engine = open_engine(url)
    upgrade(engine)
    raise_wall(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    """Give the folder that all workers share; it is removed in the end."""
    return pytestconfig.stash[_FOLDER]


@pytest.fixture(scope="session")
def cluster(run_folder: Path) -> Cluster:
    """Run a private cluster for the whole run: the first worker that asks starts it."""
    home = run_folder / "cluster"
    made = Cluster(home, FAST | {"max_wal_size": "256MB"})  # it lies in memory
    with once(run_folder, "started") as first:
        if first:
            home.mkdir(mode=0o755, exist_ok=True)
            made.start()
    return made


@pytest.fixture(scope="session")
def template(cluster: Cluster, run_folder: Path) -> str:
    """Make the database to copy and give its name."""
    with once(run_folder, TEMPLATE) as first:
        if first:
            prepare_template(make_database(cluster, TEMPLATE, "template0"))
    return TEMPLATE


@pytest.fixture(scope="session")
def fresh_database(cluster: Cluster, template: str) -> Fresh:
    """Give what makes a database and gives its URL, and drops it afterwards."""

    @contextmanager
    def fresh(source: str = template) -> Iterator[str]:
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(cluster.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy")
            try:
                yield cluster.url(name)
            finally:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    return fresh


@contextmanager
def _both(url: str) -> Iterator[tuple[Engine, Engine]]:
    """Open a database as its owner and as the public."""
    private = open_engine(url)
    raise_wall(private)  # what a database is given as a whole is not copied with it
    public = open_public_engine(public_url(private))
    yield private, public
    public.dispose()
    private.dispose()


@pytest.fixture
def database_url(fresh_database: Fresh) -> Iterator[str]:
    """Give the URL of a database of the test's own, dropped afterwards."""
    with fresh_database() as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Give an engine over a database of the test's own, with all tables and no rows."""
    made = open_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def public_engine(database_url: str) -> Iterator[Engine]:
    """Give an engine over the same database whose login may read what is published and nothing else."""
    with _both(database_url) as (_, public):
        yield public


@pytest.fixture(scope="module")
def shared_engines(fresh_database: Fresh) -> Iterator[tuple[Engine, Engine]]:
    """Give a database of the module's own, as its owner and as the public: for tests that change nothing."""
    with fresh_database() as url, _both(url) as engines:
        yield engines
