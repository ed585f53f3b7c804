"""Heavy work one piece at a time."""

from __future__ import annotations

import asyncio
import threading

import pytest

from api.turns import MOST_WAITING, LaterError, Turns
from tests.api.loops import run


def test_one_works_the_others_wait_and_too_many_are_refused() -> None:
    working = threading.Lock()
    gate = threading.Event()
    order: list[int] = []
    turns = Turns()

    def work(number: int) -> int:
        assert working.acquire(blocking=False), "two at once"
        gate.wait(20)
        order.append(number)
        working.release()
        return number

    async def all_at_once() -> list[int]:
        every = [asyncio.create_task(turns.take(lambda n=n: work(n))) for n in range(MOST_WAITING + 1)]  # type: ignore[misc]
        await asyncio.sleep(0)
        with pytest.raises(LaterError):
            await turns.take(lambda: work(-1))
        assert await Turns().take(lambda: 1) == 1  # the others are not waited for
        gate.set()
        return await asyncio.gather(*every)

    assert run(all_at_once()) == order == list(range(MOST_WAITING + 1))


def test_after_a_fault_the_next_one_has_its_turn() -> None:
    def fail() -> int:
        raise ZeroDivisionError

    turns = Turns()

    async def one_after_the_other() -> list[int]:
        for _ in range(2 * MOST_WAITING):
            with pytest.raises(ZeroDivisionError):
                await turns.take(fail)
        return [await turns.take(lambda: 1)]

    assert run(one_after_the_other()) == [1]
