"""Makes the files of exports beside answering, for as long as the server runs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from exports.pdf.rendering import MODULE
from exports.workers import Workers
from models.database import Database
from models.unavailable import is_unavailable
from resolvers.accounts.policy import AccessPolicy
from resolvers.exporting.files import forget_expired_files
from resolvers.exporting.making import Claimed, claim_next, make
from resolvers.exporting.waking import woken

logger = logging.getLogger("session_history.exports")

_FILES_AT_ONCE: Final = 2
# For what another process was asked for, or left behind.
_LOOK_EVERY_SECONDS: Final = 2.0
_FORGET_EVERY_SECONDS: Final = 60.0


class Exporter:
    """Makes files, a few at once, and removes them when their time is over."""

    def __init__(
        self,
        database: Database,
        *,
        workers: Workers,
        policy: AccessPolicy,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._workers = workers
        self._policy = policy
        self._clock = clock
        self._making: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Go on until cancelled; what is being made then is given back."""
        loop = asyncio.get_running_loop()
        forgot_at = -_FORGET_EVERY_SECONDS
        try:
            with woken() as asked:
                while True:
                    asked.clear()
                    try:
                        await self._begin_what_waits(asked)
                        if loop.time() - forgot_at >= _FORGET_EVERY_SECONDS:
                            await forget_expired_files(self._database, now=self._clock())
                            forgot_at = loop.time()
                    except Exception as error:
                        away = is_unavailable(error)
                        logger.warning("exports wait", exc_info=None if away else error)
                    await _set_or_later(asked, _LOOK_EVERY_SECONDS)
        finally:
            for task in self._making:
                task.cancel()
            await asyncio.gather(*self._making, return_exceptions=True)

    async def _begin_what_waits(self, asked: asyncio.Event) -> None:
        while len(self._making) < _FILES_AT_ONCE:
            claimed = await claim_next(self._database, now=self._clock())
            if claimed is None:
                return
            task = asyncio.create_task(self._make(claimed))
            self._making.add(task)
            task.add_done_callback(self._finished)
            task.add_done_callback(lambda _: asked.set())

    async def _make(self, claimed: Claimed) -> None:
        with self._database.rendering():
            await make(
                self._database,
                claimed,
                workers=self._workers,
                policy=self._policy,
                clock=self._clock,
            )

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._making.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            # Its claim runs out, and it is tried again.
            away = isinstance(error, Exception) and is_unavailable(error)
            logger.warning("an export was not made", exc_info=None if away else error)


@asynccontextmanager
async def exporting(
    database: Database, policy: AccessPolicy, *, at_most: int
) -> AsyncIterator[None]:
    """Make files until the block ends, in at most so many processes of their own."""
    async with Workers(MODULE, at_most=at_most) as workers:
        exporter = Exporter(
            database, workers=workers, policy=policy, clock=lambda: datetime.now(UTC)
        )
        running = asyncio.create_task(exporter.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def _set_or_later(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
