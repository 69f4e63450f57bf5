"""What mutations answer: the thing as it is now, or why it was not done.

The one place where problems become answers. Every change goes through here, so here the operation
lets go of what it had loaded before.
"""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Annotated, Final, TypeAlias

import strawberry

from models.identifiers import Kind
from resolvers import (
    booking,
    client_changes,
    editing,
    notes,
    practice_changes,
    rescheduling,
    status,
)
from resolvers.clients import client_conditions, read_clients
from resolvers.conditions import Conditions
from resolvers.context import Context, Info, context_of
from resolvers.lookup import Identifier
from resolvers.practice import read_calendars, read_services
from resolvers.problems import Problem, Undone
from resolvers.rows import CalendarRow, ClientRow, ServiceRow, SessionRow
from resolvers.sessions import session_loader

WHAT: Final = strawberry.argument(description="What to do, and to what.")


@dataclass(frozen=True, slots=True)
class SessionPayload:
    """A session as it is now, or why nothing was done."""

    session: SessionRow | None = None
    errors: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BulkStatusPayload:
    """An answer for each session, in the order of the ids."""

    results: list[SessionPayload]


@dataclass(frozen=True, slots=True)
class ClientPayload:
    """A client as they are now, or why nothing was done."""

    client: ClientRow | None = None
    errors: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DeleteClientPayload:
    """What deleting a client left, or why nothing was done."""

    deleted_client_id: str | None = None
    kept_sessions: int = 0
    errors: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ServicePayload:
    """A service as it is now, or why nothing was done."""

    service: ServiceRow | None = None
    errors: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CalendarPayload:
    """A calendar as it is now, or why nothing was done."""

    calendar: CalendarRow | None = None
    errors: list[Problem] = field(default_factory=list)


Book: TypeAlias = Annotated[booking.BookSessionInput, WHAT]
Edit: TypeAlias = Annotated[editing.UpdateSessionInput, WHAT]
SetStatus: TypeAlias = Annotated[status.UpdateSessionStatusInput, WHAT]
SetStatuses: TypeAlias = Annotated[status.UpdateSessionStatusesInput, WHAT]
SetNotes: TypeAlias = Annotated[notes.UpdateSessionNotesInput, WHAT]
Reschedule: TypeAlias = Annotated[rescheduling.RescheduleSessionInput, WHAT]
Cancel: TypeAlias = Annotated[status.CancelSessionInput, WHAT]
Duplicate: TypeAlias = Annotated[booking.DuplicateSessionInput, WHAT]
FollowUp: TypeAlias = Annotated[booking.BookFollowUpInput, WHAT]
CreateClient: TypeAlias = Annotated[client_changes.CreateClientInput, WHAT]
UpdateClient: TypeAlias = Annotated[client_changes.UpdateClientInput, WHAT]
CreateService: TypeAlias = Annotated[practice_changes.CreateServiceInput, WHAT]
UpdateService: TypeAlias = Annotated[practice_changes.UpdateServiceInput, WHAT]
CreateCalendar: TypeAlias = Annotated[practice_changes.CreateCalendarInput, WHAT]
UpdateCalendar: TypeAlias = Annotated[practice_changes.UpdateCalendarInput, WHAT]


async def book_session(info: Info, input: Book) -> SessionPayload:  # noqa: A002
    """Book a new session."""
    context = context_of(info)
    return await _session(context, booking.book(context, input))


async def update_session(info: Info, input: Edit) -> SessionPayload:  # noqa: A002
    """Change what a session is."""
    context = context_of(info)
    return await _session(context, editing.edit(context, input))


async def update_session_status(info: Info, input: SetStatus) -> SessionPayload:  # noqa: A002
    """Set a session's status."""
    context = context_of(info)
    return await _session(context, status.update_status(context, input))


async def update_session_statuses(
    info: Info,
    input: SetStatuses,  # noqa: A002
) -> BulkStatusPayload:
    """Set the status of several sessions, each for itself."""
    context = context_of(info)
    results = [
        await _session(context, status.update_status(context, one)) for one in status.each_of(input)
    ]
    return BulkStatusPayload(results)


