"""How fast what is published is served: 200,000 assets, side by side with what each figure is compared with.

`kaimen serve` in processes of its own, asked by another over the loopback; tipg over the same table, and the
database alone by pgbench, in the same run. Beside each rate stands what one process would reach that had a
processor for itself: machines have other work too. Nothing fails because it is slow, all fails where answers
differ.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from sqlalchemy import Engine

from layers.queries.collections import CAPACITY
from layers.queries.published import Wanted, as_feature, page_question
from layers.queries.published_search import read_finder
from layers.queries.reading import reading
from tests.api.open.conftest import invent
from tests.benchmarks.load import Asker, Rate, asker
from tests.benchmarks.servers import Server, kaimen, pgbench, tipg

ASSETS = 200_000
ROUNDS = 7
REQUESTS = 4_000
SERVED = (10, 12, 14)
THEIR_REQUESTS = 16
CONNECTIONS = (8, 64)
EDITION = "2026-Q4-1"
ITEMS = "/ogc/collections/capacity/items"
THEIRS = "/collections/disclosure.published"
PACKED = "Accept-Encoding: gzip\r\n"


@pytest.fixture(scope="module")
def ids() -> list[str]:
    return [f"A{n:06}" for n in range(ASSETS)]


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


def median_ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median time of a piece of work, which ran once before."""
    return medians_ms(work, rounds=rounds)[0]


