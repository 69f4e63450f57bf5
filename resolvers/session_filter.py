"""The filter and the order of sessions: written once, for lists, counts, statistics and exports."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import strawberry

from models.enums import HOLDS_SLOT, OPEN
from models.folding import fold
from models.identifiers import Kind, kind_of
from models.instants import to_text
from models.private_notes import NotesDoNotOpen, read_notes
from resolvers.conditions import Conditions
from resolvers.context import Context
from resolvers.days import day_start
from resolvers.described import described
from resolvers.errors import BadInput
from resolvers.given import canonical, is_given
from resolvers.pages import Order
from resolvers.scalars import TimeZone
from resolvers.sessions import session_conditions
from resolvers.text import like_pattern, searched
from resolvers.words import SessionStatus

logger = logging.getLogger("session_history.notes")

LONGEST_LIST: Final = 200


def _has_status(statuses: tuple[SessionStatus, ...]) -> str:
    # Constants, and in the order of the partial indexes: only so do the planners use these.
    return f"session.status IN ({', '.join(repr(one.value) for one in statuses)})"


IS_OPEN: Final = _has_status(OPEN)
HOLDS_A_SLOT: Final = _has_status(HOLDS_SLOT)


class SessionPeriod(StrEnum):
    """Which side of now."""

    ALL = "ALL"
    UPCOMING = "UPCOMING"
    PAST = "PAST"


described(
    SessionPeriod,
    "Whether sessions are over. Every session is in exactly one of the two.",
    ALL="Past, present and future.",
    UPCOMING="Not over yet: a session is upcoming until it ends.",
    PAST="Over: the session has ended.",
)


class SessionSort(StrEnum):
    """The page's three sorting options."""

    NEWEST_FIRST = "NEWEST_FIRST"
    OLDEST_FIRST = "OLDEST_FIRST"
    BY_STATUS = "BY_STATUS"


described(
    SessionSort,
    "The order of a session history.",
    NEWEST_FIRST="Latest start at the top; the default.",
    OLDEST_FIRST="Earliest start at the top.",
    BY_STATUS="In groups: Pending, Confirmed, Completed, Cancelled, No Show; "
    "newest first inside a group.",
)


ORDERS: Final = {
    SessionSort.NEWEST_FIRST: Order(
        keys=("session.starts_at", "session.id"),
        shape=(str, str),
        descending=True,
        of_row=lambda row: (row.starts_at, row.id),
        attributes=("starts_at", "id"),
    ),
    SessionSort.OLDEST_FIRST: Order(
        keys=("session.starts_at", "session.id"),
        shape=(str, str),
        descending=False,
        of_row=lambda row: (row.starts_at, row.id),
        attributes=("starts_at", "id"),
    ),
    SessionSort.BY_STATUS: Order(
        keys=("session.status_rank", "session.starts_at", "session.id"),
        shape=(int, str, str),
        descending=True,
        of_row=lambda row: (row.status_rank, row.starts_at, row.id),
        attributes=("status_rank", "starts_at", "id"),
    ),
}


@strawberry.input(
    description="Which sessions: every part that is given must hold. "
    "A part that is left out or null restricts nothing."
)
class SessionFilter:
    """The filter as it is sent."""

    period: SessionPeriod | None = strawberry.field(
        default=SessionPeriod.ALL, description="Upcoming or past; all by default."
    )
    statuses: list[SessionStatus] | None = strawberry.field(
        default=strawberry.UNSET, description="Any of these statuses; at least one."
    )
    service_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"Any of these services: 1 to {LONGEST_LIST} ids. An unknown id is an error.",
    )
    calendar_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"On any of these calendars: 1 to {LONGEST_LIST} ids. "
        "An unknown id is an error.",
    )
    from_: date | None = strawberry.field(
        name="from",
        default=strawberry.UNSET,
        description="The first day, included: sessions that start on it or later.",
    )
    to: date | None = strawberry.field(
        default=strawberry.UNSET,
        description="The last day, included: sessions that start on it or earlier.",
    )
    time_zone: TimeZone | None = strawberry.field(
        default=strawberry.UNSET,
        description="Where the days `from` and `to` begin and end; the practitioner's time zone "
        "by default.",
    )
    text: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Words that stand together in the customer notes or, where the token may read "
        "them, in the private notes; case makes no difference. At most 200 characters; blank text "
        "restricts nothing.",
    )
    needs_status: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="True: only sessions that are past and still Pending or Confirmed. "
        "False: all but those.",
    )


Filter: TypeAlias = Annotated[
    SessionFilter | None,
    strawberry.argument(description="Which sessions; all of them by default."),
]
Sort: TypeAlias = Annotated[
    SessionSort, strawberry.argument(description="In which order; newest first by default.")
]


def canonical_filter(filter_: object) -> str | None:
    """The filter as text: equal for filters that mean the same."""
    return canonical(filter_, period=SessionPeriod.ALL)


def bounds_time(filter_: object) -> bool:
    """Whether the filter lets only sessions of some time through."""
    return isinstance(filter_, SessionFilter) and (
        is_given(filter_.from_)
        or is_given(filter_.to)
        or filter_.period in {SessionPeriod.UPCOMING, SessionPeriod.PAST}
        or filter_.needs_status is True
    )


