"""Questions that several requests have put to the database as one."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field

import pytest

from api.together import Together
from tests.api.loops import run


@dataclass
class Book:
    """Answers with what it holds at present, and waits within a question until it is let go."""

    held: int = 0
    asked: list[set[str]] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)
    open: threading.Event = field(default_factory=threading.Event)

    def ask(self, keys: set[str]) -> dict[str, tuple[str, int]]:
        found = {each: (each, self.held) for each in keys}
        self.asked.append(set(keys))
        self.begun.set()
        assert self.open.wait(30)
        return found


def test_who_comes_while_a_question_is_under_way_waits_for_the_next_one() -> None:
    book, together = Book(), Together[str, tuple[str, int]]()

    async def scene() -> list[tuple[str, int]]:
        first = asyncio.create_task(together.of("a", book.ask))
        assert await asyncio.to_thread(book.begun.wait, 30)
        book.held = 1  # a change that everyone who asks from now on has to see
        others = [asyncio.create_task(together.of(key, book.ask)) for key in ("a", "b", "b", "c")]
        await asyncio.sleep(0.01)
        assert len(book.asked) == 1
        book.open.set()
        return list(await asyncio.gather(first, *others))

    assert run(scene()) == [("a", 0), ("a", 1), ("b", 1), ("b", 1), ("c", 1)]
    assert book.asked == [{"a"}, {"a", "b", "c"}]


def test_a_fault_reaches_all_who_waited_for_it_and_nobody_else() -> None:
    together, asked = Together[str, str](), list[set[str]]()

    def ask(keys: set[str]) -> dict[str, str]:
        asked.append(set(keys))
        if "b" in keys:
            raise LookupError("b")
        return {each: each for each in keys}

    async def scene() -> list[object]:
        tasks = [asyncio.create_task(together.of(key, ask)) for key in ("a", "b", "c")]
        found: list[object] = await asyncio.gather(*tasks, return_exceptions=True)
        return [*found, await together.of("a", ask)]

    first, *raised, last = run(scene())
    assert [type(each) for each in raised] == [LookupError] * 2
    assert first == last == "a"
    assert asked == [{"a"}, {"b", "c"}, {"a"}]


def test_one_who_leaves_costs_the_others_nothing() -> None:
    book, together = Book(), Together[str, tuple[str, int]]()

    async def scene() -> tuple[str, int]:
        first = asyncio.create_task(together.of("a", book.ask))
        second = asyncio.create_task(together.of("b", book.ask))
        assert await asyncio.to_thread(book.begun.wait, 30)
        first.cancel()
        book.open.set()
        with pytest.raises(asyncio.CancelledError):
            await first
        return await second

    assert run(scene()) == ("b", 0)


def test_loops_do_not_wait_for_each_other() -> None:
    together = Together[str, str]()

    def ask(keys: set[str]) -> dict[str, str]:
        return {each: each for each in keys}

    assert [run(together.of(key, ask)) for key in ("a", "b")] == ["a", "b"]
