"""Whose turn a mail is: one worker's, whoever dies, hangs, is stopped or comes too late."""

import asyncio
import logging
from contextlib import AbstractAsyncContextManager

import asyncpg
import pytest

from mail import carrier
from mail.carrier import Message, NotAccepted, Post
from models.database import Database
from models.enums import MailCarrier, MailKind
from resolvers.mailing.claims import claim_next
from tests.e2e.conftest import locked
from tests.mail_server import SENDER, mail_server
from tests.practice import NOW
from tests.resolvers.mailing.owing import HOUR, NOWHERE, Owing, post_to
from tests.statements import RecordedDatabase


async def test_workers_share_what_is_owed(owing: Owing) -> None:
    """Forty mails of twenty sessions, by four at once: each arrives once, in order."""
    for number in range(20):
        owing.session = await owing.practice.add_session(owing.client, NOW + number * HOUR + HOUR)
        for version in (1, 2):
            kind = (MailKind.CONFIRMED, MailKind.CANCELLED)[version - 1]
            owing.session.version = version
            await owing.add(kind=kind)

    with mail_server() as server:
        tried = await asyncio.gather(*(owing.send(post_to(server)) for _ in range(4)))
        while sum(tried) < 40:  # somebody who waited for an earlier one saw nothing due
            tried.append(await owing.send(post_to(server)))
        received = server.taken()

    assert sum(tried) == 40
    assert len({one.message_id for one in received}) == len(received) == 40
    seen: dict[str, list[str]] = {}
    for one in received:
        uid = one.calendar.partition("UID:")[2].split()[0]
        seen.setdefault(uid, []).append(one.mail["Subject"].partition(":")[0])
    assert set(map(tuple, seen.values())) == {("Confirmed", "Cancelled")}


async def test_a_mail_that_is_being_sent_is_nobody_elses_until_its_claim_runs_out(
    owing: Owing,
) -> None:
    await owing.add()
    first = await owing.claim()
    assert first is not None
    assert await owing.claim() is None

    owing.now += HOUR
    second = await owing.claim()

    assert second is not None
    assert (first.message_id, first.attempts) == (second.message_id, 1)
    assert second.attempts == 2


async def test_whoever_was_too_slow_can_say_nothing_any_more(owing: Owing) -> None:
    """The claim runs out while the mail server takes its time; another worker sends the mail."""
    await owing.add()
    with mail_server() as server:

        class Slow:
            kind = MailCarrier.SMTP

            async def carry(self, message: Message) -> None:
                owing.now += HOUR
                assert await owing.send(post_to(server)) == 1
                raise NotAccepted("Too late.", is_final=True)

        assert await owing.send(Post(Slow(), SENDER, 30)) == 1
        assert len(server.taken()) == 1

    (kept,) = await owing.kept()
    assert (kept["sent"], kept["failed"], kept["error"]) == (True, False, None)


async def test_whoever_was_too_slow_ends_no_claim_of_one_that_begins_anew(owing: Owing) -> None:
    """Somebody asks for another try once the claim has run out, so attempts are counted anew."""
    made = await owing.add()

    class Slow:
        kind = MailCarrier.SMTP

        async def carry(self, message: Message) -> None:
            owing.now += HOUR
            assert (await owing.retry(made.id))["errors"] == []
            second = await owing.claim()
            assert second is not None
            assert second.attempts == 1
            raise NotAccepted("Too late.", is_final=True)

    assert await owing.send(Post(Slow(), SENDER, 30)) == 1

    (kept,) = await owing.kept()
    assert (kept["sent"], kept["failed"], kept["error"]) == (False, False, None)
    assert await owing.claim() is None


async def test_a_worker_that_is_stopped_gives_back_what_it_was_sending(owing: Owing) -> None:
    await owing.add()
    begun = asyncio.Event()

    class Hanging:
        kind = MailCarrier.SMTP

        async def carry(self, message: Message) -> None:
            begun.set()
            await asyncio.Event().wait()

    sending = asyncio.create_task(owing.send(Post(Hanging(), SENDER, 30)))
    await begun.wait()
    assert await owing.claim() is None
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending

    again = await owing.claim()
    assert again is not None
    assert again.attempts == 1


async def test_a_database_that_goes_away_while_a_mail_is_sent_makes_no_second_one(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with Database(url, busy_seconds=0.05) as database:
        owing = await Owing.of(database)
        await owing.add()
        with mail_server() as server:
            away = Away(url, post_to(server).carrier)
            assert await owing.send(Post(away, SENDER, 30)) == 1
            await away.is_back()
            owing.now += HOUR
            assert await owing.send(Post(away, SENDER, 30)) == 0

            assert len(server.taken()) == 1
        (kept,) = await owing.kept()
    assert (kept["sent"], kept["attempts"]) == (True, 1)
    if url.startswith("sqlite"):
        assert "a mail was sent, and the database is away" in caplog.text


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_what_was_accepted_is_not_given_back_by_a_worker_that_is_stopped(url: str) -> None:
    """The database is away when the mail is accepted, and back when the worker is stopped."""
    async with Database(url, busy_seconds=0.05) as database:
        owing = await Owing.of(database)
        await owing.add()
        with mail_server() as server:
            away = Away(url, post_to(server).carrier)
            sending = asyncio.create_task(owing.send(Post(away, SENDER, 30)))
            await away.is_back()
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending

            assert await owing.claim() is None
        (kept,) = await owing.kept()
    assert (kept["sent"], kept["attempts"]) == (True, 1)


class _Notices(logging.Handler):
    def __init__(self, event: asyncio.Event) -> None:
        super().__init__(logging.WARNING)
        self._event = event

    def emit(self, record: logging.LogRecord) -> None:
        self._event.set()


class Away:
    """Carries mail, and takes the database from us in that moment, until that is noticed."""

    kind = MailCarrier.SMTP

    def __init__(self, url: str, carrier: carrier.Carrier) -> None:
        self._url = url
        self._carrier = carrier
        self._back: asyncio.Task[None] | None = None
        self._carried = asyncio.Event()

    async def carry(self, message: Message) -> None:
        await self._carrier.carry(message)
        if self._url.startswith("sqlite"):
            lock = locked(self._url)
            await lock.__aenter__()
            self._back = asyncio.create_task(self._unlock(lock))
            self._carried.set()
            return
        connection = await asyncpg.connect(self._url)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await connection.close()
        self._carried.set()

    async def _unlock(self, lock: AbstractAsyncContextManager[None]) -> None:
        noticed = asyncio.Event()
        logger = logging.getLogger("session_history.mail")
        handler = _Notices(noticed)
        logger.addHandler(handler)
        await noticed.wait()
        logger.removeHandler(handler)
        await lock.__aexit__(None, None, None)

    async def is_back(self) -> None:
        await self._carried.wait()
        if self._back is not None:
            await self._back


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_looking_for_what_is_due_seeks_in_indexes(url: str) -> None:
    """It is done every two seconds by every worker, whatever was sent before."""
    async with RecordedDatabase(url) as recorded:
        assert await claim_next(recorded, NOWHERE, domain="x", now=NOW) is None

        ((sql, given),) = recorded.statements
        plan = await recorded.plan_of(sql, given)
    assert "outbox_message USING INDEX ix_outbox_due" in plan[0]
    assert any("earlier USING INDEX ix_outbox_session" in line for line in plan)
    assert not any("SCAN" in line or "TEMP B-TREE" in line for line in plan)
