"""One client's history: each appointment booked, and told one after the other."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from models.enums import OriginKind, SessionStatus
from server.demo import themes
from server.demo.agenda import Agenda, Slot
from server.demo.appointments import Appointment, is_settled
from server.demo.habits import Habit, Person
from server.demo.notes import meeting_link, note_for_client, private_note
from server.demo.offers import OFFERS
from server.demo.practice import Practice
from server.demo.rows import PlannedEvent, PlannedSession
from server.demo.story import Booking, Origin, tell
from server.demo.times import between

# What happens to a session between its booking and its start, or now, needs some room.
_ROOM: Final = timedelta(hours=6)

_OUTCOMES: Final = (
    SessionStatus.CONFIRMED,
    SessionStatus.PENDING,
    SessionStatus.COMPLETED,
    SessionStatus.CANCELLED,
    SessionStatus.NO_SHOW,
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the history of every client depends on; `undecided` slots await a status."""

    practice: Practice
    agenda: Agenda
    undecided: AbstractSet[Slot]
    random: Random
    now: datetime


def tell_history(
    around: Surroundings,
    person: Person,
    dates: Sequence[Appointment],
    *,
    client_deleted_at: datetime | None = None,
) -> tuple[list[PlannedSession], list[PlannedEvent]]:
    """The sessions of one client, who is not yet named in them, and their events."""
    link, theme = meeting_link(around.random), around.random.choice(themes.THEMES)
    sessions: list[PlannedSession] = []
    events: list[PlannedEvent] = []
    for date in dates:
        origin, booked_at = _booked(around, date, sessions[-1] if sessions else None)
        booking = Booking(
            service_id=around.practice.services[date.service].id,
            calendar_id=around.practice.calendars[date.calendar].id,
            starts_at=date.starts_at,
            duration_minutes=date.duration_minutes,
            price_minor=_price_minor(around, date, booked_at),
            currency=OFFERS[date.service].currency,
            booked_at=booked_at,
            outcome=_outcome(around, person.comes, date),
            moved_from=_moved_from(around, person, date, booked_at),
            origin=origin,
            customer_notes=_customer_notes(around, person, date, link),
            language=person.language,
            summary=private_note(around.random, theme, is_first=date.is_first),
            client_deleted_at=client_deleted_at,
        )
        session, trail = tell(_as_copied(booking), random=around.random, now=around.now)
        sessions.append(session)
        events += trail
    return sessions, events


def _booked(
    around: Surroundings, date: Appointment, previous: PlannedSession | None
) -> tuple[Origin | None, datetime]:
    """What a session was booked from, if from another one, and when."""
    latest = min(date.starts_at, around.now) - _ROOM
    if previous is not None and previous.status is SessionStatus.COMPLETED:
        at = previous.ends_at + timedelta(minutes=around.random.randint(5, 25))
        roll = around.random.random()
        if at < latest and roll < 0.14:
            return Origin(OriginKind.FOLLOW_UP, previous), at
        is_same = previous.service_id == around.practice.services[date.service].id
        if at < latest and is_same and roll < 0.21:
            return Origin(OriginKind.DUPLICATE, previous), at
    at = between(
        around.random, date.starts_at - timedelta(days=42), date.starts_at - timedelta(days=4)
    )
    if at >= latest:
        at = between(around.random, latest - timedelta(days=14), latest)
    return None, at


def _as_copied(booking: Booking) -> Booking:
    """A duplicate takes over what its original had; anything else stays as it is."""
    if booking.origin is None or booking.origin.kind is not OriginKind.DUPLICATE:
        return booking
    original = booking.origin.session
    return replace(
        booking, price_minor=original.price_minor, customer_notes=original.customer_notes
    )


def _price_minor(around: Surroundings, date: Appointment, booked_at: datetime) -> int:
    offer = OFFERS[date.service]
    is_old = booked_at < around.practice.prices_rose_at
    return offer.old_price_minor if is_old else offer.price_minor


def _customer_notes(
    around: Surroundings, person: Person, date: Appointment, link: str
) -> str | None:
    if not date.is_first and around.random.random() < 0.45:
        return None
    return note_for_client(
        around.random,
        language=person.language,
        calendar=date.calendar,
        link=link,
        is_first=date.is_first,
    )


def _outcome(around: Surroundings, habit: Habit, date: Appointment) -> SessionStatus:
    shares: tuple[float, ...]
    if date.slot in around.undecided:
        shares = (0.6, 0.4, 0, 0, 0)
    elif is_settled(date, around.now):
        shares = (0, 0, 1 - habit.cancels - habit.misses, habit.cancels, habit.misses)
    elif date.starts_at <= around.now:
        shares = (1, 0, 0, 0, 0)
    else:
        shares = (0.65, 0.3, 0, 0.05, 0)
    return around.random.choices(_OUTCOMES, shares)[0]


def _moved_from(
    around: Surroundings, person: Person, date: Appointment, booked_at: datetime
) -> tuple[datetime, ...]:
    """The earlier starts of a session that was moved: slots that are free again."""
    times = around.random.choices((0, 1, 2), (92, 7, 1))[0]
    starts = []
    for _ in range(times if not date.is_first else 0):
        day = date.slot.day + timedelta(days=around.random.choice((-5, -3, -2, -1, 1, 2, 4)))
        slot = around.agenda.nearest(
            Slot(day, date.slot.minute),
            duration_minutes=date.duration_minutes,
            time_zone=person.time_zone,
        )
        if slot is not None and slot.starts_at not in starts:
            starts.append(slot.starts_at)
    return tuple(starts) if all(at >= booked_at + _ROOM for at in starts) else ()
