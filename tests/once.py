"""What is made once for all workers of a run, by the first that asks."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def once(folder: Path, name: str) -> Iterator[bool]:
    """Yield whether this process has to make a thing; all others wait until it is made.

    Where the process that makes it fails or is killed, the next makes it anew.
    """
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / f"{name}.done"
        yield not done.exists()
        done.touch()
