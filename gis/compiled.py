"""Loops compiled by numba, once for each machine: the compiled code is cached beside the module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Return the function compiled on its first call; it runs without the interpreter's lock."""
    return cast("_Function", njit(cache=True, nogil=True)(function))
