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
        self._waiting: deque[asyncio.Future[Any]] = deque()
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
        while self._free:
            connection = self._free.pop()
            if not connection.is_closed():
                return connection
            self._open -= 1
        if self._open < self._most:
            self._open += 1
            return await self._opened()
        turn: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            connection = await turn
        except asyncio.CancelledError:
            if turn in self._waiting:
                self._waiting.remove(turn)
            elif not turn.cancelled():  # it came in the same moment
                self._pass_on(turn.result())
            raise
        if connection is None or connection.is_closed():
            return await self._opened()
        return connection

    async def _opened(self) -> Any:
        """A new connection, for which a place is taken."""
        opening = asyncio.ensure_future(self._connect())
        try:
            return await asyncio.shield(opening)
        except BaseException:
            opening.add_done_callback(_end)
            self._pass_on(None)
            raise

    def _give_back(self, connection: Any) -> None:
        if self._closed or connection.is_closed():
            self._drop(connection)
        else:
            self._pass_on(connection)

    def _drop(self, connection: Any) -> None:
        connection.terminate()
        self._pass_on(None)

    def _pass_on(self, connection: Any) -> None:
        """Hand a connection, or with None the place of one, to whoever has waited for longest.

        To them, and not to whoever comes next: else those who ask again and again pass by.
        """
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        if connection is None:
            self._open -= 1
        else:
            self._free.append(connection)


def _end(opening: "asyncio.Future[Any]") -> None:
    """Let go of a connection whose opener has gone."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().terminate()
