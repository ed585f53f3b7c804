"""Questions of several requests put to the database as one (合并查询).

A question that begins after a request came is as fresh an answer as one of its own would be. So one is under
way at a time, and whoever comes meanwhile waits for the next, with all others who wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from starlette.concurrency import run_in_threadpool

_Key = TypeVar("_Key")
_Found = TypeVar("_Found")


@dataclass(slots=True)
class _Question(Generic[_Key, _Found]):
    keys: set[_Key] = field(default_factory=set)
    answer: Mapping[_Key, _Found] | None = None
    fault: Exception | None = None


@dataclass(slots=True)
class _Queue(Generic[_Key, _Found]):
    """Of one event loop: the question that gathers, and whose turn it is to ask."""

    gathering: _Question[_Key, _Found] = field(default_factory=_Question)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class Together(Generic[_Key, _Found]):
    """Asks for what several want at once; each event loop for itself."""

    _queues: WeakKeyDictionary[asyncio.AbstractEventLoop, _Queue[_Key, _Found]] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False
    )

    async def of(self, key: _Key, ask: Callable[[set[_Key]], Mapping[_Key, _Found]]) -> _Found:
        """Return the answer for a key, from a question that began after this call.

        Parameters
        ----------
        key
            What is wanted.
        ask
            Answers for several keys, on a thread; the same for all who call.

        Raises
        ------
        Exception
            What the question raised; all who waited for it get it.
        """
        queue = self._queues.setdefault(asyncio.get_running_loop(), _Queue())
        mine = queue.gathering
        mine.keys.add(key)
        async with queue.turn:
            if mine.answer is None and mine.fault is None:
                queue.gathering = _Question()
                try:
                    mine.answer = await run_in_threadpool(ask, mine.keys)
                except Exception as fault:  # noqa: BLE001  # it is raised where it was asked
                    mine.fault = fault
        if mine.answer is None:
            raise mine.fault or AssertionError("a question has an answer or a fault")
        return mine.answer[key]
