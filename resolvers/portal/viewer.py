"""The client who asks: their profile, what is next, and what has taken place."""

from typing import Any

from models.enums import SessionStatus
from resolvers.conditions import Conditions
from resolvers.context import Info, context_of
from resolvers.errors import Unauthenticated
from resolvers.portal.rows import OwnSessionRow, ViewerRow
from resolvers.portal.sessions import own_conditions, read_own_sessions
from resolvers.session_filter import IS_OPEN


async def viewer(info: Info) -> ViewerRow:
    """The client whose sessions the token opens.

    Raises:
        Unauthenticated: also when the client has been deleted since the token was checked.
    """
    context = context_of(info)
    where = Conditions(context.client, context.connection, "client")
    where.add("client.id = {}", context.client.client_id)
    rows = await context.connection.fetch(
        "SELECT client.id, client.name, client.email, client.time_zone FROM client "
        f"WHERE {where.sql}",
        where.parameters,
    )
    if not rows:
        raise Unauthenticated
    ((identifier, name, email, time_zone),) = rows
    return ViewerRow(identifier, name, email, time_zone, context.client.practitioner_name)


async def next_session(root: Any, info: Info) -> OwnSessionRow | None:
    """The client's session that is due next, the one under way included."""
    context = context_of(info)
    where = own_conditions(context)
    where.add("session.ends_at > {}", context.now_text)
    where.add(f"session.starts_at > {{}} AND {IS_OPEN}", context.day_ago_text)
    order = "session.starts_at, session.id"
    found = await read_own_sessions(context, where, order=order, limit=1)
    return found[0] if found else None


async def completed_count(root: Any, info: Info) -> int:
    """How many of the client's sessions took place."""
    context = context_of(info)
    where = own_conditions(context)
    where.add("session.status = {}", SessionStatus.COMPLETED)
    ((total,),) = await context.connection.fetch(
        f"SELECT count(*) FROM session WHERE {where.sql}", where.parameters
    )
    return int(total)
