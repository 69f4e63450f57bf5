"""Booking: a new session, the same again, or one that follows another (product.md, Actions)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import strawberry

from models import Session
from models.enums import HOLDS_SLOT, Actor, MailKind, OriginKind, SessionEventKind, SessionStatus
from models.folding import fold
from models.identifiers import Kind, kind_of, new_id
from models.private_notes import kept_notes
from models.transaction import orm
from resolvers import checks
from resolvers.conditions import Conditions
from resolvers.context import Context
from resolvers.mailing.owing import owe_mail
from resolvers.money_input import MoneyInput
from resolvers.practice import read_services
from resolvers.problems import ActionNotAllowed, InvalidInput, NotThere, StatusNotAllowed, Undone
from resolvers.references import hold_client
from resolvers.rows import ServiceRow, SessionRow
from resolvers.rules import SessionAction, SessionFacts, facts_of, may, may_become
from resolvers.session_changes import load_session
from resolvers.slots import check_slot, lock_calendar
from resolvers.writing import KEY_DESCRIPTION, Writing, write_once

_OVERLAP: Final = (
    "Whether it may overlap sessions that hold their slot. Without it a slot that is taken is a "
    "`SlotTakenError`."
)


@strawberry.input(description="A new session.")
class BookSessionInput:
    """The input as it is sent."""

    client_id: strawberry.ID = strawberry.field(description="Whose session it is.")
    service_id: strawberry.ID = strawberry.field(description="What type it is; not a retired one.")
    calendar_id: strawberry.ID = strawberry.field(description="Which calendar it is on.")
    starts_at: datetime = strawberry.field(description="When it starts; it may be in the past.")
    duration_minutes: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="How long it lasts, in minutes: 1 to 1440; by default as the service has it.",
    )
    price: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="What it costs; by default as the service has it.",
    )
    status: SessionStatus | None = strawberry.field(
        default=SessionStatus.PENDING,
        description="Completed and No Show need a session that has started.",
    )
    customer_notes: str | None = strawberry.field(
        default=strawberry.UNSET, description="Notes that the client sees."
    )
    private_notes: str | None = strawberry.field(
        default=strawberry.UNSET, description="Notes for the practitioner alone."
    )
    allow_overlap: bool = strawberry.field(default=False, description=_OVERLAP)
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description=KEY_DESCRIPTION
    )


@strawberry.input(description="The same session again, at a new start.")
class DuplicateSessionInput:
    """The input as it is sent."""

    id: strawberry.ID = strawberry.field(description="The session to copy.")
    starts_at: datetime = strawberry.field(description="When the new one starts.")
    allow_overlap: bool = strawberry.field(default=False, description=_OVERLAP)
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description=KEY_DESCRIPTION
    )


@strawberry.input(description="A next session with the same client.")
class BookFollowUpInput:
    """The input as it is sent."""

    id: strawberry.ID = strawberry.field(description="The session to follow.")
    starts_at: datetime = strawberry.field(description="When the new one starts.")
    service_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="What type it is; by default the same."
    )
    calendar_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Which calendar it is on; by default the same."
    )
    duration_minutes: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="How long it lasts, in minutes; by default as the service has it.",
    )
    allow_overlap: bool = strawberry.field(default=False, description=_OVERLAP)
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description=KEY_DESCRIPTION
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session to be booked, checked and complete."""

    client_id: str
    service_id: str
    calendar_id: str
    starts_at: datetime
    duration_minutes: int
    price_minor: int
    currency: str
    allow_overlap: bool
    status: SessionStatus = SessionStatus.PENDING
    customer_notes: str | None = None
    private_notes: str | None = None
    origin_kind: OriginKind | None = None
    origin_id: str | None = None


async def book(context: Context, given: BookSessionInput) -> str:
    """Book a new session; its id.

    Raises:
        InvalidInput: a duration, price or note that cannot be, or a retired service.
        NotThere: no such client, service or calendar of this practitioner.
        StatusNotAllowed: an outcome, for a session that has not started.
        SlotTaken: others hold the slot, and overlapping was not allowed.
        IdempotencyMismatch: the key came with other input before.
    """

    async def work(writing: Writing) -> str:
        service = await active_service(writing.context, given.service_id)
        minutes = (
            given.duration_minutes
            if isinstance(given.duration_minutes, int)
            else service.duration_minutes
        )
        amount = (service.price_minor, service.currency)
        if isinstance(given.price, MoneyInput):
            amount = checks.price(given.price)
        return await _add(
            writing,
            NewSession(
                client_id=await hold_client(writing.context, given.client_id),
                service_id=service.id,
                calendar_id=given.calendar_id,
                starts_at=given.starts_at,
                duration_minutes=checks.duration(minutes),
                price_minor=amount[0],
                currency=amount[1],
                allow_overlap=given.allow_overlap,
                status=given.status or SessionStatus.PENDING,
                customer_notes=checks.notes(given.customer_notes or None, "customerNotes"),
                private_notes=checks.notes(given.private_notes or None, "privateNotes"),
            ),
        )

    return await write_once(context, "bookSession", given, work)


