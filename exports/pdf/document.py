"""What the document says: once, and of each session.

All of it is plain values that a worker process can be sent as JSON. Times are local and aware: the
zone was chosen by whoever asked for the document.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

from models.enums import Actor, SessionStatus

TITLE: Final = "Session history"
LANGUAGE: Final = "en"


class Heading(StrEnum):
    """What the sessions stand under, in the table and among the bookmarks."""

    YEAR = "YEAR"
    STATUS = "STATUS"
    NOTHING = "NOTHING"


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money as it is shown: `80.00` and `EUR`."""

    amount: str
    currency: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The statistics of exactly the sessions in the document."""

    total: int
    upcoming: int
    by_status: dict[SessionStatus, int]
    cancellation_rate: float | None
    """In percent; None where there is nothing to divide by."""
    no_show_rate: float | None
    """In percent; None where there is nothing to divide by."""
    revenue: list[Amount]
    """The prices of the completed sessions, one amount for each currency."""
    first_session_at: datetime | None
    last_session_at: datetime | None

    @classmethod
    def of(cls, said: dict[str, Any]) -> Self:
        """The figures that were sent as JSON."""
        return cls(
            **said
            | {
                "by_status": {SessionStatus(name): n for name, n in said["by_status"].items()},
                "revenue": [Amount(**one) for one in said["revenue"]],
                "first_session_at": _instant(said["first_session_at"]),
                "last_session_at": _instant(said["last_session_at"]),
            }
        )


@dataclass(frozen=True, slots=True)
class HistoryFrame:
    """What is said once, around the sessions."""

    client: str
    practitioner: str
    practitioner_email: str
    period: str
    """The days that were asked for, in words: `1 Jan 2025 to 31 Dec 2025`, or `All sessions`."""
    filters: list[str]
    """What else was asked for, in words, a line each; empty for everything."""
    order: str
    """How the sessions are sorted, in words: `Newest first`."""
    time_zone: str
    """Its name and its offsets: `Europe/Berlin (UTC+01:00, in summer UTC+02:00)`."""
    made_at: datetime
    figures: Figures
    with_private_notes: bool
    headings: Heading = Heading.YEAR

    def texts(self) -> tuple[str, ...]:
        """What people wrote, and what quotes it."""
        named = self.client, self.practitioner, self.practitioner_email
        return (*named, self.period, *self.filters, self.order, self.time_zone)

    @classmethod
    def of(cls, said: dict[str, Any]) -> Self:
        """The frame that was sent as JSON."""
        return cls(
            **said
            | {
                "made_at": datetime.fromisoformat(said["made_at"]),
                "figures": Figures.of(said["figures"]),
                "headings": Heading(said["headings"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Cancellation:
    """That a session was cancelled."""

    at: datetime | None
    by: Actor | None
    reason: str | None

    @classmethod
    def of(cls, said: dict[str, Any]) -> Self:
        """The cancellation that was sent as JSON."""
        by = said["by"]
        return cls(_instant(said["at"]), None if by is None else Actor(by), said["reason"])


@dataclass(frozen=True, slots=True)
class Entry:
    """One session."""

    starts_at: datetime
    ends_at: datetime
    service: str
    calendar: str
    duration_minutes: int
    status: SessionStatus
    price: Amount
    times_moved: int = 0
    cancellation: Cancellation | None = None
    customer_notes: str | None = None
    private_notes: str | None = field(default=None, repr=False)
    """None where there are none, and where the document is without them."""

    @classmethod
    def of(cls, said: dict[str, Any]) -> Self:
        """The entry that was sent as JSON."""
        cancellation = said["cancellation"]
        return cls(
            **said
            | {
                "starts_at": datetime.fromisoformat(said["starts_at"]),
                "ends_at": datetime.fromisoformat(said["ends_at"]),
                "status": SessionStatus(said["status"]),
                "price": Amount(**said["price"]),
                "cancellation": None if cancellation is None else Cancellation.of(cancellation),
            }
        )

    def texts(self) -> tuple[str, ...]:
        """What people wrote, of any length and in any script."""
        reason = None if self.cancellation is None else self.cancellation.reason
        written = self.service, self.calendar, reason, self.customer_notes, self.private_notes
        return tuple(text for text in written if text)


def _instant(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said)
