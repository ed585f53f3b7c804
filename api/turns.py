"""Heavy work one piece at a time (逐个处理): who waits for a turn holds no thread, and few may wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

from starlette.concurrency import run_in_threadpool

_Kind = TypeVar("_Kind")

MOST_WAITING: Final = 8
"""Requests that may wait for their turn in a process."""


@dataclass(slots=True)
class _Turns:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    taken: int = 0


_turns: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, _Turns]] = WeakKeyDictionary()


class FullError(Exception):
    """Too many wait already."""


async def in_turn(work: Callable[[], _Kind]) -> _Kind:
    """Run work on a thread when its turn comes, and return what it gives.

    Raises
    ------
    FullError
        ``MOST_WAITING`` wait already.
    """
    turns = _turns.setdefault(asyncio.get_running_loop(), _Turns())
    if turns.taken > MOST_WAITING:
        raise FullError
    turns.taken += 1
    try:
        async with turns.lock:
            return await run_in_threadpool(work)
    finally:
        turns.taken -= 1
