"""PostgreSQL's notifications, on a connection of their own that is made anew whenever it breaks.

Notifications only wake somebody up who then looks, so one that is lost delays and loses nothing.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

import asyncpg

from models.unavailable import is_unavailable

logger = logging.getLogger("session_history.listening")

APPLICATION_NAME: Final = "session-history listening"

_FIRST_WAIT_SECONDS: Final = 0.1
_LONGEST_WAIT_SECONDS: Final = 10.0
# A connection that was cut off without a word is found out by asking.
_ASK_EVERY_SECONDS: Final = 30.0
_ANSWER_SECONDS: Final = 10.0


@asynccontextmanager
async def listening(dsn: str, channel: str, wake: Callable[[], None]) -> AsyncIterator[None]:
    """Call `wake` at every notification and every new connection, until the block ends.

    The block begins at once; a database that is away is tried again, later and later.
    """
    task = asyncio.create_task(_listen_always(dsn, channel, wake))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _listen_always(dsn: str, channel: str, wake: Callable[[], None]) -> None:
    wait_seconds = _FIRST_WAIT_SECONDS
    while True:
        began = asyncio.get_running_loop().time()
        try:
            await _listen(dsn, channel, wake)
            logger.info("no longer told of changes: connecting again")
        except Exception as error:
            away = is_unavailable(error)
            logger.warning("not told of changes", exc_info=None if away else error)
        if asyncio.get_running_loop().time() - began > _LONGEST_WAIT_SECONDS:
            wait_seconds = _FIRST_WAIT_SECONDS
        await asyncio.sleep(wait_seconds)
        wait_seconds = min(2 * wait_seconds, _LONGEST_WAIT_SECONDS)


async def _listen(dsn: str, channel: str, wake: Callable[[], None]) -> None:
    """Listen until the connection ends."""
    connection = await asyncpg.connect(
        dsn,
        timeout=_ANSWER_SECONDS,
        command_timeout=_ANSWER_SECONDS,
        server_settings={"application_name": APPLICATION_NAME},
    )
    try:
        ended = asyncio.Event()
        connection.add_termination_listener(lambda _connection: ended.set())
        await connection.add_listener(channel, lambda *_notification: wake())
        wake()  # something may have been committed before we listened
        while not ended.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_ASK_EVERY_SECONDS):
                    await ended.wait()
                    return
            await connection.execute("SELECT 1")
    finally:
        connection.terminate()
