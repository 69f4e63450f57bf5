"""Sends mail beside answering, for as long as the server runs."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from mail.carrier import Carrier, Post
from models.database import Database
from models.unavailable import is_unavailable
from resolvers.mailing.delivering import deliver_next
from resolvers.mailing.waking import woken
from server.settings import Settings

logger = logging.getLogger("session_history.mail")

_MAILS_AT_ONCE: Final = 2
# For what another process owes, and what is due again.
_LOOK_EVERY_SECONDS: Final = 2.0
_FINISHED_WITHIN_SECONDS: Final = 5.0
_WRITTEN_WITHIN_SECONDS: Final = 10.0


class Mailer:
    """Sends mail, a few at once."""

    def __init__(self, database: Database, post: Post, *, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._post = post
        self._clock = clock
        self._sending: set[asyncio.Task[None]] = set()
        self._all_were_sending = False

    async def run(self) -> None:
        """Go on until cancelled; what is not sent a little later is given back."""
        try:
            with woken() as owed:
                while True:
                    owed.clear()
                    self._look(owed)
                    await _set_or_later(owed, _LOOK_EVERY_SECONDS)
        finally:
            if self._sending:
                await asyncio.wait(self._sending, timeout=_FINISHED_WITHIN_SECONDS)
            for task in self._sending:
                task.cancel()
            await asyncio.gather(*self._sending, return_exceptions=True)

    async def send_what_is_due(self) -> int:
        """Send until nothing is due; how many mails were tried."""
        tried = await asyncio.gather(*(self._send() for _ in range(_MAILS_AT_ONCE)))
        return sum(tried)

    def _look(self, owed: asyncio.Event) -> None:
        # Whoever is at work looks again before it ends, but may have looked a moment ago.
        self._all_were_sending = len(self._sending) == _MAILS_AT_ONCE

        def ended(task: asyncio.Task[None]) -> None:
            self._sending.discard(task)
            if self._all_were_sending:
                owed.set()

        while len(self._sending) < _MAILS_AT_ONCE:
            task = asyncio.create_task(self._send_and_tell())
            self._sending.add(task)
            task.add_done_callback(ended)

    async def _send_and_tell(self) -> None:
        try:
            await self._send()
        except Exception as error:
            # What was claimed is due again when the claim has run out.
            away = is_unavailable(error)
            logger.warning("mail waits", exc_info=None if away else error)

    async def _send(self) -> int:
        tried = 0
        while await deliver_next(
            self._database, self._post, clock=self._clock, jitter=random.random
        ):
            tried += 1
        return tried


def post_of(settings: Settings) -> Post:
    """How mail leaves, by the settings."""
    carrier: Carrier
    server = settings.mail_server
    if server is None:
        from mail.directory import Directory  # noqa: PLC0415 - as below

        carrier = Directory(settings.mail_files)
        return Post(carrier, settings.mail_sender, _WRITTEN_WITHIN_SECONDS)
    # Here and not above: with TLS it takes a twentieth of a start, and only servers that send
    # mail need it.
    from mail.smtp import Smtp  # noqa: PLC0415

    return Post(Smtp(server), settings.mail_sender, server.most_seconds)


@asynccontextmanager
async def mailing(database: Database, settings: Settings) -> AsyncIterator[None]:
    """Send mail until the block ends, unless the settings leave that to others."""
    if not settings.deliver:
        yield
        return
    if settings.mail_server is None:
        logger.warning(
            "there is no mail server: mail goes to nobody, but into files",
            extra={"directory": str(settings.mail_files)},
        )
    mailer = Mailer(database, post_of(settings), clock=lambda: datetime.now(UTC))
    running = asyncio.create_task(mailer.run())
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
