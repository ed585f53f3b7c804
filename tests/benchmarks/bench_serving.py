"""How fast what is published is served: 200,000 assets, side by side with what each figure is compared with.

One worker of uvicorn on a loopback socket, asked by a process of its own; the database is asked alone too, so
that a ratio tells what the service adds. Nothing fails because it is slow, all fails where answers differ.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from sqlalchemy import Engine

from api.service import Service
from api.settings import Settings
from layers.queries.collections import CAPACITY
from layers.queries.published import Wanted, as_feature, page_question
from layers.queries.published_search import read_finder
from layers.queries.reading import reading
from tests.api.open.conftest import address as served
from tests.api.open.conftest import invent

ASSETS = 200_000
ROUNDS = 7
ITEMS = "/ogc/collections/capacity/items"


@pytest.fixture(scope="module")
def ids() -> list[str]:
    return [f"A{n:06}" for n in range(ASSETS)]


@pytest.fixture
def service(engine: Engine, tmp_path: Any, ids: list[str]) -> Service:
    invent(engine, ids)
    return Service(Settings(home=tmp_path, database_url=None, rate_limit=0), private=engine, public=engine)


address = served


class Client:
    """One connection that stays open."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._line = http.client.HTTPConnection(str(parts.hostname), int(parts.port or 80))

    def close(self) -> None:
        self._line.close()

    def get(self, path: str) -> bytes:
        try:
            self._line.request("GET", path)
            answer = self._line.getresponse()
        except http.client.RemoteDisconnected:  # it was silent for longer than the server waits
            self._line.close()
            self._line.request("GET", path)
            answer = self._line.getresponse()
        body = answer.read()
        assert answer.status in {200, 204}, (path, answer.status, body[:200])
        return body


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with closing(Client(address)) as made:
        yield made


def median_ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median time of a piece of work, which ran once before."""
    work()
    taken = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return float(np.median(taken)) * 1_000


def _ask(address: str, paths: Sequence[str], lines: int) -> tuple[float, float]:
    """Return requests a second over some connections, and the 99th percentile of one, ms."""

    def one(part: Sequence[str]) -> list[float]:
        taken = []
        with closing(Client(address)) as client:
            for path in part:
                begin = time.perf_counter()
                client.get(path)
                taken.append(time.perf_counter() - begin)
        return taken

    with ThreadPoolExecutor(lines) as threads:
        begin = time.perf_counter()
        taken = [
            each for part in threads.map(one, [paths[at::lines] for at in range(lines)]) for each in part
        ]
        whole = time.perf_counter() - begin
    return len(paths) / whole, float(np.percentile(taken, 99)) * 1_000


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast requests were answered: on the wall, and by the processor time of the server's process."""

    per_second: float
    p99_ms: float
    cpu_ms: float

    def __str__(self) -> str:
        alone = 1_000 / self.cpu_ms
        wall = f"{self.per_second:,.0f} a second, p99 {self.p99_ms:.1f} ms"
        return f"{wall}; {alone:,.0f} a second of processor time"


@pytest.fixture
def rate(address: str) -> Iterator[Callable[[Sequence[str], int], Rate]]:
    """Ask from another process, so that the asker does not take turns with the one who answers."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:

        def ask(paths: Sequence[str], lines: int) -> Rate:
            begin = time.process_time()
            per_second, p99_ms = pool.apply(_ask, (address, paths, lines))
            return Rate(per_second, p99_ms, (time.process_time() - begin) * 1_000 / len(paths))

        yield ask


def test_serving(
    service: Service, client: Client, ids: list[str], rate: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    first_ms, last_ms, alone_ms = _pages(service, client, ids)
    said.append(
        f"items limit=1000, first page {first_ms:.1f} ms (target 20 ms); the database alone {alone_ms:.1f} ms"
    )
    said.append(f"the last page {last_ms / first_ms:.2f} times the first (target 1.5)")
    rng = np.random.default_rng(3)
    looked_up = [f"/api/v1/capacity/{ids[n]}" for n in rng.integers(0, ASSETS, 2_000)]
    for what, paths in (
        ("empty endpoint (/healthz)", ["/healthz"] * 2_000),
        ("look-up (target 2,500)", looked_up),
        ("random box of 0.01 degrees (target 400)", [_box(rng) for _ in range(600)]),
    ):
        said.append(f"{what}: {rate(paths, 8)}")
    said += _tiles(client, rate)
    said.append(
        f"finder of names made in {median_ms(lambda: read_finder(service.public, '2026-Q4-1'), 1):,.0f} ms"
    )
    client.get("/api/v1/capacity?q=1999")
    said.append(f"search, 100 rows: {median_ms(lambda: client.get('/api/v1/capacity?q=1999')):.1f} ms")
    with capsys.disabled():
        print("\n" + "\n".join(said))


def _pages(service: Service, client: Client, ids: list[str]) -> tuple[float, float, float]:
    """Return the time of the first page, of the last, and of the first in the database alone, ms."""
    page = json.loads(client.get(f"{ITEMS}?limit=9000"))
    while (
        onward := next((each["href"] for each in page["links"] if each["rel"] == "next"), None)
    ) is not None:
        last = onward.replace("limit=9000", "limit=1000")
        page = json.loads(client.get(urlsplit(onward).path + "?" + urlsplit(onward).query))
    last = urlsplit(last).path + "?" + urlsplit(last).query
    assert json.loads(client.get(last))["numberReturned"] == 1000
    question = page_question(CAPACITY, "2026-Q4-1", Wanted(), after=None, limit=1001, shape=as_feature())

    def alone() -> int:
        with reading(service.public) as connection:
            return len(connection.execute(question).fetchall())

    assert alone() == 1001
    first = json.loads(client.get(ITEMS))["features"]
    assert [each["id"] for each in first] == ids[:1000]
    return median_ms(lambda: client.get(ITEMS)), median_ms(lambda: client.get(last)), median_ms(alone)


def _box(rng: np.random.Generator) -> str:
    west, south = rng.random(2) * 0.39 + (120.4, 31.0)
    return f"/api/v1/capacity?bbox={west},{south},{west + 0.01},{south + 0.01}"


def _tiles(client: Client, rate: Any) -> Iterator[str]:
    for zoom in (6, 8, 10, 12, 13, 14):
        side = 1 << zoom
        at_x, at_y = int((120.6 + 180) / 360 * side), int(0.40863 * side)
        reach = 2 if zoom > 8 else 0
        spread = range(-reach, reach + 1)
        around = [(at_x + i, at_y + j) for i in spread for j in spread]
        paths = [f"/tiles/capacity/{zoom}/{x}/{y}" for x, y in around]
        made_ms, sizes = [], []
        for path in paths:
            begin = time.perf_counter()
            sizes.append(len(client.get(path)))
            made_ms.append((time.perf_counter() - begin) * 1_000)
        repeated = paths * (1_000 // len(paths))
        newest, pinned = rate(repeated, 8), rate([f"{path}?v=2026-Q4-1" for path in repeated], 8)
        yield f"tiles z{zoom}: made in {np.median(made_ms):.0f} ms, the largest {max(sizes) / 1_000:.0f} kB"
        yield f"  kept: {newest}"
        yield f"  kept, with ?v=: {pinned} (target 1,500)"
