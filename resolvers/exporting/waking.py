"""Tells whoever makes files in this process that there is one to make.

Other processes find it when they look; this saves the wait for the look.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_waiting: Final[set[asyncio.Event]] = set()


@contextmanager
def woken() -> Iterator[asyncio.Event]:
    """An event that is set whenever a file is asked for while the block runs."""
    event = asyncio.Event()
    _waiting.add(event)
    try:
        yield event
    finally:
        _waiting.discard(event)


def wake() -> None:
    """There is a file to make."""
    for event in _waiting:
        event.set()
