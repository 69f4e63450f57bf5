"""Instants as a file shows them: local to one time zone, with the offset that held then."""

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

_DAYS_KEPT: Final = 512
_SPANS_KEPT: Final = 4096
_WHOLE_MINUTE: Final = ":00Z"


class Local(NamedTuple):
    """An instant in a time zone: `2026-05-01`, `09:00` (seconds if there are any), `UTC+02:00`."""

    date: str
    time: str
    offset: str


def local(instant: str, zone: ZoneInfo) -> Local:
    """An instant, as it is kept, on the clocks of `zone`."""
    there = datetime.fromisoformat(instant).astimezone(zone).isoformat()
    time = there[11:16] if there[17:19] == "00" else there[11:19]
    return Local(there[:10], time, f"UTC{there[19:]}")


class _Times(dict[str, tuple[str, int]]):
    """Times of a day in UTC as local ones, so many minutes later, and how many days later."""

    def __init__(self, minutes_later: int) -> None:
        super().__init__()
        self._minutes_later = minutes_later

    def __missing__(self, time: str) -> tuple[str, int]:
        minutes = int(time[:2]) * 60 + int(time[3:]) + self._minutes_later
        hour, minute = divmod(minutes % 1440, 60)
        there = self[time] = f"{hour:02}:{minute:02}", minutes // 1440
        return there


class _Spans(dict[str, tuple[str, int, str]]):
    """Two times of one day in UTC, `09:00:00Z09:50:00Z`, as local ones.

    The first one, how many days later that is, and the second one: a practice has few such pairs.
    """

    def __init__(self, times: _Times) -> None:
        super().__init__()
        self._times = times

    def __missing__(self, pair: str) -> tuple[str, int, str]:
        if len(self) >= _SPANS_KEPT:
            self.clear()
        start, end = pair[:9], pair[9:]
        time, days_later = self._times[start[:5]]
        there = time + _seconds(start), days_later, self._times[end[:5]][0] + _seconds(end)
        self[pair] = there
        return there


def _seconds(time: str) -> str:
    return "" if time[6:8] == "00" else time[5:8]


class _Day(NamedTuple):
    """A day in UTC through which one offset held: its date, the next and the one before."""

    dates: tuple[str, str, str]
    times: _Times
    spans: _Spans
    offset: str


class _Days(dict[str, _Day | None]):
    """The days that were asked for last; None where the offset changes, or has seconds."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone
        self._spans: dict[int, _Spans] = {}
        self._times: dict[int, _Times] = {}

    def __missing__(self, day: str) -> _Day | None:
        if len(self) >= _DAYS_KEPT:
            self.clear()
        there = self[day] = self._look_up(day)
        return there

    def _look_up(self, day: str) -> _Day | None:
        begins = datetime.fromisoformat(f"{day}T00:00:00Z").astimezone(self._zone)
        ends = datetime.fromisoformat(f"{day}T23:59:59Z").astimezone(self._zone)
        offset = begins.utcoffset() or timedelta()
        if offset != ends.utcoffset() or offset % timedelta(minutes=1):
            return None
        minutes = offset // timedelta(minutes=1)
        if minutes not in self._times:
            self._times[minutes] = _Times(minutes)
            self._spans[minutes] = _Spans(self._times[minutes])
        here, one = date.fromisoformat(day), timedelta(days=1)
        return _Day(
            dates=(day, (here + one).isoformat(), (here - one).isoformat()),
            times=self._times[minutes],
            spans=self._spans[minutes],
            offset=f"UTC{begins.isoformat()[19:]}",
        )


class Clocks:
    """The clocks of a zone, for many instants: its offset is looked up once for each day.

    That costs a third of what `local` does, and a row has two instants at least.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._days = _Days(zone)

    def local(self, instant: str) -> tuple[str, str, str]:
        """As the function `local` has it."""
        day = self._days[instant[:10]]
        if day is None or instant[16:] != _WHOLE_MINUTE:
            return local(instant, self._zone)
        time, days_later = day.times[instant[11:16]]
        return day.dates[days_later], time, day.offset

    def span(self, starts_at: str, ends_at: str) -> tuple[str, str, str, str]:
        """The date, the time and the offset of a start, and the time of an end."""
        day = self._days[starts_at[:10]]
        # Most sessions end on the day on which they start, in UTC too.
        if day is None or starts_at[:10] != ends_at[:10]:
            return *self.local(starts_at), self.local(ends_at)[1]
        time, days_later, end = day.spans[starts_at[11:] + ends_at[11:]]
        return day.dates[days_later], time, day.offset, end
