"""Tells whoever sends mail in this process that there is one to send.

Other processes find it when they look; this saves the wait for the look.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_waiting: Final[set[asyncio.Event]] = set()


@contextmanager
def woken() -> Iterator[asyncio.Event]:
    """An event that is set whenever mail is owed while the block runs."""
    event = asyncio.Event()
    _waiting.add(event)
    try:
        yield event
    finally:
        _waiting.discard(event)


def wake() -> None:
    """There is mail to send."""
    for event in _waiting:
        event.set()
