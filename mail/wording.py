"""How a mail says things: one line, and when something is on the clocks of a time zone."""

import re
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from mail.letter import Span

# Not strftime: its names are those of the process's locale.
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


# What ends a line, or does things to a terminal.
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# What turns letters around: a name could look like another's address.
_TURNS: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """`text` on one line, whatever ends a line in it, and without control characters."""
    return " ".join(_CONTROLS.sub(" ", _TURNS.sub("", text)).split())


def lines(text: str) -> str:
    """`text` with its lines ended in one way, and without other control characters."""
    return "\n".join(
        _CONTROLS.sub("", line.replace("\t", "    ")).rstrip() for line in text.splitlines()
    )


def day(at: datetime) -> str:
    """`Thursday, 14 May 2026`."""
    return f"{_DAYS[at.weekday()]}, {at.day} {_MONTHS[at.month - 1]} {at.year}"


def clock(at: datetime) -> str:
    """`14:00`; with seconds where there are any."""
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def offset(at: datetime) -> str:
    """`UTC+02:00`."""
    text = f"{at:%z}"
    return f"UTC{text[:3]}:{text[3:5]}"


def beginning(span: Span, zone: ZoneInfo) -> str:
    """`Thursday, 14 May 2026, 14:00 (UTC+02:00)`."""
    at = span.starts_at.astimezone(zone)
    return f"{day(at)}, {clock(at)} ({offset(at)})"


def when(span: Span, zone: ZoneInfo) -> str:
    """`Thursday, 14 May 2026, 14:00 to 14:50 (Europe/Berlin, UTC+02:00)`.

    Says the day of the end where it is another one, and each offset where clocks change meanwhile.
    """
    starts, ends = span.starts_at.astimezone(zone), span.ends_at.astimezone(zone)
    end = clock(ends)
    if ends.date() != starts.date():
        end += f" on {day(ends)}"
    if offset(starts) != offset(ends):
        return (
            f"{day(starts)}, {clock(starts)} ({offset(starts)}) to {end} ({offset(ends)}), "
            f"{zone.key}"
        )
    return f"{day(starts)}, {clock(starts)} to {end} ({zone.key}, {offset(starts)})"
