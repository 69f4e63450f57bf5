"""Reading a client's own sessions: one SQL shape, which names no column that is not theirs."""

from collections.abc import Sequence
from typing import Any, Final

from models.identifiers import Kind, kind_of
from resolvers.conditions import Conditions
from resolvers.context import Context, Info, context_of
from resolvers.errors import BadInput, NotFound
from resolvers.loading import Loader
from resolvers.lookup import Identifier
from resolvers.portal.rows import OwnSessionRow
from resolvers.sessions import SERVICE_AND_CALENDAR, union_of

_OWN: Final = (
    "session.id, session.starts_at, session.ends_at, session.duration_minutes, session.status, "
    "session.status_rank, session.price_minor, session.currency, session.customer_notes, "
    "session.cancellation_reason, session.version"
)
_COLUMNS: Final = f"{_OWN}, service.name, calendar.time_zone"
# What a derived table of sessions must hold besides, for the joins.
_KEYS: Final = "session.practitioner_id, session.service_id, session.calendar_id"


def own_conditions(context: Context) -> Conditions:
    """The conditions that every query of the portal's begins with: tenant and client.

    Raises:
        Unauthenticated, Forbidden: whoever asks is no client.
    """
    where = Conditions(context.client, context.connection, "session")
    where.add("session.client_id = {}", context.client.client_id)
    return where


async def read_own_sessions(
    context: Context, where: Conditions, *, order: str, limit: int | None = None
) -> list[OwnSessionRow]:
    """The sessions that `where` allows, in one statement."""
    until = "" if limit is None else f" LIMIT {where.bind(limit)}"
    rows = await context.connection.fetch(
        f"SELECT {_COLUMNS} FROM session {SERVICE_AND_CALENDAR} "
        f"WHERE {where.sql} ORDER BY {order}{until}",
        where.parameters,
    )
    return [OwnSessionRow(*row) for row in rows]


async def read_own_branches(
    context: Context, where: Conditions, branches: Sequence[str], *, order: str, limit: int
) -> list[OwnSessionRow]:
    """The first `limit` sessions of each branch, as `read_branches` reads them."""
    if not branches:
        return []
    pages = union_of(branches, where, columns=f"{_OWN}, {_KEYS}", order=order, limit=limit)
    rows = await context.connection.fetch(
        f"SELECT {_COLUMNS} FROM ({pages}) AS session {SERVICE_AND_CALENDAR}", where.parameters
    )
    return [OwnSessionRow(*row) for row in rows]


def own_session_loader(context: Context) -> Loader:
    """The client's sessions by id, batched; None for an id that is not one of theirs."""

    async def load(ids: list[str]) -> list[OwnSessionRow | None]:
        where = own_conditions(context)
        where.among("session.id", ids)
        found = {row.id: row for row in await read_own_sessions(context, where, order="session.id")}
        return [found.get(one) for one in ids]

    return context.loader("own session", lambda: Loader(load))


async def session(info: Info, id: Identifier) -> OwnSessionRow:  # noqa: A002 - as in the contract
    """One session of the client's.

    Raises:
        BadInput: not the id of a session.
        NotFound: no such session of this client.
    """
    context = context_of(info)
    context.client  # noqa: B018 - refuses others before anything else
    if kind_of(id) is not Kind.SESSION:
        raise BadInput("id", f"is not the id of a session: '{id:.60}'.")
    found: Any = await own_session_loader(context).load(str(id))
    if not isinstance(found, OwnSessionRow):
        raise NotFound(id)
    return found
