"""How fast tiles of 200,000 parcels and of 370,000 streets are made and served.

Beside those of parcels stand tiles that hold every parcel.

Made: in this process over one connection, every tile of a zoom or a spread of 24 of them, never from memory.
Served: `kaimen serve` with two workers, asked from another process, tiles that are kept; beside it
``/healthz``, which does nothing, and tipg over the same table. Nothing fails because it is slow; a tile
beyond 300 kB fails.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from sqlalchemy import Engine

from api.operations.tiles import TIMEOUT_MS
from layers.database import driver
from layers.queries.reading import reading_together
from layers.queries.tiles import Tile
from layers.queries.working_tiles import PUBLIC_LAYERS, working_tile
from tests.api.tiles.conftest import Box, addresses, column_row
from tests.api.tiles.towns import RUN, SOUTH, STEP, WEST, fill_town
from tests.benchmarks.bench_serving import PACKED, THEIR_REQUESTS, Client, kept
from tests.benchmarks.load import Asker, asker
from tests.benchmarks.servers import Server, kaimen, tipg

COLUMNS, ROWS = 500, 400
TOWN: Box = (WEST, SOUTH, WEST + COLUMNS * STEP, SOUTH + ROWS * STEP)
MOST_BYTES = 300_000
SPREAD = 24
REQUESTS = 4_000
CONNECTIONS = 8
MADE = (
    *(("parcels", zoom) for zoom in (6, 8, 10, 12, 13, 14)),
    ("zones", 11),
    *(("base", zoom) for zoom in (6, 8, 10, 11, 12, 13, 14)),
)
_LAND: Final = Path(__file__).with_name("dense_land.sql").read_text(encoding="utf-8")

EVERY = """
with drawn as (
    select p.id, p.name, r.class, r.failed_test, p.land_use, r.load_kva,
        st_asmvtgeom(st_transform(p.geom, 3857), st_tileenvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) as geom
    from grid.parcels p left join siting.run_rows r on r.run_id = %(run)s and r.parcel_id = p.id
    where p.geom && st_transform(st_tileenvelope(%(z)s, %(x)s, %(y)s), 4326)
)
select st_asmvt(drawn, 'parcels', 4096, 'geom') from drawn where geom is not null
"""
"""What is compared with: every parcel in every tile, as it is."""


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
    with engine.connect() as connection, driver(connection) as raw:
        begin = time.perf_counter()
        row = raw.execute(EVERY.encode(), {"z": zoom, "x": x, "y": y, "run": RUN}).fetchone()
        return (time.perf_counter() - begin) * 1_000, len(row[0]) if row else 0


def test_tiles(
    engine: Engine,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fill_town(engine, COLUMNS, ROWS)
    _fill_land(engine)

    def say(line: str) -> None:
        with capsys.disabled():
            print(f"\n{line}", end="")

    say(f"{COLUMNS * ROWS:,} parcels; tiles not kept: median ms, p99 ms (target 400), largest raw kB (300)")
    for layer, zoom in MADE:
        taken, largest = made(engine, layer, zoom)
        figures = f"{np.median(taken):.0f}, {np.percentile(taken, 99):.0f}, {largest / 1e3:.1f}"
        assert largest <= MOST_BYTES
        if layer == "parcels":
            full_ms, full = whole(engine, zoom)
            times, share = full_ms / max(taken), full / largest
            figures += f"; with every parcel {times:.1f} times the slowest, {share:.1f} times the largest"
        say(f"  {layer} z{zoom}: {figures}")
    with (
        asker() as asking,
        kaimen(monkeypatch, tmp_path / "served", database_url, workers=2) as ours,
        tipg(database_url, "grid") as theirs,
        closing(Client(ours.address)) as client,
    ):
        for line in _served(client, asking, ours, theirs):
            say(line)


def _fill_land(engine: Engine) -> None:
    """Put streets, water and green as dense as a city's over the town."""
    statements = _LAND.replace(":columns", str(COLUMNS)).replace(":rows", str(ROWS))
    with engine.begin() as connection, driver(connection) as raw:
        raw.execute(statements.encode())
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum analyze")


def _served(client: Client, asking: Asker, ours: Server, theirs: Server) -> Iterator[str]:
    v = json.loads(client.get("/tiles/parcels.json"))["v"]
    empty = asking.rate(ours.port, ["/healthz"] * REQUESTS, CONNECTIONS)
    yield f"two workers; /healthz: {empty}"
    for zoom in (10, 12, 14):
        places = list(addresses(zoom, TOWN))[:SPREAD]
        rate, alone = kept(asking, ours, [f"/tiles/parcels/{zoom}/{x}/{y}?v={v}" for x, y in places])
        yield f"  kept, z{zoom}: {rate} (target 1,500 a worker); {alone}"
        paths = [
            f"/collections/grid.parcels/tiles/WebMercatorQuad/{zoom}/{x}/{y}"
            for x, y in places[:THEIR_REQUESTS]
        ]
        other = asking.rate(theirs.port, paths, CONNECTIONS, PACKED)
        yield f"    tipg, one worker: {other}; ours {rate.per_second / other.per_second:.0f} times (target 5)"
