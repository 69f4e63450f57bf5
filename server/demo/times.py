"""The practice's local time, and plausible moments in it."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from server.demo.habits import BERLIN

_ZONE: Final = ZoneInfo(BERLIN)
_AWAKE: Final = range(8, 21)
_TRIES: Final = 8


def at_local(day: date, minute: int) -> datetime:
    """The instant at which the practice's clocks show `minute` minutes after midnight."""
    return datetime.combine(day, time(*divmod(minute, 60)), _ZONE).astimezone(UTC)


def local_day(at: datetime) -> date:
    """The day it is at the practice."""
    return at.astimezone(_ZONE).date()


def between(random: Random, after: datetime, before: datetime) -> datetime:
    """An instant strictly between the two, by day where the draw finds one.

    The two must be at least two seconds apart.
    """
    seconds = int((before - after).total_seconds())
    for _ in range(_TRIES):
        at = after + timedelta(seconds=random.randrange(1, seconds))
        if at.astimezone(_ZONE).hour in _AWAKE:
            break
    return at


def soon(random: Random, after: datetime, before: datetime) -> datetime:
    """As `between`, but in the first half, so that there is always room for what comes next."""
    return between(random, after, after + (before - after) / 2)


def milliseconds(at: datetime) -> int:
    """Milliseconds since 1970, which ids begin with."""
    return int(at.timestamp() * 1000)
