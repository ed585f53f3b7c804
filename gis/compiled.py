"""Loops compiled by numba, once for each machine: the compiled code is cached beside the module."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Return the function compiled on its first call; it runs without the interpreter's lock."""
    dispatcher: Any = njit(cache=True, nogil=True)(function)
    # numba looks only at the caller's own file, and would go on with what an older callee was compiled to.
    cached = dispatcher._cache._cache_file  # noqa: SLF001  # there is no public way to widen the stamp
    cached._source_stamp = (cached._source_stamp, _sources())  # noqa: SLF001  # as above
    cached._load_index = _ignoring_lost_types(cached._load_index)  # noqa: SLF001  # as above
    return cast("_Function", dispatcher)


def _ignoring_lost_types(load: Callable[[], dict[Any, Any]]) -> Callable[[], dict[Any, Any]]:
    """Return how the index of a cache is read: one that names a type which is no more holds nothing."""

    def read() -> dict[Any, Any]:
        try:
            return load()
        except (ImportError, AttributeError):
            return {}

    return read


@cache
def _sources() -> str:
    """Return a digest of all modules that hold compiled functions."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        source = path.read_bytes()
        if b"@compiled" in source:
            digest.update(source)
    return digest.hexdigest()
