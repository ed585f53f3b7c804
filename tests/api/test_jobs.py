"""Screenings as jobs on PostGIS: asked, followed, cancelled, killed; by processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import active_children
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import Connection, Engine, text

from api import runner
from api.operations import jobs as operations
from api.operations.jobs import STEPS
from api.runner import running_jobs
from api.schemas.jobs import JobStep
from api.service import Service
from api.settings import Settings
from gis.steps import Step
from layers.database import open_engine
from layers.jobs import Job, finish, settle, take, tell
from layers.public_wall import open_public_engine, public_url, raise_wall
from layers.tables.jobs import ENDED
from maps.page_words import say
from tests.api.conftest import ROOT, TownCommands
from tests.api.planner import DAY, Planner, until
from tests.api.test_serving import children, gone
from tests.gis.siting.small_town import drawn_town
from tests.gis.siting.towns import ON, Bench

HOLD = "select pg_advisory_xact_lock(hashtext('kaimen screening'))"
"""Keeps a screening from being stored, so that its job stays at the last step."""
RUNNER = """
import sys, time
from pathlib import Path
from api.runner import running_jobs
from api.settings import Settings
from layers.database import open_engine
with running_jobs(Settings(home=Path(sys.argv[2]), database_url=None), open_engine(sys.argv[1])):
    time.sleep(600)
"""


@pytest.fixture(scope="module", autouse=True)
def _loaded_once() -> Iterator[None]:
    """Begin processes of jobs with their modules loaded; in `test_jobs_served` they begin with nothing."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["api.runner"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "PROCESSES", context)
        yield


@pytest.fixture
def town(town_url: str, kaimen_town: TownCommands) -> Iterator[Service]:
    """The small town as it is served, without jobs; its corridors lie in the home of its commands."""
    private = open_engine(town_url)
    raise_wall(private)
    public = open_public_engine(public_url(private))
    home = Path(kaimen_town.environment["KAIMEN_HOME"])
    yield Service(Settings(home=home, database_url=None, rate_limit=0), private, public)
    with private.begin() as connection:
        connection.execute(text("delete from siting.jobs"))
    for each in (private, public):
        each.dispose()


@pytest.fixture
def planner(town: Service) -> Planner:
    return Planner(town)


@contextmanager
def held(engine: Engine) -> Iterator[None]:
    """Keep screenings from being stored."""
    with engine.connect() as connection:
        connection.execute(text(HOLD))
        yield


def runs(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("select count(*) from siting.runs")) or 0)


def at_work() -> list[BaseProcess]:
    """Return the processes that work on jobs; the one that draws is another's."""
    return [each for each in active_children() if each.name.startswith("job ")]


def kill() -> None:
    """End the process that works on a job as a machine without memory does."""
    [process] = until(at_work)
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: not process.is_alive())


def test_a_screening_is_asked_followed_and_answered(town: Service, planner: Planner) -> None:
    identity = planner.ask(load_kva=901)
    waiting = planner.job(identity)
    assert (waiting["state"], waiting["runner"], waiting["ahead"]) == ("waiting", False, 0)
    steps: list[str] = []
    with running_jobs(town.settings, town.private):
        while (job := planner.job(identity))["state"] not in ENDED:
            step = job["progress"]["step"]
            if job["state"] == "running" and step and (not steps or steps[-1] != step):
                steps.append(step)
                assert job["runner"]
                assert job["progress"]["done"] == STEPS.index(step)
            time.sleep(0.02)
    assert job["state"] == "done", job
    assert steps == sorted(steps, key=STEPS.index)
    assert steps
    expected = Bench(drawn_town()).screen(operations.screen_request(load(901.0)).load)
    assert job["result"]["parcels"] == expected.by_class()
    zones = planner.client.get(job["result"]["zones"]).json()
    assert (zones["run_id"], zones["load_kva"]) == (job["result"]["run_id"], 901.0)
    run = job["result"]["run_id"]
    assert job["result"]["page"] == f"/?view=zones&run={run}&load_kva=901&lang=en"
    assert job["progress"]["done"] == job["progress"]["total"] == len(STEPS)
    assert planner.job(identity, "zh")["words"] == "已完成"


