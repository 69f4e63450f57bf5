"""Instants as a file shows them: local to one time zone, with the offset that held then."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo


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
