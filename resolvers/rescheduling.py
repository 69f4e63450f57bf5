"""Rescheduling: a new start for the same session (the page, "Reschedule a Session")."""

from datetime import datetime

import strawberry

from mail.letter import Span
from models.enums import MailKind, SessionEventKind, SessionStatus
from models.instants import from_text, to_text
from resolvers import checks
from resolvers.context import Context
from resolvers.editing import named_calendar
from resolvers.mailing.owing import owe_mail
from resolvers.problems import ActionNotAllowed, Undone
from resolvers.rules import SessionAction, facts_of, may, may_move_to
from resolvers.session_changes import claim_slot, load_session, save_session
from resolvers.status import NOTIFY, VERSION
from resolvers.writing import FieldChange, Writing, write_in


@strawberry.input(description="A new time for a session.")
class RescheduleSessionInput:
    """The input as it is sent."""

    id: strawberry.ID = strawberry.field(description="The session; its id stays.")
    starts_at: datetime = strawberry.field(description="The new start.")
    duration_minutes: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="The new duration, in minutes: 1 to 1440; by default the one it has.",
    )
    calendar_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The new calendar; by default the one it is on."
    )
    reason: str | None = strawberry.field(
        default=strawberry.UNSET, description="Why; kept in the audit trail."
    )
    allow_overlap: bool = strawberry.field(
        default=False, description="Whether it may overlap sessions that hold their slot."
    )
    notify_client: bool = strawberry.field(default=True, description=NOTIFY)
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)


async def reschedule(context: Context, given: RescheduleSessionInput) -> str:
    """Move a session to a new start; its id. It never counts as a cancellation.

    Raises:
        InvalidInput: a duration that cannot be.
        NotThere: no such session or calendar of this practitioner.
        StaleVersion: it changed since `expected_version`.
        ActionNotAllowed: it is cancelled, or it is over and would move into the future.
        SlotTaken: others hold the slot, and overlapping was not allowed.
    """
    reason = checks.reason(given.reason)

    async def work(writing: Writing) -> str:
        session = await load_session(writing, given.id, expected_version=given.expected_version)
        status = SessionStatus(session.status)
        facts = facts_of(session, context.now)
        for verdict in (
            may(SessionAction.RESCHEDULE, facts),
            may_move_to(facts, into_future=given.starts_at > context.now),
        ):
            if not verdict.allowed:
                raise Undone(
                    ActionNotAllowed(
                        verdict.reason or "",
                        "input",
                        "startsAt",
                        action=SessionAction.RESCHEDULE,
                        status=status,
                    )
                )
        minutes = session.duration_minutes
        if isinstance(given.duration_minutes, int):
            minutes = checks.duration(given.duration_minutes)
        ends_at = checks.fits(given.starts_at, minutes)
        calendar_id = given.calendar_id or session.calendar.id
        slot = await claim_slot(
            writing,
            session,
            status=status,
            starts_at=given.starts_at,
            duration_minutes=minutes,
            calendar_id=calendar_id,
            allow_overlap=given.allow_overlap,
        )
        changes: list[FieldChange] = []
        is_moved = given.starts_at != from_text(session.starts_at)
        if is_moved:
            changes.append(("startsAt", session.starts_at, to_text(given.starts_at)))
        if minutes != session.duration_minutes:
            changes.append(("durationMinutes", str(session.duration_minutes), str(minutes)))
        if calendar_id != session.calendar.id:
            calendar = await named_calendar(writing.context, calendar_id)
            changes.append(("calendar", session.calendar.name, calendar.name))
        if not changes:
            return session.id
        version = await save_session(
            writing,
            session,
            starts_at=given.starts_at,
            ends_at=ends_at,
            duration_minutes=minutes,
            calendar_id=calendar_id,
            rescheduled_count=session.rescheduled_count + is_moved,
            **slot,
        )
        await writing.event(
            session.id, version, SessionEventKind.RESCHEDULED, changes, reason=reason
        )
        # To a client a session on another calendar is what it was: they are not shown calendars.
        before = Span(from_text(session.starts_at), from_text(session.ends_at))
        if given.notify_client and before != Span(given.starts_at, ends_at):
            await owe_mail(writing, MailKind.RESCHEDULED, session.id, before=before)
        return session.id

    return await write_in(context, work)
