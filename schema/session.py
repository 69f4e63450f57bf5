"""A session, all that it shows when opened, and the connection that lists them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import details, history, pages, rows
from resolvers.rules import SessionAction
from resolvers.sessions import session_of_origin
from resolvers.words import Actor, OriginKind, SessionEventKind, SessionStatus
from schema.node import Money, Node, PageInfo
from schema.over import over, read, reckoned, resolved
from schema.practice import Calendar, Service
from schema.statistics import SessionStats

if TYPE_CHECKING:
    from schema.client import Client


@over(rows.CancellationRow, description="How a session was cancelled.")
class Cancellation:
    """There is one exactly while the status is CANCELLED."""

    at: datetime = read("When it was cancelled.")
    reason: str | None = read("The reason that was given, if any.")
    by: Actor = read("Who cancelled it.")
    notice_hours: float = read(
        "Hours between the cancellation and the start; negative when it was cancelled afterwards."
    )


@over(rows.OriginRow, description="Which session another one copies or follows.")
class SessionOrigin:
    """Set by `duplicateSession` and `bookFollowUp`."""

    kind: OriginKind = read("Whether it copies or follows.")
    session: "Session | None" = resolved(session_of_origin, description="The session it came from.")


@over(
    details.AvailableActionRow,
    name="AvailableAction",
    description="Whether a session would accept an action now.",
)
class AvailableAction:
    """By the same rules that the actions apply."""

    action: SessionAction = read("The action.")
    allowed: bool = read(
        "Whether it would be accepted and change something. A slot that another session holds is "
        "found out when the action is tried."
    )
    reason: str | None = read("Why not, in words for people; null when it is allowed.")


@over(rows.FieldChangeRow, name="FieldChange", description="One field of a change.")
class FieldChange:
    """Before and after, as text."""

    field: str = read("The field's name, as in `Session`.")
    from_: str | None = read(
        "What it was, as text; null when it was empty, and always null for private notes.",
        attribute="from",
    )
    to: str | None = read(
        "What it became, as text; null when it was emptied, and always null for private notes."
    )


@over(
    rows.SessionEventRow,
    name="SessionEvent",
    description="One entry of the audit trail. Entries are only ever added.",
)
class SessionEvent:
    """Who did what, when, from what to what."""

    id: strawberry.ID = read("Opaque and unique; not the id of a node.")
    at: datetime = read("When it happened.")
    kind: SessionEventKind = read("What happened.")
    actor: Actor = read("Who did it.")
    changes: list[FieldChange] = read("What changed; empty where the kind says it all.")
    reason: str | None = read("The reason that was given, if any.")


@over(
    rows.SessionRow,
    name="Session",
    description="One session with a client: past, present or future.",
)
class Session(Node):
    """A row of the session history, and its details."""

    starts_at: datetime = read("When it starts.")
    ends_at: datetime = read("When it ends: `startsAt` plus `durationMinutes`.")
    duration_minutes: int = read("How long it lasts, in minutes: 1 to 1440.")
    status: SessionStatus = read("Where it stands.")
    service: Service = read("What type of session it is.")
    calendar: Calendar = read("Which calendar it is on.")
    client: Annotated["Client", strawberry.lazy("schema.client")] | None = read(
        "Whose session it is; null once the client is deleted."
    )
    client_name: str = read('The client\'s name; "Deleted Client" once the client is deleted.')
    price: Money = read("What it costs.")
    notes_preview: str | None = reckoned(
        details.notes_preview,
        description="The beginning of the notes, on one line: of the private notes, else of the "
        "customer notes. Null when there are none. A READ_ONLY token gets the customer notes only.",
    )
    customer_notes: str | None = read(
        "Notes shared with the client, who also gets them in emails; null when there are none."
    )
    private_notes: str | None = read(
        "Notes for the practitioner alone; null when there are none. For a READ_ONLY token: null, "
        "with a FORBIDDEN error."
    )
    cancellation: Cancellation | None = read(
        "How it was cancelled; null unless the status is CANCELLED."
    )
    origin: SessionOrigin | None = read("What it copies or follows; null when it does neither.")
    rescheduled_count: int = read("How often it was given a new start.")
    follow_ups: list["Session"] = resolved(
        details.follow_ups, description="The sessions booked to follow it, earliest first."
    )
    available_actions: list[AvailableAction] = resolved(
        details.available_actions,
        description="Every action, and whether the session would accept it now.",
    )
    events: list[SessionEvent] = resolved(
        details.events, description="The audit trail, oldest first."
    )
    version: int = read(
        "Goes up by one with every change. Send it as `expectedVersion` to change nothing "
        "that somebody else has changed meanwhile."
    )
    created_at: datetime = read("When it was added to the record.")
    updated_at: datetime = read("When it was last changed.")


@over(pages.Edge, name="SessionEdge", description="A session in a list.")
class SessionEdge:
    """The Cursor Connections specification's type."""

    cursor: str = read("Where it stands in this list: good for `after` and `before` of the same.")
    node: Session = read("The session.")


@over(
    history.History,
    name="SessionConnection",
    description="A page of sessions, and facts about all of them.",
)
class SessionConnection:
    """What is not selected is not read."""

    edges: list[SessionEdge] = read("The sessions of the page, each with its cursor.")
    nodes: list[Session] = read("The sessions of the page.")
    page_info: PageInfo = read("How to go on from the page.")
    total_count: int = read("How many sessions the filter lets through, on all pages together.")
    stats: SessionStats = read("Statistics over all sessions that the filter lets through.")
