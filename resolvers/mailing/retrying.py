"""Trying again to send a mail that was not accepted: now, and not when its turn comes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from models.database import Database
from models.identifiers import Kind, kind_of
from models.instants import to_text
from models.transaction import Transaction, write
from resolvers.context import Context
from resolvers.mailing.waking import wake
from resolvers.problems import InvalidInput, NotThere, Undone
from resolvers.writing import Writing, write_in

# From the first attempt on. Not while somebody is at it, who will say what became of it.
_AGAIN: Final = (
    "UPDATE outbox_message SET attempts = 0, available_at = $1, failed_at = NULL "
    "WHERE sent_at IS NULL AND (claimed_until IS NULL OR claimed_until <= $1) "
)
# A mail of before a later one would tell the client what is no more so.
_IS_THE_LATEST: Final = (
    "NOT EXISTS (SELECT 1 FROM outbox_message AS later "
    "WHERE later.practitioner_id = outbox_message.practitioner_id "
    "AND later.session_id = outbox_message.session_id "
    "AND later.session_version > outbox_message.session_version)"
)


async def retry_mail(context: Context, identifier: str) -> str:
    """Have a mail that waits or has failed tried again at once; its id.

    Raises:
        Forbidden: the token only reads.
        Undone: no such mail of this practitioner's, or one that is not to be sent any more.
    """

    async def work(writing: Writing) -> str:
        own = [writing.practitioner_id, identifier]
        found = []
        if kind_of(identifier) is Kind.OUTBOX_MESSAGE:
            found = await writing.transaction.fetch(
                "SELECT outbox_message.sent_at, outbox_message.failed_at, outbox_message.payload, "
                f"{_IS_THE_LATEST} FROM outbox_message "
                "WHERE outbox_message.practitioner_id = $1 AND outbox_message.id = $2",
                own,
            )
        if not found:
            raise Undone(NotThere(identifier, "id"))
        ((sent_at, failed_at, payload, is_the_latest),) = found
        if sent_at is not None:
            raise Undone(InvalidInput("This mail was sent.", "id"))
        if failed_at is not None and not is_the_latest:
            raise Undone(InvalidInput("There is a later mail about this session.", "id"))
        if '"session"' not in payload:
            raise Undone(InvalidInput("Nobody knows any more what this mail was to say.", "id"))
        await writing.transaction.fetch(
            f"{_AGAIN} AND practitioner_id = $2 AND id = $3 RETURNING id",
            [to_text(context.now), *own],
        )
        writing.after_commit.append(wake)
        return identifier

    return await write_in(context, work)


async def retry_mails(database: Database, ids: Sequence[str] | None, *, now: datetime) -> int:
    """Have mails of any practitioners tried again, by their ids or all there are; how many.

    Those that were sent, or that a later one has overtaken, are passed over.
    """

    async def work(transaction: Transaction) -> int:
        where = "TRUE"
        given: list[object] = [to_text(now)]
        if ids is not None:
            where = transaction.any_of("id", "$2")
            given.append(transaction.list_parameter(ids))
        rows = await transaction.fetch(
            f"{_AGAIN} AND {where} AND (failed_at IS NULL OR "
            f"(payload LIKE '%\"session\"%' AND {_IS_THE_LATEST})) RETURNING id",
            given,
        )
        return len(rows)

    return await write(database, work)
