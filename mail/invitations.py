"""The calendar part of a mail: one event for each session, put in, moved and taken out again.

iTIP (RFC 5546): the same UID throughout, a SEQUENCE that rises with every change, and the METHOD.
"""

from typing import Final

from icalendar import Calendar, Event, vCalAddress, vText

from mail.letter import Letter
from mail.wording import one_line
from models.enums import MailKind, SessionStatus

PRODUCT: Final = "-//Session History//EN"

STATUSES: Final = {
    SessionStatus.PENDING: "TENTATIVE",
    SessionStatus.CONFIRMED: "CONFIRMED",
    SessionStatus.COMPLETED: "CONFIRMED",
    SessionStatus.CANCELLED: "CANCELLED",
    SessionStatus.NO_SHOW: "CONFIRMED",
}


def uid_of(session_id: str) -> str:
    """The session's name in every calendar: it depends on no setting, which could change."""
    return f"{session_id}@session-history"


def method_of(letter: Letter) -> str:
    """What a calendar shall do with it: `REQUEST` or `CANCEL`."""
    return "CANCEL" if letter.kind is MailKind.CANCELLED else "REQUEST"


def invitation(letter: Letter, *, sender: str) -> str:
    """The iCalendar object of a letter that is sent from the address `sender`.

    No notes are in it: people share their calendars.
    """
    session, parties = letter.session, letter.parties
    event = Event()
    event.add("uid", uid_of(session.id))
    event.add("sequence", session.version)
    event.add("dtstamp", letter.written_at)
    # In UTC: of a single event that is the same in every calendar, with no zone to be defined.
    event.add("dtstart", session.span.starts_at)
    event.add("dtend", session.span.ends_at)
    event.add("summary", f"{one_line(session.service)} with {one_line(parties.practice)}")
    event.add("status", STATUSES[session.status])
    event.add("transp", "OPAQUE")
    organizer = _person(parties.practice, parties.practice_email)
    if parties.practice_email != sender:
        organizer.params["SENT-BY"] = f"mailto:{sender}"
    event.add("organizer", organizer)
    attendee = _person(parties.client, parties.client_email)
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"] = _participation(letter)
    attendee.params["RSVP"] = "FALSE"
    event.add("attendee", attendee)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method_of(letter))
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written.decode()


def _participation(letter: Letter) -> str:
    return "NEEDS-ACTION" if letter.session.status is SessionStatus.PENDING else "ACCEPTED"


def _person(name: str, address: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{one_line(address)}")
    # Programs from before RFC 6868 do not know how a quotation mark stands in a name.
    person.params["CN"] = vText(one_line(name).replace('"', "'"))
    return person