async def duplicate(context: Context, given: DuplicateSessionInput) -> str:
    """Book the same again: client, service, calendar, duration, price and customer notes.

    Private notes are not copied. Raises as `book` does, and:
        ActionNotAllowed: the client was deleted, or the service is retired.
    """

    async def work(writing: Writing) -> str:
        source = await load_session(writing, given.id)
        client_id = _still_bookable(writing.context, source, SessionAction.DUPLICATE)
        return await _add(
            writing,
            NewSession(
                client_id=await hold_client(writing.context, client_id),
                service_id=source.service.id,
                calendar_id=source.calendar.id,
                starts_at=given.starts_at,
                duration_minutes=source.duration_minutes,
                price_minor=source.price_minor,
                currency=source.currency,
                allow_overlap=given.allow_overlap,
                customer_notes=source.customer_notes,
                origin_kind=OriginKind.DUPLICATE,
                origin_id=source.id,
            ),
        )

    return await write_once(context, "duplicateSession", given, work)


async def book_follow_up(context: Context, given: BookFollowUpInput) -> str:
    """Book a next session with the same client; duration and price come from the service.

    Raises as `book` does, and:
        ActionNotAllowed: the client was deleted.
    """

    async def work(writing: Writing) -> str:
        source = await load_session(writing, given.id)
        client_id = _still_bookable(writing.context, source, SessionAction.BOOK_FOLLOW_UP)
        service = await active_service(writing.context, given.service_id or source.service.id)
        minutes = (
            given.duration_minutes
            if isinstance(given.duration_minutes, int)
            else service.duration_minutes
        )
        return await _add(
            writing,
            NewSession(
                client_id=await hold_client(writing.context, client_id),
                service_id=service.id,
                calendar_id=given.calendar_id or source.calendar.id,
                starts_at=given.starts_at,
                duration_minutes=checks.duration(minutes),
                price_minor=service.price_minor,
                currency=service.currency,
                allow_overlap=given.allow_overlap,
                origin_kind=OriginKind.FOLLOW_UP,
                origin_id=source.id,
            ),
        )

    return await write_once(context, "bookFollowUp", given, work)


async def active_service(context: Context, identifier: str) -> ServiceRow:
    """A service that new sessions may have.

    Raises:
        NotThere: no such service of this practitioner.
        InvalidInput: it is retired.
    """
    where = Conditions(context.principal, context.connection, "service")
    where.add("service.id = {}", identifier)
    found = await read_services(context, where) if kind_of(identifier) is Kind.SERVICE else []
    if not found:
        raise Undone(NotThere(identifier, "input", "serviceId"))
    if not found[0].active:
        raise Undone(InvalidInput("This service is retired; choose another.", "input", "serviceId"))
    return found[0]


def _still_bookable(context: Context, source: SessionRow, action: SessionAction) -> str:
    verdict = may(action, facts_of(source, context.now))
    if not verdict.allowed or source.client is None:
        raise Undone(
            ActionNotAllowed(
                verdict.reason or "",
                "input",
                "id",
                action=action,
                status=SessionStatus(source.status),
            )
        )
    return source.client.id


async def _add(writing: Writing, new: NewSession) -> str:
    context = writing.context
    ends_at = checks.fits(new.starts_at, new.duration_minutes)
    _check_first_status(context, new)
    if kind_of(new.calendar_id) is not Kind.CALENDAR or not await lock_calendar(
        context, new.calendar_id
    ):
        raise Undone(NotThere(new.calendar_id, "input", "calendarId"))
    if new.status in HOLDS_SLOT and not new.allow_overlap:
        await check_slot(
            context,
            calendar_id=new.calendar_id,
            starts_at=new.starts_at,
            duration_minutes=new.duration_minutes,
        )
    is_cancelled = new.status is SessionStatus.CANCELLED
    identifier = new_id(Kind.SESSION)
    await Session.create(
        practitioner_id=writing.practitioner_id,
        id=identifier,
        client_id=new.client_id,
        service_id=new.service_id,
        calendar_id=new.calendar_id,
        starts_at=new.starts_at,
        ends_at=ends_at,
        duration_minutes=new.duration_minutes,
        status=new.status,
        overlap_allowed=new.allow_overlap,
        price_minor=new.price_minor,
        currency=new.currency,
        customer_notes=new.customer_notes,
        customer_notes_folded=None if new.customer_notes is None else fold(new.customer_notes),
        **kept_notes(
            context.database.keyring,
            new.private_notes,
            practitioner_id=writing.practitioner_id,
            session_id=identifier,
        ),
        cancelled_at=context.now if is_cancelled else None,
        cancelled_by=Actor.PRACTITIONER if is_cancelled else None,
        origin_kind=new.origin_kind,
        origin_id=new.origin_id,
        created_at=context.now,
        updated_at=context.now,
        using_db=orm(writing.transaction),
    )
    await writing.event(
        identifier, 1, SessionEventKind.BOOKED, [("status", None, new.status.value)]
    )
    if new.status is SessionStatus.CONFIRMED:
        await owe_mail(writing, MailKind.CONFIRMED, identifier)
    return identifier


def _check_first_status(context: Context, new: NewSession) -> None:
    if new.status is SessionStatus.PENDING:
        return
    facts = SessionFacts(
        status=SessionStatus.PENDING,
        has_started=new.starts_at <= context.now,
        has_client=True,
        has_active_service=True,
    )
    verdict = may_become(facts, new.status)
    if not verdict.allowed:
        raise Undone(
            StatusNotAllowed(
                verdict.reason or "",
                "input",
                "status",
                from_=SessionStatus.PENDING,
                to=new.status,
            )
        )
