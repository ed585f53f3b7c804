"""Who runs jobs (任务执行): a thread that waits for them, and a process of its own for each.

The thread only asks the database; a screening shares no process with requests, so it can end at any time,
and one that dies takes nothing with it. Of all who serve a database one runs jobs, one after the other.
"""

from __future__ import annotations

import logging
import multiprocessing
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from api.child import begin_child
from api.operations.jobs import WithdrawnError, screen_request, work
from api.operations.screening import known_run
from api.settings import Settings
from gis.errors import KaimenError
from layers.database import open_engine
from layers.jobs import Job, cancelling, finish, put_back, runners_place, settle, take

LOOK_S: Final = 0.5
"""How often it is looked for a job that waits."""

BEAT_S: Final = 0.25
"""How often it is looked whether a job that runs has ended, or shall."""

_STANDBY_S: Final = 2.0
"""How often who stands by looks whether the runner's place is free."""

PROCESSES: SpawnContext | ForkServerContext = multiprocessing.get_context("spawn")
"""How the process of a job begins: with nothing of the one that begins it."""

# The server notices within a minute that a machine is gone which held the runner's place.
_KEEPALIVE: Final = {
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}

_log = logging.getLogger("kaimen.jobs")


@dataclass(frozen=True, slots=True)
class Work:
    """What answers a job in a process of its own; sent there, with its password, through a pipe."""

    settings: Settings
    url: str
    job: Job

    def __call__(self) -> None:
        """Answer the job; leave with 1 where something else has to decide what becomes of it."""
        begin_child(self.settings.log_level)
        engine = open_engine(self.url)
        try:
            work(engine, self.settings.home.absolute(), self.job)
        except WithdrawnError:
            _log.info("a job was withdrawn")
        except SQLAlchemyError:
            _log.exception("a job was interrupted by the database")
            sys.exit(1)
        finally:
            engine.dispose()


class Runner:
    """Takes up jobs until it is told to end.

    Parameters
    ----------
    settings
        As read from the environment.
    url
        Of the database, with its password.
    """

    def __init__(self, settings: Settings, url: str) -> None:
        self._settings = settings
        self._url = url
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin to look for jobs."""
        self._thread.start()

    def stop(self) -> None:
        """End; a job that runs is put back, for whoever runs jobs next."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        engine = open_engine(self._url, _KEEPALIVE)
        try:
            while not self._ending.is_set():
                try:
                    with runners_place(engine) as place:
                        if place is not None:
                            self._serve(engine, place)
                except Exception:  # noqa: BLE001  # a thread that dies would leave all jobs waiting
                    _log.exception("the one who runs jobs starts anew")
                self._ending.wait(_STANDBY_S)
        finally:
            engine.dispose()

    def _serve(self, engine: Engine, place: Connection) -> None:
        settle(place)  # who had the place before is gone, and so is what it was working on
        while not self._ending.is_set():
            job = take(place)
            if job is None:
                self._ending.wait(LOOK_S)
            elif not _answered(engine, place, job):
                self._work(place, job)

    def _work(self, place: Connection, job: Job) -> None:
        process = PROCESSES.Process(target=Work(self._settings, self._url, job), name=f"job {job.kind}")
        process.start()
        try:
            while process.is_alive():
                process.join(BEAT_S)
                if self._ending.is_set():
                    _end(process)
                    put_back(place, job)
                    return
                if cancelling(place, job):
                    _end(process)
        finally:
            _end(process)
        if process.exitcode:
            _log.warning("a job's process ended with %s", process.exitcode)
        settle(place, job)


def _answered(engine: Engine, place: Connection, job: Job) -> bool:
    """Whether a stored run answers the job; then it is told so."""
    try:
        known = known_run(engine, screen_request(job.question))
    except KaimenError:
        return False  # the job's own process tells why
    return known is not None and finish(place, job, known)


def _end(process: BaseProcess) -> None:
    """End a process at once: what it writes to the database it writes whole or not at all."""
    process.kill()
    process.join()


@contextmanager
def running_jobs(settings: Settings, engine: Engine) -> Iterator[None]:
    """Take up jobs of a database meanwhile."""
    runner = Runner(settings, engine.url.render_as_string(hide_password=False))
    runner.start()
    try:
        yield
    finally:
        runner.stop()