async def update_session_notes(info: Info, input: SetNotes) -> SessionPayload:  # noqa: A002
    """Set, change or clear a session's notes."""
    context = context_of(info)
    return await _session(context, notes.update_notes(context, input))


async def reschedule_session(info: Info, input: Reschedule) -> SessionPayload:  # noqa: A002
    """Move a session to a new start."""
    context = context_of(info)
    return await _session(context, rescheduling.reschedule(context, input))


async def cancel_session(info: Info, input: Cancel) -> SessionPayload:  # noqa: A002
    """Cancel a session."""
    context = context_of(info)
    return await _session(context, status.cancel(context, input))


async def duplicate_session(info: Info, input: Duplicate) -> SessionPayload:  # noqa: A002
    """Book the same again."""
    context = context_of(info)
    return await _session(context, booking.duplicate(context, input))


async def book_follow_up(info: Info, input: FollowUp) -> SessionPayload:  # noqa: A002
    """Book a next session with the same client."""
    context = context_of(info)
    return await _session(context, booking.book_follow_up(context, input))


async def create_client(info: Info, input: CreateClient) -> ClientPayload:  # noqa: A002
    """Add a client."""
    context = context_of(info)
    return await _client(context, client_changes.create_client(context, input))


async def update_client(info: Info, input: UpdateClient) -> ClientPayload:  # noqa: A002
    """Change a client."""
    context = context_of(info)
    return await _client(context, client_changes.update_client(context, input))


async def delete_client(info: Info, id: Identifier) -> DeleteClientPayload:  # noqa: A002
    """Delete a client's profile; their sessions stay."""
    context = context_of(info)
    try:
        deleted = await client_changes.delete_client(context, id)
    except Undone as undone:
        return DeleteClientPayload(errors=[undone.problem])
    return DeleteClientPayload(deleted.client_id, deleted.kept_sessions)


async def create_service(info: Info, input: CreateService) -> ServicePayload:  # noqa: A002
    """Add a service."""
    context = context_of(info)
    return await _service(context, practice_changes.create_service(context, input))


async def update_service(info: Info, input: UpdateService) -> ServicePayload:  # noqa: A002
    """Change a service, or retire it."""
    context = context_of(info)
    return await _service(context, practice_changes.update_service(context, input))


async def create_calendar(info: Info, input: CreateCalendar) -> CalendarPayload:  # noqa: A002
    """Add a calendar."""
    context = context_of(info)
    return await _calendar(context, practice_changes.create_calendar(context, input))


async def update_calendar(info: Info, input: UpdateCalendar) -> CalendarPayload:  # noqa: A002
    """Change a calendar."""
    context = context_of(info)
    return await _calendar(context, practice_changes.update_calendar(context, input))


async def _session(context: Context, change: Awaitable[str]) -> SessionPayload:
    try:
        identifier = await change
    except Undone as undone:
        return SessionPayload(errors=[undone.problem])
    return SessionPayload(await session_loader(context).load(identifier))


async def _client(context: Context, change: Awaitable[str]) -> ClientPayload:
    try:
        identifier = await change
    except Undone as undone:
        return ClientPayload(errors=[undone.problem])
    where = client_conditions(context)
    where.add("client.id = {}", identifier)
    found = await read_clients(context, where)
    return ClientPayload(found[0] if found else None)


async def _service(context: Context, change: Awaitable[str]) -> ServicePayload:
    try:
        where = _only(context, Kind.SERVICE, await change)
    except Undone as undone:
        return ServicePayload(errors=[undone.problem])
    (found,) = await read_services(context, where)
    return ServicePayload(found)


async def _calendar(context: Context, change: Awaitable[str]) -> CalendarPayload:
    try:
        where = _only(context, Kind.CALENDAR, await change)
    except Undone as undone:
        return CalendarPayload(errors=[undone.problem])
    (found,) = await read_calendars(context, where)
    return CalendarPayload(found)


def _only(context: Context, kind: Kind, identifier: str) -> Conditions:
    table = "service" if kind is Kind.SERVICE else "calendar"
    where = Conditions(context.principal, context.connection, table)
    where.add(f"{table}.id = {{}}", identifier)
    return where
