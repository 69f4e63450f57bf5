"""The audit trail of one session while its story is told: each entry is a version."""

from dataclasses import dataclass
from datetime import datetime

from models.enums import Actor, SessionEventKind, SessionStatus
from models.instants import to_text
from server.demo.rows import Change


@dataclass(frozen=True, slots=True)
class Entry:
    """What one version changed."""

    at: datetime
    kind: SessionEventKind
    actor: Actor
    changes: tuple[Change, ...]
    reason: str | None


class Trail:
    """The entries so far, and what they say about the session."""

    def __init__(self, booked_at: datetime) -> None:
        self.status = SessionStatus.PENDING
        self.entries = [
            Entry(booked_at, SessionEventKind.BOOKED, Actor.PRACTITIONER, (), None),
        ]

    @property
    def last_at(self) -> datetime:
        """When the session last changed."""
        return self.entries[-1].at

    def count(self, kind: SessionEventKind) -> int:
        """How many entries are of this kind."""
        return sum(entry.kind is kind for entry in self.entries)

    def set_status(
        self, status: SessionStatus, at: datetime, actor: Actor, *, reason: str | None = None
    ) -> None:
        """Change the status."""
        change = ("status", self.status.value, status.value)
        self.entries.append(Entry(at, SessionEventKind.STATUS_CHANGED, actor, (change,), reason))
        self.status = status

    def move(self, at: datetime, actor: Actor, starts_at: datetime, becomes: datetime) -> None:
        """Give the session another start."""
        change = ("startsAt", to_text(starts_at), to_text(becomes))
        self.entries.append(Entry(at, SessionEventKind.RESCHEDULED, actor, (change,), None))

    def note_for_client(self, at: datetime, was: str | None, becomes: str) -> None:
        """Change the customer notes."""
        self._note(at, SessionEventKind.CUSTOMER_NOTES_CHANGED, ("customerNotes", was, becomes))

    def note_privately(self, at: datetime) -> None:
        """Change the private notes, whose text never stands in a trail."""
        self._note(at, SessionEventKind.PRIVATE_NOTES_CHANGED, ("privateNotes", None, None))

    def delete_client(self, at: datetime) -> None:
        """Let go of the client."""
        self.entries.append(
            Entry(at, SessionEventKind.CLIENT_DELETED, Actor.PRACTITIONER, (), None)
        )

    def _note(self, at: datetime, kind: SessionEventKind, change: Change) -> None:
        self.entries.append(Entry(at, kind, Actor.PRACTITIONER, (change,), None))
