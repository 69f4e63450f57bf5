"""The story of one session: booked, confirmed, noted on, moved, and how it came out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from models.enums import Actor, OriginKind, SessionEventKind, SessionStatus
from models.identifiers import Kind, seeded_id
from server.demo import notes, themes
from server.demo.rows import PlannedEvent, PlannedSession
from server.demo.times import at_local, between, local_day, milliseconds, soon
from server.demo.trail import Trail


@dataclass(frozen=True, slots=True)
class Origin:
    """Which session another came from."""

    kind: OriginKind
    session: PlannedSession


@dataclass(frozen=True, slots=True)
class Booking:
    """A session as it is to come out.

    `moved_from` are its earlier starts, in their order; `summary` is what the practitioner notes
    once it is over.
    """

    service_id: str
    calendar_id: str
    starts_at: datetime
    duration_minutes: int
    price_minor: int
    currency: str
    booked_at: datetime
    outcome: SessionStatus
    moved_from: tuple[datetime, ...]
    origin: Origin | None
    customer_notes: str | None
    language: str
    summary: str
    client_deleted_at: datetime | None

    @property
    def ends_at(self) -> datetime:
        """The start plus the duration."""
        return self.starts_at + timedelta(minutes=self.duration_minutes)


def tell(
    booking: Booking, *, random: Random, now: datetime
) -> tuple[PlannedSession, tuple[PlannedEvent, ...]]:
    """The session, without its client, and its audit trail."""
    trail = Trail(booking.booked_at)
    before = min(booking.starts_at, *booking.moved_from, now)
    _confirm(booking, trail, random, before)
    customer_notes = _note_for_client(booking, trail, random, before)
    moved = _move(booking, trail, random, before)
    came_out = _come_out(booking, trail, random, now)
    if booking.client_deleted_at is not None:
        trail.delete_client(booking.client_deleted_at)
    return _rows(
        booking,
        trail,
        random,
        customer_notes=customer_notes,
        private_notes="\n".join(filter(None, (moved, came_out))) or None,
    )


def _confirm(booking: Booking, trail: Trail, random: Random, before: datetime) -> None:
    at_once = booking.outcome in {SessionStatus.COMPLETED, SessionStatus.CANCELLED}
    if booking.outcome is SessionStatus.PENDING or (at_once and random.random() < 0.1):
        return
    by = random.choice((Actor.CLIENT, Actor.PRACTITIONER))
    by_then = min(before, booking.booked_at + timedelta(days=3))
    trail.set_status(SessionStatus.CONFIRMED, soon(random, trail.last_at, by_then), by)
    if random.random() < 0.015:
        at = soon(random, trail.last_at, before)
        trail.set_status(SessionStatus.CANCELLED, at, Actor.CLIENT, reason="Not sure I can come")
        at = soon(random, at, before)
        trail.set_status(SessionStatus.PENDING, at, Actor.PRACTITIONER)
        at = soon(random, at, before)
        trail.set_status(SessionStatus.CONFIRMED, at, Actor.CLIENT)


def _note_for_client(
    booking: Booking, trail: Trail, random: Random, before: datetime
) -> str | None:
    note = booking.customer_notes
    if booking.origin is not None or random.random() >= 0.08:
        return note
    changed = notes.added_note(note, language=booking.language)
    trail.note_for_client(soon(random, trail.last_at, before), note, changed)
    return changed


def _move(booking: Booking, trail: Trail, random: Random, before: datetime) -> str | None:
    for was, becomes in pairwise((*booking.moved_from, booking.starts_at)):
        trail.move(soon(random, trail.last_at, before), Actor.PRACTITIONER, was, becomes)
    if not booking.moved_from or random.random() < 0.3:
        return None
    trail.note_privately(soon(random, trail.last_at, before))
    return notes.moved_note(random, local_day(booking.moved_from[-1]))


def _come_out(booking: Booking, trail: Trail, random: Random, now: datetime) -> str | None:
    match booking.outcome:
        case SessionStatus.COMPLETED:
            return _complete(booking, trail, random, now)
        case SessionStatus.NO_SHOW:
            at = booking.starts_at + timedelta(minutes=random.randint(15, 25))
            trail.set_status(SessionStatus.NO_SHOW, at, Actor.PRACTITIONER)
            note, share = random.choice(themes.MISSED), 0.6
        case SessionStatus.CANCELLED:
            _cancel(booking, trail, random, now)
            note, share = random.choice(themes.CANCELLED), 0.15
        case _:
            note, share = random.choice(themes.AHEAD), 0.12
    return _note_privately(note, trail, random, now) if random.random() < share else None


def _complete(booking: Booking, trail: Trail, random: Random, now: datetime) -> str | None:
    at = booking.ends_at + timedelta(minutes=random.randint(2, 40))
    tomorrow = local_day(at) + timedelta(days=1)
    next_morning = at_local(tomorrow, random.randint(8 * 60, 9 * 60))
    if random.random() < 0.15 and next_morning + timedelta(hours=1) < now:
        at = next_morning
    trail.set_status(SessionStatus.COMPLETED, at, Actor.PRACTITIONER)
    return _note_privately(booking.summary, trail, random, now) if random.random() < 0.75 else None


def _note_privately(note: str, trail: Trail, random: Random, now: datetime) -> str:
    by_then = min(now, trail.last_at + timedelta(minutes=30))
    trail.note_privately(soon(random, trail.last_at, by_then))
    return note


def _cancel(booking: Booking, trail: Trail, random: Random, now: datetime) -> None:
    # Halfway to now at the latest, so that a note about it lies in the past too.
    before = min(booking.starts_at, trail.last_at + (now - trail.last_at) / 2)
    after = max(trail.last_at, before - timedelta(days=4))
    by = random.choices((Actor.CLIENT, Actor.PRACTITIONER), (4, 1))[0]
    reasons = themes.REASONS if by is Actor.CLIENT else themes.REASONS_OF_PRACTITIONER
    reason = random.choice(reasons) if random.random() < 0.55 else None
    trail.set_status(SessionStatus.CANCELLED, between(random, after, before), by, reason=reason)


def _rows(
    booking: Booking,
    trail: Trail,
    random: Random,
    *,
    customer_notes: str | None,
    private_notes: str | None,
) -> tuple[PlannedSession, tuple[PlannedEvent, ...]]:
    session_id = seeded_id(Kind.SESSION, random, at_ms=milliseconds(booking.booked_at))
    cancelled = None
    if booking.outcome is SessionStatus.CANCELLED:
        cancelled = next(
            entry
            for entry in reversed(trail.entries)
            if entry.kind is SessionEventKind.STATUS_CHANGED
        )
    session = PlannedSession(
        id=session_id,
        client_id=None,
        service_id=booking.service_id,
        calendar_id=booking.calendar_id,
        starts_at=booking.starts_at,
        duration_minutes=booking.duration_minutes,
        status=trail.status,
        price_minor=booking.price_minor,
        currency=booking.currency,
        customer_notes=customer_notes,
        private_notes=private_notes,
        cancelled_at=cancelled.at if cancelled else None,
        cancelled_by=cancelled.actor if cancelled else None,
        cancellation_reason=cancelled.reason if cancelled else None,
        origin_kind=booking.origin.kind if booking.origin else None,
        origin_id=booking.origin.session.id if booking.origin else None,
        rescheduled_count=trail.count(SessionEventKind.RESCHEDULED),
        created_at=booking.booked_at,
        updated_at=trail.last_at,
        version=len(trail.entries),
    )
    events = tuple(
        PlannedEvent(
            id=seeded_id(Kind.SESSION_EVENT, random, at_ms=milliseconds(entry.at)),
            session_id=session_id,
            session_version=version,
            kind=entry.kind,
            actor=entry.actor,
            changes=entry.changes,
            reason=entry.reason,
            created_at=entry.at,
        )
        for version, entry in enumerate(trail.entries, start=1)
    )
    return session, events
