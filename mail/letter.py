"""What a mail says, as it is kept: the session as a change left it, and whom it is from and for.

The session is written down in the transaction of the change, so that a mail that leaves hours
later says what was changed then. It never holds private notes, nor the calendar, which clients see
nowhere (schema/portal/). Whom it is for is looked up when it leaves, and kept from then on.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from models.enums import Actor, MailKind, SessionStatus
from models.instants import from_text


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAsOf:
    """A session as a change left it; `before` is where a rescheduled one was."""

    id: str
    version: int
    status: SessionStatus
    service: str
    span: Span
    before: Span | None = None
    customer_notes: str | None = None
    cancelled_by: Actor | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Whom a mail is from and for. The time zone is the client's."""

    practice: str
    practice_email: str
    client: str
    client_email: str
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All that a mail is made of: the same letter makes the same mail, to the byte."""

    message_id: str
    kind: MailKind
    written_at: datetime
    session: SessionAsOf
    parties: Parties


def to_payload(session: SessionAsOf, parties: Parties | None = None) -> str:
    """What is kept of a letter."""
    return orjson.dumps({"session": session, "parties": parties}).decode()


def from_payload(payload: str) -> tuple[SessionAsOf | None, Parties | None]:
    """What was kept; nothing of a letter whose client was deleted."""
    kept: dict[str, Any] = orjson.loads(payload)
    session, parties = kept.get("session"), kept.get("parties")
    return (
        None if session is None else _session(session),
        None if parties is None else Parties(**parties),
    )


def _session(kept: dict[str, Any]) -> SessionAsOf:
    span, before, by = _span(kept["span"]), kept["before"], kept["cancelled_by"]
    return SessionAsOf(
        **{
            **kept,
            "status": SessionStatus(kept["status"]),
            "span": span,
            "before": None if before is None else _span(before),
            "cancelled_by": None if by is None else Actor(by),
        }
    )


def _span(kept: dict[str, str]) -> Span:
    return Span(from_text(kept["starts_at"]), from_text(kept["ends_at"]))
