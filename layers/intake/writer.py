"""Rows are sent while the next ones are made: the server works on one core, the importer on the other."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from layers.intake.rows import Prepared
from layers.intake.staging import Staging


class Writer:
    """Sends one stretch of rows at a time in the background.

    The connection is the writer's alone between entering and leaving; an error of the server is raised by
    the next ``send`` or on leaving.
    """

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="copy")
        self._under_way: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True)
        if kind is None:
            self._wait()

    def send(self, prepared: Prepared) -> None:
        """Wait for the stretch before, then send this one."""
        self._wait()
        self._under_way = self._pool.submit(self._staging.write, prepared)

    def _wait(self) -> None:
        if self._under_way is not None:
            self._under_way.result()
