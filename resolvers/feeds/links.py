"""The links of calendar feeds: making one, seeing which there are, and taking one back.

A link opens without a token and does not end by itself, because a phone asks every hour for years.
So it is shown once, only a hash of its secret is kept, and taking it back works at once.
"""

import secrets
from typing import Final, NamedTuple

import strawberry

from models import CalendarFeed
from models.identifiers import Kind, kind_of, new_id
from models.transaction import orm
from resolvers.accounts.access import secret_hash
from resolvers.conditions import Conditions
from resolvers.context import Context, Info, context_of
from resolvers.errors import Forbidden
from resolvers.problems import InvalidInput, NotThere, Undone
from resolvers.rows import CalendarRow
from resolvers.writing import Writing, write_in

MOST_FEEDS: Final = 50

_COLUMNS: Final = (
    "calendar_feed.id, calendar_feed.created_at, calendar_feed.last_fetched_at, calendar.id, "
    "calendar.name, calendar.color, calendar.time_zone"
)
_OWN_FIELDS: Final = 3


@strawberry.input(description="A new link to a calendar.")
class CreateCalendarFeedInput:
    """The input as it is sent."""

    calendar_id: strawberry.ID = strawberry.field(description="Which calendar it shows.")


class CalendarFeedRow(NamedTuple):
    """A link to a calendar, without its secret."""

    id: str
    created_at: str
    last_fetched_at: str | None
    calendar: CalendarRow


class MadeFeed(NamedTuple):
    """A new feed's id, and the address that is shown once."""

    id: str
    url: str


async def calendar_feeds(info: Info) -> list[CalendarFeedRow]:
    """The practitioner's feeds, latest first.

    Raises:
        Forbidden: the token only reads.
    """
    context = context_of(info)
    if not context.principal.may_write:
        raise Forbidden("A read-only token does not see the links to calendars.")
    return await _read(context, _conditions(context))


async def create_calendar_feed(context: Context, given: CreateCalendarFeedInput) -> MadeFeed:
    """Make a link.

    Raises:
        Forbidden: the token only reads.
        Undone: no such calendar of this practitioner, or too many links.
    """
    secret = secrets.token_urlsafe(32)
    identifier = new_id(Kind.CALENDAR_FEED)

    async def work(writing: Writing) -> MadeFeed:
        await _check_calendar(writing, given.calendar_id)
        if len(await _read(writing.context, _conditions(writing.context))) >= MOST_FEEDS:
            raise Undone(
                InvalidInput(
                    f"There are {MOST_FEEDS} links already; revoke some that nobody uses.", "input"
                )
            )
        await CalendarFeed.create(
            practitioner_id=writing.practitioner_id,
            id=identifier,
            calendar_id=given.calendar_id,
            secret_hash=secret_hash(secret),
            created_at=context.now,
            using_db=orm(writing.transaction),
        )
        url = f"{context.base_url}/feeds/{identifier}.ics?key={secret}"
        return MadeFeed(identifier, url)

    return await write_in(context, work)


async def revoke_calendar_feed(context: Context, identifier: str) -> CalendarFeedRow:
    """Take a link back; what it was.

    Raises:
        Forbidden: the token only reads.
        Undone: no such link of this practitioner's.
    """

    async def work(writing: Writing) -> CalendarFeedRow:
        found = await read_feed(writing.context, identifier)
        if found is None:
            raise Undone(NotThere(identifier, "id"))
        own = CalendarFeed.filter(practitioner_id=writing.practitioner_id, id=identifier)
        await own.using_db(orm(writing.transaction)).delete()
        return found

    return await write_in(context, work)


async def read_feed(context: Context, identifier: str) -> CalendarFeedRow | None:
    """One link of the practitioner's, if it is there."""
    if kind_of(identifier) is not Kind.CALENDAR_FEED:
        return None
    where = _conditions(context)
    where.add("calendar_feed.id = {}", identifier)
    found = await _read(context, where)
    return found[0] if found else None


def _conditions(context: Context) -> Conditions:
    return Conditions(context.principal, context.connection, "calendar_feed")


async def _check_calendar(writing: Writing, identifier: str) -> None:
    found = []
    if kind_of(identifier) is Kind.CALENDAR:
        found = await writing.transaction.fetch(
            "SELECT calendar.id FROM calendar WHERE calendar.practitioner_id = $1 "
            "AND calendar.id = $2",
            [writing.practitioner_id, identifier],
        )
    if not found:
        raise Undone(NotThere(identifier, "input", "calendarId"))


async def _read(context: Context, where: Conditions) -> list[CalendarFeedRow]:
    rows = await context.connection.fetch(
        f"SELECT {_COLUMNS} FROM calendar_feed "
        "JOIN calendar ON calendar.practitioner_id = calendar_feed.practitioner_id "
        "AND calendar.id = calendar_feed.calendar_id "
        f"WHERE {where.sql} ORDER BY calendar_feed.created_at DESC, calendar_feed.id DESC",
        where.parameters,
    )
    return [
        CalendarFeedRow._make((*row[:_OWN_FIELDS], CalendarRow(*row[_OWN_FIELDS:])))
        for row in map(tuple, rows)
    ]
