"""How fast tiles of 200,000 parcels are made and served, side by side with tiles that hold every parcel.

Made: in this process over one connection, every tile of a zoom or a spread of 24 of them, never from memory.
Served: one worker of uvicorn, 8 connections of a process of its own, tiles that are kept; beside it
``/healthz``, which does nothing. Nothing fails because it is slow; a tile beyond 300 kB fails.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine

from api.operations.tiles import TIMEOUT_MS, Wanted, state_of
from api.service import Service
from api.settings import Settings
from api.tiers import Tier
from layers.database import driver
from layers.queries.reading import reading_together
from layers.queries.tiles import Tile
from layers.queries.working_tiles import PUBLIC_LAYERS, working_tile
from tests.api.open.conftest import address as served
from tests.api.tiles.conftest import Box, addresses, column_row
from tests.api.tiles.towns import RUN, SOUTH, STEP, WEST, fill_town
from tests.benchmarks.bench_serving import _ask

COLUMNS, ROWS = 500, 400
TOWN: Box = (WEST, SOUTH, WEST + COLUMNS * STEP, SOUTH + ROWS * STEP)
MOST_BYTES = 300_000
SPREAD = 24
REQUESTS = 4_000
MADE = (
    *(("parcels", zoom) for zoom in (6, 8, 10, 12, 13, 14)),
    *(("zones", 11), ("base", 10), ("base", 12), ("base", 14)),
)

EVERY = """
with drawn as (
    select
        st_asmvtgeom(st_transform(p.geom, 3857), st_tileenvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) as geom, p.id, p.name, r.class, r.failed_test, p.land_use, r.load_kva
    from grid.parcels p left join siting.run_rows r on r.run_id = %(run)s and r.parcel_id = p.id
    where p.geom && st_transform(st_tileenvelope(%(z)s, %(x)s, %(y)s), 4326)
)
select st_asmvt(drawn, 'parcels', 4096, 'geom') from drawn where geom is not null
"""
"""What is compared with: every parcel in every tile, as it is."""


@pytest.fixture
def service(engine: Engine, tmp_path: Path) -> Service:
    fill_town(engine, COLUMNS, ROWS)
    return Service(Settings(home=tmp_path, database_url=None, rate_limit=0), private=engine, public=engine)


address = served


def spread(zoom: int) -> Iterator[Tile]:
    """Give the tiles of a zoom over the town, or as many of them as are measured."""
    every = list(addresses(zoom, TOWN))
    for at in np.unique(np.linspace(0, len(every) - 1, SPREAD).astype(int)).tolist():
        yield Tile(zoom, *every[at])


def made(engine: Engine, layer: str, zoom: int) -> tuple[list[float], int]:
    """Return the milliseconds that tiles take, and the bytes of the largest."""
    taken, largest = [], 0
    for tile in spread(zoom):
        with reading_together(engine, TIMEOUT_MS) as connection:
            begin = time.perf_counter()
            body = working_tile(connection, PUBLIC_LAYERS[layer], tile, public=True, run=RUN)
            taken.append((time.perf_counter() - begin) * 1_000)
        largest = max(largest, len(body))
    return taken, largest


def whole(engine: Engine, zoom: int) -> tuple[float, int]:
    """Return milliseconds and bytes of the tile in the middle with every parcel in it."""
    x, y = column_row(zoom, (TOWN[0] + TOWN[2]) / 2, (TOWN[1] + TOWN[3]) / 2)
    with engine.connect() as connection:
        begin = time.perf_counter()
        row = driver(connection).execute(EVERY.encode(), {"z": zoom, "x": x, "y": y, "run": RUN}).fetchone()
        return (time.perf_counter() - begin) * 1_000, len(row[0]) if row else 0


def test_tiles(service: Service, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{COLUMNS * ROWS:,} parcels; tiles not kept: median ms, p99 ms, largest raw kB"]
    for layer, zoom in MADE:
        taken, largest = made(service.private, layer, zoom)
        figures = f"{np.median(taken):.0f}, {np.percentile(taken, 99):.0f}, {largest / 1e3:.1f}"
        lines.append(f"  {layer} z{zoom}: {figures}")
        assert largest <= MOST_BYTES
        if layer == "parcels":
            full_ms, full = whole(service.private, zoom)
            times, share = full_ms / max(taken), full / largest
            lines[-1] += f"; with every parcel {times:.1f} times the slowest, {share:.1f} times the largest"
    wanted = Wanted("parcels", Tier.PUBLIC)
    state = state_of(service, wanted, PUBLIC_LAYERS["parcels"])
    assert state is not None
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        empty, _ = pool.apply(_ask, (address, ["/healthz"] * REQUESTS, 8))
        for zoom in (10, 12, 14):
            places = list(addresses(zoom, TOWN))[:SPREAD]
            some = [f"/tiles/parcels/{zoom}/{x}/{y}?v={state.v}" for x, y in places]
            pool.apply(_ask, (address, some, 2))  # made now, and kept
            rate, p99 = pool.apply(_ask, (address, some * (REQUESTS // len(some)), 8))
            told = f"{rate:,.0f} a second (p99 {p99:.0f} ms), {rate / empty:.2f} of /healthz ({empty:,.0f})"
            lines.append(f"  kept, z{zoom}: {told}")
    with capsys.disabled():
        print("\n" + "\n".join(lines))
