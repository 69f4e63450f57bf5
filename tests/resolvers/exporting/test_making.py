"""Files that take a while are made once, by whoever is there, whatever happens meanwhile."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pypdfium2
import pytest

from exports.pdf.rendering import MODULE
from exports.workers import Limits, Workers
from models import Client
from models.database import Database
from models.enums import ExportFormat, SessionStatus
from models.transaction import Transaction, write
from resolvers.accounts.access import make_token
from resolvers.accounts.policy import AccessPolicy
from resolvers.context import Context
from resolvers.exporting.asking import ExportSessionHistoryInput, export_session_history
from resolvers.exporting.exports import ExportRow, read_export
from resolvers.exporting.files import file_pieces, forget_expired_files
from resolvers.exporting.links import (
    LinkEnded,
    LinkForbidden,
    LinkRefused,
    NotMadeYet,
    UnknownLink,
    follow,
)
from resolvers.exporting.making import CLAIMED_FOR, MOST_ATTEMPTS, Claimed, claim_next, make
from resolvers.principal import Principal
from resolvers.session_filter import SessionFilter, SessionPeriod, SessionSort
from tests.exports.pdf.setting import READERS, folded, read
from tests.exports.pdf.test_scripts import TEXTS
from tests.practice import NOW, Practice

POLICY = AccessPolicy(export_minutes=60)


class Asking:
    """A practitioner with a token that is really there, and a client with two sessions."""

    def __init__(self, practice: Practice, client: Client, principal: Principal) -> None:
        self.practice = practice
        self.database = practice.database
        self.client = client
        self.principal = principal

    @classmethod
    async def of(cls, database: Database) -> "Asking":
        practice = await Practice.of(database)
        client = await practice.add_client("Ada Lovelace")
        await practice.add_session(
            client,
            NOW - timedelta(days=9),
            SessionStatus.COMPLETED,
            customer_notes="Bring <b>the</b> notebook",
            private_notes="Went & well",
        )
        await practice.add_session(client, NOW + timedelta(days=9), SessionStatus.PENDING)

        async def work(transaction: Transaction) -> str:
            made = await make_token(
                transaction, practice.practitioner.id, label="Laptop", now=NOW, expires_at=None
            )
            return made.id

        token_id = await write(database, work)
        asked_by = practice.principal()
        principal = Principal(
            **{
                name: getattr(asked_by, name)
                for name in ("practitioner_id", "name", "email", "time_zone", "currency", "kind")
            },
            token_id=token_id,
        )
        return cls(practice, client, principal)

    def context(self, now: datetime = NOW) -> Context:
        return Context(database=self.database, principal=self.principal, now=now, policy=POLICY)

    async def ask(self, **given: Any) -> ExportRow:
        return await export_session_history(
            self.context(),
            ExportSessionHistoryInput(
                client_id=self.client.id,
                **{"format": ExportFormat.PDF, **given},
            ),
        )

    async def seen(self, export: ExportRow, *, now: datetime = NOW) -> ExportRow:
        return await read_export(self.context(now), export.id)

    async def fetched(self, export: ExportRow, *, now: datetime = NOW) -> bytes:
        opened = await follow(self.database, export.id, export.url.split("key=")[1], now=now)
        return b"".join([piece async for piece in file_pieces(self.database, opened.export)])

    async def pieces(self, export: ExportRow) -> int:
        ((kept,),) = await self.database.fetch(
            "SELECT count(*) FROM export_piece WHERE export_id = $1", [export.id]
        )
        return int(kept)

    async def make(self, claimed: Claimed, workers: Workers, *, now: datetime = NOW) -> None:
        await make(self.database, claimed, workers=workers, policy=POLICY, clock=lambda: now)


async def claim(database: Database, *, now: datetime = NOW) -> Claimed:
    claimed = await claim_next(database, now=now)
    assert claimed is not None
    return claimed


def words_of(document: bytes) -> str:
    """All text of a document, its lines folded."""
    pages = pypdfium2.PdfDocument(io.BytesIO(document))
    texts = " ".join(page.get_textpage().get_text_bounded() for page in pages)
    return " ".join(texts.split())


@pytest.fixture
async def asking(own_database: Database) -> Asking:
    return await Asking.of(own_database)


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    async with Workers(MODULE, at_most=1) as started:
        yield started


async def test_what_was_asked_for_is_in_the_document(asking: Asking, workers: Workers) -> None:
    export = await asking.ask(include_private_notes=True)
    assert (export.state, export.progress, export.session_count) == ("WAITING", 0, 2)

    await asking.make(await claim(asking.database), workers, now=NOW + timedelta(minutes=5))

    words = words_of(await asking.fetched(export))
    for text in (
        "Ada Lovelace",
        "Bring <b>the</b> notebook",
        "Went & well",
        "Page 1 of 1",
        "90.00",
    ):
        assert text in words
    ready = await asking.seen(export)
    assert (ready.state, ready.progress, ready.url) == ("READY", 1, export.url)
    assert ready.expires_at == "2026-05-14T13:05:00Z"


@pytest.mark.parametrize("reader", READERS)
async def test_two_readers_find_every_note_name_and_figure_of_every_script(
    asking: Asking, workers: Workers, reader: str
) -> None:
    practice = asking.practice
    client = await practice.add_client("Ναταλία Иванова 田中")
    for number, text in enumerate(TEXTS.values()):
        service = await practice.add_service(f"{text[:20]} {number}")
        await practice.add_session(
            client,
            NOW - timedelta(days=number + 1),
            service_id=service.id,
            price_minor=100_000 + number,
            customer_notes=f"{text} {number}.",
            private_notes=f"{number}: {text}",
        )
    asking.client = client
    export = await asking.ask(include_private_notes=True)

    await asking.make(await claim(asking.database), workers)

    words = folded(read(await asking.fetched(export), reader))
    assert folded(client.name) in words
    for number, text in enumerate(TEXTS.values()):
        for wanted in (
            f"{text} {number}.",
            f"{number}: {text}",
            f"1,00{number // 100}.{number:02}",
        ):
            assert folded(wanted) in words


async def test_the_document_says_what_was_left_out(asking: Asking, workers: Workers) -> None:
    export = await asking.ask(
        filter=SessionFilter(
            period=SessionPeriod.PAST,
            statuses=[SessionStatus.COMPLETED],
            service_ids=[asking.practice.service.id],
            from_=(NOW - timedelta(days=30)).date(),
        ),
        sort=SessionSort.BY_STATUS,
        time_zone="Asia/Kathmandu",
    )

    await asking.make(await claim(asking.database), workers)

    words = words_of(await asking.fetched(export))
    for text in (
        "Past sessions only",
        "Status: Completed",
        "Service: Coaching",
        "From 14 Apr 2026 on",
        "Asia/Kathmandu (UTC+05:45)",
        "By status",
    ):
        assert text in words
    assert "Went & well" not in words


async def test_a_history_without_sessions_is_a_document_too(
    asking: Asking, workers: Workers
) -> None:
    export = await asking.ask(filter=SessionFilter(text="nothing like it"))

    await asking.make(await claim(asking.database), workers)

    assert export.session_count == 0
    assert "Words in the notes: nothing like it" in words_of(await asking.fetched(export))


async def test_each_export_is_claimed_by_one_and_the_oldest_first(asking: Asking) -> None:
    first, second = await asking.ask(), await asking.ask()

    claimed = await asyncio.gather(*(claim_next(asking.database, now=NOW) for _ in range(4)))

    assert sorted(one.export.id for one in claimed if one) == [first.id, second.id]
    assert (await asking.seen(first)).state == "RENDERING"


async def test_what_a_dead_worker_had_claimed_is_made_by_another(
    asking: Asking, workers: Workers
) -> None:
    export = await asking.ask()
    dead = await claim(asking.database)
    later = NOW + CLAIMED_FOR

    assert await claim_next(asking.database, now=later - timedelta(seconds=1)) is None
    await asking.make(await claim(asking.database, now=later), workers, now=later)

    kept = await asking.fetched(export, now=later)
    # It was not dead after all, and is too late.
    await asking.make(dead, workers, now=later)
    assert await asking.fetched(export, now=later) == kept


async def test_what_is_being_made_when_a_server_stops_is_given_back(
    asking: Asking, workers: Workers
) -> None:
    export = await asking.ask()
    making = asyncio.create_task(asking.make(await claim(asking.database), workers))
    while workers.all[0].process_id is None:  # noqa: ASYNC110 - it tells nobody when it starts
        await asyncio.sleep(0)

    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making

    # Whoever looks next makes it at once, and what was cut off counts as no attempt.
    assert (await asking.seen(export)).state == "WAITING"
    await asking.make(await claim(asking.database), workers)
    assert await asking.fetched(export)
    ((attempts,),) = await asking.database.fetch("SELECT attempts FROM export")
    assert attempts == 1


async def test_after_some_attempts_it_has_failed(asking: Asking) -> None:
    export = await asking.ask()
    for attempt in range(MOST_ATTEMPTS):
        await claim(asking.database, now=NOW + attempt * CLAIMED_FOR)

    assert await claim_next(asking.database, now=NOW + MOST_ATTEMPTS * CLAIMED_FOR) is None

    assert (await asking.seen(export)).state == "FAILED"
    with pytest.raises(LinkEnded, match="could not be made"):
        await asking.fetched(export)


async def test_a_worker_that_cannot_do_it_fails_the_export(asking: Asking) -> None:
    export = await asking.ask()

    async with Workers(MODULE, at_most=1, limits=Limits(memory_bytes=1024 * 1024)) as tight:
        await asking.make(await claim(asking.database), tight)

    assert (await asking.seen(export)).state == "FAILED"
    assert await claim_next(asking.database, now=NOW + CLAIMED_FOR) is None


async def test_a_client_who_is_deleted_meanwhile_leaves_no_file(
    asking: Asking, workers: Workers
) -> None:
    early, late = await asking.ask(), await asking.ask()
    await asking.make(await claim(asking.database), workers)
    claimed = await claim(asking.database)
    assert await asking.pieces(early) == 1

    deleted = await asking.practice.ask(
        "mutation ($id: ID!) { deleteClient(id: $id) { keptSessions } }", {"id": asking.client.id}
    )
    await asking.make(claimed, workers)

    assert deleted.data == {"deleteClient": {"keptSessions": 2}}
    for export in (early, late):
        assert await asking.pieces(export) == 0
        with pytest.raises(LinkEnded, match="deleted"):
            await asking.fetched(export)
    rows = await asking.database.fetch("SELECT state, file_name, request FROM export")
    assert {tuple(row) for row in rows} == {("GONE", "", "")}


async def test_nothing_is_made_for_a_token_that_has_ended(asking: Asking, workers: Workers) -> None:
    export = await asking.ask()
    await asking.practice.ask(
        "mutation ($id: ID!) { revokeAccessToken(id: $id) { errors { message } } }",
        {"id": asking.principal.token_id},
    )

    await asking.make(await claim(asking.database), workers)

    assert await asking.pieces(export) == 0
    with pytest.raises(LinkForbidden):
        await asking.fetched(export)


async def test_the_link_says_that_the_file_is_not_ready(asking: Asking) -> None:
    export = await asking.ask()

    with pytest.raises(NotMadeYet):
        await asking.fetched(export)


async def test_files_go_when_their_time_is_over(asking: Asking, workers: Workers) -> None:
    export = await asking.ask()
    await asking.make(await claim(asking.database), workers)
    end = NOW + timedelta(minutes=POLICY.export_minutes)

    await forget_expired_files(asking.database, now=end - timedelta(seconds=1))
    assert await asking.fetched(export, now=end - timedelta(seconds=1))
    await forget_expired_files(asking.database, now=end)

    assert await asking.pieces(export) == 0
    with pytest.raises(LinkEnded, match="expired"):
        await asking.fetched(export, now=end)
    await forget_expired_files(asking.database, now=end + timedelta(days=1))
    with pytest.raises(UnknownLink):
        await asking.fetched(export, now=end)


async def test_an_export_that_waited_too_long_is_not_made_any_more(asking: Asking) -> None:
    export = await asking.ask()
    end = NOW + timedelta(minutes=POLICY.export_minutes)

    assert await claim_next(asking.database, now=end) is None

    assert (await asking.seen(export)).state == "FAILED"
    with pytest.raises(LinkRefused):
        await asking.fetched(export, now=end)
