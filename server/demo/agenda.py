"""The practitioner's days: working hours, holidays, and which slots are taken."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from server.demo.habits import BERLIN, NEW_YORK, TOKYO
from server.demo.times import at_local

_GRID_MINUTES: Final = 30
_LUNCH: Final = (13 * 60, 13 * 60 + 45)
_DAYS_TO_LOOK: Final = 4
_SATURDAY: Final = 5

# When the practice works (minutes after its midnight) for clients of a time zone: the late
# afternoon of Berlin is the forenoon of New York, its early morning the afternoon of Tokyo.
HOURS: Final = {
    BERLIN: (9 * 60, 18 * 60),
    NEW_YORK: (15 * 60, 20 * 60),
    TOKYO: (8 * 60, 11 * 60),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """A start on a local day, in minutes after midnight."""

    day: date
    minute: int

    @property
    def starts_at(self) -> datetime:
        """The start as an instant."""
        return at_local(self.day, self.minute)


def is_working_day(day: date) -> bool:
    """Monday to Friday, but not at Christmas nor in the first two weeks of August."""
    christmas = (day.month == 12 and day.day >= 24) or (day.month == 1 and day.day == 1)
    summer = day.month == 8 and day.day <= 14
    return day.weekday() < _SATURDAY and not christmas and not summer


class Agenda:
    """The slots taken so far; one practitioner is in one session at a time, on any calendar."""

    def __init__(self) -> None:
        self._taken: defaultdict[date, list[tuple[int, int]]] = defaultdict(list)

    def nearest(self, wish: Slot, *, duration_minutes: int, time_zone: str) -> Slot | None:
        """The free slot nearest to a wish: that day by preference, or soon after; None if none."""
        opens, closes = HOURS[time_zone]
        minutes = sorted(
            range(opens, closes - duration_minutes + 1, _GRID_MINUTES),
            key=lambda minute: (abs(minute - wish.minute), minute),
        )
        for days in range(_DAYS_TO_LOOK):
            day = wish.day + timedelta(days=days)
            if not is_working_day(day):
                continue
            for minute in minutes:
                if self._is_free(day, minute, minute + duration_minutes):
                    return Slot(day, minute)
        return None

    def take(self, slot: Slot, *, duration_minutes: int) -> None:
        """Give a slot away."""
        self._taken[slot.day].append((slot.minute, slot.minute + duration_minutes))

    def _is_free(self, day: date, begins: int, ends: int) -> bool:
        return all(
            ends <= other_begins or begins >= other_ends
            for other_begins, other_ends in (_LUNCH, *self._taken.get(day, ()))
        )
