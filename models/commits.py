"""Tells whoever waits in this process that something was committed in it.

Commits of other processes are found by looking, or told by the database; this saves the wait.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_waiting: Final[set[asyncio.Event]] = set()


@contextmanager
def told_of_commits() -> Iterator[asyncio.Event]:
    """An event that is set whenever a write of this process is committed while the block runs."""
    event = asyncio.Event()
    _waiting.add(event)
    try:
        yield event
    finally:
        _waiting.discard(event)


def committed() -> None:
    """A write was committed."""
    for event in _waiting:
        event.set()
