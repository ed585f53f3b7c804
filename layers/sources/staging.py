"""Temporary folders that live as long as the source that reads from them."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path


class Stage:
    """A temporary folder, removed when nothing refers to the object any more, at the latest at exit."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kaimen-source-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
