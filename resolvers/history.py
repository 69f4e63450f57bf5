"""The session history: one page of sessions, of one client, of several, or of the whole calendar.

At most one statement for the page, one for the count and one for each kind of statistic, and each
only when it is selected; the same however many clients or sessions there are.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from strawberry import UNSET

from resolvers.conditions import Conditions
from resolvers.context import Context, Info, context_of
from resolvers.cursor import list_identity
from resolvers.errors import BadInput
from resolvers.loading import Loader
from resolvers.lookahead import is_alone, leaves, selected
from resolvers.pages import (
    After,
    Before,
    First,
    Last,
    Listing,
    Order,
    Page,
    PageArguments,
    Rows,
    page_of,
)
from resolvers.rows import ClientRow, SessionRow
from resolvers.session_filter import (
    ORDERS,
    Filter,
    SessionSort,
    Sort,
    bounds_time,
    canonical_filter,
    conditions_of,
)
from resolvers.session_groups import read_by_status
from resolvers.session_selection import selection_of
from resolvers.sessions import (
    read_branches,
    read_selected,
    read_sessions,
    read_sessions_of_clients,
)
from resolvers.statistics import StatisticsParts, read_statistics
from resolvers.tallies import StatisticsFound, StatisticsRow

_OF_THE_PAGE = frozenset({"edges", "nodes", "pageInfo"})


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """One history as it was asked for; equal requests of several clients are answered together."""

    filter_text: str | None
    sort: SessionSort
    page: PageArguments
    wants_page: bool
    wants_count: bool
    wants_statistics: StatisticsParts | None
    fields: tuple[str, ...]
    filter: object = field(compare=False)

    @property
    def order(self) -> Order:
        """The order of the list."""
        return ORDERS[self.sort]


@dataclass(slots=True)
class History(Listing[SessionRow]):
    """What a history connection answers."""

    stats: StatisticsRow | None


async def sessions(
    info: Info,
    filter: Filter = UNSET,  # noqa: A002 - the argument's name in the contract
    sort: Sort = SessionSort.NEWEST_FIRST,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> History:
    """The sessions of the whole practice."""
    context = context_of(info)
    request = _request(info, filter, sort, first=first, after=after, last=last, before=before)
    (history,) = await _read_histories(context, request, [None])
    return history


def client_sessions(
    root: Any,
    info: Info,
    filter: Filter = UNSET,  # noqa: A002 - the argument's name in the contract
    sort: Sort = SessionSort.NEWEST_FIRST,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Any:
    """The sessions of one client; those of other clients in the same answer come with them."""
    context = context_of(info)
    request = _request(info, filter, sort, first=first, after=after, last=last, before=before)
    client: ClientRow = root

    if is_alone(info):
        return _read_history(context, request, client)

    async def load(clients: list[str]) -> list[History]:
        only = client if clients == [client.id] else None
        return await _read_histories(context, request, list(clients), only=only)

    return context.loader(request, lambda: Loader(load)).load(client.id)


def _request(
    info: Info,
    filter_: object,
    sort: SessionSort,
    *,
    first: object,
    after: object,
    last: object,
    before: object,
) -> HistoryRequest:
    fields = selected(info)
    of_sessions = (*leaves(info, "nodes"), *leaves(info, "edges", "node"))
    return HistoryRequest(
        filter_text=canonical_filter(filter_),
        sort=sort,
        page=PageArguments.of(first=first, after=after, last=last, before=before),
        wants_page=not fields.isdisjoint(_OF_THE_PAGE),
        wants_count="totalCount" in fields,
        wants_statistics=StatisticsParts.of(selected(info, "stats")) if "stats" in fields else None,
        fields=of_sessions,
        filter=filter_,
    )


async def _read_history(context: Context, request: HistoryRequest, client: ClientRow) -> History:
    (history,) = await _read_histories(context, request, [client.id], only=client)
    return history


async def _read_histories(
    context: Context,
    request: HistoryRequest,
    clients: list[str] | list[None],
    *,
    only: ClientRow | None = None,
) -> list[History]:
    owners = [client for client in clients if client is not None] or None
    where = await conditions_of(context, request.filter, clients=owners)
    pages: dict[str | None, Page[SessionRow]] = {}
    if request.wants_page:
        pages = await _read_pages(context, request, where.copy(), owners, only)
    of_all = where.copy()
    if owners is not None and len(owners) > 1:
        of_all.among("session.client_id", owners)
    counts: dict[str | None, int] = {}
    if request.wants_count:
        counts = await _count(context, of_all.copy(), per_client=owners is not None)
    statistics: StatisticsFound | None = None
    if request.wants_statistics is not None:
        statistics = await read_statistics(
            context,
            of_all,
            request.wants_statistics,
            per_client=owners is not None,
            only=owners[0] if owners is not None and len(owners) == 1 else None,
        )
    return [
        History(
            pages.get(client),
            counts.get(client, 0) if request.wants_count else None,
            statistics.of(client) if statistics is not None else None,
        )
        for client in clients
    ]


async def _read_pages(
    context: Context,
    request: HistoryRequest,
    where: Conditions,
    owners: list[str] | None,
    only: ClientRow | None,
) -> dict[str | None, Page[SessionRow]]:
    page, order = request.page, request.order
    if owners is None or len(owners) == 1:
        client = owners[0] if owners else None
        identity = _identity(context, request, client)
        bounds = order.bounds(page, identity)
        if request.sort is SessionSort.BY_STATUS and bounds_time(request.filter):
            read = partial(read_branches, context, where)
            rows = await read_by_status(where, bounds, order=order, page=page, read=read)
            return {client: page_of(rows, page, order=order, identity=identity)}
        order.add_bounds(where, bounds)
        flat = await _read_page(context, request, where, only)
        return {client: page_of(flat, page, order=order, identity=identity)}
    if page.after is not None or page.before is not None:
        raise BadInput(
            "after" if page.after is not None else "before",
            "is a cursor of one client's list, and here are the lists of several.",
        )
    several = await read_sessions_of_clients(context, where, owners, order=order, page=page)
    return {
        client: page_of(rows, page, order=order, identity=_identity(context, request, client))
        for client, rows in several.items()
    }


def _identity(context: Context, request: HistoryRequest, client: str | None) -> bytes:
    """What the list is, for its cursors."""
    return list_identity(
        "sessions", context.principal.practitioner_id, client, request.sort, request.filter_text
    )


async def _read_page(
    context: Context, request: HistoryRequest, where: Conditions, only: ClientRow | None
) -> Rows[SessionRow]:
    """One list's page, and the session after it: flat, where columns are all that it takes."""
    direction = request.order.sql(backwards=request.page.backwards)
    limit = request.page.limit + 1
    selection = None
    if context.reads_flat:
        selection = selection_of(
            request.fields, request.order.attributes, of_known_client=only is not None
        )
    reads_private_notes = selection is not None and selection.private_notes is not None
    if selection is None or (reads_private_notes and not context.principal.may_read_private_notes):
        return await read_sessions(context, where, order=direction, limit=limit)
    return await read_selected(context, where, selection, client=only, order=direction, limit=limit)


async def _count(context: Context, where: Conditions, *, per_client: bool) -> dict[str | None, int]:
    if not per_client:
        ((total,),) = await context.connection.fetch_brief(
            f"SELECT count(*) FROM session WHERE {where.sql}", where.parameters
        )
        return {None: total}
    rows = await context.connection.fetch_brief(
        f"SELECT session.client_id, count(*) FROM session WHERE {where.sql} "
        "GROUP BY session.client_id",
        where.parameters,
    )
    return dict(map(tuple, rows))
