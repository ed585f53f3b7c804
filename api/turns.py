"""Heavy work one piece at a time (逐个处理): who waits for a turn holds no thread, and few may wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

from starlette.concurrency import run_in_threadpool

from api.problem_words import FULL
from gis.words import Words

_Kind = TypeVar("_Kind")

MOST_WAITING: Final = 8
"""Requests that may wait for their turn in a process."""

RETRY_SECONDS: Final = 10
"""After how long to ask again where too many wait."""


class LaterError(Exception):
    """What is asked for cannot be made now, but a moment later.

    Parameters
    ----------
    words
        Why.
    after_s
        After how many seconds to ask again.
    """

    def __init__(self, words: Words, after_s: int) -> None:
        super().__init__(words.en)
        self.words = words
        self.after_s = after_s


@dataclass(slots=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    taken: int = 0


class Turns:
    """A queue of its own in each loop."""

    def __init__(self) -> None:
        self._of: WeakKeyDictionary[asyncio.AbstractEventLoop, _Turn] = WeakKeyDictionary()

    async def take(self, work: Callable[[], _Kind]) -> _Kind:
        """Run work on a thread when its turn comes, and return what it gives.

        Raises
        ------
        LaterError
            ``MOST_WAITING`` wait already.
        """
        turn = self._of.setdefault(asyncio.get_running_loop(), _Turn())
        if turn.taken > MOST_WAITING:
            raise LaterError(FULL, RETRY_SECONDS)
        turn.taken += 1
        try:
            async with turn.lock:
                return await run_in_threadpool(work)
        finally:
            turn.taken -= 1


EXPORTS: Final = Turns()
"""Files of screenings."""

NOTICES: Final = Turns()
"""Notices that are printed."""
