"""How the document says things: days, times, statuses, who did it."""

from datetime import datetime
from typing import Final

from exports.pdf.document import Amount, Cancellation, Entry, Heading
from models.enums import Actor, SessionStatus

STATUSES: Final = {
    SessionStatus.PENDING: "Pending",
    SessionStatus.CONFIRMED: "Confirmed",
    SessionStatus.COMPLETED: "Completed",
    SessionStatus.CANCELLED: "Cancelled",
    SessionStatus.NO_SHOW: "No show",
}

_BY: Final = {
    Actor.PRACTITIONER: "by the practitioner",
    Actor.CLIENT: "by the client",
    Actor.SYSTEM: "by the system",
}

# Not strftime: its names are those of the process's locale.
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def day(at: datetime) -> str:
    """`12 Jan 2026`."""
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def weekday_and_day(at: datetime) -> str:
    """`Mon 12 Jan 2026`."""
    return f"{_DAYS[at.weekday()]} {day(at)}"


def clock(at: datetime) -> str:
    """`09:05`."""
    return f"{at:%H:%M}"


def moment(at: datetime) -> str:
    """`Mon 12 Jan 2026, 09:05`."""
    return f"{weekday_and_day(at)}, {clock(at)}"


def moment_with_offset(at: datetime) -> str:
    """`Mon 12 Jan 2026, 09:05 (UTC+01:00)`."""
    return f"{moment(at)} ({offset(at)})"


def offset(at: datetime) -> str:
    """`UTC+01:00`."""
    text = f"{at:%z}"
    return f"UTC{text[:3]}:{text[3:5]}"


def times(entry: Entry) -> str:
    """`09:00–09:50`, and the day it ends on where that is another one."""
    until = clock(entry.ends_at)
    if entry.ends_at.date() != entry.starts_at.date():
        until += f" on {weekday_and_day(entry.ends_at)}"
    return f"{clock(entry.starts_at)}–{until}"


def money(price: Amount) -> str:
    """`1,280.00 EUR`: digits in groups of three."""
    whole, point, part = price.amount.partition(".")
    return f"{int(whole):,}{point}{part}\u00a0{price.currency}"


def percent(share: float | None) -> str:
    """`12.5 %`; a dash where there is nothing to divide by."""
    return "–" if share is None else f"{share:.1f}\u00a0%"


def moved(times_moved: int) -> str:
    """`Moved once`, `Moved 3 times`."""
    return "Moved once" if times_moved == 1 else f"Moved {times_moved} times"


def cancelled(cancellation: Cancellation) -> str:
    """`Cancelled on Mon 12 Jan 2026, 09:05 (UTC+01:00), by the client`."""
    words = "Cancelled"
    if cancellation.at is not None:
        words += f" on {moment_with_offset(cancellation.at)}"
    if cancellation.by is not None:
        words += f", {_BY[cancellation.by]}" if cancellation.at else f" {_BY[cancellation.by]}"
    return words


def heading(entry: Entry, headings: Heading) -> str:
    """What a session stands under."""
    if headings is Heading.YEAR:
        return str(entry.starts_at.year)
    return STATUSES[entry.status] if headings is Heading.STATUS else ""
