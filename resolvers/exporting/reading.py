"""Reading a history to write it out: the rows of the list, by its filter and its order.

In keyset chunks, each a statement of its own: nothing is held while a slow reader takes its time,
and memory is that of one chunk, however long the history is.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias

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

# Notes have up to 64 kB, so a chunk is bounded by its letters as well. Nobody knows of the first
# one how long they are, so it is small; it also has the file begin at once.
_FIRST_CHUNK: Final = 50
_SMALLEST_CHUNK: Final = 10
BESIDE_OTHERS: Final = 25
"""How many sessions are read, or written, in one go while somebody may wait for the processor."""
_LETTERS_AT_ONCE: Final = 1_000_000
# How many private notes are opened before others have their turn.
_OPENED_AT_ONCE: Final = 50


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


Row: TypeAlias = Sequence[Any]
"""A session's values, in the order of `ExportedSession`.

What a million sessions are written from: giving each value its name and asking for it by that took
a quarter of the time that a CSV takes.
"""

_NOTES: Final = tuple(
    itemgetter(ExportedSession._fields.index(name)) for name in ("customer_notes", "private_notes")
)


async def conditions_of_export(context: Context, asked: HistoryAsked) -> Conditions:
    """What the sessions of an export must fulfil: the same as those of the list.

    Raises:
        BadInput: a part of the filter that cannot be understood.
    """
    return await conditions_of(context, asked.filter, clients=[asked.client_id])


async def count_sessions(context: Context, where: Conditions) -> int:
    """How many sessions `where` allows."""
    ((total,),) = await context.database.fetch_aside(
        f"SELECT count(*) FROM session WHERE {where.sql}", where.parameters
    )
    return int(total)


async def read_chunks(
    context: Context, asked: HistoryAsked, *, size: int
) -> AsyncIterator[list[Row]]:
    """The sessions in order, `size` at a time at most; fewer where their notes are long.

    A session that is moved meanwhile may come twice or not at all, as in the pages of the list.
    """
    where = await conditions_of_export(context, asked)
    order = ORDERS[asked.sort]
    limit = min(size, _FIRST_CHUNK)

    def begin(*bounds: Bound) -> asyncio.Task[list[Row]]:
        page = PageArguments(limit=limit, backwards=False, after=None, before=None)
        return asyncio.create_task(_read_chunk(context, asked, where.copy(), bounds, page=page))

    reading = begin()
    try:
        while True:
            rows = await reading
            if len(rows) <= limit:
                break
            chunk = rows[:limit]
            limit = min(size, _that_fit(chunk))
            if context.database.somebody_is_there:
                limit = min(limit, BESIDE_OTHERS)
            # The next chunk is read while this one is written.
            last = order.of_row(ExportedSession._make(chunk[-1]))
            reading = begin(Bound("<" if order.descending else ">", last))
            # It has begun, and whoever reads for it has been let begin, before this one is written.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            yield chunk
        if rows:
            yield rows
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


def _that_fit(chunk: Sequence[Row]) -> int:
    """How many sessions with notes as long as these fit into a chunk."""
    letters = sum(sum(map(len, filter(None, map(notes, chunk)))) for notes in _NOTES)
    return max(_SMALLEST_CHUNK, _LETTERS_AT_ONCE * len(chunk) // max(1, letters))


async def read_all(context: Context, asked: HistoryAsked, *, most: int) -> list[ExportedSession]:
    """The first `most` sessions, in one statement: as they stood at one moment."""
    where = await conditions_of_export(context, asked)
    order = ORDERS[asked.sort].sql()
    rows = await _read_in_order(context, asked, where, order=order, limit=most, in_parts=True)
    return [ExportedSession._make(row) for row in await _opened(context, asked, rows)]


async def _read_chunk(
    context: Context,
    asked: HistoryAsked,
    where: Conditions,
    bounds: Sequence[Bound],
    *,
    page: PageArguments,
) -> list[Row]:
    order = ORDERS[asked.sort]
    rows: list[Row]
    if asked.sort is SessionSort.BY_STATUS and bounds_time(asked.filter):
        read = partial(_read_branches, context, asked, where)
        rows = [*await read_by_status(where, bounds, order=order, page=page, read=read)]
    else:
        order.add_bounds(where, bounds)
        limit = page.limit + 1
        rows = await _read_in_order(context, asked, where, order=order.sql(), limit=limit)
    return await _opened(context, asked, rows)


async def _read_in_order(
    context: Context,
    asked: HistoryAsked,
    where: Conditions,
    *,
    order: str,
    limit: int,
    in_parts: bool = False,
) -> list[Row]:
    return await context.database.fetch_aside(
        f"SELECT {_columns(asked)} FROM session {SERVICE_AND_CALENDAR} "
        f"WHERE {where.sql} ORDER BY {order} LIMIT {where.bind(limit)}",
        where.parameters,
        in_parts=in_parts,
    )


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
    rows = await context.database.fetch_aside(
        f"SELECT {_columns(asked)} FROM ({pages}) AS session {SERVICE_AND_CALENDAR}",
        where.parameters,
    )
    return [ExportedSession._make(row) for row in rows]


def _columns(asked: HistoryAsked) -> str:
    # Private notes that are not to be in the file are not even read.
    private = _PRIVATE if asked.with_private_notes else "NULL, NULL"
    return f"{_SESSION}, {_NAMES}, {private}"


async def _opened(context: Context, asked: HistoryAsked, rows: list[Row]) -> list[Row]:
    """The rows with the private notes as they were written."""
    if not asked.with_private_notes:
        return rows
    opened: list[Row] = []
    for start in range(0, len(rows), _OPENED_AT_ONCE):
        some = map(ExportedSession._make, rows[start : start + _OPENED_AT_ONCE])
        opened += [_open(context, one) if one.private_notes_key else one for one in some]
        await context.database.give_way()
    return opened


def _open(context: Context, session: ExportedSession) -> ExportedSession:
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
