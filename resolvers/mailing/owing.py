"""What a change owes the client: a mail, written down with the change and sent afterwards."""

from typing import Final

from mail.letter import SessionAsOf, Span, to_payload
from models import OutboxMessage
from models.enums import Actor, MailKind, SessionStatus
from models.instants import from_text, to_text
from models.transaction import orm
from resolvers.mailing.waking import wake
from resolvers.writing import Writing

# Never the private notes, nor the calendar, which clients are shown nowhere.
_SESSION: Final = (
    "SELECT client.id, session.version, session.status, service.name, session.starts_at, "
    "session.ends_at, session.customer_notes, session.cancelled_by, session.cancellation_reason "
    "FROM session JOIN client "
    "ON client.practitioner_id = session.practitioner_id AND client.id = session.client_id "
    "JOIN service "
    "ON service.practitioner_id = session.practitioner_id AND service.id = session.service_id "
    "WHERE session.practitioner_id = $1 AND session.id = $2 AND client.email IS NOT NULL "
    "AND session.ends_at > $3"
)


async def owe_mail(
    writing: Writing, kind: MailKind, session_id: str, *, before: Span | None = None
) -> None:
    """Owe the session's client a mail that says how the session is now.

    No client, no address, or a session that is over: nothing is owed (product.md, Emails).

    Args:
        before: where a session was that has another time now.
    """
    rows = await writing.transaction.fetch(
        _SESSION, [writing.practitioner_id, session_id, to_text(writing.context.now)]
    )
    if not rows:
        return
    ((client_id, version, status, service, starts_at, ends_at, notes, by, reason),) = rows
    session = SessionAsOf(
        id=session_id,
        version=version,
        status=SessionStatus(status),
        service=service,
        span=Span(from_text(starts_at), from_text(ends_at)),
        before=before,
        customer_notes=notes,
        cancelled_by=None if by is None else Actor(by),
        reason=reason,
    )
    await OutboxMessage.create(
        practitioner_id=writing.practitioner_id,
        kind=kind,
        session_id=session_id,
        session_version=version,
        client_id=client_id,
        payload=to_payload(session),
        created_at=writing.context.now,
        available_at=writing.context.now,
        using_db=orm(writing.transaction),
    )
    writing.after_commit.append(wake)
