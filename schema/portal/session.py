"""A session as its client sees it, and the connection that lists them."""

from datetime import datetime

import strawberry

from resolvers import pages
from resolvers.portal.rows import OwnSessionRow
from resolvers.scalars import TimeZone
from resolvers.words import SessionStatus
from schema.node import Money, PageInfo
from schema.over import over, read


@over(
    OwnSessionRow,
    name="Session",
    description="One session of the client's: past, present or future.",
)
class Session:
    """Has no field that is not for the client."""

    id: strawberry.ID = read("Opaque and unique. It never changes; do not take it apart.")
    starts_at: datetime = read("When it starts.")
    ends_at: datetime = read("When it ends: `startsAt` plus `durationMinutes`.")
    duration_minutes: int = read("How long it lasts, in minutes: 1 to 1440.")
    time_zone: TimeZone = read(
        "Where it takes place: the zone of the calendar that it is on. A client elsewhere is shown "
        "its time in their own zone, `Client.timeZone`, as emails do."
    )
    status: SessionStatus = read("Where it stands.")
    service_name: str = read("What type of session it is.")
    price: Money = read("What it costs.")
    customer_notes: str | None = read(
        "Notes for the client, as emails carry them; null when there are none."
    )
    cancellation_reason: str | None = read(
        "The reason that was given when it was cancelled; null when there is none, or the status "
        "is not CANCELLED."
    )
    version: int = read(
        "Goes up by one with every change. Send it as `expectedVersion` to change nothing "
        "that somebody else has changed meanwhile."
    )


@over(pages.Edge, name="SessionEdge", description="A session in a list.")
class SessionEdge:
    """The Cursor Connections specification's type."""

    cursor: str = read("Where it stands in this list: good for `after` and `before` of the same.")
    node: Session = read("The session.")


@over(pages.Listing, name="SessionConnection", description="A page of the client's sessions.")
class SessionConnection:
    """What is not selected is not read."""

    edges: list[SessionEdge] = read("The sessions of the page, each with its cursor.")
    nodes: list[Session] = read("The sessions of the page.")
    page_info: PageInfo = read("How to go on from the page.")
    total_count: int = read("How many sessions the arguments let through, on all pages together.")
