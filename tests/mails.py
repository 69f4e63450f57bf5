"""Builders: mails that are owed, and letters."""

from datetime import timedelta
from typing import Any

from mail.letter import Letter, Parties, SessionAsOf, Span, to_payload
from models import Client, OutboxMessage, Session
from models.enums import MailKind, SessionStatus
from tests.practice import NOW, Practice

SPAN = Span(NOW + timedelta(days=2), NOW + timedelta(days=2, minutes=50))


def session_as_of(**given: Any) -> SessionAsOf:
    """A confirmed session in two days, at 14:00 in Berlin."""
    return SessionAsOf(
        **{
            "id": "ses_01arz3ndektsv4rrffq69g5fav",
            "version": 1,
            "status": SessionStatus.CONFIRMED,
            "service": "Coaching",
            "span": SPAN,
            **given,
        }
    )


def letter(
    kind: MailKind = MailKind.CONFIRMED,
    *,
    parties: dict[str, str] | None = None,
    message_id: str = "msg_01arz3ndektsv4rrffq69g5fav@mail.example.com",
    **session: Any,
) -> Letter:
    """A letter to Ada, in Berlin."""
    return Letter(
        message_id=message_id,
        kind=kind,
        written_at=NOW,
        session=session_as_of(**session),
        parties=Parties(
            **{
                "practice": "Practice",
                "practice_email": "practitioner@example.com",
                "client": "Ada Lovelace",
                "client_email": "ada@example.com",
                "time_zone": "Europe/Berlin",
                **(parties or {}),
            }
        ),
    )


async def add_mail(
    practice: Practice, session: Session, client: Client, **given: Any
) -> OutboxMessage:
    """A mail that waits to be sent."""
    return await OutboxMessage.create(
        **{
            "practitioner_id": practice.practitioner.id,
            "kind": MailKind.CONFIRMED,
            "session_id": session.id,
            "session_version": session.version,
            "client_id": client.id,
            "payload": to_payload(
                session_as_of(
                    id=session.id,
                    version=session.version,
                    customer_notes=session.customer_notes,
                )
            ),
            "created_at": NOW,
            "available_at": NOW,
            **given,
        }
    )
