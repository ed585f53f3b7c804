"""Published editions for the tests of the open interface: a small district, and many invented assets."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import uvicorn
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.app import create_app
from api.operations.editions import Request, publish_edition
from api.service import Service
from api.settings import Settings
from gis.editions.canonical import table_sha256
from gis.editions.columns import PUBLISHED
from gis.editions.header import Edition
from gis.editions.places import cell_of
from layers.editions.publish import PublishWatch
from layers.editions.store import write_header, write_rows
from layers.tables.editions import published
from tests.gis.editions.districts import edition, fill, rows

ON = date(2026, 11, 21)
SILENT = PublishWatch(lambda _: None, lambda: None)
STATUSES = ("open", "tight", "restricted", "unknown")
LEVELS = ("substation", "main_transformer", "feeder", "transformer")


@pytest.fixture
def district(engine: Engine, service: Service) -> Callable[..., Edition]:
    """Publish the small district in the test's own database: ``district(note="x")``."""
    fill(engine, rows())
    return partial(publish_district, service)


def publish_district(service: Service, **asked: Any) -> Edition:
    """Publish what the database holds."""
    wish = replace(Request(ON), **asked)
    return publish_edition(service.private, service.home, wish, ON, SILENT).edition


@pytest.fixture(scope="module")
def shop(shared_engines: tuple[Engine, Engine], tmp_path_factory: pytest.TempPathFactory) -> Service:
    """What the tests of a module read from: one edition of the small district, which none of them changes."""
    fill(shared_engines[0], rows())
    settings = Settings(home=tmp_path_factory.mktemp("shop"), database_url=None, rate_limit=0)
    made = Service(settings, *shared_engines)
    publish_district(made)
    return made


@pytest.fixture(scope="module")
def open_client(shop: Service) -> Iterator[TestClient]:
    """An application over one edition of the small district."""
    with TestClient(create_app(shop)) as asked:
        yield asked


def invent(
    engine: Engine,
    ids: Sequence[str],
    names: Sequence[str | None] | None = None,
    before: Edition | None = None,
) -> Edition:
    """Publish invented assets over 0.4 by 0.4 degrees; each fifth has no place, each seventh no day."""
    count, number = len(ids), 1 if before is None else before.number + 1
    where = np.random.default_rng(7).random((count, 2)) * 0.4 + (120.4, 31.0)
    where[::5] = np.nan
    each = np.arange(count)
    kva = [None if n % 4 == 3 else f"{n % 900:.1f}" for n in range(count)]
    table = pa.table(
        {
            "asset_id": pa.array(sorted(ids), pa.string()),
            "level": [LEVELS[n % 3 + 1] for n in each],
            "name": pa.array(names or [f"10kV第{n}线" for n in each], pa.string()),
            "substation": [f"站{n % 20}" for n in each],
            "voltage_kv": ["10.000"] * count,
            "rated_kva": ["400.0"] * count,
            "limit_kva": ["320.0"] * count,
            "open_capacity_kva": pa.array(kva, pa.string()),
            "status": [STATUSES[n % 4] for n in each],
            "reason": ["no_reading" if n % 4 == 3 else "room" for n in each],
            "bottleneck_level": pa.array([None if n % 4 == 3 else "feeder" for n in each], pa.string()),
            "data_date": pa.array(
                [None if n % 7 == 6 else f"2026-09-{n % 30 + 1:02}" for n in each], pa.string()
            ),
            "edition_id": [f"2026-Q4-{number}"] * count,
            "geometry": cell_of(where[:, 0], where[:, 1], 1000),
        }
    )
    made = replace(
        edition(number),
        created_at=datetime.now(UTC),
        rows=count,
        rows_sha256=table_sha256((table, PUBLISHED)),
        previous=before.id if before else None,
        previous_sha256=before.sha256 if before else None,
    )
    with engine.begin() as connection:
        write_rows(connection, published, PUBLISHED, table, made.id)
        write_header(connection, made)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("analyze disclosure.published")
    return made


@pytest.fixture
def address(service: Service) -> Iterator[str]:
    """Serve the test's database on a free loopback port; the server's address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(service), log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.005)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()
