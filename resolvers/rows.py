"""The rows that queries return: light, read-only, with every field as it is sent.

Ids, enum values and instants are the text the API sends, so completing a page is reading
attributes. Strawberry types are declared over these rows (schema/); nothing here knows them.
"""

from datetime import datetime
from typing import Final, NamedTuple

from models.instants import from_text
from models.money import amount_text
from models.private_notes import NotesDoNotOpen
from resolvers.errors import Forbidden

DELETED_CLIENT: Final = "Deleted Client"


class Money(NamedTuple):
    """An amount as decimal text, and its currency."""

    amount: str
    currency: str


def money(amount_minor: int, currency: str) -> Money:
    """Minor units as they are sent."""
    return Money(amount_text(amount_minor, currency), currency)


class PractitionerRow(NamedTuple):
    """A practitioner."""

    id: str
    name: str
    email: str
    time_zone: str
    currency: str


class ServiceRow(NamedTuple):
    """A service."""

    id: str
    name: str
    duration_minutes: int
    price_minor: int
    currency: str
    active: bool

    @property
    def price(self) -> Money:
        """The price a session of this service starts from."""
        return money(self.price_minor, self.currency)


class CalendarRow(NamedTuple):
    """A calendar."""

    id: str
    name: str
    color: str | None
    time_zone: str


class ClientRow(NamedTuple):
    """A client."""

    id: str
    name: str
    email: str | None
    phone: str | None
    time_zone: str
    created_at: str


class CancellationRow(NamedTuple):
    """When, by whom and why a session was cancelled."""

    at: str
    reason: str | None
    by: str
    notice_hours: float


class OriginRow(NamedTuple):
    """Which session another one copies or follows."""

    kind: str
    session_id: str


class SessionRow(NamedTuple):
    """A session, with what stands beside it in the history.

    For a token that may not read private notes, `private_notes` is the refusal itself, and where
    they do not open it is that failure: graphql-core raises an exception that it finds as a value,
    at the path of that very field.
    """

    id: str
    starts_at: str
    ends_at: str
    duration_minutes: int
    status: str
    status_rank: int
    price_minor: int
    currency: str
    customer_notes: str | None
    private_notes: str | Forbidden | NotesDoNotOpen | None
    cancelled_at: str | None
    cancelled_by: str | None
    cancellation_reason: str | None
    origin_kind: str | None
    origin_id: str | None
    rescheduled_count: int
    created_at: str
    updated_at: str
    version: int
    service: ServiceRow
    calendar: CalendarRow
    client: ClientRow | None

    @property
    def client_name(self) -> str:
        """The client's name, or what stands for it once the client is deleted (the page)."""
        return self.client.name if self.client is not None else DELETED_CLIENT

    @property
    def price(self) -> Money:
        """What this session costs."""
        return money(self.price_minor, self.currency)

    @property
    def cancellation(self) -> CancellationRow | None:
        """How the session was cancelled, if it was."""
        if self.cancelled_at is None or self.cancelled_by is None:
            return None
        notice = from_text(self.starts_at) - from_text(self.cancelled_at)
        return CancellationRow(
            at=self.cancelled_at,
            reason=self.cancellation_reason,
            by=self.cancelled_by,
            notice_hours=notice.total_seconds() / 3600,
        )

    @property
    def origin(self) -> OriginRow | None:
        """What the session copies or follows, if anything."""
        if self.origin_kind is None or self.origin_id is None:
            return None
        return OriginRow(self.origin_kind, self.origin_id)

    def has_started(self, now: datetime) -> bool:
        """Whether the session began at or before `now`."""
        return from_text(self.starts_at) <= now


class FieldChangeRow(NamedTuple):
    """One field of a change, before and after, as text."""

    field: str
    from_: str | None
    to: str | None


class SessionEventRow(NamedTuple):
    """One entry of the audit trail."""

    id: str
    at: str
    kind: str
    actor: str
    changes: list[FieldChangeRow]
    reason: str | None