def load(kva: float) -> dict[str, Any]:
    return {
        "load": {"kva": kva, "kw": kva * 0.95, "power_factor": 0.95},
        **DAY, "k": 3, "limit_m": 2000.0, "jurisdiction": None, "facts": {},
    }  # fmt: skip


def test_the_same_question_of_the_command_line_and_of_two_at_once_is_one_run(
    town: Service, planner: Planner, kaimen_town: TownCommands
) -> None:
    stored = kaimen_town("screen", "--on", ON.isoformat(), "--load-kva", "902", "--json").json["run_id"]
    other = Planner(town, "operator")
    before = runs(town.private)
    found: list[str] = []
    askers = [
        threading.Thread(target=lambda who=who: found.append(who.ask(load_kva=903)))
        for who in (planner, planner, other, other)
    ]
    for each in askers:
        each.start()
    for each in askers:
        each.join()
    assert len(set(found)) == 2  # one job for each who asks
    with running_jobs(town.settings, town.private):
        known = planner.ended(planner.ask(load_kva=902))
        ids = {str(who.ended(each)["result"]["run_id"]) for who, each in mine(found, planner, other)}
    assert known["result"]["run_id"] == stored
    assert len(ids) == 1
    assert runs(town.private) == before + 1


def mine(found: list[str], *who: Planner) -> Iterator[tuple[Planner, str]]:
    for identity in set(found):
        yield from (
            (each, identity) for each in who if each.client.get(f"/api/v1/jobs/{identity}").status_code == 200
        )


def test_a_job_is_cancelled_while_it_waits_and_while_it_runs(town: Service, planner: Planner) -> None:
    before = runs(town.private)
    with held(town.private), running_jobs(town.settings, town.private):
        first, second = planner.ask(load_kva=904), planner.ask(load_kva=905)
        planner.at(first, "store")
        assert planner.job(second)["ahead"] == 1
        assert planner.client.delete(f"/api/v1/jobs/{second}").status_code == 204
        assert planner.job(second)["state"] == "cancelled"
        told = planner.client.delete(f"/api/v1/jobs/{first}")
        assert (told.status_code, told.json()["cancel_asked"]) == (202, True)
        assert planner.ended(first)["state"] == "cancelled"
        assert not at_work()
    assert planner.client.delete(f"/api/v1/jobs/{first}").status_code == 204
    assert runs(town.private) == before
    assert [each["state"] for each in planner.client.get("/api/v1/jobs").json()["jobs"]] == ["cancelled"] * 2


def test_a_process_that_is_killed_is_tried_once_more_and_then_said_to_be_lost(
    town: Service, planner: Planner
) -> None:
    with held(town.private), running_jobs(town.settings, town.private):
        identity = planner.ask(load_kva=906)
        planner.at(identity, "store")
        kill()
        planner.at(identity, "store", attempts=2)
        kill()
        job = planner.ended(identity)
    assert (job["state"], job["result"]) == ("lost", None)
    assert "died twice" in job["problem"]["detail"]
    assert "重新提交" in planner.job(identity, "zh")["problem"]["detail"]


def test_a_runner_that_ends_puts_its_job_back_and_the_next_one_answers(
    town: Service, planner: Planner
) -> None:
    with held(town.private):
        with running_jobs(town.settings, town.private):
            identity = planner.ask(load_kva=907)
            planner.at(identity, "store")
        job = planner.job(identity)
        assert (job["state"], job["attempts"], job["runner"]) == ("waiting", 0, False)
        assert not at_work()
    with running_jobs(town.settings, town.private):
        assert planner.ended(identity)["attempts"] == 1


