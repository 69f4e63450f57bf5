"""Changing a session: the one way in which a row of it is loaded, guarded and written."""

from datetime import datetime
from typing import Any, Protocol

from models import Session
from models.enums import HOLDS_SLOT, SessionStatus
from models.identifiers import Kind, kind_of
from models.instants import from_text
from models.transaction import orm
from resolvers.problems import NotThere, StaleVersion, Undone, Versioned
from resolvers.rows import SessionRow
from resolvers.sessions import read_sessions, session_conditions
from resolvers.slots import check_slot, lock_calendar
from resolvers.writing import Writing


class Loaded(Versioned, Protocol):
    """A session as it was loaded to be changed, with what a change of it looks at."""

    @property
    def status(self) -> str:
        """Where it stood."""


async def load_session(
    writing: Writing, identifier: str, *, expected_version: object = None
) -> SessionRow:
    """The session to be changed, held against other writes until this one is done.

    Raises:
        NotThere: no such session of this practitioner.
        StaleVersion: it changed since `expected_version`.
    """
    context = writing.context
    locked = []
    if kind_of(identifier) is Kind.SESSION:
        locked = await writing.transaction.fetch(
            "SELECT session.id FROM session WHERE session.practitioner_id = $1 "
            f"AND session.id = $2{writing.transaction.for_update}",
            [writing.practitioner_id, identifier],
        )
    if not locked:
        raise Undone(NotThere(identifier, "input", "id"))
    where = session_conditions(context)
    where.add("session.id = {}", identifier)
    (session,) = await read_sessions(context, where, order="session.id")
    if isinstance(expected_version, int) and session.version != expected_version:
        raise Undone(StaleVersion(session))
    return session


async def save_session(writing: Writing, session: Loaded, **changes: Any) -> int:
    """Write changes over the session as it was loaded; its new version.

    Raises:
        StaleVersion: it changed since it was loaded, against the lock that it is held by.
    """
    version = session.version + 1
    own = Session.filter(
        practitioner_id=writing.practitioner_id, id=session.id, version=session.version
    )
    saved = await own.using_db(orm(writing.transaction)).update(
        **changes, version=version, updated_at=writing.context.now
    )
    if saved != 1:
        raise Undone(StaleVersion(session))
    return version


async def claim_slot(
    writing: Writing,
    session: SessionRow,
    *,
    status: SessionStatus,
    starts_at: datetime | None = None,
    duration_minutes: int | None = None,
    calendar_id: str | None = None,
    allow_overlap: bool,
) -> dict[str, Any]:
    """What is to be written about overlaps when a session takes a slot that it did not hold.

    Raises:
        NotThere: no such calendar of this practitioner.
        SlotTaken: others hold the slot, and overlapping was not allowed.
    """
    calendar = calendar_id or session.calendar.id
    starts = starts_at or from_text(session.starts_at)
    minutes = duration_minutes or session.duration_minutes
    held_before = session.status in HOLDS_SLOT
    is_elsewhere = (
        calendar != session.calendar.id
        or starts != from_text(session.starts_at)
        or minutes != session.duration_minutes
    )
    if calendar != session.calendar.id or status in HOLDS_SLOT:
        is_there = kind_of(calendar) is Kind.CALENDAR
        if not is_there or not await lock_calendar(writing.context, calendar):
            raise Undone(NotThere(calendar, "input", "calendarId"))
    if status not in HOLDS_SLOT or (held_before and not is_elsewhere):
        return {}
    if not allow_overlap:
        await check_slot(
            writing.context,
            calendar_id=calendar,
            starts_at=starts,
            duration_minutes=minutes,
            itself=session.id,
        )
    return {"overlap_allowed": allow_overlap}
