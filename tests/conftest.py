"""What tests of every tier share: a private cluster, and a fresh database for each test that asks."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from layers.cluster import Cluster
from layers.database import open_engine, upgrade

_TEMPLATE = "kaimen_template"
# Nothing in the tests' cluster has to survive a power cut.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def prepare_template(url: str) -> None:
    """Fill the database that every test's database is a copy of."""
    engine = open_engine(url)
    upgrade(engine)
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


@pytest.fixture
def database_url(cluster: Cluster, template: str) -> Iterator[str]:
    """Give the URL of a database of the test's own, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield cluster.url(name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Give an engine over a database of the test's own, with all tables and no rows."""
    made = open_engine(database_url)
    yield made
    made.dispose()
