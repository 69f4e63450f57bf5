"""Clients: one, a list for the periodic review, and the sessions around now of each."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, TypeAlias

import strawberry
from strawberry import UNSET

from models.instants import to_text
from resolvers.conditions import Conditions
from resolvers.context import Context, Info, context_of
from resolvers.cursor import list_identity
from resolvers.days import day_start
from resolvers.described import described
from resolvers.errors import BadInput
from resolvers.given import canonical
from resolvers.loading import Loader
from resolvers.lookahead import selected
from resolvers.pages import (
    After,
    Before,
    Edge,
    First,
    Last,
    Order,
    Page,
    PageArguments,
    PageInfo,
    page_of,
)
from resolvers.rows import ClientRow, SessionRow
from resolvers.session_filter import HOLDS_A_SLOT, IS_OPEN, ORDERS, SessionSort
from resolvers.sessions import read_sessions_of_clients, session_conditions
from resolvers.text import like_pattern, searched

_COLUMNS: Final = (
    "client.id, client.name, client.email, client.phone, client.time_zone, client.created_at"
)


class ClientSort(StrEnum):
    """By name, or by time."""

    NAME = "NAME"
    NEWEST_FIRST = "NEWEST_FIRST"
    LAST_SESSION_FIRST = "LAST_SESSION_FIRST"
    LONGEST_SINCE_LAST_SESSION = "LONGEST_SINCE_LAST_SESSION"


described(
    ClientSort,
    "The order of a list of clients.",
    NAME="By name; case and accents make no difference. The default.",
    NEWEST_FIRST="The client added last at the top.",
    LAST_SESSION_FIRST="By `lastSession`, the latest at the top; clients without one come last.",
    LONGEST_SINCE_LAST_SESSION="By `lastSession`, the oldest at the top; clients without one "
    "come first.",
)


@strawberry.input(
    description="Which clients: every part that is given must hold. "
    "A part that is left out or null restricts nothing."
)
class ClientFilter:
    """The filter as it is sent."""

    text: str | None = strawberry.field(
        default=UNSET,
        description="Text that stands in the name, the email address or the phone number; case "
        "makes no difference, nor do spaces in the number. At most 200 characters; blank text "
        "restricts nothing.",
    )
    has_upcoming: bool | None = strawberry.field(
        default=UNSET,
        description="True: something is scheduled, that is, a session that is Pending or Confirmed "
        "and not over. False: nothing is.",
    )
    last_session_before: date | None = strawberry.field(
        default=UNSET,
        description="`lastSession` began before this day, in the practitioner's time zone. "
        "Clients without a last session are not among them.",
    )
    min_cancellation_rate: float | None = strawberry.field(
        default=UNSET, description="`stats.cancellationRate` is at least this: 0 to 100 percent."
    )
    min_no_show_rate: float | None = strawberry.field(
        default=UNSET, description="`stats.noShowRate` is at least this: 0 to 100 percent."
    )
    min_sessions: int | None = strawberry.field(
        default=UNSET, description="`stats.total` is at least this."
    )


FilterArgument: TypeAlias = Annotated[
    ClientFilter | None,
    strawberry.argument(description="Which clients; all of them by default."),
]
SortArgument: TypeAlias = Annotated[
    ClientSort, strawberry.argument(description="In which order; by name by default.")
]

# When the last session of a client began that is over and was neither cancelled nor missed: one
# step backwards from now in ix_session_history. The day before 1970 where there is none, because
# a sort key may not be null.
_LAST_SESSION: Final = (
    "COALESCE((SELECT session.starts_at FROM session "
    "WHERE session.practitioner_id = client.practitioner_id AND session.client_id = client.id "
    f"AND session.ends_at <= {{}} AND {HOLDS_A_SLOT} "
    "ORDER BY session.starts_at DESC LIMIT 1), {})"
)
_ONLY_THE_FIRST: Final = PageArguments(limit=0, backwards=False, after=None, before=None)
_NEVER: Final = "1969-12-31T00:00:00Z"

_ORDERS: Final = {
    sort: Order(
        keys=("client.sort_key", "client.id"),
        shape=(str, str),
        descending=descending,
        of_row=lambda row: (row.sort_key, row.row.id),
    )
    for sort, descending in (
        (ClientSort.NAME, False),
        (ClientSort.NEWEST_FIRST, True),
        (ClientSort.LAST_SESSION_FIRST, True),
        (ClientSort.LONGEST_SINCE_LAST_SESSION, False),
    )
}


@dataclass(frozen=True, slots=True)
class _Sorted:
    """A client, and where it stands in the list."""

    row: ClientRow
    sort_key: str


@dataclass(slots=True)
class ClientList:
    """What a client connection answers; what was not selected is not there."""

    page: Page[_Sorted] | None
    total_count: int | None

    @property
    def nodes(self) -> list[ClientRow] | None:
        """The clients of the page."""
        return [one.row for one in self.page.nodes] if self.page is not None else None

    @property
    def edges(self) -> list[Edge[ClientRow]] | None:
        """The clients of the page, each with its cursor."""
        if self.page is None:
            return None
        return [Edge(edge.cursor, edge.node.row) for edge in self.page.edges]

    @property
    def page_info(self) -> PageInfo | None:
        """How to go on from the page."""
        return self.page.page_info if self.page is not None else None


async def clients(
    info: Info,
    filter: FilterArgument = UNSET,  # noqa: A002 - the argument's name in the contract
    sort: SortArgument = ClientSort.NAME,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> ClientList:
    """The clients of the practice: one statement for the page, one for the count."""
    context = context_of(info)
    page = PageArguments.of(first=first, after=after, last=last, before=before)
    fields = selected(info)
    where = client_conditions(context)
    _add_filter(where, context, filter)
    found = None
    if not fields.isdisjoint({"nodes", "edges", "pageInfo"}):
        found = await _read_page(context, where.copy(), sort, page, filter)
    total = None
    if "totalCount" in fields:
        ((total,),) = await context.connection.fetch(
            f"SELECT count(*) FROM client WHERE {where.sql}", where.parameters
        )
    return ClientList(found, total)


def client_conditions(context: Context) -> Conditions:
    """The conditions that every query of clients begins with."""
    return Conditions(context.principal, context.connection, "client")


async def read_clients(context: Context, where: Conditions) -> list[ClientRow]:
    """The clients that `where` allows, in no particular order."""
    rows = await context.connection.fetch_brief(
        f"SELECT {_COLUMNS} FROM client WHERE {where.sql}", where.parameters
    )
    return [ClientRow(*row) for row in rows]


def last_session(root: Any, info: Info) -> Any:
    """The session of a client that was over last, and neither cancelled nor missed."""
    return _around_now(root, context_of(info), SessionSort.NEWEST_FIRST)


def next_session(root: Any, info: Info) -> Any:
    """The session of a client that is due next, the one under way included."""
    return _around_now(root, context_of(info), SessionSort.OLDEST_FIRST)


def _around_now(client: ClientRow, context: Context, sort: SessionSort) -> Any:
    async def load(ids: list[str]) -> list[SessionRow | None]:
        where = session_conditions(context)
        if sort is SessionSort.NEWEST_FIRST:
            where.add(f"session.ends_at <= {{}} AND {HOLDS_A_SLOT}", context.now_text)
        else:
            where.add("session.ends_at > {}", context.now_text)
            where.add(f"session.starts_at > {{}} AND {IS_OPEN}", context.day_ago_text)
        found = await read_sessions_of_clients(
            context, where, ids, order=ORDERS[sort], page=_ONLY_THE_FIRST
        )
        return [found[one][0] if found[one] else None for one in ids]

    return context.loader(("around now", sort), lambda: Loader(load)).load(client.id)


async def _read_page(
    context: Context, where: Conditions, sort: ClientSort, page: PageArguments, filter_: object
) -> Page[_Sorted]:
    order = _ORDERS[sort]
    identity = list_identity("clients", context.principal.practitioner_id, sort, canonical(filter_))
    key = _sort_key(where, context, sort)
    bounds = where.outside()
    order.add_bounds(bounds, order.bounds(page, identity))
    rows = await context.connection.fetch_brief(
        f"SELECT {_COLUMNS}, client.sort_key FROM "
        f"(SELECT {_COLUMNS}, {key} AS sort_key FROM client WHERE {where.sql}) AS client "
        f"WHERE {bounds.sql} ORDER BY {order.sql(backwards=page.backwards)} "
        f"LIMIT {bounds.bind(page.limit + 1)}",
        bounds.parameters,
    )
    found = [_Sorted(ClientRow(*tuple(row)[:-1]), row[-1]) for row in rows]
    return page_of(found, page, order=order, identity=identity)


def _sort_key(where: Conditions, context: Context, sort: ClientSort) -> str:
    match sort:
        case ClientSort.NAME:
            return "client.sort_name"
        case ClientSort.NEWEST_FIRST:
            return "client.created_at"
        case _:
            return _LAST_SESSION.format(where.bind(context.now_text), where.bind(_NEVER))


def _add_filter(where: Conditions, context: Context, filter_: object) -> None:
    if not isinstance(filter_, ClientFilter):
        return
    wanted = searched("text", filter_.text)
    if wanted:
        without_spaces = "".join(wanted.split())
        where.either(
            f"client.search_text LIKE {where.bind(like_pattern(wanted))} ESCAPE '\\'",
            f"client.search_text LIKE {where.bind(like_pattern(without_spaces))} ESCAPE '\\'",
        )
    if isinstance(filter_.has_upcoming, bool):
        where.add(
            f"{'' if filter_.has_upcoming else 'NOT '}EXISTS (SELECT 1 FROM session "
            "WHERE session.practitioner_id = client.practitioner_id "
            f"AND session.client_id = client.id AND {IS_OPEN} "
            "AND session.ends_at > {} AND session.starts_at > {})",
            context.now_text,
            context.day_ago_text,
        )
    if isinstance(filter_.last_session_before, date):
        before = to_text(day_start(filter_.last_session_before, context.zone()))
        last = _LAST_SESSION.format(where.bind(context.now_text), where.bind(_NEVER))
        where.add(f"{last} > {{}} AND {last} < {{}}", _NEVER, before)
    _add_pattern(where, filter_)


def _add_pattern(where: Conditions, filter_: ClientFilter) -> None:
    rates = (
        ("minCancellationRate", "CANCELLED", filter_.min_cancellation_rate),
        ("minNoShowRate", "NO_SHOW", filter_.min_no_show_rate),
    )
    having = []
    for argument, status, rate in rates:
        if not isinstance(rate, int | float):
            continue
        if not 0 <= rate <= 100:
            raise BadInput(argument, "must be between 0 and 100 percent.")
        having.append(
            f"count(*) FILTER (WHERE session.status = '{status}') * 100.0 >= "
            f"CAST({where.bind(float(rate))} AS DOUBLE PRECISION) * count(*)"
        )
    least = filter_.min_sessions
    if isinstance(least, int):
        if least < 0:
            raise BadInput("minSessions", "must not be negative.")
        if least > 0:
            having.append(f"count(*) >= {where.bind(least)}")
    if having:
        # Uncorrelated, so that both engines group the sessions once, not once per client.
        where.add(
            "client.id IN (SELECT session.client_id FROM session "
            "WHERE session.practitioner_id = {} AND session.client_id IS NOT NULL "
            f"GROUP BY session.client_id HAVING {' AND '.join(having)})",
            where.practitioner_id,
        )