def medians_ms(*works: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Return the median time of pieces of work that take turns, each of which ran once before."""
    taken = np.empty((rounds + 1, len(works)))
    for turn in range(rounds + 1):
        for at, work in enumerate(works):
            begin = time.perf_counter()
            work()
            taken[turn, at] = time.perf_counter() - begin
    return (np.median(taken[1:], axis=0) * 1_000).tolist()  # type: ignore[no-any-return]  # numpy says Any


@contextmanager
def told(server: Server, requests: int) -> Iterator[list[str]]:
    """Give a list; into it comes how many a second one process would answer alone."""
    said: list[str] = []
    begin = server.processor_s()
    yield said
    said.append(f"{requests / (server.processor_s() - begin):,.0f} a second of one processor")


def test_serving(
    engine: Engine,
    database_url: str,
    tmp_path: Path,
    ids: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    invent(engine, ids)

    def say(lines: Iterator[str]) -> None:
        for line in lines:
            with capsys.disabled():
                print(f"\n{line}", end="")

    with asker() as asking:
        with kaimen(monkeypatch, tmp_path / "one", database_url) as ours:
            with tipg(database_url, "disclosure") as theirs, closing(Client(ours.address)) as client:
                say(_items(engine, client, theirs, ids))
                say(_tiles(client, asking, ours, theirs))
            say(_look_ups(asking, ours, "one worker", database_url, tmp_path))
            with closing(Client(ours.address)) as client:
                say(_searches(engine, client))
        with kaimen(monkeypatch, tmp_path / "two", database_url, workers=2) as ours:
            say(_look_ups(asking, ours, "two workers", database_url, tmp_path))


def _items(engine: Engine, client: Client, theirs: Server, ids: list[str]) -> Iterator[str]:
    last = _last_page(client)
    first = json.loads(client.get(ITEMS))["features"]
    assert [each["id"] for each in first] == ids[:1000]
    question = page_question(CAPACITY, EDITION, Wanted(), after=None, limit=1001, shape=as_feature())

    def alone() -> int:
        with reading(engine) as connection:
            return len(connection.execute(question).fetchall())

    assert alone() == 1001
    asked = f"{THEIRS}/items?limit=1000&edition_id={EDITION}"
    with closing(Client(theirs.address)) as other:
        page = json.loads(other.get(asked))
        assert page["numberReturned"] == 1000
        first_ms, last_ms, alone_ms, their_ms, their_last_ms = medians_ms(
            lambda: client.get(ITEMS),
            lambda: client.get(last),
            alone,
            lambda: other.get(asked),
            lambda: other.get(f"{asked}&offset={ASSETS - 1000}"),
        )
    yield f"items limit=1000, first page {first_ms:.1f} ms (target 20); the database alone {alone_ms:.1f} ms"
    yield f"  last page {last_ms / first_ms:.2f} times the first (target 1.5)"
    yield f"  tipg {their_ms:.0f} ms, {their_ms / first_ms:.1f} times ours (target 5)"
    yield f"  tipg's last page {their_last_ms:.0f} ms, {their_last_ms / last_ms:.1f} times ours"


def _last_page(client: Client) -> str:
    """Return the address of the last 1,000 features."""
    onward = f"{ITEMS}?limit=9000"
    last = onward
    while onward:
        links = json.loads(client.get(onward))["links"]
        parts = urlsplit(next((each["href"] for each in links if each["rel"] == "next"), ""))
        onward = f"{parts.path}?{parts.query}" if parts.path else ""
        last = onward.replace("limit=9000", "limit=1000") or last
    assert json.loads(client.get(last))["numberReturned"] == 1000
    return last


def _look_ups(asking: Asker, ours: Server, who: str, database_url: str, folder: Path) -> Iterator[str]:
    rng = np.random.default_rng(3)
    looked_up = [f"/api/v1/capacity/A{n:06}" for n in rng.integers(0, ASSETS, REQUESTS)]
    boxes = [_box(rng) for _ in range(300)]
    for connections in CONNECTIONS:
        asking.rate(ours.port, looked_up[:500], connections)
        with told(ours, REQUESTS) as said:
            rate = asking.rate(ours.port, looked_up, connections)
        ceiling = pgbench(database_url, folder, EDITION, ASSETS, connections)
        yield f"look-up, {who} (target 2,500 a worker): {rate}; {said[0]}"
        yield f"  {rate.per_second / ceiling:.0%} of pgbench's {ceiling:,.0f} over as many connections"
    for what, paths in (("empty endpoint (/healthz)", ["/healthz"] * REQUESTS), ("random box (400)", boxes)):
        with told(ours, len(paths)) as said:
            rate = asking.rate(ours.port, paths, CONNECTIONS[0])
        yield f"{what}, {who}: {rate}; {said[0]}"


def _box(rng: np.random.Generator) -> str:
    west, south = rng.random(2) * 0.39 + (120.4, 31.0)
    return f"/api/v1/capacity?bbox={west},{south},{west + 0.01},{south + 0.01}"


def _searches(engine: Engine, client: Client) -> Iterator[str]:
    yield f"finder of names made in {median_ms(lambda: read_finder(engine, EDITION), 1):,.0f} ms"
    client.get("/api/v1/capacity?q=1999")
    yield f"search, 100 rows: {median_ms(lambda: client.get('/api/v1/capacity?q=1999')):.1f} ms"


def _tiles(client: Client, asking: Asker, ours: Server, theirs: Server) -> Iterator[str]:
    for zoom in (6, 8, 10, 12, 13, 14):
        side = 1 << zoom
        at_x, at_y = int((120.6 + 180) / 360 * side), int(0.40863 * side)
        reach = 2 if zoom > 8 else 0
        spread = range(-reach, reach + 1)
        places = [f"{zoom}/{at_x + i}/{at_y + j}" for i in spread for j in spread]
        made_ms, sizes = [], []
        for place in places:
            begin = time.perf_counter()
            sizes.append(len(client.get(f"/tiles/capacity/{place}")))
            made_ms.append((time.perf_counter() - begin) * 1_000)
        yield f"tiles z{zoom}: made in {np.median(made_ms):.0f} ms, p99 {np.percentile(made_ms, 99):.0f}"
        yield f"  (target 400), the largest {max(sizes) / 1_000:.0f} kB (target 300)"
        if zoom not in SERVED:
            continue
        paths = [f"/tiles/capacity/{place}" for place in places]
        newest, _ = kept(asking, ours, paths)
        pinned, alone = kept(asking, ours, [f"{path}?v={EDITION}" for path in paths])
        paths = [f"{THEIRS}/tiles/WebMercatorQuad/{place}?edition_id={EDITION}" for place in places]
        other = asking.rate(theirs.port, paths[:THEIR_REQUESTS], 8, PACKED)
        yield f"  kept, newest: {newest}"
        yield f"  kept, with ?v=: {pinned} (target 1,500); {alone}"
        yield f"  tipg: {other}; ours {pinned.per_second / other.per_second:.0f} times (target 5)"


def kept(asking: Asker, ours: Server, paths: Sequence[str]) -> tuple[Rate, str]:
    """Return how fast tiles are served that were made already."""
    asking.rate(ours.port, paths, 2, PACKED)  # packed now
    repeated = list(paths) * (REQUESTS // len(paths))
    with told(ours, len(repeated)) as said:
        rate = asking.rate(ours.port, repeated, 8, PACKED)
    return rate, said[0]
