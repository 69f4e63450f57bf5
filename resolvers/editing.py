"""Editing a session: service, calendar, duration, price (product.md, Actions)."""

from typing import Any

import strawberry

from models.enums import SessionEventKind, SessionStatus
from models.identifiers import Kind, kind_of
from models.instants import from_text
from models.money import amount_text
from resolvers import checks
from resolvers.booking import active_service
from resolvers.conditions import Conditions
from resolvers.context import Context
from resolvers.money_input import MoneyInput
from resolvers.practice import read_calendars
from resolvers.problems import InvalidInput, NotThere, Undone
from resolvers.rows import CalendarRow, SessionRow
from resolvers.session_changes import claim_slot, load_session, save_session
from resolvers.status import VERSION
from resolvers.writing import FieldChange, Writing, write_in


@strawberry.input(description="Changes to a session; what is left out stays as it is.")
class UpdateSessionInput:
    """The input as it is sent."""

    id: strawberry.ID = strawberry.field(description="The session.")
    service_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Another service; not a retired one. Duration and price stay, unless given.",
    )
    calendar_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Another calendar, where its slot must be free."
    )
    duration_minutes: int | None = strawberry.field(
        default=strawberry.UNSET, description="Another duration, in minutes: 1 to 1440."
    )
    price: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="Another price."
    )
    allow_overlap: bool = strawberry.field(
        default=False, description="Whether it may overlap sessions that hold their slot."
    )
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)


async def edit(context: Context, given: UpdateSessionInput) -> str:
    """Change what a session is; its id.

    Raises:
        InvalidInput: a value that cannot be, null where a session has a value, a retired service.
        NotThere: no such session, service or calendar of this practitioner.
        StaleVersion: it changed since `expected_version`.
        SlotTaken: others hold what would be its slot, and overlapping was not allowed.
    """
    refuse_null(given, "service_id", "calendar_id", "duration_minutes", "price")

    async def work(writing: Writing) -> str:
        session = await load_session(writing, given.id, expected_version=given.expected_version)
        columns, changes = await _differences(writing.context, session, given)
        if not changes:
            return session.id
        minutes = columns.get("duration_minutes", session.duration_minutes)
        slot = await claim_slot(
            writing,
            session,
            status=SessionStatus(session.status),
            duration_minutes=minutes,
            calendar_id=columns.get("calendar_id"),
            allow_overlap=given.allow_overlap,
        )
        ends_at = checks.fits(from_text(session.starts_at), minutes)
        version = await save_session(writing, session, **columns, ends_at=ends_at, **slot)
        await writing.event(session.id, version, SessionEventKind.EDITED, changes)
        return session.id

    return await write_in(context, work)


async def _differences(
    context: Context, session: SessionRow, given: UpdateSessionInput
) -> tuple[dict[str, Any], list[FieldChange]]:
    """What is to be written, and how the audit trail says it."""
    columns: dict[str, Any] = {}
    changes: list[FieldChange] = []
    if isinstance(given.service_id, str) and given.service_id != session.service.id:
        service = await active_service(context, given.service_id)
        columns["service_id"] = service.id
        changes.append(("service", session.service.name, service.name))
    if isinstance(given.calendar_id, str) and given.calendar_id != session.calendar.id:
        calendar = await named_calendar(context, given.calendar_id)
        columns["calendar_id"] = calendar.id
        changes.append(("calendar", session.calendar.name, calendar.name))
    if isinstance(given.duration_minutes, int):
        minutes = checks.duration(given.duration_minutes)
        if minutes != session.duration_minutes:
            columns["duration_minutes"] = minutes
            changes.append(("durationMinutes", str(session.duration_minutes), str(minutes)))
    if isinstance(given.price, MoneyInput):
        amount_minor, currency = checks.price(given.price)
        if (amount_minor, currency) != (session.price_minor, session.currency):
            columns |= {"price_minor": amount_minor, "currency": currency}
            before, after = session.price, f"{amount_text(amount_minor, currency)} {currency}"
            changes.append(("price", f"{before.amount} {before.currency}", after))
    return columns, changes


async def named_calendar(context: Context, identifier: str) -> CalendarRow:
    """A calendar of this practitioner.

    Raises:
        NotThere: there is none with this id.
    """
    where = Conditions(context.principal, context.connection, "calendar")
    where.add("calendar.id = {}", identifier)
    found = await read_calendars(context, where) if kind_of(identifier) is Kind.CALENDAR else []
    if not found:
        raise Undone(NotThere(identifier, "input", "calendarId"))
    return found[0]


def refuse_null(given: object, *fields: str) -> None:
    """Make sure that what cannot be emptied was not sent as null.

    Raises:
        InvalidInput: it was; leaving it out is how to leave it alone.
    """
    for field in fields:
        if getattr(given, field) is None:
            first, *rest = field.split("_")
            name = first + "".join(map(str.capitalize, rest))
            raise Undone(
                InvalidInput("This cannot be empty; leave it out to keep it.", "input", name)
            )
