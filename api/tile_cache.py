"""Answers that are kept (缓存): as many as fit, each made once however many ask for it at once.

What is kept never goes stale: a key holds the hash of the edition, or the version of the data, that the
answer was made from.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sized
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, TypeVar

_Kind = TypeVar("_Kind", bound=Sized)

MOST_BYTES: Final = 64 << 20
OF_A_KEY: Final = 200


@dataclass(slots=True)
class TileCache:
    """What was asked for last, up to a size; threads may share it.

    Attributes
    ----------
    most_bytes
        What is kept in all; ``len`` of a value counts.
    of_a_key
        What a key and its place count beside that; so that empty answers are bounded too.
    """

    most_bytes: int = MOST_BYTES
    of_a_key: int = OF_A_KEY
    _kept: OrderedDict[Hashable, Sized] = field(default_factory=OrderedDict, init=False)
    _making: dict[Hashable, Future[Any]] = field(default_factory=dict, init=False)
    _bytes: int = field(default=0, init=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def peek(self, key: Hashable) -> Any | None:  # noqa: ANN401  # what was kept under the key
        """Return what is kept, None where nothing is."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def get(self, key: Hashable, make: Callable[[], _Kind]) -> _Kind:
        """Return what is kept; where nothing is, one caller makes it and the others wait for that one.

        Whatever ``make`` raises, all of them get; nothing is kept then.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[return-value]  # a key has values of one kind
            under_way = self._making.get(key)
            if under_way is None:
                mine: Future[_Kind] = Future()
                self._making[key] = mine
        if under_way is not None:
            found: _Kind = under_way.result()
            return found
        try:
            made = make()
        except BaseException as fault:
            with self._lock:
                del self._making[key]
            mine.set_exception(fault)
            raise
        with self._lock:
            self._keep(key, made)
            del self._making[key]
        mine.set_result(made)
        return made

    def _keep(self, key: Hashable, value: Sized) -> None:
        size = len(value) + self.of_a_key
        if size > self.most_bytes:
            return
        self._kept[key] = value
        self._bytes += size
        while self._bytes > self.most_bytes:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest) + self.of_a_key
