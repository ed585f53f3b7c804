"""A disk without room, on any machine: what processes may write into one file is bounded by the system."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def room_for(size: int, *others: int) -> Iterator[None]:
    """Let every write beyond so many bytes of a file be refused, as a full disk does.

    ``others`` are processes for which this holds beside the test's own.
    """
    each = (0, *others)
    before = [resource.prlimit(one, resource.RLIMIT_FSIZE) for one in each]
    for one, (_, hard) in zip(each, before, strict=True):
        resource.prlimit(one, resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        for one, limits in zip(each, before, strict=True):
            resource.prlimit(one, resource.RLIMIT_FSIZE, limits)
