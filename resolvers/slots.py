"""Slots: who holds one, and where the nearest free ones are."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from models.instants import from_text, to_text
from resolvers.context import Context
from resolvers.problems import SlotTaken, Undone
from resolvers.rows import SessionRow
from resolvers.session_filter import HOLDS_A_SLOT
from resolvers.sessions import read_sessions, session_conditions

# How far around the wanted start free slots are looked for, and how many are told.
_AROUND: Final = timedelta(days=14)
_MOST_FREE: Final = 5
_LONGEST: Final = timedelta(days=1)


async def check_slot(
    context: Context,
    *,
    calendar_id: str,
    starts_at: datetime,
    duration_minutes: int,
    itself: str | None = None,
) -> None:
    """Make sure that a slot is free for a session (`itself`, when it is there already).

    Called inside the transaction, which has locked the calendar: so of many who want the slot at
    the same moment each sees what those before it did.

    Raises:
        SlotTaken: with the sessions that hold a part of it, and the nearest free starts.
    """
    duration = timedelta(minutes=duration_minutes)
    holders = await _holding(
        context,
        calendar_id,
        since=starts_at,
        until=starts_at + duration,
        itself=itself,
    )
    if not holders:
        return
    around = await _holding(
        context,
        calendar_id,
        since=starts_at - _AROUND,
        until=starts_at + _AROUND + duration,
        itself=itself,
    )
    busy = [(from_text(one.starts_at), from_text(one.ends_at)) for one in around]
    free = nearest_free(busy, wanted=starts_at, duration=duration, not_before=context.now)
    raise Undone(SlotTaken(holders, [to_text(start) for start in free]))


async def lock_calendar(context: Context, calendar_id: str) -> bool:
    """Let nobody else take slots of a calendar until the transaction ends; False: no such one.

    Without it, PostgreSQL would let many look for the same free slot at once, and stop all but one
    at their insert, some of them as deadlocks.
    """
    rows = await context.connection.fetch(
        "SELECT calendar.id FROM calendar WHERE calendar.practitioner_id = $1 "
        f"AND calendar.id = $2{context.connection.for_update}",
        [context.principal.practitioner_id, calendar_id],
    )
    return bool(rows)


def nearest_free(
    busy: Sequence[tuple[datetime, datetime]],
    *,
    wanted: datetime,
    duration: timedelta,
    not_before: datetime,
) -> list[datetime]:
    """The starts nearest to `wanted` at which nothing of `busy` overlaps, earliest first.

    Slots of the past are of no use, unless it is the past that is asked about.
    """
    candidates = {end for _, end in busy} | {start - duration for start, _ in busy}
    if wanted >= not_before:
        candidates = {at for at in candidates if at >= not_before}
    free = [
        at
        for at in candidates
        if abs(at - wanted) <= _AROUND
        and not any(start < at + duration and end > at for start, end in busy)
    ]
    return sorted(sorted(free, key=lambda at: (abs(at - wanted), at))[:_MOST_FREE])


async def _holding(
    context: Context, calendar_id: str, *, since: datetime, until: datetime, itself: str | None
) -> list[SessionRow]:
    where = session_conditions(context)
    where.add("session.calendar_id = {}", calendar_id)
    where.add(f"{HOLDS_A_SLOT} AND session.starts_at < {{}}", to_text(until))
    where.add("session.starts_at > {}", to_text(since - _LONGEST))
    where.add("session.ends_at > {}", to_text(since))
    if itself is not None:
        where.add("session.id <> {}", itself)
    return await read_sessions(context, where, order="session.starts_at, session.id")
