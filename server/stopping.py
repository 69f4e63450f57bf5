"""The server's end, told to streams, which would not end by themselves.

uvicorn tells the application only after the last answer is sent (0.54), so that a stream which
goes on for ever would hold up the end. The HTTP protocol, which is told at once, calls `stop`.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_waiting: Final[set[asyncio.Event]] = set()


@contextmanager
def told_of_the_end() -> Iterator[asyncio.Event]:
    """An event that is set when the server stops while the block runs."""
    event = asyncio.Event()
    _waiting.add(event)
    try:
        yield event
    finally:
        _waiting.discard(event)


def stop() -> None:
    """Tell all that wait."""
    for event in _waiting:
        event.set()
