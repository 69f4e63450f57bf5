"""The client's own session history: one statement for the page, one for the count."""

from datetime import date
from functools import partial
from typing import Annotated, Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import strawberry
from strawberry import UNSET

from resolvers.conditions import Conditions
from resolvers.context import Context, Info, context_of
from resolvers.cursor import list_identity
from resolvers.lookahead import selected
from resolvers.pages import (
    After,
    Before,
    First,
    Last,
    Listing,
    Page,
    PageArguments,
    page_of,
)
from resolvers.portal.rows import OwnSessionRow, ViewerRow
from resolvers.portal.sessions import own_conditions, read_own_branches, read_own_sessions
from resolvers.session_filter import (
    ORDERS,
    SessionFilter,
    SessionPeriod,
    SessionSort,
    Sort,
    add_time_and_status,
    bounds_time,
    canonical_filter,
)
from resolvers.session_groups import read_by_status
from resolvers.words import SessionStatus

_OF_THE_PAGE: Final = frozenset({"edges", "nodes", "pageInfo"})

Period: TypeAlias = Annotated[
    SessionPeriod, strawberry.argument(description="Upcoming or past; all by default.")
]
Statuses: TypeAlias = Annotated[
    list[SessionStatus] | None,
    strawberry.argument(description="Any of these statuses, at least one; all by default."),
]
FromDay: TypeAlias = Annotated[
    date | None,
    strawberry.argument(
        name="from",
        description="The first day, included, in the client's time zone (`Client.timeZone`): "
        "sessions that start on it or later.",
    ),
]
ToDay: TypeAlias = Annotated[
    date | None,
    strawberry.argument(
        description="The last day, included, in the client's time zone (`Client.timeZone`): "
        "sessions that start on it or earlier."
    ),
]


async def sessions(
    root: Any,
    info: Info,
    period: Period = SessionPeriod.ALL,
    statuses: Statuses = UNSET,
    from_: FromDay = UNSET,
    to: ToDay = UNSET,
    sort: Sort = SessionSort.NEWEST_FIRST,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Listing[OwnSessionRow]:
    """The sessions of the client who asks."""
    client: ViewerRow = root
    context = context_of(info)
    page = PageArguments.of(first=first, after=after, last=last, before=before)
    wanted = SessionFilter(period=period, statuses=statuses, from_=from_, to=to)
    where = own_conditions(context)
    add_time_and_status(where, context, wanted, zone=ZoneInfo(client.time_zone))
    fields = selected(info)
    found = None
    if not fields.isdisjoint(_OF_THE_PAGE):
        found = await _read_page(context, where.copy(), wanted, sort=sort, page=page)
    return Listing(found, await _count(context, where) if "totalCount" in fields else None)


async def _read_page(
    context: Context,
    where: Conditions,
    wanted: SessionFilter,
    *,
    sort: SessionSort,
    page: PageArguments,
) -> Page[OwnSessionRow]:
    asking, order = context.client, ORDERS[sort]
    identity = list_identity(
        "own sessions", asking.practitioner_id, asking.client_id, sort, canonical_filter(wanted)
    )
    bounds = order.bounds(page, identity)
    if sort is SessionSort.BY_STATUS and bounds_time(wanted):
        read = partial(read_own_branches, context, where)
        rows = await read_by_status(where, bounds, order=order, page=page, read=read)
        return page_of(rows, page, order=order, identity=identity)
    order.add_bounds(where, bounds)
    direction = order.sql(backwards=page.backwards)
    rows = await read_own_sessions(context, where, order=direction, limit=page.limit + 1)
    return page_of(rows, page, order=order, identity=identity)


async def _count(context: Context, where: Conditions) -> int:
    ((total,),) = await context.connection.fetch(
        f"SELECT count(*) FROM session WHERE {where.sql}", where.parameters
    )
    return int(total)
