"""Files made on request (临时文件): written beside, opened here, and from then on without a name.

The system frees such a file when the last descriptor of it is closed, however the process that holds it ends.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from weakref import finalize

from gis.errors import KaimenError
from layers.disk import roomy

FOLDER: Final = "exports"
"""Below the folder of generated files: that of the system (``TMPDIR``) may lie in memory."""

_log = logging.getLogger("kaimen.faults")


@dataclass(frozen=True, slots=True, weakref_slot=True)
class MadeFile:
    """A file that has no name any more; as long as somebody refers to this, it is there.

    Attributes
    ----------
    descriptor
        Of the open file.
    size
        Its bytes.
    """

    descriptor: int
    size: int = field(init=False)

    def __post_init__(self) -> None:
        """Measure it, and close it with the last reference."""
        object.__setattr__(self, "size", os.fstat(self.descriptor).st_size)
        finalize(self, os.close, self.descriptor)

    @classmethod
    def taken(cls, path: Path) -> MadeFile:
        """Open a file and take its name away."""
        made = cls(os.open(path, os.O_RDONLY))
        path.unlink()
        return made

    def __fspath__(self) -> str:
        """Return a path that opens the file anew, each time with a place of its own to read from."""
        return f"/proc/self/fd/{self.descriptor}"

    def __len__(self) -> int:
        return self.size


@contextmanager
def making(home: Path) -> Iterator[Path]:
    """Give a folder to make files in, which is gone afterwards, with all that is left in it.

    Of a process that is killed meanwhile it stays, until ``clear_left``.

    Raises
    ------
    StorageError
        There is no room.
    KaimenError
        It cannot be written.
    """
    place = home / FOLDER
    with ExitStack() as held:
        try:
            with roomy(place):
                place.mkdir(parents=True, exist_ok=True)
                with _locked(place):  # so that nobody clears it before it is marked as ours
                    folder = Path(tempfile.mkdtemp(dir=place))
                    held.enter_context(_locked(folder))
        except OSError as fault:
            raise KaimenError(
                f"{place} cannot be written: {fault.strerror or fault}",
                repair="see that the folder of generated files can be written to",
            ) from fault
        held.callback(shutil.rmtree, folder)
        yield folder


def clear_left(home: Path) -> None:
    """Remove what killed processes were making; what living ones make stays."""
    place = home / FOLDER
    try:
        with suppress(FileNotFoundError), _locked(place):
            for each in place.iterdir():
                with suppress(BlockingIOError, FileNotFoundError), _locked(each, fcntl.LOCK_NB):
                    shutil.rmtree(each)
    except OSError as fault:
        _log.warning("what processes left that were killed cannot be removed: %s", fault)


@contextmanager
def _locked(folder: Path, how: int = 0) -> Iterator[None]:
    """Hold the lock of a folder; the system lets go of it with the process."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | how)
        yield
    finally:
        os.close(descriptor)
