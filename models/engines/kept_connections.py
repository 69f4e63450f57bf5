"""Connections to PostgreSQL that stay with whoever reads briefly.

A pool's connection is taken, looked at, wrapped, timed, unwrapped and given back for each
statement, which is more than reading a page takes on this side. On these is only read, and in no
transaction, so that there is nothing to look at between two statements.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg

from models.engines.settled import settled


class KeptConnections:
    """At most so many connections, each opened when all before it are busy.

    Args:
        connect: opens one.
        most: how many there are at the most; whoever comes then waits for one.
    """

    def __init__(self, connect: Callable[[], Awaitable[Any]], *, most: int) -> None:
        self._connect = connect
        self._most = most
        self._open = 0
        self._free: list[Any] = []
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closed = False

    async def fetch(self, sql: str, parameters: Sequence[object]) -> list[Any]:
        """The rows of one statement, as last committed."""
        connection = await self._taken()
        try:
            rows: list[Any] = await connection.fetch(sql, *parameters)
        except asyncpg.PostgresError:
            self._give_back(connection)
            raise
        except BaseException:
            # Cancelled, or gone: what is on its way on it is nobody's any more.
            self._drop(connection)
            raise
        self._give_back(connection)
        return rows

    async def close(self) -> None:
        """Close those that nobody reads on; the others close when they are given back."""
        self._closed = True
        while self._free:
            await settled(self._free.pop().close())

    async def _taken(self) -> Any:
        while True:
            while self._free:
                connection = self._free.pop()
                if not connection.is_closed():
                    return connection
                self._open -= 1
            if self._open < self._most:
                return await self._opened()
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn in self._waiting:
                    self._waiting.remove(turn)
                elif not turn.cancelled():
                    self._wake_next()  # it came in the same moment
                raise

    async def _opened(self) -> Any:
        self._open += 1
        opening = asyncio.ensure_future(self._connect())
        try:
            return await asyncio.shield(opening)
        except BaseException:
            self._open -= 1
            opening.add_done_callback(_end)
            self._wake_next()
            raise

    def _give_back(self, connection: Any) -> None:
        if self._closed or connection.is_closed():
            self._drop(connection)
            return
        self._free.append(connection)
        self._wake_next()

    def _drop(self, connection: Any) -> None:
        connection.terminate()
        self._open -= 1
        self._wake_next()

    def _wake_next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return


def _end(opening: "asyncio.Future[Any]") -> None:
    """Let go of a connection whose opener has gone."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().terminate()
