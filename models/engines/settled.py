"""Awaiting something to its end although the caller is cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


async def settled(work: Coroutine[Any, Any, Result]) -> Result:
    """Await `work` to its end, and only then let a cancellation through.

    A transaction that is cut off between two of its steps leaves a lock or a pooled connection
    behind for ever (Tortoise 1.1.9, both engines).
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError:
                continue
        raise
