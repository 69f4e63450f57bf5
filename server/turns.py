"""How many operations run at once, and how many connections stay open, in this process."""

import asyncio
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager

from server.refusals import RateLimited, Unavailable


class Turns:
    """Operations in flight.

    A caller who asks too much at once waits for a turn behind their own operations, and holds up
    nobody else; a front end that loads a page of twenty-five things need not know of it. Only a
    line that grows too long is refused.
    """

    def __init__(
        self,
        *,
        at_once: int = 200,
        at_once_each: int = 20,
        waiting: int = 1000,
        waiting_each: int = 200,
    ) -> None:
        self._at_once = at_once
        self._at_once_each = at_once_each
        self._most_waiting = waiting
        self._waiting_each = waiting_each
        self._running: Counter[str] = Counter()
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}

    async def take(self, caller: str) -> None:
        """Wait for a turn; who has taken one gives it back.

        Raises:
            RateLimited: as many of this caller's operations wait already as may.
            Unavailable: the process is as busy as it may be.
        """
        if self._running.get(caller, 0) < self._at_once_each:
            if self._running.total() >= self._at_once:
                raise Unavailable("The server is busy.")
            self._running[caller] += 1
            return
        line = self._lines.setdefault(caller, deque())
        if len(line) >= self._waiting_each:
            raise RateLimited(f"You have {len(line) + self._at_once_each} operations in flight.")
        if sum(map(len, self._lines.values())) >= self._most_waiting:
            raise Unavailable("The server is busy.")
        await self._stand_in(line, caller)

    def give_back(self, caller: str) -> None:
        """Let the next of this caller's operations begin."""
        line = self._lines.get(caller)
        if line:
            line.popleft().set_result(None)  # the turn goes on to it: as many run as before
            if not line:
                del self._lines[caller]
            return
        self._running[caller] -= 1
        if not self._running[caller]:
            del self._running[caller]

    async def _stand_in(self, line: deque[asyncio.Future[None]], caller: str) -> None:
        turn = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn in line:
                line.remove(turn)
                if not line and self._lines.get(caller) is line:
                    del self._lines[caller]
            else:
                self.give_back(caller)  # it came in the same moment
            raise


class Places:
    """How many connections stay open at once for each caller or network."""

    def __init__(self, most_each: int) -> None:
        self._most_each = most_each
        self._taken: Counter[str] = Counter()

    def check(self, holder: str) -> None:
        """Look whether there is a place for `holder`.

        Raises:
            RateLimited: the holder has as many as there are for each.
        """
        if self._taken.get(holder, 0) >= self._most_each:
            raise RateLimited(f"You have {self._most_each} connections open.")

    @contextmanager
    def held(self, holder: str) -> Iterator[None]:
        """Hold a place until the block ends.

        Raises:
            RateLimited: the holder has as many as there are for each.
        """
        self.check(holder)
        self._taken[holder] += 1
        try:
            yield
        finally:
            self._taken[holder] -= 1
            if not self._taken[holder]:
                del self._taken[holder]
