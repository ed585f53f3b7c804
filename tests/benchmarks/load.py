"""Asks a server from another process, over connections that stay open, each with one request under way."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.pool import Pool
from typing import cast

import numpy as np
import uvloop

_STATUS = re.compile(rb"HTTP/1\.1 (200|204) ")
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: chunked\r\n", re.IGNORECASE)
_UNTIL_THE_END = -1
_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast requests were answered over so many connections.

    Attributes
    ----------
    per_second
        Answers a second, on the wall.
    p99_ms
        The 99th percentile of the time from a request to the end of its answer.
    """

    connections: int
    per_second: float
    p99_ms: float

    def __str__(self) -> str:
        return (
            f"{self.per_second:,.0f} a second over {self.connections} connections, p99 {self.p99_ms:.1f} ms"
        )


@dataclass(slots=True)
class _Line(asyncio.Protocol):
    """One connection; takes its next request from those that are left, and ends when there are none."""

    left: Iterator[bytes]
    ended: asyncio.Future[None]
    taken: list[float]
    _transport: asyncio.Transport = field(init=False)
    _answer: bytearray = field(default_factory=bytearray, init=False)
    _whole: int | None = field(default=None, init=False)
    _begin: float = field(default=0.0, init=False)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its classes
        self._next()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if self._whole is None and (head := self._answer.find(b"\r\n\r\n")) >= 0:
            said = bytes(self._answer[: head + 2])
            if not _STATUS.match(said):
                self._fail(said.decode("latin-1"))
                return
            length = _LENGTH.search(said)
            chunked = length is None and _CHUNKED.search(said)
            self._whole = _UNTIL_THE_END if chunked else head + 4 + (int(length[1]) if length else 0)
        if self._whole == _UNTIL_THE_END:
            ended = self._answer.endswith(b"\r\n0\r\n\r\n")
        else:
            ended = self._whole is not None and len(self._answer) >= self._whole
            if self._whole is not None and len(self._answer) > self._whole:
                self._fail("more came than was announced")
                return
        if ended:
            self.taken.append(time.perf_counter() - self._begin)
            self._answer.clear()
            self._whole = None
            self._next()

    def _fail(self, why: str) -> None:
        self.ended.set_exception(AssertionError(why))
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionError("the server closed the connection"))

    def _next(self) -> None:
        request = next(self.left, None)
        if request is None:
            self.ended.set_result(None)
            self._transport.close()
            return
        self._begin = time.perf_counter()
        self._transport.write(request)


async def _asked(port: int, requests: Sequence[bytes], connections: int) -> Rate:
    loop, left, taken = asyncio.get_running_loop(), iter(requests), list[float]()
    ends = [loop.create_future() for _ in range(connections)]
    begin = time.perf_counter()
    for ended in ends:
        await loop.create_connection(lambda ended=ended: _Line(left, ended, taken), "127.0.0.1", port)  # type: ignore[misc]  # mypy cannot infer it
    await asyncio.gather(*ends)
    whole = time.perf_counter() - begin
    assert len(taken) == len(requests)
    return Rate(connections, len(requests) / whole, float(np.percentile(taken, 99)) * 1_000)


def _ask(port: int, paths: Sequence[str], connections: int, headers: str) -> Rate:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_asked(port, _requests(port, paths, headers), connections))


def _requests(port: int, paths: Sequence[str], headers: str) -> list[bytes]:
    return [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n".encode() for path in paths]


async def _once(free: list[_Streams], port: int, request: bytes, due: float) -> float:
    """Ask when it is due, over a connection that is free or a new one; return seconds since then."""
    await asyncio.sleep(max(0.0, due - time.perf_counter()))
    reader, writer = free.pop() if free else await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    assert _STATUS.match(head), head
    length = _LENGTH.search(head)
    assert length, head
    await reader.readexactly(int(length[1]))
    taken = time.perf_counter() - due
    free.append((reader, writer))
    return taken


async def _asked_steadily(port: int, requests: Sequence[bytes], per_second: float) -> list[float]:
    free: list[_Streams] = []
    begin = time.perf_counter()
    tasks = [_once(free, port, each, begin + at / per_second) for at, each in enumerate(requests)]
    taken = await asyncio.gather(*tasks)
    for _, writer in free:
        writer.close()
    return [each * 1_000 for each in taken]


def _ask_steadily(port: int, paths: Sequence[str], per_second: float, headers: str) -> list[float]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_asked_steadily(port, _requests(port, paths, headers), per_second))


@dataclass(frozen=True, slots=True)
class Asker:
    """A process that asks."""

    pool: Pool

    def steadily_ms(
        self, port: int, paths: Sequence[str], per_second: float, headers: str = ""
    ) -> list[float]:
        """Return the milliseconds from when each request was due, so many a second, to the end of its answer.

        None waits for another: a server that falls behind is asked on.
        """
        taken: list[float] = self.pool.apply(_ask_steadily, (port, paths, per_second, headers))
        return taken

    def rate(self, port: int, paths: Sequence[str], connections: int, headers: str = "") -> Rate:
        """Return how fast a server on the loopback answers requests, every one of which has an answer."""
        found: Rate = self.pool.apply(_ask, (port, paths, connections, headers))
        return found


@contextmanager
def asker() -> Iterator[Asker]:
    """Give a process that asks, so that it does not take turns with the one who measures."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        yield Asker(pool)
