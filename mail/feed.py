"""A calendar that phones subscribe to (iCalendar, RFC 5545; METHOD, RFC 5546, 3.2.1)."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from icalendar import Calendar, Event

from mail.entry import FeedEntry
from mail.invitations import PRODUCT, STATUSES, uid_of
from mail.wording import lines, one_line

_LOOK_AGAIN_AFTER: Final = timedelta(minutes=15)


def feed(name: str, entries: Iterable[FeedEntry]) -> bytes:
    """The calendar `name` with these sessions; the same ones make the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", one_line(name))
    calendar.add("refresh-interval", _LOOK_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for entry in entries:
        calendar.add_component(_event(entry))
    written: bytes = calendar.to_ical()
    return written


def _event(entry: FeedEntry) -> Event:
    event = Event()
    event.add("uid", uid_of(entry.session_id))
    event.add("sequence", entry.version)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", f"{one_line(entry.service)}: {one_line(entry.client)}")
    event.add("status", STATUSES[entry.status])
    event.add("transp", "OPAQUE")
    notes = lines(entry.customer_notes or "").strip()
    if notes:
        event.add("description", notes)
    return event
