"""What the link of a calendar feed opens."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

import orjson

from mail.entry import FeedEntry
from models.database import Database
from models.enums import SessionStatus
from models.identifiers import Kind, kind_of
from models.instants import from_text, to_text
from models.transaction import Transaction, write
from resolvers.accounts.access import secret_hash
from resolvers.accounts.attempts import Limit, count_attempt
from resolvers.rows import DELETED_CLIENT
from resolvers.session_filter import HOLDS_A_SLOT

SHOWN_FOR: Final = timedelta(days=90)
"""How long a session that is over stays in a feed."""
MOST_SHOWN: Final = 5_000

_FETCHES: Final = Limit("feed", most=60, period=timedelta(hours=1))
_NOTED_EVERY: Final = timedelta(minutes=10)
_LONGEST_KEY: Final = 100
# How a feed is written. Another form of the same sessions is another feed to whoever has kept it.
_FORM: Final = 1

# By uq_calendar_feed_id: a link names no tenant.
_FIND: Final = (
    "SELECT calendar_feed.practitioner_id, calendar_feed.calendar_id, calendar_feed.secret_hash, "
    "calendar_feed.last_fetched_at, calendar.name FROM calendar_feed "
    "JOIN calendar ON calendar.practitioner_id = calendar_feed.practitioner_id "
    "AND calendar.id = calendar_feed.calendar_id WHERE calendar_feed.id = $1"
)
# By ix_session_slot. Cancelled sessions and no-shows hold no slot: in a feed they are gone.
_ENTRIES: Final = (
    "SELECT session.id, session.version, session.status, session.starts_at, session.ends_at, "
    "session.updated_at, session.customer_notes, service.name, client.name FROM session "
    "JOIN service ON service.practitioner_id = session.practitioner_id "
    "AND service.id = session.service_id "
    "LEFT JOIN client ON client.practitioner_id = session.practitioner_id "
    "AND client.id = session.client_id "
    "WHERE session.practitioner_id = $1 AND session.calendar_id = $2 AND session.starts_at >= $3 "
    f"AND {HOLDS_A_SLOT} ORDER BY session.starts_at LIMIT {MOST_SHOWN}"
)


class UnknownFeed(Exception):
    """No such feed, or another secret: the two are told apart nowhere."""


@dataclass(frozen=True, slots=True)
class FeedRead:
    """What a feed shows now; `tag` is the same as long as that is."""

    name: str
    tag: str
    rows: list[tuple[Any, ...]]

    def entries(self) -> list[FeedEntry]:
        """The sessions, to be written as a calendar."""
        return [
            FeedEntry(
                session_id=session_id,
                version=version,
                status=SessionStatus(status),
                starts_at=from_text(starts_at),
                ends_at=from_text(ends_at),
                changed_at=from_text(changed_at),
                customer_notes=notes,
                service=service,
                client=client or DELETED_CLIENT,
            )
            for (
                session_id, version, status, starts_at, ends_at, changed_at, notes, service, client
            ) in self.rows
        ]  # fmt: skip


async def read_feed(database: Database, identifier: str, key: str, *, now: datetime) -> FeedRead:
    """What a link opens: a calendar's sessions of the last 90 days, and all that are to come.

    Raises:
        UnknownFeed: there is no such link, it was taken back, or the key is another one.
        RateLimited: it was followed too often.
    """
    found = []
    is_link = kind_of(identifier) is Kind.CALENDAR_FEED and len(key) <= _LONGEST_KEY
    if is_link and key.isascii():
        found = await database.fetch(_FIND, [identifier])
    if not found:
        raise UnknownFeed
    ((owner, calendar_id, kept_hash, fetched_at, name),) = found
    if not hmac.compare_digest(kept_hash, secret_hash(key)):
        raise UnknownFeed
    await count_attempt(database, _FETCHES, identifier, now=now)
    if fetched_at is None or fetched_at <= to_text(now - _NOTED_EVERY):
        await _note_fetch(database, owner, identifier, now=now)
    rows = await database.fetch(_ENTRIES, [owner, calendar_id, to_text(now - SHOWN_FOR)])
    # By the index as far as it goes, and the same each time beyond that.
    plain = sorted(map(tuple, rows), key=lambda row: (row[3], row[0]))
    tag = blake2b(orjson.dumps([_FORM, name, plain]), digest_size=16).hexdigest()
    return FeedRead(name, tag, plain)


async def _note_fetch(database: Database, owner: str, identifier: str, *, now: datetime) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.fetch(
            "UPDATE calendar_feed SET last_fetched_at = $1 "
            "WHERE practitioner_id = $2 AND id = $3 RETURNING id",
            [to_text(now), owner, identifier],
        )

    await write(database, work)
