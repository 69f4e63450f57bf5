"""A row that is understood: the session it holds, and who and what belongs to it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.enums import SessionStatus


@dataclass(frozen=True, slots=True)
class ClientEntry:
    """The client that a row names. `digest` tells the clients of one source apart."""

    digest: str
    name: str
    email: str | None
    phone: str | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as the record has it. `digest` tells the rows of one source apart."""

    line: int
    digest: str
    client: ClientEntry
    service: str
    calendar: str
    starts_at: datetime
    duration_minutes: int
    status: SessionStatus
    price_minor: int
    currency: str
    customer_notes: str | None
    private_notes: str | None
    booked_at: datetime | None
    cancelled_at: datetime | None
    cancellation_reason: str | None

    @property
    def ends_at(self) -> datetime:
        """When the session ends."""
        return self.starts_at + timedelta(minutes=self.duration_minutes)
