"""The database: the private cluster, or the one the settings name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import NotSupportedError, ProgrammingError

from api.settings import Settings
from gis.errors import ClusterError, DatabaseError
from layers.cluster import Cluster
from layers.database import open_engine, server_version, upgrade, version


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """Where the database is and how it is.

    Attributes
    ----------
    kind
        ``private`` or ``external``.
    state
        ``missing``, ``stopped`` or ``running``.
    url
        Without password.
    server
        Version of PostgreSQL, where it runs.
    schema_version, newest_version
        Of the tables; None where there are none yet.
    data
        Folder of the private cluster, None for an external database.
    """

    kind: str
    state: str
    url: str
    server: str | None
    schema_version: str | None
    newest_version: str | None
    data: str | None


def private_cluster(settings: Settings) -> Cluster:
    """Return the private cluster.

    Raises
    ------
    ClusterError
        Where the settings name an external database: it is not ours to start or stop.
    """
    if settings.database_url is not None:
        raise ClusterError(
            "KAIMEN_DATABASE_URL names a database that Kaimen does not start or stop",
            repair="unset KAIMEN_DATABASE_URL to use the private one",
        )
    return Cluster(settings.home.absolute())


def database_url(settings: Settings) -> str:
    """Return the URL of the database as psql and QGIS read it, without starting anything."""
    if settings.database_url is None:
        return private_cluster(settings).url()
    try:
        url = open_engine(settings.database_url).url
    except ValueError as fault:  # a port that is no number
        raise DatabaseError(
            f"the database URL cannot be read: {fault}",
            repair="write postgresql://USER:PASSWORD@HOST:PORT/DATABASE",
        ) from fault
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def connected(settings: Settings) -> Iterator[Engine]:
    """Start what must run, bring the tables up to date, and give an engine that is closed afterwards."""
    if settings.database_url is None:
        private_cluster(settings).start()
    engine = open_engine(database_url(settings))
    try:
        with _understood(engine):
            current, newest = version(engine)
            if current and newest and current > newest:  # migrations are numbered
                raise DatabaseError(
                    f"the tables are of version {current}, and this Kaimen knows them up to {newest}",
                    repair="use the newer Kaimen that made them",
                )
            if current != newest:
                upgrade(engine)
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _understood(engine: Engine) -> Iterator[None]:
    """Tell what the server or its driver refuses: a right, the extension, an option of the URL."""
    try:
        yield
    except (ProgrammingError, NotSupportedError) as fault:
        shown = engine.url.render_as_string(hide_password=True)
        raise DatabaseError(
            f"the database {shown} cannot be made ready: {str(fault.orig).strip()}",
            repair="the role needs the right to create the schema grid and, where it is missing, PostGIS",
        ) from fault


def status(settings: Settings) -> DatabaseStatus:
    """Return how the database is; nothing is started."""
    url = database_url(settings)
    shown = make_url(url).render_as_string(hide_password=True)
    kind, state, data = "external", "running", None
    if settings.database_url is None:
        cluster = private_cluster(settings).status()
        kind, state, data = "private", cluster.state, str(cluster.data)
        if state != "running":
            return DatabaseStatus(kind, state, shown, cluster.version, None, None, data)
    engine = open_engine(url)
    try:
        with _understood(engine):
            current, newest = version(engine)
            server = server_version(engine)
    except DatabaseError:
        if kind == "private":
            raise
        return DatabaseStatus(kind, "stopped", shown, None, None, None, data)
    finally:
        engine.dispose()
    return DatabaseStatus(kind, state, shown, server, current, newest, data)
