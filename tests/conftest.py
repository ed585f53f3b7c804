"""What tests of every tier share: a private cluster, and a fresh database for each test that asks."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from layers.cluster import Cluster
from layers.database import open_engine, upgrade
from layers.public_wall import open_public_engine, public_url, raise_wall

_TEMPLATE = "kaimen_template"
# Nothing in the tests' cluster has to survive a power cut.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def prepare_template(url: str) -> None:
    """Fill the database that every test's database is a copy of."""
    engine = open_engine(url)
    upgrade(engine)
    raise_wall(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Run a private cluster for the whole session."""
    home = Path(tempfile.mkdtemp(prefix="kaimen-test-"))
    home.chmod(0o755)  # as root, the server's user has to reach it
    made = Cluster(home, _FAST)
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """Make the database to copy and give its name."""
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0")
    prepare_template(cluster.url(_TEMPLATE))
    return _TEMPLATE


@pytest.fixture(scope="session")
def fresh_database(cluster: Cluster, template: str) -> Callable[[], AbstractContextManager[str]]:
    """Give what makes a database and gives its URL, and drops it afterwards."""

    @contextmanager
    def fresh() -> Iterator[str]:
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(cluster.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
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
def database_url(fresh_database: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
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
def shared_engines(
    fresh_database: Callable[[], AbstractContextManager[str]],
) -> Iterator[tuple[Engine, Engine]]:
    """Give a database of the module's own, as its owner and as the public: for tests that change nothing."""
    with fresh_database() as url, _both(url) as engines:
        yield engines
