"""A disk without room (磁盘已满): what the system refuses becomes an error that names the file system."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gis.errors import StorageError

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_full(fault: BaseException) -> bool:
    """Return whether the system refused to write because there is no room, or the user may have no more."""
    return isinstance(fault, OSError) and fault.errno in _NO_ROOM


def room(path: Path) -> str:
    """Return words on the file system that a path lies in, or would: where it is and what is left of it."""
    there = next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())
    mounted = next(each for each in (there, *there.parents) if os.path.ismount(each))
    usage = shutil.disk_usage(there)
    return f"the file system {mounted} has {usage.free >> 20:,} MB of {usage.total >> 20:,} MB left"


def without_room(path: Path, why: str) -> StorageError:
    """Return the error that a file or folder cannot be written for want of room."""
    return StorageError(
        f"{path} cannot be written: {why}; {room(path)}",
        repair="free space there, then run the command again; nothing half-written is kept",
    )


@contextmanager
def roomy(path: Path) -> Iterator[None]:
    """Raise what the system refuses for want of room as an error that names path and file system.

    Raises
    ------
    StorageError
        In the place of the system's own error; any other one passes.
    """
    try:
        yield
    except OSError as fault:
        if not is_full(fault):
            raise
        raise without_room(path, fault.strerror or str(fault)) from fault
