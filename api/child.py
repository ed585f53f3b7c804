"""What a process of ours does that another one has started (子进程)."""

from __future__ import annotations

import logging.config
import multiprocessing
import os
import signal
import threading
from multiprocessing.process import BaseProcess
from typing import Final

from api.logs import logging_config

ORPHAN: Final = 3
"""Exit code of a process whose parent has gone."""


def begin_child(log_level: str) -> None:
    """Log as the service does, leave it to the parent to end this process, and end when the parent does.

    A signal that is sent to all processes at once (Ctrl-C, systemd) is the parent's to understand: it lets
    what is under way come to its end, or ends this process.
    """
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    logging.config.dictConfig(logging_config(log_level))
    end_with_parent()


def end_with_parent() -> None:
    """End this process, whatever it does, as soon as the one that started it is gone, however it went.

    Raises
    ------
    RuntimeError
        No process of ours has started this one.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        raise RuntimeError("this process has no parent to end with")
    threading.Thread(target=_outlast, args=(parent,), name="parent", daemon=True).start()


def _outlast(parent: BaseProcess) -> None:
    parent.join()  # a pipe whose other end the parent holds: the system closes it with the process
    os._exit(ORPHAN)
