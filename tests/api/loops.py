"""Coroutines in tests: a browser test may have left a loop of its own in the test's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Value = TypeVar("Value")


def run(scene: Coroutine[Any, Any, Value]) -> Value:
    """Return what a coroutine returns, from a loop in a thread of its own."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, scene).result()
