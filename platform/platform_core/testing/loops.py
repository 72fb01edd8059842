"""Coroutines from code that does not wait: on a thread of their own, for Playwright keeps a loop in the main one."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def settled(work: Coroutine[Any, Any, Result]) -> Result:
    """What the coroutine returns, whatever runs in this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