async def conditions_of(
    context: Context, filter_: object, *, clients: list[str] | None = None
) -> Conditions:
    """What sessions must fulfil to be of these clients (None: of anybody) and pass the filter.

    Raises:
        BadInput: a part of the filter that cannot be understood.
    """
    where = session_conditions(context)
    if clients is not None and len(clients) == 1:
        where.add("session.client_id = {}", clients[0])
    if not isinstance(filter_, SessionFilter):
        return where
    zone = context.zone(filter_.time_zone if is_given(filter_.time_zone) else None)
    add_time_and_status(where, context, filter_, zone=zone)
    await _add_known(where, context, "serviceIds", Kind.SERVICE, filter_.service_ids)
    await _add_known(where, context, "calendarIds", Kind.CALENDAR, filter_.calendar_ids)
    wanted = searched("text", filter_.text)
    if wanted:
        await _add_text(where, context, wanted, clients)
    return where


def add_time_and_status(
    where: Conditions, context: Context, filter_: SessionFilter, *, zone: ZoneInfo
) -> None:
    """Require the parts of a filter that look at nothing but when a session is and how it stands.

    Raises:
        BadInput: a part that cannot be understood.
    """
    _add_period(where, context, filter_)
    _add_days(where, filter_, zone)
    if is_given(filter_.statuses):
        where.among("session.status", [one.value for one in _listed("statuses", filter_.statuses)])


def _listed(argument: str, values: Any) -> list[Any]:
    if not values:
        raise BadInput(argument, "is an empty list, which no session matches; leave it out.")
    if len(values) > LONGEST_LIST:
        raise BadInput(argument, f"has {len(values)} entries; at most {LONGEST_LIST} are allowed.")
    return list(values)


def _add_period(where: Conditions, context: Context, filter_: SessionFilter) -> None:
    now = context.now_text
    # A session lasts a day at most (ck: duration_minutes), so its end bounds its start as well,
    # and that is what the indexes know.
    if filter_.period is SessionPeriod.UPCOMING:
        where.add("session.ends_at > {}", now)
        where.add("session.starts_at > {}", context.day_ago_text)
    if filter_.period is SessionPeriod.PAST:
        where.add("session.ends_at <= {}", now)
        where.add("session.starts_at < {}", now)
    if filter_.needs_status is True:
        where.add(f"{IS_OPEN} AND session.ends_at <= {{}} AND session.starts_at < {{}}", now, now)
    if filter_.needs_status is False:
        where.add(f"NOT ({IS_OPEN} AND session.ends_at <= {{}})", now)


def _add_days(where: Conditions, filter_: SessionFilter, zone: ZoneInfo) -> None:
    first, last = filter_.from_, filter_.to
    if isinstance(first, date) and isinstance(last, date) and last < first:
        raise BadInput("to", "is before 'from': the last day cannot come before the first.")
    if isinstance(first, date):
        where.add("session.starts_at >= {}", to_text(day_start(first, zone)))
    if isinstance(last, date):
        where.add("session.starts_at < {}", to_text(day_start(day_after(last), zone)))


def day_after(day: date) -> date:
    """The next day."""
    return date.fromordinal(day.toordinal() + 1)


async def _add_known(
    where: Conditions, context: Context, argument: str, kind: Kind, ids: Any
) -> None:
    if not is_given(ids):
        return
    wanted = [str(one) for one in _listed(argument, ids)]
    table = "service" if kind is Kind.SERVICE else "calendar"
    known = Conditions(context.principal, context.connection, table)
    known.among(f"{table}.id", [one for one in wanted if kind_of(one) is kind])
    rows = await context.connection.fetch(
        f"SELECT {table}.id FROM {table} WHERE {known.sql}", known.parameters
    )
    unknown = set(wanted).difference(found for (found,) in rows)
    if unknown:
        raise BadInput(argument, f"names no {table} of yours: '{min(unknown):.60}'.")
    where.among(f"session.{table}_id", wanted)


async def _add_text(
    where: Conditions, context: Context, wanted: str, clients: list[str] | None
) -> None:
    in_customer_notes = "session.customer_notes_folded LIKE {} ESCAPE '\\'"
    if not context.principal.may_read_private_notes:
        where.add(in_customer_notes, like_pattern(wanted))
        return
    # Private notes are sealed, so no database can search them. The ones that everything else lets
    # through are opened here, in bounded memory; those that match come back as ids.
    candidates = where.copy()
    if clients is not None and len(clients) > 1:
        candidates.among("session.client_id", clients)
    matching: list[str] = []
    async for chunk in context.database.stream(
        "SELECT session.id, session.private_notes, session.private_notes_key FROM session "
        f"WHERE {candidates.sql} AND session.private_notes IS NOT NULL",
        candidates.parameters,
    ):
        # In a thread, so that others are answered while a whole practice is searched.
        matching += await asyncio.to_thread(_matching, context, chunk, wanted)
    where.either(
        in_customer_notes.format(where.bind(like_pattern(wanted))),
        where.one_of("session.id", matching),
    )


def _matching(context: Context, rows: Iterable[Any], wanted: str) -> list[str]:
    """The sessions whose private notes hold `wanted`; those that do not open hold nothing."""
    matching, unreadable = [], []
    for identifier, kept, key_id in rows:
        try:
            notes = read_notes(
                context.database.keyring,
                kept,
                key_id,
                practitioner_id=context.principal.practitioner_id,
                session_id=identifier,
            )
        except NotesDoNotOpen:
            unreadable.append(identifier)
            continue
        if notes is not None and wanted in fold(notes):
            matching.append(identifier)
    if unreadable:
        logger.error("a search passed over private notes that do not open: %s", unreadable)
    return matching
