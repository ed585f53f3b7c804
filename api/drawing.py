"""The process that draws (绘制进程); it loads what is drawn with, and nothing of what serves."""

from __future__ import annotations

import logging
from multiprocessing.connection import Connection
from typing import Any

from api.child import begin_child
from gis.errors import KaimenError

_log = logging.getLogger("kaimen.faults")


class DrawingError(Exception):
    """A drawing failed by a fault of ours."""


def draw_all(pipe: Connection, log_level: str) -> None:
    """Draw what comes until nothing more can come: pairs of a function and what it is given.

    What goes back is a pair too: whether it was drawn, and the drawing or why not.
    """
    begin_child(log_level)
    while True:
        try:
            work, given = pipe.recv()
        except EOFError:
            return
        pipe.send(_drawn(work, given))


def _drawn(work: Any, given: tuple[Any, ...]) -> tuple[bool, Any]:  # noqa: ANN401  # whatever is drawn
    try:
        return True, work(*given)
    except KaimenError as fault:
        return False, fault
    except Exception as fault:  # noqa: BLE001  # whatever it is, who asked is told, and the log has it
        _log.exception("a drawing failed by a fault of ours")
        return False, DrawingError(type(fault).__name__)
