"""One thing by its id."""

from typing import Annotated, Final, TypeAlias, TypeVar

import strawberry

from models.identifiers import Kind, kind_of
from resolvers.clients import client_conditions, read_clients
from resolvers.conditions import Conditions
from resolvers.context import Context, Info, context_of
from resolvers.errors import BadInput, NotFound
from resolvers.practice import practitioner_of, read_calendars, read_services
from resolvers.rows import CalendarRow, ClientRow, PractitionerRow, ServiceRow, SessionRow
from resolvers.sessions import session_loader

Found: TypeAlias = PractitionerRow | ClientRow | ServiceRow | CalendarRow | SessionRow
Identifier: TypeAlias = Annotated[
    strawberry.ID, strawberry.argument(description="An id that this API gave out.")
]

Row = TypeVar("Row")

_IN_WORDS: Final = {
    Kind.PRACTITIONER: "a practitioner",
    Kind.CLIENT: "a client",
    Kind.SERVICE: "a service",
    Kind.CALENDAR: "a calendar",
    Kind.SESSION: "a session",
}


async def client(info: Info, id: Identifier) -> ClientRow:  # noqa: A002 - as in the contract
    """One client.

    Raises:
        BadInput: not the id of a client.
        NotFound: no such client of this practitioner.
    """
    return await _one_client(context_of(info), _of_kind(info, id, Kind.CLIENT))


async def session(info: Info, id: Identifier) -> SessionRow:  # noqa: A002 - as in the contract
    """One session.

    Raises:
        BadInput: not the id of a session.
        NotFound: no such session of this practitioner.
    """
    return await _one_session(context_of(info), _of_kind(info, id, Kind.SESSION))


async def node(info: Info, id: Identifier) -> Found:  # noqa: A002 - as in the contract
    """Anything that has an id.

    Raises:
        BadInput: not an id of ours, or of something that is no node.
        NotFound: no such thing of this practitioner.
    """
    context = context_of(info)
    identifier = str(id)
    context.principal  # noqa: B018 - refuses strangers before anything else
    match kind_of(identifier):
        case Kind.PRACTITIONER:
            if identifier != context.principal.practitioner_id:
                raise NotFound(identifier)
            return practitioner_of(context)
        case Kind.CLIENT:
            return await _one_client(context, identifier)
        case Kind.SESSION:
            return await _one_session(context, identifier)
        case Kind.SERVICE:
            return await _one_service(context, identifier)
        case Kind.CALENDAR:
            return await _one_calendar(context, identifier)
        case _:
            raise BadInput("id", f"is not the id of a node: '{identifier:.60}'.")


def _of_kind(info: Info, identifier: strawberry.ID, kind: Kind) -> str:
    context_of(info).principal  # noqa: B018 - refuses strangers before anything else
    if kind_of(identifier) is not kind:
        raise BadInput("id", f"is not the id of {_IN_WORDS[kind]}: '{identifier:.60}'.")
    return str(identifier)


async def _one_client(context: Context, identifier: str) -> ClientRow:
    where = client_conditions(context)
    where.add("client.id = {}", identifier)
    return _only(await read_clients(context, where), identifier)


async def _one_session(context: Context, identifier: str) -> SessionRow:
    found: SessionRow | None = await session_loader(context).load(identifier)
    if found is None:
        raise NotFound(identifier)
    return found


async def _one_service(context: Context, identifier: str) -> ServiceRow:
    where = Conditions(context.principal, context.connection, "service")
    where.add("service.id = {}", identifier)
    return _only(await read_services(context, where), identifier)


async def _one_calendar(context: Context, identifier: str) -> CalendarRow:
    where = Conditions(context.principal, context.connection, "calendar")
    where.add("calendar.id = {}", identifier)
    return _only(await read_calendars(context, where), identifier)


def _only(rows: list[Row], identifier: str) -> Row:
    if not rows:
        raise NotFound(identifier)
    return rows[0]
