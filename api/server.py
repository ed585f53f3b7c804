"""The processes that serve: one, or several over one socket under a supervisor that replaces the dead."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
from asyncio import TimerHandle, Transport
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.supervisors import Multiprocess

from api.app import create_app
from api.beside import Addresses
from api.bounds import HEAD_SECONDS, MAX_HEAD_BYTES
from api.child import end_with_parent
from api.logs import logging_config
from api.made_files import clear_left
from api.rehearsal import begin_to_rehearse
from api.runner import running_jobs
from api.service import Service
from api.settings import Settings
from gis.errors import KaimenError, StorageError
from layers.disk import roomy

END_SECONDS: Final = 20
"""How long requests under way may still take after SIGTERM."""

MAX_CONNECTIONS: Final = 1_000
"""Connections of a process at a time; more are answered 503."""

_log = logging.getLogger("kaimen.faults")

_KEEP_ALIVE_S: Final = 15
_FIGURES: Final = ("counter", "histogram")  # files of a process, as prometheus_client names them
_FIGURES_BYTES: Final = 1 << 20  # more than all routes with all answers take
_HEALTHY_S: Final = 30  # a process that compiles kernels answers its supervisor late


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 that closes a connection whose request line and header do not arrive in time, or never end."""

    _waiting: TimerHandle | None = None
    _in_head = False
    _asked = False
    _unanswered_bytes = 0
    """Bytes since the last whole request; of what came with its end, none."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait on where no request is under way."""
        self._unanswered_bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._in_head and self._unanswered_bytes > MAX_HEAD_BYTES:
            self.send_400_response("The header does not end.")
        elif self._waiting is None and not self._busy():
            self._wait()

    def on_message_begin(self) -> None:
        """Note that a header has begun."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Wait no more: the header is whole."""
        self._in_head = False
        self._rest()
        super().on_headers_complete()
        self._asked = True

    def on_message_complete(self) -> None:
        """Count anew."""
        self._unanswered_bytes = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse, but not within an answer that has begun: that one breaks off."""
        if self._busy() and self.cycle.response_started:
            self.transport.close()
        else:
            super().send_400_response(msg)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._rest()
        super().connection_lost(exc)

    def _busy(self) -> bool:
        """Whether a request is under way; before the first one there is no cycle to look at."""
        return self._asked and not self.cycle.response_complete

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _rest(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


@dataclass(frozen=True, slots=True)
class Worker:
    """What makes the application in a process of its own; sent there, with its passwords, through a pipe."""

    settings: Settings
    addresses: Addresses
    figures: Path

    def __call__(self) -> FastAPI:
        """Return the application of a process that serves, and ends with its supervisor."""
        end_with_parent()
        clear_left(self.settings.home)  # of the process whose place this one may take
        app = self.application()
        begin_to_rehearse(app.state.service)
        return app

    def application(self) -> FastAPI:
        """Return the application."""
        self._reserve()
        engines = self.addresses.open()
        return create_app(Service(self.settings, engines.private, engines.public, self.figures))

    def _reserve(self) -> None:
        """Give the figures of this process their room, or end it: the supervisor tries again.

        The system ends a process that writes to a page of a mapped file for which there is no room.
        """
        try:
            for kind in _FIGURES:
                _reserve(self.figures / f"{kind}_{os.getpid()}.db", _FIGURES_BYTES)
        except StorageError as fault:
            _log.error("a process cannot serve: %s", fault.detail)  # no fault of ours to trace
            sys.exit(1)


def _reserve(path: Path, size: int) -> None:
    """Make a file of zeros that has its room on the disk.

    Raises
    ------
    StorageError
        There is no room.
    """
    with roomy(path), path.open("xb") as file:
        os.posix_fallocate(file.fileno(), 0, size)


class Supervisor(Multiprocess):
    """Several processes, of which one that dies is missed at once, also while it is late with its answer."""

    def keep_subprocess_alive(self) -> None:
        """Look after them; each alone has the other end of its pipe, so that its death ends the pipe."""
        for each in self.processes:
            each.child_conn.close()
        super().keep_subprocess_alive()


def run(service: Service, listener: socket.socket, workers: int) -> None:
    """Serve on a socket until a signal ends it; what is under way is answered first.

    Raises
    ------
    StorageError
        There is no room for the figures of several processes.
    KaimenError
        Where the processes do not start.
    """
    if workers == 1:
        clear_left(service.home)
        signal.signal(signal.SIGTERM, _end)  # uvicorn repeats the signal when all is answered
        server = uvicorn.Server(_config(service.settings, create_app(service)))
        begin_to_rehearse(service)
        with suppress(KeyboardInterrupt), running_jobs(service.settings, service.private):
            server.run([listener])
        return
    figures = Path(tempfile.mkdtemp(prefix="kaimen-figures-"))
    try:
        # prometheus_client asks the environment where processes keep their figures, and they inherit it.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(figures)
        spare = figures / "spare"
        _reserve(spare, workers * len(_FIGURES) * _FIGURES_BYTES)
        spare.unlink()
        worker = Worker(service.settings, Addresses.of(service.private, service.public), figures)
        config = _config(service.settings, worker, workers=workers, factory=True)
        supervisor = Supervisor(config, sockets=[listener])
        with running_jobs(service.settings, service.private):
            supervisor.run()
    finally:
        shutil.rmtree(figures, ignore_errors=True)
    if any(each.exitcode == STARTUP_FAILURE for each in supervisor.processes):
        raise KaimenError("the processes that serve did not start", repair="see what they said above")


def _config(settings: Settings, app: Any, **more: Any) -> uvicorn.Config:  # noqa: ANN401  # as uvicorn has them
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        loop="uvloop",
        ws="none",
        lifespan="off",
        proxy_headers=False,  # the gate decides whom to believe
        server_header=False,
        access_log=False,
        log_config=logging_config(settings.log_level),
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=END_SECONDS,
        timeout_worker_healthcheck=_HEALTHY_S,
        **more,
    )


def _end(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    sys.exit(0)