def test_a_job_whose_runner_is_killed_ends_with_it_and_is_answered_once(
    town: Service, planner: Planner
) -> None:
    before = runs(town.private)
    identity = planner.ask(load_kva=910)
    url = town.private.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", RUNNER, url, str(town.home)]
    with held(town.private), subprocess.Popen(command, cwd=ROOT) as killed:
        planner.at(identity, "store")
        working = children(killed.pid)
        killed.kill()
        killed.wait()
        until(lambda: all(gone(each) for each in working))
        assert planner.job(identity)["state"] == "running"  # nobody is there to tell
    with running_jobs(town.settings, town.private):
        job = planner.ended(identity)
    assert (job["state"], job["attempts"]) == ("done", 2)
    assert runs(town.private) == before + 1


def test_two_supplies_are_counted_by_parcels(
    town: Service, planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[str, int, int]] = []

    def listening(connection: Connection, job: Job, step: str, done: int, total: int) -> bool:
        written.append((step, done, total))
        return tell(connection, job, step, done, total)

    monkeypatch.setattr(operations, "tell", listening)
    monkeypatch.setattr(operations, "_OFTEN_S", -1.0)  # each parcel is written down
    identity = planner.ask(load_kva=908, supplies=2)
    with town.private.begin() as connection:
        job = take(connection)
    assert job
    operations.work(town.private, town.home, job)
    told = planner.job(identity)
    assert told["state"] == "done"
    counted = [each[1:] for each in written if each[0] == "two_supplies"]
    reached = counted[-1][1]  # those that have one supply at least
    assert 0 < reached <= sum(told["result"]["parcels"].values())
    assert counted == [(0, 0), *((each + 1, reached) for each in range(reached))]
    # Each step is told under its own key, and the interface and the page know it.
    phases = list(dict.fromkeys(each.phase for each in Step))
    assert list(dict.fromkeys(step for step, _, _ in written)) == phases
    assert phases == list(get_args(JobStep))
    told_of = {language: {say(language, f"job.step.{each}") for each in phases} for language in ("zh", "en")}
    assert [len(each) for each in told_of.values()] == [len(phases)] * 2


def test_an_attempt_that_was_given_up_writes_nothing_more(
    town: Service, planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = planner.ask(load_kva=909)
    with town.private.begin() as connection:
        first = take(connection)
        assert first
        settle(connection)
        second = take(connection)
        assert second
    with pytest.raises(operations.WithdrawnError):
        operations.work(town.private, town.home, first)
    with town.private.begin() as connection:
        assert not finish(connection, first, "x")
    before = runs(town.private)
    with monkeypatch.context() as unaware:
        unaware.setattr(operations, "tell", lambda *_: True)  # it comes as far as to the storing
        with pytest.raises(operations.WithdrawnError):
            operations.work(town.private, town.home, first)
    assert runs(town.private) == before
    operations.work(town.private, town.home, second)
    assert runs(town.private) == before + 1
    assert planner.job(identity)["state"] == "done"
    assert planner.job(identity)["attempts"] == 2


def test_what_cannot_be_answered_is_told_with_its_repair(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner = Planner(service)
    identity = planner.ask()
    with running_jobs(service.settings, service.private):
        job = planner.ended(identity)
    assert job["state"] == "failed"
    assert (job["problem"]["status"], "kaimen import roads" in job["problem"]["repair"]) == (503, True)
    told = planner.job(identity, "zh")["problem"]
    assert told["title"] == "数据尚未入库"
    assert (told["detail"], "先导入道路" in told["repair"]) == ("数据库中没有道路，而电缆沿道路敷设", True)

    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a secret of ours")

    monkeypatch.setattr(operations, "ground", broken)
    identity = planner.ask(k=2)
    with service.private.begin() as connection:
        job = take(connection)
    assert job
    operations.work(service.private, service.home, job)
    told = planner.client.get(f"/api/v1/jobs/{identity}?lang=zh")
    assert told.json()["problem"]["title"] == "内部错误"
    assert "secret" not in told.text
