"""A session as the practitioner's own calendar shows it."""

from dataclasses import dataclass
from datetime import datetime

from models.enums import SessionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One entry of a feed. Private notes are never in it."""

    session_id: str
    version: int
    status: SessionStatus
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    service: str
    client: str
    customer_notes: str | None
