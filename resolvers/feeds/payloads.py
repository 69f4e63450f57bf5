"""What the mutations of calendar feeds answer."""

from dataclasses import dataclass, field
from typing import Annotated, TypeAlias

import strawberry

from resolvers.context import Info, context_of
from resolvers.feeds import links
from resolvers.feeds.links import CalendarFeedRow
from resolvers.lookup import Identifier
from resolvers.problems import Problem, Undone

Create: TypeAlias = Annotated[
    links.CreateCalendarFeedInput, strawberry.argument(description="Which calendar to show.")
]


@dataclass(frozen=True, slots=True)
class CalendarFeedPayload:
    """A feed, with its address if it was just made, or why nothing was done."""

    url: str | None = None
    feed: CalendarFeedRow | None = None
    errors: list[Problem] = field(default_factory=list)


async def create_calendar_feed(info: Info, input: Create) -> CalendarFeedPayload:  # noqa: A002
    """Make a link to a calendar."""
    context = context_of(info)
    try:
        made = await links.create_calendar_feed(context, input)
    except Undone as undone:
        return CalendarFeedPayload(errors=[undone.problem])
    return CalendarFeedPayload(made.url, await links.read_feed(context, made.id))


async def revoke_calendar_feed(info: Info, id: Identifier) -> CalendarFeedPayload:  # noqa: A002
    """Take a link back at once."""
    try:
        revoked = await links.revoke_calendar_feed(context_of(info), id)
    except Undone as undone:
        return CalendarFeedPayload(errors=[undone.problem])
    return CalendarFeedPayload(feed=revoked)
