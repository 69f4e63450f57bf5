"""The rows of the portal: only what a client may see, so that there is nothing else to leak."""

from datetime import datetime
from typing import NamedTuple

from models.instants import from_text
from resolvers.rows import Money, money


class ViewerRow(NamedTuple):
    """The client who asks."""

    id: str
    name: str
    email: str | None
    time_zone: str
    practitioner_name: str


class OwnSessionRow(NamedTuple):
    """A session as its client sees it; `status_rank` is for its place in a list by status."""

    id: str
    starts_at: str
    ends_at: str
    duration_minutes: int
    status: str
    status_rank: int
    price_minor: int
    currency: str
    customer_notes: str | None
    cancellation_reason: str | None
    version: int
    service_name: str
    time_zone: str

    @property
    def price(self) -> Money:
        """What this session costs."""
        return money(self.price_minor, self.currency)

    def has_started(self, now: datetime) -> bool:
        """Whether the session began at or before `now`."""
        return from_text(self.starts_at) <= now

    def is_over(self, now: datetime) -> bool:
        """Whether the session ended at or before `now`."""
        return from_text(self.ends_at) <= now
