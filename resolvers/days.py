"""Days and months as people mean them: in a time zone, through every change of the clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of `day` in `zone`, in UTC.

    Where the clock is put forward at midnight the day begins later than 00:00 (Cairo, Beirut,
    Santiago); where 00:00 comes twice it begins with the first.
    """
    midnight = datetime.combine(day, time(), zone)
    start = midnight.astimezone(UTC)
    if start.astimezone(zone).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return start
    # 00:00 was skipped. The offsets before and after the gap enclose the second it happened at.
    before, after = (int(midnight.replace(fold=fold).timestamp()) for fold in (1, 0))
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, zone).date() < day:
            before = middle
        else:
            after = middle
    return datetime.fromtimestamp(after, UTC)


def months(
    first: datetime, last: datetime, zone: ZoneInfo
) -> Iterator[tuple[date, datetime, datetime]]:
    """Each month of `zone` from that of `first` to that of `last`: its first day, start and end."""
    month = first.astimezone(zone).date().replace(day=1)
    start = day_start(month, zone)
    while start <= last:
        following = (month + timedelta(days=32)).replace(day=1)
        end = day_start(following, zone)
        yield month, start, end
        month, start = following, end
