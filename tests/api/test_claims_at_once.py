"""Many clients at once, and clients that are killed: no asset goes beyond its limit, no claim is lost."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from api.operations.capacity import worked_out
from api.operations.claims import Recorded, accept, extend, withdraw
from gis.capacity.open_capacity import OpenCapacity, margins, with_claim
from gis.capacity.parameters import default_parameters
from gis.claims.model import Acceptance, Remark
from gis.errors import CapacityError, InputError, KaimenError
from layers.claims.surroundings import surroundings
from layers.database import open_engine
from tests.gis.capacity.grids import ON, Rows, golden
from tests.layers.stored_grid import drift, events, store

PARAMETERS = default_parameters()
CLIENTS = 64
ROOT = Path(__file__).parents[2]

Job = Callable[[Engine], Recorded]


def at_once(url: str, jobs: Sequence[Job]) -> list[Recorded | KaimenError]:
    """Do all jobs at the same time, each by a client with a connection of its own."""
    ready = Barrier(len(jobs))

    def client(job: Job) -> Recorded | KaimenError:
        engine = open_engine(url)
        try:
            with engine.connect():
                ready.wait()
            return job(engine)
        except KaimenError as refused:
            return refused
        finally:
            engine.dispose()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(client, jobs))


def asks(asset: str, kva: float, site: str, **more: Any) -> Job:
    asked = Acceptance(asset, site, kva, ON, **more)
    return lambda engine: accept(engine, asked, Remark("w"), ON, PARAMETERS)


def withdraws(thing: str) -> Job:
    return lambda engine: withdraw(engine, thing, ON, Remark(why="退"), ON, PARAMETERS)


def grows(thing: str) -> Job:
    return lambda engine: extend(engine, thing, None, 120.0, Remark(), ON, PARAMETERS)


def figures(engine: Engine) -> OpenCapacity:
    return worked_out(engine, ON, PARAMETERS)


def overdrawn(capacity: OpenCapacity) -> list[str]:
    return [str(thing) for thing, left in zip(capacity.ids, capacity.own_after_kva, strict=True) if left < 0]


def kept_ids(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(text("select id from grid.claims")))


def test_64_clients_on_the_same_feeders_never_go_beyond_a_limit(engine: Engine, database_url: str) -> None:
    store(engine, golden())
    draw = random.Random(64)  # noqa: S311  # the same clients every time
    wanted = [
        (
            draw.choice(["D", "F", "F", "G", "G", "T1", "T2"]),
            float(draw.choice([20, 60, 150, 400, 900])),
            f"Q{n}",
        )
        for n in range(CLIENTS)
    ]
    begin = time.perf_counter()
    answers = at_once(database_url, [asks(*each) for each in wanted])
    seconds = time.perf_counter() - begin
    taken = {each.claim.id for each in answers if isinstance(each, Recorded)}
    after = figures(engine)
    assert overdrawn(after) == []
    assert kept_ids(engine) == taken | {"C1", "C2", "C3", "C4"}
    assert {thing for thing, what in events(engine) if what == "accepted"} == taken
    assert 10 < len(taken) < CLIENTS
    for (asset, kva, _), answer in zip(wanted, answers, strict=True):
        if not isinstance(answer, Recorded):
            assert isinstance(answer, CapacityError), answer
            row = after.row_of(asset)
            left = [each for _, each in margins(with_claim(after, row, kva), row)]
            assert min(left) < 0, "what was refused would not have fitted"
    assert drift(engine) == []
    assert seconds < 60


def test_without_the_lock_the_same_clients_do_go_beyond(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(engine, golden())
    clients = 8
    read = Barrier(clients)
    kept = surroundings

    def all_have_read(*given: Any) -> Any:
        found = kept(*given)
        read.wait(20)  # a lock that held would let nobody come here together
        return found

    monkeypatch.setattr("api.operations.claims.hold_assets", lambda connection, roots: None)
    monkeypatch.setattr("api.operations.claims.surroundings", all_have_read)
    answers = at_once(database_url, [asks("F", 300.0, f"Q{n}") for n in range(clients)])
    assert all(isinstance(each, Recorded) for each in answers)
    assert "F" in overdrawn(figures(engine))


def two_stations() -> Rows:
    rows = golden()
    rows["substations"].append({"id": "R", "voltage_kv": 110.0})
    rows["feeders"].append({"id": "E", "substation_id": "R", "voltage_kv": 10.0})
    read = rows["capacity"][0]
    rows["capacity"] += [
        read | {"id": "r", "asset_id": "R", "limit_kva": 20_000.0, "peak_kva": 1_000.0},
        read | {"id": "e", "asset_id": "E", "limit_a": 400.0, "peak_a": 100.0, "peak_kva": None},
    ]
    return rows


def test_sites_with_claims_at_two_stations_lead_to_no_deadlock(engine: Engine, database_url: str) -> None:
    store(engine, two_stations())
    assets = ("E", "F", "G", "T2")
    jobs: list[Job] = [asks(assets[n % 4], 40.0 + n, f"Q{n % 6}", id=f"N{n}") for n in range(24)]
    at_once(database_url, jobs)
    mixed: list[Job] = []
    for n in range(24):
        thing = f"N{n}"
        if n % 3 == 0:
            mixed.append(withdraws(thing))
        elif n % 3 == 1:
            mixed.append(grows(thing))
        else:
            mixed.append(asks(assets[n % 4], 30.0 + n, f"Q{n % 6}", id=f"M{n}"))
    answers = at_once(database_url, mixed)
    assert all(isinstance(each, Recorded | CapacityError | InputError) for each in answers)
    assert sum(isinstance(each, Recorded) for each in answers) > 12
    assert drift(engine) == []
    with engine.connect() as connection:
        found = connection.scalar(
            text("select deadlocks from pg_stat_database where datname = current_database()")
        )
    assert found == 0


def test_of_many_claims_of_one_id_one_is_accepted(engine: Engine, database_url: str) -> None:
    store(engine, two_stations())
    answers = at_once(database_url, [asks("EFG"[n % 3], 5.0, f"Q{n}", id="X") for n in range(12)])
    assert sum(isinstance(each, Recorded) for each in answers) == 1
    refused = [each for each in answers if isinstance(each, InputError)]
    assert len(refused) == 11
    assert {fault for each in refused for fault in each.faults} == {"id 'X' is taken by another claim"}
    assert drift(engine) == []


DYING = """
import sys, time
from datetime import date
from api.operations import claims
from gis.capacity.parameters import default_parameters
from gis.claims.model import Acceptance, Remark
from layers.claims.surroundings import surroundings
from layers.database import open_engine
kept = claims.record
def recorded(*given):
    done = kept(*given)
    print("recorded", flush=True)
    time.sleep(60)
    return done
