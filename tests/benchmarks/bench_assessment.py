"""How soon a real city is assessed over HTTP, and how much of that time the engine takes.

Wuhan as imported and published, asked by the public: `kaimen serve` with two workers, another process that
asks over the loopback, so many questions a second whether or not the last one is answered, none asked twice.
In the same run a process answers the same questions without HTTP, part by part. Nothing fails because it is
slow.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import quote

import numpy as np
import pytest

from api.operations.connection import Connection, reply
from api.operations.editions import Request, publish_edition
from api.operations.imports import import_files
from api.operations.serving import serving
from api.operations.siting import Place
from api.service import Service
from api.settings import Settings
from api.tiers import Tier
from gis.routing.search import Search
from layers.database import open_engine
from layers.editions.publish import PublishWatch
from layers.intake.request import ImportRequest
from tests.benchmarks.cities import SILENT, WUHAN, import_wuhan
from tests.benchmarks.load import asker
from tests.benchmarks.servers import kaimen

ON: Final = date(2025, 4, 30)
POLICY: Final = "liangzihu"
K: Final = 5
LIMIT_M: Final = 2_000.0
QUESTIONS: Final = 500
WARM: Final = 40
PER_SECOND: Final = 20.0
ROUNDS: Final = 3
PACKED: Final = "Accept-Encoding: gzip\r\n"


def _loads(count: int) -> list[float]:
    """Return loads in kVA that differ, those of shops and of factories."""
    return [100.0 + 7.0 * each for each in range(count)]


def test_assessment(
    fresh_database: Callable[[], AbstractContextManager[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if not WUHAN.is_dir():
        pytest.skip("the files of wuhan are not beside the checkout")
    with fresh_database() as url:
        _filled(url, tmp_path)
        with serving(Settings(home=tmp_path / "alone", database_url=url)) as service:
            ids: list[str] = service.office.ground().parcels.ids.tolist()
            np.random.default_rng(11).shuffle(ids)
            asked = list(zip((ids * 2)[: QUESTIONS + WARM], _loads(QUESTIONS + WARM), strict=True))
            parts = np.array([_parts_ms(service, *each) for each in asked])[WARM:]
        paths = [
            f"/api/v1/parcels/{quote(each)}/connection?load_kva={load:g}&k={K}&jurisdiction={POLICY}"
            for each, load in asked
        ]
        with asker() as asking, kaimen(monkeypatch, tmp_path / "served", url, workers=2) as server:
            asking.rate(server.port, paths[:WARM] * 2, 4, PACKED)
            rounds = [
                asking.steadily_ms(server.port, paths[WARM:], PER_SECOND, PACKED) for _ in range(ROUNDS)
            ]
    with capsys.disabled():
        for line in _told(np.array(rounds), parts):
            print(f"\n{line}", end="")


def _filled(url: str, folder: Path) -> None:
    """Import the city with the readings of its transformers, and publish it."""
    engine = open_engine(url)
    import_wuhan(engine)
    import_files(engine, ImportRequest("capacity", (WUHAN / "transformers.csv",)), SILENT)
    publish_edition(engine, folder / "published", Request(ON), ON, PublishWatch(lambda _: None, lambda: None))
    engine.dispose()


def _parts_ms(service: Service, parcel: str, load_kva: float) -> tuple[float, float, float, int, int]:
    """Return the milliseconds of search, assessment (with it) and JSON, the options and the bytes."""
    asked = Connection(Place(parcel=parcel), load_kva, None, None, None, K, LIMIT_M, None, POLICY, {})
    begin = time.perf_counter()
    replied = reply(service, Tier.PUBLIC, asked)
    assessed = time.perf_counter()
    body = json.dumps(replied.as_json("en"), ensure_ascii=False, separators=(",", ":")).encode()
    told = time.perf_counter()
    assessment, desk = replied.answered.assessment, replied.answered.desk
    level = assessment.proposals[0].choice.level if assessment.proposals else "feeder"
    seeker = replied.ground.seeker(replied.ground.parcel(parcel, public=False))
    router, able_kva = desk.network.levels[level].router, desk.offers[level].able_kva
    load = np.array([load_kva])
    seeker.connections(router, load, able_kva, Search(K, LIMIT_M))
    sought = time.perf_counter()
    seeker.connections(router, load, able_kva, Search(K, LIMIT_M))
    found = time.perf_counter()
    figures = (found - sought, assessed - begin, told - assessed)
    search_ms, assess_ms, json_ms = (each * 1_000 for each in figures)
    return search_ms, assess_ms, json_ms, len(assessment.proposals), len(body)


def _told(rounds: np.ndarray, parts: np.ndarray) -> Iterator[str]:
    p50, p99 = np.percentile(rounds, [50, 99], axis=1)
    search, assessment, as_json = np.median(parts[:, :3], axis=0).tolist()
    options, size = parts[:, 3].mean(), np.median(parts[:, 4]) / 1_000
    yield (
        f"assessment over HTTP, wuhan, top {K} with routes and decisions, {PER_SECOND:g} a second,"
        f" {QUESTIONS} questions, two workers (load average {os.getloadavg()[0]:.1f})"
    )
    every = ", ".join(f"{one:.1f} / {other:.1f}" for one, other in zip(p50, p99, strict=True))
    yield (
        f"  p50 {np.median(p50):.1f} ms (target 15), p99 {np.median(p99):.1f} (target 60);"
        f" of {ROUNDS} rounds p50 / p99 {every}"
    )
    yield f"  {options:.1f} options on average, {size:.0f} kB before packing"
    yield (
        f"  without HTTP, medians: routes sought and measured {search:.2f} ms, drawn, decided and dated"
        f" {assessment - search:.1f}, told as JSON {as_json:.1f}"
    )
    yield (
        f"  so the search takes {search / np.median(p50):.1%} of an answer over HTTP, the whole assessment"
        f" {assessment / np.median(p50):.0%}; HTTP, packing and the asker"
        f" {np.median(p50) - assessment - as_json:.1f} ms"
    )
