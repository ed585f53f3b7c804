"""Pages and maps are drawn in a process of their own (绘制进程): laying out text keeps Python to itself.

A process that serves has one such child for notices and one for files. Each begins with the first thing it
makes, and stays.
"""

from __future__ import annotations

import logging
import multiprocessing
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.util import Finalize
from typing import Any, Final, TypeVar

from api.drawing import draw_all
from api.problem_words import NOT_DRAWN
from api.turns import LaterError

_Kind = TypeVar("_Kind")

MOST_S: Final = 120.0
"""How long one drawing may take; a map of a city takes seconds."""

RETRY_SECONDS: Final = 2
"""After how long to ask again where the child has died."""

_log = logging.getLogger("kaimen.faults")


@dataclass(frozen=True, slots=True)
class _Child:
    process: BaseProcess
    pipe: Connection
    end: Finalize[None]
    """Called once: by us, or before the process that serves waits for its children."""


class Drawer:
    """Has one thing drawn at a time; who comes meanwhile waits.

    Parameters
    ----------
    log_level
        Of the child.
    most_s
        How long one drawing may take.
    """

    def __init__(self, log_level: str, most_s: float = MOST_S) -> None:
        self._log_level = log_level
        self._most_s = most_s
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def draw(self, work: Callable[..., _Kind], *given: Any) -> _Kind:  # noqa: ANN401  # whatever is drawn
        """Return what a function of a module gives; it, what it is given and what it returns are sent.

        Raises
        ------
        LaterError
            The child died or took too long. The next drawing gets another one.
        KaimenError
            As the function raises it.
        DrawingError
            Any other fault of the function; the child has logged where.
        """
        with self._lock:
            try:
                pipe = self._living().pipe
                pipe.send((work, given))
                if not pipe.poll(self._most_s):
                    raise TimeoutError
                made, answer = pipe.recv()
            except (EOFError, OSError) as fault:
                self._drop()
                _log.exception("the process that draws died or took too long")
                raise LaterError(NOT_DRAWN, RETRY_SECONDS) from fault
        if made:
            drawn: _Kind = answer
            return drawn
        raise answer

    def _living(self) -> _Child:
        """Return the child; a fresh one where there is none, or where it died while it had nothing to do."""
        if self._child is not None and not self._child.process.is_alive():
            self._drop()
        if self._child is None:
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            process = context.Process(
                target=draw_all, args=(theirs, self._log_level), name="draws", daemon=True
            )
            process.start()
            theirs.close()  # so that what we read ends with the child
            self._child = _Child(process, ours, Finalize(self, _end, (process, ours), exitpriority=0))
        return self._child

    def _drop(self) -> None:
        if self._child is not None:
            self._child.end()
        self._child = None


def _end(process: BaseProcess, pipe: Connection) -> None:
    process.kill()
    process.join()
    process.close()
    pipe.close()
