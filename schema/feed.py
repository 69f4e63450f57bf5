"""Calendar feeds: links by which a phone shows a calendar."""

from datetime import datetime

import strawberry

from resolvers.feeds import links, payloads
from schema.over import over, read
from schema.practice import Calendar
from schema.problems import ERRORS, UserError


@over(
    links.CalendarFeedRow,
    name="CalendarFeed",
    description="A link that shows a calendar's sessions to whoever has it, in the form that "
    "calendar programs subscribe to (iCalendar). Its address is shown once, when it is made.",
)
class CalendarFeed:
    """What there is to know of a link."""

    id: strawberry.ID = read("Opaque and unique; not the id of a node. For `revokeCalendarFeed`.")
    calendar: Calendar = read("Which calendar it shows.")
    created_at: datetime = read("When it was made.")
    last_fetched_at: datetime | None = read(
        "When somebody last fetched it, to ten minutes; null when nobody has."
    )


@over(
    payloads.CalendarFeedPayload,
    description="A link as it is now, or why nothing was done.",
)
class CalendarFeedPayload:
    """Answer of what is done to a link."""

    url: str | None = read(
        "The address of a link just made, for a calendar program to subscribe to. It cannot be "
        "read again. Whoever has it sees the calendar's sessions of the last 90 days and all that "
        "are to come, with clients' names and customer notes, and no private notes."
    )
    feed: CalendarFeed | None = read("The link, or what it was; null when nothing was done.")
    errors: list[UserError] = read(ERRORS)
