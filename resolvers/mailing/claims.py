"""Whose turn it is to send a mail: of many workers and machines one, for a time.

Mails of one session leave in the order of its changes: a later one waits until an earlier one is
sent or has failed. A claim that has run out is anybody's; until when it held tells whoever had it
that it is theirs no more. So nothing is lost with a worker that dies.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from mail.carrier import Post
from models.database import Database
from models.instants import to_text
from models.transaction import Transaction, write

# Beyond what handing over may take: for telling the database, also while it restarts.
_TO_SPARE: Final = timedelta(minutes=4)

IS_OPEN: Final = "outbox_message.sent_at IS NULL AND outbox_message.failed_at IS NULL"
# By ix_outbox_due, and for those before it by ix_outbox_session.
_NEXT: Final = (
    "SELECT outbox_message.practitioner_id, outbox_message.id FROM outbox_message "
    f"WHERE {IS_OPEN} AND outbox_message.available_at <= $1 "
    "AND (outbox_message.claimed_until IS NULL OR outbox_message.claimed_until <= $1) "
    "AND NOT EXISTS (SELECT 1 FROM outbox_message AS earlier "
    "WHERE earlier.practitioner_id = outbox_message.practitioner_id "
    "AND earlier.session_id = outbox_message.session_id "
    "AND earlier.session_version < outbox_message.session_version "
    "AND earlier.sent_at IS NULL AND earlier.failed_at IS NULL) "
    "ORDER BY outbox_message.available_at, outbox_message.id LIMIT 1"
)
_CLAIM: Final = (
    "UPDATE outbox_message SET attempts = attempts + 1, claimed_until = $1, "
    "message_id = COALESCE(message_id, id || '@' || $2) "
    "WHERE practitioner_id = $3 AND id = $4 "
    "RETURNING practitioner_id, id, attempts, claimed_until, kind, session_id, client_id, payload, "
    "message_id, created_at"
)
# Not by the number of the attempt: whoever asks for another try has them counted anew.
_IS_OURS: Final = (
    "practitioner_id = $1 AND id = $2 AND claimed_until = $3 "
    "AND sent_at IS NULL AND failed_at IS NULL"
)


class Claimed(NamedTuple):
    """A mail that this worker sends, for as long as nobody takes it for dead."""

    practitioner_id: str
    id: str
    attempts: int
    claimed_until: str
    kind: str
    session_id: str
    client_id: str | None
    payload: str
    message_id: str
    created_at: str

    async def update(self, transaction: Transaction, columns: str, *values: object) -> bool:
        """Change it, if it is still ours; whether it was."""
        rows = await transaction.fetch(
            f"UPDATE outbox_message SET claimed_until = NULL, {columns} "
            f"WHERE {_IS_OURS} RETURNING id",
            [self.practitioner_id, self.id, self.claimed_until, *values],
        )
        return bool(rows)


async def claim_next(
    database: Database, post: Post, *, domain: str, now: datetime
) -> Claimed | None:
    """The mail that is due longest, for this worker to send; None when there is none.

    Args:
        domain: what stands behind the `@` of its Message-ID, if this is its first attempt.
    """
    if not await database.fetch(_NEXT, [to_text(now)]):
        return None
    until = now + timedelta(seconds=post.most_seconds) + _TO_SPARE

    async def work(transaction: Transaction) -> Claimed | None:
        found = await transaction.fetch(f"{_NEXT}{transaction.for_update_if_free}", [to_text(now)])
        if not found:
            return None
        (row,) = await transaction.fetch(_CLAIM, [to_text(until), domain, *found[0]])
        return Claimed(*row)

    return await write(database, work)
