"""The practice itself: its practitioner, services and calendars."""

from typing import Annotated

import strawberry

from resolvers.conditions import Conditions
from resolvers.context import Context, Info, context_of
from resolvers.rows import CalendarRow, PractitionerRow, ServiceRow
from resolvers.sessions import service_row


def viewer(info: Info) -> PractitionerRow:
    """The practitioner whose record the token opens."""
    return practitioner_of(context_of(info))


def practitioner_of(context: Context) -> PractitionerRow:
    """The practitioner, as known since the token was checked."""
    asking = context.principal
    return PractitionerRow(
        asking.practitioner_id, asking.name, asking.email, asking.time_zone, asking.currency
    )


async def services(
    info: Info,
    include_inactive: Annotated[
        bool,
        strawberry.argument(description="Also the retired ones, which cannot be booked anew."),
    ] = False,
) -> list[ServiceRow]:
    """The services, by name."""
    every = await read_services(context_of(info))
    return every if include_inactive else [service for service in every if service.active]


async def calendars(info: Info) -> list[CalendarRow]:
    """The calendars, by name."""
    context = context_of(info)
    where = Conditions(context.principal, context.connection, "calendar")
    return await read_calendars(context, where)


async def read_services(context: Context, where: Conditions | None = None) -> list[ServiceRow]:
    """The services that `where` allows, by name; all of them by default."""
    where = where or Conditions(context.principal, context.connection, "service")
    rows = await context.connection.fetch_brief(
        "SELECT service.id, service.name, service.duration_minutes, service.price_minor, "
        f"service.currency, service.active FROM service WHERE {where.sql} "
        "ORDER BY service.sort_name, service.id",
        where.parameters,
    )
    return [service_row(tuple(row)) for row in rows]


async def read_calendars(context: Context, where: Conditions) -> list[CalendarRow]:
    """The calendars that `where` allows, by name."""
    rows = await context.connection.fetch_brief(
        "SELECT calendar.id, calendar.name, calendar.color, calendar.time_zone FROM calendar "
        f"WHERE {where.sql} ORDER BY calendar.sort_name, calendar.id",
        where.parameters,
    )
    return [CalendarRow(*row) for row in rows]
