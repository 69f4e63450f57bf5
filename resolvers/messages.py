"""What a change owes the client: an email, written with the change and sent afterwards."""

from typing import Literal

from models.instants import to_text
from resolvers.writing import Writing

MessageKind = Literal["CONFIRMED", "RESCHEDULED", "CANCELLED"]


async def owe_message(
    writing: Writing, kind: MessageKind, session_id: str, *, version: int
) -> None:
    """Owe the session's client an email, if there is one to be sent to.

    No client, no address, or a session that is over: nothing is owed (product.md, Emails).
    """
    rows = await writing.transaction.fetch(
        "SELECT client.id FROM session JOIN client "
        "ON client.practitioner_id = session.practitioner_id AND client.id = session.client_id "
        "WHERE session.practitioner_id = $1 AND session.id = $2 AND client.email IS NOT NULL "
        "AND session.ends_at > $3",
        [writing.practitioner_id, session_id, to_text(writing.context.now)],
    )
    if rows:
        await writing.message(kind, session_id, rows[0][0], version)
