"""How a client comes: since when, how often, and how reliably."""

from dataclasses import dataclass
from typing import Final

BERLIN: Final = "Europe/Berlin"
NEW_YORK: Final = "America/New_York"
TOKYO: Final = "Asia/Tokyo"


@dataclass(frozen=True, slots=True)
class Habit:
    """A rhythm of sessions.

    `since` and `until` count weeks before now; a negative `since` lies ahead, and without `until`
    the client still comes. `cancels` and `misses` are the shares of sessions that the client calls
    off or does not attend.
    """

    since: int
    until: int | None = None
    every_weeks: int = 2
    times_a_week: int = 1
    service: str = "coaching"
    cancels: float = 0.05
    misses: float = 0.02


# Over before it began: somebody who has a profile, and never had a session.
NEVER: Final = Habit(since=0, until=2)


@dataclass(frozen=True, slots=True)
class Person:
    """A client: what their profile says, the language they like notes in, and how they come."""

    name: str
    language: str
    time_zone: str
    email: str | None
    phone: str | None
    comes: Habit