claims.record = recorded
asked = Acceptance("F", "Q", 600.0, date(2026, 11, 21), id="X")
claims.accept(open_engine(sys.argv[1]), asked, Remark(), date(2026, 11, 21), default_parameters())
"""


def test_a_client_killed_half_way_leaves_nothing_and_holds_nobody_up(
    engine: Engine, database_url: str
) -> None:
    store(engine, golden())
    with subprocess.Popen(
        [sys.executable, "-c", DYING, database_url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == "recorded\n"
        with engine.connect() as connection:
            held = (
                "select count(*) from pg_locks l join pg_database d on d.oid = l.database"
                " where l.locktype = 'advisory' and l.granted and d.datname = current_database()"
            )
            assert connection.scalar(text(held)) == 2
        client.send_signal(signal.SIGKILL)
        client.wait()
    [done] = at_once(database_url, [asks("F", 600.0, "Q", id="Y")])
    assert isinstance(done, Recorded)
    assert kept_ids(engine) == {"C1", "C2", "C3", "C4", "Y"}
    assert [thing for thing, what in events(engine) if what == "accepted"] == ["Y"]
    assert drift(engine) == []


def test_a_client_waits_for_an_import_and_sees_what_it_brought(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(engine, golden())
    with ThreadPoolExecutor(1) as pool:
        with engine.connect() as other, other.begin():
            locked(other)
            other.execute(text("update grid.capacity set peak_a = 320 where asset_id = 'F'"))
            answer = pool.submit(at_once, database_url, [asks("F", 600.0, "Q")])
            time.sleep(0.5)
            assert not answer.done()
        [refused] = answer.result()
    assert isinstance(refused, CapacityError)


def locked(connection: Connection) -> None:
    connection.execute(text("select pg_advisory_xact_lock(hashtext('kaimen claims'))"))
