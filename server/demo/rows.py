"""The rows of the plan: what will be stored, without the columns that follow from others."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.enums import Actor, OriginKind, SessionEventKind, SessionStatus

Change = tuple[str, str | None, str | None]


@dataclass(frozen=True)
class PlannedPractitioner:
    """A row of `practitioner`, without its password."""

    id: str
    name: str
    email: str
    time_zone: str
    currency: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class PlannedService:
    """A row of `service`."""

    id: str
    name: str
    duration_minutes: int
    price_minor: int
    currency: str
    active: bool
    created_at: datetime
    updated_at: datetime
    version: int


@dataclass(frozen=True)
class PlannedCalendar:
    """A row of `calendar`."""

    id: str
    name: str
    color: str
    time_zone: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class PlannedClient:
    """A row of `client`."""

    id: str
    name: str
    email: str | None
    phone: str | None
    time_zone: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class PlannedSession:
    """A row of `session`."""

    id: str
    client_id: str | None
    service_id: str
    calendar_id: str
    starts_at: datetime
    duration_minutes: int
    status: SessionStatus
    price_minor: int
    currency: str
    customer_notes: str | None
    private_notes: str | None
    cancelled_at: datetime | None
    cancelled_by: Actor | None
    cancellation_reason: str | None
    origin_kind: OriginKind | None
    origin_id: str | None
    rescheduled_count: int
    created_at: datetime
    updated_at: datetime
    version: int

    @property
    def ends_at(self) -> datetime:
        """The start plus the duration."""
        return self.starts_at + timedelta(minutes=self.duration_minutes)


@dataclass(frozen=True)
class PlannedEvent:
    """A row of `session_event`; `changes` are (field, from, to)."""

    id: str
    session_id: str
    session_version: int
    kind: SessionEventKind
    actor: Actor
    changes: tuple[Change, ...]
    reason: str | None
    created_at: datetime


@dataclass(frozen=True)
class Plan:
    """A whole practice: sessions by start, the events of each session together and in order."""

    practitioner: PlannedPractitioner
    services: tuple[PlannedService, ...]
    calendars: tuple[PlannedCalendar, ...]
    clients: tuple[PlannedClient, ...]
    sessions: tuple[PlannedSession, ...]
    events: tuple[PlannedEvent, ...]
