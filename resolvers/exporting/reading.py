"""Reading a history to write it out: the rows of the list, by its filter and its order.

In keyset chunks, each a statement of its own: nothing is held while a slow reader takes its time,
and memory is that of one chunk, however long the history is.
"""

import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from models.private_notes import NotesDoNotOpen, read_notes
from resolvers.conditions import Conditions
from resolvers.context import Context
from resolvers.exporting.asked import HistoryAsked
from resolvers.pages import Bound, PageArguments
from resolvers.session_filter import ORDERS, SessionSort, bounds_time, conditions_of
from resolvers.session_groups import read_by_status
from resolvers.sessions import SERVICE_AND_CALENDAR, union_of

logger = logging.getLogger("session_history.exports")

UNREADABLE: Final = "(These notes cannot be opened with the keys that are in use.)"

_SESSION: Final = (
    "session.id, session.starts_at, session.ends_at, session.status, session.status_rank, "
    "session.duration_minutes, session.cancelled_at, session.cancelled_by, "
    "session.cancellation_reason, session.rescheduled_count, session.price_minor, "
    "session.currency, session.customer_notes"
)
_NAMES: Final = "service.name, calendar.name"
_PRIVATE: Final = "session.private_notes, session.private_notes_key"
# What a derived table of sessions must hold besides, for the joins.
_KEYS: Final = "session.practitioner_id, session.service_id, session.calendar_id"


class ExportedSession(NamedTuple):
    """A session as a file shows it; instants in UTC, the price in minor units."""

    id: str
    starts_at: str
    ends_at: str
    status: str
    status_rank: int
    duration_minutes: int
    cancelled_at: str | None
    cancelled_by: str | None
    cancellation_reason: str | None
    rescheduled_count: int
    price_minor: int
    currency: str
    customer_notes: str | None
    service: str
    calendar: str
    private_notes: str | None
    private_notes_key: str | None


async def conditions_of_export(context: Context, asked: HistoryAsked) -> Conditions:
    """What the sessions of an export must fulfil: the same as those of the list.

    Raises:
        BadInput: a part of the filter that cannot be understood.
    """
    return await conditions_of(context, asked.filter, clients=[asked.client_id])


async def count_sessions(context: Context, where: Conditions) -> int:
    """How many sessions `where` allows."""
    ((total,),) = await context.connection.fetch(
        f"SELECT count(*) FROM session WHERE {where.sql}", where.parameters
    )
    return int(total)


async def read_chunks(
    context: Context, asked: HistoryAsked, *, size: int
) -> AsyncIterator[list[ExportedSession]]:
    """The sessions in order, `size` at a time.

    A session that is moved meanwhile may come twice or not at all, as in the pages of the list.
    """
    where = await conditions_of_export(context, asked)
    order = ORDERS[asked.sort]
    page = PageArguments(limit=size, backwards=False, after=None, before=None)
    bounds: list[Bound] = []
    while True:
        rows = await _read(context, asked, where.copy(), bounds, page=page)
        if rows:
            yield rows[:size]
        if len(rows) <= size:
            return
        last = order.of_row(rows[size - 1])
        bounds = [Bound("<" if order.descending else ">", last)]


async def read_all(context: Context, asked: HistoryAsked, *, most: int) -> list[ExportedSession]:
    """The first `most` sessions, in one statement: as they stood at one moment."""
    where = await conditions_of_export(context, asked)
    order = ORDERS[asked.sort].sql()
    return await _read_in_order(context, asked, where, order=order, limit=most)


async def _read(
    context: Context,
    asked: HistoryAsked,
    where: Conditions,
    bounds: Sequence[Bound],
    *,
    page: PageArguments,
) -> list[ExportedSession]:
    order = ORDERS[asked.sort]
    if asked.sort is SessionSort.BY_STATUS and bounds_time(asked.filter):
        read = partial(_read_branches, context, asked, where)
        return await read_by_status(where, bounds, order=order, page=page, read=read)
    order.add_bounds(where, bounds)
    return await _read_in_order(context, asked, where, order=order.sql(), limit=page.limit + 1)


async def _read_in_order(
    context: Context, asked: HistoryAsked, where: Conditions, *, order: str, limit: int
) -> list[ExportedSession]:
    rows = await context.connection.fetch(
        f"SELECT {_columns(asked)} FROM session {SERVICE_AND_CALENDAR} "
        f"WHERE {where.sql} ORDER BY {order} LIMIT {where.bind(limit)}",
        where.parameters,
    )
    return _sessions(context, rows)


async def _read_branches(
    context: Context,
    asked: HistoryAsked,
    where: Conditions,
    branches: Sequence[str],
    *,
    order: str,
    limit: int,
) -> list[ExportedSession]:
    if not branches:
        return []
    columns = f"{_SESSION}, {_KEYS}, {_PRIVATE}"
    pages = union_of(branches, where, columns=columns, order=order, limit=limit)
    rows = await context.connection.fetch(
        f"SELECT {_columns(asked)} FROM ({pages}) AS session {SERVICE_AND_CALENDAR}",
        where.parameters,
    )
    return _sessions(context, rows)


def _columns(asked: HistoryAsked) -> str:
    # Private notes that are not to be in the file are not even read.
    private = _PRIVATE if asked.with_private_notes else "NULL, NULL"
    return f"{_SESSION}, {_NAMES}, {private}"


def _sessions(context: Context, rows: Iterable[Any]) -> list[ExportedSession]:
    sessions = [ExportedSession._make(row) for row in rows]
    return [_opened(context, one) if one.private_notes_key else one for one in sessions]


def _opened(context: Context, session: ExportedSession) -> ExportedSession:
    try:
        notes = read_notes(
            context.database.keyring,
            session.private_notes,
            session.private_notes_key,
            practitioner_id=context.principal.practitioner_id,
            session_id=session.id,
        )
    except NotesDoNotOpen as failure:
        # The rest of the history is no less true; that something is missing stands where it was.
        logger.error("an export is without notes: %s", failure)  # noqa: TRY400 - says all there is
        notes = UNREADABLE
    return session._replace(private_notes=notes)
