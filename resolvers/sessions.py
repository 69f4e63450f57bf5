"""Reading sessions: one SQL shape, with what stands beside a session joined to it."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, Final

from models.identifiers import Kind, kind_of
from models.private_notes import NotesDoNotOpen, read_notes
from resolvers.conditions import Conditions
from resolvers.context import Context, Info, context_of
from resolvers.errors import Forbidden
from resolvers.flat import FlatRows
from resolvers.loading import Loader
from resolvers.pages import Order, PageArguments
from resolvers.rows import CalendarRow, ClientRow, ServiceRow, SessionRow
from resolvers.session_selection import JOINS, Selection, session_of

_SESSION: Final = (
    "session.id, session.starts_at, session.ends_at, session.duration_minutes, session.status, "
    "session.status_rank, session.price_minor, session.currency, session.customer_notes, "
    "session.private_notes, session.cancelled_at, session.cancelled_by, "
    "session.cancellation_reason, session.origin_kind, session.origin_id, "
    "session.rescheduled_count, session.created_at, session.updated_at, session.version"
)
_BESIDE: Final = (
    "service.id, service.name, service.duration_minutes, service.price_minor, service.currency, "
    "service.active, calendar.id, calendar.name, calendar.color, calendar.time_zone, client.id, "
    "client.name, client.email, client.phone, client.time_zone, client.created_at"
)
SERVICE_AND_CALENDAR: Final = f"{JOINS['service']} {JOINS['calendar']}"
_JOINS: Final = f"{SERVICE_AND_CALENDAR} {JOINS['client']}"
_SESSION_FIELDS: Final = 19
_SERVICE: Final = slice(19, 25)
_CALENDAR: Final = slice(25, 29)
_CLIENT: Final = slice(29, 35)
_PRIVATE_NOTES: Final = 9
_PRIVATE_NOTES_KEY: Final = 35

# In a selection; it is never empty where there is one.
_KEY_OF: Final = itemgetter(-1)

_READABLE: Final = f"{_SESSION}, {_BESIDE}, session.private_notes_key"
# Who may not read private notes is not even sent them by the database.
_NOT_READABLE: Final = f"{_SESSION.replace('session.private_notes', 'NULL')}, {_BESIDE}, NULL"


def session_conditions(context: Context) -> Conditions:
    """The conditions that every query of sessions begins with."""
    return Conditions(context.principal, context.connection, "session")


async def read_sessions(
    context: Context, where: Conditions, *, order: str, limit: int | None = None
) -> list[SessionRow]:
    """The sessions that `where` allows, in one statement."""
    until = "" if limit is None else f" LIMIT {where.bind(limit)}"
    rows = await context.connection.fetch_brief(
        f"SELECT {_columns(context)} FROM session {_JOINS} "
        f"WHERE {where.sql} ORDER BY {order}{until}",
        where.parameters,
    )
    return session_rows(context, rows)


async def read_selected(
    context: Context,
    where: Conditions,
    selection: Selection,
    *,
    client: ClientRow | None,
    order: str,
    limit: int,
) -> FlatRows[SessionRow]:
    """The sessions that `where` allows, with what is selected of them, in one statement.

    `client` is whose they all are, if that is known.
    """
    rows = await context.connection.fetch_brief(
        f"SELECT {selection.sql} FROM session {selection.joins} "
        f"WHERE {where.sql} ORDER BY {order} LIMIT {where.bind(limit)}",
        where.parameters,
    )
    if selection.private_notes is not None and any(map(_KEY_OF, rows)):
        rows = [_with_notes(context, row, selection) for row in rows]
    constants = selection.constants_of(client)
    return FlatRows(SessionRow, selection.columns, rows, constants, session_of)


def _with_notes(context: Context, row: Sequence[Any], selection: Selection) -> Sequence[Any]:
    """A row with its private notes opened, if they are sealed."""
    place, key_id = selection.private_notes, row[-1]
    if place is None or key_id is None:
        return row
    opened = _opened(context, row[selection.identifier], row[place], key_id)
    return [*row[:place], opened, *row[place + 1 :]]


async def read_branches(
    context: Context, where: Conditions, branches: Sequence[str], *, order: str, limit: int
) -> list[SessionRow]:
    """The first `limit` sessions of each branch, in one statement and in no particular order.

    A branch is one more condition, made with `where.part`, that lets an index give its rows in
    order: each seeks to where it begins and stops after `limit` rows. A window function would read
    every session of all of them; sorting here what was limited there is less than either engine
    would do.
    """
    if not branches:
        return []
    pages = union_of(branches, where, columns="session.*", order=order, limit=limit)
    rows = await context.connection.fetch_brief(
        f"SELECT {_columns(context)} FROM ({pages}) AS session {_JOINS}",
        where.parameters,
    )
    return session_rows(context, rows)


def union_of(
    branches: Sequence[str], where: Conditions, *, columns: str, order: str, limit: int
) -> str:
    """The first `limit` sessions of each branch, as the SQL of a derived table."""
    most = where.bind(limit)
    return " UNION ALL ".join(
        f"SELECT * FROM (SELECT {columns} FROM session WHERE {where.sql} AND {branch} "
        f"ORDER BY {order} LIMIT {most}) AS branch"
        for branch in branches
    )


async def read_sessions_of_clients(
    context: Context,
    where: Conditions,
    clients: Sequence[str],
    *,
    order: Order,
    page: PageArguments,
) -> dict[str, list[SessionRow]]:
    """The first `page.limit + 1` sessions of each client, in one statement."""
    branches = [where.part("session.client_id = {}", client) for client in clients]
    rows = await read_branches(
        context,
        where,
        branches,
        order=order.sql(backwards=page.backwards),
        limit=page.limit + 1,
    )
    found: dict[str, list[SessionRow]] = {client: [] for client in clients}
    for row in order.sorted(rows, backwards=page.backwards):
        if row.client is not None:
            found[row.client.id].append(row)
    return found


def _columns(context: Context) -> str:
    return _READABLE if context.principal.may_read_private_notes else _NOT_READABLE


def session_rows(context: Context, rows: Iterable[Any]) -> list[SessionRow]:
    """Database rows as session rows; services, calendars and clients are shared between them."""
    services: dict[str, ServiceRow] = {}
    calendars: dict[str, CalendarRow] = {}
    clients: dict[str, ClientRow] = {}
    refusal = None
    if not context.principal.may_read_private_notes:
        refusal = Forbidden("A read-only token does not read private notes.")
    sessions = []
    for values in rows:
        row = list(values)
        service_id, calendar_id, client_id = row[19], row[25], row[29]
        service = services.get(service_id)
        if service is None:
            service = services[service_id] = service_row(row[_SERVICE])
        calendar = calendars.get(calendar_id)
        if calendar is None:
            calendar = calendars[calendar_id] = CalendarRow(*row[_CALENDAR])
        client = None
        if client_id is not None:
            client = clients.get(client_id)
            if client is None:
                client = clients[client_id] = ClientRow(*row[_CLIENT])
        if refusal is not None:
            row[_PRIVATE_NOTES] = refusal
        elif row[_PRIVATE_NOTES_KEY] is not None:
            row[_PRIVATE_NOTES] = _opened(
                context, row[0], row[_PRIVATE_NOTES], row[_PRIVATE_NOTES_KEY]
            )
        sessions.append(SessionRow._make((*row[:_SESSION_FIELDS], service, calendar, client)))
    return sessions


def _opened(
    context: Context, session_id: str, kept: str | None, key_id: str
) -> str | NotesDoNotOpen | None:
    try:
        return read_notes(
            context.database.keyring,
            kept,
            key_id,
            practitioner_id=context.principal.practitioner_id,
            session_id=session_id,
        )
    except NotesDoNotOpen as failure:
        return failure


def service_row(values: Sequence[Any]) -> ServiceRow:
    """A service from its columns; SQLite keeps a truth value as 0 or 1."""
    identifier, name, duration_minutes, price_minor, currency, active = values
    return ServiceRow(identifier, name, duration_minutes, price_minor, currency, bool(active))


def session_loader(context: Context) -> Loader:
    """Sessions by id, batched; None for an id that is not there for this practitioner."""

    async def load(ids: list[str]) -> list[SessionRow | None]:
        where = session_conditions(context)
        where.among("session.id", [one for one in ids if kind_of(one) is Kind.SESSION])
        found = {row.id: row for row in await read_sessions(context, where, order="session.id")}
        return [found.get(one) for one in ids]

    return context.loader("session", lambda: Loader(load))


def session_of_origin(root: Any, info: Info) -> Any:
    """The session that another one copies or follows."""
    return session_loader(context_of(info)).load(root.session_id)
