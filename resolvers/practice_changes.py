"""Adding and changing services and calendars."""

from typing import Any

import strawberry
from tortoise.expressions import F

from models import Calendar, Service
from models.folding import sort_key
from models.identifiers import Kind, kind_of
from models.transaction import orm
from resolvers import checks
from resolvers.context import Context
from resolvers.editing import refuse_null
from resolvers.given import is_given
from resolvers.money_input import MoneyInput
from resolvers.problems import NotThere, Undone
from resolvers.scalars import TimeZone
from resolvers.writing import KEY_DESCRIPTION, Writing, write_in, write_once


@strawberry.input(description="A new service.")
class CreateServiceInput:
    """The input as it is sent."""

    name: str = strawberry.field(description="What it is called: 1 to 200 characters.")
    duration_minutes: int = strawberry.field(
        description="How long it lasts, in minutes: 1 to 1440."
    )
    price: MoneyInput = strawberry.field(description="What it costs.")
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description=KEY_DESCRIPTION
    )


@strawberry.input(description="Changes to a service; what is left out stays. No session changes.")
class UpdateServiceInput:
    """The input as it is sent."""

    id: strawberry.ID = strawberry.field(description="The service.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Another name.")
    duration_minutes: int | None = strawberry.field(
        default=strawberry.UNSET, description="Another duration for new sessions, in minutes."
    )
    price: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="Another price for new sessions."
    )
    active: bool | None = strawberry.field(
        default=strawberry.UNSET, description="False retires it; true brings it back."
    )


@strawberry.input(description="A new calendar.")
class CreateCalendarInput:
    """The input as it is sent."""

    name: str = strawberry.field(description="What it is called: 1 to 200 characters.")
    color: str | None = strawberry.field(
        default=strawberry.UNSET, description="Its colour as `#rrggbb`."
    )
    time_zone: TimeZone | None = strawberry.field(
        default=strawberry.UNSET,
        description="Where it is kept; by default the practitioner's time zone.",
    )
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description=KEY_DESCRIPTION
    )


@strawberry.input(description="Changes to a calendar; what is left out stays.")
class UpdateCalendarInput:
    """The input as it is sent."""

    id: strawberry.ID = strawberry.field(description="The calendar.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Another name.")
    color: str | None = strawberry.field(
        default=strawberry.UNSET, description="Another colour as `#rrggbb`; null removes it."
    )
    time_zone: TimeZone | None = strawberry.field(
        default=strawberry.UNSET, description="Another time zone."
    )


async def create_service(context: Context, given: CreateServiceInput) -> str:
    """Add a service; its id.

    Raises:
        InvalidInput: a value that cannot be.
        IdempotencyMismatch: the key came with other input before.
    """
    name = checks.name(given.name)
    minutes = checks.duration(given.duration_minutes)
    price_minor, currency = checks.price(given.price)

    async def work(writing: Writing) -> str:
        added = await Service.create(
            practitioner_id=writing.practitioner_id,
            name=name,
            sort_name=sort_key(name),
            duration_minutes=minutes,
            price_minor=price_minor,
            currency=currency,
            created_at=context.now,
            updated_at=context.now,
            using_db=orm(writing.transaction),
        )
        return str(added.id)

    return await write_once(context, "createService", given, work)


async def update_service(context: Context, given: UpdateServiceInput) -> str:
    """Change a service, or retire it; its id.

    Raises:
        InvalidInput: a value that cannot be, or null where a service has a value.
        NotThere: no such service of this practitioner.
    """
    refuse_null(given, "name", "duration_minutes", "price", "active")
    columns: dict[str, Any] = {}
    if isinstance(given.name, str):
        columns["name"] = checks.name(given.name)
        columns["sort_name"] = sort_key(columns["name"])
    if isinstance(given.duration_minutes, int):
        columns["duration_minutes"] = checks.duration(given.duration_minutes)
    if isinstance(given.price, MoneyInput):
        columns["price_minor"], columns["currency"] = checks.price(given.price)
    if isinstance(given.active, bool):
        columns["active"] = given.active
    return await _update(context, Service, Kind.SERVICE, given.id, columns)


async def create_calendar(context: Context, given: CreateCalendarInput) -> str:
    """Add a calendar; its id.

    Raises:
        InvalidInput: a value that cannot be.
        IdempotencyMismatch: the key came with other input before.
    """
    name, color = checks.name(given.name), checks.color(given.color or None)

    async def work(writing: Writing) -> str:
        added = await Calendar.create(
            practitioner_id=writing.practitioner_id,
            name=name,
            sort_name=sort_key(name),
            color=color,
            time_zone=given.time_zone or context.principal.time_zone,
            created_at=context.now,
            updated_at=context.now,
            using_db=orm(writing.transaction),
        )
        return str(added.id)

    return await write_once(context, "createCalendar", given, work)


async def update_calendar(context: Context, given: UpdateCalendarInput) -> str:
    """Change a calendar; its id.

    Raises:
        InvalidInput: a value that cannot be, or null for a name or time zone.
        NotThere: no such calendar of this practitioner.
    """
    refuse_null(given, "name", "time_zone")
    columns: dict[str, Any] = {}
    if isinstance(given.name, str):
        columns["name"] = checks.name(given.name)
        columns["sort_name"] = sort_key(columns["name"])
    if given.color is not strawberry.UNSET:
        columns["color"] = checks.color(given.color)
    if is_given(given.time_zone):
        columns["time_zone"] = given.time_zone
    return await _update(context, Calendar, Kind.CALENDAR, given.id, columns)


async def _update(
    context: Context,
    model: type[Service] | type[Calendar],
    kind: Kind,
    identifier: str,
    columns: dict[str, Any],
) -> str:
    async def work(writing: Writing) -> str:
        changed = 0
        if kind_of(identifier) is kind:
            own = model.filter(practitioner_id=writing.practitioner_id, id=identifier)
            changed = await own.using_db(orm(writing.transaction)).update(
                **columns, version=F("version") + 1, updated_at=context.now
            )
        if changed == 0:
            raise Undone(NotThere(identifier, "input", "id"))
        return identifier

    return await write_in(context, work)
