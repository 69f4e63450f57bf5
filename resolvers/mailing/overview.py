"""The mail of all practitioners, for whoever runs the server: without names, addresses or words."""

from typing import Final, NamedTuple

from models.database import Database
from models.enums import MailState
from resolvers.mailing.mails import OF_STATE

_LATEST: Final = (
    "SELECT outbox_message.id, outbox_message.created_at, outbox_message.kind, "
    "outbox_message.attempts, outbox_message.last_error FROM outbox_message "
    "WHERE {} ORDER BY outbox_message.created_at DESC, outbox_message.id DESC LIMIT $1"
)


class MailLine(NamedTuple):
    """One mail."""

    id: str
    created_at: str
    kind: str
    attempts: int
    last_error: str | None


async def latest_mails(database: Database, state: MailState, *, limit: int) -> list[MailLine]:
    """The latest mails of which this has become."""
    rows = await database.fetch(_LATEST.format(OF_STATE[state]), [limit])
    return [MailLine(*row) for row in rows]
